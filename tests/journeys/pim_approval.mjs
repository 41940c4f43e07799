// Mode `pim_approval`: PIM's own approval stays on. What is asked for goes to PIM with the sign-in that asks, PIM holds it, and the last
// approver's own token approves it there. Nothing of it is in force before Curfew's approvers agreed, and what comes into force otherwise
// is taken away and told.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { held } from "../support/held.mjs";
import { askedOfGraph, callOf, HELD_CALLS, isDenied } from "../support/registration.mjs";
import { GROUPS, PERSONS, ROLES } from "../support/sandbox.mjs";
import { specification } from "../support/spec.mjs";

const stage = await held({
  policy: ({ rules }) => (rules.find(({ name }) => name === "Security Operator").approval.stages[0].need = 2),
});
const { sandbox, curfew, people } = stage;
const { ana } = people;
const effects = async (mark, kind) => (await sandbox.journal(mark)).filter(({ effect }) => effect?.[kind]);

await specification("journeys/pim_approval", {
  async "asked: PIM holds it with the person's own token, its approvers are asked, and nothing is in force"() {
    const mark = await sandbox.mark();
    const mails = await sandbox.mailMark();
    const waiting = await stage.pending("copilot-owner");
    const [made] = await effects(mark, "request");
    assert.deepEqual([made.person, made.body.action, made.body.principalId], [PERSONS.ana, "selfActivate", PERSONS.ana]);
    assert.equal(made.body.scheduleInfo.expiration.endDateTime, waiting.grant.ends_at);
    assert.ok(made.body.justification.endsWith(` [Curfew ${waiting.request.id}]`));
    const piece = waiting.request.evidence.find(({ check }) => check === "pim_approval");
    assert.deepEqual([piece.verdict, piece.code], ["pass", "pim_holds"]);
    await sandbox.mailTo("lena.vogt@contoso.example", "Decide: Ana Torres", mails);
    assert.deepEqual(await stage.live(GROUPS.owners), []);
    assert.ok(Date.parse(waiting.request.lapses_at) < Date.parse(waiting.grant.ends_at), "no later than it is worth anything");
    assert.equal((await ana.post(`/api/v1/grants/${waiting.grant.id}/activate`)).status, 409);
    await stage.outside(waiting, "Deny");
    await stage.cleared(waiting);
  },

  async "a group: approved by its approver's own token, in force with the end that it was given, given back"() {
    const waiting = await stage.pending("copilot-owner");
    const mark = await sandbox.mark();
    await sandbox.clock.advance("PT1M");
    assert.equal((await stage.decides(waiting.request)).location, `/requests/${waiting.request.id}`);
    const [said] = await effects(mark, "decide");
    assert.deepEqual([said.method, said.person, said.body.reviewResult], ["PATCH", PERSONS.lena, "Approve"]);
    assert.match(said.path, /^\/v1\.0\/identityGovernance\/.*\/assignmentApprovals\/[^/]+\/stages\/[^/]+$/);
    assert.ok(said.body.justification.endsWith(` [Curfew ${waiting.request.id}]`));
    const grant = await ana.untilGrant(waiting.request.id, "active");
    assert.equal((await ana.request(waiting.request.id)).state, "approved");
    assert.deepEqual([grant.ends_at, grant.seen, grant.mode], [waiting.grant.ends_at, "yes", "pim_approval"]);
    const [live] = await stage.live(GROUPS.owners);
    assert.deepEqual([live.manner, Date.parse(live.ends_at)], ["activated", Date.parse(grant.ends_at)]);
    const more = await ana.post(`/api/v1/grants/${grant.id}/extend`, { duration: "PT4H", justification: "Incident 42: still at it" });
    assert.deepEqual([more.status, more.body.code], [409, "conflict"], "before they sign in for it");
    assert.match(more.body.detail, /takes no second activation/);
    await stage.later("PT6M");
    await ana.post(`/api/v1/grants/${grant.id}/release`);
    assert.equal((await ana.untilGrant(waiting.request.id, "ended")).why, "released");
    const [gone] = await effects(mark, "remove");
    assert.deepEqual([gone.person, gone.body.action], [null, "adminRemove"]);
    assert.equal((await effects(mark, "decide")).length, 1);
    assert.deepEqual(await stage.live(GROUPS.owners), []);
  },

  async "an Entra role, of two who must agree: the first counts here alone, the second goes to PIM as well; it runs out by itself"() {
    const waiting = await stage.pending("security-operator", { duration: "PT30M" });
    const mark = await sandbox.mark();
    await stage.decides(waiting.request);
    assert.equal((await effects(mark, "decide")).length, 0);
    assert.equal((await ana.request(waiting.request.id)).state, "pending");
    await stage.decides(waiting.request, { by: people.ben });
    const [said, ...more] = await effects(mark, "decide");
    assert.deepEqual([said.person, more.length], [PERSONS.ben, 0]);
    assert.match(said.path, /^\/beta\/roleManagement\/directory\/roleAssignmentApprovals\/[^/]+\/steps\/[^/]+$/);
    await ana.untilGrant(waiting.request.id, "active");
    const { approval } = await ana.request(waiting.request.id);
    assert.equal(approval[0].decisions.length, 2);
    await stage.later("PT31M");
    assert.equal((await ana.untilGrant(waiting.request.id, "ended")).why, "expired");
    assert.deepEqual(await stage.live(ROLES.securityOperator), []);
  },

  async "denied: at once here, and in PIM with the denier's token; then it is soon over"() {
    const waiting = await stage.pending("copilot-owner");
    const mark = await sandbox.mark();
    await stage.decides(waiting.request, { decision: "deny" });
    const [said] = await effects(mark, "decide");
    assert.deepEqual([said.person, said.body.reviewResult], [PERSONS.lena, "Deny"]);
    const request = await ana.request(waiting.request.id);
    assert.deepEqual([request.state, request.grants[0].state, request.grants[0].why], ["denied", "ending", "request_denied"]);
    await stage.later("PT3M");
    const ended = await ana.untilGrant(waiting.request.id, "ended");
    assert.deepEqual([ended.why, ended.seen], ["request_denied", "no"]);
  },

  async "nobody decides on their own request, and strangers find nothing to decide"() {
    const waiting = await stage.pending("copilot-owner", { person: people.ben });
    const own = await people.ben.decide(waiting.request.id);
    assert.deepEqual([own.status, own.body.code], [403, "denied"]);
    assert.equal((await people.nils.decide(waiting.request.id)).status, 404);
    const shorter = await people.lena.decide(waiting.request.id, "approve", { duration: "PT15M" });
    assert.equal(shorter.status, 403, "its end is there already");
    assert.equal((await people.ben.request(waiting.request.id)).approval[0].decisions.length, 0);
    await stage.decides(waiting.request, { decision: "deny" });
    await stage.later("PT3M");
    await people.ben.untilGrant(waiting.request.id, "ended");
  },

  async "who is no approver in PIM cannot give the approval that is enough, and is told so; somebody else still can"() {
    await stage.approvers({ users: [PERSONS.marc] });
    const waiting = await stage.pending("copilot-owner");
    const landed = await stage.decides(waiting.request);
    assert.equal(landed.location, `/requests/${waiting.request.id}?problem=pim_not_approver`);
    const request = await ana.request(waiting.request.id);
    assert.deepEqual([request.state, request.approval[0].decisions.length], ["pending", 0]);
    const marc = await curfew.browser("marc").signIn();
    await stage.decides(waiting.request, { by: marc });
    await ana.untilGrant(waiting.request.id, "active");
    await stage.cleared(waiting);
  },

  async "a denial of somebody who is no approver in PIM stands all the same; what is approved there later is taken away"() {
    const waiting = await stage.pending("copilot-owner");
    const landed = await stage.decides(waiting.request, { decision: "deny" });
    assert.equal(landed.location, `/requests/${waiting.request.id}?problem=pim_not_approver`);
    assert.equal((await ana.request(waiting.request.id)).state, "denied");
    await stage.outside(waiting);
    await stage.later("PT61S");
    await stage.event(waiting.request, "alarm.raised", ({ detail }) => detail.alarm === "approved_outside");
    await stage.later("PT6M");
    const ended = await ana.untilGrant(waiting.request.id, "ended");
    assert.deepEqual([ended.why, ended.seen], ["request_denied", "yes"]);
    assert.deepEqual(await stage.live(GROUPS.owners), []);
    await stage.approvers({ groups: [GROUPS.leads] });
  },

  async "cancelled: PIM is watched, and it is over when nothing can come of it"() {
    const mails = await sandbox.mailMark();
    const waiting = await stage.pending("copilot-owner");
    assert.equal((await ana.post(`/api/v1/requests/${waiting.request.id}/cancel`)).status, 200);
    const [grant] = (await ana.request(waiting.request.id)).grants;
    assert.deepEqual([grant.state, grant.why], ["ending", "cancelled"]);
    await stage.outside(waiting, "Deny");
    await stage.later("PT2M");
    const ended = await ana.untilGrant(waiting.request.id, "ended");
    assert.deepEqual([ended.why, ended.seen], ["cancelled", "no"]);
    assert.ok((await sandbox.mail("ana.torres@contoso.example")).every(({ id, subject }) => id <= mails || !subject.startsWith("Ended")));
  },

  async "approved in the portal before anybody agreed here: taken away, told, and the request is refused"() {
    const mails = await sandbox.mailMark();
    const waiting = await stage.pending("security-operator");
    await stage.outside(waiting);
    assert.equal((await stage.live(ROLES.securityOperator)).length, 1);
    await stage.later("PT61S");
    const request = await ana.until(waiting.request.id, "refused");
    assert.equal(request.why, "approved_outside");
    assert.equal(request.grants[0].state, "ending");
    await stage.event(request, "alarm.raised", ({ detail }) => detail.alarm === "approved_outside");
    await sandbox.mailTo("ana.torres@contoso.example", "Taken away: Security Operator", mails);
    await sandbox.mailTo("lena.vogt@contoso.example", "Taken away: Security Operator", mails);
    await stage.later("PT6M");
    const ended = await ana.untilGrant(waiting.request.id, "ended");
    assert.deepEqual([ended.why, ended.seen], ["approved_outside", "yes"]);
    assert.deepEqual(await stage.live(ROLES.securityOperator), []);
    assert.ok(!(await stage.event(request, "grant.ending")).from.includes("active "), "it was never shown as active");
  },

  async "nobody decided in time: lapsed, watched to its end, and nothing was ever in force"() {
    const waiting = await stage.pending("copilot-owner");
    await stage.later("PT56M");
    await ana.until(waiting.request.id, "lapsed");
    await stage.later("PT6M");
    const ended = await ana.untilGrant(waiting.request.id, "ended");
    assert.deepEqual([ended.why, ended.seen], ["request_lapsed", "no"]);
  },

  async "what that took of Graph is on the list of permissions, in whose name it must be, and nothing was refused"() {
    const calls = askedOfGraph(await sandbox.journal());
    assert.deepEqual(calls.filter((call) => isDenied(call) && !/Approvals/.test(call.path)), []);
    const made = new Set(calls.map(callOf));
    for (const call of HELD_CALLS) assert.ok(made.has(call), `${call} was not made`);
    const writes = calls.filter(({ method, path }) => method !== "GET" && /assignment(Schedule|Approval)/i.test(path));
    assert.ok(writes.every(({ person, body }) => Boolean(person) === (body.action !== "adminRemove")), "what Curfew writes in its own name takes away");
  },

  async "the history of it all verifies"() {
    await curfew.stop();
    const bundle = join(curfew.folder, "bundle.tar");
    const environment = { ...process.env, CURFEW_TEST_CLOCK: sandbox.clockFile };
    writeFileSync(bundle, execFileSync(curfew.program, ["audit", "export", "--config", curfew.config], { env: environment, maxBuffer: 1 << 28 }));
    const { code, output } = await curfew.run("audit", "verify", bundle);
    assert.equal(code, 0, output);
  },
}, { seconds: 60 });
