// Goal: logs and reports say what happened, but late (scenarios G10 to G14, I).
import assert from "node:assert/strict";
import { specification } from "../../support/spec.mjs";
import { AT_ONCE, GROUPS, PERSONS, ROLES, startSandbox } from "../../support/sandbox.mjs";

const sandbox = await startSandbox({ switches: AT_ONCE });
const filter = (text) => `$filter=${encodeURIComponent(text)}`;

async function list(path, options = {}) {
  const { status, body } = await sandbox.graph(path, options);
  assert.equal(status, 200, JSON.stringify(body));
  return body.value;
}

await specification("sandbox/logs", {
  "G11 a sign-in shows when the lag of the log is over": async () => {
    await sandbox.signIn(sandbox.authorizeUrl({ login_hint: "ana.torres@contoso.example" }));
    const path = `/auditLogs/signIns?${filter(`userId eq '${PERSONS.ana}' and createdDateTime ge 2024-01-01T00:00:00Z`)}`;
    assert.deepEqual(await list(path), []);
    await sandbox.clock.advance("PT5M");
    const [entry] = await list(path);
    assert.deepEqual([entry.clientAppUsed, entry.isInteractive, entry.status.errorCode], ["Browser", true, 0]);
    assert.equal(entry.deviceDetail.deviceId, "de1d0000-0000-4000-8000-000000000114");
    assert.equal((await sandbox.graph(`/auditLogs/signIns/${entry.id}`)).body.id, entry.id);
    assert.equal((await sandbox.graph("/auditLogs/signIns/nothing")).status, 404);
  },

  "a sign-in that Conditional Access refused is there with its code": async () => {
    sandbox.jar.clear();
    const claims = { id_token: { acrs: { essential: true, value: "c1" } } };
    await sandbox.signIn(sandbox.authorizeUrl({ claims }), { person: "ben", device: null });
    await sandbox.clock.advance("PT5M");
    const [entry] = await list(`/auditLogs/signIns?${filter(`userId eq '${PERSONS.ben}'`)}`);
    assert.deepEqual([entry.status.errorCode, entry.conditionalAccessStatus], [53000, "failure"]);
    assert.deepEqual(
      entry.appliedConditionalAccessPolicies.map((policy) => policy.result),
      ["failure", "notApplied", "notEnabled", "notApplied"],
    );
  },

  "G10 legacy clients show in beta alone": async () => {
    await sandbox.control("POST", "/sign-ins", { person: PERSONS.ana, client_app: "IMAP4", error: 53003 });
    await sandbox.clock.advance("PT5M");
    assert.ok(!(await list("/auditLogs/signIns")).some((entry) => entry.clientAppUsed === "IMAP4"));
    const beta = await list(`/auditLogs/signIns?${filter("signInEventTypes/any(t: t eq 'nonInteractiveUser')")}`, {
      version: "/beta",
    });
    assert.deepEqual(
      beta.map((entry) => [entry.clientAppUsed, entry.status.errorCode]),
      [["IMAP4", 53003]],
    );
    await assert.rejects(sandbox.control("POST", "/sign-ins", { person: "nobody", client_app: "x" }), /nobody's/);
  },

  "G12 a tenant without P1 has no sign-in logs": async () => {
    await sandbox.switches({ premium: false });
    const { status, code } = await sandbox.graph("/auditLogs/signIns");
    await sandbox.switches({ premium: true });
    assert.deepEqual([status, code], [403, "Authentication_RequestFromNonPremiumTenantOrB2CTenant"]);
  },

  "G13 without the right to read policies, applied policies are left out": async () => {
    assert.ok((await list("/auditLogs/signIns"))[0].appliedConditionalAccessPolicies.length > 0);
    await sandbox.withPermissions(["AuditLog.Read.All"], async (token) => {
      assert.deepEqual((await list("/auditLogs/signIns", { token }))[0].appliedConditionalAccessPolicies, []);
      await sandbox.switches({ sign_ins_need_directory_read: true });
      assert.equal((await sandbox.graph("/auditLogs/signIns", { token })).status, 403);
      await sandbox.switches({ sign_ins_need_directory_read: false });
    });
  },

  "G14 the registration report does not know a new person yet": async () => {
    const { id } = await sandbox.control("POST", "/persons", { name: "Eve New", mfa_registered: false });
    const path = `/reports/authenticationMethods/userRegistrationDetails/${id}`;
    assert.equal((await sandbox.graph(path)).status, 404);
    await sandbox.clock.advance("PT1H");
    const { body } = await sandbox.graph(path);
    assert.deepEqual([body.isMfaRegistered, body.methodsRegistered], [false, []]);
    assert.ok(
      (await list("/reports/authenticationMethods/userRegistrationDetails")).some(
        (entry) => entry.id === PERSONS.ana && entry.isMfaCapable,
      ),
    );
  },

  "I01 what PIM does is audited, after two minutes, under one correlation": async () => {
    await sandbox.graph("/identityGovernance/privilegedAccess/group/assignmentScheduleRequests", {
      body: {
        accessId: "member",
        groupId: GROUPS.owners,
        principalId: PERSONS.ana,
        action: "adminAssign",
        justification: "x",
        scheduleInfo: { expiration: { type: "afterDuration", duration: "PT1H" } },
      },
    });
    const path = `/auditLogs/directoryAudits?${filter("loggedByService eq 'PIM' and activityDateTime ge 2024-01-01T00:00:00Z")}`;
    assert.deepEqual(await list(path), []);
    await sandbox.clock.advance("PT2H");
    const audits = await list(path);
    assert.deepEqual(
      audits.map((audit) => audit.activityDisplayName),
      ["Remove member from role (PIM activation expired)", "Add member to role in PIM completed (timebound)"],
    );
    assert.equal(new Set(audits.map((audit) => audit.correlationId)).size, 1);
    assert.equal(audits[0].category, "GroupManagement");
    assert.deepEqual(
      audits[1].targetResources.map((target) => target.displayName),
      ["Copilot owners", "Ana Torres"],
    );
  },

  "I02 an assignment outside PIM has an activity of its own": async () => {
    await sandbox.control("POST", "/assignments", {
      principal: PERSONS.nils,
      role: ROLES.securityReader,
      manner: "outside",
    });
    await sandbox.clock.advance("PT3M");
    const [audit] = await list("/auditLogs/directoryAudits?$top=1");
    assert.deepEqual(
      [audit.activityDisplayName, audit.category],
      ["Add member to role outside of PIM (permanent)", "RoleManagement"],
    );
  },

  "I05 a changed rule is audited": async () => {
    await sandbox.control("PATCH", "/pim", {
      role: ROLES.securityReader,
      rules: { Approval_EndUser_Assignment: { setting: { isApprovalRequired: false } } },
    });
    await sandbox.clock.advance("PT3M");
    assert.equal((await list("/auditLogs/directoryAudits"))[0].activityDisplayName, "Update role setting in PIM");
  },

  "I06 a day is a day, across a leap day too": async () => {
    const leap = Date.parse("2028-02-28T23:30:00Z");
    await sandbox.clock.set(Math.round((leap - Date.now()) / 1000));
    const answers = [];
    for (const [person, duration] of [
      [PERSONS.ana, "PT24H"],
      [PERSONS.ben, "P1D"],
    ]) {
      const { body } = await sandbox.graph("/roleManagement/directory/roleAssignmentScheduleRequests", {
        body: {
          action: "adminAssign",
          principalId: person,
          roleDefinitionId: ROLES.securityReader,
          directoryScopeId: "/",
          justification: "x",
          scheduleInfo: { expiration: { type: "afterDuration", duration } },
        },
      });
      answers.push(body);
    }
    const { value } = (await sandbox.graph("/roleManagement/directory/roleAssignmentScheduleInstances", {})).body;
    assert.equal(answers.length, value.length);
    for (const instance of value) {
      assert.equal(Date.parse(instance.endDateTime) - Date.parse(instance.startDateTime), 86400_000);
      assert.ok(instance.endDateTime.startsWith("2028-02-29T"));
    }
  },

  "reports are read five times in ten seconds, and say when again": async () => {
    await sandbox.switches({ report_reads_per_10_s: 5 });
    const token = await sandbox.appToken();
    const statuses = [];
    let last;
    for (let i = 0; i < 6; i++) {
      last = await sandbox.graph("/auditLogs/directoryAudits", { token });
      statuses.push(last.status);
    }
    assert.deepEqual(statuses, [200, 200, 200, 200, 200, 429]);
    assert.equal(last.headers.get("retry-after"), "10");
    await sandbox.clock.advance("PT10S");
    assert.equal((await sandbox.graph("/auditLogs/directoryAudits", { token })).status, 200);
  },

  "I03 windows that overlap hold the same entries, by the same ids": async () => {
    await sandbox.afresh({ audit_log_ms: 0 });
    for (const group of [GROUPS.owners, GROUPS.contributors])
      await sandbox.control("POST", "/assignments", { principal: PERSONS.nils, group });
    const since = (moment) => list(`/auditLogs/directoryAudits?${filter(`activityDateTime ge ${moment}`)}`);
    const ids = (entries) => entries.map((entry) => entry.id).sort();
    const wide = await since("2024-01-01T00:00:00Z");
    assert.deepEqual(ids(wide), ids(await since("2024-06-01T00:00:00Z")));
    assert.equal(new Set(ids(wide)).size, 2);
  },

  "I04 an event may spell a key otherwise": async () => {
    const fault = { kind: "alter", each: { targetResources: [{ Type: "User", id: PERSONS.nils }] } };
    await sandbox.fault({ method: "GET", path: "/v1.0/auditLogs/directoryAudits" }, fault);
    const [entry] = await list("/auditLogs/directoryAudits");
    assert.deepEqual(entry.targetResources, [{ Type: "User", id: PERSONS.nils }]);
    assert.equal((await list("/auditLogs/directoryAudits"))[0].targetResources[0].type, "Group");
  },

  "it ends with nothing left over": async () => {
    assert.equal(await sandbox.stop(), 0);
  },
});
