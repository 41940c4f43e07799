import { arrivalProblem } from "../arrival";
import { arrivalHelp } from "../words/problems";
import { Button } from "./button";
import { Notice } from "./notice";

/** What went wrong on the way back from Entra, until it is closed. */
export function ArrivalNotice({ decided }: { decided?: boolean }) {
  const code = arrivalProblem.use();
  if (!code) return null;
  const { says, mend } = arrivalHelp(code, decided);
  return (
    <Notice tone="bad" title={says} said action={<Button onClick={() => arrivalProblem.set(null)}>Close</Button>}>
      <p>{mend}</p>
    </Notice>
  );
}
