// Goal: users, groups, devices, risk and Conditional Access read as Graph answers them (scenarios G, contract 9 and 12).
import assert from "node:assert/strict";
import { specification } from "../../support/spec.mjs";
import { AT_ONCE, device, GROUPS, PERSONS, startSandbox, WORKBENCH } from "../../support/sandbox.mjs";

const sandbox = await startSandbox({ switches: AT_ONCE });
const get = (path, options) => sandbox.graph(path, options);
const filter = (text) => `$filter=${encodeURIComponent(text)}`;

async function ids(path, options) {
  const { status, body } = await get(path, options);
  assert.equal(status, 200, JSON.stringify(body));
  return body.value.map((entry) => entry.id);
}

await specification("sandbox/graph", {
  "a call needs a token that Graph itself issued, and that is not over": async () => {
    const cases = [
      ["", "Access token is empty."],
      ["Basic eHk6", "Access token is empty."],
      ["Bearer x", /CompactToken/],
    ];
    for (const [authorization, message] of cases) {
      const answer = await fetch(`${sandbox.origin}/v1.0/users/${PERSONS.ana}`, {
        headers: authorization ? { authorization } : {},
      });
      const { error } = await answer.json();
      assert.equal(answer.status, 401);
      assert.equal(error.code, "InvalidAuthenticationToken");
      assert.match(error.message, new RegExp(message));
      assert.match(answer.headers.get("www-authenticate"), /^Bearer realm=""/);
    }
    const own = await sandbox.control("POST", "/tokens", {
      claims: { aud: "https://graph.microsoft.com", tid: sandbox.tenant, appid: WORKBENCH, exp: 9999999999 },
    });
    assert.equal((await get("/users/x", { token: own.token })).status, 401);
    const token = await sandbox.appToken();
    await sandbox.clock.advance("PT2H");
    const late = await get(`/users/${PERSONS.ana}`, { token });
    await sandbox.clock.set(0);
    assert.equal(late.status, 401);
    assert.match(late.body.error.message, /expired/);
  },

  "every answer carries request-id, and client-request-id as it was sent": async () => {
    const { headers } = await get(`/users/${PERSONS.ana}`, {
      headers: { "client-request-id": "11111111-2222-4333-8444-555555555555" },
    });
    assert.match(headers.get("request-id"), /^[0-9a-f-]{36}$/);
    assert.equal(headers.get("client-request-id"), "11111111-2222-4333-8444-555555555555");
    assert.ok(Math.abs(Date.parse(headers.get("date")) - Date.now()) < 5000);
    const missing = await get("/users/nobody@contoso.example");
    assert.equal(missing.body.error.innerError["request-id"], missing.headers.get("request-id"));
  },

  "the Date header follows the clock": async () => {
    await sandbox.clock.advance("PT1H");
    const { headers } = await get("/users/x");
    await sandbox.clock.set(0);
    assert.ok(Math.abs(Date.parse(headers.get("date")) - Date.now() - 3600_000) < 5000);
  },

  "an unknown segment is 400, another method 405, another version 400": async () => {
    const unknown = await get(`/users/${PERSONS.ana}/photos`);
    assert.equal(unknown.status, 400);
    assert.match(unknown.body.error.message, /segment 'photos'/);
    assert.equal((await get(`/users/${PERSONS.ana}`, { method: "DELETE" })).status, 405);
    assert.equal((await get(`/users/${PERSONS.ana}`, { version: "/beta" })).status, 400);
    const entry = (await sandbox.journal()).at(-1);
    assert.deepEqual([entry.status, entry.code], [400, "BadRequest"]);
  },

  "a user has its usual properties, and the others when they are named": async () => {
    const { body } = await get("/users/ana.torres@contoso.example");
    assert.equal(body.id, PERSONS.ana);
    assert.equal(body.accountEnabled, undefined);
    const named = await get(`/users/${PERSONS.ana}?$select=id,accountEnabled,employeeId,userType`);
    assert.deepEqual(named.body, {
      "@odata.context": `${sandbox.origin}/v1.0/$metadata#users/$entity`,
      id: PERSONS.ana,
      accountEnabled: true,
      employeeId: "1001",
      userType: "Member",
    });
    assert.equal((await get(`/users/${PERSONS.ana}?$select=shoeSize`)).status, 400);
    assert.equal((await get("/users/nobody@contoso.example")).code, "Request_ResourceNotFound");
  },

  "User.ReadBasic.All shows the basic profile only": async () => {
    await sandbox.withPermissions(["User.ReadBasic.All"], async (token) => {
      const { status, body } = await get(`/users/${PERSONS.ana}?$select=displayName,accountEnabled,employeeId`, {
        token,
      });
      assert.equal(status, 200);
      assert.equal(body.displayName, "Ana Torres");
      assert.ok(!("accountEnabled" in body) && !("employeeId" in body));
      assert.equal((await get(`/users/${PERSONS.ana}/manager`, { token })).status, 403);
    });
  },

  "a manager is a user, and nobody's manager is 404": async () => {
    assert.equal((await get(`/users/${PERSONS.ana}/manager`)).body.id, PERSONS.lena);
    const none = await get(`/users/${PERSONS.tom}/manager`);
    assert.deepEqual([none.status, none.code], [404, "Request_ResourceNotFound"]);
  },

  "members are direct, transitive, or of one type; owners are apart": async () => {
    assert.deepEqual(await ids(`/groups/${GROUPS.analysts}/members`), [PERSONS.ana, PERSONS.ben, GROUPS.nightShift]);
    assert.deepEqual(await ids(`/groups/${GROUPS.analysts}/members/microsoft.graph.user`), [PERSONS.ana, PERSONS.ben]);
    await sandbox.control("PATCH", `/groups/${GROUPS.nightShift}`, { members: [PERSONS.nils] });
    assert.deepEqual(await ids(`/groups/${GROUPS.analysts}/transitiveMembers/microsoft.graph.user`), [
      PERSONS.ana,
      PERSONS.ben,
      PERSONS.nils,
    ]);
    assert.deepEqual(await ids(`/users/${PERSONS.nils}/transitiveMemberOf`), [GROUPS.analysts, GROUPS.nightShift]);
    await sandbox.control("PATCH", `/groups/${GROUPS.nightShift}`, { members: [] });
    assert.deepEqual(await ids(`/groups/${GROUPS.owners}/owners`), [PERSONS.tom]);
    assert.equal((await get(`/groups/${GROUPS.owners}`)).body.isAssignableToRole, true);
    assert.equal((await get(`/groups/${GROUPS.analysts}/members/nonsense`)).status, 400);
    assert.equal((await get("/groups/11111111-0000-4000-8000-000000000000/members")).status, 404);
  },

  "a ring of groups ends": async () => {
    await sandbox.control("PATCH", `/groups/${GROUPS.nightShift}`, { members: [GROUPS.analysts] });
    assert.ok((await ids(`/groups/${GROUPS.analysts}/transitiveMembers`)).includes(GROUPS.analysts));
    await sandbox.control("PATCH", `/groups/${GROUPS.nightShift}`, { members: [] });
  },

  "without the right to read users, members are ids": async () => {
    await sandbox.withPermissions(["GroupMember.Read.All"], async (token) => {
      const { body } = await get(`/groups/${GROUPS.leads}/members`, { token });
      assert.deepEqual([body.value[0].id, body.value[0].displayName], [PERSONS.ben, null]);
    });
  },

  "checkMemberGroups answers with those that hold, and takes twenty at most": async () => {
    const check = (id, groupIds, options = {}) =>
      sandbox.graph(`/${options.kind ?? "users"}/${id}/checkMemberGroups`, { body: { groupIds } });
    const { body } = await check(PERSONS.ben, [GROUPS.leads, GROUPS.owners, GROUPS.analysts]);
    assert.deepEqual(body.value, [GROUPS.leads, GROUPS.analysts]);
    assert.deepEqual((await check("ben.okafor@contoso.example", [GROUPS.leads])).body.value, [GROUPS.leads]);
    assert.deepEqual((await check(PERSONS.ben, [GROUPS.leads], { kind: "directoryObjects" })).body.value, [
      GROUPS.leads,
    ]);
    assert.equal(
      (
        await check(
          PERSONS.ben,
          Array.from({ length: 21 }, (_, i) => `64090000-0000-4000-8000-0000000001${10 + i}`),
        )
      ).status,
      400,
    );
    assert.equal((await check(PERSONS.ben, ["not a guid"])).status, 400);
    assert.equal((await check(PERSONS.ben, [])).status, 400);
    assert.equal((await check("11111111-0000-4000-8000-000000000000", [GROUPS.leads])).status, 404);
  },

  "devices belong to groups as well": async () => {
    await sandbox.control("PATCH", `/groups/${GROUPS.nightShift}`, { members: [device("SEC-114")] });
    const { body } = await sandbox.graph(`/devices/${device("SEC-114")}/checkMemberGroups`, {
      body: { groupIds: [GROUPS.nightShift, GROUPS.analysts] },
    });
    assert.deepEqual(body.value.sort(), [GROUPS.analysts, GROUPS.nightShift].sort());
    await sandbox.control("PATCH", `/groups/${GROUPS.nightShift}`, { members: [] });
  },

  "G04 a device goes by its object id or by devices(deviceId=…), and not the other way round": async () => {
    const byId = await get(`/devices/${device("SEC-114")}`);
    const byDeviceId = await get(`/devices(deviceId='${device("SEC-114", "de1d")}')?$select=id,isCompliant`);
    assert.equal(byId.body.deviceId, device("SEC-114", "de1d"));
    assert.deepEqual([byDeviceId.body.id, byDeviceId.body.isCompliant], [byId.body.id, true]);
    assert.equal((await get(`/devices(deviceId='${device("SEC-114")}')`)).status, 404);
    assert.equal((await get(`/devices/${device("SEC-114", "de1d")}`)).status, 404);
  },

  "G05 compliance that is not known is null": async () => {
    const { body } = await get(`/devices(deviceId='${device("SEC-116", "de1d")}')`);
    assert.equal(body.isCompliant, null);
  },

  "G06 Intune ignores the filters that it does not know, and answers with every device": async () => {
    const all = await ids("/deviceManagement/managedDevices");
    assert.equal(all.length, 10);
    assert.deepEqual(await ids(`/deviceManagement/managedDevices?${filter(`userId eq '${PERSONS.ana}'`)}`), all);
    assert.deepEqual(await ids(`/deviceManagement/managedDevices?${filter("complianceState eq 'noncompliant'")}`), all);
  },

  "G07 of a chain of `or` it takes the first alone": async () => {
    const text = `azureADDeviceId eq '${device("SEC-114", "de1d")}' or azureADDeviceId eq '${device("SEC-115", "de1d")}'`;
    assert.deepEqual(await ids(`/deviceManagement/managedDevices?${filter(text)}`), [device("SEC-114", "de1e")]);
  },

  "a managed device has its person, its state and its last contact": async () => {
    const { body } = await get(
      `/deviceManagement/managedDevices?${filter(`azureADDeviceId eq '${device("SEC-115", "de1d")}'`)}`,
    );
    assert.equal(body["@odata.count"], 1);
    const [entry] = body.value;
    assert.deepEqual([entry.userId, entry.complianceState, entry.deviceName], [PERSONS.ana, "noncompliant", "SEC-115"]);
    assert.equal((await get(`/deviceManagement/managedDevices/${entry.id}`)).body.id, entry.id);
  },

  "G08 grace ends at its date": async () => {
    const tomorrow = new Date(Date.now() + 86400_000).toISOString();
    await sandbox.control("PATCH", `/devices/${device("SEC-115")}`, {
      state: "inGracePeriod",
      grace_ends_at: tomorrow,
    });
    const path = `/deviceManagement/managedDevices/${device("SEC-115", "de1e")}`;
    assert.equal((await get(path)).body.complianceState, "inGracePeriod");
    await sandbox.clock.advance("P2D");
    const later = await get(path);
    await sandbox.clock.set(0);
    assert.equal(later.body.complianceState, "noncompliant");
  },

  "G09 the last contact can be long ago, and Entra and Intune can differ": async () => {
    await sandbox.control("PATCH", `/devices/${device("SEC-121")}`, {
      synced_at: "2024-01-01T00:00:00Z",
      compliant: "false",
    });
    const managed = await get(`/deviceManagement/managedDevices/${device("SEC-121", "de1e")}`);
    assert.deepEqual(
      [managed.body.lastSyncDateTime, managed.body.complianceState],
      ["2024-01-01T00:00:00Z", "compliant"],
    );
    assert.equal((await get(`/devices/${device("SEC-121")}`)).body.isCompliant, false);
    await sandbox.control("PATCH", `/devices/${device("SEC-121")}`, { enrolled: false });
    assert.equal((await get(`/deviceManagement/managedDevices/${device("SEC-121", "de1e")}`)).status, 404);
  },

  "G15 extensionAttributes are known to beta alone": async () => {
    assert.equal((await get(`/devices/${device("SEC-114")}?$select=extensionAttributes`)).status, 400);
    const beta = await get(`/devices/${device("SEC-114")}?$select=id,extensionAttributes`, { version: "/beta" });
    assert.equal(beta.body.extensionAttributes.extensionAttribute1, null);
  },

  "G16 two devices may bear one name": async () => {
    await sandbox.control("POST", "/devices", {
      name: "SEC-114",
      owner: PERSONS.ana,
      compliant: "false",
      state: "noncompliant",
    });
    const { body } = await get(`/devices?${filter("displayName eq 'SEC-114'")}`);
    assert.deepEqual(
      body.value.map((entry) => entry.isCompliant),
      [true, false],
    );
    assert.equal((await get(`/devices?${filter(`deviceId eq '${device("SEC-114", "de1d")}'`)}`)).body.value.length, 1);
  },

  "G01 never at risk is 404; high risk, and what is left of it, are 200": async () => {
    const path = `/identityProtection/riskyUsers/${PERSONS.marc}`;
    assert.deepEqual([(await get(path)).status, (await get(path)).code], [404, "ResourceNotFound"]);
    await sandbox.person(PERSONS.marc, { risk: "high" });
    assert.deepEqual([(await get(path)).body.riskLevel, (await get(path)).body.riskState], ["high", "atRisk"]);
    await sandbox.person(PERSONS.marc, { risk: "none" });
    const { body } = await get(path);
    assert.deepEqual(
      [body.riskLevel, body.riskState, body.riskDetail],
      ["none", "remediated", "userPerformedSecuredPasswordReset"],
    );
    await sandbox.person(PERSONS.marc, { risk: "hidden", risk_state: "confirmedCompromised" });
    assert.deepEqual(
      [(await get(path)).body.riskLevel, (await get(path)).body.riskState],
      ["hidden", "confirmedCompromised"],
    );
  },

  "the whole tenant's risk is one filtered list, where `or` is known": async () => {
    const path = `/identityProtection/riskyUsers?${filter("riskState eq 'atRisk' or riskState eq 'confirmedCompromised'")}`;
    assert.deepEqual(await ids(path), [PERSONS.marc]);
    await sandbox.switches({ risk_filter_or: false });
    assert.equal((await get(path)).status, 400);
    await sandbox.switches({ risk_filter_or: true });
  },

  "G02 risk and Conditional Access answer once a second for the whole tenant, and do not say when again": async () => {
    await sandbox.switches({ risk_reads_per_second: 1 });
    await new Promise((resolve) => setTimeout(resolve, 1001));
    const first = await get("/identityProtection/riskyUsers");
    const second = await get("/identity/conditionalAccess/policies");
    await new Promise((resolve) => setTimeout(resolve, 1001));
    const third = await get("/identity/conditionalAccess/policies");
    await sandbox.switches({ risk_reads_per_second: 0 });
    assert.deepEqual([first.status, second.status, third.status], [200, 429, 200]);
    assert.equal(second.headers.get("retry-after"), null);
    assert.equal(second.code, "TooManyRequests");
  },

  "G03 a cloud without Identity Protection does not know the segment": async () => {
    await sandbox.switches({ identity_protection: false });
    const { status, body } = await get("/identityProtection/riskyUsers");
    await sandbox.switches({ identity_protection: true });
    assert.equal(status, 400);
    assert.match(body.error.message, /segment 'identityProtection'/);
  },

  "Conditional Access policies show what they target, ask for, and whether they are on": async () => {
    const { body } = await get("/identity/conditionalAccess/policies");
    const [first, second, third, legacy] = body.value;
    assert.deepEqual(first.conditions.applications.includeAuthenticationContextClassReferences, ["c1"]);
    assert.deepEqual(
      [first.state, second.state, third.state],
      ["enabled", "enabledForReportingButNotEnforced", "disabled"],
    );
    assert.deepEqual([first.grantControls.operator, first.grantControls.builtInControls], ["AND", ["compliantDevice"]]);
    assert.equal(first.grantControls.authenticationStrength.requirementsSatisfied, "mfa");
    assert.deepEqual(first.conditions.users.excludeGroups, [GROUPS.breakGlass]);
    assert.deepEqual(legacy.grantControls.builtInControls, ["block"]);
    assert.equal((await get(`/identity/conditionalAccess/policies/${first.id}`)).body.id, first.id);
    assert.deepEqual(await ids("/identity/conditionalAccess/authenticationContextClassReferences"), [
      "c1",
      "c2",
      "c3",
      "c7",
    ]);
    assert.equal(
      (await get("/identity/conditionalAccess/authenticationContextClassReferences/c7")).body.isAvailable,
      true,
    );
  },

  "each call needs its own permission": async () => {
    const reads = {
      [`/users/${PERSONS.ana}`]: ["User.ReadBasic.All"],
      [`/users/${PERSONS.ana}/manager`]: ["User.Read.All"],
      [`/users/${PERSONS.ana}/transitiveMemberOf`]: ["User.Read.All"],
      [`/groups/${GROUPS.leads}`]: ["GroupMember.Read.All"],
      [`/groups/${GROUPS.leads}/members`]: ["GroupMember.ReadBasic.All"],
      [`/groups/${GROUPS.leads}/transitiveMembers/microsoft.graph.user`]: ["GroupMember.ReadBasic.All"],
      [`/groups/${GROUPS.leads}/owners`]: ["GroupMember.Read.All"],
      [`/devices/${device("SEC-114")}`]: ["Device.Read.All"],
      "/devices": ["Device.Read.All"],
      "/deviceManagement/managedDevices": ["DeviceManagementManagedDevices.Read.All"],
      "/identityProtection/riskyUsers": ["IdentityRiskyUser.Read.All"],
      "/identity/conditionalAccess/policies": ["Policy.Read.All"],
      "/identity/conditionalAccess/authenticationContextClassReferences": ["AuthenticationContext.Read.All"],
      "/auditLogs/signIns": ["AuditLog.Read.All"],
      "/auditLogs/directoryAudits": ["AuditLog.Read.All"],
      "/reports/authenticationMethods/userRegistrationDetails": ["AuditLog.Read.All"],
      [`/identityGovernance/privilegedAccess/group/assignmentScheduleInstances?${filter(`groupId eq '${GROUPS.owners}'`)}`]:
        ["PrivilegedAssignmentSchedule.Read.AzureADGroup"],
      [`/identityGovernance/privilegedAccess/group/eligibilityScheduleInstances?${filter(`groupId eq '${GROUPS.owners}'`)}`]:
        ["PrivilegedEligibilitySchedule.Read.AzureADGroup"],
      "/roleManagement/directory/roleAssignmentScheduleInstances": ["RoleAssignmentSchedule.Read.Directory"],
      "/roleManagement/directory/roleEligibilityScheduleInstances": ["RoleEligibilitySchedule.Read.Directory"],
      "/roleManagement/directory/roleAssignments": ["RoleManagement.Read.Directory"],
      "/roleManagement/directory/roleDefinitions": ["RoleManagement.Read.Directory"],
      [`/policies/roleManagementPolicyAssignments?${filter("scopeId eq '/' and scopeType eq 'DirectoryRole'")}`]: [
        "RoleManagement.Read.Directory",
      ],
      [`/policies/roleManagementPolicyAssignments?${filter(`scopeId eq '${GROUPS.owners}' and scopeType eq 'Group'`)}`]:
        ["RoleManagementPolicy.Read.AzureADGroup"],
    };
    for (const [path, permissions] of Object.entries(reads)) {
      await sandbox.withPermissions(permissions, async (token) =>
        assert.equal((await get(path, { token })).status, 200, path),
      );
      await sandbox.withPermissions(["Mail.Send"], async (token) => {
        const { status, code } = await get(path, { token });
        assert.deepEqual([status, code], [403, "Authorization_RequestDenied"], path);
      });
    }
  },

  "checkMemberGroups needs both of its permissions": async () => {
    const ask = (token) =>
      sandbox.graph(`/users/${PERSONS.ben}/checkMemberGroups`, { body: { groupIds: [GROUPS.leads] }, token });
    await sandbox.withPermissions(["GroupMember.Read.All"], async (token) =>
      assert.equal((await ask(token)).status, 403),
    );
    await sandbox.withPermissions(["GroupMember.Read.All", "User.Read.All"], async (token) =>
      assert.equal((await ask(token)).status, 200),
    );
  },

  "filters are parsed, and refused where they are malformed": async () => {
    const names = async (text) =>
      (await get(`/devices?${filter(text)}`, { headers: { ConsistencyLevel: "eventual" } })).body.value.length;
    assert.equal(await names("operatingSystem eq 'iPadOS' or operatingSystem eq 'Android'"), 2);
    assert.equal(await names("isCompliant eq true and startswith(displayName,'SEC-13')"), 2);
    assert.equal(await names("not (operatingSystem eq 'Windows')"), 2);
    assert.equal(await names("isCompliant eq null"), 1);
    assert.equal(await names("displayName eq 'it''s'"), 0);
    for (const wrong of [
      "displayName",
      "displayName eq",
      "eq 'x'",
      "displayName eq 'x",
      "(displayName eq 'x'",
      "displayName eq 'x' and",
      "a b c",
      "displayName like 'x'",
      "(".repeat(50),
    ]) {
      assert.equal((await get(`/devices?${filter(wrong)}`)).status, 400, wrong);
    }
  },

  "lists come in pages, and the link leads on": async () => {
    const first = await get("/devices?$top=4&$select=displayName");
    assert.equal(first.body.value.length, 4);
    const link = first.body["@odata.nextLink"];
    assert.ok(link.startsWith(`${sandbox.origin}/v1.0/devices?`));
    const seen = [...first.body.value];
    for (let next = link; next;) {
      const { body } = await get(next);
      seen.push(...body.value);
      next = body["@odata.nextLink"];
    }
    assert.equal(seen.length, 11);
    assert.deepEqual(Object.keys(seen[10]), ["displayName"]);
    assert.equal((await get("/devices?$top=x")).status, 400);
  },

  "H10 an advanced query needs ConsistencyLevel on every page": async () => {
    const eventual = { headers: { ConsistencyLevel: "eventual" } };
    assert.equal((await get("/devices?$count=true")).status, 400);
    const { body } = await get("/devices?$count=true&$top=5", eventual);
    assert.equal(body["@odata.count"], 11);
    assert.equal((await get(body["@odata.nextLink"])).status, 400);
    const second = await get(body["@odata.nextLink"], eventual);
    assert.equal(second.status, 200);
    assert.equal(second.body["@odata.count"], undefined);
  },

  "sessions are revoked with 200, or with 204 where the switch says so": async () => {
    const revoke = () => sandbox.graph(`/users/${PERSONS.ana}/revokeSignInSessions`, { method: "POST" });
    const { status, body } = await revoke();
    assert.deepEqual([status, body.value], [200, true]);
    await sandbox.switches({ revoke_answers_204: true });
    assert.equal((await revoke()).status, 204);
    assert.deepEqual((await sandbox.journal()).at(-1).effect, { revoke_sessions: { person: PERSONS.ana } });
  },

  "it ends with nothing left over": async () => {
    assert.equal(await sandbox.stop(), 0);
  },
});
