import type { AccessRequest, Grant } from "../../api/types";
import { decisionsOf, nameOf } from "../../words/requests";
import { isHeld, isWatched } from "../../words/states";

export interface Step {
  title: string;
  state: "done" | "now" | "bad" | "next";
  at?: string | null;
}

const ends: Record<string, string> = {
  expired: "Ended at its time",
  released: "Given back",
  revoked: "Revoked",
  cancelled: "Cancelled before it started",
  outside: "Removed by somebody in the directory",
  bundle_undone: "Given back: another role of the bundle was not given",
};

function decisionSteps(request: AccessRequest): Step[] {
  const steps: Step[] = decisionsOf(request).map(({ by, decision, at }) => ({
    title: `${decision === "approve" ? "Approved" : "Denied"} by ${nameOf(by)}`,
    state: decision === "approve" ? "done" : "bad",
    at,
  }));
  if (request.state === "pending") steps.push({ title: "Waiting for approval", state: "now" });
  if (request.state === "lapsed") steps.push({ title: "Nobody decided in time", state: "bad", at: request.lapses_at });
  if (request.state === "refused") steps.push({ title: "Refused", state: "bad" });
  if (request.state === "cancelled") steps.push({ title: "Cancelled", state: "bad" });
  return steps;
}

/** The steps of one grant; `of` names the role where the request has several. */
function grantSteps(grant: Grant, of: string): Step[] {
  const live: Step = { title: `Live${of}`, state: "done", at: grant.starts_at };
  switch (grant.state) {
    case "waiting":
      return [
        { title: `${grant.needs ? "Ready to be started" : "Waiting to start"}${of}`, state: "now" },
        { title: `Live${of}`, state: "next" },
      ];
    case "activating":
      if (isHeld(grant)) return [{ title: `PIM holds it until it is approved${of}`, state: "now" }];
      return [
        { title: `Being set up in Entra${of}`, state: "now" },
        { title: `Live${of}`, state: "next" },
      ];
    case "active":
      return [live, { title: `Ends by itself${of}`, state: "next", at: grant.ends_at }];
    case "ending":
      if (isWatched(grant)) return [{ title: `Withdrawn; PIM is watched${of}`, state: "now" }];
      return [live, { title: `Being removed${of}`, state: "now" }];
    case "ended": {
      const end: Step = { title: `${ends[grant.why ?? ""] ?? "Ended"}${of}`, state: "done", at: grant.ended_at };
      return grant.seen === "yes" ? [live, end] : [end];
    }
    default:
      return [
        {
          title: `${grant.state === "failed" ? "Not given" : "Not started in time"}${of}`,
          state: "bad",
          at: grant.ended_at,
        },
      ];
  }
}

export function stepsOf(request: AccessRequest): Step[] {
  const steps: Step[] = [{ title: "Asked", state: "done", at: request.submitted_at }];
  if (request.state === "checking") steps.push({ title: "Being checked", state: "now" });
  steps.push(...decisionSteps(request));
  const several = request.grants.length > 1;
  for (const grant of request.grants) steps.push(...grantSteps(grant, several ? `: ${grant.role_name}` : ""));
  if (["checking", "pending"].includes(request.state)) steps.push({ title: "Access can start", state: "next" });
  return steps;
}
