import { expect, test } from 'vitest'
import { schematicId } from './schematic.ts'

test('ids are those that the Image Factory gives', () => {
  expect(schematicId({})).toBe('376567988ad370138ad8b2698212367b8edcb69b5fd68c80be1f2ec7d603b4ba')
  expect(schematicId({ extensions: ['siderolabs/iscsi-tools', 'siderolabs/util-linux-tools'] })).toBe(
    '613e1592b2da41ae5e265e8789429f22e121aab91cb4deb6bc3c0b6262961245',
  )
  expect(schematicId({ kernelArguments: ['noapic', 'nolapic'] })).toBe(
    '9cba8e32753f91a16c1837ab8abf356af021706ef284aef07380780177d9a06c',
  )
})
