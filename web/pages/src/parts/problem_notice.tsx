import type { Problem } from "../api/problem";
import { signIn } from "../api/session";
import { helpWith } from "../words/problems";
import { Button } from "./button";
import { Notice } from "./notice";

/** A problem in words, with what to do about it. */
export function ProblemNotice({ problem, onAgain }: { problem: Problem; onAgain?: () => void }) {
  const help = helpWith(problem.code);
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
      {help.mend && <p>{help.mend}</p>}
      {problem.related && (
        <p>
          <a href={`/requests/${problem.related}`}>Open that request</a>
        </p>
      )}
      {problem.instance && problem.status >= 500 && <p class="small">Number for the log: {problem.instance}</p>}
    </Notice>
  );
}
