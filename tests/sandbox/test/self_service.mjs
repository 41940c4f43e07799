// Goal: people activate what they are eligible for with their own token, as the rules of end users say, and give it back
// (scenarios B01 to B15, B18, B19, B27, C01 to C03, C10, D03, D13).
import assert from "node:assert/strict";
import { AZURE } from "../../support/azure.mjs";
import { specification } from "../../support/spec.mjs";
import { AT_ONCE, CURFEW, GROUPS, PERSONS, ROLES, startSandbox } from "../../support/sandbox.mjs";

const sandbox = await startSandbox({ switches: AT_ONCE });
const ROLE = "/roleManagement/directory";
const GROUP = "/identityGovernance/privilegedAccess/group";
const MINE = "filterByCurrentUser(on='principal')";
const within = (duration) => ({
  startDateTime: "2020-01-01T00:00:00Z",
  expiration: { type: "afterDuration", duration },
});
const ofRole = { roleDefinitionId: ROLES.securityOperator, directoryScopeId: "/" };
const ofGroup = { groupId: GROUPS.owners, accessId: "member" };
let token = await sandbox.personToken("ana");

function ask(action, changes = {}, { target = ofRole, as = token } = {}) {
  const list = target.groupId ? `${GROUP}/assignmentScheduleRequests` : `${ROLE}/roleAssignmentScheduleRequests`;
  const schedule = action === "selfActivate" && { scheduleInfo: within("PT1H"), justification: "INC-7" };
  return sandbox.graph(list, { token: as, body: { action, principalId: PERSONS.ana, ...target, ...schedule, ...changes } });
}

const activate = (changes, options) => ask("selfActivate", changes, options);
const deactivate = (changes, options) => ask("selfDeactivate", changes, options);

/** Activated instances of Ana, by their own list. */
async function mine(path = `${ROLE}/roleAssignmentScheduleInstances`, as = token) {
  const { status, body } = await sandbox.graph(`${path}/${MINE}`, { token: as });
  assert.equal(status, 200, JSON.stringify(body));
  return body.value;
}

async function failed(answer) {
  const { status, code, body, headers } = await answer;
  assert.deepEqual([status, code], [400, "RoleAssignmentRequestPolicyValidationFailed"], JSON.stringify(body));
  assert.equal(headers.get("www-authenticate"), null);
  return JSON.parse(body.error.message.match(/^The following policy rules failed: (\[.*\])$/)[1]);
}

function rules(changes, target = { role: ROLES.securityOperator }) {
  return sandbox.control("PATCH", "/pim", { ...target, rules: changes });
}

const context = (value) => ({ AuthenticationContext_EndUser_Assignment: { isEnabled: true, claimValue: value } });
const withoutMfa = { Enablement_EndUser_Assignment: { enabledRules: ["Justification"] } };

async function afresh(switches) {
  await sandbox.afresh(switches);
  token = await sandbox.personToken("ana");
}

