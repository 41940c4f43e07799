// What is looked at again while access lives: one bad reading warns, a row of them takes it away, a good one ends the row (S62).
// Whoever loses a role that says so is signed out everywhere, once; whom rules name hears of it.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { eventually, POLICY, startCurfew } from "../support/curfew.mjs";
import { AT_ONCE, device, GROUPS, PERSONS, startSandbox } from "../support/sandbox.mjs";
import { specification } from "../support/spec.mjs";

const SIGN_OUT = `/v1.0/users/${PERSONS.ana}/revokeSignInSessions`;
const LAPTOP = device("SEC-114");

/** The example policy: two roles that are watched, told of, and whose holder is signed out. */
function policy() {
  const all = JSON.parse(readFileSync(POLICY));
  const everyday = all.rules[2];
  all.people["people who hear of it"] = { users: [PERSONS.marc], groups: [GROUPS.leads] };
  all.roles["copilot-contributor"].close_sessions = true;
  all.roles["copilot-contributor"].usable_within = "PT20M";
  all.rules = [
    {
      ...everyday,
      name: "Contributor",
      roles: ["copilot-contributor"],
      watch: { every: "PT2M", grace: "PT10M", then: "revoke", checks: ["device", "user_risk", "membership"] },
      tell: { activated: ["people who hear of it"], revoked: ["people who hear of it"], warned: ["people who hear of it"] },
    },
    { ...everyday, name: "Reader", roles: ["security-reader"], watch: { every: "PT1M", grace: "PT5M", then: "warn", checks: ["device"] } },
  ];
  return all;
}

const sandbox = await startSandbox({ switches: AT_ONCE });
const curfew = await startCurfew(sandbox, { policy: policy() });
const people = {};
for (const name of ["ana", "lena", "priya", "tom"]) people[name] = await curfew.browser(name).signIn();
const { ana, priya, tom } = people;

/** Moves the clock by minutes, one look after the other; `ready` is what each look must have come to. */
async function later(minutes) {
  await sandbox.clock.advance(`PT${minutes}M`);
  await ana.signIn();
}

const events = async (action, grant) => (await (await priya.signIn()).get(`/api/v1/audit?action=${action}`)).body.items.filter((item) => !grant || item.grant === grant);
const mails = async (to, subject) => (await sandbox.mail(`${to}@contoso.example`)).filter((mail) => subject.test(mail.subject));
const signOuts = async (mark) => (await sandbox.journal(mark)).filter(({ path }) => path === SIGN_OUT);
const grantOf = async (request) => (await ana.request(request.id)).grants[0];
const doubted = (request) => eventually(async () => { const grant = await grantOf(request); return grant.doubts.length > 0 && grant; }, { what: "a doubt" });
const undoubted = (request) => eventually(async () => { const grant = await grantOf(request); return grant.doubts.length === 0 && grant; }, { what: "no doubt" });

async function holds(role = "copilot-contributor") {
  await ana.signIn({ device: LAPTOP });
  const request = await ana.ask({ roles: [role], duration: "PT8H" });
  await ana.untilGrant(request.id, "active");
  return request;
}

/** Its end, when it must not be younger than five minutes. */
async function ends(request, why = "revoked") {
  const grant = await eventually(async () => {
    await later(3);
    return ana.untilGrant(request.id, "ended", { seconds: 2 });
  }, { what: "its end", seconds: 40 });
  assert.equal(grant.why, why);
  return grant;
}

const laptop = (state) => sandbox.control("PATCH", `/devices/${LAPTOP}`, { state });

