import { describe, expect, test } from 'vitest'
import { createShortcutRegistry, type KeyPress } from './shortcut-registry.ts'

function press(key: string, more: Partial<KeyPress> = {}): KeyPress {
  return {
    key,
    ctrlKey: false,
    metaKey: false,
    altKey: false,
    shiftKey: false,
    target: null,
    defaultPrevented: false,
    timeStamp: 0,
    preventDefault: () => undefined,
    ...more,
  }
}

/** An element inside whatever `selector` names. */
function inside(selector: string): EventTarget {
  return Object.assign(new EventTarget(), {
    closest: (asked: string) => (asked.includes(selector) ? {} : undefined),
  })
}

function registryWith(...keys: readonly string[]) {
  const registry = createShortcutRegistry()
  const fired: string[] = []
  for (const one of keys) {
    registry.add({ keys: one, title: one, group: 'test', onPress: () => fired.push(one) })
  }
  return { registry, fired }
}

describe('a shortcut', () => {
  test('of two keys fires when the second follows in time', () => {
    const { registry, fired } = registryWith('g f', 'f')
    registry.press(press('g', { timeStamp: 0 }))
    registry.press(press('f', { timeStamp: 800 }))
    expect(fired).toEqual(['g f'])
  })

  test('of two keys does not fire when the person waited', () => {
    const { registry, fired } = registryWith('g f')
    registry.press(press('g', { timeStamp: 0 }))
    registry.press(press('f', { timeStamp: 5000 }))
    expect(fired).toEqual([])
  })

  test('without Ctrl keeps still while the person types', () => {
    const { registry, fired } = registryWith('/', 'mod+k')
    registry.press(press('/', { target: inside('textarea') }))
    registry.press(press('k', { ctrlKey: true, target: inside('textarea') }))
    expect(fired).toEqual(['mod+k'])
  })

  test('keeps still behind a dialog', () => {
    const { registry, fired } = registryWith('?')
    registry.press(press('?', { shiftKey: true, target: inside('[role=dialog]') }))
    expect(fired).toEqual([])
  })

  test('is Cmd on a Mac as it is Ctrl elsewhere', () => {
    const { registry, fired } = registryWith('mod+k')
    registry.press(press('k', { metaKey: true }))
    expect(fired).toEqual(['mod+k'])
  })

  test('with Shift is another one than without', () => {
    const { registry, fired } = registryWith('n', 'shift+n')
    registry.press(press('N', { shiftKey: true }))
    registry.press(press('n'))
    expect(fired).toEqual(['shift+n', 'n'])
  })

  test('bound again gives way to the newer one, and comes back when that goes', () => {
    const registry = createShortcutRegistry()
    const fired: string[] = []
    registry.add({ keys: '/', title: 'old', group: 'test', onPress: () => fired.push('old') })
    const remove = registry.add({ keys: '/', title: 'new', group: 'test', onPress: () => fired.push('new') })
    registry.press(press('/'))
    remove()
    registry.press(press('/'))
    expect(fired).toEqual(['new', 'old'])
  })
})
