import type { AccessRequest, Decision, Me, Person } from "../api/types";
import type { Tone } from "../parts/badge";
import { whenWords } from "../time/moment";
import { endedWords, grantShown, requestShown } from "./states";

export const rolesOf = (request: AccessRequest): string =>
  request.bundle?.name ?? request.named_roles.map((role) => role.name).join(", ");

/** What becomes of a bundle of which one role is not given. */
export const undoWords = (when_one_fails: string): string =>
  when_one_fails === "undo"
    ? "It is all of them or none: when one is not given, the others are given back."
    : "When one is not given, the others stay.";

/** A request that this person owes a review. */
export const owesReview = (request: AccessRequest, id: string): boolean =>
  Boolean(
    request.urgent?.owed &&
      request.requester.id !== id &&
      request.urgent.reviews.some(({ by, reviewers }) => !by && reviewers.some((one) => one.id === id)),
  );

export const nameOf = (person: { id: string; name: string | null }): string =>
  person.name ?? `${person.id.slice(0, 8)}…`;

/** Decisions in their order; somebody who decides for two rules decided once. */
export function decisionsOf(request: AccessRequest): Decision[] {
  const all = new Map(request.approval.flatMap((line) => line.decisions).map((decision) => [decision.by.id, decision]));
  return [...all.values()].sort((a, b) => a.at.localeCompare(b.at));
}

/** "Lena Vogt", or "Marc Dubois for Lena Vogt". */
const byWords = ({ by, for: place }: Decision): string => nameOf(by) + (place ? ` for ${nameOf(place)}` : "");

/** Approvers in whose place somebody decides, by themselves first; as far as nobody has spoken for them. */
export function placesOf(request: AccessRequest, me: Me, now: number): Person[] {
  const decided = decisionsOf(request);
  const approvers = new Map(request.approval.flatMap((line) => line.approvers).map((one) => [one.id, one]));
  return [...approvers.values()]
    .filter(({ id, delegates }) => id === me.id || delegates.some((one) => one.id === me.id && Date.parse(one.until) > now))
    .filter(({ id }) => !decided.some(({ by, for: place }) => (place ?? by).id === id))
    .sort((a, b) => Number(b.id === me.id) - Number(a.id === me.id));
}

/** "Approved by Lena Vogt at 10:03"; null while nobody decided. */
export function decidedWords(request: AccessRequest): string | null {
  const decisions = decisionsOf(request);
  const last = decisions[decisions.length - 1];
  if (!last) return null;
  const names = decisions.filter(({ decision }) => decision === last.decision).map(byWords);
  return `${last.decision === "approve" ? "Approved" : "Denied"} by ${names.join(" and ")} ${whenWords(last.at)}`;
}

interface Outcome {
  label: string;
  tone: Tone;
  says: string;
  at: string;
}

/** How a request that is over came out; what became of its grants says more than that it was approved. */
export function outcomeOf(request: AccessRequest): Outcome {
  const decided = decidedWords(request);
  const decisions = decisionsOf(request);
  const at = decisions[decisions.length - 1]?.at ?? request.submitted_at;
  const last = [...request.grants].sort((a, b) => (a.ended_at ?? "").localeCompare(b.ended_at ?? "")).pop();
  if (request.state === "approved" && last) {
    const worst = request.grants.find((grant) => grant.state === "failed") ?? last;
    return { ...grantShown(worst), says: endedWords(worst, null), at: last.ended_at ?? at };
  }
  const says = request.state === "denied" && decided ? `${decided}.` : (request.why_says ?? "");
  return { ...requestShown(request), says, at };
}
