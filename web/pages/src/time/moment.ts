import { clock } from "./clock";

/** The words of the pages are English, and so are their dates; the zone is the reader's. */
const of = (options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat("en-GB", options);
const hour = of({ hour: "2-digit", minute: "2-digit" });
const exact = of({ hour: "2-digit", minute: "2-digit", second: "2-digit" });
const day = of({ day: "numeric", month: "short" });
const dayAndYear = of({ day: "numeric", month: "short", year: "numeric" });

const dayNumber = (moment: number) => Math.round(new Date(moment).setHours(0, 0, 0, 0) / 86_400_000);

/** "10:03", "tomorrow 10:03", "22 Nov 10:03". */
export function momentWords(iso: string, { seconds = false } = {}): string {
  const moment = Date.parse(iso);
  const time = (seconds ? exact : hour).format(moment);
  const away = dayNumber(moment) - dayNumber(clock.now());
  if (away === 0) return time;
  if (away === 1) return `tomorrow ${time}`;
  if (away === -1) return `yesterday ${time}`;
  const thisYear = new Date(moment).getFullYear() === new Date(clock.now()).getFullYear();
  return `${(thisYear ? day : dayAndYear).format(moment)} ${time}`;
}

export const utcWords = (iso: string): string => `${iso.slice(0, 19).replace("T", " ")} UTC`;
