/** A moment as the browser's field for dates and times has it: in the reader's zone, without saying so. */
export function toLocal(iso: string | undefined): string {
  const moment = iso ? Date.parse(iso) : NaN;
  if (Number.isNaN(moment)) return "";
  return new Date(moment - new Date(moment).getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

export function fromLocal(local: string): string {
  return local ? `${new Date(local).toISOString().slice(0, 19)}Z` : "";
}
