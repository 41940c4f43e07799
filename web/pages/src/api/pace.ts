import { clock } from "../time/clock";
import type { AccessRequest, Grant } from "./types";

/** How soon to look again: every moment while something moves, seldom when nothing does. In seconds. */
const MOVING = 2;
const ASKED = 5;
const STEADY = 15;
export const RESTING = 60;

export const grantOver = (grant: Grant) => ["ended", "failed", "lapsed"].includes(grant.state);
export const requestOver = (request: AccessRequest) =>
  !["checking", "pending"].includes(request.state) && request.grants.every(grantOver);

function ofGrant(grant: Grant): number {
  if (grantOver(grant)) return RESTING;
  if (grant.needs) return STEADY;
  if (grant.state !== "active" || !grant.ends_at) return MOVING;
  const left = (Date.parse(grant.ends_at) - clock.now()) / 1000;
  return left < 0 ? MOVING : Math.min(STEADY, left + 1);
}

export const paceOfGrants = (grants: Grant[]): number => Math.min(RESTING, ...grants.map(ofGrant));

export function paceOfRequest(request: AccessRequest): number {
  if (request.state === "checking") return MOVING;
  if (request.state === "pending") return ASKED;
  return paceOfGrants(request.grants);
}

export const paceOfRequests = (requests: AccessRequest[]): number => Math.min(RESTING, ...requests.map(paceOfRequest));
