import { clock } from "./clock";

/** The words of the pages are English, and so are their dates; the zone is the reader's. */
const of = (options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat("en-GB", options);
const hour = of({ hour: "2-digit", minute: "2-digit" });
const exact = of({ hour: "2-digit", minute: "2-digit", second: "2-digit" });
const day = of({ day: "numeric", month: "short" });
const dayAndYear = of({ day: "numeric", month: "short", year: "numeric" });

const dayNumber = (moment: number) => Math.round(new Date(moment).setHours(0, 0, 0, 0) / 86_400_000);

/** The day, where it is not today; a day without a name of its own is a date. */
function dayOf(moment: number): { name?: string; date?: string } {
  const away = dayNumber(moment) - dayNumber(clock.now());
  if (away === 0) return {};
  if (away === 1) return { name: "tomorrow" };
  if (away === -1) return { name: "yesterday" };
  const thisYear = new Date(moment).getFullYear() === new Date(clock.now()).getFullYear();
  return { date: (thisYear ? day : dayAndYear).format(moment) };
}

interface Exactness {
  seconds?: boolean;
}

const timeOf = (moment: number, { seconds }: Exactness): string => (seconds ? exact : hour).format(moment);

/** "10:03", "tomorrow 10:03", "22 Nov 10:03". */
export function momentWords(iso: string, exactness: Exactness = {}): string {
  const moment = Date.parse(iso);
  const { name, date } = dayOf(moment);
  return [name ?? date, timeOf(moment, exactness)].filter(Boolean).join(" ");
}

/** "at 10:03", "tomorrow at 10:03", "on 22 Nov at 10:03": when something is, in a sentence. */
export function whenWords(iso: string, exactness: Exactness = {}): string {
  const moment = Date.parse(iso);
  const { name, date } = dayOf(moment);
  return [name ?? (date && `on ${date}`), `at ${timeOf(moment, exactness)}`].filter(Boolean).join(" ");
}

export const utcWords = (iso: string): string => `${iso.slice(0, 19).replace("T", " ")} UTC`;
