import { useEffect, useRef, useState } from "preact/hooks";
import { get } from "./call";
import { asProblem, type Problem } from "./problem";

const SLOW_MS = 2_500;
const FIRST_PAUSE = 2;
const LONGEST_PAUSE = 60;

/** Something of the API that is kept fresh while it is looked at. The last value stays when a refresh fails. */
export interface Live<T> {
  value?: T;
  problem?: Problem;
  slow: boolean;
  refresh(): void;
  /** Takes an answer that came another way, as that of a change. */
  take(value: T): void;
}

/** What is shown, of which path: after a change of path the old value is not shown for the new one. */
type Shown<T> = Omit<Live<T>, "refresh" | "take"> & { path: string };

interface Watch<T> {
  refresh(): void;
  take(value: T): void;
  stop(): void;
}

/** Looks at a path now and again and again, until it is stopped. A turn that a later one has overtaken says nothing. */
function watch<T>(path: string, pace: (value: T) => number, show: (shown: Shown<T>) => void): Watch<T> {
  const gone = new AbortController();
  let value: T | undefined;
  let failures = 0;
  let least = 0; // seconds, where the API names them
  let over = false;
  let timer = 0;
  let turn = 0;

  const pause = (): number => {
    if (failures) return Math.max(least, Math.min(LONGEST_PAUSE, 2 ** (failures + 1)));
    return value === undefined ? FIRST_PAUSE : pace(value);
  };
  const later = () => {
    clearTimeout(timer);
    if (over || document.hidden) return;
    const seconds = pause();
    if (seconds < Infinity) timer = setTimeout(() => void look(true), seconds * 1000);
  };
  const take = (found: T) => {
    turn++;
    value = found;
    failures = 0;
    show({ value, slow: false, path });
    later();
  };
  const fail = (problem: Problem) => {
    over = !problem.passes;
    least = problem.after ?? 0;
    failures++;
    show({ value, problem, slow: false, path });
    later();
  };
  const look = async (background: boolean) => {
    clearTimeout(timer);
    const mine = ++turn;
    const slow = setTimeout(() => show({ value, slow: true, path }), SLOW_MS);
    try {
      const found = await get<T>(path, { background, signal: gone.signal });
      if (mine === turn) take(found);
    } catch (error) {
      if (mine === turn && !gone.signal.aborted) fail(asProblem(error));
    } finally {
      clearTimeout(slow);
    }
  };
  const wake = () => (document.hidden ? clearTimeout(timer) : void look(true));

  void look(false);
  document.addEventListener("visibilitychange", wake);
  addEventListener("online", wake);
  return {
    take,
    refresh() {
      over = false;
      void look(false);
    },
    stop() {
      gone.abort();
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", wake);
      removeEventListener("online", wake);
    },
  };
}

/** `pace` says after how many seconds to look again; nothing is asked while the page is hidden. */
export function useLive<T>(path: string, pace: (value: T) => number): Live<T> {
  const [shown, show] = useState<Shown<T>>({ slow: false, path });
  const watching = useRef<Watch<T> | null>(null);

  useEffect(() => {
    const now = watch(path, pace, show);
    watching.current = now;
    return () => now.stop();
  }, [path]);

  const mine = shown.path === path ? shown : { slow: false };
  return { ...mine, refresh: () => watching.current?.refresh(), take: (value) => watching.current?.take(value) };
}
