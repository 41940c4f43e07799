import { useState } from "preact/hooks";
import { announce } from "../../announce";
import { getText } from "../../api/call";
import { useText } from "./use_text";
import { asProblem, type Problem } from "../../api/problem";
import { signedOut } from "../../api/session";
import { Icon } from "../../parts/icon";
import { Panel } from "../../parts/panel";
import { ProblemNotice } from "../../parts/problem_notice";
import { queryOf, type Filters } from "./filters";

const FORMATS = [
  { format: "csv", says: "CSV", more: "for a spreadsheet" },
  { format: "jsonl", says: "JSONL", more: "one record a line" },
  { format: "bundle", says: "Proof bundle", more: "can be verified offline" },
];

/** A download says nothing when it is refused, so whether it may go ahead is asked first. */
async function start(href: string): Promise<void> {
  await getText("/api/v1/audit/checkpoint");
  const link = document.createElement("a");
  link.href = href;
  link.download = "";
  link.click();
}

function Checkpoint() {
  const note = useText("/api/v1/audit/checkpoint");
  const [origin, size, root] = (note ?? "").split("\n");
  if (!note) return null;
  return (
    <details class="checkpoint">
      <summary>
        Checkpoint: <strong>{size} events</strong>, root <code>{root?.slice(0, 12)}…</code>
      </summary>
      <p class="small">
        Signed by {origin}. Keep it somewhere else: whoever has it can tell later whether the history before it was
        changed.
      </p>
      <pre tabIndex={0} aria-label="The signed checkpoint">
        {note}
      </pre>
      <button
        type="button"
        class="button plain"
        onClick={() => void navigator.clipboard.writeText(note).then(() => announce("The checkpoint is copied."))}
      >
        Copy
      </button>
    </details>
  );
}

/** The history as files, as it is filtered, and the word of the log itself on how long it is. */
export function Exports({ filters }: { filters: Filters }) {
  const [problem, setProblem] = useState<Problem | null>(null);
  const [started, setStarted] = useState<string | null>(null);
  return (
    <Panel title="Export">
      <p class="small">What the filters show, of all pages. Exporting is recorded in the history.</p>
      <div class="buttons exports">
        {FORMATS.map(({ format, says, more }) => {
          const href = `/api/v1/audit/export${queryOf(filters, { format })}`;
          return (
            <a
              class="button plain"
              href={href}
              key={format}
              download
              onClick={(event) => {
                event.preventDefault();
                setProblem(null);
                start(href)
                  .then(() => setStarted(says))
                  .catch((error) => {
                    const found = asProblem(error);
                    if (found.status === 401) signedOut();
                    setProblem(found);
                  });
              }}
            >
              <Icon name="load" />
              <span>
                {says} <span class="small">{more}</span>
              </span>
            </a>
          );
        })}
      </div>
      {started && !problem && (
        <p class="small" role="status">
          {started}: your browser is saving it.
        </p>
      )}
      {problem && <ProblemNotice problem={problem} />}
      <Checkpoint />
    </Panel>
  );
}
