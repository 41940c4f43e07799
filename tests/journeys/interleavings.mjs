// A thousand interleavings of approving, denying, taking back, lapsing, a change of approvers and a new policy on one request each:
// every one of them comes out in exactly one way, which its events explain, and who was told that they decided is in them.
// INTERLEAVINGS=n takes so many, INTERLEAVINGS_SEED=n other ones.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { eventually, POLICY, startCurfew } from "../support/curfew.mjs";
import { AT_ONCE, GROUPS, PERSONS, startSandbox } from "../support/sandbox.mjs";
import { specification } from "../support/spec.mjs";
import { chance } from "../support/sweep.mjs";

const NEED = 2;
const ROLES = ["f2ef992c-3afb-46b9-b7cf-a126ee74c451", "3a2c62db-5318-420d-8d74-23affee5d9d5", "b1be1c3e-b65d-4f19-8427-f6fa0d97feb9", "194ae4cb-b126-40b2-bd5b-6091b380977d"];
const LEADS = ["ben", "lena", "marc"];
/** A sanitizer makes each take ten times as long. */
const sanitized = readFileSync(process.env.CURFEW).includes("__asan_init");
const COUNT = Number(process.env.INTERLEAVINGS ?? (sanitized ? 100 : 1000));
const random = chance(Number(process.env.INTERLEAVINGS_SEED ?? 1));
const below = (count) => Math.floor(random() * count);
const one = (list) => list[below(list.length)];
const often = (percent) => random() * 100 < percent;

/** Each role by two of the leads; `change` makes other versions. */
function policy(change = () => {}) {
  const all = JSON.parse(readFileSync(POLICY));
  ROLES.forEach((role, i) => {
    all.roles[`role-${i}`] = { name: `Role ${i}`, target: { kind: "directory_role", role } };
    all.rules.push({ name: `Rule ${i}`, roles: [`role-${i}`], who: ["who asks"], limits: { longest: "PT4H" }, approval: { stages: [{ from: ["soc leads"], need: NEED, within: "PT20M" }] } });
  });
  all.people["who asks"] = { users: [PERSONS.ana, PERSONS.tom] };
  change(all);
  return all;
}

const VERSIONS = {
  same: () => policy(),
  "three must agree": () => policy((all) => all.rules.forEach(({ approval }) => approval && (approval.stages[0].need = 3))),
  "nobody needs to agree": () => policy((all) => all.rules.forEach((rule) => delete rule.approval)),
  "a role is gone": () => policy((all) => (delete all.roles["role-3"], (all.rules = all.rules.filter(({ name }) => name !== "Rule 3")))),
  broken: () => ({ rules: "none" }),
};

const sandbox = await startSandbox({ switches: AT_ONCE });
const curfew = await startCurfew(sandbox, { policy: policy(), settings: { limits: { session_idle: "PT24H", session_longest: "PT24H" } } });
const people = {};
for (const name of ["ana", "tom", "ben", "lena", "marc", "nils", "priya"]) people[name] = await curfew.browser(name).signIn();
const { ana, tom, lena, priya } = people;
const nameOf = (oid) => Object.keys(PERSONS).find((name) => PERSONS[name] === oid) ?? oid;

const now = async () => Date.parse((await sandbox.clock.now()).now);
const at = (ms) => `${new Date(ms).toISOString().slice(0, 19)}Z`;
const pause = (most) => sleep(random() * most);

/** Sessions last a day; an auditor's sign-in counts for an hour. */
let signedInAt = await now();
async function signIn() {
  await priya.signIn();
  if ((await now()) - signedInAt < 20 * 3600e3) return;
  for (const person of Object.values(people)) await person.signIn();
  signedInAt = await now();
}

async function reload(version) {
  const says = version === "broken" ? "policy.refused" : "policy.loaded";
  const told = () => curfew.log.filter(({ event }) => /^policy\./.test(event)).length;
  const before = told();
  writeFileSync(join(curfew.folder, "policies", "policy.json"), JSON.stringify(VERSIONS[version]()));
  curfew.child.kill("SIGHUP");
  if (version !== "same") await eventually(() => told() > before, { what: says, every: 10 });
}

