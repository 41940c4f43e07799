// Goal: roles of Azure are asked for, approved, given back and read as Azure Resource Manager does it (scenarios F01 to F11).
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { AZURE } from "../../support/azure.mjs";
import { specification } from "../../support/spec.mjs";
import { ARM_SCOPE, AT_ONCE, CURFEW, GROUPS, PERSONS, SECRETS, startSandbox } from "../../support/sandbox.mjs";

const sandbox = await startSandbox({ switches: AT_ONCE });
const PROVIDER = "/providers/Microsoft.Authorization";
const VERSION = "api-version=2020-10-01";
const roleAt = (scope, role = AZURE.responder) => `${scope}${PROVIDER}/roleDefinitions/${role}`;
const within = (duration) => ({ startDateTime: "2020-01-01T00:00:00Z", expiration: { type: "AfterDuration", duration } });
const own = `$filter=${encodeURIComponent("asTarget()")}`;
let tokens = {};

async function afresh(switches) {
  await sandbox.afresh(switches);
  tokens = {};
  for (const person of ["ana", "lena", "nils", "tom"]) tokens[person] = await sandbox.personToken(person, { scope: ARM_SCOPE });
}

/** The token of an application for ARM. */
async function appToken() {
  const { body } = await sandbox.token({
    grant_type: "client_credentials",
    client_id: CURFEW,
    client_secret: SECRETS[CURFEW],
    scope: "https://management.azure.com/.default",
  });
  return body.access_token;
}

function arm(path, options = {}) {
  const [head, query] = path.split("?");
  return sandbox.graph(`${head}?${query ?? VERSION}`, { version: "", token: tokens.ana, ...options });
}

function request(changes = {}, { scope = AZURE.subscription, name = randomUUID(), validate = false, ...options } = {}) {
  const properties = {
    principalId: PERSONS.ana,
    roleDefinitionId: roleAt(scope),
    requestType: "SelfActivate",
    justification: "INC-7",
    scheduleInfo: within("PT1H"),
    ...changes,
  };
  const path = `${scope}${PROVIDER}/roleAssignmentScheduleRequests/${name}`;
  return validate
    ? arm(`${path}/validate`, { method: "POST", body: { properties }, ...options })
    : arm(path, { method: "PUT", body: { properties }, ...options });
}

const list = (kind, scope, filter = own, options = {}) => arm(`${scope}${PROVIDER}/${kind}?${VERSION}&${filter}`, options);
const instances = async (scope = AZURE.subscription, options) =>
  (await list("roleAssignmentScheduleInstances", scope, own, options)).body.value;
const rules = (changes) =>
  sandbox.control("PATCH", "/pim", { azure_role: AZURE.responder, scope: AZURE.subscription, rules: changes });

async function refused(answer, status, code) {
  const { status: got, body } = await answer;
  assert.deepEqual([got, body.error.code, Object.keys(body.error)], [status, code, ["code", "message"]], JSON.stringify(body));
  return body.error.message;
}

await afresh();

