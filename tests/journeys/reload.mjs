// The policy is read again on HUP while everything runs: what runs keeps the one it began with, a request the one it was submitted
// under, across a restart too; a version with mistakes changes nothing, and everybody who is to know of it hears.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { eventually, POLICY, startCurfew } from "../support/curfew.mjs";
import { AT_ONCE, PERSONS, ROLES, startSandbox } from "../support/sandbox.mjs";
import { specification } from "../support/spec.mjs";

/** One role that one lead approves; `change` makes the next versions of it. */
function policy(change = () => {}) {
  const all = JSON.parse(readFileSync(POLICY));
  all.alarms = { tell: ["soc leads"] };
  all.people["two leads"] = { users: [PERSONS.lena, PERSONS.marc] };
  all.roles.reports = { name: "Reports", target: { kind: "directory_role", role: ROLES.globalReader } };
  all.rules.push({
    name: "Reports", roles: ["reports"], who: ["soc analysts"], require: { mfa: { within: "PT8H" } },
    limits: { longest: "PT4H" }, approval: { stages: [{ from: ["two leads"], need: 1 }] },
  });
  change(all, all.rules[all.rules.length - 1]);
  return all;
}

const sandbox = await startSandbox({ switches: AT_ONCE });
const curfew = await startCurfew(sandbox, { policy: policy() });
const people = {};
for (const name of ["ana", "ben", "lena", "marc", "priya"]) people[name] = await curfew.browser(name).signIn();
const { ana, ben, lena, marc, priya } = people;
const file = join(curfew.folder, "policies", "policy.json");

async function history(code) {
  const { text } = await priya.get(`/api/v1/audit/export?format=jsonl&action=${code}`);
  return text.split("\n").filter(Boolean).map((line) => JSON.parse(line)).filter((event) => event.code === code);
}

const metric = async (name) => (await ana.get("/metrics")).text.match(new RegExp(`^${name}(?:\\{[^}]*\\})? (.*)$`, "m"))[1];
const inForce = async () => (await ana.get("/metrics")).text.match(/^curfew_policy_info\{version="(.*)"\} 1$/m)[1];

/** Writes it, sends HUP, and waits for what the log says of it. */
async function reload(text, says = "policy.loaded") {
  const before = curfew.log.filter(({ event }) => event === says).length;
  writeFileSync(file, typeof text === "string" ? text : JSON.stringify(text, null, 1));
  curfew.child.kill("SIGHUP");
  return eventually(() => curfew.log.filter(({ event }) => event === says)[before], { what: says });
}

const ask = async (person = ana, more = {}) => (await person.ask({ roles: ["reports"], ...more })).id;

