// What can be assigned, Azure apart: member and owner of groups that are role-assignable or not, Entra roles in an administrative
// unit and on one application. Each by Curfew itself, and by a person who is eligible through a group in a group; where exactly it
// was asked for, read back there, and taken away there. And the owner whom Entra does not let go.
import assert from "node:assert/strict";
import { eventually } from "../support/curfew.mjs";
import { delegated } from "../support/delegated.mjs";
import { GROUPS, PERSONS, ROLES } from "../support/sandbox.mjs";
import { specification } from "../support/spec.mjs";

const GROUP = "/v1.0/identityGovernance/privilegedAccess/group";
const ROLE = "/v1.0/roleManagement/directory";
// letters of both cases: what is echoed is compared byte for byte
const unit = (number) => `/administrativeUnits/AD317000-00ab-4CDE-8000-00000000000${number}`;
const application = (number) => `/0B1EC700-00ab-4CDE-8000-00000000000${number}`;
const DESK = "64090000-0000-4000-8000-0000000000d1"; // not role-assignable
const ORPHANS = "64090000-0000-4000-8000-0000000000d2"; // has no owner but whom Curfew makes one

const group = (id, access) => ({ kind: "group", group: id, access });
const role = (scope) => ({ kind: "directory_role", role: ROLES.securityReader, scope });
const BY_CURFEW = {
  "owner of a role-assignable group": ["copilot-group-owner", group(GROUPS.owners, "owner")],
  "owner of a group that is not role-assignable": ["desk-owner", group(DESK, "owner")],
  "member of a group that is not role-assignable": ["desk-member", group(DESK, "member")],
  "Entra role in an administrative unit": ["unit-reader", role(unit(1))],
  "Entra role on one application": ["planner-reader", role(application(1))],
};
const BY_THEMSELVES = {
  "owner of a role-assignable group": ["copilot-group-owner-own", group(GROUPS.contributors, "owner")],
  "Entra role in an administrative unit": ["unit-reader-own", role(unit(2))],
  "Entra role on one application": ["workbench-reader", role(application(2))],
};
const OTHERS = [
  ["copilot-owner", group(GROUPS.owners, "member")],
  ["orphans-owner", group(ORPHANS, "owner")],
];

function policy(all) {
  const roles = { application: [...Object.values(BY_CURFEW), ...OTHERS], delegated: Object.values(BY_THEMSELVES) };
  all.roles = {};
  for (const [activation, list] of Object.entries(roles))
    for (const [id, target] of list) all.roles[id] = { name: id, product: "Microsoft Entra ID", tier: 1, target, activation };
  const [{ approval }] = all.rules;
  const limits = { longest: "PT8H", default: "PT1H" };
  all.rules = [{ name: "All", roles: Object.keys(all.roles), who: ["soc analysts"], require: { mfa: { within: "PT8H" } }, limits, approval }];
}

const permissions = ["PrivilegedAssignmentSchedule.ReadWrite.AzureADGroup", "RoleAssignmentSchedule.ReadWrite.Directory"]; // of mode application
const stage = await delegated({ policy, permissions });
const { sandbox, people } = stage;
const { ana, lena, nils, priya, tom } = people;
await sandbox.control("POST", "/groups", { id: DESK, name: "Service desk", pim: true });
await sandbox.control("POST", "/groups", { id: ORPHANS, name: "Orphans", pim: true, role_assignable: true });
await sandbox.control("POST", "/assignments", { principal: PERSONS.tom, group: DESK, access: "owner" });
// Nils is an analyst by way of the night shift, and whoever is an analyst is eligible
await sandbox.control("PATCH", `/groups/${GROUPS.nightShift}`, { members: [PERSONS.nils] });

/** A target as the sandbox's control API takes it, and as Graph writes it. */
const given = (target) => (target.kind === "group" ? { group: target.group, access: target.access } : { role: target.role, scope: target.scope });
const written = (target) =>
  target.kind === "group" ? { groupId: target.group, accessId: target.access } : { roleDefinitionId: target.role, directoryScopeId: target.scope };

const give = (principal, target, more = {}) => sandbox.control("POST", "/assignments", { principal, ...given(target), ...more });

