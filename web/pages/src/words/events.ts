import type { Event } from "../api/types";
import { momentWords } from "../time/moment";
import { isoWords } from "../time/span";

type Sentence = string | ((detail: Record<string, unknown>) => string);

const text = (value: unknown): string => (typeof value === "string" || typeof value === "number" ? String(value) : "");
const because = (value: unknown): string => (value ? `: ${text(value).replaceAll("_", " ")}` : "");

const ends: Record<string, string> = {
  expired: "Ended at its time",
  released: "Ended: given back",
  revoked: "Ended: revoked",
  cancelled: "Cancelled before it started",
  outside: "Ended: removed by somebody in the directory",
};

const answers: Record<string, string> = { accepted: "took", refused: "refused" };
const formats: Record<string, string> = { csv: "as CSV", jsonl: "as JSONL", bundle: "as a proof bundle" };

/** Every code an event can have, with what it says. The order is that of the filter. */
const sentences: Record<string, Sentence> = {
  "request.submitted": ({ duration }) => `Asked, for ${isoWords(text(duration))}`,
  "request.pending": "Checked: now approvers are asked",
  "request.approved": "The request is approved",
  "request.refused": ({ why }) => `The request is refused${because(why)}`,
  "request.denied": "The request is denied",
  "request.cancelled": "The request is cancelled",
  "request.lapsed": "The request lapsed: nobody decided in time",
  "decision.approved": ({ duration }) => (duration ? `Approved, for ${isoWords(text(duration))} only` : "Approved"),
  "decision.denied": "Denied",
  "grant.waiting": "Access is to start",
  "grant.activating": "Access is being set up",
  "grant.active": ({ ends_at }) => (ends_at ? `Live in the directory until ${momentWords(text(ends_at))}` : "Live in the directory"),
  "grant.ending": ({ why }) => (why ? `Access is being removed${because(why)}` : "Its time is over: being removed"),
  "grant.ended": ({ why }) => ends[text(why)] ?? `Ended${because(why)}`,
  "grant.failed": ({ why }) => `Access was not given${because(why)}`,
  "grant.lapsed": "Access was not started in time",
  "intent.committed": ({ action }) => `Recorded before sending: ${text(action)} in Entra`,
  "intent.answered": ({ action, outcome, code }) =>
    `Entra ${answers[text(outcome)] ?? "answered"} the ${text(action)}${code ? ` (${text(code)})` : ""}`,
  "intent.unknown": ({ action }) => `Not known whether the ${text(action)} took effect: the directory is being read`,
  "intent.absent": ({ action }) => `Proved by reading: the ${text(action)} had no effect`,
  "message.sent": ({ kind }) => `Told by mail: ${text(kind)}`,
  "message.failed": ({ kind }) => `The mail could not be sent: ${text(kind)}`,
  "message.no_address": ({ kind }) => `Could not be told, has no address: ${text(kind)}`,
  "person.signed_in": ({ purpose }) => (purpose ? "Signed in afresh, to send a request" : "Signed in"),
  "person.signed_out": "Signed out",
  "person.sign_in_failed": "A sign-in failed",
  "audit.exported": ({ format }) => `Exported the history ${formats[text(format)] ?? ""}`,
  "alarm.raised": ({ alarm }) => `Alarm${because(alarm)}`,
  "policy.loaded": "A policy came into force",
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
