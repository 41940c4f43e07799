import { shared } from "../state";

/** The server's clock: this machine's, set right by the Date of each answer, which is exact to a second. */
let ahead = 0;

export const clock = {
  now: (): number => Date.now() + ahead,

  /** Learns from an answer that was sent for at `sent` and had come at `came`. */
  hear(date: string | null, sent: number, came: number): void {
    const said = date ? Date.parse(date) : NaN;
    if (Number.isNaN(said)) return;
    const earliest = said - came;
    const latest = said + 1000 - sent;
    if (ahead < earliest) ahead = earliest;
    if (ahead > latest) ahead = latest;
  },
};

const second = shared(Date.now());
setInterval(() => document.hidden || second.set(Date.now()), 1000);
document.addEventListener("visibilitychange", () => document.hidden || second.set(Date.now()));

/** The server's time, drawn anew each second. */
export function useNow(): number {
  second.use();
  return clock.now();
}
