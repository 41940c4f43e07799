import type { Problem } from "../api/problem";
import { me, signIn } from "../api/session";
import { spanWords } from "../time/span";
import { helpWith } from "../words/problems";
import { Button } from "./button";
import { Notice } from "./notice";

/** A problem in words, with what to do about it. */
export function ProblemNotice({ problem, onAgain }: { problem: Problem; onAgain?: () => void }) {
  const help = helpWith(problem.code);
  const person = me();
  const fresh = problem.code === "step_up_needed";
  return (
    <Notice
      tone={problem.passes ? "wait" : "bad"}
      title={help.says ?? problem.message}
      said
      action={
        fresh ? (
          <Button onClick={signIn}>Sign in again</Button>
        ) : (
          onAgain && problem.passes && <Button onClick={onAgain}>Try again</Button>
        )
      }
    >
      {problem.after ? (
        <p>Try again in {spanWords(problem.after)}. What you typed is kept.</p>
      ) : (
        help.mend && <p>{help.mend}</p>
      )}
      {problem.status === 404 && person && <p>You are {person.name ?? person.id}.</p>}
      {problem.related && (
        <p>
          <a href={`/requests/${problem.related}`}>Open that request</a>
        </p>
      )}
      {problem.instance && problem.status >= 500 && <p class="small">Number for the log: {problem.instance}</p>}
    </Notice>
  );
}
