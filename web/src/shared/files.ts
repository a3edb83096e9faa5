// Hands a file that was fetched over the API to the browser's download.
export function saveFile(content: Uint8Array<ArrayBuffer> | string, type: string, name: string): void {
  const address = URL.createObjectURL(new Blob([content], { type }));
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  URL.revokeObjectURL(address);
}