const lead = (...names) => sandbox.control("PATCH", `/groups/${GROUPS.leads}`, { members: names.map((name) => PERSONS[name]) });

/** What may happen to one request; answers who did what, and what they were told. */
function act(request, owner) {
  const what = one(["approve", "approve", "approve", "approve", "approve", "in place", "in place", "deny", "cancel"]);
  const by = what === "cancel" ? owner : what === "in place" ? "nils" : one(LEADS);
  const path = `/api/v1/requests/${request}`;
  const decision = what === "deny" ? "deny" : "approve";
  return async () => {
    const { status, text } = what === "cancel" ? await people[by].post(`${path}/cancel`) : await people[by].post(`${path}/decision`, { decision, reason: "Known incident" });
    return { what: what === "cancel" ? "cancel" : decision, by, status, text };
  };
}

/** A few of them, one after the other or at the same time. */
async function play(request, owner) {
  const acts = Array.from({ length: 2 + below(5) }, () => act(request, owner));
  const told = [];
  const together = often(50);
  const runs = acts.map((go) => async () => {
    await pause(40);
    told.push(await go());
  });
  if (together) await Promise.all(runs.map((run) => run()));
  else for (const run of runs) await run();
  return told;
}

/** What happens to everybody's requests meanwhile; says what it was. */
async function meanwhile() {
  const kinds = { version: null, left: null, lapsed: false };
  await pause(60);
  if (often(35)) {
    kinds.left = one(LEADS);
    await lead(...LEADS.filter((name) => name !== kinds.left));
  }
  if (often(35)) await reload((kinds.version = one(Object.keys(VERSIONS))));
  if (often(25)) await sandbox.clock.advance("PT6M"); // whatever waits is looked at anew
  await pause(60);
  if (often(40)) {
    kinds.lapsed = true;
    await sandbox.clock.advance("PT21M");
  }
  return kinds;
}

const OVER = /^request\.(approved|denied|cancelled|lapsed|refused)$/;

/** Holds what came out against what was recorded, and what was recorded against what people were told. */
function hold({ request, events, told, kinds, owner, role }) {
  const codes = events.map(({ code }) => code);
  const says = JSON.stringify({ kinds, told: told.map(({ what, by, status }) => `${by} ${what} ${status}`), codes }, null, 1);
  const ends = events.filter(({ code }) => OVER.test(code));
  assert.equal(ends.length, 1, `one outcome: ${says}`);
  const [end] = ends;
  assert.equal(`request.${request.state}`, end.code, says);
  const decisions = events.filter(({ code }) => /^decision\./.test(code));
  assert.ok(decisions.every(({ seq }) => seq < end.seq), `nothing is decided afterwards: ${says}`);
  const last = decisions.at(-1);
  const standing = new Map(); // who approved, in whose place, as far as it counts
  for (const { code, actor, detail } of events) {
    if (code === "approval.void") assert.ok(standing.delete(detail.by), says);
    if (code !== "decision.approved") continue;
    const place = detail.for ?? actor.oid;
    assert.ok(!standing.has(actor.oid) && ![...standing.values()].includes(place), `each place speaks once: ${says}`);
    standing.set(actor.oid, place);
  }
  assert.ok(!decisions.some(({ actor }) => actor.oid === PERSONS[owner]), says);
  const denied = decisions.filter(({ code }) => code === "decision.denied");
  const explained = {
    approved: () => standing.size >= NEED && !denied.length && last.actor.oid === end.actor.oid,
    denied: () => denied.length === 1 && last === denied[0] && last.actor.oid === end.actor.oid,
    cancelled: () => end.actor.oid === PERSONS[owner] && !denied.length,
    lapsed: () => end.actor.kind === "curfew" && !denied.length && Date.parse(end.at) >= Date.parse(request.lapses_at),
    refused: () => end.actor.kind === "curfew" && kinds.version === "a role is gone" && role === "role-3" && end.detail.why === "role_gone",
  }[request.state];
  assert.ok(explained?.(), `its events explain it: ${says}`);
  if (request.state !== "approved") assert.ok(standing.size < NEED, `enough agreed: ${says}`);
  assert.equal(request.grants.length, request.state === "approved" ? 1 : 0, says);
  for (const { what, by, status, text } of told) {
    // A clock that moves on by minutes in the middle of a call is a directory that did not answer in time.
    assert.ok([200, 403, 404, 409].includes(status) || (status === 503 && /Nothing was changed/.test(text)), `${by} ${what}: ${text}`);
    answers[status] = (answers[status] ?? 0) + 1;
    const recorded = what === "cancel" ? end.code === "request.cancelled" : decisions.some(({ code, actor }) => actor.oid === PERSONS[by] && code === (what === "deny" ? "decision.denied" : "decision.approved"));
    if (status === 200 && !(what === "cancel" && request.state === "approved")) assert.ok(recorded, `${by} was told that it was done: ${what}: ${says}`);
  }
  for (const { code, actor } of decisions) {
    const what = code === "decision.denied" ? "deny" : "approve";
    assert.ok(told.some((done) => done.status === 200 && done.what === what && PERSONS[done.by] === actor.oid), `${nameOf(actor.oid)} was told of ${code}: ${says}`);
  }
}

