import type { Event } from "../../api/types";
import { shared } from "../../state";

/** People and roles that were seen in the history so far: what a filter can name without an object id. */
interface Seen {
  people: Map<string, string>;
  roles: Map<string, string>;
}

export const seen = shared<Seen>({ people: new Map(), roles: new Map() });

export function noteSeen(events: Event[]): void {
  const { people, roles } = seen.get();
  const next = { people: new Map(people), roles: new Map(roles) };
  for (const { actor, subject, role, role_name } of events) {
    for (const person of [actor, subject]) if (person?.oid && person.name) next.people.set(person.oid, person.name);
    if (role) next.roles.set(role, role_name ?? role);
  }
  if (next.people.size !== people.size || next.roles.size !== roles.size) seen.set(next);
}

const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** What somebody typed, as the id that the API filters by; null when nobody of that name was seen. */
export function idOf(typed: string, names: Map<string, string>, isId: RegExp = GUID): string | null {
  const text = typed.trim();
  if (!text || isId.test(text) || names.has(text)) return text.toLowerCase();
  for (const [id, name] of names) if (name.toLowerCase() === text.toLowerCase()) return id;
  return null;
}
