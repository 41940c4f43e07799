// Goal: PIM for Entra roles obeys the administrators' rules and answers with Graph's own codes (scenarios B).
import assert from "node:assert/strict";
import { specification } from "../../support/spec.mjs";
import { AT_ONCE, GROUPS, PERSONS, ROLES, startSandbox } from "../../support/sandbox.mjs";

const sandbox = await startSandbox({ switches: AT_ONCE });
const PIM = "/roleManagement/directory";
const filter = (text) => `$filter=${encodeURIComponent(text)}`;
const within = (duration) => ({
  startDateTime: "2020-01-01T00:00:00Z",
  expiration: { type: "afterDuration", duration },
});

function assign(changes = {}, options = {}) {
  return sandbox.graph(`${PIM}/roleAssignmentScheduleRequests`, {
    body: {
      action: "adminAssign",
      principalId: PERSONS.ana,
      roleDefinitionId: ROLES.securityOperator,
      directoryScopeId: "/",
      justification: "INC-7",
      scheduleInfo: within("PT1H"),
      ...changes,
    },
    ...options,
  });
}

async function instances(text = `principalId eq '${PERSONS.ana}'`) {
  return (await sandbox.graph(`${PIM}/roleAssignmentScheduleInstances?${filter(text)}`)).body.value;
}

async function failed(answer) {
  const { status, code, body } = await answer;
  assert.deepEqual([status, code], [400, "RoleAssignmentRequestPolicyValidationFailed"], JSON.stringify(body));
  return JSON.parse(body.error.message.match(/^The following policy rules failed: (\[.*\])$/)[1]);
}

function rules(changes) {
  return sandbox.control("PATCH", "/pim", { role: ROLES.securityOperator, rules: changes });
}

