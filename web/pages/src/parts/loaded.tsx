import type { ComponentChildren } from "preact";
import type { Live } from "../api/live";
import { Notice } from "./notice";
import { ProblemNotice } from "./problem_notice";

interface Props<T> {
  live: Live<T>;
  /** How many lines the skeleton has, roughly as many as come. */
  lines?: number;
  children: (value: T) => ComponentChildren;
}

/** Something of the API in each of its states: coming, slow, failed, here, and here but not fresh any more. */
export function Loaded<T>({ live, lines = 3, children }: Props<T>) {
  const { value, problem } = live;
  if (value === undefined && problem) return <ProblemNotice problem={problem} onAgain={live.refresh} />;
  if (value === undefined) return <Skeleton lines={lines} slow={live.slow} />;
  return (
    <>
      {problem && (
        <Notice tone="wait" title="This may be out of date.">
          <p>{problem.message} Curfew keeps trying by itself.</p>
        </Notice>
      )}
      {children(value)}
    </>
  );
}

export function Skeleton({ lines, slow = false }: { lines: number; slow?: boolean }) {
  return (
    <div class="skeleton" role="status">
      <span class="unseen">Loading</span>
      {Array.from({ length: lines }, (_, line) => (
        <span class="bone" key={line} />
      ))}
      {slow && <p class="small">This takes longer than usual: Curfew is asking Microsoft Entra.</p>}
    </div>
  );
}
