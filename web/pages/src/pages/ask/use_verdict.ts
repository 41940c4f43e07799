import { useEffect, useState } from "preact/hooks";
import { asProblem, type Problem } from "../../api/problem";
import { act } from "../../api/session";
import type { Verdict } from "../../api/types";
import { isoOf } from "../../time/span";

const PAUSE_MS = 350;

export interface Look {
  verdict?: Verdict;
  problem?: Problem;
  looking: boolean;
  again(): void;
}

/** What would come of asking, found out while the form is filled in: it depends on the roles and the time only. */
export function useVerdict(roles: string[], seconds: number | null, least: number, urgent: boolean): Look {
  const [turn, setTurn] = useState(0);
  const [look, setLook] = useState<Omit<Look, "again">>({ looking: false });
  const asked = roles.join(" ");

  useEffect(() => {
    if (!roles.length || seconds === null) return setLook({ looking: false });
    const stop = new AbortController();
    setLook((before) => ({ ...before, looking: true }));
    const timer = setTimeout(() => {
      /* The words are judged when they are sent; until they are written, something as long stands for them. */
      const body = { roles, duration: isoOf(seconds), justification: "-".repeat(least), ...(urgent && { urgent }) };
      act<Verdict>("/api/v1/requests?dry_run=true", body, { signal: stop.signal })
        .then((verdict) => setLook({ verdict, looking: false }))
        .catch((error) => stop.signal.aborted || setLook({ problem: asProblem(error), looking: false }));
    }, PAUSE_MS);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [asked, seconds, least, urgent, turn]);

  return { ...look, again: () => setTurn((before) => before + 1) };
}
