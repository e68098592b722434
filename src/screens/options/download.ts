/** Hands a text to the browser's downloads as a file. It never leaves this document otherwise. */
export function download(name: string, text: string, type = 'application/json'): void {
  const address = URL.createObjectURL(new Blob([text], { type }))
  const link = document.createElement('a')
  link.href = address
  link.download = name
  link.click()
  // The download has begun by the next turn; the address would keep the text in memory as long as the page is open.
  setTimeout(() => URL.revokeObjectURL(address))
}