await specification("sandbox/arm", {
  "F01 PUT under a name of one's own is provisioned, and a second one is a conflict": async () => {
    const name = randomUUID();
    const { status, body } = await request({ ticketInfo: { ticketNumber: "INC-7", ticketSystem: "SNOW" } }, { name });
    assert.equal(status, 201);
    assert.deepEqual([body.name, body.type], [name, "Microsoft.Authorization/RoleAssignmentScheduleRequests"]);
    assert.equal(body.id, `${AZURE.subscription}${PROVIDER}/RoleAssignmentScheduleRequests/${name}`);
    const { properties } = body;
    assert.deepEqual(
      [properties.status, properties.requestType, properties.principalId, properties.requestorId, properties.principalType],
      ["Provisioned", "SelfActivate", PERSONS.ana, PERSONS.ana, "User"],
    );
    assert.equal(properties.scheduleInfo.expiration.type, "AfterDuration");
    assert.equal(properties.expandedProperties.roleDefinition.displayName, "Microsoft Sentinel Responder");
    const again = await refused(request({}, { name }), 400, "RequestConflict");
    assert.equal(again, `A role assignment request with Id: ${name} already exists.`);
    await sandbox.switches({ arm_conflict_is_409: true });
    await refused(request({}, { name }), 409, "RequestConflict");
    const path = `${AZURE.subscription}${PROVIDER}/roleAssignmentScheduleRequests/${name}`;
    const read = await arm(path);
    assert.deepEqual([read.status, read.body.properties.status], [200, "Provisioned"]);
    assert.equal((await arm(path, { token: tokens.nils })).status, 403);
    const [held] = await instances();
    assert.deepEqual(
      [held.properties.assignmentType, held.properties.memberType, held.properties.scope],
      ["Activated", "Direct", AZURE.subscription],
    );
    assert.ok(held.properties.roleAssignmentScheduleId.endsWith(`/${properties.targetRoleAssignmentScheduleId}`));
    await refused(request(), 400, "RoleAssignmentExists");
    const { live } = await sandbox.assignments();
    const held_ = live.find((entry) => entry.request === name);
    assert.deepEqual([held_.target.kind, held_.target.scope, held_.manner], ["azure_role", AZURE.subscription, "activated"]);
  },

  "F02 what one is eligible for shows at the root; everything only to who may read": async () => {
    await afresh();
    const { status, body } = await list("roleEligibilityScheduleInstances", "");
    assert.equal(status, 200);
    assert.equal(body.value.length, 1);
    const [{ properties }] = body.value;
    assert.deepEqual([properties.memberType, properties.principalId], ["Direct", PERSONS.ana]);
    assert.match(properties.roleEligibilityScheduleId, /\/RoleEligibilitySchedules\/[0-9a-f-]{36}$/);
    const message = await refused(list("roleEligibilityScheduleInstances", "", ""), 403, "InsufficientPermissions");
    assert.match(message, /Please use \$filter=asTarget\(\)/);
    const all = await list("roleEligibilityScheduleInstances", AZURE.subscription, "", { token: tokens.tom });
    assert.equal(all.body.value.length, 2, "an owner of the subscription sees all of it");
    const one = `$filter=${encodeURIComponent(`principalId eq ${PERSONS.ana}`)}`;
    assert.equal(
      (await list("roleEligibilityScheduleInstances", AZURE.subscription, one, { token: tokens.tom })).body.value.length,
      1,
    );
    await refused(list("roleEligibilityScheduleInstances", "", `$filter=nonsense`), 400, "InvalidFilter");
  },

  "F03 what one holds does not show at the root": async () => {
    await request();
    assert.deepEqual(await instances(""), []);
    assert.equal((await instances()).length, 1);
    assert.equal((await list("roleAssignmentSchedules", AZURE.subscription)).body.value.length, 1);
  },

  "F04 validate changes nothing, and what needs an approval is PendingEvaluation": async () => {
    await afresh();
    await sandbox.needApproval({ azure_role: AZURE.responder, scope: AZURE.subscription }, { users: [PERSONS.lena] });
    const name = randomUUID();
    const { status, body } = await request({}, { validate: true, name });
    assert.deepEqual([status, body.properties.status], [200, "PendingEvaluation"]);
    await refused(request({ justification: "" }, { validate: true }), 400, "RoleAssignmentRequestPolicyValidationFailed");
    assert.deepEqual(await instances(), []);
    assert.equal((await request({}, { name })).status, 201, "the name is still free");
  },

  "F05 spelling and version are exact": async () => {
    await afresh();
    await refused(request({ requestType: "selfActivate" }), 400, "BadRequest");
    await refused(request({ scheduleInfo: { expiration: { type: "afterDuration", duration: "PT1H" } } }), 400, "BadRequest");
    await refused(request({ roleDefinitionId: AZURE.responder }), 400, "BadRequest");
    await refused(request({ principalId: undefined }), 400, "BadRequest");
    await refused(request({}, { name: "my-request" }), 400, "BadRequest");
    const path = `${AZURE.subscription}${PROVIDER}/roleAssignmentScheduleInstances`;
    await refused(arm(`${path}?${own}`), 400, "MissingApiVersionParameter");
    await refused(arm(`${path}?api-version=2019-01-01`), 400, "InvalidResourceType");
    await refused(arm(`${AZURE.subscription}${PROVIDER}/nothing`), 404, "InvalidResourceType");
    await refused(request({}, { scope: "/subscriptions/11111111-0000-4000-8000-000000000000" }), 404, "SubscriptionNotFound");
    await refused(request({}, { scope: `${AZURE.subscription}/resourceGroups/nothing` }), 404, "ResourceGroupNotFound");
    await refused(request({ roleDefinitionId: roleAt(AZURE.subscription, CURFEW) }), 400, "RoleDefinitionDoesNotExist");
    await sandbox.control("POST", "/assignments", {
      principal: PERSONS.tom,
      azure_role: AZURE.userAccessAdministrator,
      scope: AZURE.subscription,
    });
    const nobody = { principalId: CURFEW, requestType: "AdminAssign" };
    await refused(request(nobody, { token: tokens.tom }), 400, "SubjectNotFound");
  },

  "F06 at a narrower scope than that of the eligibility, by its id": async () => {
    await afresh();
    const { body } = await list("roleEligibilityScheduleInstances", AZURE.group);
    const [{ properties }] = body.value;
    assert.equal(properties.memberType, "Inherited");
    const linkedRoleEligibilityScheduleId = properties.roleEligibilityScheduleId.split("/").at(-1);
    await refused(
      request({ linkedRoleEligibilityScheduleId: randomUUID() }, { scope: AZURE.group }),
      400,
      "RoleEligibilityScheduleRequestNotFound",
    );
    const made = await request({ linkedRoleEligibilityScheduleId }, { scope: AZURE.group });
    assert.deepEqual([made.status, made.body.properties.scope], [201, AZURE.group]);
    const [held] = await instances(AZURE.group);
    assert.equal(held.properties.linkedRoleEligibilityScheduleId, linkedRoleEligibilityScheduleId);
    const { live } = await sandbox.assignments();
    assert.ok(live.some(({ target }) => target.scope === AZURE.group));
    assert.equal((await instances()).length, 1, "it lies below the subscription");
    const here = `$filter=${encodeURIComponent("asTarget() and atScope()")}`;
    assert.deepEqual((await list("roleAssignmentScheduleInstances", AZURE.subscription, here)).body.value, []);
    const elsewhere = { scope: "/subscriptions/5ab50000-0000-4000-8000-000000000002" };
    await refused(request({}, elsewhere), 400, "RoleAssignmentRequestPolicyValidationFailed");
  },

  "the policy of the eligibility binds at the narrower scope as well": async () => {
    await afresh();
    await rules({ Expiration_EndUser_Assignment: { maximumDuration: "PT30M" } });
    const message = await refused(
      request({}, { scope: AZURE.group }),
      400,
      "RoleAssignmentRequestPolicyValidationFailed",
    );
    assert.equal(message, 'The following policy rules failed: ["ExpirationRule"]');
    const only = `$filter=${encodeURIComponent(`roleDefinitionId eq '${roleAt(AZURE.group)}'`)}`;
    const longest = async () =>
      (await list("roleManagementPolicyAssignments", AZURE.group, only)).body.value[0].properties.effectiveRules.find(
        (rule) => rule.id === "Expiration_EndUser_Assignment",
      ).maximumDuration;
    assert.equal(await longest(), "PT30M");
    await sandbox.switches({ arm_policy_above: false });
    assert.equal(await longest(), "PT8H");
    assert.equal((await request({}, { scope: AZURE.group })).status, 201);
    await sandbox.switches({ arm_policy_above: true });
    const nils = await refused(
      request({ principalId: PERSONS.nils, scheduleInfo: within("PT20M") }, { token: tokens.nils }),
      400,
      "RoleAssignmentRequestPolicyValidationFailed",
    );
    assert.equal(nils, 'The following policy rules failed: ["EligibilityRule"]');
  },

  "a condition must be repeated": async () => {
    await afresh();
    const condition = "@Resource[Microsoft.Storage/storageAccounts:Name] StringEquals 'logs'";
    await sandbox.control("POST", "/assignments", {
      principal: PERSONS.nils,
      azure_role: AZURE.contributor,
      scope: AZURE.subscription,
      manner: "eligible",
      condition,
      condition_version: "2.0",
    });
    const role = { principalId: PERSONS.nils, roleDefinitionId: roleAt(AZURE.subscription, AZURE.contributor) };
    const as = { token: tokens.nils };
    await refused(request(role, as), 400, "InvalidRoleAssignmentRequest");
    const { status, body } = await request({ ...role, condition, conditionVersion: "2.0" }, as);
    assert.deepEqual([status, body.properties.condition, body.properties.conditionVersion], [201, condition, "2.0"]);
    assert.equal((await instances(AZURE.subscription, as))[0].properties.condition, condition);
  },

  "eligible through a group: the instance names the group, the request the person": async () => {
    await afresh();
    await sandbox.control("POST", "/assignments", {
      principal: GROUPS.leads,
      azure_role: AZURE.contributor,
      scope: AZURE.subscription,
      manner: "eligible",
    });
    const as = { token: tokens.lena };
    const { body } = await list("roleEligibilityScheduleInstances", "", own, as);
    assert.deepEqual(
      [body.value[0].properties.principalId, body.value[0].properties.memberType, body.value[0].properties.principalType],
      [GROUPS.leads, "Group", "Group"],
    );
    const role = { roleDefinitionId: roleAt(AZURE.subscription, AZURE.contributor) };
    assert.equal((await request({ ...role, principalId: PERSONS.lena }, as)).status, 201);
    await refused(request({ ...role, principalId: GROUPS.leads }, as), 403, "AuthorizationFailed");
    await refused(request({ ...role, principalId: PERSONS.ana }, as), 403, "AuthorizationFailed");
  },

  "F07 who calls too often waits; reads and writes, callers and subscriptions count apart": async () => {
    await afresh({ arm_reads: 5, arm_writes: 2 });
    const read = (options) => list("roleAssignmentScheduleInstances", AZURE.subscription, own, options);
    for (let left = 4; left >= 0; left--) {
      const answer = await read();
      assert.equal(answer.status, 200);
      assert.ok(Number(answer.headers.get("x-ms-ratelimit-remaining-subscription-reads")) >= left);
    }
    let answer;
    for (let i = 0; i < 60 && answer?.status !== 429; i++)
      [answer] = (await Promise.all(Array.from({ length: 8 }, () => read()))).sort((a, b) => b.status - a.status);
    assert.deepEqual([answer.status, answer.code, answer.headers.get("retry-after")], [429, "SubscriptionRequestsThrottled", "1"]);
    assert.equal((await read({ token: tokens.tom })).status, 200);
    assert.equal((await request()).status, 201);
    await sandbox.clock.advance("PT1S");
    assert.equal((await read()).status, 200);
  },

  "F08 F10 without rights of its own PIM fails, and a locked scope says so": async () => {
    await afresh({ ms_pim_access: false });
    assert.equal((await request()).body.properties.status, "Failed");
    assert.deepEqual(await instances(), []);
    await sandbox.switches({ ms_pim_access: true });
    await sandbox.control("PATCH", "/azure-scopes", { path: AZURE.subscription, locked: true });
    assert.equal((await request()).body.properties.status, "FailedAsResourceIsLocked");
    assert.deepEqual(await instances(), []);
    await sandbox.control("PATCH", "/azure-scopes", { path: AZURE.subscription, locked: false });
    assert.equal((await request()).body.properties.status, "Provisioned");
  },

  "F09 a context is asked for as Graph does it": async () => {
    await afresh();
    await rules({ AuthenticationContext_EndUser_Assignment: { isEnabled: true, claimValue: "c1" } });
    const message = await refused(request(), 400, "RoleAssignmentRequestAcrsValidationFailed");
    const claims = JSON.parse(decodeURIComponent(message.match(/claims=(.*)$/)[1]));
    assert.deepEqual(claims, { access_token: { acrs: { essential: true, value: "c1" } } });
    const token = await sandbox.personToken("ana", { scope: ARM_SCOPE, authorize: { claims } });
    assert.equal((await request({}, { token })).status, 201);
  },

  "F11 a list goes on at nextLink": async () => {
    await afresh({ arm_page: 2 });
    for (let i = 0; i < 3; i++)
      assert.equal((await request({}, { scope: i ? AZURE.group : AZURE.subscription, validate: false })).status, i < 2 ? 201 : 400);
    await sandbox.control("POST", "/assignments", {
      principal: PERSONS.ana,
      azure_role: AZURE.reader,
      scope: AZURE.subscription,
    });
    const first = await list("roleAssignmentScheduleInstances", AZURE.subscription);
    assert.equal(first.body.value.length, 2);
    assert.ok(first.body.nextLink.startsWith(sandbox.origin) && !("@odata.nextLink" in first.body));
    const next = await sandbox.graph(first.body.nextLink, { token: tokens.ana });
    assert.deepEqual([next.status, next.body.value.length, next.body.nextLink], [200, 1, undefined]);
  },

  "given back after five minutes": async () => {
    await afresh();
    await request();
    const back = { requestType: "SelfDeactivate", scheduleInfo: undefined, justification: undefined };
    await refused(request(back), 400, "ActiveDurationTooShort");
    await sandbox.clock.advance("PT6M");
    const { status, body } = await request(back);
    assert.deepEqual([status, body.properties.status, body.properties.scheduleInfo], [201, "Revoked", null]);
    assert.deepEqual(await instances(), []);
    await refused(request(back), 400, "RoleAssignmentDoesNotExist");
  },

  "an approval has a stage, decided by PATCH or PUT": async () => {
    for (const method of ["PATCH", "PUT"]) {
      await afresh();
      await sandbox.needApproval({ azure_role: AZURE.responder, scope: AZURE.subscription }, { users: [PERSONS.lena] });
      const { body } = await request();
      assert.equal(body.properties.status, "PendingApproval");
      assert.match(body.properties.approvalId, new RegExp(`^${PROVIDER}/roleAssignmentApprovals/${body.name}$`));
      const stages = `${body.properties.approvalId}/stages`;
      const preview = "api-version=2021-01-01-preview";
      const waiting = await list("roleAssignmentScheduleRequests", "", `$filter=${encodeURIComponent("asApprover()")}`, {
        token: tokens.lena,
      });
      assert.deepEqual(waiting.body.value.map(({ name }) => name), [body.name]);
      const { body: listed } = await arm(`${stages}?${preview}`, { token: tokens.lena });
      const [stage] = listed.value;
      assert.deepEqual([stage.properties.reviewResult, stage.properties.assignedToMe], ["NotReviewed", true]);
      const decide = (token, reviewResult = "Approve") =>
        arm(`${stages}/${stage.name}?${preview}`, {
          method,
          token,
          body: { properties: { reviewResult, justification: "Known incident" } },
        });
      await refused(decide(tokens.ana), 403, "AuthorizationFailed");
      await refused(decide(tokens.nils), 403, "AuthorizationFailed");
      await refused(decide(await appToken()), 403, "AuthorizationFailed");
      await refused(decide(tokens.lena, "Maybe"), 400, "BadRequest");
      const decided = await decide(tokens.lena);
      assert.deepEqual(
        [decided.status, decided.body.properties.status, decided.body.properties.reviewedBy.principalId],
        [200, "Completed", PERSONS.lena],
      );
      await refused(decide(tokens.lena), 400, "Conflict");
      const [held] = await instances();
      assert.ok(held.properties.roleAssignmentScheduleId.endsWith(body.properties.targetRoleAssignmentScheduleId));
    }
  },

  "what waits or is for later can be canceled by who asked": async () => {
    await afresh();
    const startDateTime = new Date(Date.now() + 3600_000).toISOString();
    const { body } = await request({ scheduleInfo: { ...within("PT1H"), startDateTime } });
    assert.equal(body.properties.status, "Granted");
    const path = `${AZURE.subscription}${PROVIDER}/roleAssignmentScheduleRequests/${body.name}`;
    await refused(arm(`${path}/cancel`, { method: "POST", token: tokens.nils }), 403, "AuthorizationFailed");
    const canceled = await arm(`${path}/cancel`, { method: "POST" });
    assert.deepEqual([canceled.status, canceled.text], [200, ""]);
    assert.equal((await arm(path)).body.properties.status, "Canceled");
    await refused(arm(`${path}/cancel`, { method: "POST" }), 400, "InvalidRoleAssignmentRequest");
  },

  "an application acts by its role of Azure at the scope, and by nothing else": async () => {
    await afresh();
    const token = await appToken();
    await request();
    await sandbox.clock.advance("PT6M");
    const fresh = await appToken();
    const removal = { requestType: "AdminRemove", scheduleInfo: undefined };
    await refused(request(removal, { token: fresh }), 403, "AuthorizationFailed");
    await refused(request({}, { token: fresh }), 403, "AuthorizationFailed");
    await refused(list("roleAssignmentScheduleInstances", AZURE.subscription, "", { token }), 403, "InsufficientPermissions");
    const { object_id: principal } = await sandbox.app(CURFEW);
    await sandbox.control("POST", "/assignments", {
      principal,
      azure_role: AZURE.userAccessAdministrator,
      scope: AZURE.group,
    });
    await refused(request(removal, { token: fresh }), 403, "AuthorizationFailed");
    await sandbox.control("POST", "/assignments", {
      principal,
      azure_role: AZURE.userAccessAdministrator,
      scope: AZURE.subscription,
    });
    assert.ok((await list("roleAssignmentScheduleInstances", AZURE.subscription, "", { token: fresh })).body.value.length);
    assert.equal((await request(removal, { token: fresh })).body.properties.status, "Revoked");
    assert.deepEqual(await instances(AZURE.subscription), []);
    const assign = { requestType: "AdminAssign", principalId: PERSONS.nils };
    assert.equal((await request(assign, { token: fresh })).status, 201);
    const [held] = await instances(AZURE.subscription, { token: tokens.nils });
    assert.equal(held.properties.assignmentType, "Assigned");
  },

  "only tokens for ARM are taken": async () => {
    await afresh();
    const path = `${AZURE.subscription}${PROVIDER}/roleAssignmentScheduleInstances?${VERSION}&${own}`;
    const none = await sandbox.graph(path, { version: "", token: await sandbox.personToken("ana") });
    assert.deepEqual([none.status, none.code], [401, "InvalidAuthenticationToken"]);
    const api = await sandbox.apiToken("ana");
    assert.equal((await sandbox.graph(path, { version: "", token: api })).status, 401);
    assert.equal((await sandbox.graph(path, { version: "" })).status, 401, "Graph's application token is none of ARM's");
    const [entry] = (await sandbox.journal()).slice(-1);
    assert.deepEqual([entry.api, entry.status], ["arm", 401]);
  },

  "faults hit here as elsewhere: an answer that is lost, and what the name tells then": async () => {
    await afresh();
    const name = randomUUID();
    const put = { method: "PUT", path: "/subscriptions/*/roleAssignmentScheduleRequests/*" };
    await sandbox.fault(put, { kind: "reset", when: "after" });
    await assert.rejects(request({}, { name }));
    const path = `${AZURE.subscription}${PROVIDER}/roleAssignmentScheduleRequests/${name}`;
    assert.equal((await arm(path)).body.properties.status, "Provisioned");
    await refused(request({}, { name }), 400, "RequestConflict");
    await sandbox.fault({ path: "/subscriptions/*" }, { kind: "error", status: 503, code: "ServiceUnavailable" });
    await refused(arm(path), 503, "ServiceUnavailable");
    await sandbox.fault({ path: "/subscriptions/*" }, { kind: "alter", next_link: "loop" });
    const looped = await list("roleAssignmentScheduleInstances", AZURE.subscription);
    assert.ok(looped.body.nextLink.startsWith(sandbox.origin));
    await afresh();
    await sandbox.fault(put, { kind: "twice" });
    assert.equal((await request()).status, 201);
    const { live } = await sandbox.assignments();
    assert.equal(live.filter(({ manner, target }) => manner === "activated" && target.kind === "azure_role").length, 2);
    await afresh();
    await sandbox.fault(put, { kind: "never" });
    assert.equal((await request()).body.properties.status, "Granted");
    await sandbox.clock.advance("PT10M");
    assert.deepEqual((await sandbox.assignments()).live.filter(({ manner }) => manner === "activated"), []);
  },

  "policies are the same rules in other words": async () => {
    await afresh();
    await sandbox.needApproval({ azure_role: AZURE.responder, scope: AZURE.subscription }, { groups: [GROUPS.leads] });
    const only = `$filter=${encodeURIComponent(`roleDefinitionId eq '${roleAt(AZURE.subscription)}'`)}`;
    const { status, body } = await list("roleManagementPolicyAssignments", AZURE.subscription, only);
    assert.equal(status, 200);
    const [{ properties }] = body.value;
    assert.equal(properties.effectiveRules.length, 17);
    const rule = (id) => properties.effectiveRules.find((entry) => entry.id === id);
    assert.equal(rule("AuthenticationContext_EndUser_Assignment").claimValue, "");
    assert.equal(rule("Expiration_EndUser_Assignment").ruleType, "RoleManagementPolicyExpirationRule");
    assert.deepEqual(rule("Expiration_EndUser_Assignment").target.operations, ["All"]);
    assert.deepEqual(rule("Approval_EndUser_Assignment").setting.approvalStages[0].primaryApprovers, [
      { id: GROUPS.leads, description: "SOC leads", isBackup: false, userType: "Group" },
    ]);
    await refused(
      list("roleManagementPolicyAssignments", AZURE.subscription, only, { token: tokens.nils }),
      403,
      "AuthorizationFailed",
    );
    const definition = await arm(roleAt(AZURE.subscription));
    assert.equal(definition.body.properties.roleName, "Microsoft Sentinel Responder");
  },

  "every answer fits the contract's description, where there is one": async () => {
    const file = join(process.env.CURFEW_CONTRACT ?? "", "arm-openapi.json");
    if (!existsSync(file)) return;
    const { components, paths } = JSON.parse(readFileSync(file, "utf8"));
    const table = readFileSync(new URL("../routes.c", import.meta.url), "utf8");
    const bare = (path) => path.replace(/\{\w+\}/g, "{}");
    const known = (method, path) =>
      ["", "/subscriptions/{}"].some((scope) =>
        Object.keys(paths).some((each) => bare(each) === bare(scope + PROVIDER + path) && paths[each][method]),
      );
    const beyond = [...table.matchAll(/\{ARM, +"(\w+)", +"([^"]+)"/g)]
      .filter(([, method, path]) => !known(method.toLowerCase(), path))
      .map(([, , path]) => path);
    assert.deepEqual(beyond, ["/roleDefinitions/{name}"]);
    await afresh();
    const made = await request();
    const [held] = await instances();
    const missing = (schema, value, at) => [
      ...(schema.required ?? []).filter((name) => !(name in value)).map((name) => `${at}.${name}`),
      ...Object.entries(schema.properties ?? {}).flatMap(([name, part]) => {
        const resolved = part.$ref ? components.schemas[part.$ref.split("/").at(-1)] : part;
        const there = value[name] !== null && typeof value[name] === "object" && !Array.isArray(value[name]);
        if (resolved.enum && value[name] != null && !resolved.enum.includes(value[name])) return [`${at}.${name}: ${value[name]}`];
        return there ? missing(resolved, value[name], `${at}.${name}`) : [];
      }),
    ];
    assert.deepEqual(missing(components.schemas.Request, made.body, "request"), []);
    assert.deepEqual(missing(components.schemas.Instance, held, "instance"), []);
  },

  "it ends with nothing left over": async () => {
    assert.equal(await sandbox.stop(), 0);
  },
});
