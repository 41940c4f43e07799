import type { Problem } from "../../api/problem";
import { Badge } from "../../parts/badge";
import { Button } from "../../parts/button";
import { Field as Labelled } from "../../parts/field";
import { Panel } from "../../parts/panel";
import { clock } from "../../time/clock";
import { complaintWords } from "../../words/complaints";
import { codeWords, eventCodes } from "../../words/events";
import { fromLocal, toLocal, type Field, type Filters } from "./filters";
import { NamedField } from "./named_field";
import { seen } from "./people";

const HOUR = 3600;
const RANGES = [
  { says: "Last hour", seconds: HOUR },
  { says: "Last 24 hours", seconds: 24 * HOUR },
  { says: "Last 7 days", seconds: 7 * 24 * HOUR },
  { says: "Last 90 days", seconds: 90 * 24 * HOUR },
];

const since = (seconds: number) => `${new Date(clock.now() - seconds * 1000).toISOString().slice(0, 19)}Z`;

interface Props {
  filters: Filters;
  problem: Problem | undefined;
  onChange: (filters: Filters) => void;
}

interface OneProps extends Props {
  id: Field;
  label: string;
}

function MomentFilter({ id, label, filters, problem, onChange }: OneProps) {
  return (
    <Labelled id={id} label={label} error={complaintWords(problem?.of(id))}>
      {(ids) => (
        <input
          {...ids}
          type="datetime-local"
          value={toLocal(filters[id])}
          onChange={(event) => onChange({ ...filters, [id]: fromLocal(event.currentTarget.value) })}
        />
      )}
    </Labelled>
  );
}

function CodeFilter({ id, label, filters, problem, onChange }: OneProps) {
  return (
    <Labelled id={id} label={label} error={complaintWords(problem?.of(id))}>
      {(ids) => (
        <select
          {...ids}
          value={filters[id] ?? ""}
          onChange={(event) => onChange({ ...filters, [id]: event.currentTarget.value })}
        >
          <option value="">Anything</option>
          {eventCodes.map((code) => (
            <option value={code} key={code}>
              {codeWords(code)}
            </option>
          ))}
        </select>
      )}
    </Labelled>
  );
}

function RequestFilter({ id, label, filters, problem, onChange }: OneProps) {
  return (
    <Labelled id={id} label={label} error={complaintWords(problem?.of(id))}>
      {(ids) => (
        <input
          {...ids}
          type="text"
          autocomplete="off"
          placeholder="Any"
          value={filters[id] ?? ""}
          onChange={(event) => onChange({ ...filters, [id]: event.currentTarget.value.trim().toUpperCase() })}
        />
      )}
    </Labelled>
  );
}

/** What is chosen most, one tap each. */
function UsualTimes({ filters, onChange }: Omit<Props, "problem">) {
  const count = Object.values(filters).filter(Boolean).length;
  return (
    <div class="chips" role="group" aria-label="Usual times">
      {RANGES.map(({ says, seconds }) => (
        <button
          type="button"
          class="chip"
          key={says}
          onClick={() => onChange({ ...filters, from: since(seconds), to: "" })}
        >
          {says}
        </button>
      ))}
      {count > 0 && (
        <Button kind="quiet" onClick={() => onChange({})}>
          Clear {count === 1 ? "the filter" : `${count} filters`}
        </Button>
      )}
    </div>
  );
}

/** Which part of the history: each filter narrows what the others leave. */
export function FilterForm(props: Props) {
  const { filters, onChange } = props;
  const { people, roles } = seen.use();
  const count = Object.values(filters).filter(Boolean).length;
  const named = (id: Field) => ({
    id,
    value: filters[id] ?? "",
    onChange: (value: string) => onChange({ ...filters, [id]: value }),
  });
  return (
    <Panel title={<>Filters {count > 0 && <Badge tone="accent">{count}</Badge>}</>}>
      <form class="filters" aria-label="Filters" onSubmit={(event) => event.preventDefault()}>
        <UsualTimes filters={filters} onChange={onChange} />
        <div class="fields">
          <MomentFilter {...props} id="from" label="From" />
          <MomentFilter {...props} id="to" label="Until" />
          <NamedField {...named("subject")} label="About" names={people} />
          <NamedField {...named("actor")} label="Done by" names={people} />
          <NamedField {...named("role")} label="Role" names={roles} isId={/^[a-z0-9-]+$/} />
          <CodeFilter {...props} id="action" label="What" />
          <RequestFilter {...props} id="request" label="Request" />
        </div>
      </form>
    </Panel>
  );
}
