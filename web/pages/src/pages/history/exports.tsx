import { useState } from "preact/hooks";
import { getFile, type Download } from "../../api/call";
import { asProblem, type Problem } from "../../api/problem";
import { Button } from "../../parts/button";
import { Icon } from "../../parts/icon";
import { Panel } from "../../parts/panel";
import { ProblemNotice } from "../../parts/problem_notice";
import { bytesWords } from "../../words/sizes";
import { queryOf, type Filters } from "./filters";
import { useText } from "./use_text";

const FORMATS = [
  { format: "csv", says: "CSV", more: "for a spreadsheet" },
  { format: "jsonl", says: "JSONL", more: "one record a line" },
  { format: "bundle", says: "Proof bundle", more: "can be verified offline" },
];

/** Hands a file to the browser, which saves it where the person wants it. */
function save({ name, bytes }: Download): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(bytes);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

interface Export {
  /** The format that is on its way. */
  busy?: string;
  done?: string;
  problem?: Problem;
}

function useExport(filters: Filters) {
  const [now, setNow] = useState<Export>({});
  const start = async (format: string) => {
    if (now.busy) return;
    setNow({ busy: format });
    try {
      const file = await getFile(`/api/v1/audit/export${queryOf(filters, { format })}`);
      save(file);
      setNow({ done: `${file.name} is complete (${bytesWords(file.bytes.size)}). Your browser saves it.` });
    } catch (error) {
      setNow({ problem: asProblem(error) });
    }
  };
  return { ...now, start };
}

function Copy({ text }: { text: string }) {
  const [copied, setCopied] = useState(false);
  return (
    <p class="buttons">
      <Button onClick={() => void navigator.clipboard.writeText(text).then(() => setCopied(true))}>Copy</Button>
      <span class="small" role="status">
        {copied && "Copied."}
      </span>
    </p>
  );
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
      <Copy text={note} />
    </details>
  );
}

/** The history as files, as it is filtered, and the word of the log itself on how long it is. */
export function Exports({ filters }: { filters: Filters }) {
  const { busy, done, problem, start } = useExport(filters);
  return (
    <Panel title="Export">
      <p class="small">What the filters show, of all pages. Exporting is recorded in the history.</p>
      <div class="buttons exports">
        {FORMATS.map(({ format, says, more }) => (
          <Button key={format} busy={busy === format} onClick={() => void start(format)}>
            {busy !== format && <Icon name="load" />}
            <span>
              {says} <span class="small">{more}</span>
            </span>
          </Button>
        ))}
      </div>
      <p class="small" role="status">
        {busy ? "Curfew is writing it; it is yours when it is complete." : done}
      </p>
      {problem && <ProblemNotice problem={problem} />}
      <Checkpoint />
    </Panel>
  );
}