/** What somebody holds of exactly this target. */
async function held(target, person = PERSONS.ana) {
  const here = ({ target: one }) =>
    target.kind === "group" ? one.id === target.group && one.access === target.access : one.id === target.role && one.scope === target.scope;
  return (await sandbox.assignments()).live.filter((one) => one.principal.id === person && here(one));
}

/** The writes since a mark, in order: where to, and the members that say what is assigned. */
async function writes(mark) {
  const posts = (await sandbox.journal(mark)).filter(({ app, method, path }) => app === "Curfew" && method === "POST" && path.includes("ScheduleRequests"));
  return posts.map(({ path, body, status }) => {
    const { action, principalId, groupId, accessId, roleDefinitionId, directoryScopeId, appScopeId } = body;
    const target = Object.fromEntries(Object.entries({ groupId, accessId, roleDefinitionId, directoryScopeId, appScopeId }).filter(([, value]) => value !== undefined));
    return { path, action, principalId, target, status };
  });
}

const pathOf = (target) => (target.kind === "group" ? `${GROUP}/assignmentScheduleRequests` : `${ROLE}/roleAssignmentScheduleRequests`);
/** A write that was taken. */
const taken = (target, action, principalId) => ({ path: pathOf(target), action, principalId, target: written(target), status: 201 });

async function approved(roles, wanted = {}) {
  const request = await ana.until((await ana.ask({ roles, ...wanted })).id, "pending");
  assert.equal((await lena.decide(request.id)).status, 200);
  return request;
}

const grantsOf = async (request) => (await ana.request(request.id)).grants;
/** Waits until all grants of the request are in that state, and answers them. */
const untilAll = (request, state) =>
  eventually(async () => {
    const grants = await grantsOf(request);
    return grants.length === request.roles.length && grants.every((grant) => grant.state === state) && grants;
  }, { what: `all ${state}` });

const release = async (grant) => assert.equal((await ana.post(`/api/v1/grants/${grant.id}/release`)).status, 200);
const alarms = async (grant) =>
  (await priya.get("/api/v1/audit?action=alarm.raised")).body.items.filter((one) => one.grant === grant.id).map(({ detail }) => detail.alarm);

const cases = {};

for (const [what, [id, target]] of Object.entries(BY_CURFEW)) {
  cases[`${what}: assigned by Curfew, read back, and removed, where it was asked for`] = async () => {
    const mark = await sandbox.mark();
    const request = await approved([id]);
    const grant = await ana.untilGrant(request.id, "active");
    const [live, ...more] = await held(target);
    assert.deepEqual([live.manner, Date.parse(live.ends_at), more], ["assigned", Date.parse(grant.ends_at), []]);
    await stage.later("PT6M");
    await release(grant);
    const ended = await ana.untilGrant(request.id, "ended");
    assert.deepEqual([ended.why, ended.seen, await held(target)], ["released", "yes", []]);
    assert.deepEqual(await writes(mark), ["adminAssign", "adminRemove"].map((action) => taken(target, action, PERSONS.ana)));
  };
}

for (const [what, [id, target]] of Object.entries(BY_THEMSELVES)) {
  cases[`${what}: activated by who is eligible through a group in a group, for themselves alone, and removed`] = async () => {
    await give(GROUPS.analysts, target, { manner: "eligible" });
    const mark = await sandbox.mark();
    const waiting = await stage.waits(id, { person: nils });
    const piece = (await nils.request(waiting.request.id)).evidence.find(({ check }) => check === "eligibility");
    assert.deepEqual([piece.verdict, piece.code], ["pass", "eligibility_through_group"]);
    await stage.start(waiting);
    const grant = await nils.untilGrant(waiting.request.id, "active");
    const [live] = await held(target, PERSONS.nils);
    assert.deepEqual([live.manner, Date.parse(live.ends_at)], ["activated", Date.parse(grant.ends_at)]);
    assert.deepEqual(await held(target), [], "another analyst holds nothing");
    assert.equal((await stage.over(waiting)).why, "released");
    assert.deepEqual(await held(target, PERSONS.nils), []);
    assert.deepEqual(await writes(mark), ["selfActivate", "adminRemove"].map((action) => taken(target, action, PERSONS.nils)));
  };
}

