/** What systemd-boot calls its own variables; Talos mounts them read-only for all to see. */
const SCOPE = '4a67b082-0a4c-41cf-b6c7-440b29bb8c4f'

/** File of one of systemd-boot's EFI variables. */
export function loaderVariable(name: 'LoaderEntries' | 'LoaderEntryDefault'): string {
  return `/sys/firmware/efi/efivars/${name}-${SCOPE}`
}

/** Four bytes of attributes, then UTF-16 texts that each end with a zero. */
export function textsOfVariable(bytes: Uint8Array): readonly string[] {
  const text = new TextDecoder('utf-16le').decode(bytes.subarray(4))
  return text.split('\0').filter((one) => one !== '')
}
