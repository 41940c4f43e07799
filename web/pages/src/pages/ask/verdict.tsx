import type { Evidence, Role } from "../../api/types";
import { Button } from "../../parts/button";
import { Checks, type Mark } from "../../parts/checks";
import { Skeleton } from "../../parts/loaded";
import { Notice } from "../../parts/notice";
import { ProblemNotice } from "../../parts/problem_notice";
import { isoWords, spanWords } from "../../time/span";
import type { Look } from "./use_verdict";

const headings: Record<string, { tone: "good" | "bad" | "wait"; title: string; says: string }> = {
  approved: { tone: "good", title: "You would get this at once.", says: "Nobody needs to approve it." },
  pending: { tone: "good", title: "You can ask for this.", says: "Everything that must be true is true." },
  checking: { tone: "wait", title: "Something is not known yet.", says: "You can send it: Curfew keeps asking for ten minutes." },
  refused: { tone: "bad", title: "This would be refused now.", says: "Mend what is red, then check again." },
};

/** A sign-in that is not enough is no obstacle: the next one comes with sending. */
const markWith = (needsSignIn: boolean) => (piece: Evidence): Mark =>
  needsSignIn && piece.check === "mfa" && piece.verdict !== "pass" ? "sign_in" : piece.verdict;

function Next({ roles, seconds, look }: { roles: Role[]; seconds: number; look: Look }) {
  const approvals = roles.flatMap((role) => role.approvers);
  const approvers = look.verdict?.evidence.find(({ code }) => code === "approvers_found");
  return (
    <ol class="next">
      {look.verdict?.needs_sign_in && <li>You sign in again when you send. What you typed is kept.</li>}
      {approvals.length > 0 && (
        <li>
          {approvers?.says ?? "Approvers are asked by mail."} They have {isoWords(approvals[0]?.within ?? "")}.
        </li>
      )}
      <li>Access starts by itself, and ends by itself after {spanWords(seconds)}.</li>
    </ol>
  );
}

interface Props {
  roles: Role[];
  seconds: number | null;
  look: Look;
}

/** What would come of it, before anything is sent. */
export function VerdictPanel({ roles, seconds, look }: Props) {
  if (!roles.length)
    return <p class="idle">Choose a role. Here you see at once whether you would get it, what is missing, and who is asked.</p>;
  if (look.problem && !look.problem.errors.length) return <ProblemNotice problem={look.problem} onAgain={look.again} />;
  if (look.problem || seconds === null) return <p class="idle">Mend what is marked in the form first.</p>;
  if (!look.verdict) return <Skeleton lines={5} />;
  const heading = headings[look.verdict.state];
  return (
    <div aria-busy={look.looking}>
      {heading && (
        <Notice tone={heading.tone} title={heading.title} said>
          <p>{heading.says}</p>
        </Notice>
      )}
      <Checks
        evidence={look.verdict.evidence.filter(({ code }) => code !== "approvers_found")}
        markOf={markWith(look.verdict.needs_sign_in)}
        always={[]}
      />
      {look.verdict.state !== "refused" && <Next roles={roles} seconds={seconds} look={look} />}
      {look.verdict.state !== "approved" && look.verdict.state !== "pending" && (
        <Button kind="quiet" busy={look.looking} onClick={look.again}>
          Check again
        </Button>
      )}
    </div>
  );
}