/** Nobody is eligible for it any more, and Ana for others. */
async function eligibleElsewhere(target, ...others) {
  const here = ({ target: one }) => JSON.stringify(one).includes(target.kind === "group" ? target.group : target.scope);
  for (const { id } of (await sandbox.assignments()).eligible.filter(here)) await sandbox.control("DELETE", `/assignments/${id}`);
  for (const other of others) await give(PERSONS.ana, other, { manner: "eligible" });
  await stage.later("PT2M"); // what was read of it is not believed any more
}

const elsewhere = {
  async "who is eligible elsewhere is not eligible here: in the whole tenant or another unit, as a member or of another group"() {
    for (const [id, target, ...others] of [
      [...BY_THEMSELVES["Entra role in an administrative unit"], role("/"), role(unit(1))],
      [...BY_THEMSELVES["owner of a role-assignable group"], group(GROUPS.contributors, "member"), group(GROUPS.owners, "owner")],
    ]) {
      await eligibleElsewhere(target, ...others);
      const mark = await sandbox.mark();
      const request = await ana.until((await ana.ask({ roles: [id] })).id, "refused");
      const piece = request.evidence.find(({ check }) => check === "eligibility");
      assert.deepEqual([piece.verdict, piece.code], ["fail", "eligibility_missing"]);
      assert.deepEqual(await writes(mark), []);
    }
  },

  async "the same role elsewhere, made by others, is in nobody's way and stays: not adopted, not removed"() {
    const [id, target] = BY_CURFEW["Entra role in an administrative unit"];
    const others = [role("/"), role(unit(2)), role(application(1))];
    for (const other of others) await give(PERSONS.ana, other);
    const mark = await sandbox.mark();
    const request = await approved([id]);
    const grant = await ana.untilGrant(request.id, "active");
    await stage.later("PT6M");
    await release(grant);
    assert.equal((await ana.untilGrant(request.id, "ended")).why, "released");
    assert.equal((await writes(mark)).length, 2);
    assert.deepEqual(await held(target), []);
    for (const other of others) {
      const [theirs, ...more] = await held(other);
      assert.deepEqual([theirs.ends_at, more], [null, []]);
      await sandbox.control("DELETE", `/assignments/${theirs.id}`);
    }
  },

  async "the same role right here, made by others, stays theirs: the grant fails and says so"() {
    const [id, target] = BY_CURFEW["Entra role on one application"];
    await give(PERSONS.ana, target);
    const mark = await sandbox.mark();
    const request = await approved([id]);
    assert.equal((await ana.untilGrant(request.id, "failed")).why, "already_held");
    assert.deepEqual(await writes(mark), []);
    const [theirs, ...more] = await held(target);
    assert.deepEqual([theirs.ends_at, more], [null, []]);
    await sandbox.control("DELETE", `/assignments/${theirs.id}`);
  },

  async "member and owner of one group are two: asked for in one request, and ended apart"() {
    const request = await approved(["copilot-owner", "copilot-group-owner"]);
    const [member, owner] = await untilAll(request, "active");
    const counts = async () => [(await held(group(GROUPS.owners, "member"))).length, (await held(group(GROUPS.owners, "owner"))).length];
    assert.deepEqual(await counts(), [1, 1]);
    await stage.later("PT6M");
    await release(owner);
    await eventually(async () => (await grantsOf(request))[1].state === "ended", { what: "the owner ended" });
    assert.deepEqual([(await grantsOf(request))[0].state, await counts()], ["active", [1, 0]]);
    await release(member);
    await untilAll(request, "ended");
    assert.deepEqual(await counts(), [0, 0]);
  },
};