await specification("journeys/watching", {
  async "S62: one bad reading of the device warns, a recovery ends it, and nothing is taken away"() {
    const request = await holds();
    const before = await grantOf(request);
    assert.deepEqual(before.doubts, []);
    assert.ok(before.usable_by, "products may take twenty minutes to see it");
    await laptop("noncompliant");
    await later(2);
    const { state, doubts: [doubt], id } = await doubted(request);
    assert.equal(state, "active");
    assert.deepEqual([doubt.check, doubt.verdict, doubt.code, doubt.revoked], ["device", "fail", "device_disagree", false]);
    assert.match(doubt.says, /SEC-114/);
    assert.match(doubt.mend, /Company Portal/);
    assert.equal(Date.parse(doubt.revokes_at) - Date.parse(doubt.since), 600e3);
    await laptop("compliant");
    await later(8);
    assert.equal((await undoubted(request)).state, "active");
    assert.equal((await events("watch.warned", id)).length, 1);
    assert.equal((await events("watch.recovered", id)).length, 1);
    await eventually(async () => (await mails("ana.torres", /^Warning: Copilot contributor/)).length === 1, { what: "the warning" });
    await later(12);
    assert.equal((await grantOf(request)).state, "active", "the row that ended does not count");
  },

  async "S62: a device that stays bad for the whole grace loses the access, its holder is signed out, and who is to hear of it does"() {
    const mark = await sandbox.mark();
    const [request] = (await ana.get("/api/v1/requests?mine")).body.items;
    await laptop("noncompliant");
    await later(2);
    await doubted(request);
    await later(9);
    assert.equal((await grantOf(request)).state, "active", "a minute before the grace is over");
    await later(1);
    await ana.untilGrant(request.id, "ending", "ended");
    const ended = await ana.untilGrant(request.id, "ended");
    assert.deepEqual([ended.why, ended.seen, ended.doubts.map(({ check, revoked }) => `${check} ${revoked}`)], ["revoked", "yes", ["device true"]]);
    assert.match(ended.lingers.says, /90 minutes/);
    await eventually(async () => (await grantOf(request)).sign_out?.state === "done", { what: "signing out" });
    assert.equal((await signOuts(mark)).length, 1);
    const committed = (await events("intent.committed", ended.id)).filter(({ detail }) => detail.action === "sign_out");
    assert.equal(committed.length, 1);
    for (const name of ["lena.vogt", "marc.dubois"])
      for (const subject of [/^Ana Torres holds Copilot contributor until/, /is not as it was/, /^Copilot contributor was taken away from Ana Torres/])
        await eventually(async () => (await mails(name, subject)).length >= 1, { what: `${subject} to ${name}` });
    assert.equal((await mails("lena.vogt", /was taken away from/)).length, 1);
    const [mail] = await mails("ana.torres", /^Ended: Copilot contributor/);
    assert.match(mail.content, /SEC-114/);
    await laptop("compliant");
  },

  async "risk and leaving the group behind a rule take it away as well"() {
    const bad = [
      ["user_risk", () => sandbox.control("PATCH", `/persons/${PERSONS.ana}`, { risk: "high", risk_state: "atRisk" }), () => sandbox.control("PATCH", `/persons/${PERSONS.ana}`, { risk: "none", risk_state: "none" })],
      ["membership", () => sandbox.control("PATCH", `/persons/${PERSONS.ana}`, { groups: [] }), () => sandbox.control("PATCH", `/persons/${PERSONS.ana}`, { groups: [GROUPS.analysts] })],
    ];
    for (const [check, spoil, mend] of bad) {
      const request = await holds();
      await spoil();
      await later(2);
      const { doubts } = await doubted(request);
      assert.deepEqual(doubts.map((doubt) => doubt.check), [check]);
      await later(10);
      await ana.untilGrant(request.id, "ending", "ended");
      const ended = await ana.untilGrant(request.id, "ended");
      assert.deepEqual([ended.why, ended.doubts.map((doubt) => doubt.check)], ["revoked", [check]]);
      await mend();
      await later(1);
    }
  },

  async "a rule that warns takes nothing away: when it stays bad it is an alarm, once"() {
    const request = await holds("security-reader");
    await laptop("noncompliant");
    await later(1);
    const { id, doubts } = await doubted(request);
    assert.equal(doubts[0].revokes_at, null);
    for (let minute = 0; minute < 3; minute++) {
      await later(3);
      await eventually(async () => (await grantOf(request)).state === "active", { what: "still active" });
    }
    await eventually(async () => (await events("alarm.raised", id)).length === 1, { what: "the alarm" });
    assert.equal((await events("alarm.raised", id))[0].detail.alarm, "watch_device");
    await laptop("compliant");
    await later(2);
    await undoubted(request);
    await ana.post(`/api/v1/grants/${id}/release`);
    const ended = await ends(request, "released");
    assert.deepEqual([ended.doubts, ended.sign_out], [[], null]);
  },

  async "what nobody answers takes nothing away and ends no row: after ten minutes it is an alarm"() {
    const request = await holds();
    const { id } = await grantOf(request);
    await sandbox.fault({ method: "GET", path: "/v1.0/deviceManagement/managedDevices" }, { kind: "error", status: 503, code: "serviceNotAvailable" }, { times: 100000 });
    for (let round = 0; round < 4; round++) {
      await later(5);
      const { doubts: [doubt], state } = await doubted(request);
      assert.deepEqual([state, doubt.verdict, doubt.code, doubt.revokes_at], ["active", "unknown", "device_unread", null]);
    }
    await eventually(async () => (await events("alarm.raised", id)).some(({ detail }) => detail.alarm === "watch_unread"), { what: "the alarm" });
    await sandbox.clearFaults();
    await later(3);
    await undoubted(request);
    const mark = await sandbox.mark();
    await ana.post(`/api/v1/grants/${id}/release`);
    await ends(request, "released");
    assert.equal((await signOuts(mark)).length, 0, "what is given back signs nobody out");
  },

  async "an administrator who revokes signs the holder out: an answer that was lost is read back, and nothing is sent twice"() {
    const request = await holds();
    const { id } = await grantOf(request);
    await sandbox.fault({ method: "POST", path: SIGN_OUT }, { kind: "reset", when: "after" });
    const mark = await sandbox.mark();
    await tom.signIn();
    assert.equal((await tom.post(`/api/v1/grants/${id}/revoke`, { reason: "Looks like misuse" })).status, 200);
    await eventually(async () => (await grantOf(request)).sign_out?.state === "done", { what: "read back" });
    assert.equal((await signOuts(mark)).length, 1);
    await ends(request);
  },

  async "a sign-out that had no effect is sent once more when readings over 150 s do not show it"() {
    const request = await holds();
    const { id } = await grantOf(request);
    await sandbox.fault({ method: "POST", path: SIGN_OUT }, { kind: "reset", when: "before" });
    const mark = await sandbox.mark();
    await tom.signIn();
    await tom.post(`/api/v1/grants/${id}/revoke`, { reason: "Looks like misuse" });
    await eventually(async () => (await signOuts(mark)).length === 1, { what: "the first" });
    await later(1);
    assert.equal((await grantOf(request)).sign_out.state, "asked");
    await later(2);
    await eventually(async () => (await grantOf(request)).sign_out.state === "done", { what: "the second" });
    assert.equal((await signOuts(mark)).length, 2);
    await ends(request);
  },

  async "a sign-out that Entra refuses is an alarm, and the access is taken away all the same"() {
    const request = await holds();
    const { id } = await grantOf(request);
    await sandbox.fault({ method: "POST", path: SIGN_OUT }, { kind: "error", status: 403, code: "Authorization_RequestDenied" });
    await tom.signIn();
    await tom.post(`/api/v1/grants/${id}/revoke`, { reason: "Looks like misuse" });
    await eventually(async () => (await grantOf(request)).sign_out?.state === "refused", { what: "the refusal" });
    assert.equal((await events("alarm.raised", id)).filter(({ detail }) => detail.alarm === "sign_out_refused").length, 1);
    await ends(request);
  },

  async "killed between intent and answer: read back after the start, not sent blindly"() {
    const request = await holds();
    const { id } = await grantOf(request);
    await sandbox.fault({ method: "POST", path: SIGN_OUT }, { kind: "hold", when: "after" });
    const mark = await sandbox.mark();
    await tom.signIn();
    await tom.post(`/api/v1/grants/${id}/revoke`, { reason: "Looks like misuse" });
    await sandbox.waitHeld();
    await curfew.kill();
    await sandbox.release({ drop: true });
    await curfew.start();
    await eventually(async () => (await grantOf(request)).sign_out?.state === "done", { what: "read back" });
    assert.equal((await signOuts(mark)).length, 1);
    await ends(request);
  },

  async "who asks and who decides see that nobody attested what the group is bound to"() {
    const roles = (await (await ana.signIn()).get("/api/v1/roles")).body.items;
    const contributor = roles.find(({ id }) => id === "copilot-contributor");
    assert.deepEqual(contributor.warnings.map(({ code }) => code), ["binding_missing"]);
    assert.equal(contributor.usable_within, "PT20M");
    assert.ok(contributor.requires.some(({ code, says }) => code === "requires_watch_device" && / 10 min$/.test(says)));
    assert.deepEqual(roles.find(({ id }) => id === "security-reader").warnings, []);
    const [{ id }] = (await ana.get("/api/v1/requests?mine")).body.items;
    assert.equal((await ana.request(id)).named_roles[0].warnings[0].code, "binding_missing");
  },
}, { seconds: 150 });