/** One round: several requests at once, each with what happens to it, and what happens to all. */
async function round(count) {
  const start = at((await now()) + 6 * 3600e3);
  const owners = [ana, tom].flatMap((person) => ROLES.map((_, i) => [person, `role-${i}`])).slice(0, count);
  const asked = await Promise.all(owners.map(async ([person, role]) => ({ person, role, id: (await person.ask({ roles: [role], start })).id })));
  for (const { person, id } of asked) await person.until(id, "pending", { every: 5 });
  const [kinds, ...told] = await Promise.all([meanwhile(), ...asked.map(({ id, person }) => play(id, person.person))]);
  await lead(...LEADS);
  await sandbox.clock.advance("PT21M");
  await signIn();
  const settled = async ({ person, role, id }, i) => {
    const request = await person.until(id, "approved", "denied", "cancelled", "lapsed", "refused", { every: 5 });
    const { text } = await priya.get(`/api/v1/audit/export?format=jsonl&request=${id}`);
    const events = text.trim().split("\n").map((line) => JSON.parse(line));
    hold({ request, events, told: told[i], kinds, owner: person.person, role });
    outcomes[request.state] = (outcomes[request.state] ?? 0) + 1;
    if (request.state === "approved") await person.post(`/api/v1/requests/${id}/cancel`);
  };
  await Promise.all(asked.map(settled));
  if (kinds.version && kinds.version !== "same") await reload("same").then(() => sleep(50));
  return asked.length;
}

const outcomes = {};
const answers = {};

await specification("journeys/interleavings", {
  async [`${COUNT} interleavings on one request each come out in one way, which their events explain`]() {
    const delegation = await lena.post("/api/v1/delegations", { delegate: PERSONS.nils, until: at((await now()) + 80 * 86400e3), reason: "Away at a course" });
    assert.equal(delegation.status, 201, delegation.text);
    for (let done = 0; done < COUNT; ) done += await round(Math.min(8, COUNT - done));
    console.error(`outcomes: ${JSON.stringify(outcomes)}; answers: ${JSON.stringify(answers)}`);
    assert.ok((answers[503] ?? 0) < COUNT / 20, JSON.stringify(answers));
    for (const state of ["approved", "denied", "cancelled", "lapsed"]) assert.ok(outcomes[state] > COUNT / 50, `${state} came about: ${JSON.stringify(outcomes)}`);
  },
}, { seconds: 900 });
