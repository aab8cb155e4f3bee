import { beforeAll, describe, expect, test } from 'vitest'
import {
  contextFields,
  createThrowawayAuthority,
  talosconfigBytes,
  type ClientMaterial,
  type TalosconfigFields,
  type ThrowawayAuthority,
} from '../../../tests/fakes/talosconfig-material.ts'
import { certificateReader } from '../../talos/read-certificate.ts'
import { mergeContexts } from './merge-contexts.ts'
import { parseTalosconfig } from './parse-talosconfig.ts'
import type { ParsedContext, ParsedTalosconfig } from './parsed-talosconfig.ts'
import { previewImport } from './preview-import.ts'

const DAY = 86_400_000
const now = Date.now()

let casaCa: ThrowawayAuthority
let rackCa: ThrowawayAuthority
let casaAdmin: ClientMaterial
let casaNew: ClientMaterial
let rackAdmin: ClientMaterial
let expired: ClientMaterial
beforeAll(async () => {
  casaCa = await createThrowawayAuthority()
  rackCa = await createThrowawayAuthority()
  const year = { organisations: ['os:admin'], notBefore: now - DAY, notAfter: now + 365 * DAY + 60_000 }
  casaAdmin = await casaCa.issue(year)
  casaNew = await casaCa.issue(year)
  rackAdmin = await rackCa.issue(year)
  expired = await casaCa.issue({ ...year, notAfter: now - 60_000 })
})

function file(contexts: Record<string, TalosconfigFields>, current?: string): ParsedTalosconfig {
  return parseTalosconfig(talosconfigBytes(contexts, current), certificateReader, now)
}

function contextsOf(parsed: ParsedTalosconfig): readonly ParsedContext[] {
  return parsed.entries.flatMap(({ context }) => context ?? [])
}

describe('the preview of an import', () => {
  test('shows a new context as it will be', () => {
    expect(previewImport(file({ casa: contextFields(casaAdmin) }), [], now)).toEqual([
      {
        name: 'casa',
        becomes: 'casa',
        endpoints: ['10.0.20.11'],
        nodes: ['10.0.20.11', '10.0.20.21'],
        certificate: expect.objectContaining({ roles: ['os:admin'] }) as unknown,
        daysLeft: 365,
        cautions: [],
      },
    ])
  })

  test('renames on a collision as talosctl config merge does, also twice', () => {
    const existing = contextsOf(
      file({
        casa: contextFields(casaAdmin),
        'casa-1': contextFields(casaAdmin),
      }),
    )
    const [preview] = previewImport(file({ casa: contextFields(rackAdmin) }), existing, now)
    expect(preview).toMatchObject({
      name: 'casa',
      becomes: 'casa-2',
      existing: { endpoints: ['10.0.20.11'], sameAuthority: false },
    })
  })

  test('gives two contexts of one file two names', () => {
    const existing = contextsOf(file({ casa: contextFields(casaAdmin) }))
    const previews = previewImport(
      file({ casa: contextFields(casaNew), 'casa-1': contextFields(rackAdmin) }),
      existing,
      now,
    )
    expect(previews.map(({ becomes }) => becomes)).toEqual(['casa-1', 'casa-1-1'])
  })

  test('knows the same cluster by its CA, whatever key comes with it', () => {
    const existing = contextsOf(file({ casa: contextFields(casaAdmin) }))
    const [preview] = previewImport(file({ casa: contextFields(casaNew) }), existing, now)
    expect(preview?.existing?.sameAuthority).toBe(true)
    expect(preview?.cautions).toEqual([])
  })

  test('blocks an expired certificate and shows since when', () => {
    const [preview] = previewImport(file({ casa: contextFields(expired) }), [], now)
    expect(preview).toMatchObject({
      blockedBy: { code: 'certificate-expired', remedy: 'renew-certificate' },
      cautions: ['expired'],
      daysLeft: -1,
    })
  })

  test('warns of a certificate whose time has not come, and does not block it', async () => {
    const early = await casaCa.issue({
      organisations: ['os:admin'],
      notBefore: now + DAY,
      notAfter: now + 90 * DAY,
    })
    const [preview] = previewImport(file({ casa: contextFields(early) }), [], now)
    expect(preview?.blockedBy).toBeUndefined()
    expect(preview?.cautions).toEqual(['not-yet-valid'])
  })

  test('warns of the last thirty days, of a low role and of missing nodes', async () => {
    const reader = await casaCa.issue({
      organisations: ['os:reader'],
      notBefore: now - DAY,
      notAfter: now + 29 * DAY,
    })
    const [preview] = previewImport(file({ casa: contextFields(reader, { nodes: [] }) }), [], now)
    expect(preview?.cautions).toEqual(['expires-soon', 'role-low', 'no-nodes'])
  })

  test('warns when another cluster has one of the addresses already', () => {
    const existing = contextsOf(file({ rack: contextFields(rackAdmin, { endpoints: ['10.0.20.21:50000'] }) }))
    const [preview] = previewImport(file({ casa: contextFields(casaAdmin) }), existing, now)
    expect(preview?.cautions).toEqual(['shared-address'])
  })

  test('shows a broken context with its reason and lets it take no name', () => {
    const previews = previewImport(
      file({ casa: contextFields(casaAdmin, { key: 'x' }), 'casa-1': contextFields(rackAdmin) }),
      contextsOf(file({ casa: contextFields(casaAdmin) })),
      now,
    )
    expect(previews[0]).toMatchObject({ blockedBy: { code: 'talosconfig-bad-base64' }, cautions: [] })
    expect(previews[1]).toMatchObject({ becomes: 'casa-1' })
  })
})

