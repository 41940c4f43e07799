// Goal: what the stand-in answers has the shape that Graph's own description gives it. Where the environment variable
// CURFEW_CONTRACT names no folder with graph-openapi.json and login-openapi.json, there is nothing to hold it against.
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { specification } from "../../support/spec.mjs";
import { AT_ONCE, device, GROUPS, PERSONS, ROLES, startSandbox } from "../../support/sandbox.mjs";

const folder = process.env.CURFEW_CONTRACT ?? "";
if (!existsSync(join(folder, "graph-openapi.json"))) {
  console.log("sandbox/contract: skipped, CURFEW_CONTRACT names no folder with graph-openapi.json");
  process.exit(0);
}
const graph = JSON.parse(readFileSync(join(folder, "graph-openapi.json"), "utf8"));
const login = JSON.parse(readFileSync(join(folder, "login-openapi.json"), "utf8"));
const resolve = (root, schema) =>
  schema.$ref
    ? resolve(
        root,
        schema.$ref
          .slice(2)
          .split("/")
          .reduce((at, key) => at[key.replace(/~1/g, "/")], root),
      )
    : schema;

/** All properties of a schema, those of its bases too; null when it is not an object's. */
function properties(root, schema) {
  const found = resolve(root, schema);
  const own = found.properties ? { ...found.properties } : null;
  return (found.allOf ?? []).reduce((all, part) => ({ ...all, ...properties(root, part) }), own);
}

function typeFits(schema, value) {
  switch (schema.type) {
    case "string":
      return typeof value === "string";
    case "integer":
      return Number.isInteger(value);
    case "number":
      return typeof value === "number";
    case "boolean":
      return typeof value === "boolean";
    case "array":
      return Array.isArray(value);
    case "object":
      return typeof value === "object" && !Array.isArray(value);
    default:
      return true;
  }
}

function dateFits(schema, value) {
  return schema.format !== "date-time" || /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,7})?Z$/.test(value);
}

/** What is wrong with `value`, as a list of sentences; annotations ("@…") and members of unknown types are left alone. */
function complaints(root, schema, value, at = "$") {
  const typed = typeof value?.["@odata.type"] === "string" && root.components.schemas?.[value["@odata.type"].slice(1)];
  const found = typed || resolve(root, schema);
  if (value === null) return found.nullable === false ? [`${at} is null`] : [];
  const known = properties(root, found);
  if (!known && !typeFits(found, value)) return [`${at} is no ${found.type}: ${JSON.stringify(value)}`];
  if (found.enum && !found.enum.includes(value)) return [`${at} cannot be ${JSON.stringify(value)}`];
  if (!dateFits(found, value)) return [`${at} is no time: ${value}`];
  if (Array.isArray(value))
    return value.flatMap((entry, i) => complaints(root, found.items ?? {}, entry, `${at}[${i}]`));
  if (!known || typeof value !== "object") return [];
  const missing = (found.required ?? []).filter((name) => !(name in value)).map((name) => `${at}.${name} is missing`);
  return [
    ...missing,
    ...Object.entries(value).flatMap(([name, member]) => {
      if (name.startsWith("@")) return [];
      return known[name] ? complaints(root, known[name], member, `${at}.${name}`) : [`${at}.${name} is unknown`];
    }),
  ];
}

/** What the cut-down description leaves out, although Graph has it. */
const beyond = /grantControls\.authenticationStrength is unknown$/;

function schemaOf(root, path, method, status) {
  const operation = root.paths[path]?.[method];
  assert.ok(operation, `${method} ${path} is not in the contract`);
  const response = operation.responses[status] ?? operation.responses.default;
  assert.ok(response, `${method} ${path} never answers ${status}`);
  return resolve(root, response).content?.["application/json"]?.schema;
}

const sandbox = await startSandbox({ switches: AT_ONCE });
const PIM = "/identityGovernance/privilegedAccess/group";
const ROLE = "/roleManagement/directory";
const filter = (text) => `?$filter=${encodeURIComponent(text)}`;
const ofAna = filter(`principalId eq '${PERSONS.ana}'`);
const group = { accessId: "member", groupId: GROUPS.owners, principalId: PERSONS.ana, justification: "x" };
const role = {
  roleDefinitionId: ROLES.securityReader,
  directoryScopeId: "/",
  principalId: PERSONS.ana,
  justification: "x",
};
const hour = { startDateTime: "2020-01-01T00:00:00Z", expiration: { type: "afterDuration", duration: "PT1H" } };

