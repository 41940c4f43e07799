// Least privilege help: before anything is sent, and before an approver decides, Curfew says which lesser role was enough before,
// what time past use suggests, what the role opens together with what the person holds already, and how dangerous it is.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { eventually, startCurfew } from "../support/curfew.mjs";
import { AT_ONCE, PERSONS, ROLES, startSandbox } from "../support/sandbox.mjs";
import { specification } from "../support/spec.mjs";

const sandbox = await startSandbox({ switches: AT_ONCE });
const curfew = await startCurfew(sandbox);
const people = {};
for (const name of ["ana", "ben", "lena"]) people[name] = await curfew.browser(name).signIn();
const { ana, lena } = people;

async function advance(span) {
  await sandbox.clock.advance(span);
  for (const person of Object.values(people)) await person.signIn();
}

async function advice(roles, duration = "PT4H", who = ana) {
  const answer = await who.post("/api/v1/requests?dry_run=true", { roles, duration, justification: "Incident 42: plugin misbehaves" });
  assert.equal(answer.status, 200, answer.text);
  return answer.body.advice;
}

/** Holds the role, which nobody needs to approve, and gives it back after so long. */
async function use(role, duration, back) {
  const request = await ana.ask({ roles: [role], duration });
  const grant = await ana.untilGrant(request.id, "active");
  await advance(back);
  await ana.post(`/api/v1/grants/${grant.id}/release`);
  await ana.untilGrant(request.id, "ended");
}

await specification("journeys/advice", {
  async "where nothing was used and nothing is held, only the tier is said"() {
    assert.deepEqual(await advice(["copilot-owner"]), { tier: 0, lesser: [], duration: null, together: [] });
    assert.equal((await advice(["security-reader"])).tier, 2);
    assert.equal((await advice(["security-reader", "copilot-contributor"])).tier, 1, "the most dangerous of several");
  },

  async "a lesser role that served the same person before is named, to them and to nobody else"() {
    await use("copilot-contributor", "PT1H", "PT22M");
    const [lesser, ...more] = (await advice(["copilot-owner"])).lesser;
    assert.deepEqual(more, []);
    assert.deepEqual([lesser.for, lesser.id, lesser.name, lesser.uses], ["copilot-owner", "copilot-contributor", "Copilot contributor", 1]);
    assert.match(lesser.says, /^Copilot contributor was enough before: 1 uses in the last 90 days, the last on \d{4}-\d\d-\d\d\.$/);
    assert.ok(lesser.opens.startsWith("Prompting Security Copilot"));
    assert.deepEqual((await advice(["copilot-owner", "copilot-contributor"])).lesser, [], "not when it is asked for as well");
    assert.deepEqual((await advice(["copilot-contributor"])).lesser, [], "it has no lesser one");
    assert.deepEqual((await advice(["copilot-owner"], "PT4H", people.ben)).lesser, [], "not to somebody else");
  },

  async "a time is suggested when use is a habit, in whole quarters of an hour, and only where it is less"() {
    assert.equal((await advice(["copilot-contributor"])).duration, null, "once is no habit");
    await use("copilot-contributor", "PT1H", "PT32M");
    const { duration } = await advice(["copilot-contributor"]);
    assert.deepEqual([duration.suggested, duration.uses], ["PT45M", 2]);
    assert.match(duration.says, /^In the last 90 days it was used 2 times, for 3[23] min at most: 45 min may do\.$/);
    assert.equal((await advice(["copilot-contributor"], "PT45M")).duration, null);
    assert.equal((await advice(["copilot-contributor", "security-reader"])).duration, null, "nothing is known of the other");
  },

  async "what is held already is said with what it opens: through Curfew, and by the directory as it was read last"() {
    const held = await ana.ask({ roles: ["security-reader"], duration: "PT8H" });
    const grant = await ana.untilGrant(held.id, "active");
    const [one, ...more] = (await advice(["copilot-owner"])).together;
    assert.deepEqual(more, []);
    assert.deepEqual([one.id, one.until], ["security-reader", grant.ends_at]);
    assert.equal(one.says, "Security Reader is held already, and opens: Reading alerts, incidents and reports, without changing anything.");
    const made = await sandbox.control("POST", "/assignments", { principal: PERSONS.ana, role: ROLES.securityOperator });
    await advance("PT4M");
    const two = await eventually(async () => (await advice(["copilot-owner"])).together.find(({ id }) => id === "security-operator"), { what: "a reading" });
    assert.equal(two.until, null);
    await sandbox.control("DELETE", `/assignments/${made.id}`);
  },

  async "whoever decides reads the same of the requester, and nobody once it is decided"() {
    const request = await ana.until((await ana.ask({ roles: ["copilot-owner"], duration: "PT4H" })).id, "pending");
    const seen = (await lena.request(request.id)).advice;
    assert.equal(seen.tier, 0);
    assert.deepEqual(seen.lesser.map(({ id, uses }) => [id, uses]), [["copilot-contributor", 2]]);
    assert.ok(seen.together.some(({ id }) => id === "security-reader"));
    assert.equal((await lena.decide(request.id, "deny")).body.advice, null);
  },

  async "use that is long ago suggests nothing"() {
    await advance("P91D");
    const now = await advice(["copilot-owner"]);
    assert.deepEqual([now.lesser, now.duration], [[], null]);
    assert.equal((await advice(["copilot-contributor"])).duration, null);
  },

  async "a lesser role that the person may not ask for any more is not named"() {
    await use("copilot-contributor", "PT1H", "PT6M");
    assert.equal((await advice(["copilot-owner"])).lesser.length, 1);
    const file = `${curfew.folder}/policies/policy.json`;
    const policy = JSON.parse(readFileSync(file));
    policy.people.nobody = { users: [PERSONS.nils] };
    policy.rules.find(({ name }) => name === "Everyday tools").who = ["nobody"];
    await curfew.stop();
    writeFileSync(file, JSON.stringify(policy));
    await curfew.start();
    assert.deepEqual((await advice(["copilot-owner"])).lesser, []);
  },
});
