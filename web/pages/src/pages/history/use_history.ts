import { useEffect, useRef, useState } from "preact/hooks";
import { announce } from "../../announce";
import { get } from "../../api/call";
import { asProblem, type Problem } from "../../api/problem";
import type { Event, List } from "../../api/types";
import { noteSeen } from "./people";

const PAGE = "50";

interface Shown {
  events?: Event[];
  cursor: string | null;
  problem?: Problem;
  loading: boolean;
}

/** Pages of the history, the newest first, for one query; older ones are added below. */
export function useHistory(query: string) {
  const [shown, show] = useState<Shown>({ cursor: null, loading: true });
  const [turn, setTurn] = useState(0);
  const stop = useRef(new AbortController());

  const load = async (before: Event[], cursor: string | null) => {
    const { signal } = stop.current;
    const asked = new URLSearchParams(query);
    asked.set("limit", PAGE);
    if (cursor) asked.set("cursor", cursor);
    show((last) => ({ ...last, loading: true }));
    try {
      const page = await get<List<Event>>(`/api/v1/audit?${asked}`, { signal });
      noteSeen(page.items);
      show({ events: [...before, ...page.items], cursor: page.cursor, loading: false });
      announce(`${before.length + page.items.length} events shown.`);
    } catch (error) {
      if (signal.aborted) return;
      show((last) => ({ ...last, problem: asProblem(error), loading: false }));
    }
  };

  useEffect(() => {
    stop.current = new AbortController();
    show({ cursor: null, loading: true });
    void load([], null);
    return () => stop.current.abort();
  }, [query, turn]);

  return {
    ...shown,
    older: () => void load(shown.events ?? [], shown.cursor),
    again: () => setTurn((before) => before + 1),
  };
}
