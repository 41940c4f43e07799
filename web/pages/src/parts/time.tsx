import { useNow } from "../time/clock";
import { momentWords, utcWords } from "../time/moment";
import { ago, countdown } from "../time/span";

/** A moment in the reader's zone; UTC stands in the title. */
export function Moment({ at, seconds = false }: { at: string; seconds?: boolean }) {
  return (
    <time dateTime={at} title={utcWords(at)}>
      {momentWords(at, { seconds })}
    </time>
  );
}

export function Ago({ at }: { at: string }) {
  const now = useNow();
  return (
    <time dateTime={at} title={utcWords(at)}>
      {ago((now - Date.parse(at)) / 1000)}
    </time>
  );
}

export function useLeft(until: string): number {
  return Math.max(0, (Date.parse(until) - useNow()) / 1000);
}

/** What is left until a moment, second by second. */
export function Left({ until }: { until: string }) {
  const left = useLeft(until);
  return (
    <time role="timer" dateTime={until} title={utcWords(until)} class="countdown">
      {countdown(left)}
    </time>
  );
}
