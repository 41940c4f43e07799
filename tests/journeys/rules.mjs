// Rules that look at circumstances, deny, and limit how often and how much: refused at once and in words, shown in the
// catalogue, and the same for ever for what was asked (scenarios S01, S04, S05, S07, S11, S12, S21).
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { POLICY, startCurfew } from "../support/curfew.mjs";
import { AT_ONCE, PERSONS, startSandbox } from "../support/sandbox.mjs";
import { specification } from "../support/spec.mjs";

const sandbox = await startSandbox({ switches: AT_ONCE });
const now = Date.parse((await sandbox.clock.now()).now);
const hour = (hours) => new Date(now + hours * 3600e3).toISOString();
const WEEK = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
const STAGE = { stages: [{ from: ["soc leads"] }] };

/** Roles that differ in their rules alone; nothing is demanded of the sign-in. */
function policy() {
  const all = JSON.parse(readFileSync(POLICY));
  all.people.ana = { users: [PERSONS.ana] };
  all.roles = { "security-reader": all.roles["security-reader"], "copilot-contributor": all.roles["copilot-contributor"] };
  all.rules = [];
  const rules = (id, ...list) => list.forEach((rule, i) => all.rules.push({ name: `${id} ${i}`, roles: [id], who: ["soc analysts"], ...rule }));
  const role = (id, template, ...list) => {
    all.roles[id] = { name: id, target: { kind: "directory_role", role: template } };
    rules(id, ...list);
  };
  const long = { limits: { longest: "PT8H" }, approval: STAGE };
  rules("copilot-contributor", { limits: { longest: "PT8H", cool_down: "PT30M", per_day: 2 } }, { when: { longer_than: "PT2H" }, ...long });
  rules("security-reader", { limits: { shortest: "PT30M", longest: "PT2H", start_ahead: "PT6H" } }, { when: { first_time: true }, ...long });
  const window = { zone: "UTC", days: WEEK, from: hour(2).slice(11, 16), to: hour(4).slice(11, 16) };
  role("denied", "194ae4cb-b126-40b2-bd5b-6091b380977d", {}, { who: ["ana"], deny: "Ana left this team." });
  role("by-day", "f2ef992c-3afb-46b9-b7cf-a126ee74c451", {}, { when: { outside: window }, deny: "Only in the maintenance window." });
  role("one-holder", "3a2c62db-5318-420d-8d74-23affee5d9d5", { limits: { at_once: { role: 1 } }, approval: STAGE });
  role("few", "b1be1c3e-b65d-4f19-8427-f6fa0d97feb9", { limits: { at_once: { person: 1 } }, approval: STAGE });
  role("risky", "e8611ab8-c189-46e8-94e1-60213ab1f814", {}, { when: { risk_at_least: "medium" }, approval: STAGE });
  return all;
}

const curfew = await startCurfew(sandbox, { policy: policy() });
const ana = await curfew.browser("ana").signIn();
const ben = await curfew.browser("ben").signIn();
const lena = await curfew.browser("lena").signIn();

const WISH = { duration: "PT1H", justification: "Incident 42: plugin misbehaves" };
const post = (wish, person = ana, path = "/api/v1/requests") => person.post(path, { ...WISH, ...wish });

/** What is wrong with it, as field and sentence. */
async function refused(wish, status = 403, person = ana) {
  const answer = await post(wish, person);
  assert.equal(answer.status, status, answer.text);
  assert.equal(answer.body.code, status === 400 ? "invalid" : "refused_by_policy");
  const [{ field, says }, ...more] = answer.body.errors;
  assert.deepEqual(more, []);
  return [field, says];
}

async function asked(wish, state, person = ana) {
  const answer = await post(wish, person);
  assert.equal(answer.status, 201, answer.text);
  return person.until(answer.body.id, state);
}

const cancel = (request, person = ana) => person.post(`/api/v1/requests/${request.id}/cancel`);
const shown = async (id) => (await ana.get("/api/v1/roles")).body.items.find((role) => role.id === id);

/** Gives back what is in force and waits until it is gone. */
async function giveBack(request) {
  await ana.untilGrant(request.id, "active");
  await sandbox.clock.advance("PT6M");
  await ana.signIn();
  await ana.post(`/api/v1/grants/${(await ana.request(request.id)).grants[0].id}/release`);
  await ana.untilGrant(request.id, "ended");
}

