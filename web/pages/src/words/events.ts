import type { Event } from "../api/types";
import { momentWords } from "../time/moment";
import { isoWords } from "../time/span";

type Sentence = string | ((detail: Record<string, unknown>) => string);

const text = (value: unknown): string => (typeof value === "string" || typeof value === "number" ? String(value) : "");
const because = (value: unknown): string => (value ? `: ${text(value).replaceAll("_", " ")}` : "");

const inPlace = (detail: Record<string, unknown>): string => (detail.for ? ", in another approver\u2019s place" : "");

const ends: Record<string, string> = {
  expired: "Ended at its time",
  released: "Ended: given back",
  revoked: "Ended: revoked",
  cancelled: "Cancelled before it started",
  outside: "Ended: removed by somebody in the directory",
  bundle_undone: "Ended: another role of the bundle was not given",
};

const actions: Record<string, string> = {
  assign: "the assignment",
  update: "more time",
  remove: "the removal",
  approve: "the approval",
  deny: "the denial",
  sign_out: "signing out everywhere",
};
const act = (action: unknown): string => actions[text(action)] ?? text(action);
const answers: Record<string, string> = { accepted: "accepted", refused: "refused" };
const messages: Record<string, string> = {
  decide: "asked to decide",
  decided: "told that it is decided",
  approved: "told of the approval",
  denied: "told of the denial",
  refused: "told of the refusal",
  lapsed: "told that it lapsed",
  active: "told that it is live",
  ended: "told that it ended",
  failed: "told that it was not given",
  start: "told that they can start it",
  alarm: "told of what the watch found",
  outside: "told that it was approved elsewhere and is taken away",
  warned: "told what was found wrong",
  told: "told because a rule names them",
  urgent: "told of access before approval",
  overdue: "told that its review is overdue",
  reviewed: "told of the review",
  delegate: "told that they decide in somebody\u2019s place",
  delegated: "told that somebody decides in their place",
  delegation_ended: "told that nobody decides in the place any more",
};
const message = (kind: unknown): string => messages[text(kind)] ?? text(kind);
const formats: Record<string, string> = { csv: "as CSV", jsonl: "as JSONL", bundle: "as a proof bundle" };

/** Every code an event can have, with what it says. The order is that of the filter. */
const sentences: Record<string, Sentence> = {
  "request.submitted": ({ duration, urgent }) =>
    `Asked, for ${isoWords(text(duration))}${urgent ? ", before anybody approves it" : ""}`,
  "request.pending": "Checked: now approvers are asked",
  "request.approved": "The request is approved",
  "request.refused": ({ why }) => `The request is refused${because(why)}`,
  "request.denied": "The request is denied",
  "request.cancelled": "The request is cancelled",
  "request.lapsed": "The request lapsed: nobody decided in time",
  "request.urgent": ({ passed_over }) =>
    `Urgent: let through before anybody approved it (${text(passed_over)} approvers passed over and told)`,
  "review.made": ({ outcome }) =>
    `Reviewed afterwards: ${outcome === "justified" ? "it was justified" : "it was not justified"}`,
  "decision.approved": (detail) =>
    (detail.duration ? `Approved, for ${isoWords(text(detail.duration))} only` : "Approved") + inPlace(detail),
  "decision.denied": (detail) => `Denied${inPlace(detail)}`,
  "signing.refused": ({ why }) => `Could not be decided${because(why)}`,
  "approval.void": ({ code, outcome, why }) =>
    why === "left"
      ? "An approval does not count any more: who gave it is no approver now"
      : `The approval does not count: PIM did not take it${because(code ?? outcome)}`,
  "approval.opened": ({ rule }) => `The next stage is asked, by the rule “${text(rule)}”`,
  "approval.reminded": "Who has not decided was reminded",
  "approval.escalated": ({ rule }) => `Others may decide as well now, by the rule “${text(rule)}”`,
  "delegation.made": ({ from, until }) =>
    `Named to decide in their place, ${momentWords(text(from))} to ${momentWords(text(until))}`,
  "delegation.ended": "Ended before its time: deciding in somebody\u2019s place",
  "grant.waiting": "Access is to start",
  "start.refused": ({ why }) => `Could not be started${because(why)}`,
  "grant.activating": "Access is being set up",
  "grant.active": ({ ends_at }) =>
    ends_at ? `Live in the directory until ${momentWords(text(ends_at))}` : "Live in the directory",
  "grant.ending": ({ why }) => (why ? `Access is being removed${because(why)}` : "Its time is over: being removed"),
  "grant.ended": ({ why }) => ends[text(why)] ?? `Ended${because(why)}`,
  "grant.failed": ({ why }) => `Access was not given${because(why)}`,
  "grant.lapsed": "Access was not started in time",
  "watch.warned": ({ code }) => `Looked at again, and wrong${because(code)}`,
  "watch.recovered": ({ check }) => `Looked at again, and well${because(check)}`,
  "person.closed_out": ({ why }) => `Closed out: sessions, requests and access of somebody who left${because(why)}`,
  "intent.committed": ({ action }) => `About to ask Entra for ${act(action)}`,
  "intent.answered": ({ action, outcome, code }) =>
    `Entra ${answers[text(outcome)] ?? "answered"} ${act(action)}${code ? ` (${text(code)})` : ""}`,
  "intent.unknown": ({ action }) => `Not known whether ${act(action)} took effect: the directory is being read`,
  "intent.absent": ({ action }) => `Proved by reading: ${act(action)} had no effect`,
  "message.sent": ({ kind }) => `Mail sent: ${message(kind)}`,
  "message.failed": ({ kind }) => `Mail failed: not ${message(kind)}`,
  "message.no_address": ({ kind }) => `Has no mail address: not ${message(kind)}`,
  "person.signed_in": ({ purpose }) => (purpose ? "Signed in afresh, to send a request" : "Signed in"),
  "person.signed_out": "Signed out",
  "person.sign_in_failed": "A sign-in failed",
  "audit.exported": ({ format }) => `Exported the history ${formats[text(format)] ?? ""}`,
  "alarm.raised": ({ alarm }) => `Alarm${because(alarm)}`,
  "drift.unexplained": ({ name, principal }) => `Alarm: held by ${text(name) || text(principal)}, and not by Curfew`,
  "drift.permanent": "Alarm: a longer assignment beside a grant",
  "drift.late": "Alarm: a write took effect when its grant was over",
  "drift.missing": "Alarm: somebody took access away in the directory",
  "drift.last_owner": "Alarm: the only owner of a group holds it through Curfew",
  "drift.policy_weaker": ({ code }) => `Alarm: PIM\u2019s rules are weaker than the policy${because(text(code).replace(/^weaker_/, ""))}`,
  "drift.policy_changed": "PIM\u2019s own rules were changed",
  "drift.cleared": ({ kind }) => `Not there any more${because(kind)}`,
  "policy.loaded": "A policy came into force",
  "policy.refused": "A new version of the policy was refused",
  "service.started": "Curfew started",
  "service.stopped": "Curfew stopped",
  "service.safe_mode": "Curfew entered safe mode: nothing is granted",
  "store.accepted": "An operator accepted a restored store",
};

export const eventCodes = Object.keys(sentences);

export function eventWords({ code, detail }: Pick<Event, "code" | "detail">): string {
  const sentence = sentences[code] ?? code;
  return typeof sentence === "string" ? sentence : sentence(detail ?? {});
}

/** The sentence of a code alone, for the filter. */
export const codeWords = (code: string): string => code.replaceAll("_", " ").replace(".", ": ");
