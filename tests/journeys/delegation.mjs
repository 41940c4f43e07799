// S41, S22: an approver names somebody who decides in their place for a time. Inside that time the delegate is asked and may
// decide, before and after not; nothing goes on to a delegate's delegate or to whoever asks; and a place is spoken for once.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { eventually, POLICY, startCurfew } from "../support/curfew.mjs";
import { AT_ONCE, GROUPS, PERSONS, startSandbox } from "../support/sandbox.mjs";
import { specification } from "../support/spec.mjs";

function policy() {
  const all = JSON.parse(readFileSync(POLICY));
  all.people.lena = { users: [PERSONS.lena] };
  all.people.pair = { users: [PERSONS.lena, PERSONS.marc] };
  const add = (id, role, stage) => {
    all.roles[id] = { name: `The ${id} role`, target: { kind: "directory_role", role } };
    all.rules.push({ name: `By ${id}`, roles: [id], who: ["soc analysts"], require: { mfa: { within: "PT8H" } }, limits: { longest: "PT4H" }, approval: { stages: [{ within: "PT24H", ...stage }] } });
  };
  add("lone", "f2ef992c-3afb-46b9-b7cf-a126ee74c451", { from: ["lena"], need: 1 });
  add("pair", "3a2c62db-5318-420d-8d74-23affee5d9d5", { from: ["pair"], need: 2 });
  add("proven", "b1be1c3e-b65d-4f19-8427-f6fa0d97feb9", { from: ["lena"], need: 1, signed: true });
  return all;
}

const sandbox = await startSandbox({ switches: AT_ONCE });
const curfew = await startCurfew(sandbox, { policy: policy() });
const people = {};
for (const name of ["ana", "ben", "lena", "marc", "priya", "nils"]) people[name] = await curfew.browser(name).signIn();
const { ana, ben, lena, marc, priya, nils } = people;

const now = async () => Date.parse((await sandbox.clock.now()).now);
const at = (ms) => new Date(ms).toISOString().slice(0, 19) + "Z";

async function advance(span) {
  await sandbox.clock.advance(span);
  for (const person of Object.values(people)) await person.signIn();
}

/** `who` names `delegate` from `from` hours ahead until `until` hours ahead. */
async function name(who, delegate, { from = null, until = 2 } = {}) {
  const start = await now();
  return who.post("/api/v1/delegations", { delegate: PERSONS[delegate] ?? delegate, ...(from !== null && { from: at(start + from * 3600e3) }), until: at(start + until * 3600e3), reason: "Away at a course" });
}

async function named(...all) {
  const answer = await name(...all);
  assert.equal(answer.status, 201, answer.text);
  return answer.body;
}

const end = (who, delegation) => who.post(`/api/v1/delegations/${delegation.id}/end`);
const ask = async (role, who = ana) => who.until((await who.ask({ roles: [role] })).id, "pending");
const cancel = (request, who = ana) => who.post(`/api/v1/requests/${request.id}/cancel`);
const mail = (to, subject) => eventually(async () => (await sandbox.mail(`${to}@contoso.example`)).filter((one) => one.subject.startsWith(subject)).pop(), { what: `mail "${subject}" to ${to}` });
const delegatesOf = (request, name) => request.approval[0].approvers.find((one) => one.name === name).delegates.map((one) => one.name);

async function events(query) {
  const { text } = await priya.get(`/api/v1/audit/export?format=jsonl&${query}`);
  return text.trim().split("\n").map((line) => JSON.parse(line));
}

async function release(request, who = ana) {
  await advance("PT6M");
  for (const grant of (await who.request(request.id)).grants) await who.post(`/api/v1/grants/${grant.id}/release`);
  await who.untilGrant(request.id, "ended", "failed");
}