await specification("journeys/reload", {
  async "a new version is in force at once, and is an event with its hash and that of the one before"() {
    const first = await inForce();
    assert.match(await ask(ana, { duration: "PT3H" }), /^\w{26}$/);
    const line = await reload(policy((all, rule) => (rule.limits.longest = "PT2H")));
    const second = await inForce();
    assert.notEqual(second, first);
    assert.equal(line.policy, second);
    const refused = await ben.post("/api/v1/requests", { roles: ["reports"], duration: "PT3H", justification: "Long shift" });
    assert.deepEqual([refused.status, refused.body.code], [403, "refused_by_policy"]);
    const events = await history("policy.loaded");
    assert.deepEqual(events.map(({ detail }) => detail), [{ policy: first }, { policy: second, before: first }]);
    const role = (await ben.get("/api/v1/roles")).body.items.find(({ id }) => id === "reports");
    assert.equal(role.limits.longest, "PT2H");
  },

  async "a request that waits keeps the version it was submitted under, what it demands and who may decide; also after a restart"() {
    const [{ id }] = (await ana.get("/api/v1/requests?mine")).body.items;
    const request = await ana.until(id, "pending");
    await reload(policy((all, rule) => Object.assign(rule.approval.stages[0], { need: 2 })));
    await curfew.stop();
    await curfew.start();
    assert.notEqual(request.policy_version, await inForce());
    assert.equal((await ana.request(id)).policy_version, request.policy_version);
    const decided = await lena.decide(id);
    assert.deepEqual([decided.status, decided.body.state], [200, "approved"], decided.text);
    await ana.untilGrant(id, "active");
    const later = await ben.until(await ask(ben), "pending");
    assert.equal(later.approval[0].need, 2);
    assert.equal(later.policy_version, await inForce());
    assert.equal((await lena.decide(later.id)).body.state, "pending");
    assert.equal((await marc.decide(later.id)).body.state, "approved");
    const other = await ben.untilGrant(later.id, "active");
    await sandbox.clock.advance("PT6M");
    for (const person of Object.values(people)) await person.signIn();
    await ana.post(`/api/v1/grants/${(await ana.request(id)).grants[0].id}/release`);
    await ben.post(`/api/v1/grants/${other.id}/release`);
    await ana.untilGrant(id, "ended");
    await ben.untilGrant(later.id, "ended");
  },

  async "a request that is still being checked is judged by its own version, not by the one that came meanwhile"() {
    const risky = policy((all, rule) => (rule.require.user_risk = { at_most: "low" }));
    await reload(risky);
    await sandbox.fault({ path: "/v1.0/identityProtection/riskyUsers" }, { kind: "error", status: 503, code: "serviceNotAvailable" }, { times: 100000 });
    await sandbox.clock.advance("PT2M"); // what was read of the risk is too old now
    const id = await ask();
    await eventually(async () => (await ana.request(id)).evidence.some(({ check, verdict }) => check === "user_risk" && verdict === "unknown"), { what: "unknown risk" });
    await reload(policy());
    await sandbox.person(PERSONS.ana, { risk: "high" });
    await sandbox.clearFaults();
    await sandbox.clock.advance("PT2M");
    const refused = await ana.until(id, "refused");
    assert.match(refused.why, /^risk_/);
    const [there, anew] = await Promise.all([ana.request(id), ana.until(await ask(), "pending")]);
    assert.notEqual(there.policy_version, anew.policy_version);
    await ana.post(`/api/v1/requests/${anew.id}/cancel`);
    await sandbox.person(PERSONS.ana, { risk: "none" });
  },

  async "a version with mistakes changes nothing: event, alarm, metric, and each mistake in the log; mended, the alarm is gone"() {
    const before = await inForce();
    const loads = (await history("policy.loaded")).length;
    const mark = await sandbox.mailMark();
    const wrong = policy((all, rule) => Object.assign(rule, { who: ["soc analists"], limits: { longest: "PT1M" } }));
    const line = await reload(wrong, "policy.refused");
    assert.equal(line.mistakes, 2);
    const mistakes = curfew.log.filter(({ event }) => event === "policy.mistake").map(({ place, says }) => `${place}: ${says}`);
    assert.ok(mistakes.some((text) => /^policy\.json:\d+: rules\[3\]\.who: .*soc analists/.test(text)), mistakes.join("\n"));
    assert.equal(await inForce(), before);
    const [event] = await eventually(async () => (await history("policy.refused")).length && history("policy.refused"), { what: "event" });
    assert.equal(event.detail.mistakes, 2);
    assert.match(event.detail.first, /policy\.json:\d+/);
    assert.equal(await metric("curfew_policy_refused"), "1");
    const shown = async () => (await priya.get("/api/v1/watch")).body.items.find(({ target }) => target === "policy");
    assert.match((await shown()).findings[0].says, /^The new version of the policy has mistakes and is not in force/);
    await sandbox.clock.advance("PT10S");
    const mail = await sandbox.mailTo("lena.vogt@contoso.example", "Alarm", mark);
    assert.match(mail.content, /has mistakes and is not in force/);
    await ana.until(await ask(), "pending");
    await reload("{ nonsense", "policy.refused");
    assert.equal(await inForce(), before);
    await reload(policy());
    assert.equal(await metric("curfew_policy_refused"), "0");
    assert.equal(await shown(), undefined);
    assert.equal(await inForce(), before);
    assert.equal((await history("policy.loaded")).length, loads, "the same version is no event");
    const { text } = await ana.get("/metrics");
    assert.doesNotMatch(text, /policy_refused"\} [1-9]/);
  },

  async "without a gap: while versions come and go, every call is answered, and each request by one version whole"() {
    const versions = [policy(), policy((all, rule) => (rule.limits.longest = "PT2H")), policy((all) => delete all.roles["copilot-owner"].tier)];
    let going = true;
    const answers = [];
    const calls = [ana, ben].map(async (person) => {
      while (going) {
        const body = { roles: ["copilot-contributor", "reports"], duration: "PT1H", justification: "While it is read again" };
        for (const answer of [await person.get("/api/v1/roles"), await person.post("/api/v1/requests?dry_run=true", body), await person.get("/metrics")]) answers.push(answer);
      }
    });
    for (let i = 1; i <= 12; i++) await reload(versions[i % 3]);
    going = false;
    await Promise.all(calls);
    assert.ok(answers.length > 30, `${answers.length} calls`);
    for (const { status, text } of answers) assert.equal(status, 200, text);
    assert.equal((await history("policy.loaded")).length, 5 + 12);
  },

  async "a role that a new version brings is watched from then on"() {
    const added = "194ae4cb-b126-40b2-bd5b-6091b380977d";
    await reload(policy((all) => (all.roles.added = { name: "Added", target: { kind: "directory_role", role: added } })));
    await priya.signIn();
    await eventually(async () => (await priya.get("/api/v1/watch")).body.items.some(({ target, read_at }) => target.includes(added) && read_at), { what: "a reading of the new target" });
  },
});
