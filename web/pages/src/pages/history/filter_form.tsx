import type { Problem } from "../../api/problem";
import { Badge } from "../../parts/badge";
import { Button } from "../../parts/button";
import { Field } from "../../parts/field";
import { Panel } from "../../parts/panel";
import { clock } from "../../time/clock";
import { complaintWords } from "../../words/complaints";
import { codeWords, eventCodes } from "../../words/events";
import { fromLocal, toLocal, type Filters } from "./filters";
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

/** Which part of the history: each filter narrows what the others leave. */
export function FilterForm({ filters, problem, onChange }: Props) {
  const { people, roles } = seen.use();
  const set = (part: Filters) => onChange({ ...filters, ...part });
  const count = Object.values(filters).filter(Boolean).length;
  return (
    <Panel title={<>Filters {count > 0 && <Badge tone="accent">{count}</Badge>}</>}>
      <form class="filters" aria-label="Filters" onSubmit={(event) => event.preventDefault()}>
        <div class="chips" role="group" aria-label="Usual times">
          {RANGES.map(({ says, seconds }) => (
            <button type="button" class="chip" key={says} onClick={() => set({ from: since(seconds), to: "" })}>
              {says}
            </button>
          ))}
          {count > 0 && (
            <Button kind="quiet" onClick={() => onChange({})}>
              Clear {count === 1 ? "the filter" : `${count} filters`}
            </Button>
          )}
        </div>
        <div class="fields">
          <Field id="from" label="From" error={complaintWords(problem?.of("from"))}>
            {(ids) => (
              <input
                {...ids}
                type="datetime-local"
                value={toLocal(filters.from)}
                onChange={(event) => set({ from: fromLocal(event.currentTarget.value) })}
              />
            )}
          </Field>
          <Field id="to" label="Until" error={complaintWords(problem?.of("to"))}>
            {(ids) => (
              <input
                {...ids}
                type="datetime-local"
                value={toLocal(filters.to)}
                onChange={(event) => set({ to: fromLocal(event.currentTarget.value) })}
              />
            )}
          </Field>
          <NamedField
            id="subject"
            label="About"
            value={filters.subject ?? ""}
            names={people}
            onChange={(subject) => set({ subject })}
          />
          <NamedField
            id="actor"
            label="Done by"
            value={filters.actor ?? ""}
            names={people}
            onChange={(actor) => set({ actor })}
          />
          <NamedField
            id="role"
            label="Role"
            value={filters.role ?? ""}
            names={roles}
            isId={/^[a-z0-9-]+$/}
            onChange={(role) => set({ role })}
          />
          <Field id="action" label="What" error={complaintWords(problem?.of("action"))}>
            {(ids) => (
              <select
                {...ids}
                value={filters.action ?? ""}
                onChange={(event) => set({ action: event.currentTarget.value })}
              >
                <option value="">Anything</option>
                {eventCodes.map((code) => (
                  <option value={code} key={code}>
                    {codeWords(code)}
                  </option>
                ))}
              </select>
            )}
          </Field>
          <Field id="request" label="Request" error={complaintWords(problem?.of("request"))}>
            {(ids) => (
              <input
                {...ids}
                type="text"
                autocomplete="off"
                placeholder="Any"
                value={filters.request ?? ""}
                onChange={(event) => set({ request: event.currentTarget.value.trim().toUpperCase() })}
              />
            )}
          </Field>
        </div>
      </form>
    </Panel>
  );
}
