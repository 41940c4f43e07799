// Bundles: several roles asked for as one. One request, one grant for each role, started one after the other, with one clock
// for all; each says the truth of itself; and when one is not given, the others stay or are given back, as the bundle says.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { eventually, POLICY, startCurfew } from "../support/curfew.mjs";
import { AT_ONCE, GROUPS, PERSONS, ROLES, startSandbox } from "../support/sandbox.mjs";
import { specification } from "../support/spec.mjs";

const FOUR = ["copilot-contributor", "security-reader", "security-operator", "copilot-owner"];
const TARGETS = [GROUPS.contributors, ROLES.securityReader, ROLES.securityOperator, GROUPS.owners];
const ROLE_REQUESTS = "/v1.0/roleManagement/directory/roleAssignmentScheduleRequests";

/** The example policy without fresh sign-ins, with bundles of its four roles. */
function policy() {
  const all = JSON.parse(readFileSync(POLICY));
  for (const rule of all.rules) rule.require = { mfa: { within: "PT8H" } };
  all.rules[1].limits = { longest: "PT4H", start_within: "PT30M" };
  delete all.rules[1].approval;
  const named = (name, roles, when_one_fails) => ({ name, product: "Incident kit", opens: "All that an incident takes.", roles, when_one_fails });
  all.bundles = {
    "kit-keep": named("Incident kit", FOUR, "keep"),
    "kit-undo": named("Whole incident kit", FOUR, "undo"),
  };
  return all;
}

const sandbox = await startSandbox({ switches: AT_ONCE });
const curfew = await startCurfew(sandbox, { policy: policy() });
const people = {};
for (const name of ["ana", "lena", "nils", "priya", "tom"]) people[name] = await curfew.browser(name).signIn();
const { ana, lena, nils } = people;

/** Moves the clock; everybody signs in again. */
async function later(span) {
  await sandbox.clock.advance(span);
  for (const person of Object.values(people)) await person.signIn();
}

/** A bundle that was asked for and approved. */
async function approved(bundle, more) {
  const request = await ana.until((await ana.ask({ roles: [bundle], ...more })).id, "pending", "approved");
  if (request.state === "pending") assert.equal((await lena.decide(request.id)).status, 200);
  return request;
}

/** Waits until its grants are in these states, in their order. */
const until = (request, ...states) =>
  eventually(async () => {
    const now = await ana.request(request.id);
    const are = now.grants.map(({ state }) => state);
    if (are.join() === states.join()) return now;
    throw new Error(`are ${now.grants.map(({ role, state, why }) => `${role} ${state} ${why ?? ""}`).join("; ")}`);
  }, { what: `grants becoming ${states}` });

const live = async () => (await sandbox.assignments()).live.filter(({ principal, target }) => principal.id === PERSONS.ana && TARGETS.includes(target.id));
const made = async (mark) => (await sandbox.journal(mark)).filter(({ effect }) => effect?.assign).map(({ body }) => body.groupId ?? body.roleDefinitionId);

/** Somebody else gives Ana the third role, so that this one of four fails. */
async function thirdIsTaken() {
  const ends_at = new Date(Date.parse((await sandbox.clock.now()).now) + 3 * 3600e3).toISOString();
  return sandbox.control("POST", "/assignments", { principal: PERSONS.ana, role: ROLES.securityOperator, manner: "assigned", ends_at });
}

async function freeThird() {
  const { live } = await sandbox.assignments();
  for (const one of live.filter(({ principal, target }) => principal.id === PERSONS.ana && target.id === ROLES.securityOperator))
    await sandbox.control("DELETE", `/assignments/${one.id}`);
}

async function giveBack(request) {
  await later("PT6M");
  for (const grant of (await ana.request(request.id)).grants.filter(({ state }) => state === "active"))
    assert.equal((await ana.post(`/api/v1/grants/${grant.id}/release`)).status, 200);
  await eventually(async () => (await ana.request(request.id)).grants.every(({ state }) => ["ended", "failed"].includes(state)), { what: "an end" });
}

