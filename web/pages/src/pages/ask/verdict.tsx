import type { Evidence, Role, Verdict } from "../../api/types";
import { AdviceList } from "../../parts/advice";
import { Button } from "../../parts/button";
import { Checks, type Mark } from "../../parts/checks";
import { Skeleton } from "../../parts/loaded";
import { Notice } from "../../parts/notice";
import { ProblemNotice } from "../../parts/problem_notice";
import { isoWords, spanWords } from "../../time/span";
import type { Look } from "./use_verdict";

interface Heading {
  tone: "good" | "bad" | "wait";
  title: string;
  says: string;
}

/** A sign-in that is not enough is no obstacle: the next one comes with sending. */
const markOf = (piece: Evidence, { needs_sign_in }: Verdict): Mark =>
  needs_sign_in && piece.check === "mfa" && piece.verdict !== "pass" ? "sign_in" : piece.verdict;

/** Whether sending it as things are leads to nothing. */
export const wouldBeRefused = (verdict: Verdict): boolean =>
  verdict.evidence.some((piece) => markOf(piece, verdict) === "fail");

function headingOf(verdict: Verdict, approvals: number, urgent: boolean): Heading {
  const marks = verdict.evidence.map((piece) => markOf(piece, verdict));
  if (wouldBeRefused(verdict))
    return { tone: "bad", title: "This would be refused now.", says: "Mend what is red, then check again." };
  if (marks.includes("unknown"))
    return {
      tone: "wait",
      title: "Something is not known yet.",
      says: "You can send it: Curfew keeps asking for a while.",
    };
  const missing = verdict.needs_sign_in
    ? "Only a fresh sign-in is missing. It comes when you send."
    : "Everything that must be true is true.";
  if (urgent) return { tone: "good", title: "You would get this at once.", says: verdict.needs_sign_in ? missing : "Nobody is asked before; it is reviewed afterwards." };
  return approvals
    ? { tone: "good", title: "You can ask for this.", says: missing }
    : {
        tone: "good",
        title: "You would get this at once.",
        says: verdict.needs_sign_in ? missing : "Nobody needs to approve it.",
      };
}

/** What is said of what comes next, and not among what is checked. */
const SAID_NEXT = ["approvers_found", "urgent_passed_over", "urgent_reviewed"];

interface NextProps {
  roles: Role[];
  seconds: number;
  verdict: Verdict;
  urgent: boolean;
}

function Next({ roles, seconds, verdict, urgent }: NextProps) {
  const approvals = urgent ? [] : roles.flatMap((role) => role.approvers);
  const told = verdict.evidence.find(({ code }) => code === "urgent_passed_over");
  const reviewed = verdict.evidence.find(({ code }) => code === "urgent_reviewed");
  const yours = roles.filter(({ activation }) => activation === "delegated");
  const held = roles.some(({ activation }) => activation === "pim_approval");
  const bundle = roles.some((role) => role.roles);
  const approvers = verdict.evidence.find(({ code }) => code === "approvers_found");
  return (
    <ol class="next">
      {verdict.needs_sign_in && <li>You sign in again when you send. What you typed is kept.</li>}
      {approvals.length > 0 && (
        <li>
          {approvers?.says ?? "Approvers are asked by mail."} They have {isoWords(approvals[0]?.within ?? "")}.
        </li>
      )}
      {told && <li>{told.says}</li>}
      {reviewed && <li>{reviewed.says}</li>}
      {bundle && <li>The next role starts when the one before is live, and all of them end together.</li>}
      {held && <li>PIM holds it from then on until it is approved. Its time counts from when you send, also while it waits.</li>}
      {yours.length > 0 && <li>You start it yourself, by signing in once more.</li>}
      <li>
        {yours.length === 0 ? "Access starts by itself, and ends" : "It ends"} by itself after {spanWords(seconds)}.
      </li>
    </ol>
  );
}

interface Props {
  roles: Role[];
  seconds: number | null;
  look: Look;
  urgent: boolean;
  onInstead: (asked: string, lesser: string) => void;
  onShorter: (duration: string) => void;
}

/** What would come of it, before anything is sent. */
export function VerdictPanel({ roles, seconds, look, urgent, onInstead, onShorter }: Props) {
  if (!roles.length)
    return (
      <p class="idle">
        Choose a role. Here you see at once whether you would get it, what is missing, and who is asked.
      </p>
    );
  if (look.problem && !look.problem.errors.length) return <ProblemNotice problem={look.problem} onAgain={look.again} />;
  if (look.problem || seconds === null) return <p class="idle">Mend what is marked in the form first.</p>;
  if (!look.verdict) return <Skeleton lines={5} />;
  const { verdict } = look;
  const heading = headingOf(verdict, roles.flatMap((role) => role.approvers).length, urgent);
  return (
    <div aria-busy={look.looking}>
      <Notice tone={heading.tone} title={heading.title} said>
        <p>{heading.says}</p>
      </Notice>
      <Checks
        evidence={verdict.evidence.filter(({ code }) => !SAID_NEXT.includes(code))}
        markOf={(piece) => markOf(piece, verdict)}
        always={[]}
      />
      {/* The cards of the roles say their tiers. */}
      <AdviceList advice={{ ...verdict.advice, tier: null }} onInstead={onInstead} onShorter={onShorter} />
      {heading.tone !== "bad" && <Next roles={roles} seconds={seconds} verdict={verdict} urgent={urgent} />}
      {heading.tone !== "good" && (
        <Button kind={heading.tone === "bad" ? "primary" : "plain"} busy={look.looking} onClick={look.again}>
          Check again
        </Button>
      )}
    </div>
  );
}
