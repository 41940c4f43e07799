import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { asProblem, type Problem } from "../api/problem";
import { Button } from "./button";
import { Dialog } from "./dialog";
import { ProblemNotice } from "./problem_notice";

interface Props {
  title: string;
  children?: ComponentChildren;
  /** What the button that does it says. */
  does: string;
  kind?: "primary" | "danger";
  /** Not to be done as it stands; where it says no, it shows why itself. */
  ready?: () => boolean;
  onDo: () => Promise<void>;
  onClose: () => void;
}

/** Asks before something is done, does it, and says when it did not work. */
export function Confirm({ title, children, does, kind = "primary", ready, onDo, onClose }: Props) {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const submit = async (event: Event) => {
    event.preventDefault();
    if (busy || (ready && !ready())) return;
    setBusy(true);
    setProblem(null);
    try {
      await onDo();
      onClose();
    } catch (error) {
      setProblem(asProblem(error));
      setBusy(false);
    }
  };
  return (
    <Dialog title={title} onClose={onClose}>
      <form onSubmit={(event) => void submit(event)} noValidate>
        {children}
        {problem && <ProblemNotice problem={problem} />}
        <div class="buttons">
          <Button kind={kind} submit busy={busy}>
            {does}
          </Button>
          <Button onClick={onClose}>Back</Button>
        </div>
      </form>
    </Dialog>
  );
}