// path in the contract, method, status, the call itself
const calls = [
  ["/users/{id}", "get", 200, `/users/${PERSONS.ana}`],
  ["/users/{id}", "get", 404, "/users/nobody"],
  ["/users/{id}/manager", "get", 200, `/users/${PERSONS.ana}/manager`],
  ["/users/{id}/transitiveMemberOf", "get", 200, `/users/${PERSONS.ana}/transitiveMemberOf`],
  [
    "/users/{id}/checkMemberGroups",
    "post",
    200,
    `/users/${PERSONS.ana}/checkMemberGroups`,
    { groupIds: [GROUPS.analysts] },
  ],
  ["/users/{id}/revokeSignInSessions", "post", 200, `/users/${PERSONS.ana}/revokeSignInSessions`, {}],
  [
    "/directoryObjects/{id}/checkMemberGroups",
    "post",
    200,
    `/directoryObjects/${PERSONS.ana}/checkMemberGroups`,
    { groupIds: [GROUPS.analysts] },
  ],
  ["/groups/{id}", "get", 200, `/groups/${GROUPS.owners}`],
  ["/groups/{id}/members", "get", 200, `/groups/${GROUPS.analysts}/members`],
  ["/groups/{id}/transitiveMembers", "get", 200, `/groups/${GROUPS.analysts}/transitiveMembers`],
  ["/groups/{id}/owners", "get", 200, `/groups/${GROUPS.owners}/owners`],
  ["/devices", "get", 200, "/devices"],
  ["/devices/{id}", "get", 200, `/devices/${device("SEC-116")}`],
  ["/devices(deviceId='{deviceId}')", "get", 200, `/devices(deviceId='${device("SEC-114", "de1d")}')`],
  ["/deviceManagement/managedDevices", "get", 200, "/deviceManagement/managedDevices"],
  [
    "/deviceManagement/managedDevices/{id}",
    "get",
    200,
    `/deviceManagement/managedDevices/${device("SEC-114", "de1e")}`,
  ],
  ["/identityProtection/riskyUsers", "get", 200, "/identityProtection/riskyUsers"],
  ["/identityProtection/riskyUsers/{id}", "get", 200, `/identityProtection/riskyUsers/${PERSONS.marc}`],
  ["/identityProtection/riskyUsers/{id}", "get", 404, `/identityProtection/riskyUsers/${PERSONS.tom}`],
  ["/identity/conditionalAccess/policies", "get", 200, "/identity/conditionalAccess/policies"],
  [
    "/identity/conditionalAccess/authenticationContextClassReferences",
    "get",
    200,
    "/identity/conditionalAccess/authenticationContextClassReferences",
  ],
  ["/auditLogs/signIns", "get", 200, "/auditLogs/signIns"],
  ["/auditLogs/directoryAudits", "get", 200, "/auditLogs/directoryAudits"],
  [
    "/reports/authenticationMethods/userRegistrationDetails",
    "get",
    200,
    "/reports/authenticationMethods/userRegistrationDetails",
  ],
  [
    "/reports/authenticationMethods/userRegistrationDetails/{id}",
    "get",
    200,
    `/reports/authenticationMethods/userRegistrationDetails/${PERSONS.ana}`,
  ],
  [
    `${PIM}/assignmentScheduleRequests`,
    "post",
    201,
    `${PIM}/assignmentScheduleRequests`,
    { ...group, action: "adminAssign", scheduleInfo: hour },
  ],
  [
    `${PIM}/assignmentScheduleRequests`,
    "post",
    400,
    `${PIM}/assignmentScheduleRequests`,
    { ...group, action: "adminAssign", scheduleInfo: hour },
  ],
  [`${PIM}/assignmentScheduleRequests`, "get", 200, `${PIM}/assignmentScheduleRequests${ofAna}`],
  [`${PIM}/assignmentSchedules`, "get", 200, `${PIM}/assignmentSchedules${ofAna}`],
  [`${PIM}/assignmentScheduleInstances`, "get", 200, `${PIM}/assignmentScheduleInstances${ofAna}`],
  [`${PIM}/assignmentScheduleInstances`, "get", 400, `${PIM}/assignmentScheduleInstances`],
  [`${PIM}/eligibilityScheduleInstances`, "get", 200, `${PIM}/eligibilityScheduleInstances${ofAna}`],
  [
    `${PIM}/assignmentScheduleRequests`,
    "post",
    201,
    `${PIM}/assignmentScheduleRequests`,
    { ...group, action: "adminRemove" },
  ],
  [
    `${ROLE}/roleAssignmentScheduleRequests`,
    "post",
    201,
    `${ROLE}/roleAssignmentScheduleRequests`,
    { ...role, action: "adminAssign", scheduleInfo: hour },
  ],
  [`${ROLE}/roleAssignmentScheduleRequests`, "get", 200, `${ROLE}/roleAssignmentScheduleRequests`],
  [`${ROLE}/roleAssignmentSchedules`, "get", 200, `${ROLE}/roleAssignmentSchedules`],
  [`${ROLE}/roleAssignmentScheduleInstances`, "get", 200, `${ROLE}/roleAssignmentScheduleInstances`],
  [`${ROLE}/roleEligibilityScheduleInstances`, "get", 200, `${ROLE}/roleEligibilityScheduleInstances`],
  [`${ROLE}/roleAssignments`, "get", 200, `${ROLE}/roleAssignments`],
  [`${ROLE}/roleDefinitions`, "get", 200, `${ROLE}/roleDefinitions`],
  [`${ROLE}/roleDefinitions/{id}`, "get", 200, `${ROLE}/roleDefinitions/${ROLES.securityReader}`],
  [
    "/policies/roleManagementPolicyAssignments",
    "get",
    200,
    `/policies/roleManagementPolicyAssignments${filter("scopeId eq '/' and scopeType eq 'DirectoryRole'")}&$expand=policy($expand=rules)`,
  ],
  [
    "/policies/roleManagementPolicyAssignments",
    "get",
    200,
    `/policies/roleManagementPolicyAssignments${filter(`scopeId eq '${GROUPS.owners}' and scopeType eq 'Group'`)}&$expand=policy($expand=rules)`,
  ],
  ["/$batch", "post", 200, "/$batch", { requests: [{ id: "1", method: "GET", url: "/users/nobody" }] }],
];

