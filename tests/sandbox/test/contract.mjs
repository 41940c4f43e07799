// Goal: what the stand-in answers is what Microsoft's own description says (support/contract.mjs, which also holds every other
// test's exchanges at its end): here each call that it knows is made, and each is one that the contract has.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ABSENT, FOLDER, isKnown, wrongEntries } from "../../support/contract.mjs";
import { specification } from "../../support/spec.mjs";
import { AT_ONCE, device, GROUPS, PERSONS, ROLES, startSandbox } from "../../support/sandbox.mjs";

if (!isKnown) {
  console.log(`sandbox/contract: ${ABSENT}`);
  process.exit(77);
}
const graph = JSON.parse(readFileSync(join(FOLDER, "graph-openapi.json"), "utf8"));
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
    const eligible = { principal: PERSONS.ana, manner: "eligible" };
    await sandbox.control("POST", "/assignments", { ...eligible, group: GROUPS.owners });
    await sandbox.control("POST", "/assignments", { ...eligible, role: ROLES.securityReader });
    const mark = await sandbox.mark();
    for (const [path, method, status, call, body] of calls) {
      assert.ok(graph.paths[`/v1.0${path}`]?.[method], `${method} ${path}`);
      const answer = await sandbox.graph(call, { body });
      assert.equal(answer.status, status, `${method} ${call}: ${answer.text}`);
    }
    const { answers, count } = wrongEntries(await sandbox.journal(mark), () => false);
    assert.deepEqual(answers, []);
    assert.ok(count >= calls.length);
  },

  "so does every answer in the name of a person": async () => {
    await sandbox.needApproval({ role: ROLES.securityOperator }, { users: [PERSONS.lena] });
    await sandbox.needApproval({ group: GROUPS.contributors, access: "member" }, { users: [PERSONS.lena] });
    const ana = await sandbox.personToken("ana");
    const lena = await sandbox.personToken("lena");
    const self = { action: "selfActivate", principalId: PERSONS.ana, justification: "x", scheduleInfo: hour };
    const asked = { ...self, roleDefinitionId: ROLES.securityOperator, directoryScopeId: "/" };
    const joined = { ...self, groupId: GROUPS.contributors, accessId: "member" };
    const mine = "filterByCurrentUser(on='principal')";
    const decided = "filterByCurrentUser(on='approver')";
    const mark = await sandbox.mark();
    async function check(version, path, method, status, token, body, call = path) {
      assert.ok(graph.paths[version + path]?.[method], `${method} ${version}${path}`);
      const answer = await sandbox.graph(call, { version, token, body, method: method.toUpperCase() });
      assert.equal(answer.status, status, `${method} ${call}: ${answer.text}`);
      return answer.body;
    }
    const v1 = (...rest) => check("/v1.0", ...rest);
    await v1("/me", "get", 200, ana);
    const { id } = await v1(`${ROLE}/roleAssignmentScheduleRequests`, "post", 201, ana, asked);
    const group = await v1(`${PIM}/assignmentScheduleRequests`, "post", 201, ana, joined);
    await v1(`${ROLE}/roleAssignmentScheduleRequests/${decided}`, "get", 200, lena);
    await v1(`${PIM}/assignmentScheduleRequests/${decided}`, "get", 200, lena);
    await v1(`${PIM}/assignmentApprovals/${decided}`, "get", 200, lena);
    const approval = `${ROLE}/roleAssignmentApprovals/{id}`;
    await check("/beta", approval, "get", 200, lena, undefined, approval.replace("{id}", id));
    await check("/beta", `${approval}/steps`, "get", 200, lena, undefined, `${approval.replace("{id}", id)}/steps`);
    const review = { reviewResult: "Approve", justification: "OK" };
    const step = `${approval}/steps/{stepId}`;
    await check("/beta", step, "patch", 204, lena, review, step.replace("{id}", id).replace("{stepId}", id));
    const stages = `${PIM}/assignmentApprovals/{id}`;
    const { stages: [{ id: stageId }] } = await v1(stages, "get", 200, lena, undefined, stages.replace("{id}", group.id));
    const stage = `${stages}/stages/{stageId}`;
    const own = stage.replace("{id}", group.id).replace("{stageId}", stageId);
    await v1(stage, "get", 200, lena, undefined, own);
    await v1(stage, "patch", 204, lena, review, own);
    for (const list of ["roleAssignmentScheduleInstances", "roleAssignmentSchedules", "roleAssignmentScheduleRequests", "roleEligibilityScheduleInstances", "roleEligibilitySchedules"])
      assert.ok((await v1(`${ROLE}/${list}/${mine}`, "get", 200, ana)).value.length, list);
    for (const list of ["assignmentScheduleInstances", "assignmentSchedules", "assignmentScheduleRequests", "eligibilityScheduleInstances", "eligibilitySchedules"])
      assert.ok((await v1(`${PIM}/${list}/${mine}`, "get", 200, ana)).value.length, list);
    assert.deepEqual(wrongEntries(await sandbox.journal(mark), () => false).answers, []);
  },

  "so does every answer of sign-in": async () => {
    const mark = await sandbox.mark();
    await fetch(sandbox.at("/v2.0/.well-known/openid-configuration"));
    await fetch(sandbox.at("/discovery/v2.0/keys"));
    const { location } = await sandbox.signIn(sandbox.authorizeUrl());
    const statuses = [await sandbox.redeem(location), await sandbox.redeem(location), await sandbox.redeem(location, { client_secret: "wrong" })];
    assert.deepEqual(statuses.map(({ status }) => status), [200, 400, 401]);
    assert.equal((await sandbox.onBehalf((await sandbox.redeem((await sandbox.signIn(sandbox.authorizeUrl())).location)).body.access_token)).status, 200);
    const challenged = await sandbox.onBehalf(await sandbox.apiToken("ana", { mfa: "code" }), {
      claims: JSON.stringify({ access_token: { acrs: { essential: true, value: "c1" } } }),
    });
    assert.equal(challenged.status, 400);
    const { requests, answers, count } = wrongEntries(await sandbox.journal(mark));
    assert.deepEqual([requests, answers], [[], []]);
    assert.ok(count >= 6);
  },

  "every call of the table is one that the contract has": async () => {
    const table = readFileSync(new URL("../routes.c", import.meta.url), "utf8");
    const prefix = {
      CA: "/identity/conditionalAccess",
      PIM_GROUP: PIM,
      MINE: "filterByCurrentUser(on='principal')",
      DECIDED: "filterByCurrentUser(on='approver')",
      PIM_ROLE: ROLE,
      POLICIES: "/policies/roleManagementPolicies",
      REPORT: "/reports/authenticationMethods/userRegistrationDetails",
    };
    const spelled = table.replace(/" (MINE|DECIDED),/g, (_, name) => `${prefix[name]}",`);
    const rows = [...spelled.matchAll(/\{(V1|BETA|BOTH), +"(\w+)", +(?:(\w+)(?: ?))?(?:"([^"]*)")?,/g)];
    assert.ok(rows.length > 50);
    const missing = [];
    for (const [, version, method, macro, rest] of rows) {
      const path = ((macro && prefix[macro]) ?? "") + (rest ?? "");
      const versions = version === "BOTH" ? ["/v1.0"] : [version === "V1" ? "/v1.0" : "/beta"];
      for (const each of versions)
        if (!graph.paths[each + path]?.[method.toLowerCase()]) missing.push(`${method} ${each}${path}`);
    }
    const beyondIt = [
      /\{cast\}/, // OData, on every list of directory objects
      /^PATCH \/v1\.0.*assignmentApprovals\/\{id\}\/steps\//, // of a page that contradicts the description (E09)
    ];
    assert.deepEqual(
      missing.filter((call) => !beyondIt.some((pattern) => pattern.test(call))),
      [],
    );
  },

  "it ends with nothing left over": async () => {
    assert.equal(await sandbox.stop(), 0);
  },
});
