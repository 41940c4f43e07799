import type { AccessRequest, Me } from "../../api/types";
import { clock } from "../../time/clock";
import { sightOf } from "../request/sight";

/** Whether a request still waits for this very person. */
export const waitsFor = (request: AccessRequest, me: Me): boolean => sightOf(request, me, clock.now()).mayDecide;
