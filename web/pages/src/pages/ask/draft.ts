import { keep, kept } from "../../keep";

/** What somebody has filled in and not sent: it outlives sign-ins, and is shown to nobody else. */
export interface Draft {
  roles: string[];
  /** As typed; nothing: what the roles suggest. */
  duration: string;
  justification: string;
  ticket: string;
  /** Before anybody approves it. */
  urgent: boolean;
}

const NAME = "draft";
const empty: Draft = { roles: [], duration: "", justification: "", ticket: "", urgent: false };

export const draft = {
  of(person: string): Draft {
    const found = kept<Draft & { person: string }>(NAME);
    return found?.person === person ? found : empty;
  },
  keep(person: string, filled: Draft): void {
    keep(NAME, { ...filled, person });
  },
  forget(person: string): void {
    if (kept<{ person: string }>(NAME)?.person === person) keep(NAME, null);
  },
};
