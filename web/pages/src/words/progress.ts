import type { AccessRequest, Grant } from "../api/types";
import { momentWords, whenWords } from "../time/moment";
import { isHeld, isWatched } from "./states";

const FIVE_MINUTES_MS = 5 * 60_000;

/** Entra removes nothing in its first five minutes; when it can, if that is still to come. */
function removableAt(grant: Grant, now: number): string | null {
  const earliest = grant.starts_at ? Date.parse(grant.starts_at) + FIVE_MINUTES_MS : 0;
  return earliest > now ? new Date(earliest).toISOString() : null;
}

/** PIM forgets what it holds only by itself, or when its requester cancels it there. */
function watchedWords(grant: Grant): string {
  const until = grant.ends_at ? ` until ${whenWords(grant.ends_at)}` : "";
  return `${grant.why_says ?? "It is over."} PIM may hold it${until}: Curfew watches, and takes away what comes into force.`;
}

const endings: Record<string, string> = {
  released: "Given back",
  revoked: "Revoked",
  bundle_undone: "Given back, because another role of the bundle was not given",
};

function endingWords(grant: Grant, now: number): string {
  if (isWatched(grant)) return watchedWords(grant);
  const later = removableAt(grant, now);
  if (grant.why === "approved_outside")
    return `Approved in PIM before anybody agreed here. Entra removes nothing in its first five minutes: Curfew takes it away${later ? ` ${whenWords(later)}` : ""}.`;
  const what = endings[grant.why ?? ""] ?? "Its time is over";
  if (grant.why && later)
    return `${what}. Entra removes nothing in its first five minutes: it goes ${whenWords(later)}.`;
  return `${what}. Curfew is having it removed and looks until it is gone.`;
}

/** The states of a PIM request that was taken (contract of Graph); all else is an answer that settles nothing. */
const TAKEN = /^(Accepted|AdminApproved|Granted|Pending\w+|Provisioned|ProvisioningStarted|ScheduleCreated)$/i;

function activatingWords(grant: Grant): string {
  const { status } = grant.directory;
  if (isHeld(grant)) {
    const until = grant.ends_at ? ` It ends ${whenWords(grant.ends_at)}, whenever it is approved.` : "";
    return `PIM holds your activation until it is approved: nothing is in force yet.${until}`;
  }
  if (status === null) return "Entra is asked; its answer is not known yet.";
  if (TAKEN.test(status)) return "Entra has accepted it; not visible yet.";
  return `Entra answered “${status}”: Curfew reads the directory to find out what came of it.`;
}

/** PIM has not got it, or its answer was lost: only its holder can put it there, or find out. */
function putWords(grant: Grant, holder: string | null): string {
  const lost = grant.state === "activating";
  const who = holder ? `Only ${holder} can` : "Only you can";
  const what = lost
    ? `${who} find out what came of it: PIM's answer was lost, and it tells that to nobody else.`
    : `${who} put it into PIM, by signing in once more; then its approvers are asked.`;
  return grant.start_by ? `${what} It lapses ${whenWords(grant.start_by)} otherwise.` : what;
}

/** What only its holder can start, and how long they may still do it. */
function startWords(grant: Grant, holder: string | null): string {
  if (grant.mode === "pim_approval") return putWords(grant, holder);
  const gap = grant.also_until ? " What is held of it now ends then: expect a gap of a minute or two." : "";
  const who = `${holder ? `Only ${holder} can start it.` : "Only you can start it: you sign in once more, and hold it from then on."}${gap}`;
  return grant.start_by ? `${who} It lapses ${whenWords(grant.start_by)} unless it has started.` : who;
}

/** Whether another grant gives the same access for longer. */
const goesOn = ({ also_until: until, ends_at: end }: Grant): boolean => Boolean(until && end && until > end);

/** Where a live grant is, in words that are true: what is accepted is not yet there, what is asked to go is not yet gone. */
export function grantWords(grant: Grant, now: number, holder: string | null = null): string {
  switch (grant.state) {
    case "waiting":
      if (grant.needs) return startWords(grant, holder);
      if (grant.waits_for) return `Its turn comes when ${grant.waits_for} is live.`;
      return grant.start_by
        ? `Approved. Starts by itself, at the latest ${whenWords(grant.start_by)}.`
        : "Approved. Starts by itself.";
    case "activating":
      return activatingWords(grant);
    case "active":
      if (goesOn(grant)) return `The access goes on until ${momentWords(grant.also_until ?? "")}, by more time that was approved.`;
      return grant.directory.seen_at
        ? `Seen in the directory ${whenWords(grant.directory.seen_at, { seconds: true })}.`
        : "In the directory.";
    case "ending":
      return endingWords(grant, now);
    default:
      return "";
  }
}

/** What a request that is not decided waits for. */
export function requestWords(request: AccessRequest): string {
  if (request.state === "pending") {
    const names = request.approval.filter(({ state }) => state === "asked").flatMap((line) =>
      line.approvers.map((approver) => approver.name ?? "somebody without a name"),
    );
    const unique = [...new Set(names)];
    return unique.length > 3 ? `${unique.length} people are asked.` : `Asked: ${unique.join(", ")}.`;
  }
  const open = request.evidence.filter((piece) => piece.verdict === "unknown");
  if (!open.length) return "Curfew is looking at what must be true. This takes seconds.";
  const until = request.check_until ? ` It keeps asking until ${momentWords(request.check_until)}.` : "";
  return `${open.map((piece) => piece.says).join(" ")}${until}`;
}
