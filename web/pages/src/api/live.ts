import { useEffect, useRef, useState } from "preact/hooks";
import { get } from "./call";
import { asProblem, type Problem } from "./problem";
import { signedOut } from "./session";

const SLOW_MS = 2_500;
const LONGEST_PAUSE = 60;

/** Something of the API that is kept fresh while it is looked at. The last value stays when a refresh fails. */
export interface Live<T> {
  value?: T;
  problem?: Problem;
  slow: boolean;
  /** The path that this is about: after a change of path the old value is not shown for the new one. */
  path: string | null;
  refresh(): void;
  /** Takes an answer that came another way, as that of a change. */
  take(value: T): void;
}

/** `pace` says after how many seconds to look again; nothing is asked while the page is hidden. */
export function useLive<T>(path: string | null, pace: (value: T) => number): Live<T> {
  const [shown, show] = useState<Omit<Live<T>, "refresh" | "take">>({ slow: false, path });
  const hands = useRef({ refresh: () => {}, take: (_value: T) => {} });

  useEffect(() => {
    if (path === null) return;
    const stop = new AbortController();
    let value: T | undefined;
    let failures = 0;
    let over = false;
    let timer = 0;
    let turn = 0;

    const later = () => {
      clearTimeout(timer);
      if (over || document.hidden) return;
      const seconds = failures ? Math.min(LONGEST_PAUSE, 2 ** (failures + 1)) : value === undefined ? 2 : pace(value);
      if (seconds < Infinity) timer = setTimeout(() => void look(true), seconds * 1000);
    };
    const look = async (background: boolean) => {
      clearTimeout(timer);
      const mine = ++turn;
      const slow = setTimeout(() => show((before) => ({ ...before, slow: true, path })), SLOW_MS);
      try {
        const found = await get<T>(path, { background, signal: stop.signal });
        if (mine !== turn) return;
        value = found;
        failures = 0;
        show({ value, slow: false, path });
      } catch (error) {
        if (stop.signal.aborted || mine !== turn) return;
        const problem = asProblem(error);
        if (problem.status === 401) signedOut();
        over = !problem.passes;
        failures++;
        show({ value, problem, slow: false, path });
      } finally {
        clearTimeout(slow);
      }
      later();
    };
    const wake = () => (document.hidden ? clearTimeout(timer) : void look(true));

    hands.current = {
      refresh() {
        over = false;
        void look(false);
      },
      take(taken) {
        turn++;
        value = taken;
        failures = 0;
        show({ value, slow: false, path });
        later();
      },
    };
    show({ slow: false, path });
    void look(false);
    document.addEventListener("visibilitychange", wake);
    addEventListener("online", wake);
    return () => {
      stop.abort();
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", wake);
      removeEventListener("online", wake);
    };
  }, [path]);

  const mine = shown.path === path ? shown : { slow: false, path };
  return { ...mine, refresh: () => hands.current.refresh(), take: (value) => hands.current.take(value) };
}