const ORPHANED = group(ORPHANS, "owner");
const isStillThere = async (request) => {
  const [grant] = await grantsOf(request);
  assert.deepEqual([grant.state, grant.ended_at, (await held(ORPHANED)).length], ["ending", null, 1]);
};
const isLook = ({ app, path, query }) => app === "Curfew" && path === `${GROUP}/assignmentScheduleInstances` && /principalId/.test(query?.$filter) && query.$filter.includes(ORPHANS);
/** Moves the clock until the directory was looked at again: a look that was on its way when it moved set its next one by then. */
async function lookedAfter(span) {
  const mark = await sandbox.mark();
  for (let tries = 0; tries < 5; tries++) {
    await sandbox.clock.advance(span);
    for (let i = 0; i < 20; i++) {
      if ((await sandbox.journal(mark)).some(isLook)) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
  throw new Error("nobody looks at it any more");
}
/** The removal that was asked for left. */
const isRemoving = (mark) => eventually(async () => (await writes(mark)).some(({ action }) => action === "adminRemove"), { what: "the removal" });
/** Somebody else becomes an owner: what was kept goes. */
async function goesAtLast(request, why) {
  await give(PERSONS.tom, ORPHANED);
  await stage.later("PT2M");
  const ended = await ana.untilGrant(request.id, "ended");
  assert.deepEqual([ended.why, ended.seen, await held(ORPHANED)], [why, "yes", []]);
  const [theirs] = await held(ORPHANED, PERSONS.tom);
  // an owner past PIM, and none in it any more
  await sandbox.control("DELETE", `/assignments/${theirs.id}`);
}

const lastOwner = {
  async "the last owner whose time is over: shown as ending and not as ended, an alarm, and over when there is another"() {
    const request = await approved(["orphans-owner"], { duration: "PT10M" });
    const grant = await ana.untilGrant(request.id, "active");
    await stage.later("PT10M5S");
    await ana.untilGrant(request.id, "ending");
    await stage.later("PT2M");
    await eventually(async () => (await alarms(grant)).includes("late_end"), { what: "the alarm" });
    await isStillThere(request);
    await stage.later("PT1H");
    await isStillThere(request);
    assert.deepEqual(await alarms(grant), ["late_end"]);
    await assert.rejects(ana.ask({ roles: ["orphans-owner"] }), /conflict/);
    await goesAtLast(request, "expired");
  },

  async "the last owner who is revoked: taken by PIM, and still there, is an alarm long before its own end"() {
    const request = await approved(["orphans-owner"], { duration: "PT4H" });
    const grant = await ana.untilGrant(request.id, "active");
    await stage.later("PT6M");
    const mark = await sandbox.mark();
    assert.equal((await tom.post(`/api/v1/grants/${grant.id}/revoke`, { reason: "Account under attack" })).status, 200);
    await isRemoving(mark);
    await stage.later("PT11M");
    await eventually(async () => (await alarms(grant)).includes("late_end"), { what: "the alarm" });
    await isStillThere(request);
    await goesAtLast(request, "revoked");
  },

  async "the last owner whose removal is refused: the same, and PIM is not asked again and again"() {
    await sandbox.fault({ method: "POST", path: GROUP, body: "adminRemove" }, { kind: "error", status: 400, code: "InvalidRoleAssignmentRequest" }, { times: 100000 });
    const request = await approved(["orphans-owner"], { duration: "PT4H" });
    const grant = await ana.untilGrant(request.id, "active");
    await stage.later("PT6M");
    const began = await sandbox.mark();
    await release(grant);
    await isRemoving(began);
    await stage.later("PT11M");
    await eventually(async () => (await alarms(grant)).includes("late_end"), { what: "the alarm" });
    await lookedAfter("P1D");
    const mark = await sandbox.mark();
    for (let i = 0; i < 6; i++) await lookedAfter("PT5M");
    assert.ok((await writes(mark)).length <= 1, `${(await writes(mark)).length} removals in half an hour, a day after`);
    await stage.later("PT1S");
    await isStillThere(request);
    await sandbox.clearFaults();
    await goesAtLast(request, "released");
  },

  async "the last owner whom PIM gives up to remove stays shown as ending until somebody takes it away"() {
    const request = await approved(["orphans-owner"], { duration: "PT10M" });
    const grant = await ana.untilGrant(request.id, "active");
    await stage.later("PT13M");
    await eventually(async () => (await alarms(grant)).includes("late_end"), { what: "the alarm" });
    await lookedAfter("P31D");
    await stage.later("PT5M");
    const [forGood] = await held(ORPHANED);
    assert.equal(forGood.ends_at, null);
    await isStillThere(request);
    await sandbox.control("DELETE", `/assignments/${forGood.id}`);
    await goesAtLast(request, "expired");
  },
};

await specification("journeys/targets", { ...cases, ...elsewhere, ...lastOwner }, { seconds: 60 });
