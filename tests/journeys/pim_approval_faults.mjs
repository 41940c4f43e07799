// What may go wrong while PIM holds an activation: rules that do not fit, answers that are lost on the way there, a process that dies,
// and whatever others do in the portal. Nothing is asked for twice, nothing is taken for given, and nobody is left unwatched.
import assert from "node:assert/strict";
import { held, OWNERS } from "../support/held.mjs";
import { GROUPS, PERSONS, ROLES } from "../support/sandbox.mjs";
import { specification } from "../support/spec.mjs";

const stage = await held({
  policy: ({ rules }) => (rules.find(({ name }) => name === "Everyday tools").approval = "none"),
});
const { sandbox, curfew, people } = stage;
const { ana } = people;
const GROUP_WRITE = { method: "POST", path: "/v1.0/identityGovernance/privilegedAccess/group/assignmentScheduleRequests", body: "selfActivate" };
const ROLE_WRITE = { method: "POST", path: "/v1.0/roleManagement/directory/roleAssignmentScheduleRequests", body: "selfActivate" };
const WORD = { method: "PATCH", path: "/v1.0/identityGovernance/privilegedAccess/group/assignmentApprovals/*" };
const LOST = { kind: "reset", when: "after" };

const writes = async (mark) => (await sandbox.journal(mark)).filter(({ method, body }) => method === "POST" && body?.action === "selfActivate");
const words = async (mark) => (await sandbox.journal(mark)).filter(({ method }) => method === "PATCH");
const ask = (role = "copilot-owner", wanted = {}, signIn) => ana.ask({ roles: [role], ...wanted }, signIn);
const grantOf = async (id) => (await ana.request(id)).grants[0];

/** Says no in the portal and waits until all is over. */
async function cleared(request) {
  const now = await ana.request(request.id);
  if (now.grants[0]?.directory.request_id) await stage.outside({ request: now }, "Deny").catch(() => {});
  return stage.cleared({ request, person: ana });
}

