import type { AccessRequest, Grant } from "../api/types";
import type { Tone } from "../parts/badge";

interface Shown {
  label: string;
  tone: Tone;
}

const requests: Record<string, Shown> = {
  checking: { label: "Being checked", tone: "wait" },
  pending: { label: "Waiting for approval", tone: "wait" },
  approved: { label: "Approved", tone: "good" },
  refused: { label: "Refused", tone: "bad" },
  denied: { label: "Denied", tone: "bad" },
  cancelled: { label: "Cancelled", tone: "plain" },
  lapsed: { label: "Lapsed", tone: "plain" },
};

const grants: Record<string, Shown> = {
  waiting: { label: "Waiting to start", tone: "wait" },
  activating: { label: "Being set up", tone: "wait" },
  active: { label: "Live", tone: "good" },
  ending: { label: "Being removed", tone: "wait" },
  ended: { label: "Ended", tone: "plain" },
  failed: { label: "Not given", tone: "bad" },
  lapsed: { label: "Lapsed", tone: "plain" },
};

export const requestShown = (request: AccessRequest): Shown =>
  requests[request.state] ?? { label: request.state, tone: "plain" };
/** Whether PIM holds it until it is approved there: nothing of it is in force. */
export const isHeld = (grant: Grant): boolean =>
  grant.mode === "pim_approval" && grant.state === "activating" && grant.directory.status === "PendingApproval";

/** Whether it is over without ever having been there, and PIM may still put it in force. */
export const isWatched = (grant: Grant): boolean =>
  grant.mode === "pim_approval" && grant.state === "ending" && grant.seen !== "yes";

const shownOf = (grant: Grant): Shown => {
  if (isHeld(grant)) return { label: "Waiting for approval", tone: "wait" };
  if (isWatched(grant)) return { label: "Withdrawn", tone: "plain" };
  return grants[grant.state] ?? { label: grant.state, tone: "plain" };
};

export const grantShown = (grant: Grant): Shown =>
  grant.needs ? { label: "Ready to start", tone: "wait" } : shownOf(grant);

/** Why a grant is over, to whoever looks: the API speaks to its holder. */
export function endedWords(grant: Grant, holder: string | null): string {
  if (holder && grant.why === "released") return `${holder} gave it back.`;
  return grant.why_says ?? (grant.state === "lapsed" ? "It was not started in time." : "");
}