describe('the import', () => {
  test('does what the preview said, and the current context of the file becomes current under its new name', () => {
    const existing = contextsOf(file({ casa: contextFields(casaAdmin) }))
    const incoming = file({ casa: contextFields(rackAdmin), extra: contextFields(rackAdmin) }, 'casa')
    const merged = mergeContexts(existing, 'casa', incoming, [
      { name: 'casa', action: 'add' },
      { name: 'extra', action: 'leave' },
    ])
    expect(merged.contexts.map(({ name }) => name)).toEqual(['casa', 'casa-1'])
    expect(merged.imported).toEqual(['casa-1'])
    expect(merged.currentContext).toBe('casa-1')
    expect(merged.contexts[0]).toBe(existing[0])
  })

  test('leaves the current context when the one of the file stays out', () => {
    const existing = contextsOf(file({ casa: contextFields(casaAdmin) }))
    const incoming = file({ rack: contextFields(rackAdmin), more: contextFields(rackAdmin) }, 'rack')
    const merged = mergeContexts(existing, 'casa', incoming, [{ name: 'more', action: 'add' }])
    expect(merged.currentContext).toBe('casa')
  })

  test('makes the first import current when nothing was', () => {
    const merged = mergeContexts([], undefined, file({ rack: contextFields(rackAdmin) }, ''), [
      { name: 'rack', action: 'add' },
    ])
    expect(merged.currentContext).toBe('rack')
  })

  test('renews the key and keeps the name, the endpoints and the nodes', () => {
    const existing = contextsOf(file({ casa: contextFields(casaAdmin, { endpoints: ['10.0.20.12'] }) }))
    const incoming = file({ casa: contextFields(casaNew) })
    const merged = mergeContexts(existing, 'casa', incoming, [{ name: 'casa', action: 'renew' }])
    expect(merged.contexts).toHaveLength(1)
    expect(merged.contexts[0]).toMatchObject({ name: 'casa', endpoints: ['10.0.20.12'], crt: casaNew.crt })
    expect(merged.contexts[0]?.key.equals(casaNew.key)).toBe(true)
  })

  test('does not renew with the key of another cluster', () => {
    const existing = contextsOf(file({ casa: contextFields(casaAdmin) }))
    expect(() =>
      mergeContexts(existing, 'casa', file({ casa: contextFields(rackAdmin) }), [
        { name: 'casa', action: 'renew' },
      ]),
    ).toThrow(expect.objectContaining({ code: 'wrong-ca' }) as Error)
  })

  test('refuses what is blocked, what is not in the file and what is not here to renew', () => {
    const incoming = file({ casa: contextFields(expired), rack: contextFields(rackAdmin) })
    for (const [name, action, code] of [
      ['casa', 'add', 'certificate-expired'],
      ['nowhere', 'add', 'context-not-found'],
      ['rack', 'renew', 'context-not-found'],
    ] as const) {
      expect(() => mergeContexts([], undefined, incoming, [{ name, action }])).toThrow(
        expect.objectContaining({ code }) as Error,
      )
    }
  })
})
