/** "812 B", "4.2 kB", "31 MB". */
export function bytesWords(bytes: number): string {
  const units = ["B", "kB", "MB", "GB"];
  let size = bytes;
  while (size >= 1000 && units.length > 1) {
    size /= 1000;
    units.shift();
  }
  return `${size >= 10 || units[0] === "B" ? Math.round(size) : size.toFixed(1)}\u00a0${units[0]}`;
}
