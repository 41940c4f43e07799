import { signIn } from "../api/session";
import { arrivalProblem } from "../arrival";
import { Button } from "../parts/button";
import { Logo } from "../parts/icon";
import { Notice } from "../parts/notice";
import { PageTitle } from "../parts/page_title";
import { address } from "../route";
import { arrivalHelp } from "../words/problems";

/** Nobody is signed in, or nobody any more. The same page for everybody: it says nothing of what the address leads to. */
export function SignIn({ over }: { over: boolean }) {
  const problem = arrivalProblem.use();
  const { path } = address.use();
  return (
    <main id="main" class="sign-in">
      <div class="card">
        <Logo />
        <PageTitle title="Sign in">Curfew</PageTitle>
        <p class="lead">
          Access to Microsoft security tools for as long as you need it: asked for here, agreed by a person, and over by
          itself.
        </p>
        {over && (
          <Notice title="Your session has ended." said>
            <p>Sign in again: you come back to this page, and what you typed is still there.</p>
          </Notice>
        )}
        {problem && (
          <Notice tone="bad" title={arrivalHelp(problem).says} said>
            <p>{arrivalHelp(problem).mend}</p>
          </Notice>
        )}
        <Button kind="primary" onClick={signIn}>
          Sign in with Microsoft
        </Button>
        {path !== "/" && <p class="small">You come back to this page.</p>}
      </div>
    </main>
  );
}
