// Goal: what waits for an approval is decided by the approvers, once, in time, and by nobody else (scenarios B04, B15, C08,
// E01 to E10, I01).
import assert from "node:assert/strict";
import { specification } from "../../support/spec.mjs";
import { AT_ONCE, GROUPS, PERSONS, ROLES, startSandbox } from "../../support/sandbox.mjs";

const sandbox = await startSandbox({ switches: AT_ONCE });
const ROLE = "/roleManagement/directory";
const GROUP = "/identityGovernance/privilegedAccess/group";
const DECIDED = "filterByCurrentUser(on='approver')";
const pending = `$filter=${encodeURIComponent("status eq 'PendingApproval'")}`;
const ofRole = { roleDefinitionId: ROLES.securityOperator, directoryScopeId: "/" };
const ofGroup = { groupId: GROUPS.owners, accessId: "member" };
const hour = { startDateTime: "2020-01-01T00:00:00Z", expiration: { type: "afterDuration", duration: "PT1H" } };
const tokens = {};

/** A fresh tenant in which Lena, and the leads, approve both targets. */
async function afresh(switches, approvers = { users: [PERSONS.lena], groups: [GROUPS.leads] }) {
  await sandbox.afresh({ audit_log_ms: 0, ...switches });
  await sandbox.needApproval({ role: ROLES.securityOperator }, approvers);
  await sandbox.needApproval({ group: GROUPS.owners, access: "member" }, approvers);
  for (const person of ["ana", "ben", "lena", "marc", "nils"]) tokens[person] = await sandbox.personToken(person);
}

async function activate(target = ofRole, changes = {}) {
  const list = target.groupId ? `${GROUP}/assignmentScheduleRequests` : `${ROLE}/roleAssignmentScheduleRequests`;
  const answer = await sandbox.graph(list, {
    token: tokens.ana,
    body: {
      action: "selfActivate",
      principalId: PERSONS.ana,
      ...target,
      scheduleInfo: hour,
      justification: "INC-7",
      ...changes,
    },
  });
  return answer;
}

const approvalOf = (id) => `${ROLE}/roleAssignmentApprovals/${id}`;
const statusOf = async (id, list = `${ROLE}/roleAssignmentScheduleRequests`) =>
  (await sandbox.graph(`${list}/${id}`)).body.status;

/** Decides on a role's request, as its only step. */
function decide(id, person, reviewResult = "Approve", rest = {}) {
  return sandbox.graph(`${approvalOf(id)}/steps/${id}`, {
    version: "/beta",
    method: "PATCH",
    token: tokens[person],
    body: { reviewResult, justification: "Known incident", ...rest },
  });
}

async function activities(id) {
  const { body } = await sandbox.graph(`/auditLogs/directoryAudits?$filter=${encodeURIComponent("loggedByService eq 'PIM'")}`);
  return body.value.filter((entry) => entry.correlationId === id);
}

