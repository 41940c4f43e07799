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
export const grantShown = (grant: Grant): Shown =>
  grant.needs ? { label: "Ready to start", tone: "wait" } : grants[grant.state] ?? { label: grant.state, tone: "plain" };

/** Why a grant is over, to whoever looks: the API speaks to its holder. */
export function endedWords(grant: Grant, holder: string | null): string {
  if (holder && grant.why === "released") return `${holder} gave it back.`;
  return grant.why_says ?? (grant.state === "lapsed" ? "It was not started in time." : "");
}