await specification("journeys/bundles", {
  async "it stands in the catalogue of who may have all of it, with what all of its roles demand together"() {
    const { items } = (await ana.get("/api/v1/roles")).body;
    const kit = items.find(({ id }) => id === "kit-keep");
    assert.deepEqual([kit.name, kit.product, kit.kind, kit.tier, kit.when_one_fails], ["Incident kit", "Incident kit", "bundle", 0, "keep"]);
    assert.deepEqual(kit.roles.map(({ id }) => id), FOUR);
    assert.equal(kit.limits.longest, "PT4H", "the least of all of them");
    assert.deepEqual(kit.approvers.map(({ rule }) => rule), ["Copilot owner"]);
    assert.ok(!JSON.stringify((await nils.get("/api/v1/roles")).body).includes("kit"));
  },

  async "one request and one approval, a grant for each role in its order, and one end for all"() {
    const mark = await sandbox.mark();
    const mails = await sandbox.mailMark();
    const request = await approved("kit-keep", { duration: "PT2H" });
    assert.deepEqual([request.bundle.id, request.bundle.name, request.bundle.when_one_fails], ["kit-keep", "Incident kit", "keep"]);
    assert.deepEqual(request.roles, FOUR);
    await sandbox.mailTo("lena.vogt@contoso.example", "Decide: Ana Torres asks for Incident kit (Copilot contributor, Security Reader,", mails);
    const { grants } = await until(request, "active", "active", "active", "active");
    assert.deepEqual(grants.map(({ role }) => role), FOUR);
    assert.equal(new Set(grants.map(({ ends_at }) => ends_at)).size, 1, "one clock");
    assert.deepEqual(await made(mark), TARGETS, "in their order");
    const end = Date.parse(grants[0].ends_at);
    assert.deepEqual((await live()).map(({ ends_at }) => Date.parse(ends_at)), [end, end, end, end]);
    await giveBack(request);
    assert.deepEqual(await live(), []);
  },

  async "the next waits until the one before is active, says for which, and shares the end that was given first"() {
    await sandbox.switches({ provisioning_ms: 40_000 });
    const request = await approved("kit-keep", { duration: "PT1H" });
    const before = await until(request, "activating", "waiting", "waiting", "waiting");
    assert.deepEqual(before.grants.map(({ waits_for }) => waits_for), [null, "Copilot contributor", "Copilot contributor", "Copilot contributor"]);
    await sandbox.clock.advance("PT45S");
    await until(request, "active", "activating", "waiting", "waiting");
    await sandbox.switches(AT_ONCE);
    await sandbox.clock.advance("PT45S");
    const { grants } = await until(request, "active", "active", "active", "active");
    assert.equal(new Set(grants.map(({ ends_at }) => ends_at)).size, 1);
    assert.ok(Date.parse(grants[3].starts_at) - Date.parse(grants[0].starts_at) >= 40_000, "they did not start together");
    await giveBack(request);
  },

  async "S68: one leg of four fails, and the bundle keeps the others: each says the truth of itself"() {
    await thirdIsTaken();
    const request = await approved("kit-keep");
    const { grants } = await until(request, "active", "active", "failed", "active");
    assert.equal(grants[2].why, "already_held");
    await giveBack(request);
    assert.deepEqual((await live()).map(({ target }) => target.id), [ROLES.securityOperator], "what is somebody else's stays");
    await freeThird();
  },

  async "S68: one leg of four fails, and the bundle is all or none: what was given goes back, trying until it is gone, what waited never starts"() {
    await thirdIsTaken();
    const mark = await sandbox.mark();
    const request = await approved("kit-undo");
    await until(request, "ending", "ending", "failed", "failed");
    const marked = await sandbox.mark();
    await sandbox.fault({ method: "POST", path: ROLE_REQUESTS }, { kind: "error", status: 429, code: "TooManyRequests", headers: { "Retry-After": "2" } }, { times: 2 });
    await later("PT6M");
    const { grants } = await until(request, "ended", "ended", "failed", "failed");
    assert.deepEqual(grants.map(({ why }) => why), ["bundle_undone", "bundle_undone", "already_held", "bundle_undone"]);
    assert.match(grants[0].why_says, /all of them or none/);
    const tries = (await sandbox.journal(marked)).filter(({ method, path }) => method === "POST" && path === ROLE_REQUESTS);
    assert.deepEqual(tries.map(({ status }) => status), [429, 429, 201]);
    assert.ok(!(await made(mark)).includes(GROUPS.owners));
    assert.deepEqual((await live()).map(({ target }) => target.id), [ROLES.securityOperator]);
    await sandbox.mailTo("ana.torres@contoso.example", "Ended: Copilot contributor");
    await freeThird();
  },

  async "one that is given back early takes no other along"() {
    const request = await approved("kit-undo");
    const { grants } = await until(request, "active", "active", "active", "active");
    await later("PT6M");
    assert.equal((await ana.post(`/api/v1/grants/${grants[1].id}/release`)).status, 200);
    const after = await until(request, "active", "ended", "active", "active");
    assert.equal(after.grants[1].why, "released");
    await sandbox.clock.advance("PT3M");
    await until(request, "active", "ended", "active", "active");
    await giveBack(request);
  },

  async "called off before it starts, nothing of it starts"() {
    const start = new Date(Date.parse((await sandbox.clock.now()).now) + 30 * 60e3).toISOString().slice(0, 19) + "Z";
    const mark = await sandbox.mark();
    const request = await approved("kit-keep", { start });
    await until(request, "waiting", "waiting", "waiting", "waiting");
    assert.equal((await ana.post(`/api/v1/grants/${(await ana.request(request.id)).grants[0].id}/release`)).status, 200);
    await until(request, "ended", "waiting", "waiting", "waiting");
    assert.deepEqual(await made(mark), [], "the others wait for their start");
    assert.equal((await ana.post(`/api/v1/requests/${request.id}/cancel`)).status, 200);
    await until(request, "ended", "ended", "ended", "ended");
    assert.deepEqual(await made(mark), []);
  },

  async "who may not have all of it is told of no role in it; a bundle is asked for by itself; S11: more than ten roles are refused as a whole"() {
    const body = { duration: "PT1H", justification: "Incident 42: plugin misbehaves" };
    const post = async (person, roles) => person.post("/api/v1/requests", { ...body, roles });
    const stranger = await post(nils, ["kit-keep"]);
    assert.deepEqual([stranger.status, stranger.body.errors], [403, [{ field: "roles[0]", says: 'there is no role "kit-keep" that you may ask for' }]]);
    const both = await post(ana, ["kit-keep", "copilot-owner"]);
    assert.deepEqual([both.status, both.body.errors], [403, [{ field: "roles[0]", says: 'there is no role "kit-keep" that you may ask for together with others' }]]);
    const many = await post(ana, Array.from({ length: 11 }, (_, i) => `role-${i}`));
    assert.deepEqual([many.status, many.body.errors[0].field], [400, "roles"]);
    const long = await post(ana, ["kit-keep"]).then(() => ana.post("/api/v1/requests", { ...body, duration: "PT5H", roles: ["kit-keep"] }));
    assert.deepEqual([long.status, long.body.errors[0].field], [403, "duration"]);
  },
}, { seconds: 90 });
