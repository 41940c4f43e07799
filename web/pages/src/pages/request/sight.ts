import type { AccessRequest, Me } from "../../api/types";
import { decisionsOf, placesOf } from "../../words/requests";

/** What a request is to whoever looks at it. The API judges again; this only decides what is offered. */
export interface Sight {
  own: boolean;
  approver: boolean;
  mayDecide: boolean;
  mayRevoke: boolean;
  auditor: boolean;
}

export function sightOf(request: AccessRequest, me: Me, now: number): Sight {
  const own = request.requester.id === me.id;
  const told = request.urgent
    ? [...request.urgent.passed_over, ...request.urgent.reviews.flatMap(({ reviewers }) => reviewers)]
    : [];
  const stages = request.approval.filter((line) =>
    line.approvers.some(({ id, delegates }) => id === me.id || delegates.some((one) => one.id === me.id)),
  );
  const approver = stages.length > 0 || told.some(({ id }) => id === me.id);
  const early = stages.length > 0 && stages.every(({ state }) => state === "waiting");
  const open = request.state === "pending" && (!request.lapses_at || Date.parse(request.lapses_at) > now);
  return {
    own,
    approver,
    mayDecide:
      open &&
      !own &&
      !early &&
      placesOf(request, me, now).length > 0 &&
      !decisionsOf(request).some(({ by }) => by.id === me.id),
    mayRevoke: !own && (approver || me.roles.includes("Curfew.Admin")),
    auditor: me.roles.includes("Curfew.Auditor"),
  };
}
