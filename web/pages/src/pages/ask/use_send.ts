import { useRef, useState } from "preact/hooks";
import { announce } from "../../announce";
import { asProblem, type Problem } from "../../api/problem";
import { act, me } from "../../api/session";
import type { AccessRequest } from "../../api/types";
import { go } from "../../route";
import { draft } from "./draft";

export interface Wanted {
  roles: string[];
  duration: string;
  justification: string;
  ticket?: string;
  urgent?: boolean;
}

/** Sends a request and goes to it. What was sent without an answer goes under the same key again, so it is done once. */
export function useSend() {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const unanswered = useRef<{ text: string; key: string } | null>(null);

  async function send(wanted: Wanted): Promise<void> {
    const text = JSON.stringify(wanted);
    const key = unanswered.current?.text === text ? unanswered.current.key : crypto.randomUUID();
    setBusy(true);
    setProblem(null);
    try {
      const request = await act<AccessRequest>("/api/v1/requests", wanted, { key });
      draft.forget(me()?.id ?? "");
      announce("Your request was sent.");
      go(`/requests/${request.id}`);
    } catch (error) {
      const found = asProblem(error);
      unanswered.current = found.status === 0 ? { text, key } : null;
      setProblem(found);
    }
    setBusy(false);
  }

  return { send, busy, problem, clear: () => setProblem(null) };
}
