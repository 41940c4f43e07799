import type { ComponentChildren } from "preact";
import type { Problem } from "../../api/problem";
import { Badge } from "../../parts/badge";
import { Button } from "../../parts/button";
import { Chips } from "../../parts/chips";
import { Field as Labelled, type FieldIds } from "../../parts/field";
import { Panel } from "../../parts/panel";
import { clock } from "../../time/clock";
import { fromLocal, toLocal } from "../../time/local";
import { complaintWords } from "../../words/complaints";
import { codeWords, eventCodes } from "../../words/events";
import type { Field, Filters } from "./filters";
import { NamedField } from "./named_field";
import { seen } from "./people";

const HOUR = 3600;
const RANGES = [
  { says: "Last hour", value: HOUR },
  { says: "Last 24 hours", value: 24 * HOUR },
  { says: "Last 7 days", value: 7 * 24 * HOUR },
  { says: "Last 90 days", value: 90 * 24 * HOUR },
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
  /** The input: of its value, and what it does with another one. */
  children: (ids: FieldIds, value: string, set: (value: string) => void) => ComponentChildren;
}

function Filter({ id, label, filters, problem, onChange, children }: OneProps) {
  return (
    <Labelled id={id} label={label} error={complaintWords(problem?.of(id))}>
      {(ids) => children(ids, filters[id] ?? "", (value) => onChange({ ...filters, [id]: value }))}
    </Labelled>
  );
}

function MomentFilter(props: Omit<OneProps, "children">) {
  return (
    <Filter {...props}>
      {(ids, value, set) => (
        <input
          {...ids}
          type="datetime-local"
          value={toLocal(value)}
          onChange={(event) => set(fromLocal(event.currentTarget.value))}
        />
      )}
    </Filter>
  );
}

function CodeFilter(props: Omit<OneProps, "children">) {
  return (
    <Filter {...props}>
      {(ids, value, set) => (
        <select {...ids} value={value} onChange={(event) => set(event.currentTarget.value)}>
          <option value="">Anything</option>
          {eventCodes.map((code) => (
            <option value={code} key={code}>
              {codeWords(code)}
            </option>
          ))}
        </select>
      )}
    </Filter>
  );
}

function RequestFilter(props: Omit<OneProps, "children">) {
  return (
    <Filter {...props}>
      {(ids, value, set) => (
        <input
          {...ids}
          type="text"
          autocomplete="off"
          placeholder="Any"
          value={value}
          onChange={(event) => set(event.currentTarget.value.trim().toUpperCase())}
        />
      )}
    </Filter>
  );
}

function UsualTimes({ filters, onChange }: Omit<Props, "problem">) {
  const count = Object.values(filters).filter(Boolean).length;
  return (
    <div class="usual">
      <Chips
        label="Usual times"
        choices={RANGES}
        onChoose={(seconds) => onChange({ ...filters, from: since(seconds), to: "" })}
      />
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
