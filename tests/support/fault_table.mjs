// Operation x fault, as data: each kind of call that a grant's life makes, and each way in which it can go wrong (security.md
// 2.3 b, G01 to G34). A fault without `make` cannot be had from a server that answers; `where` names the test that has it.
import { CALLS } from "./azure.mjs";
import { PERSONS } from "./sandbox.mjs";

const PIM = "/v1.0/identityGovernance/privilegedAccess/group";

/**
 * Calls, by the match of a fault. `write`: it has an effect. `late`: it comes when the grant is given back. `behind`: such
 * calls as come before the assignment are let by. `azure`: of the life of a role of Azure.
 */
export const OPERATIONS = {
  token: { match: { method: "POST", path: "/*/oauth2/v2.0/token", body: "client_credentials" } },
  account: { match: { method: "GET", path: `/v1.0/users/${PERSONS.ana}` } },
  membership: { match: { method: "POST", path: "/v1.0/users/*/checkMemberGroups" } },
  risk: { match: { method: "GET", path: "/v1.0/identityProtection/riskyUsers" } },
  device: { match: { method: "GET", path: "/v1.0/devices(" } },
  managed: { match: { method: "GET", path: "/v1.0/deviceManagement/managedDevices" }, list: true },
  contexts: { match: { method: "GET", path: "/v1.0/identity/conditionalAccess/policies" }, list: true },
  rules: { match: { method: "GET", path: "/v1.0/policies/roleManagementPolicyAssignments" } },
  assign: { match: { method: "POST", path: `${PIM}/assignmentScheduleRequests`, body: "adminAssign" }, write: true },
  instances: { match: { method: "GET", path: `${PIM}/assignmentScheduleInstances`, query: "principalId" }, list: true },
  readback: { match: { method: "GET", path: `${PIM}/assignmentScheduleInstances`, query: "principalId" }, list: true, behind: true },
  mail: { match: { method: "POST", path: "/v1.0/users/*/sendMail" } },
  remove: { match: { method: "POST", path: `${PIM}/assignmentScheduleRequests`, body: "adminRemove" }, write: true, late: true },
  arm_rules: { match: CALLS.rules, azure: true },
  arm_assign: { match: { ...CALLS.put, body: "AdminAssign" }, write: true, azure: true },
  arm_instances: { match: { ...CALLS.instances, query: "principalId" }, list: true, azure: true },
  arm_readback: { match: { ...CALLS.instances, query: "principalId" }, list: true, behind: true, azure: true },
  arm_remove: { match: { ...CALLS.put, body: "AdminRemove" }, write: true, late: true, azure: true },
};

const error = (status, code, headers, more = {}) => ({ kind: "error", status, code, ...(headers && { headers }), ...more });
const throttled = (after) => error(429, "TooManyRequests", after === undefined ? undefined : { "Retry-After": after });
const later = () => new Date(Date.now() + 2000).toUTCString();
const CHALLENGE = 'Bearer realm="", authorization_uri="https://login.microsoftonline.com/common/oauth2/authorize", error="insufficient_claims", claims="eyJhY2Nlc3NfdG9rZW4iOnt9fQ=="';

/* Members of what was asked for, as either service answers them. */
const inside = (azure, members) => (azure ? { properties: members } : members);