await specification("journeys/pim_approval_faults", {
  async "a role of this mode is asked for alone, for now, and for a quarter of an hour or more"() {
    const base = { duration: "PT1H", justification: "Incident 42: plugin misbehaves" };
    const refused = async (wanted, field, says) => {
      const { status, body } = await ana.post("/api/v1/requests", { ...base, ...wanted });
      assert.deepEqual([status, body.errors.map((error) => error.field)], [403, [field]], JSON.stringify(body));
      assert.match(body.errors[0].says, says);
    };
    await refused({ roles: ["copilot-owner", "security-operator"] }, "roles", /by itself/);
    await refused({ roles: ["copilot-owner"], duration: "PT10M" }, "duration", /at least PT15M/);
    const later = new Date(Date.parse((await sandbox.clock.now()).now) + 3600e3).toISOString().replace(/\.\d+/, "");
    await refused({ roles: ["copilot-owner"], start: later }, "start", /cannot be later/);
  },

  async "PIM asks for no approval, or no rule here does: nothing is sent, and it is said why"() {
    for (const [role, code, before] of [
      ["copilot-owner", "pim_wants_no_approval", () => stage.rules(OWNERS, { Approval_EndUser_Assignment: { setting: { isApprovalRequired: false } } })],
      ["copilot-contributor", "pim_nobody_asked", () => sandbox.needApproval({ group: GROUPS.contributors, access: "member" }, { users: [PERSONS.lena] })],
    ]) {
      await before();
      await stage.later("PT2M");
      const mark = await sandbox.mark();
      const request = await ask(role);
      const [grant] = request.grants;
      assert.deepEqual([request.state, grant.state, grant.why, grant.needs], ["checking", "waiting", code, "sign_in"], JSON.stringify(request.evidence));
      assert.ok(grant.why_says && grant.why_mend);
      assert.equal((await writes(mark)).length, 0);
      assert.equal((await ana.post(`/api/v1/requests/${request.id}/cancel`)).status, 200);
      assert.equal((await ana.untilGrant(request.id, "ended")).why, "cancelled");
    }
    await stage.approvers({ groups: [GROUPS.leads] });
  },

  async "it never got there: told to start it, started by hand, and then its approvers are asked"() {
    await stage.app({ consent: [] });
    const mails = await sandbox.mailMark();
    const request = await ask();
    const [grant] = request.grants;
    assert.deepEqual([grant.state, grant.why, grant.needs], ["waiting", "on_behalf_no_consent", "sign_in"]);
    await sandbox.clock.advance("PT61S");
    const mail = await sandbox.mailTo("ana.torres@contoso.example", "Start now: Copilot owner", mails);
    assert.match(mail.content, /not in Privileged Identity Management yet/);
    await stage.app({ consent: stage.acting });
    await stage.start({ grant, person: ana });
    await ana.until(request.id, "pending");
    await cleared(request);
  },

  async "never started in its time: refused, and nothing is left"() {
    await stage.app({ consent: [] });
    const request = await ask();
    await stage.later("PT11M");
    assert.match((await ana.until(request.id, "refused")).why, /^(not_started|pim_holds_not_yet)$/);
    assert.match((await ana.untilGrant(request.id, "ended", "lapsed")).state, /ended|lapsed/);
    await stage.app({ consent: stage.acting });
  },

  async "a group: the answer of PIM is lost, and what it holds is found by reading"() {
    const mark = await sandbox.mark();
    await sandbox.fault(GROUP_WRITE, LOST);
    const request = await ask();
    await stage.later("PT61S");
    await ana.until(request.id, "pending");
    const grant = await grantOf(request.id);
    assert.deepEqual([grant.state, grant.directory.status, Boolean(grant.directory.request_id)], ["activating", "PendingApproval", true]);
    assert.equal((await writes(mark)).length, 1);
    await cleared(request);
  },

  async "a group: PIM never got it, which reads over 150 s prove; then it can be started again, with the same end"() {
    const mark = await sandbox.mark();
    await sandbox.fault(GROUP_WRITE, { kind: "error", status: 503, code: "serviceNotAvailable" });
    const request = await ask();
    await stage.later("PT61S");
    assert.equal((await grantOf(request.id)).state, "activating");
    await stage.later("PT3M");
    const grant = await ana.untilGrant(request.id, "waiting");
    await stage.start({ grant, person: ana });
    await ana.until(request.id, "pending");
    const [first, second, ...more] = await writes(mark);
    assert.ok(first && second && !more.length);
    assert.equal(second.body.scheduleInfo.expiration.endDateTime, first.body.scheduleInfo.expiration.endDateTime);
    await cleared(request);
  },

  async "a role: only its holder can find out what came of it; what waits there is not asked for again"() {
    const mark = await sandbox.mark();
    await sandbox.fault(ROLE_WRITE, LOST);
    const request = await ask("security-operator");
    await stage.later("PT61S");
    const grant = await grantOf(request.id);
    assert.deepEqual([grant.state, grant.needs, (await ana.request(request.id)).state], ["activating", "sign_in", "checking"]);
    await stage.start({ grant, person: ana });
    await ana.until(request.id, "pending");
    assert.equal((await writes(mark)).length, 1);
    await cleared(request);
  },

  async "a role: nobody ever finds out: refused, watched to the end, and what was approved there meanwhile is taken away"() {
    await sandbox.fault(ROLE_WRITE, LOST);
    const request = await ask("security-operator");
    const [made] = (await sandbox.journal()).filter(({ effect }) => effect?.request).slice(-1);
    await stage.later("PT11M");
    await ana.until(request.id, "refused");
    assert.equal((await ana.untilGrant(request.id, "ending")).why, "request_refused");
    await sandbox.control("POST", `/approvals/${made.effect.request.id ?? made.effect.request.request}`, { decision: "Approve", by: PERSONS.marc, justification: "In the portal" });
    await stage.later("PT61S");
    await stage.event(request, "alarm.raised", ({ detail }) => detail.alarm === "approved_outside");
    await stage.later("PT6M");
    const ended = await ana.untilGrant(request.id, "ended");
    assert.deepEqual([ended.why, ended.seen], ["request_refused", "yes"]);
    assert.deepEqual(await stage.live(ROLES.securityOperator), []);
  },

  async "another activation of theirs waits in PIM: not sent, and told where to cancel it"() {
    await sandbox.allowRedirect("http://127.0.0.1:8080/auth/callback");
    const token = await sandbox.personToken("ana");
    const hour = { startDateTime: "2020-01-01T00:00:00Z", expiration: { type: "afterDuration", duration: "PT1H" } };
    const other = await sandbox.graph("/roleManagement/directory/roleAssignmentScheduleRequests", {
      token,
      body: { action: "selfActivate", principalId: PERSONS.ana, roleDefinitionId: ROLES.securityOperator, directoryScopeId: "/", scheduleInfo: hour, justification: "By hand" },
    });
    assert.equal(other.status, 201, other.text);
    const mark = await sandbox.mark();
    const request = await ask("security-operator");
    assert.equal(request.grants[0].why, "pim_pending_elsewhere");
    assert.equal((await writes(mark)).length, 0);
    await sandbox.control("POST", `/approvals/${other.body.id}`, { decision: "Deny", by: PERSONS.marc, justification: "No" });
    await stage.start({ grant: request.grants[0], person: ana });
    await ana.until(request.id, "pending");
    await cleared(request);
  },

  async "denied in the portal: the request of a group is refused at once, that of a role lapses"() {
    const group = await stage.pending("copilot-owner");
    await stage.outside(group, "Deny");
    await stage.later("PT2M");
    assert.equal((await ana.until(group.request.id, "refused")).why, "pim_denied");
    assert.equal((await ana.untilGrant(group.request.id, "failed")).why, "pim_denied");
    const role = await stage.pending("security-operator");
    await stage.outside(role, "Deny");
    await stage.later("PT56M");
    await ana.until(role.request.id, "lapsed");
    assert.equal((await ana.untilGrant(role.request.id, "ending")).why, "request_lapsed");
    await stage.later("PT6M");
    const ended = await ana.untilGrant(role.request.id, "ended");
    assert.deepEqual([ended.why, ended.seen], ["request_lapsed", "no"]);
  },

  async "killed while PIM is asked: at the next start it is found, and asked for once"() {
    const mark = await sandbox.mark();
    await sandbox.fault(GROUP_WRITE, { kind: "hold", when: "after" });
    const body = { roles: ["copilot-owner"], duration: "PT1H", justification: "Incident 42: plugin misbehaves" };
    const { body: { go } } = await ana.post("/api/v1/requests", body);
    const through = ana.through(go).catch(() => null);
    await sandbox.waitHeld();
    await curfew.kill();
    await sandbox.release({ drop: true });
    await through;
    await curfew.start();
    await stage.later("PT61S");
    const { body: mine } = await ana.get("/api/v1/requests?mine");
    const request = await ana.until(mine.items[0].id, "pending");
    assert.equal((await writes(mark)).length, 1);
    await cleared(request);
  },

  async "no longer approved by PIM when it is sent: in force at once, seen, and taken away"() {
    await sandbox.fault(GROUP_WRITE, { kind: "hold", when: "before" });
    const asking = ask();
    await sandbox.waitHeld();
    await stage.rules(OWNERS, { Approval_EndUser_Assignment: { setting: { isApprovalRequired: false } } });
    await sandbox.release();
    const request = await ana.until((await asking).id, "refused");
    assert.equal(request.why, "approved_outside");
    await stage.later("PT6M");
    await ana.untilGrant(request.id, "ended");
    assert.deepEqual(await stage.live(GROUPS.owners), []);
    await stage.approvers({ groups: [GROUPS.leads] });
  },

  async "an approver's word is taken and the answer is lost: said as not known, found in force, approved, and never sent again"() {
    const waiting = await stage.pending("copilot-owner");
    const mark = await sandbox.mark();
    await sandbox.fault(WORD, LOST);
    const landed = await stage.decides(waiting.request);
    assert.equal(landed.location, `/requests/${waiting.request.id}?problem=pim_outcome_unknown`);
    await ana.untilGrant(waiting.request.id, "active");
    const request = await ana.request(waiting.request.id);
    assert.deepEqual([request.state, request.approval[0].decisions.length], ["approved", 1]);
    assert.equal((await words(mark)).length, 1);
    await stage.cleared(waiting);
  },

  async "it is not taken, and PIM does not say so: not in force over 150 s, it is void, and can be given again"() {
    const waiting = await stage.pending("copilot-owner");
    await sandbox.fault(WORD, { kind: "error", status: 503, code: "serviceNotAvailable" });
    await stage.decides(waiting.request);
    const again = await people.lena.decide(waiting.request.id);
    assert.equal(again.status, 409, "while it is not known, it stands");
    assert.equal((await ana.request(waiting.request.id)).state, "pending");
    await stage.later("PT3M");
    await stage.event(waiting.request, "approval.void");
    assert.equal((await ana.request(waiting.request.id)).approval[0].decisions.length, 0);
    assert.equal((await stage.decides(waiting.request)).location, `/requests/${waiting.request.id}`);
    await ana.untilGrant(waiting.request.id, "active");
    await stage.cleared(waiting);
  },

  async "PIM certainly does not take it: void at once, and told why; no consent, no sign-in service: nothing is written down"() {
    const waiting = await stage.pending("copilot-owner");
    await sandbox.fault(WORD, { kind: "error", status: 409, code: "Conflict" });
    assert.equal((await stage.decides(waiting.request)).location, `/requests/${waiting.request.id}?problem=pim_decided_already`);
    await stage.event(waiting.request, "approval.void", ({ detail }) => detail.code === "Conflict");
    await stage.app({ consent: [] });
    const mark = await sandbox.mark();
    assert.equal((await stage.decides(waiting.request)).location, `/requests/${waiting.request.id}?problem=on_behalf_no_consent`);
    await stage.app({ consent: stage.acting });
    await sandbox.fault({ method: "POST", path: `/${sandbox.tenant}/oauth2/v2.0/token`, body: "on_behalf_of" }, { kind: "error", status: 503, code: "temporarily_unavailable" });
    assert.equal((await stage.decides(waiting.request)).location, `/requests/${waiting.request.id}?problem=on_behalf_unavailable`);
    assert.equal((await words(mark)).length, 0);
    const request = await ana.request(waiting.request.id);
    assert.deepEqual([request.state, request.approval[0].decisions.length], ["pending", 0]);
    await stage.later("PT2M"); // the service is left alone for a while
    assert.equal((await stage.decides(waiting.request, { decision: "deny" })).location, `/requests/${waiting.request.id}`);
    await stage.cleared(waiting);
  },

  async "Entra, or Graph, wants a stronger sign-in of the approver: one more brings it, and nothing was written down before; not endlessly"() {
    const waiting = await stage.pending("copilot-owner");
    const claims = '{"access_token":{"acrs":{"essential":true,"value":"c1"}}}';
    const more = { error: "interaction_required", error_codes: [50079], claims };
    const token = { method: "POST", path: `/${sandbox.tenant}/oauth2/v2.0/token`, body: "on_behalf_of" };
    const challenged = () => sandbox.fault(token, { kind: "answer", status: 400, headers: { "Content-Type": "application/json" }, body: more });
    await challenged();
    const landed = await stage.decides(waiting.request);
    assert.match(landed.location, /^\/auth\/sign-in\?purpose=/);
    assert.equal((await ana.request(waiting.request.id)).approval[0].decisions.length, 0);
    const bearer = `Bearer realm="", error="insufficient_claims", claims="${Buffer.from(claims).toString("base64")}"`;
    await sandbox.fault(WORD, { kind: "error", status: 401, code: "InvalidAuthenticationToken", headers: { "WWW-Authenticate": bearer } });
    const second = await people.lena.through(landed.location);
    assert.match(second.location, /^\/auth\/sign-in\?purpose=/);
    await stage.event(waiting.request, "approval.void");
    await challenged();
    const third = await people.lena.through(second.location);
    assert.equal(third.location, `/requests/${waiting.request.id}?problem=on_behalf_step_up`, "twice at most");
    assert.deepEqual([(await ana.request(waiting.request.id)).state, (await ana.request(waiting.request.id)).approval[0].decisions.length], ["pending", 0]);
    assert.equal((await stage.decides(waiting.request)).location, `/requests/${waiting.request.id}`);
    await ana.untilGrant(waiting.request.id, "active");
    await stage.cleared(waiting);
  },

  async "a denial stands although nobody consented: PIM is watched"() {
    const waiting = await stage.pending("copilot-owner");
    await stage.app({ consent: [] });
    const landed = await stage.decides(waiting.request, { decision: "deny" });
    assert.equal(landed.location, `/requests/${waiting.request.id}?problem=on_behalf_no_consent`);
    await stage.app({ consent: stage.acting });
    assert.equal((await ana.request(waiting.request.id)).state, "denied");
    await stage.later("PT3M");
    assert.equal((await grantOf(waiting.request.id)).state, "ending");
    await stage.outside(waiting, "Deny");
    await stage.cleared(waiting);
  },

  async "cancelled while the last approval is on its way: what it brings about is taken away"() {
    const waiting = await stage.pending("copilot-owner");
    await sandbox.fault(WORD, { kind: "hold", when: "before" });
    const deciding = stage.decides(waiting.request);
    await sandbox.waitHeld();
    assert.equal((await ana.post(`/api/v1/requests/${waiting.request.id}/cancel`)).status, 200);
    await sandbox.release();
    await deciding;
    await stage.event(waiting.request, "alarm.raised", ({ detail }) => detail.alarm === "approved_outside");
    await stage.later("PT6M");
    const ended = await ana.untilGrant(waiting.request.id, "ended");
    assert.deepEqual([ended.why, ended.seen, (await ana.request(waiting.request.id)).state], ["cancelled", "yes", "cancelled"]);
    assert.deepEqual(await stage.live(GROUPS.owners), []);
  },

  async "killed when PIM has taken the approval: at the next start it is found in force and approved"() {
    const waiting = await stage.pending("copilot-owner");
    const mark = await sandbox.mark();
    await sandbox.fault(WORD, { kind: "hold", when: "after" });
    const deciding = stage.decides(waiting.request).catch(() => null);
    await sandbox.waitHeld();
    await curfew.kill();
    await sandbox.release({ drop: true });
    await deciding;
    await curfew.start();
    await stage.later("PT61S");
    await ana.untilGrant(waiting.request.id, "active");
    assert.equal((await ana.request(waiting.request.id)).state, "approved");
    assert.equal((await words(mark)).length, 1);
    await stage.cleared(waiting);
  },

  async "killed before PIM got it: void in time, and nothing was ever in force"() {
    const waiting = await stage.pending("copilot-owner");
    await sandbox.fault(WORD, { kind: "hold", when: "before" });
    const deciding = stage.decides(waiting.request).catch(() => null);
    await sandbox.waitHeld();
    await curfew.kill();
    await sandbox.release({ drop: true });
    await deciding;
    await curfew.start();
    await stage.later("PT61S");
    await stage.later("PT3M");
    await stage.event(waiting.request, "approval.void");
    assert.deepEqual(await stage.live(GROUPS.owners), []);
    assert.equal((await ana.request(waiting.request.id)).state, "pending");
    await stage.decides(waiting.request, { decision: "deny" });
    await stage.cleared(waiting);
  },
}, { seconds: 60 });
