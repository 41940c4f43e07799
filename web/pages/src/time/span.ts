const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Seconds of an ISO 8601 duration of days, hours, minutes and seconds; null when it is none. */
export function spanOf(iso: string): number | null {
  const parts = /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/i.exec(iso);
  if (!parts || !/\d/.test(iso) || /T$/i.test(iso)) return null;
  const [days, hours, minutes, seconds] = parts.slice(1).map((part) => Number(part ?? 0)) as [
    number,
    number,
    number,
    number,
  ];
  return days * DAY + hours * HOUR + minutes * MINUTE + seconds;
}

export function isoOf(seconds: number): string {
  const days = Math.floor(seconds / DAY);
  const hours = Math.floor((seconds % DAY) / HOUR);
  const minutes = Math.floor((seconds % HOUR) / MINUTE);
  const rest = Math.floor(seconds % MINUTE);
  const time = `${hours ? `${hours}H` : ""}${minutes ? `${minutes}M` : ""}${rest ? `${rest}S` : ""}`;
  return `P${days ? `${days}D` : ""}${time || !days ? `T${time || "0S"}` : ""}`;
}

/** What a person types for a time: "1:30", "90 min", "1 h 30", "1.5 h", "2 d", "PT2H"; a bare number is minutes. */
export function readSpan(typed: string): number | null {
  const text = typed.trim().toLowerCase().replace(/\s+/g, " ").replace(",", ".");
  if (/^p/.test(text)) return spanOf(text);
  const clock = /^(\d{1,3}):([0-5]\d)$/.exec(text);
  if (clock) return Number(clock[1]) * HOUR + Number(clock[2]) * MINUTE;
  const words =
    /^(?:(\d+(?:\.\d+)?) ?d(?:ays?)?)? ?(?:(\d+(?:\.\d+)?) ?h(?:(?:ou)?rs?)?)? ?(?:(\d+) ?(?:m(?:in(?:ute)?s?)?)?)?$/.exec(
      text,
    );
  if (!words || !/\d/.test(text)) return null;
  const [days, hours, minutes] = words.slice(1).map((part) => Number(part ?? 0)) as [number, number, number];
  return Math.round(days * DAY + hours * HOUR + minutes * MINUTE);
}

/** "1 h 30 min", "2 d", "45 s". */
export function spanWords(seconds: number): string {
  const parts = [
    [Math.floor(seconds / DAY), "d"],
    [Math.floor((seconds % DAY) / HOUR), "h"],
    [Math.floor((seconds % HOUR) / MINUTE), "min"],
  ] as const;
  const said = parts.filter(([count]) => count > 0).map(([count, unit]) => `${count}\u00a0${unit}`);
  return said.length ? said.join(" ") : `${Math.max(0, Math.floor(seconds))}\u00a0s`;
}

export const isoWords = (iso: string): string => {
  const seconds = spanOf(iso);
  return seconds === null ? iso : spanWords(seconds);
};

/** "1:02:03" or "2 d 1:02:03": what is left, to the second. */
export function countdown(seconds: number): string {
  const left = Math.max(0, Math.floor(seconds));
  const two = (number: number) => String(number).padStart(2, "0");
  const clock = `${Math.floor((left % DAY) / HOUR)}:${two(Math.floor((left % HOUR) / MINUTE))}:${two(left % MINUTE)}`;
  return left >= DAY ? `${Math.floor(left / DAY)} d ${clock}` : clock;
}

/** "just now", "2 min ago". */
export function ago(seconds: number): string {
  if (seconds < 10) return "just now";
  if (seconds < MINUTE) return `${Math.floor(seconds)} s ago`;
  if (seconds < HOUR) return `${Math.floor(seconds / MINUTE)} min ago`;
  if (seconds < DAY) return `${Math.floor(seconds / HOUR)} h ago`;
  return `${Math.floor(seconds / DAY)} d ago`;
}