/** id: [what, fault or function of the operation (undefined where it makes no sense), where]. */
export const FAULTS = {
  G01: ["the name does not resolve", null, "outbound/names"],
  G02: ["nobody listens", null, "outbound/write"],
  G03: ["connecting takes too long", null, "outbound/write"],
  G04: ["TLS that is wrong", null, "outbound/tls"],
  G05: ["held, then lost", () => ({ kind: "hold", when: "before" })],
  G06: ["reset before it is read", () => ({ kind: "refuse" })],
  G07: ["reset without effect", () => ({ kind: "reset", when: "before" })],
  G08: ["reset after its effect", () => ({ kind: "reset", when: "after" })],
  G09: ["cut", () => ({ kind: "cut", bytes: 40 })],
  G10a: ["broken JSON", () => ({ kind: "spoil", how: "syntax" })],
  G10b: ["a member twice", () => ({ kind: "spoil", how: "repeated_member" })],
  G11a: ["another person", ({ write, azure }) => write && { kind: "alter", set: inside(azure, { principalId: PERSONS.nils }) }],
  G11b: ["another group or role", ({ write, azure }) => write && { kind: "alter", set: azure ? inside(azure, { roleDefinitionId: PERSONS.nils }) : { groupId: PERSONS.nils } }],
  G11c: ["another end", ({ write, late, azure }) => write && !late && { kind: "alter", set: inside(azure, { scheduleInfo: { expiration: { endDateTime: "2031-01-01T00:00:00Z" } } }) }],
  G12a: ["Failed", ({ write, late }) => write && !late && { kind: "never", status: "Failed" }],
  G12b: ["PendingApproval", ({ write, late }) => write && !late && { kind: "never", status: "PendingApproval" }],
  G12c: ["Granted, and never provisioned", ({ write, late }) => write && !late && { kind: "never", status: "Granted" }],
  G13: ["refused by PIM's policy", ({ write }) => write && error(400, "RoleAssignmentRequestPolicyValidationFailed")],
  G14: ["exists", ({ write, late }) => write && !late && error(400, "RoleAssignmentExists")],
  G15: ["too short", ({ late }) => late && error(400, "ActiveDurationTooShort")],
  G16a: ["401 expired", () => error(401, "InvalidAuthenticationToken")],
  G16b: ["401 with a challenge", () => error(401, "InvalidAuthenticationToken", { "WWW-Authenticate": CHALLENGE })],
  G17a: ["403", () => error(403, "Authorization_RequestDenied")],
  G17b: ["404, then found", () => error(404, "ResourceNotFound")],
  G18: ["409", () => error(409, "Conflict")],
  G19: ["429 with seconds", () => throttled("1")],
  G20: ["429 with a date", () => throttled(later())],
  G21: ["429 without a word", () => throttled()],
  G22a: ["429 with 0", () => throttled("0")],
  G22b: ["429 with less than nothing", () => throttled("-5")],
  G22c: ["429 with words", () => throttled("soon")],
  G23a: ["500", () => error(500, "generalException")],
  G23b: ["502", () => error(502, "UnknownError")],
  G24a: ["503 with Retry-After", () => error(503, "serviceNotAvailable", { "Retry-After": "1" })],
  G24b: ["504 after its effect", () => error(504, "UnknownError", undefined, { when: "after" })],
  G25: ["302 to elsewhere", () => ({ kind: "answer", status: 302, headers: { Location: "http://127.0.0.1:9/elsewhere" }, text: "" })],
  G26: ["a captive portal's page", () => ({ kind: "spoil", how: "html" })],
  G27: ["a hundred megabytes without a length", () => ({ kind: "pad", bytes: 100e6 })],
  G28: ["a gzip bomb", () => ({ kind: "gzip", bytes: 100e6 })],
  G29: ["a byte a second", null, "outbound/call"],
  G30: ["a list that is stale", ({ list }) => list && { kind: "stale", seconds: 120 }],
  G31a: ["entries twice", ({ list }) => list && { kind: "alter", entries: "duplicate" }],
  G31b: ["entries of others", ({ list }) => list && { kind: "alter", entries: "foreign" }],
  G31c: ["no entries", ({ list }) => list && { kind: "alter", entries: "none" }],
  G32a: ["a link to a foreign host", ({ list }) => list && { kind: "alter", next_link: "http://127.0.0.1:9/v1.0/more" }],
  G32b: ["links in a circle", ({ list }) => list && { kind: "alter", next_link: "loop" }],
  G33: ["a clock an hour ahead", () => ({ kind: "date", seconds: 3600 })],
  G34: ["the effect happens twice", ({ write, late }) => write && !late && { kind: "twice" }],
};

/** Every single fault: { operation, id, what }. */
export const SINGLES = Object.entries(OPERATIONS).flatMap(([operation, about]) =>
  Object.entries(FAULTS)
    .filter(([, [, make]]) => make?.(about))
    .map(([id, [what]]) => ({ faults: [[operation, id]], what: `${operation}: ${id} ${what}` })),
);

const of = (operation) => SINGLES.filter(({ faults }) => faults[0][0] === operation).map(({ faults }) => faults[0]);

/** Every pair of a fault of the assignment and one of the read after it. */
export const PAIRS = of("assign").flatMap((one) => of("readback").map((other) => ({ faults: [one, other], what: `pair: assign ${one[1]}, readback ${other[1]}` })));

export const faultOf = ([operation, id]) => ({ match: OPERATIONS[operation].match, fault: FAULTS[id][1](OPERATIONS[operation]), behind: OPERATIONS[operation].behind });