await specification("sandbox/contract", {
  "every answer of Graph fits its description": async () => {
    await sandbox.switches({ early_removal: true, sign_in_log_ms: 0, audit_log_ms: 0 });
    await sandbox.person(PERSONS.marc, { risk: "high" });
    await sandbox.signIn(sandbox.authorizeUrl());
    for (const person of [PERSONS.ana]) {
      await sandbox.control("POST", "/assignments", { principal: person, group: GROUPS.owners, manner: "eligible" });
      await sandbox.control("POST", "/assignments", {
        principal: person,
        role: ROLES.securityReader,
        manner: "eligible",
      });
    }
    const wrong = [];
    for (const [path, method, status, call, body] of calls) {
      const answer = await sandbox.graph(call, { body });
      assert.equal(answer.status, status, `${method} ${call}: ${answer.text}`);
      const schema = schemaOf(graph, `/v1.0${path}`, method, status);
      if (schema)
        wrong.push(...complaints(graph, schema, answer.body).map((says) => `${method} ${call.split("?")[0]}: ${says}`));
    }
    assert.deepEqual(
      wrong.filter((says) => !beyond.test(says)),
      [],
    );
  },

  "so does every answer of sign-in": async () => {
    const tenant = "/{tenant}";
    const discovery = await (await fetch(sandbox.at("/v2.0/.well-known/openid-configuration"))).json();
    const keys = await (await fetch(sandbox.at("/discovery/v2.0/keys"))).json();
    const { location } = await sandbox.signIn(sandbox.authorizeUrl());
    const fine = await sandbox.redeem(location);
    const again = await sandbox.redeem(location);
    const refused = await sandbox.redeem(location, { client_secret: "wrong" });
    const answers = [
      ["/v2.0/.well-known/openid-configuration", "get", 200, discovery],
      ["/discovery/v2.0/keys", "get", 200, keys],
      ["/oauth2/v2.0/token", "post", fine.status, fine.body],
      ["/oauth2/v2.0/token", "post", again.status, again.body],
      ["/oauth2/v2.0/token", "post", refused.status, refused.body],
    ];
    for (const [path, method, status, body] of answers) {
      const schema = schemaOf(login, tenant + path, method, status);
      const wrong = complaints(login, schema, body).filter(
        (says) => !(schema.additionalProperties && says.endsWith("is unknown")),
      );
      assert.deepEqual(wrong, [], `${path} ${status}`);
    }
  },

  "every call of the table is one that the contract has": async () => {
    const table = readFileSync(new URL("../routes.c", import.meta.url), "utf8");
    const prefix = {
      CA: "/identity/conditionalAccess",
      PIM_GROUP: PIM,
      PIM_ROLE: ROLE,
      POLICIES: "/policies/roleManagementPolicies",
      REPORT: "/reports/authenticationMethods/userRegistrationDetails",
    };
    const rows = [...table.matchAll(/\{(V1|BETA|BOTH), +"(\w+)", +(?:(\w+)(?: ?))?(?:"([^"]*)")?,/g)];
    assert.ok(rows.length > 50);
    const missing = [];
    for (const [, version, method, macro, rest] of rows) {
      const path = ((macro && prefix[macro]) ?? "") + (rest ?? "");
      const versions = version === "BOTH" ? ["/v1.0"] : [version === "V1" ? "/v1.0" : "/beta"];
      for (const each of versions)
        if (!graph.paths[each + path]?.[method.toLowerCase()]) missing.push(`${method} ${each}${path}`);
    }
    const casts = missing.filter((call) => call.includes("{cast}")); // OData, on every list of directory objects
    assert.deepEqual(
      missing.filter((call) => !casts.includes(call)),
      [],
    );
  },

  "the comparison bites": async () => {
    const schema = schemaOf(graph, "/v1.0/identityProtection/riskyUsers/{id}", "get", 200);
    const { body } = await sandbox.graph(`/identityProtection/riskyUsers/${PERSONS.marc}`);
    assert.deepEqual(complaints(graph, schema, body), []);
    for (const wrong of [
      { riskLevel: "enormous" },
      { isDeleted: "no" },
      { riskLastUpdatedDateTime: "yesterday" },
      { invented: 1 },
    ]) {
      assert.equal(complaints(graph, schema, { ...body, ...wrong }).length, 1, JSON.stringify(wrong));
    }
  },

  "it ends with nothing left over": async () => {
    assert.equal(await sandbox.stop(), 0);
  },
});
