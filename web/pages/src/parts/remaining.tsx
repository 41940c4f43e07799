import { useNow } from "../time/clock";
import { countdown } from "../time/span";
import { utcWords } from "../time/moment";

/** How much of the time is left: the ring of the logo, running out. */
export function Remaining({ from, until }: { from: string; until: string }) {
  const now = useNow();
  const left = Math.max(0, Date.parse(until) - now);
  const share = Math.min(1, left / Math.max(1, Date.parse(until) - Date.parse(from)));
  const round = 2 * Math.PI * 18;
  return (
    <div class="remaining">
      <svg viewBox="0 0 44 44" aria-hidden="true">
        <circle class="track" cx="22" cy="22" r="18" />
        <circle
          class="rest"
          cx="22"
          cy="22"
          r="18"
          stroke-dasharray={`${round * share} ${round}`}
          transform="rotate(-90 22 22)"
        />
      </svg>
      <p>
        <time role="timer" dateTime={until} title={utcWords(until)} class="countdown">
          {countdown(left / 1000)}
        </time>
        <span class="small"> left</span>
      </p>
    </div>
  );
}
