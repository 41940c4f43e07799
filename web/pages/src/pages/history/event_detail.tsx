import type { ComponentChildren } from "preact";
import type { Event } from "../../api/types";
import { utcWords } from "../../time/moment";
import { queryOf, type Field } from "./filters";

function Fact({ name, children }: { name: string; children: ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

const only = (field: Field, value: string): string => `/history${queryOf({ [field]: value })}`;

/** All that was recorded of one event, and where to go on from it. */
export function EventDetail({ event }: { event: Event }) {
  const { actor, subject, request, grant, role, from, to, detail } = event;
  const empty = !detail || Object.keys(detail).length === 0;
  return (
    <div class="event-detail">
      <dl>
        <Fact name="Number">
          {event.seq}{" "}
          <a href={`/api/v1/audit/proof/${event.seq}`} download={`curfew-proof-${event.seq}.txt`}>
            Proof that it is in the log
          </a>
        </Fact>
        <Fact name="Time">{utcWords(event.at)}</Fact>
        <Fact name="Code">
          <code>{event.code}</code> <a href={only("action", event.code)}>Only these</a>
        </Fact>
        {actor.oid && (
          <Fact name="By">
            {actor.name} <code>{actor.oid}</code> <a href={only("actor", actor.oid)}>All that they did</a>
          </Fact>
        )}
        {subject && (
          <Fact name="About">
            {subject.name} <code>{subject.oid}</code> <a href={only("subject", subject.oid)}>All about them</a>
          </Fact>
        )}
        {role && (
          <Fact name="Role">
            <code>{role}</code> <a href={only("role", role)}>All about it</a>
          </Fact>
        )}
        {(from || to) && (
          <Fact name="State">
            {from ?? "new"} → {to}
          </Fact>
        )}
        {request && (
          <Fact name="Request">
            <a href={`/requests/${request}`}>Open</a> <code>{request}</code>{" "}
            <a href={only("request", request)}>Its whole story</a>
          </Fact>
        )}
        {grant && (
          <Fact name="Grant">
            <code>{grant}</code>
          </Fact>
        )}
      </dl>
      {!empty && (
        <pre tabIndex={0} aria-label="Details as recorded">
          {JSON.stringify(detail, null, 2)}
        </pre>
      )}
    </div>
  );
}