await specification("journeys/rules", {
  async "S01: a rule that denies wins over one that lets ask, in its own words"() {
    assert.deepEqual(await refused({ roles: ["denied"] }), ["roles", "are refused by the policy: Ana left this team."]);
    const [missing] = (await shown("denied")).missing;
    assert.deepEqual([missing.code, missing.verdict, missing.says], ["rule_denies", "fail", "The policy refuses this: Ana left this team."]);
    await asked({ roles: ["denied"] }, "approved", ben);
  },

  async "S07, S05: a time that is none, too short, too long; what is missing is named"() {
    for (const duration of ["2 hours", "PT0S", "-PT1H", "PT99999999999999999999H", "PT4M"])
      assert.equal((await refused({ roles: ["security-reader"], duration }, 400))[0], "duration");
    assert.deepEqual(await refused({ roles: ["security-reader"], duration: "PT29M" }), ["duration", "is shorter than the policy allows: at least PT30M"]);
    assert.deepEqual(await refused({ roles: ["security-reader"], duration: "PT2H1M" }), ["duration", "is longer than the policy allows: at most PT2H"]);
    assert.deepEqual(await refused({ roles: ["security-reader"], justification: undefined }, 400), ["justification", "is missing"]);
    const { limits } = await shown("security-reader");
    assert.deepEqual(limits, { shortest: "PT30M", longest: "PT2H", default: "PT1H", start_within: "PT1H", start_ahead: "PT6H" });
  },

  async "S11: eleven roles at once"() {
    const roles = Array.from({ length: 11 }, (_, i) => `role-${i}`);
    assert.deepEqual(await refused({ roles }, 400), ["roles", "has 11 entries; at most 10 are allowed"]);
  },

  async "S12: a start that is past, that is now, and that is too far ahead"() {
    const at = async (seconds) => new Date(Date.parse((await sandbox.clock.now()).now) + seconds * 1e3).toISOString();
    assert.deepEqual(await refused({ roles: ["security-reader"], start: await at(-90) }), ["start", "is in the past"]);
    assert.match((await refused({ roles: ["security-reader"], start: await at(6 * 3600 + 90) }))[1], /further ahead than the policy allows: at most PT6H/);
    await cancel(await asked({ roles: ["security-reader"], start: await at(0) }, "pending"));
  },

  async "hours count where the access starts, not where it is asked for"() {
    assert.deepEqual(await refused({ roles: ["by-day"] }), ["roles", "are refused by the policy: Only in the maintenance window."]);
    await cancel(await asked({ roles: ["by-day"], start: hour(3) }, "approved"));
  },

  async "S21: one person at a time; the next hears so, at once and in the catalogue"() {
    const request = await asked({ roles: ["one-holder"] }, "pending", ben);
    const [field, says] = await refused({ roles: ["one-holder"] });
    assert.deepEqual([field, says], ["roles", "Others who hold or ask for this: 1; the policy allows 1 at once. Ask again when one of them is done."]);
    assert.deepEqual((await shown("one-holder")).missing.map(({ code }) => code), ["limits_role_at_once"]);
    await cancel(request, ben);
    assert.deepEqual((await shown("one-holder")).missing, []);
    const both = await Promise.all([post({ roles: ["one-holder"] }), post({ roles: ["one-holder"] }, ben)]);
    assert.deepEqual(both.map(({ status }) => status).sort(), [201, 403], "of two at once, one is first");
    const [won] = both.filter(({ status }) => status === 201);
    await cancel(won.body, won === both[0] ? ana : ben);
  },

  async "S21: so many roles of one person at a time"() {
    const request = await asked({ roles: ["one-holder"] }, "pending");
    assert.equal((await refused({ roles: ["few"] }))[1], "With this you would hold or ask for 2 roles; the policy allows 1 at once. Give one back or wait until one ends, then ask again.");
    await cancel(request);
    await cancel(await asked({ roles: ["few"] }, "pending"));
  },

  async "what is long needs an approval, also when the approver makes it short; then time must pass, and twice a day is enough"() {
    const role = { roles: ["copilot-contributor"] };
    const request = await asked({ ...role, duration: "PT3H" }, "pending");
    assert.deepEqual(request.approval.map(({ rule }) => rule), ["copilot-contributor 1"]);
    assert.equal((await lena.decide(request.id, "approve", { duration: "PT1H" })).status, 200);
    await giveBack(request);
    assert.match((await refused(role))[1], /^The policy wants PT30M between the end of one access and the next. Ask again at 20\d\d-/);
    assert.deepEqual((await shown("copilot-contributor")).missing.map(({ code }) => code), ["limits_cool_down"]);
    await sandbox.clock.advance("PT31M");
    await ana.signIn();
    const second = await asked(role, "approved");
    assert.deepEqual(second.approval, []);
    await giveBack(second);
    await sandbox.clock.advance("PT31M");
    await ana.signIn();
    assert.match((await refused(role))[1], /^You have asked for this 2 times in 24 hours; the policy allows 2. Ask again at /);
  },

  async "the first time somebody agrees, the second nobody is asked"() {
    await ana.signIn();
    await lena.signIn();
    const first = await asked({ roles: ["security-reader"] }, "pending");
    await lena.decide(first.id);
    await giveBack(first);
    const second = await asked({ roles: ["security-reader"] }, "approved");
    assert.deepEqual(second.approval, []);
  },

  async "a risk that is there asks somebody"() {
    await ana.signIn();
    await giveBack(await asked({ roles: ["risky"] }, "approved"));
    await sandbox.person(PERSONS.ana, { risk: "medium" });
    await sandbox.clock.advance("PT2M");
    await cancel(await asked({ roles: ["risky"] }, "pending"));
    await sandbox.person(PERSONS.ana, { risk: "none" });
    await sandbox.clock.advance("PT2M");
  },

  async "S04: a circumstance that nobody can tell is waited for, then refused: nothing is given"() {
    await ana.signIn();
    await sandbox.clock.advance("PT2M");
    await sandbox.fault({ method: "GET", path: "/v1.0/identityProtection/riskyUsers" }, { kind: "error", status: 403, code: "Forbidden" }, { times: 100000 });
    await ana.signIn();
    const request = await asked({ roles: ["risky"] }, "checking");
    await sandbox.clock.advance("PT11M");
    const after = await ana.until(request.id, "refused");
    assert.equal(after.why, "circumstances_unread");
    assert.deepEqual(after.grants, []);
  },
});
