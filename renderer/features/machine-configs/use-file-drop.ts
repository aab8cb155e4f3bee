import { useEffect, useEffectEvent, useState } from 'react'
import { toBase64 } from '../../ipc/base64.ts'
import type { ConfigSide } from './side-link.ts'

export type FileSide = Extract<ConfigSide, { kind: 'file' }>

export async function readFileSide(file: File): Promise<FileSide> {
  const bytes = new Uint8Array(await file.arrayBuffer())
  return { kind: 'file', name: file.name.slice(0, 400), base64: toBase64(bytes) }
}

/**
 * While a screen is open, files dropped anywhere on the window are its own and not the importer's: it listens first.
 * `onFile` gets the element below the pointer, so that the screen can tell which of its places was meant.
 */
export function useFileDrop(onFile: (file: File, on: Element | undefined) => void): boolean {
  const [over, setOver] = useState(false)
  const take = useEffectEvent(onFile)
  useEffect(() => {
    let depth = 0
    const hasFiles = (event: DragEvent): boolean => event.dataTransfer?.types.includes('Files') === true
    const listen = (event: DragEvent): void => {
      if (!hasFiles(event)) return
      event.preventDefault()
      event.stopImmediatePropagation()
      if (event.type === 'dragenter') depth += 1
      if (event.type === 'dragleave') depth -= 1
      if (event.type === 'drop') {
        depth = 0
        const [file] = event.dataTransfer?.files ?? []
        if (file !== undefined) take(file, event.target instanceof Element ? event.target : undefined)
      }
      setOver(depth > 0)
    }
    const names = ['dragenter', 'dragover', 'dragleave', 'drop'] as const
    for (const name of names) window.addEventListener(name, listen, { capture: true })
    return () => {
      for (const name of names) window.removeEventListener(name, listen, { capture: true })
    }
  }, [])
  return over
}
