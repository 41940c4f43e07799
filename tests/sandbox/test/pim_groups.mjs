// Goal: PIM for Groups gives, shows and ends membership as contract 5 says (scenarios C, D).
import assert from "node:assert/strict";
import { specification } from "../../support/spec.mjs";
import { AT_ONCE, GROUPS, PERSONS, startSandbox } from "../../support/sandbox.mjs";

const sandbox = await startSandbox({ switches: AT_ONCE });
const PIM = "/identityGovernance/privilegedAccess/group";
const filter = (text) => `$filter=${encodeURIComponent(text)}`;

/** A moment so many seconds from now by the sandbox's clock, to the second. */
async function later(seconds) {
  const now = Date.parse((await sandbox.clock.now()).now);
  return new Date(Math.floor(now / 1000 + seconds) * 1000).toISOString().replace(".000Z", "Z");
}

async function assign(changes = {}, options = {}) {
  return sandbox.graph(`${PIM}/assignmentScheduleRequests`, {
    body: {
      accessId: "member",
      groupId: GROUPS.owners,
      principalId: PERSONS.ana,
      action: "adminAssign",
      justification: "INC-7",
      scheduleInfo: {
        startDateTime: await later(0),
        expiration: { type: "afterDateTime", endDateTime: await later(3600) },
      },
      ...changes,
    },
    ...options,
  });
}

function remove(changes = {}, options = {}) {
  return sandbox.graph(`${PIM}/assignmentScheduleRequests`, {
    body: {
      accessId: "member",
      groupId: GROUPS.owners,
      principalId: PERSONS.ana,
      action: "adminRemove",
      justification: "over",
      ...changes,
    },
    ...options,
  });
}

async function instances(principal = PERSONS.ana) {
  const { status, body } = await sandbox.graph(
    `${PIM}/assignmentScheduleInstances?${filter(`groupId eq '${GROUPS.owners}' and principalId eq '${principal}'`)}`,
  );
  assert.equal(status, 200, JSON.stringify(body));
  return body.value;
}

async function isMember(group = GROUPS.owners, principal = PERSONS.ana) {
  const { body } = await sandbox.graph(`/users/${principal}/checkMemberGroups`, {
    body: { groupIds: [group] },
  });
  return body.value.length === 1;
}