await specification("sandbox/approvals", {
  "B04 a request that waits has an approval of its own id, and a completion before its creation": async () => {
    await afresh();
    const { status, body } = await activate();
    assert.deepEqual([status, body.status, body.approvalId, body.targetScheduleId], [201, "PendingApproval", body.id, body.id]);
    assert.ok(body.completedDateTime < body.createdDateTime);
    const { live } = await sandbox.assignments();
    assert.ok(!live.some((entry) => entry.request === body.id), "nothing is held yet");
  },

  "B15 a second one is refused while the first waits": async () => {
    assert.deepEqual([(await activate()).status, (await activate()).code], [400, "RoleAssignmentExists"]);
    await sandbox.switches({ pending_has_own_code: true });
    const own = await activate();
    assert.deepEqual([own.status, own.code], [400, "PendingRoleAssignmentRequest"]);
    assert.equal(own.body.error.message, "There is already an existing pending Role assignment request.");
  },

  "E01 E05 it is listed for those who decide, and never for who asked": async () => {
    await afresh();
    const { body: request } = await activate();
    const list = async (person) =>
      (await sandbox.graph(`${ROLE}/roleAssignmentScheduleRequests/${DECIDED}?${pending}`, { token: tokens[person] })).body
        .value;
    for (const person of ["lena", "marc", "ben"]) {
      const [entry] = await list(person);
      assert.deepEqual([entry.id, entry.status, entry.action], [request.id, "PendingApproval", "SelfActivate"]);
    }
    assert.deepEqual(await list("ana"), []);
    assert.deepEqual(await list("nils"), []);
    const own = await decide(request.id, "ana");
    assert.deepEqual([own.status, own.code], [403, "Authorization_RequestDenied"]);
    assert.equal((await decide(request.id, "nils")).status, 403);
    assert.equal(await statusOf(request.id), "PendingApproval");
  },

  "E02 E08 its approval is in beta, has one step, and is for people only": async () => {
    await afresh();
    const { body: request } = await activate();
    const { status, body } = await sandbox.graph(approvalOf(request.id), { version: "/beta", token: tokens.lena });
    assert.equal(status, 200);
    assert.equal(body.id, request.id);
    assert.deepEqual(body.steps, [
      {
        id: request.id,
        displayName: null,
        reviewedDateTime: null,
        reviewResult: "NotReviewed",
        status: "InProgress",
        assignedToMe: true,
        justification: "",
        reviewedBy: null,
      },
    ]);
    assert.equal((await sandbox.graph(approvalOf(request.id), { token: tokens.lena })).status, 400, "not in v1.0");
    const asApp = await sandbox.graph(approvalOf(request.id), { version: "/beta" });
    assert.deepEqual([asApp.status, asApp.code], [403, "Authorization_RequestDenied"]);
    assert.equal((await sandbox.graph(approvalOf(PERSONS.ana), { version: "/beta", token: tokens.lena })).status, 404);
    assert.equal((await sandbox.graph(approvalOf(request.id), { version: "/beta", token: tokens.nils })).status, 403);
    const own = await sandbox.graph(`${approvalOf(request.id)}/steps`, { version: "/beta", token: tokens.ana });
    assert.equal(own.body.value[0].assignedToMe, false);
    await sandbox.withDelegated(["User.Read"], async () => {
      const token = await sandbox.personToken("lena");
      assert.equal((await sandbox.graph(approvalOf(request.id), { version: "/beta", token })).status, 403);
    });
  },

  "E03 E06 I01 approved once: it is provisioned, and the next decision comes too late": async () => {
    await afresh({ provisioning_ms: 5000 });
    const { body: request } = await activate();
    assert.equal((await decide(request.id, "lena")).status, 204);
    assert.equal(await statusOf(request.id), "PendingProvisioning");
    const late = await decide(request.id, "marc");
    assert.deepEqual([late.status, late.code], [409, "Conflict"]);
    await sandbox.clock.advance("PT6S");
    assert.equal(await statusOf(request.id), "Provisioned");
    const { live } = await sandbox.assignments();
    assert.equal(live.filter((entry) => entry.id === request.id && entry.manner === "activated").length, 1);
    const { body } = await sandbox.graph(`${approvalOf(request.id)}/steps`, { version: "/beta", token: tokens.lena });
    const [step] = body.value;
    assert.deepEqual(
      [step.reviewResult, step.status, step.justification, step.reviewedBy.id],
      ["Approve", "Completed", "Known incident", PERSONS.lena],
    );
    const seen = (await activities(request.id)).map((entry) => entry.activityDisplayName);
    assert.deepEqual(
      seen.sort(),
      [
        "Add member to role approval requested (PIM activation)",
        "Add member to role completed (PIM activation)",
        "Add member to role request approved (PIM activation)",
        "Add member to role requested (PIM activation)",
      ],
      "all of one correlationId",
    );
    const [entry] = await activities(request.id);
    assert.deepEqual([entry.category, entry.initiatedBy.user.id], ["RoleManagement", PERSONS.ana]);
  },

  "E04 denied: it ends, and another one may be asked": async () => {
    await afresh();
    const { body: request } = await activate();
    assert.equal((await decide(request.id, "lena", "Maybe")).status, 400);
    assert.equal((await decide(request.id, "lena", "Deny", { justification: undefined })).status, 400);
    assert.equal((await decide(request.id, "lena", "Deny")).status, 204);
    assert.equal(await statusOf(request.id), "Denied");
    assert.equal((await decide(request.id, "lena")).status, 409);
    assert.equal((await activate()).body.status, "PendingApproval");
  },

  "E07 after 24 hours nobody decides any more": async () => {
    for (const [lapsed_is_denied, status] of [
      [false, "TimedOut"],
      [true, "Denied"],
    ]) {
      await afresh({ lapsed_is_denied });
      const { body: request } = await activate();
      await sandbox.clock.advance("PT23H59M");
      assert.equal(await statusOf(request.id), "PendingApproval");
      await sandbox.clock.advance("PT2M");
      assert.equal(await statusOf(request.id), status);
      tokens.lena = await sandbox.personToken("lena");
      assert.equal((await decide(request.id, "lena")).status, 409);
      const seen = (await activities(request.id)).map((entry) => entry.activityDisplayName);
      assert.ok(seen.includes("PIM activation request expired"));
      assert.deepEqual((await sandbox.assignments()).live.filter((entry) => entry.request === request.id), []);
    }
  },

  "E09 groups have stages in v1.0, with ids of their own": async () => {
    await afresh();
    const { body: request } = await activate(ofGroup);
    assert.deepEqual([request.status, request.approvalId], ["PendingApproval", request.id]);
    const path = `${GROUP}/assignmentApprovals`;
    const listed = await sandbox.graph(`${GROUP}/assignmentScheduleRequests/${DECIDED}?${pending}`, { token: tokens.lena });
    assert.equal(listed.body.value[0].id, request.id);
    const approvals = await sandbox.graph(`${path}/${DECIDED}`, { token: tokens.lena });
    assert.equal(approvals.body.value[0].id, request.id);
    const { body } = await sandbox.graph(`${path}/${request.id}`, { token: tokens.lena });
    const [stage] = body.stages;
    assert.notEqual(stage.id, request.id);
    assert.deepEqual([stage.reviewResult, stage.status, stage.assignedToMe], ["NotReviewed", "InProgress", true]);
    const stages = await sandbox.graph(`${path}/${request.id}/stages`, { token: tokens.lena });
    assert.deepEqual(stages.body.value, [stage]);
    const patch = (part, rest = {}) =>
      sandbox.graph(`${path}/${request.id}/${part}`, {
        method: "PATCH",
        token: tokens.lena,
        body: { reviewResult: "Approve", justification: "OK" },
        ...rest,
      });
    assert.equal((await patch(`steps/${stage.id}`)).status, 404);
    assert.equal((await patch(`stages/${request.id}`)).status, 404);
    assert.equal((await patch(`stages/${stage.id}`, { token: tokens.nils })).status, 403);
    assert.equal((await patch(`stages/${stage.id}`, { token: undefined })).status, 403, "an application approves nothing");
    assert.equal((await patch(`stages/${stage.id}`)).status, 204);
    assert.equal((await patch(`stages/${stage.id}`)).status, 409);
    assert.equal(await statusOf(request.id, `${GROUP}/assignmentScheduleRequests`), "Provisioned");
    const { body: members } = await sandbox.graph(`/groups/${GROUPS.owners}/members`);
    assert.ok(members.value.some(({ id }) => id === PERSONS.ana));
  },

  "E09 steps of groups: in beta, and by a switch in v1.0": async () => {
    for (const version of ["/beta", "/v1.0"]) {
      await afresh({ approval_steps_in_v1: true });
      const { body: request } = await activate(ofGroup);
      const { body } = await sandbox.graph(`${GROUP}/assignmentApprovals/${request.id}`, { token: tokens.lena });
      const answer = await sandbox.graph(`${GROUP}/assignmentApprovals/${request.id}/steps/${body.stages[0].id}`, {
        version,
        method: "PATCH",
        token: tokens.lena,
        body: { reviewResult: "Approve", justification: "OK" },
      });
      assert.equal(answer.status, 204);
    }
  },

  "E10 the time counts from when it is approved, not from when it was asked for": async () => {
    await afresh();
    const { body: request } = await activate();
    await sandbox.clock.advance("PT50M");
    assert.equal((await decide(request.id, "lena")).status, 204);
    const { live } = await sandbox.assignments();
    const held = live.find((entry) => entry.request === request.id);
    assert.equal(Date.parse(held.ends_at) - Date.parse(held.starts_at), 3600_000);
    assert.ok(Date.parse(held.starts_at) - Date.parse(request.createdDateTime) >= 50 * 60_000 - 1000);
  },

  "an end that has passed when it is approved leaves nothing": async () => {
    await afresh();
    const endDateTime = new Date(Date.now() + 1800_000).toISOString();
    const { body: request } = await activate(ofRole, {
      scheduleInfo: { startDateTime: null, expiration: { type: "afterDateTime", endDateTime } },
    });
    await sandbox.clock.advance("PT31M");
    assert.equal((await decide(request.id, "lena")).status, 204);
    assert.equal(await statusOf(request.id), "Failed");
  },

  "C08 whether what waits can be canceled is a switch": async () => {
    await afresh({ pending_cancel_refused: true });
    const { body: request } = await activate();
    const cancel = (person) =>
      sandbox.graph(`${ROLE}/roleAssignmentScheduleRequests/${request.id}/cancel`, { method: "POST", token: tokens[person] });
    assert.equal((await cancel("ana")).status, 400);
    await sandbox.switches({ pending_cancel_refused: false });
    assert.equal((await cancel("nils")).status, 403);
    assert.equal((await cancel("ana")).status, 204);
    assert.equal(await statusOf(request.id), "Canceled");
    assert.equal((await cancel("ana")).status, 400);
    assert.equal((await decide(request.id, "lena")).status, 409);
  },

  "D07 a group without approvers cannot be approved by anybody; a role by its administrators": async () => {
    await afresh({}, {});
    await sandbox.control("POST", "/assignments", { principal: PERSONS.tom, role: ROLES.privilegedRoleAdministrator });
    tokens.tom = await sandbox.personToken("tom");
    const { body: group } = await activate(ofGroup);
    const { body: stages } = await sandbox.graph(`${GROUP}/assignmentApprovals/${group.id}`, { token: tokens.tom });
    assert.equal(stages.stages[0].assignedToMe, false);
    const answer = await sandbox.graph(`${GROUP}/assignmentApprovals/${group.id}/stages/${stages.stages[0].id}`, {
      method: "PATCH",
      token: tokens.tom,
      body: { reviewResult: "Approve", justification: "OK" },
    });
    assert.equal(answer.status, 403);
    const { body: role } = await activate();
    assert.equal((await decide(role.id, "lena")).status, 403);
    assert.equal((await decide(role.id, "tom")).status, 204);
    await sandbox.clock.advance("PT24H1M");
    assert.equal(await statusOf(group.id, `${GROUP}/assignmentScheduleRequests`), "TimedOut");
  },

  "somebody decides in the portal": async () => {
    await afresh();
    const { body: request } = await activate();
    const answer = await sandbox.control("POST", `/approvals/${request.id}`, { decision: "Approve", by: PERSONS.marc });
    assert.equal(answer.status, "PendingProvisioning");
    assert.equal(await statusOf(request.id), "Provisioned");
    await assert.rejects(sandbox.control("POST", `/approvals/${request.id}`, {}), /409/);
    await assert.rejects(sandbox.control("POST", `/approvals/${PERSONS.ana}`, {}), /404/);
    await assert.rejects(sandbox.control("POST", `/approvals/${request.id}`, { decision: "Perhaps" }), /400/);
  },

  "it ends with nothing left over": async () => {
    assert.equal(await sandbox.stop(), 0);
  },
});
