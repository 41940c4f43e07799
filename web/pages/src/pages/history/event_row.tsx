import { useState } from "preact/hooks";
import type { Event } from "../../api/types";
import { Icon } from "../../parts/icon";
import { Moment } from "../../parts/time";
import { eventWords } from "../../words/events";
import { EventDetail } from "./event_detail";

const who = (event: Event): string =>
  event.actor.name ??
  (event.actor.kind === "person" ? (event.actor.oid ?? "") : event.actor.kind === "operator" ? "Operator" : "Curfew");

/** One event; it opens into all that was recorded of it. On a phone each row is a card. */
export function EventRow({ event }: { event: Event }) {
  const [open, setOpen] = useState(false);
  const id = `event-${event.seq}`;
  return (
    <>
      <tr role="row" class={open ? "open" : undefined}>
        <td role="cell" class="at">
          <Moment at={event.at} seconds />
        </td>
        <td role="cell" class="what">
          <button type="button" class="opener" aria-expanded={open} aria-controls={id} onClick={() => setOpen(!open)}>
            <Icon name="next" />
            {eventWords(event)}
          </button>
        </td>
        <td role="cell" data-label="About">
          {event.subject?.name ?? event.subject?.oid}
        </td>
        <td role="cell" data-label="Role">
          {event.role_name}
        </td>
        <td role="cell" data-label="By">
          {who(event)}
        </td>
      </tr>
      <tr role="row" class="detail" id={id} hidden={!open}>
        <td role="cell" colSpan={5}>
          {open && <EventDetail event={event} />}
        </td>
      </tr>
    </>
  );
}