await specification("journeys/delegation", {
  async "S41: inside the dates the delegate is asked, is shown, and decides in the approver's place"() {
    const delegation = await named(lena, "nils");
    assert.deepEqual([delegation.state, delegation.approver.name, delegation.delegate.name, delegation.reason, delegation.ended_at], ["in_force", "Lena Vogt", "Nils Frost", "Away at a course", null]);
    const toDelegate = await mail("nils.frost", "You decide in Lena Vogt's place until");
    assert.match(toDelegate.content, /Away at a course/);
    await mail("lena.vogt", "Nils Frost decides in your place until");
    const [made] = await events("action=delegation.made");
    assert.deepEqual([made.actor.oid, made.subject.oid, made.detail.approver, made.detail.delegate, made.detail.until], [PERSONS.lena, PERSONS.nils, PERSONS.lena, PERSONS.nils, delegation.until]);
    assert.doesNotMatch(JSON.stringify(made), /Away at a course/, "what was typed is kept apart");

    const request = await ask("lone");
    assert.deepEqual(delegatesOf(request, "Lena Vogt"), ["Nils Frost"]);
    const asked = await mail("nils.frost", "Decide: Ana Torres asks for The lone role");
    assert.match(asked.content, /in the place of Lena Vogt/);
    assert.doesNotMatch(asked.content, /the rule/);
    assert.deepEqual((await nils.get("/api/v1/requests?approvable&state=pending")).body.items.map(({ id }) => id), [request.id]);
    const decided = await nils.decide(request.id);
    assert.deepEqual([decided.status, decided.body.state], [200, "approved"], decided.text);
    const [decision] = decided.body.approval[0].decisions;
    assert.deepEqual([decision.by.name, decision.for.name], ["Nils Frost", "Lena Vogt"]);
    const approved = (await events(`request=${request.id}&action=decision.approved`))[0];
    assert.deepEqual([approved.actor.oid, approved.detail.for], [PERSONS.nils, PERSONS.lena]);
    assert.match((await mail("ana.torres", "Approved: The lone role")).content, /Nils Frost for Lena Vogt/);
    await mail("lena.vogt", "Done: Ana Torres");
    const late = await lena.decide(request.id);
    assert.deepEqual([late.status, late.body.detail.replace(/at .*/, "")], [409, "This request was approved by Nils Frost "]);
    await ana.untilGrant(request.id, "active");
    await release(request);
    assert.equal((await end(lena, delegation)).body.state, "over");
  },

  async "S41: before its beginning and after its end the delegate is no approver, and what was asked for before goes to them when it begins"() {
    const delegation = await named(lena, "nils", { from: 1, until: 2 });
    assert.equal(delegation.state, "ahead");
    const request = await ask("lone");
    assert.deepEqual(delegatesOf(request, "Lena Vogt"), []);
    assert.equal((await nils.decide(request.id)).status, 404);
    await advance("PT61M");
    await eventually(async () => delegatesOf(await ana.request(request.id), "Lena Vogt").length === 1, { what: "asking" });
    assert.equal((await nils.get(`/api/v1/requests/${request.id}`)).status, 200);
    await advance("PT60M");
    const late = await nils.decide(request.id);
    assert.deepEqual([late.status, late.body.code], [403, "denied"], "asked once, and none any more");
    assert.equal((await lena.decide(request.id)).body.state, "approved");
    assert.equal((await end(lena, delegation)).status, 409, "it ended by itself");
    await ana.untilGrant(request.id, "active");
    await release(request);
  },

  async "ended early by either of them it is over at once, and both are told"() {
    for (const who of [lena, nils]) {
      const delegation = await named(lena, "nils");
      const request = await ask("lone");
      assert.equal((await end(ben, delegation)).status, 404, "nobody else's");
      const ended = await end(who, delegation);
      assert.deepEqual([ended.status, ended.body.state, ended.body.ended_by], [200, "over", PERSONS[who === lena ? "lena" : "nils"]]);
      assert.equal((await end(lena, delegation)).status, 409);
      const answer = await nils.decide(request.id);
      assert.deepEqual([answer.status, answer.body.code], [403, "denied"]);
      const by = who === lena ? "Lena Vogt" : "Nils Frost";
      await eventually(async () => (await mail("lena.vogt", "Ended: Nils Frost no longer")).content.includes(`ended by ${by}`), { what: "mail" });
      await mail("nils.frost", "Ended: Nils Frost no longer");
      assert.equal((await events("action=delegation.ended")).filter(({ detail }) => detail.delegation === delegation.id).length, 1);
      await cancel(request);
    }
    },

  async "S41: a delegate's delegate is not used"() {
    const first = await named(lena, "nils");
    const second = await named(nils, "ben");
    const request = await ask("lone");
    assert.deepEqual(delegatesOf(request, "Lena Vogt"), ["Nils Frost"]);
    assert.equal((await ben.decide(request.id)).status, 404);
    assert.ok(!(await sandbox.mail("ben.okafor@contoso.example")).some(({ subject }) => subject.startsWith("Decide: Ana Torres asks for The lone role")));
    await cancel(request);
    await end(lena, first);
    await end(nils, second);
  },

  async "S41, S22: a delegation never falls to whoever asks"() {
    const delegation = await named(lena, "ana");
    const request = await ask("lone");
    assert.deepEqual(delegatesOf(request, "Lena Vogt"), []);
    const own = await ana.decide(request.id);
    assert.deepEqual([own.status, own.body.detail], [403, "Nobody decides on their own request."]);
    assert.equal((await ana.decide(request.id, "approve", { for: PERSONS.lena })).status, 403);
    assert.equal((await ana.decide(request.id, "deny", { for: PERSONS.lena.toUpperCase() })).status, 403);
    assert.ok(!(await sandbox.mail("ana.torres@contoso.example")).some(({ subject }) => subject.startsWith("Decide:")));
    assert.equal((await ana.request(request.id)).state, "pending");
    await cancel(request);
    await end(lena, delegation);
  },

  async "nobody counts twice: an approver and who stands in for them are one, and so is who stands in for two"() {
    const one = await named(lena, "nils");
    const two = await named(marc, "nils");
    const request = await ask("pair");
    assert.equal((await nils.decide(request.id)).body.state, "pending");
    const again = await nils.decide(request.id);
    assert.deepEqual([again.status, again.body.detail], [409, "You have decided on this request already."]);
    const [{ for: place }] = (await ana.request(request.id)).approval[0].decisions;
    const [named_, other] = place.name === "Lena Vogt" ? [lena, marc] : [marc, lena];
    const spoken = await named_.decide(request.id);
    assert.deepEqual([spoken.status, spoken.body.detail], [409, "Nils Frost has decided in this place already."]);
    assert.equal((await other.decide(request.id)).body.state, "approved");
    await ana.untilGrant(request.id, "active");
    await release(request);
    await end(lena, one);
    await end(marc, two);
  },

  async "who is an approver as well decides in their own place, or says in whose"() {
    const delegation = await named(lena, "marc");
    const request = await ask("pair");
    const wrong = await marc.decide(request.id, "approve", { for: PERSONS.ben });
    assert.equal(wrong.status, 403, wrong.text);
    const forLena = await marc.decide(request.id, "approve", { for: PERSONS.lena });
    assert.deepEqual([forLena.status, forLena.body.state, forLena.body.approval[0].decisions[0].for.name], [200, "pending", "Lena Vogt"]);
    assert.equal((await marc.decide(request.id)).status, 409, "not in their own as well");
    await cancel(request);
    const next = await ask("pair");
    assert.equal((await marc.decide(next.id)).body.approval[0].decisions[0].for, null);
    await cancel(next);
    await end(lena, delegation);
  },

  async "a delegation is worth what its approver is worth now: who left or is disabled hands nothing on"() {
    const delegation = await named(ben, "nils"); // Ben is one of the leads, by his group alone
    const request = await ask("security-operator");
    assert.deepEqual(delegatesOf(request, "Ben Okafor"), ["Nils Frost"]);
    await sandbox.control("PATCH", `/groups/${GROUPS.leads}`, { members: [PERSONS.lena, PERSONS.marc] });
    assert.equal((await nils.decide(request.id)).status, 403);
    await sandbox.control("PATCH", `/groups/${GROUPS.leads}`, { members: [PERSONS.ben, PERSONS.lena, PERSONS.marc] });
    await sandbox.person(PERSONS.ben, { enabled: false });
    assert.equal((await nils.decide(request.id)).status, 403);
    await sandbox.person(PERSONS.ben, { enabled: true });
    assert.equal((await nils.decide(request.id)).body.state, "approved");
    await ana.untilGrant(request.id, "active");
    await release(request);
    await end(ben, delegation);
  },

  async "a signed decision says in whose place it was made, and access follows from it"() {
    const delegation = await named(lena, "nils");
    const request = await ask("proven");
    const answer = await nils.decide(request.id);
    assert.equal(answer.status, 202, answer.text);
    const landed = await nils.through(answer.body.go);
    assert.match(landed.location, /^\/requests\//);
    const after = await ana.request(request.id);
    assert.deepEqual([after.state, after.approval[0].decisions[0].for?.name], ["approved", "Lena Vogt"]);
    const { detail } = (await events(`request=${request.id}&action=decision.approved`))[0];
    assert.deepEqual([detail.signed.commitment.approver, detail.signed.commitment.for], [PERSONS.nils, PERSONS.lena]);
    await ana.untilGrant(request.id, "active");
    await release(request);
    await end(lena, delegation);
  },

  async "a form that makes no sense is refused, with what would be right; a name is found by Entra"() {
    const says = async (more) => {
      const start = await now();
      const answer = await lena.post("/api/v1/delegations", { delegate: PERSONS.nils, until: at(start + 3600e3), reason: "Away", ...more });
      return [answer.status, answer.body.errors?.[0].field ?? answer.body.code];
    };
    assert.deepEqual(await says({ delegate: PERSONS.lena }), [400, "delegate"]);
    assert.deepEqual(await says({ delegate: "nobody@contoso.example" }), [400, "delegate"]);
    const mark = await sandbox.mark();
    for (const delegate of [".", "..", "Lena Vogt"]) assert.deepEqual(await says({ delegate }), [400, "delegate"], delegate);
    assert.ok(!(await sandbox.journal(mark)).some(({ path }) => path.startsWith("/v1.0/users")), "nobody is looked for");
    assert.deepEqual(await says({ until: undefined }), [400, "until"]);
    assert.deepEqual(await says({ until: at((await now()) + 60e3) }), [400, "until"]);
    assert.deepEqual(await says({ until: at((await now()) + 91 * 86400e3) }), [400, "until"]);
    assert.deepEqual(await says({ from: at((await now()) - 3600e3) }), [400, "from"]);
    assert.deepEqual(await says({ reason: " " }), [400, "reason"]);
    assert.deepEqual(await says({ for: "ever" }), [400, "for"]);
    await sandbox.person(PERSONS.nils, { enabled: false });
    assert.deepEqual(await says({}), [400, "delegate"]);
    await sandbox.person(PERSONS.nils, { enabled: true });
    const delegation = await named(lena, "nils.frost@contoso.example");
    assert.equal(delegation.delegate.id, PERSONS.nils);
    assert.deepEqual(await says({ delegate: PERSONS.marc }), [409, "conflict"], "one at a time");
    const later = await named(lena, "marc", { from: 3, until: 4 });
    assert.deepEqual((await lena.get("/api/v1/delegations?limit=2")).body.items.map(({ id }) => id), [later.id, delegation.id]);
    assert.deepEqual((await marc.get("/api/v1/delegations")).body.items[0].id, later.id);
    assert.ok(!(await ben.get("/api/v1/delegations")).body.items.some(({ id }) => id === later.id), "nobody else's");
    await end(lena, delegation);
    await end(marc, later);
  },
});
