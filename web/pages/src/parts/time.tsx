import { useNow } from "../time/clock";
import { momentWords, utcWords, whenWords } from "../time/moment";
import { ago, countdown } from "../time/span";

interface Props {
  at: string;
  seconds?: boolean;
}

/** A moment in the reader's zone; UTC stands in the title. */
export function Moment({ at, seconds = false }: Props) {
  return (
    <time dateTime={at} title={utcWords(at)}>
      {momentWords(at, { seconds })}
    </time>
  );
}

/** The same in a sentence: with its "at". */
export function When({ at, seconds = false }: Props) {
  return (
    <time dateTime={at} title={utcWords(at)}>
      {whenWords(at, { seconds })}
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
