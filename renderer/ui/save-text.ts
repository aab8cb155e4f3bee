/**
 * Offers a text as a file. A browser puts it where downloads go or asks, as its owner set it; Electron asks with the
 * system's own dialog.
 */
export function saveText(
  file: string,
  text: string,
  type: 'text/markdown' | 'application/yaml' | 'application/json',
): void {
  const url = URL.createObjectURL(new Blob([text], { type: `${type};charset=utf-8` }))
  const link = document.createElement('a')
  link.href = url
  link.download = file
  // Some browsers only follow links that are in the page.
  document.body.append(link)
  link.click()
  link.remove()
  // The download has its own hold on the data once it began.
  setTimeout(() => URL.revokeObjectURL(url), 60_000)
}