await specification("sandbox/pim_groups", {
  "adminAssign until a moment gives exactly that: request, instance, schedule, membership": async () => {
    const end = await later(3600);
    const { status, body } = await assign({
      scheduleInfo: { startDateTime: await later(0), expiration: { type: "afterDateTime", endDateTime: end } },
    });
    assert.equal(status, 201);
    assert.equal(body.status, "Provisioned");
    assert.equal(body.action, "adminAssign");
    assert.deepEqual(body.scheduleInfo.expiration, { type: "afterDateTime", endDateTime: end, duration: null });
    assert.match(body.createdDateTime, /\.\d{7}Z$/);
    const [instance] = await instances();
    assert.deepEqual(
      [instance.principalId, instance.groupId, instance.accessId, instance.endDateTime],
      [PERSONS.ana, GROUPS.owners, "member", end],
    );
    assert.equal(instance.assignmentScheduleId, body.targetScheduleId);
    assert.ok(await isMember());
    const entry = (await sandbox.journal()).find((call) => call.effect?.assign);
    assert.equal(entry.effect.assign.ends_at, end.replace("Z", ".000Z"));
    assert.equal(
      (await sandbox.assignments()).live.find((held) => held.principal.id === PERSONS.ana && held.manner === "assigned")
        .request,
      body.id,
    );
  },

  "D11 D12 the wire says Direct and Assigned, and ids are of two forms": async () => {
    const [instance] = await instances();
    assert.deepEqual([instance.memberType, instance.assignmentType], ["Direct", "Assigned"]);
    assert.match(instance.assignmentScheduleId, new RegExp(`^${GROUPS.owners}_member_[0-9a-f-]{36}$`));
    assert.notEqual(instance.id, instance.assignmentScheduleId);
  },

  "B14 what is held already is RoleAssignmentExists": async () => {
    assert.deepEqual([(await assign()).status, (await assign()).code], [400, "RoleAssignmentExists"]);
  },

  "C01 not within five minutes of its start; the switch allows it": async () => {
    const early = await remove();
    assert.deepEqual([early.status, early.code], [400, "ActiveDurationTooShort"]);
    assert.match(early.body.error.message, /Miniumum Required is 5 minutes/);
    await sandbox.clock.advance("PT6M");
    const { status, body } = await remove();
    assert.deepEqual([status, body.status, body.scheduleInfo, body.completedDateTime], [201, "Revoked", null, null]); // C02
    assert.deepEqual(await instances(), []);
    assert.equal(await isMember(), false);
    const gone = (await sandbox.assignments()).past.find((held) => held.principal.id === PERSONS.ana);
    assert.equal(gone.why, "removed");
    await sandbox.afresh({ early_removal: true });
    await assign();
    assert.equal((await remove()).status, 201);
  },

  "C03 nothing there to remove is RoleAssignmentDoesNotExist, 400 or 404": async () => {
    assert.deepEqual([(await remove()).status, (await remove()).code], [400, "RoleAssignmentDoesNotExist"]);
    await sandbox.switches({ does_not_exist_is_404: true });
    assert.equal((await remove()).status, 404);
    assert.equal((await remove({ accessId: "owner" })).code, "RoleAssignmentDoesNotExist");
  },

  "C04 it ends by itself at its end": async () => {
    await sandbox.afresh({ expiry_ms: 2000 });
    await assign();
    await sandbox.clock.advance("PT1H");
    assert.equal((await instances()).length, 1); // within the seconds that PIM takes
    await sandbox.clock.advance("PT3S");
    assert.deepEqual(await instances(), []);
    assert.equal(await isMember(), false);
    assert.equal((await sandbox.assignments()).past.find((held) => held.principal.id === PERSONS.ana).why, "expired");
  },

  "C05 while PIM is out, nothing ends by itself, and a removal works": async () => {
    await sandbox.afresh({ pim_outage: true });
    await assign();
    await assign({ principalId: PERSONS.ben });
    await sandbox.clock.advance("PT2H");
    assert.equal((await instances()).length, 1);
    assert.equal((await remove()).status, 201);
    assert.deepEqual(await instances(), []);
    await sandbox.switches({ pim_outage: false });
    assert.deepEqual(await instances(PERSONS.ben), []);
  },

  "C06 what is granted for later can be canceled, and never begins": async () => {
    await sandbox.afresh();
    const { body } = await assign({
      scheduleInfo: { startDateTime: await later(3600), expiration: { type: "afterDuration", duration: "PT1H" } },
    });
    assert.equal(body.status, "Granted");
    assert.deepEqual(await instances(), []);
    const schedules = await sandbox.graph(`${PIM}/assignmentSchedules?${filter(`principalId eq '${PERSONS.ana}'`)}`);
    assert.equal(schedules.body.value.length, 1);
    const cancel = () => sandbox.graph(`${PIM}/assignmentScheduleRequests/${body.id}/cancel`, { method: "POST" });
    assert.equal((await cancel()).status, 204);
    assert.equal((await cancel()).status, 400);
    assert.equal((await sandbox.graph(`${PIM}/assignmentScheduleRequests/${body.id}`)).body.status, "Canceled");
    await sandbox.clock.advance("PT70M");
    assert.deepEqual(await instances(PERSONS.ana), []);
  },

  "C07 what is provisioned cannot": async () => {
    await sandbox.afresh();
    const { body } = await assign();
    const { status, code } = await sandbox.graph(`${PIM}/assignmentScheduleRequests/${body.id}/cancel`, {
      method: "POST",
    });
    assert.deepEqual([status, code], [400, "InvalidRoleAssignmentRequest"]);
  },

  "C09 the remove-only permission removes, and does nothing else": async () => {
    await sandbox.clock.advance("PT6M");
    await sandbox.withPermissions(["PrivilegedAssignmentSchedule.Remove.AzureADGroup"], async (token) => {
      assert.equal((await assign({ principalId: PERSONS.ben }, { token })).status, 403);
      assert.equal(
        (await sandbox.graph(`${PIM}/assignmentScheduleRequests/x/cancel`, { method: "POST", token })).status,
        403,
      );
      assert.equal((await remove({}, { token })).status, 201);
    });
  },

  "C11 a request is forgotten after 45 days": async () => {
    await sandbox.afresh();
    const { body } = await assign();
    await sandbox.clock.advance("P46D");
    assert.equal((await sandbox.graph(`${PIM}/assignmentScheduleRequests/${body.id}`)).status, 404);
  },

  "D01 a list without groupId or principalId is 400, of either kind": async () => {
    await sandbox.afresh();
    for (const list of [
      "assignmentScheduleInstances",
      "assignmentSchedules",
      "assignmentScheduleRequests",
      "eligibilityScheduleInstances",
    ]) {
      const bare = await sandbox.graph(`${PIM}/${list}`);
      assert.deepEqual([bare.status, bare.code], [400, "MissingParameters"], list);
      assert.equal((await sandbox.graph(`${PIM}/${list}?${filter("accessId eq 'member'")}`)).status, 400);
      assert.equal((await sandbox.graph(`${PIM}/${list}?${filter(`principalId eq '${PERSONS.ana}'`)}`)).status, 200);
      assert.equal(
        (await sandbox.graph(`${PIM}/${list}?${filter(`groupId eq '${GROUPS.owners}' and accessId eq 'member'`)}`))
          .status,
        200,
      );
    }
    await sandbox.switches({ missing_filter_is_bad_request: true });
    assert.equal((await sandbox.graph(`${PIM}/assignmentScheduleInstances`)).code, "BadRequest");
  },

  "D02 a group has no policies until PIM knows it, and two then": async () => {
    await sandbox.afresh();
    const policies = async (group) =>
      (
        await sandbox.graph(
          `/policies/roleManagementPolicyAssignments?${filter(`scopeId eq '${group}' and scopeType eq 'Group'`)}`,
        )
      ).body.value;
    assert.deepEqual(await policies(GROUPS.leads), []);
    assert.equal((await assign({ groupId: GROUPS.leads })).status, 201);
    assert.deepEqual(
      (await policies(GROUPS.leads)).map((policy) => policy.roleDefinitionId),
      ["member", "owner"],
    );
  },

  "D03 accessId is kept: an owner is no member": async () => {
    await sandbox.afresh();
    assert.equal((await assign({ accessId: "owner" })).status, 201);
    assert.equal(await isMember(), false);
    assert.deepEqual(
      (await sandbox.graph(`/groups/${GROUPS.owners}/owners`)).body.value.map((owner) => owner.id),
      [PERSONS.tom, PERSONS.ana],
    );
    await sandbox.clock.advance("PT6M");
    assert.equal((await remove()).code, "RoleAssignmentDoesNotExist");
  },

  "D04 provisioning takes its time, and members show later still": async () => {
    await sandbox.afresh({ provisioning_ms: 5000, membership_ms: 20000 });
    assert.equal((await assign()).body.status, "Provisioned");
    assert.deepEqual(await instances(), []);
    await sandbox.clock.advance("PT6S");
    assert.equal((await instances()).length, 1);
    assert.equal(await isMember(), false);
    await sandbox.clock.advance("PT20S");
    assert.ok(await isMember());
  },

  "some reads come from a replica that lags": async () => {
    await sandbox.afresh({ replica_lag_ms: 60000, replica_every: 2 });
    const made = (await assign()).body.id;
    const seen = [];
    for (let i = 0; i < 4; i++) seen.push((await instances()).length);
    assert.deepEqual(seen.sort(), [0, 0, 1, 1]);
    const statuses = [];
    for (let i = 0; i < 2; i++)
      statuses.push((await sandbox.graph(`${PIM}/assignmentScheduleRequests/${made}`)).status);
    assert.deepEqual(statuses.sort(), [200, 404]); // B28
  },

  "D05 dynamic and synced groups are refused": async () => {
    await sandbox.afresh();
    for (const kind of ["dynamic", "synced"]) {
      const group = await sandbox.control("POST", "/groups", { name: kind, [kind]: true });
      assert.equal((await assign({ groupId: group.id })).code, "InvalidRoleAssignmentRequest");
    }
  },

  "D06 the last owner stays, until there is another one or PIM gives up": async () => {
    await sandbox.afresh();
    const { id } = await sandbox.control("POST", "/groups", { name: "Orphans", pim: true });
    const owner = { groupId: id, accessId: "owner" };
    await assign(owner);
    await sandbox.clock.advance("PT2H");
    const owners = async () => (await sandbox.graph(`/groups/${id}/owners`)).body.value.length;
    assert.equal(await owners(), 1);
    await sandbox.control("POST", "/assignments", { principal: PERSONS.tom, group: id, access: "owner" });
    assert.equal(await owners(), 1); // Ana is gone, Tom is there
    await sandbox.afresh();
    const second = (await sandbox.control("POST", "/groups", { name: "Orphans", pim: true })).id;
    await assign({ groupId: second, accessId: "owner" });
    await sandbox.clock.advance("P32D");
    await sandbox.graph(`/groups/${second}/owners`);
    const held = (await sandbox.assignments()).live.find((one) => one.target.id === second);
    assert.equal(held.ends_at, null); // for good
  },

  "D08 what others do outside PIM makes members, and no instances": async () => {
    await sandbox.afresh({ audit_log_ms: 0 });
    const made = await sandbox.control("POST", "/assignments", {
      principal: PERSONS.nils,
      group: GROUPS.owners,
      manner: "outside",
    });
    assert.ok(await isMember(GROUPS.owners, PERSONS.nils));
    assert.deepEqual(await instances(PERSONS.nils), []);
    const audits = (await sandbox.graph("/auditLogs/directoryAudits")).body.value;
    assert.equal(audits[0].activityDisplayName, "Add member to group");
    assert.equal((await assign({ principalId: PERSONS.nils })).status, 201);
    await sandbox.clock.advance("PT2H");
    assert.deepEqual(await instances(PERSONS.nils), []);
    assert.ok(await isMember(GROUPS.owners, PERSONS.nils)); // C10: the other one stays
    await sandbox.control("DELETE", `/assignments/${made.id}`);
    assert.equal(await isMember(GROUPS.owners, PERSONS.nils), false);
  },

  "D10 ten lists a second are enough: 429 with a useless code and no Retry-After": async () => {
    await sandbox.afresh({ group_lists_per_second: 10 });
    await new Promise((resolve) => setTimeout(resolve, 1001));
    const path = `${PIM}/assignmentScheduleInstances?${filter(`groupId eq '${GROUPS.owners}'`)}`;
    const answers = [];
    for (let i = 0; i < 11; i++) answers.push(await sandbox.graph(path));
    const last = answers.at(-1);
    assert.deepEqual(
      [answers[9].status, last.status, last.code, last.headers.get("retry-after")],
      [200, 429, "UnknownError", null],
    );
    await sandbox.switches({ pim_retry_after: true });
    assert.equal((await sandbox.graph(path)).headers.get("retry-after"), "1");
  },

  "D15 schedules of a deleted person linger for a week": async () => {
    await sandbox.afresh();
    const rules = { Expiration_Admin_Assignment: { isExpirationRequired: false } };
    await sandbox.control("PATCH", "/pim", { group: GROUPS.owners, access: "member", rules });
    await assign({ scheduleInfo: { startDateTime: await later(0), expiration: { type: "noExpiration" } } });
    await sandbox.control("DELETE", `/persons/${PERSONS.ana}`);
    assert.equal((await instances()).length, 1);
    assert.ok(
      !(await sandbox.graph(`/groups/${GROUPS.owners}/members`)).body.value.some((member) => member.id === PERSONS.ana),
    );
    await sandbox.clock.advance("P8D");
    assert.deepEqual(await instances(PERSONS.ana), []);
  },

  "adminUpdate moves the end, and keeps the start": async () => {
    await sandbox.afresh();
    await assign();
    const end = await later(7200);
    const { status, body } = await assign({
      action: "adminUpdate",
      scheduleInfo: { startDateTime: await later(0), expiration: { type: "afterDateTime", endDateTime: end } },
    });
    assert.deepEqual([status, body.status, body.action], [201, "Provisioned", "adminUpdate"]);
    const held = await instances();
    assert.deepEqual(
      held.map((one) => one.endDateTime),
      [end],
    );
    assert.equal(
      (await assign({ action: "adminUpdate", principalId: PERSONS.ben })).code,
      "RoleAssignmentDoesNotExist",
    );
    assert.equal((await sandbox.assignments()).past.filter((one) => one.why === "updated").length, 1);
    await sandbox.clock.advance("PT6M");
    assert.equal((await remove()).status, 201); // five minutes count from the first start
  },

  "requests are listed, and eligibility is apart from assignments": async () => {
    await sandbox.afresh();
    const { body } = await assign({ ticketInfo: { ticketNumber: "INC-7", ticketSystem: "" } });
    const listed = await sandbox.graph(
      `${PIM}/assignmentScheduleRequests?${filter(`groupId eq '${GROUPS.owners}' and principalId eq '${PERSONS.ana}'`)}`,
    );
    assert.deepEqual(
      listed.body.value.map((request) => [request.id, request.ticketInfo.ticketNumber]),
      [[body.id, "INC-7"]],
    );
    assert.ok(!/\.\d{7}Z$/.test(listed.body.value[0].createdDateTime)); // B28: fewer digits than in the first answer
    await sandbox.control("POST", "/assignments", { principal: PERSONS.nils, group: GROUPS.owners, manner: "eligible" });
    const eligible = await sandbox.graph(
      `${PIM}/eligibilityScheduleInstances?${filter(`principalId eq '${PERSONS.nils}'`)}`,
    );
    assert.equal(eligible.body.value.length, 1);
    assert.ok(eligible.body.value[0].eligibilityScheduleId && !("assignmentType" in eligible.body.value[0]));
    assert.deepEqual(await instances(PERSONS.ben), []);
  },

  "a malformed body is BadRequest and names what is wrong": async () => {
    for (const wrong of [
      { accessId: "boss" },
      { action: "adminAssignment" },
      { principalId: "ana" },
      { groupId: undefined },
      { unknown: 1 },
      { justification: 7 },
      { isValidationOnly: "yes" },
    ]) {
      const { status, code } = await assign(wrong);
      assert.deepEqual([status, code], [400, "BadRequest"], JSON.stringify(wrong));
    }
    assert.equal((await sandbox.graph(`${PIM}/assignmentScheduleRequests`, { body: "{", method: "POST" })).status, 400);
    assert.equal(
      (
        await sandbox.graph(`${PIM}/assignmentScheduleRequests`, {
          body: '{"action":"adminAssign","action":"adminRemove"}',
          method: "POST",
        })
      ).status,
      400,
    );
    assert.equal((await assign({ action: "selfActivate" })).status, 403);
  },

  "B28 what was just asked for may be missing from a replica, and is written with fewer digits later": async () => {
    await sandbox.afresh({ replica_every: 1, replica_lag_ms: 5000 });
    const { body } = await assign({ scheduleInfo: { expiration: { type: "afterDuration", duration: "PT1H" } } });
    const read = () => sandbox.graph(`${PIM}/assignmentScheduleRequests/${body.id}`);
    assert.equal((await read()).status, 404);
    await sandbox.clock.advance("PT6S");
    const later = await read();
    assert.equal(later.status, 200);
    assert.match(body.createdDateTime, /\.\d{7}Z$/);
    assert.match(later.body.createdDateTime, /\.\d{3}Z$/);
  },

  "D14 who looks at the group may see a new member long after PIM does": async () => {
    await sandbox.afresh({ membership_ms: 600_000 });
    assert.equal((await assign({ scheduleInfo: { expiration: { type: "afterDuration", duration: "PT1H" } } })).status, 201);
    assert.equal((await instances()).length, 1);
    assert.equal(await isMember(), false);
    await sandbox.clock.advance("PT9M");
    assert.equal(await isMember(), false);
    await sandbox.clock.advance("PT2M");
    assert.equal(await isMember(), true);
  },

  "D09 members of a role-assignable group are written by nobody here: there is no such call": async () => {
    const token = await sandbox.withPermissions(["Group.ReadWrite.All"], async (token) => token);
    const body = { "@odata.id": `${sandbox.origin}/v1.0/directoryObjects/${PERSONS.nils}` };
    const answer = await sandbox.graph(`/groups/${GROUPS.owners}/members/$ref`, { token, method: "POST", body });
    assert.deepEqual([answer.status, await isMember(GROUPS.owners, PERSONS.nils)], [405, false]);
  },

  "it ends with nothing left over": async () => {
    assert.equal(await sandbox.stop(), 0);
  },
});
