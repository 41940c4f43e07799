// What may be in the way of a start in a person's name: PIM's own rules, consent, a sign-in that is too weak, answers that are
// lost. Nothing is sent twice, nothing is taken for given that was not read, and whoever waits is told why and what mends it.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { eventually } from "../support/curfew.mjs";
import { ACTING, delegated } from "../support/delegated.mjs";
import { GROUPS, PERSONS } from "../support/sandbox.mjs";
import { specification } from "../support/spec.mjs";

const stage = await delegated();
const { sandbox, curfew, people } = stage;
const { ana, nils, priya } = people;
const CONTRIBUTORS = { group: GROUPS.contributors, access: "member" };
const WRITE = { method: "POST", path: "/v1.0/identityGovernance/privilegedAccess/group/assignmentScheduleRequests", body: "selfActivate" };
const TOKEN = { method: "POST", path: `/${sandbox.tenant}/oauth2/v2.0/token`, body: "on_behalf_of" };
const LENIENT = { AuthenticationContext_EndUser_Assignment: { isEnabled: false, claimValue: null }, Enablement_EndUser_Assignment: { enabledRules: ["Justification"] } };
const context = (value) => ({ ...LENIENT, AuthenticationContext_EndUser_Assignment: { isEnabled: true, claimValue: value } });

const writes = async (mark) => (await sandbox.journal(mark)).filter(({ path, body }) => path === WRITE.path && body?.action === "selfActivate");
const live = () => stage.live(GROUPS.contributors);

/** What was read of PIM's rules is not believed any more. */
const readAgain = () => stage.later("PT2M");

/** PIM's rules as they are for this case. */
async function withRules(changes, run) {
  await stage.rules(CONTRIBUTORS, changes);
  await readAgain();
  try {
    return await run();
  } finally {
    await stage.rules(CONTRIBUTORS, { ...LENIENT, Expiration_EndUser_Assignment: { maximumDuration: "PT8H" } });
    await sandbox.needApproval(CONTRIBUTORS).catch(() => {});
    await stage.rules(CONTRIBUTORS, { Approval_EndUser_Assignment: { setting: { isApprovalRequired: false } } });
    await readAgain();
  }
}

const refusedFor = async (wanted, code) => {
  const request = await ana.until((await ana.ask({ roles: ["copilot-contributor"], ...wanted })).id, "refused");
  assert.equal(request.why, code);
  assert.ok(request.why_says && request.why_mend);
};