await specification("sandbox/pim_roles", {
  "B01 B03 adminAssign is provisioned now, whatever past start was asked for": async () => {
    const { status, body } = await assign();
    assert.deepEqual([status, body.status, body.directoryScopeId, body.appScopeId], [201, "Provisioned", "/", null]);
    const start = Date.parse(body.scheduleInfo.startDateTime);
    assert.ok(Math.abs(start - Date.now()) < 5000);
    assert.deepEqual(body.scheduleInfo.expiration, { type: "afterDuration", endDateTime: null, duration: "PT1H" });
    const [instance] = await instances();
    assert.equal(instance.roleDefinitionId, ROLES.securityOperator);
    assert.ok(Math.abs(Date.parse(instance.endDateTime) - start - 3600_000) < 2000);
    assert.equal(instance.roleAssignmentScheduleId, body.targetScheduleId);
    assert.equal(
      (await sandbox.graph(`${PIM}/roleAssignments?${filter(`principalId eq '${PERSONS.ana}'`)}`)).body.value.length,
      1,
    );
  },

  "B02 a start in the future is Granted, and begins then": async () => {
    await sandbox.afresh();
    const start = new Date(Date.now() + 3600_000).toISOString();
    const { body } = await assign({
      scheduleInfo: { startDateTime: start, expiration: { type: "afterDuration", duration: "PT1H" } },
    });
    assert.deepEqual(
      [body.status, Date.parse(body.completedDateTime)],
      ["Granted", Math.floor(Date.parse(start) / 1000) * 1000],
    );
    assert.deepEqual(await instances(), []);
    await sandbox.clock.advance("PT61M");
    assert.equal((await instances()).length, 1);
    assert.equal((await sandbox.graph(`${PIM}/roleAssignmentScheduleRequests/${body.id}`)).body.status, "Provisioned");
  },

  "B05 B06 every rule that fails is named in one message": async () => {
    await sandbox.afresh();
    await rules({
      Expiration_Admin_Assignment: { isExpirationRequired: true, maximumDuration: "PT4H" },
      Enablement_Admin_Assignment: { enabledRules: ["Justification", "Ticketing"] },
    });
    assert.deepEqual(await failed(assign({ scheduleInfo: within("PT5H"), justification: " " })), [
      "ExpirationRule",
      "JustificationRule",
      "TicketingRule",
    ]);
    assert.deepEqual(await failed(assign({ ticketInfo: { ticketNumber: "", ticketSystem: "" } })), ["TicketingRule"]);
    assert.deepEqual(await failed(assign({ justification: null, ticketInfo: { ticketNumber: "INC-7" } })), [
      "JustificationRule",
    ]);
    assert.equal((await assign({ ticketInfo: { ticketNumber: "INC-7" } })).status, 201);
  },

  "B23 an MFA rule for administrators makes it impossible for an application": async () => {
    await sandbox.afresh();
    await rules({ Enablement_Admin_Assignment: { enabledRules: ["MultiFactorAuthentication", "Justification"] } });
    assert.deepEqual(await failed(assign()), ["MfaRule"]);
  },

  "B24 without an end, where an end is required, is an ExpirationRule": async () => {
    await sandbox.afresh();
    const forever = { scheduleInfo: { startDateTime: null, expiration: { type: "NoExpiration" } } };
    await rules({ Expiration_Admin_Assignment: { isExpirationRequired: true } });
    assert.deepEqual(await failed(assign(forever)), ["ExpirationRule"]);
    await rules({ Expiration_Admin_Assignment: { isExpirationRequired: false } });
    const { status, body } = await assign(forever);
    assert.deepEqual([status, body.scheduleInfo.expiration.type], [201, "noExpiration"]);
    const [instance] = await instances();
    assert.deepEqual([instance.startDateTime, instance.endDateTime], [null, null]);
  },

  "B14 what is held already is RoleAssignmentExists, another scope is another thing": async () => {
    assert.equal((await assign()).code, "RoleAssignmentExists");
    const unit = await assign({ directoryScopeId: "/administrativeUnits/11111111-0000-4000-8000-000000000000" });
    assert.equal(unit.status, 201);
    assert.equal(unit.body.directoryScopeId, "/administrativeUnits/11111111-0000-4000-8000-000000000000");
  },

  "B16 five minutes are the least": async () => {
    await sandbox.afresh();
    for (const duration of ["PT4M", "PT4M59S"]) {
      assert.equal((await assign({ scheduleInfo: within(duration) })).code, "ActiveDurationTooShort");
    }
    const end = new Date(Date.now() + 200_000).toISOString();
    assert.equal(
      (await assign({ scheduleInfo: { expiration: { type: "afterDateTime", endDateTime: end } } })).code,
      "ActiveDurationTooShort",
    );
    assert.equal((await assign({ scheduleInfo: within("PT5M") })).status, 201);
  },

  "B17 durations have days, hours, minutes and seconds, and nothing else": async () => {
    await sandbox.afresh();
    for (const duration of ["P6M", "P1Y", "P2W", "PT", "P"]) {
      assert.equal((await assign({ scheduleInfo: within(duration) })).code, "InvalidRoleAssignmentRequest", duration);
    }
    assert.equal((await assign({ scheduleInfo: within("2 hours") })).code, "BadRequest");
    assert.equal((await assign({ scheduleInfo: undefined })).code, "InvalidRoleAssignmentRequest");
    assert.equal(
      (await assign({ scheduleInfo: { expiration: { type: "afterDateTime" } } })).code,
      "InvalidRoleAssignmentRequest",
    );
    assert.equal(
      (await assign({ scheduleInfo: { expiration: { type: "afterDateTime", endDateTime: "2020-01-01T00:00:00Z" } } }))
        .code,
      "InvalidRoleAssignmentRequest",
    );
    assert.equal((await assign({ scheduleInfo: { recurrence: {}, ...within("PT1H") } })).code, "BadRequest");
  },

  "B19 a dry run obeys the rules and leaves nothing behind": async () => {
    await sandbox.afresh();
    const { status, body } = await assign({ isValidationOnly: true });
    assert.deepEqual([status, body.status, body.isValidationOnly, body.targetScheduleId], [201, "Granted", true, null]);
    assert.deepEqual(await failed(assign({ isValidationOnly: true, justification: "" })), ["JustificationRule"]);
    assert.deepEqual(await instances(), []);
    assert.deepEqual((await sandbox.graph(`${PIM}/roleAssignmentScheduleRequests`)).body.value, []);
    await sandbox.switches({ validation_is_provisioned: true });
    assert.equal((await assign({ isValidationOnly: true })).body.status, "Provisioned");
  },

  "B20 letter case does not matter going in, and is regular coming out": async () => {
    await sandbox.afresh();
    const { status, body } = await assign({
      action: "AdminAssign",
      scheduleInfo: { expiration: { type: "AfterDuration", duration: "PT1H" } },
    });
    assert.deepEqual([status, body.action, body.scheduleInfo.expiration.type], [201, "adminAssign", "afterDuration"]);
  },

  "B21 an unknown role is RoleNotFound, an unknown group ResourceNotFound": async () => {
    await sandbox.afresh();
    const nothing = "11111111-0000-4000-8000-000000000000";
    const role = await assign({ roleDefinitionId: nothing });
    assert.deepEqual([role.status, role.code], [404, "RoleNotFound"]);
  },

  "B22 a new person is not found at first, and an unknown one never": async () => {
    await sandbox.afresh({ new_principal_ms: 60000 });
    const { id } = await sandbox.control("POST", "/persons", { name: "Eve New" });
    const young = await assign({ principalId: id });
    assert.deepEqual([young.status, young.code], [404, "SubjectNotFound"]);
    await sandbox.clock.advance("PT61S");
    assert.equal((await assign({ principalId: id })).status, 201);
    assert.equal((await assign({ principalId: "11111111-0000-4000-8000-000000000000" })).code, "SubjectNotFound");
  },

  "B25 B26 permissions: writing needs ReadWrite, and so does reading requests": async () => {
    await sandbox.afresh();
    const { body } = await assign();
    await sandbox.withPermissions(["RoleAssignmentSchedule.Read.Directory"], async (token) => {
      assert.equal((await assign({ principalId: PERSONS.ben }, { token })).code, "Authorization_RequestDenied");
      assert.equal((await sandbox.graph(`${PIM}/roleAssignmentScheduleRequests/${body.id}`, { token })).status, 403);
      assert.equal((await sandbox.graph(`${PIM}/roleAssignmentScheduleInstances`, { token })).status, 200);
      assert.equal((await sandbox.graph(`${PIM}/roleAssignmentSchedules`, { token })).status, 200);
    });
    await sandbox.clock.advance("PT6M");
    await sandbox.withPermissions(["RoleAssignmentSchedule.Remove.Directory"], async (token) => {
      assert.equal((await assign({ principalId: PERSONS.ben }, { token })).status, 403);
      assert.equal(
        (await assign({ action: "adminRemove", scheduleInfo: undefined }, { token })).body.status,
        "Revoked",
      );
    });
  },

  "a role made outside PIM shows among roleAssignments, and not among instances": async () => {
    await sandbox.afresh();
    await sandbox.control("POST", "/assignments", {
      principal: PERSONS.nils,
      role: ROLES.securityReader,
      manner: "outside",
    });
    assert.deepEqual(await instances(`principalId eq '${PERSONS.nils}'`), []);
    assert.equal(
      (await sandbox.graph(`${PIM}/roleAssignments?${filter(`principalId eq '${PERSONS.nils}'`)}`)).body.value.length,
      1,
    );
    await sandbox.control("POST", "/assignments", {
      principal: PERSONS.nils,
      role: ROLES.securityReader,
      manner: "eligible",
    });
    assert.equal(
      (await sandbox.graph(`${PIM}/roleEligibilityScheduleInstances?${filter(`principalId eq '${PERSONS.nils}'`)}`))
        .body.value.length,
      1,
    );
  },

  "role definitions go by their template ids": async () => {
    const { body } = await sandbox.graph(`${PIM}/roleDefinitions/${ROLES.securityOperator}`);
    assert.deepEqual(
      [body.displayName, body.templateId, body.isBuiltIn],
      ["Security Operator", ROLES.securityOperator, true],
    );
    assert.ok((await sandbox.graph(`${PIM}/roleDefinitions`)).body.value.length >= 6);
    assert.equal((await sandbox.graph(`${PIM}/roleDefinitions/11111111-0000-4000-8000-000000000000`)).status, 404);
  },

  "policies need both parts of their filter, and expand to 17 rules": async () => {
    const list = (text, rest = "") => sandbox.graph(`/policies/roleManagementPolicyAssignments?${filter(text)}${rest}`);
    assert.equal((await list("scopeId eq '/'")).status, 400);
    assert.equal((await sandbox.graph("/policies/roleManagementPolicyAssignments")).status, 400);
    const one = `scopeId eq '/' and scopeType eq 'DirectoryRole' and roleDefinitionId eq '${ROLES.securityOperator}'`;
    const { body } = await list(one, "&$expand=policy($expand=rules)");
    assert.equal(body.value.length, 1);
    const [{ policy, policyId, id }] = body.value;
    assert.equal(policy.rules.length, 17);
    assert.equal(policy.id, policyId);
    assert.match(id, new RegExp(`^DirectoryRole_${sandbox.tenant}_[0-9a-f-]{36}_${ROLES.securityOperator}$`));
    const rule = (name) => policy.rules.find((entry) => entry.id === name);
    assert.deepEqual(rule("Enablement_Admin_Assignment").enabledRules, ["Justification"]);
    assert.deepEqual(
      [
        rule("Expiration_EndUser_Assignment").maximumDuration,
        rule("Expiration_EndUser_Assignment").isExpirationRequired,
      ],
      ["PT8H", true],
    );
    assert.equal((await list(one, "&$expand=policy")).body.value[0].policy.rules, undefined);
    assert.match((await list("scopeId eq '/' and scopeType eq 'Directory'")).body.value[0].id, /^Directory_/);
    const rules = await sandbox.graph(`/policies/roleManagementPolicies/${policyId}/rules`);
    assert.equal(rules.body.value.length, 17);
    assert.equal((await sandbox.graph(`/policies/roleManagementPolicies/${policyId}`)).body.scopeType, "DirectoryRole");
    assert.equal(
      (await sandbox.graph(`/policies/roleManagementPolicies/${policyId}/rules/Expiration_Admin_Assignment`)).body
        .maximumDuration,
      "P180D",
    );
    assert.equal((await sandbox.graph(`/policies/roleManagementPolicies/${policyId}/rules/Nothing`)).status, 404);
    assert.equal(
      (await sandbox.graph(`/policies/roleManagementPolicyAssignments/${id}`)).body.roleDefinitionId,
      ROLES.securityOperator,
    );
    assert.equal((await sandbox.graph("/policies/roleManagementPolicies/nothing")).status, 404);
  },

  "documentation and permission data differ on who may read policies: a switch": async () => {
    const path = `/policies/roleManagementPolicyAssignments?${filter("scopeId eq '/' and scopeType eq 'DirectoryRole'")}`;
    await sandbox.withPermissions(["RoleManagementPolicy.Read.Directory"], async (token) => {
      assert.equal((await sandbox.graph(path, { token })).status, 403);
      await sandbox.switches({ policy_read_of_docs: true });
      assert.equal((await sandbox.graph(path, { token })).status, 200);
      await sandbox.switches({ policy_read_of_docs: false });
    });
  },

  "the group's policy is another one than the role's": async () => {
    const { body } = await sandbox.graph(
      `/policies/roleManagementPolicyAssignments?${filter(`scopeId eq '${GROUPS.owners}' and scopeType eq 'Group' and roleDefinitionId eq 'member'`)}&$expand=policy($expand=rules)`,
    );
    assert.equal(body.value.length, 1);
    assert.match(body.value[0].policyId, new RegExp(`^Group_${GROUPS.owners}_`));
    await sandbox.control("PATCH", "/pim", {
      group: GROUPS.owners,
      access: "member",
      rules: { Expiration_Admin_Assignment: { maximumDuration: "PT2H" } },
    });
    const shown = await sandbox.graph(
      `/policies/roleManagementPolicies/${body.value[0].policyId}/rules/Expiration_Admin_Assignment`,
    );
    assert.equal(shown.body.maximumDuration, "PT2H");
    await assert.rejects(rules({ Nothing: {} }), /Nothing is no rule/);
    await assert.rejects(rules({ Expiration_Admin_Assignment: { longest: "PT1H" } }), /has no member longest/);
  },

  "it ends with nothing left over": async () => {
    assert.equal(await sandbox.stop(), 0);
  },
});
