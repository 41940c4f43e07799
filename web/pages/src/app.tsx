import { useEffect } from "preact/hooks";
import { lookWho, session } from "./api/session";
import { arrive, takeProblem } from "./arrival";
import { ProblemNotice } from "./parts/problem_notice";
import { Skeleton } from "./parts/loaded";
import { SignIn } from "./pages/sign_in";
import { SignedIn } from "./signed_in";
import { Bare } from "./shell";

/** Who is not known yet, nobody, or somebody: each sees another page at the same address. */
export function App() {
  const now = session.use();
  const person = now.phase === "in" ? now.me.id : null;
  useEffect(takeProblem, []);
  useEffect(() => {
    if (person) arrive(person);
  }, [person]);

  if (now.phase === "in") return <SignedIn me={now.me} key={now.me.id} />;
  if (now.phase === "out") return <SignIn over={now.over} />;
  return (
    <Bare>
      {now.phase === "unreachable" ? (
        <ProblemNotice problem={now.problem} onAgain={() => void lookWho()} />
      ) : (
        <Skeleton lines={4} />
      )}
    </Bare>
  );
}