await specification("journeys/delegated_faults", {
  async "who is not eligible is refused when they ask, before anybody approves"() {
    await sandbox.person(PERSONS.nils, { groups: [GROUPS.analysts] });
    await readAgain();
    const request = await nils.until((await nils.ask({ roles: ["copilot-contributor"] }, { device: "SEC-161" })).id, "refused");
    assert.equal(request.why, "eligibility_missing");
    assert.match(request.why_mend, /eligible/);
  },

  async "PIM's own approval, and its longest time, are met when somebody asks"() {
    await withRules({ Expiration_EndUser_Assignment: { maximumDuration: "PT30M" } }, () => refusedFor({}, "pim_too_long"));
    await sandbox.needApproval(CONTRIBUTORS, { persons: [PERSONS.lena] });
    await readAgain();
    await refusedFor({}, "pim_wants_approval");
    await withRules({}, async () => {});
  },

  async "no longer eligible when it is started: it waits, and says so; eligible again: it starts"() {
    const waiting = await stage.waits();
    const { eligible } = await sandbox.assignments();
    const own = eligible.find(({ principal, target }) => principal.id === PERSONS.ana && target.id === GROUPS.contributors);
    await sandbox.control("DELETE", `/assignments/${own.id}`);
    await readAgain();
    const mark = await sandbox.mark();
    assert.equal((await stage.startsInVain(waiting)).why, "eligibility_missing");
    assert.equal((await writes(mark)).length, 0);
    await sandbox.control("POST", "/assignments", { principal: PERSONS.ana, ...CONTRIBUTORS, manner: "eligible" });
    await readAgain();
    await stage.start(waiting);
    await ana.untilGrant(waiting.request.id, "active");
    await stage.over(waiting);
  },

  async "PIM wants MFA: a sign-in without it starts nothing, one with it does"() {
    await withRules({ ...LENIENT, Enablement_EndUser_Assignment: { enabledRules: ["MultiFactorAuthentication", "Justification"] } }, async () => {
      const waiting = await stage.waits();
      const mark = await sandbox.mark();
      const grant = await stage.startsInVain(waiting, { mfa: "none", context: "none" });
      assert.ok(grant.evidence.some(({ check, code }) => check === "pim_rules" && code === "pim_mfa_missing"));
      assert.equal((await writes(mark)).length, 0);
      await stage.start(waiting);
      await ana.untilGrant(waiting.request.id, "active");
      await stage.over(waiting);
    });
  },

  async "PIM wants a context: the sign-in is asked for it, and without it nothing is sent"() {
    await withRules(context("c1"), async () => {
      const waiting = await stage.waits();
      const mark = await sandbox.mark();
      assert.equal((await stage.startsInVain(waiting, { context: "none" })).why, "pim_context_missing");
      assert.equal((await writes(mark)).length, 0);
      await stage.start(waiting);
      const asked = (await sandbox.journal(mark)).filter(({ path, query }) => path.endsWith("/authorize") && query.claims);
      assert.ok(asked.length && asked.every(({ query }) => query.claims.includes('"c1"')));
      await ana.untilGrant(waiting.request.id, "active");
      await stage.over(waiting);
    });
  },

  async "PIM asks for a context that nobody knew of: one more sign-in brings it"() {
    const waiting = await stage.waits();
    await stage.rules(CONTRIBUTORS, context("c1")); // what was read of the rules is still believed
    await sandbox.switches({ obo_keeps_acrs: false });
    const mark = await sandbox.mark();
    const { body } = await ana.post(`/api/v1/grants/${waiting.grant.id}/activate`);
    const landed = await ana.through(body.go, { context: "none" });
    assert.match(landed.location, /^\/auth\/sign-in\?purpose=/, JSON.stringify((await ana.request(waiting.request.id)).grants));
    const [grant] = (await ana.request(waiting.request.id)).grants;
    assert.deepEqual([grant.state, grant.why], ["waiting", "pim_wants_more"]);
    await readAgain();
    const second = await ana.through(landed.location);
    assert.equal(second.location, `/requests/${waiting.request.id}`);
    await ana.untilGrant(waiting.request.id, "active");
    assert.equal((await writes(mark)).length, 2);
    await sandbox.switches({ obo_keeps_acrs: true });
    await stage.rules(CONTRIBUTORS, LENIENT);
    await stage.over(waiting);
  },

  async "asked for more again and again: after two more sign-ins it stops, and says so"() {
    const waiting = await stage.waits();
    const more = { error: "interaction_required", error_codes: [50079], claims: '{"access_token":{"acrs":{"essential":true,"value":"c1"}}}' };
    await sandbox.fault(TOKEN, { kind: "answer", status: 400, headers: { "Content-Type": "application/json" }, body: more }, { times: 10 });
    const mark = await sandbox.mark();
    let landed = await stage.start(waiting);
    for (let round = 0; round < 2; round++) {
      assert.match(landed.location, /^\/auth\/sign-in\?purpose=/, `round ${round}: ${JSON.stringify((await ana.request(waiting.request.id)).grants)}`);
      landed = await ana.through(landed.location);
    }
    assert.equal(landed.location, `/requests/${waiting.request.id}`);
    const [grant] = (await ana.request(waiting.request.id)).grants;
    assert.deepEqual([grant.state, grant.why], ["waiting", "pim_wants_more_still"]);
    assert.equal((await writes(mark)).length, 0);
    await stage.over(waiting);
  },

  async "their sessions are revoked while it is on its way: Graph challenges the token, and one more sign-in starts it"() {
    const waiting = await stage.waits();
    const mark = await sandbox.mark();
    await sandbox.fault(WRITE, { kind: "hold", when: "before" });
    const { body } = await ana.post(`/api/v1/grants/${waiting.grant.id}/activate`);
    const started = ana.through(body.go);
    await sandbox.waitHeld();
    await sandbox.clock.advance("PT2S");
    await sandbox.graph(`/users/${PERSONS.ana}/revokeSignInSessions`, { method: "POST" });
    await sandbox.release();
    const landed = await started;
    assert.match(landed.location, /^\/auth\/sign-in\?purpose=/, JSON.stringify((await ana.request(waiting.request.id)).grants));
    const [challenged] = await writes(mark);
    assert.deepEqual([challenged.status, challenged.effect], [401, null]);
    assert.equal((await ana.request(waiting.request.id)).grants[0].why, "pim_wants_more");
    await ana.through(landed.location);
    await ana.untilGrant(waiting.request.id, "active");
    assert.equal((await writes(mark)).length, 2);
    await stage.over(waiting);
  },

  async "nobody consented, or Entra refuses or is silent: it waits, and says which"() {
    const waiting = await stage.waits();
    const mark = await sandbox.mark();
    await stage.app({ consent: [] });
    assert.equal((await stage.startsInVain(waiting)).why, "on_behalf_no_consent");
    await stage.app({ consent: ACTING });
    await sandbox.fault(TOKEN, { kind: "error", status: 400, code: "invalid_grant" });
    assert.equal((await stage.startsInVain(waiting)).why, "on_behalf_refused");
    await sandbox.fault(TOKEN, { kind: "error", status: 503, code: "temporarily_unavailable" });
    assert.equal((await stage.startsInVain(waiting)).why, "on_behalf_unavailable");
    assert.equal((await writes(mark)).length, 0);
    const events = (await priya.get("/api/v1/audit?action=start.refused")).body.items.filter(({ grant }) => grant === waiting.grant.id);
    assert.equal(events.length, 3);
    await stage.over(waiting);
  },

  async "the answer is lost after the effect: read back, and sent once"() {
    const waiting = await stage.waits();
    const mark = await sandbox.mark();
    await sandbox.fault(WRITE, { kind: "reset", when: "after" });
    await stage.start(waiting);
    await ana.untilGrant(waiting.request.id, "active");
    assert.equal((await writes(mark)).length, 1);
    await stage.over(waiting);
  },

  async "lost before the effect: not known until reads have shown nothing long enough, then it waits for a fresh sign-in"() {
    const waiting = await stage.waits();
    const mark = await sandbox.mark();
    await sandbox.fault(WRITE, { kind: "reset", when: "before" });
    await stage.start(waiting);
    assert.equal((await ana.request(waiting.request.id)).grants[0].state, "activating");
    await stage.later("PT3M");
    const grant = await ana.untilGrant(waiting.request.id, "waiting");
    assert.deepEqual([grant.why, grant.needs], ["absent", "sign_in"]);
    assert.equal((await writes(mark)).length, 1, "nothing is sent again without them");
    await stage.start(waiting);
    const started = await ana.untilGrant(waiting.request.id, "active");
    assert.equal((await writes(mark)).length, 2);
    const ends = new Set((await writes(mark)).map(({ body }) => body.scheduleInfo.expiration.endDateTime));
    assert.deepEqual([...ends], [started.ends_at], "the end is fixed once");
    await stage.over(waiting);
  },

  async "taken with a status that was never seen: active only when it was read"() {
    const waiting = await stage.waits();
    await sandbox.fault(WRITE, { kind: "alter", set: { status: "Quantised" } });
    await stage.start(waiting);
    await ana.untilGrant(waiting.request.id, "active");
    await stage.over(waiting);
  },

  async "refused by a rule of PIM: it waits, and says so"() {
    const waiting = await stage.waits();
    await sandbox.fault(WRITE, { kind: "error", status: 400, code: "RoleAssignmentRequestPolicyValidationFailed", message: 'The following policy rules failed: ["MfaRule"]' });
    await stage.start(waiting);
    const grant = await eventually(async () => {
      const [one] = (await ana.request(waiting.request.id)).grants;
      return one.state === "waiting" && one;
    }, { what: "waiting again" });
    assert.equal(grant.why, "pim_refused");
    await stage.start(waiting);
    await ana.untilGrant(waiting.request.id, "active");
    await stage.over(waiting);
  },

  async "somebody else's assignment is neither adopted nor removed"() {
    const waiting = await stage.waits();
    const other = await sandbox.control("POST", "/assignments", { principal: PERSONS.ana, ...CONTRIBUTORS });
    await stage.start(waiting);
    assert.equal((await ana.untilGrant(waiting.request.id, "failed")).why, "already_held");
    assert.equal((await live()).length, 1);
    await sandbox.control("DELETE", `/assignments/${other.id}`);
  },

  async "revoked while it is on its way: it comes to nothing, or is taken away"() {
    const waiting = await stage.waits();
    await sandbox.fault(WRITE, { kind: "hold", when: "before" });
    const { body } = await ana.post(`/api/v1/grants/${waiting.grant.id}/activate`);
    const started = ana.through(body.go);
    await sandbox.waitHeld();
    assert.equal((await people.tom.post(`/api/v1/grants/${waiting.grant.id}/revoke`, { reason: "Wrong person" })).status, 200);
    await sandbox.release();
    await started;
    await stage.later("PT6M");
    const grant = await ana.untilGrant(waiting.request.id, "ended");
    assert.equal(grant.why, "revoked");
    assert.deepEqual(await live(), []);
  },

  async "the process dies between intent and answer: after the restart it is read, and never sent again"() {
    const waiting = await stage.waits();
    const mark = await sandbox.mark();
    await sandbox.fault(WRITE, { kind: "hold", when: "before" });
    const { body } = await ana.post(`/api/v1/grants/${waiting.grant.id}/activate`);
    const started = ana.through(body.go).catch(() => {});
    await sandbox.waitHeld();
    await curfew.kill();
    await started;
    await sandbox.release();
    await eventually(async () => (await live()).length === 1, { what: "the effect of what was on its way" });
    await curfew.start();
    await stage.later("PT2M");
    await ana.untilGrant(waiting.request.id, "active");
    assert.equal((await writes(mark)).length, 1);
    await stage.over(waiting);
  },

  async "the history of all this is whole, and its bundle verifies"() {
    const bundle = await priya.get("/api/v1/audit/export?format=bundle");
    assert.equal(bundle.status, 200);
    const file = join(curfew.folder, "bundle.tar");
    writeFileSync(file, bundle.bytes);
    const { code, output } = await curfew.run("audit", "verify", file);
    assert.equal(code, 0, output);
  },

  async "no token and no assertion of a person is in the log, in the database or in the history"() {
    const entries = await sandbox.journal();
    assert.ok(entries.some(({ body }) => body?.grant_type?.endsWith("jwt-bearer") && /^sha256:/.test(body.assertion)));
    const kept = ["curfew.db", "curfew.db-wal"].map((name) => {
      try {
        return readFileSync(join(curfew.folder, name), "latin1");
      } catch {
        return "";
      }
    });
    const events = JSON.stringify((await priya.get("/api/v1/audit?limit=100")).body);
    for (const text of [...kept, curfew.output, JSON.stringify(curfew.log), events]) assert.ok(!/eyJ[\w-]{20,}\.[\w-]{20,}\./.test(text), "a token was kept");
  },
}, { seconds: 90 });
