import { describe, expect, test } from 'vitest'
import { grubArguments, ownArguments } from './kernel-cmdline.ts'

const TALOS =
  'BOOT_IMAGE=/A/vmlinuz talos.platform=metal console=tty0 init_on_alloc=1 slab_nomerge= pti=on consoleblank=0 ' +
  'nvme_core.io_timeout=4294967295 printk.devkmsg=on selinux=1 module.sig_enforce=1 proc_mem.force_override=never'

describe('the arguments that someone asked for', () => {
  test('are not those that Talos writes by itself', () => {
    expect(ownArguments(TALOS)).toEqual([])
    expect(ownArguments(`${TALOS} intel_iommu=on`)).toEqual(['intel_iommu=on'])
  })

  test("are Talos' own with another value", () => {
    expect(ownArguments(`${TALOS} pti=off selinux=0`)).toEqual(['pti=off', 'selinux=0'])
  })

  test('are a serial console on a machine of their own, and none in a cloud, which brings its own', () => {
    expect(ownArguments(`${TALOS} console=ttyS1,115200`)).toEqual(['console=ttyS1,115200'])
    expect(ownArguments('talos.platform=aws console=tty1 console=ttyS0 quiet')).toEqual(['quiet'])
  })
})

describe('GRUB with arguments from the configuration', () => {
  test('gets those that are named there and no others', () => {
    expect(grubArguments(`${TALOS} old=1`, ['mitigations=off'])).toEqual(['mitigations=off'])
  })

  test('keeps the first serial console that it has, unless another console is named', () => {
    const cmdline = `${TALOS} console=ttyS0`
    expect(grubArguments(cmdline, ['quiet'])).toEqual(['console=ttyS0', 'quiet'])
    expect(grubArguments(cmdline, ['console=ttyS1'])).toEqual(['console=ttyS1'])
  })
})