await specification("sandbox/self_service", {
  "B01 B03 an eligible person has the role at once, from now on, by the id of what they asked": async () => {
    const { status, body } = await activate({ ticketInfo: { ticketNumber: "INC-7", ticketSystem: "SNOW" } });
    assert.deepEqual([status, body.status, body.action], [201, "Provisioned", "selfActivate"]);
    assert.equal(body.targetScheduleId, body.id);
    assert.equal(body.approvalId, null);
    assert.deepEqual(body.createdBy.user, { displayName: null, id: PERSONS.ana });
    const start = Date.parse(body.scheduleInfo.startDateTime);
    assert.ok(Math.abs(start - Date.now()) < 5000);
    const [instance] = await mine();
    assert.deepEqual(
      [instance.assignmentType, instance.memberType, instance.roleAssignmentScheduleId, instance.principalId],
      ["Activated", "Direct", body.id, PERSONS.ana],
    );
    assert.ok(Math.abs(Date.parse(instance.endDateTime) - start - 3600_000) < 2000);
    const eligible = await mine(`${ROLE}/roleEligibilityScheduleInstances`);
    assert.ok(eligible.some((entry) => entry.roleDefinitionId === ROLES.securityOperator), "that stays");
    assert.equal(eligible[0]["@odata.type"], "#microsoft.graph.unifiedRoleEligibilityScheduleInstance");
    const [request] = await mine(`${ROLE}/roleAssignmentScheduleRequests`);
    assert.deepEqual([request.id, request.status], [body.id, "Provisioned"]);
    const read = await sandbox.graph(`${ROLE}/roleAssignmentScheduleRequests/${body.id}`, { token });
    assert.equal(read.body.status, "Provisioned");
    const other = await sandbox.personToken("ben");
    assert.equal((await sandbox.graph(`${ROLE}/roleAssignmentScheduleRequests/${body.id}`, { token: other })).status, 403);
  },

  "B02 a start in the future is Granted, and begins then": async () => {
    await afresh();
    const startDateTime = new Date(Date.now() + 1200_000).toISOString();
    const { body } = await activate({ scheduleInfo: { ...within("PT1H"), startDateTime } });
    assert.equal(body.status, "Granted");
    assert.equal(Date.parse(body.completedDateTime), Math.floor(Date.parse(startDateTime) / 1000) * 1000);
    assert.deepEqual(await mine(), []);
    assert.equal((await activate()).code, "RoleAssignmentExists");
    await sandbox.clock.advance("PT21M");
    assert.equal((await mine()).length, 1);
  },

  "B05 B06 B13 all rules that fail are named in one message": async () => {
    await afresh();
    await rules({
      Enablement_EndUser_Assignment: { enabledRules: ["MultiFactorAuthentication", "Justification", "Ticketing"] },
    });
    assert.deepEqual(await failed(activate({ scheduleInfo: within("PT9H"), justification: "" })), [
      "ExpirationRule",
      "JustificationRule",
      "TicketingRule",
    ]);
    const forever = { startDateTime: null, expiration: { type: "noExpiration" } };
    assert.deepEqual(await failed(activate({ scheduleInfo: forever, ticketInfo: { ticketNumber: "1" } })), [
      "ExpirationRule",
    ]);
    const nils = await sandbox.personToken("nils");
    assert.deepEqual(
      await failed(
        activate({ principalId: PERSONS.nils, scheduleInfo: within("PT9H"), ticketInfo: { ticketNumber: "1" } }, { as: nils }),
      ),
      ["EligibilityRule", "ExpirationRule"],
    );
    assert.deepEqual(await mine(), []);
  },

  "B07 B08 MFA counts whenever it was done in this session, and nothing else does": async () => {
    await afresh();
    assert.deepEqual(await failed(activate({}, { as: await sandbox.personToken("ana", { mfa: "none" }) })), ["MfaRule"]);
    const old = await sandbox.personToken("ana", { mfa: "code", minutes: 360 });
    assert.equal((await activate({}, { as: old })).body.status, "Provisioned");
  },

  "B09 B10 a context is asked for by a message, and satisfied by acrs": async () => {
    await afresh();
    await rules({ ...context("c1"), ...withoutMfa });
    const { status, code, body, headers } = await activate();
    assert.deepEqual([status, code], [400, "RoleAssignmentRequestAcrsValidationFailed"]);
    assert.equal(headers.get("www-authenticate"), null);
    assert.equal(
      body.error.message,
      "&claims=%7B%22access_token%22%3A%7B%22acrs%22%3A%7B%22essential%22%3Atrue%2C%20%22value%22%3A%22c1%22%7D%7D%7D",
    );
    const claims = JSON.parse(decodeURIComponent(body.error.message.slice("&claims=".length)));
    const stronger = await sandbox.personToken("ana", { authorize: { claims } });
    assert.equal((await activate({}, { as: stronger })).status, 201);
  },

  "B11 no policy behind the context: MFA instead": async () => {
    await afresh();
    await rules({ ...context("c7"), ...withoutMfa });
    assert.deepEqual(await failed(activate({}, { as: await sandbox.personToken("ana", { mfa: "none" }) })), ["MfaRule"]);
    assert.equal((await activate()).status, 201);
  },

  "B12 a policy that is off, only reports, or leaves the person out asks for nothing": async () => {
    for (const value of ["c2", "c3"]) {
      await afresh();
      await rules({ ...context(value), ...withoutMfa });
      assert.equal((await activate({}, { as: await sandbox.personToken("ana", { mfa: "none" }) })).status, 201, value);
    }
    await afresh();
    await rules({ ...context("c1"), ...withoutMfa });
    await sandbox.control("PATCH", "/ca/c1", { exclude_users: [PERSONS.ana] });
    assert.equal((await activate({}, { as: await sandbox.personToken("ana", { mfa: "none" }) })).status, 201);
  },

  "B14 B16 B19 what is active is there already, five minutes are the least, a dry run is one": async () => {
    await afresh();
    assert.equal((await activate({ scheduleInfo: within("PT4M") })).code, "ActiveDurationTooShort");
    const dry = await activate({ isValidationOnly: true });
    assert.deepEqual([dry.status, dry.body.status], [201, "Granted"]);
    assert.deepEqual(await failed(activate({ isValidationOnly: true, justification: "" })), ["JustificationRule"]);
    assert.deepEqual(await mine(), []);
    assert.equal((await activate()).status, 201);
    const again = await activate();
    assert.deepEqual([again.status, again.code], [400, "RoleAssignmentExists"]);
  },

  "an end instead of a duration may be refused: a switch": async () => {
    await afresh();
    const endDateTime = new Date(Date.now() + 3600_000).toISOString();
    const schedule = { scheduleInfo: { startDateTime: null, expiration: { type: "afterDateTime", endDateTime } } };
    assert.equal((await activate({ ...schedule, isValidationOnly: true })).status, 201);
    await sandbox.switches({ self_end_refused: true });
    assert.equal((await activate(schedule)).code, "InvalidRoleAssignmentRequest");
  },

  "only oneself, with a token of one's own, and the permission for it": async () => {
    await afresh();
    assert.equal((await activate({ principalId: PERSONS.ben })).code, "Authorization_RequestDenied");
    assert.equal((await activate({}, { as: await sandbox.appToken() })).code, "Authorization_RequestDenied");
    await sandbox.withDelegated(["RoleAssignmentSchedule.Read.Directory"], async () => {
      const as = await sandbox.personToken("ana");
      assert.equal((await activate({}, { as })).code, "Authorization_RequestDenied");
      assert.deepEqual(await mine(`${ROLE}/roleAssignmentSchedules`, as), []);
    });
    assert.equal((await ask("adminAssign", { scheduleInfo: within("PT1H"), justification: "x" })).status, 403);
    assert.equal((await ask("selfExtend", { scheduleInfo: within("PT1H"), justification: "x" })).status, 403);
    await sandbox.control("POST", "/assignments", { principal: PERSONS.ana, role: ROLES.privilegedRoleAdministrator });
    const admin = await ask(
      "adminAssign",
      { principalId: PERSONS.nils, scheduleInfo: within("PT1H"), justification: "x" },
      { as: await sandbox.personToken("ana") },
    );
    assert.equal(admin.status, 201, "with the role, people administer");
  },

  "B18 B27 eligible through a group: each for themselves, or the role for all of them": async () => {
    await afresh();
    const role = ROLES.globalReader;
    await sandbox.control("POST", "/assignments", { principal: GROUPS.leads, role, manner: "eligible" });
    const lena = await sandbox.personToken("lena");
    const eligible = await mine(`${ROLE}/roleEligibilityScheduleInstances`, lena);
    assert.deepEqual(eligible, [], "what comes through a group is not listed");
    const target = { roleDefinitionId: role, directoryScopeId: "/" };
    const own = await activate({ principalId: PERSONS.lena }, { as: lena, target });
    assert.equal(own.status, 201);
    assert.equal((await mine(undefined, lena)).length, 1);
    const all = await activate({ principalId: GROUPS.leads }, { as: lena, target });
    assert.deepEqual([all.status, all.body.principalId], [201, GROUPS.leads]);
    const marc = await sandbox.personToken("marc");
    const path = `${ROLE}/roleAssignmentScheduleInstances?$filter=${encodeURIComponent(`principalId eq '${PERSONS.marc}'`)}`;
    assert.equal((await sandbox.graph(path, { token: marc })).status, 200, "Marc is a Global Reader now");
  },

  "C01 C02 C03 giving back takes five minutes of having": async () => {
    await afresh();
    const none = await deactivate();
    assert.deepEqual([none.status, none.code], [400, "RoleAssignmentDoesNotExist"]);
    await sandbox.switches({ does_not_exist_is_404: true });
    assert.equal((await deactivate()).status, 404);
    const { body: request } = await activate();
    await sandbox.clock.advance("PT3M");
    const early = await deactivate();
    assert.deepEqual([early.status, early.code], [400, "ActiveDurationTooShort"]);
    assert.match(early.body.error.message, /Miniumum Required is 5 minutes\.$/);
    await sandbox.clock.advance("PT3M");
    const { status, body } = await deactivate();
    assert.deepEqual(
      [status, body.status, body.scheduleInfo, body.completedDateTime, body.targetScheduleId],
      [201, "Revoked", null, null, request.id],
    );
    assert.deepEqual(await mine(), []);
    assert.equal((await activate()).status, 201, "and it can be had again");
  },

  "whether removing permissions cover it is a switch": async () => {
    await afresh();
    await activate();
    await sandbox.clock.advance("PT6M");
    await sandbox.withDelegated(["RoleAssignmentSchedule.Remove.Directory"], async () => {
      const as = await sandbox.personToken("ana");
      await sandbox.switches({ remove_covers_self: false });
      assert.equal((await deactivate({}, { as })).status, 403);
      await sandbox.switches({ remove_covers_self: true });
      assert.equal((await deactivate({}, { as })).body.status, "Revoked");
    });
  },

  "C10 a permanent assignment stays beside an activation, and after it": async () => {
    await afresh();
    await sandbox.control("POST", "/assignments", { principal: PERSONS.ana, role: ROLES.securityOperator });
    assert.equal((await activate()).status, 201);
    assert.deepEqual((await mine()).map((entry) => entry.assignmentType).sort(), ["Activated", "Assigned"]);
    await sandbox.clock.advance("PT61M");
    assert.deepEqual((await mine()).map((entry) => entry.assignmentType), ["Assigned"]);
  },

  "groups: the membership is real, its schedule is named after group, access and request": async () => {
    await afresh();
    const { status, body } = await activate({}, { target: ofGroup });
    assert.deepEqual([status, body.status, body.accessId], [201, "Provisioned", "member"]);
    assert.equal(body.targetScheduleId, `${GROUPS.owners}_member_${body.id}`);
    assert.deepEqual(body.createdBy, { user: { id: PERSONS.ana } });
    const [instance] = await mine(`${GROUP}/assignmentScheduleInstances`);
    assert.deepEqual([instance.assignmentType, instance.groupId], ["Activated", GROUPS.owners]);
    const { body: members } = await sandbox.graph(`/groups/${GROUPS.owners}/members`);
    assert.ok(members.value.some(({ id }) => id === PERSONS.ana));
    const own = `$filter=${encodeURIComponent(`principalId eq '${PERSONS.ana}'`)}`;
    assert.equal((await sandbox.graph(`${GROUP}/assignmentScheduleInstances?${own}`, { token })).body.value.length, 1);
    const others = `$filter=${encodeURIComponent(`principalId eq '${PERSONS.ben}'`)}`;
    assert.equal((await sandbox.graph(`${GROUP}/assignmentScheduleInstances?${others}`, { token })).status, 403);
    const tom = await sandbox.personToken("tom");
    const group = `$filter=${encodeURIComponent(`groupId eq '${GROUPS.owners}'`)}`;
    assert.equal((await sandbox.graph(`${GROUP}/assignmentScheduleInstances?${group}`, { token: tom })).status, 200);
    await sandbox.clock.advance("PT6M");
    assert.equal((await deactivate({}, { target: ofGroup })).body.status, "Revoked");
    assert.deepEqual(await mine(`${GROUP}/assignmentScheduleInstances`), []);
  },

  "D03 the access is that of the eligibility": async () => {
    await afresh();
    const group = GROUPS.breakGlass;
    await sandbox.control("POST", "/assignments", { principal: PERSONS.ana, group, access: "owner", manner: "eligible" });
    const wrong = await activate({}, { target: { groupId: group, accessId: "member" } });
    assert.deepEqual([wrong.status, wrong.code], [400, "RoleAssignmentDoesNotExist"]);
    await sandbox.switches({ wrong_access_does_not_exist: false });
    assert.deepEqual(await failed(activate({}, { target: { groupId: group, accessId: "member" } })), ["EligibilityRule"]);
    assert.equal((await activate({}, { target: { groupId: group, accessId: "owner" } })).status, 201);
  },

  "D13 eligible through a nested group: only who asked becomes a member": async () => {
    await afresh();
    const target = { groupId: GROUPS.contributors, accessId: "member" };
    await sandbox.control("POST", "/assignments", {
      principal: GROUPS.leads,
      group: GROUPS.contributors,
      access: "member",
      manner: "eligible",
    });
    const lena = await sandbox.personToken("lena");
    const [eligible] = await mine(`${GROUP}/eligibilityScheduleInstances`, lena);
    assert.deepEqual([eligible.principalId, eligible.memberType], [PERSONS.lena, "Group"]);
    assert.equal((await activate({ principalId: PERSONS.lena }, { as: lena, target })).status, 201);
    assert.equal((await activate({ principalId: GROUPS.leads }, { as: lena, target })).status, 403);
    const { body } = await sandbox.graph(`/groups/${GROUPS.contributors}/members`);
    assert.deepEqual(body.value.map(({ id }) => id), [PERSONS.lena]);
  },

  "faults: an activation whose answer is lost is there, one that happens twice is there twice": async () => {
    const match = { method: "POST", path: `/v1.0${ROLE}/roleAssignmentScheduleRequests` };
    await afresh();
    await sandbox.fault(match, { kind: "reset", when: "after" });
    await assert.rejects(activate());
    assert.equal((await activate()).code, "RoleAssignmentExists");
    assert.equal((await mine()).length, 1);
    await afresh();
    await sandbox.fault(match, { kind: "twice" });
    assert.equal((await activate()).status, 201);
    assert.equal((await mine()).length, 2);
    await afresh();
    await sandbox.fault(match, { kind: "never" });
    assert.equal((await activate()).body.status, "Granted");
    await sandbox.clock.advance("PT10M");
    assert.deepEqual(await mine(), []);
  },

  "the tenant's analysts are eligible for what the example roles are about": async () => {
    await afresh();
    const { eligible } = await sandbox.assignments();
    for (const person of [PERSONS.ana, PERSONS.ben])
      assert.deepEqual(
        eligible.filter(({ principal }) => principal.id === person).map(({ target }) => target.id).sort(),
        [GROUPS.owners, GROUPS.contributors, ROLES.securityOperator, ROLES.securityReader, AZURE.responder].sort(),
      );
    assert.ok((await sandbox.app(CURFEW)).delegated.includes("RoleAssignmentSchedule.ReadWrite.Directory"));
  },

  "it ends with nothing left over": async () => {
    assert.equal(await sandbox.stop(), 0);
  },
});
