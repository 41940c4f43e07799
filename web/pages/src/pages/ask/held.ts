import { useLive } from "../../api/live";
import { paceOfGrants, paceOfRequests } from "../../api/pace";
import type { AccessRequest, Grant, List, Role } from "../../api/types";
import { momentWords } from "../../time/moment";
import { grantShown, requestShown } from "../../words/states";

/** A role that cannot be asked for now, because it was already: how it stands, and which request it is. */
export interface Held {
  says: string;
  request: string;
}

function heldWords(grant: Grant): string {
  if (grant.state === "active" && grant.ends_at) return `You hold this until ${momentWords(grant.ends_at)}`;
  return grantShown(grant).label;
}

export function useHeld(): Map<string, Held> {
  const grants = useLive<List<Grant>>("/api/v1/grants?active=true", (list) => paceOfGrants(list.items));
  const mine = useLive<List<AccessRequest>>("/api/v1/requests?mine=true&limit=20", (list) =>
    paceOfRequests(list.items),
  );
  const held = new Map<string, Held>();
  for (const request of mine.value?.items ?? [])
    if (["checking", "pending"].includes(request.state))
      for (const role of request.roles) held.set(role, { says: requestShown(request).label, request: request.id });
  for (const grant of grants.value?.items ?? [])
    held.set(grant.role, { says: heldWords(grant), request: grant.request });
  return held;
}

/** A bundle of which one role is held cannot be asked for either. */
export const heldOf = (role: Role, held: Map<string, Held>): Held | undefined =>
  held.get(role.id) ?? role.roles?.map(({ id }) => held.get(id)).find(Boolean);
