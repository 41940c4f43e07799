// Who decides, and what a decision is worth: N of a set, nobody twice, nobody on their own request, the shortest time binds, one
// of two that decide at once, and what happens when people, roles or time go while a request waits.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { eventually, POLICY, startCurfew } from "../support/curfew.mjs";
import { AT_ONCE, GROUPS, PERSONS, startSandbox } from "../support/sandbox.mjs";
import { specification } from "../support/spec.mjs";

/** The example policy, and roles that differ in who must agree; none of them needs a fresh sign-in. */
function policy() {
  const all = JSON.parse(readFileSync(POLICY));
  const add = (id, role, ...approvals) => {
    all.roles[id] = { name: `The ${id} role`, target: { kind: "directory_role", role } };
    approvals.forEach((stage, i) =>
      all.rules.push({ name: `${id} ${i}`, roles: [id], who: ["soc analysts"], require: { mfa: { within: "PT8H" } }, limits: { longest: "PT4H", start_within: "PT1H" }, approval: { stages: [{ within: "PT1H", ...stage }] } }),
    );
  };
  all.people["two leads"] = { users: [PERSONS.lena, PERSONS.marc] };
  all.people["ana and lena"] = { users: [PERSONS.ana, PERSONS.lena] };
  all.people["everybody"] = { users: [PERSONS.ana.toUpperCase(), PERSONS.lena.toUpperCase()], groups: [GROUPS.analysts, GROUPS.leads] };
  add("two", "f2ef992c-3afb-46b9-b7cf-a126ee74c451", { from: ["soc leads"], need: 2 });
  add("both", "3a2c62db-5318-420d-8d74-23affee5d9d5", { from: ["soc leads"], need: 1 }, { from: ["two leads"], need: 1 });
  add("all", "b1be1c3e-b65d-4f19-8427-f6fa0d97feb9", { from: ["everybody"], need: 1 });
  add("lonely", "194ae4cb-b126-40b2-bd5b-6091b380977d", { from: ["ana and lena"], need: 2 });
  return all;
}

const sandbox = await startSandbox({ switches: AT_ONCE });
const curfew = await startCurfew(sandbox, { policy: policy() });
const people = {};
for (const name of ["ana", "ben", "lena", "marc", "priya", "tom", "nils"]) people[name] = await curfew.browser(name).signIn();
const { ana, ben, lena, marc, priya, tom } = people;

/** Everybody signs in again: the clock was moved. */
async function all() {
  for (const person of Object.values(people)) await person.signIn();
}

const ask = async (role, more) => ana.until((await ana.ask({ roles: [role], ...more })).id, "pending");
const cancel = (request) => ana.post(`/api/v1/requests/${request.id}/cancel`);

/** What the history holds of a request, oldest first. */
async function events(request) {
  const { text } = await priya.get(`/api/v1/audit/export?format=jsonl&request=${request.id}`);
  return text.trim().split("\n").map((line) => JSON.parse(line));
}

/** It was settled exactly once, and what came of it fits. */
async function settledOnce(request) {
  const codes = (await events(request)).map(({ code }) => code);
  const settled = codes.filter((code) => /^request\.(approved|denied|cancelled|lapsed|refused)$/.test(code));
  assert.equal(settled.length, 1, codes.join(" "));
  return settled[0];
}

async function release(request) {
  await ana.untilGrant(request.id, "active", "failed"); // PIM removes nothing that is younger than five minutes
  await sandbox.clock.advance("PT6M");
  await all();
  for (const grant of (await ana.request(request.id)).grants) await ana.post(`/api/v1/grants/${grant.id}/release`);
  await ana.untilGrant(request.id, "ended", "failed");
}

await specification("journeys/approvals", {
  async "S27: two of three: one is not enough, the same one again does not count, the second settles it"() {
    const request = await ask("two");
    assert.equal(request.approval[0].need, 2);
    const first = await lena.decide(request.id);
    assert.deepEqual([first.status, first.body.state, first.body.grants.length], [200, "pending", 0]);
    const again = await lena.decide(request.id);
    assert.deepEqual([again.status, again.body.code, again.body.detail], [409, "conflict", "You have decided on this request already."]);
    const changed = await lena.decide(request.id, "deny");
    assert.equal(changed.status, 409);
    const second = await marc.decide(request.id);
    assert.deepEqual([second.status, second.body.state, second.body.grants.length], [200, "approved", 1]);
    assert.equal(await settledOnce(request), "request.approved");
    await ana.untilGrant(request.id, "active");
    await release(request);
  },

  async "S26: both deciders at the very same time: approved once, one grant"() {
    const request = await ask("two");
    const answers = await Promise.all([lena.decide(request.id), marc.decide(request.id), ben.decide(request.id)]);
    assert.equal(answers.filter(({ status }) => status === 200).length, 2);
    assert.deepEqual(answers.filter(({ status }) => status !== 200).map(({ status }) => status), [409]);
    assert.equal(await settledOnce(request), "request.approved");
    const grant = await ana.untilGrant(request.id, "active");
    assert.equal((await ana.request(request.id)).grants.length, 1);
    assert.ok(grant.ends_at);
    await release(request);
  },

  async "a denial settles it at once, whoever agreed before"() {
    const request = await ask("two");
    await lena.decide(request.id);
    const denied = await marc.decide(request.id, "deny", { reason: "Not in this shift" });
    assert.deepEqual([denied.status, denied.body.state, denied.body.grants], [200, "denied", []]);
    const late = await ben.decide(request.id);
    assert.deepEqual([late.status, late.body.code], [409, "conflict"]);
    assert.match(late.body.detail, /^This request was denied by Marc Dubois at /);
    assert.equal(await settledOnce(request), "request.denied");
    await eventually(async () => (await sandbox.mail("ana.torres@contoso.example")).some(({ subject, content }) => subject === "Denied: The two role" && content.includes("&quot;Not in this shift&quot;")), { what: "mail" });
  },

  async "S30: nobody counts twice: two rules that one person could meet need two persons"() {
    const request = await ask("both");
    assert.equal((await lena.decide(request.id)).body.state, "pending");
    const second = await ben.decide(request.id);
    assert.deepEqual([second.status, second.body.state], [200, "approved"]);
    await ana.untilGrant(request.id, "active");
    await release(request);
  },

  async "S31: people who fit only one of two rules do not meet the other"() {
    await sandbox.control("PATCH", `/groups/${GROUPS.leads}`, { members: [PERSONS.ben, PERSONS.lena, PERSONS.marc, PERSONS.nils] });
    await sandbox.clock.advance("PT2M");
    await all();
    const request = await ask("both");
    assert.equal((await people.nils.decide(request.id)).body?.state, "pending");
    assert.equal((await ben.decide(request.id)).body?.state, "pending", "neither of them is one of the two leads");
    assert.equal((await marc.decide(request.id)).body.state, "approved");
    await sandbox.control("PATCH", `/groups/${GROUPS.leads}`, { members: [PERSONS.ben, PERSONS.lena, PERSONS.marc] });
    await ana.untilGrant(request.id, "active");
    await release(request);
  },

  async "a request that too few people could ever approve is refused, and says so"() {
    const request = await ana.until((await ana.ask({ roles: ["lonely"] })).id, "refused");
    assert.equal(request.why, "approvers_none");
    assert.ok(request.why_says);
  },

  async "S22: the requester is no approver: named directly, in capital letters, or through a group"() {
    const request = await ask("all");
    const names = request.approval[0].approvers.map(({ name }) => name);
    assert.ok(names.includes("Lena Vogt") && names.includes("Ben Okafor"), names.join());
    assert.ok(!names.includes("Ana Torres"), names.join());
    assert.equal(new Set(names).size, names.length, "nobody is listed twice");
    const own = await ana.decide(request.id);
    assert.deepEqual([own.status, own.body.code, own.body.detail], [403, "denied", "Nobody decides on their own request."]);
    assert.equal((await ana.decide(request.id, "deny")).status, 403);
    assert.ok(!(await sandbox.mail("ana.torres@contoso.example")).some(({ subject }) => subject.startsWith("Decide")));
    await cancel(request);
  },

  async "an auditor and an administrator who are no approvers change nothing"() {
    const request = await ask("two");
    for (const person of [priya, tom]) {
      assert.equal((await person.get(`/api/v1/requests/${request.id}`)).status, 200);
      for (const decision of ["approve", "deny"]) {
        const answer = await person.decide(request.id, decision);
        assert.deepEqual([answer.status, answer.body.code], [403, "denied"]);
      }
      assert.equal((await person.post(`/api/v1/requests/${request.id}/cancel`)).status, 403);
    }
    assert.equal((await ana.request(request.id)).state, "pending");
    await cancel(request);
  },

  async "S36: the shorter time binds, whoever names it; nobody makes it longer"() {
    const request = await ask("two", { duration: "PT2H" });
    const longer = await lena.decide(request.id, "approve", { duration: "PT3H" });
    assert.deepEqual([longer.status, longer.body.code], [403, "refused_by_policy"]);
    const denial = await lena.decide(request.id, "deny", { duration: "PT1H" });
    assert.deepEqual([denial.status, denial.body.errors[0].field], [400, "duration"]);
    const tiny = await lena.decide(request.id, "approve", { duration: "PT4M" });
    assert.equal(tiny.status, 400);
    assert.equal((await lena.decide(request.id, "approve", { duration: "PT30M" })).body.duration, "PT30M");
    assert.equal((await marc.decide(request.id, "approve", { duration: "PT1H" })).status, 403);
    assert.equal((await marc.decide(request.id)).body.state, "approved");
    const grant = await ana.untilGrant(request.id, "active");
    const span = Date.parse(grant.ends_at) - Date.parse(grant.starts_at);
    assert.ok(span > 28 * 60e3 && span <= 30 * 60e3 + 2000, grant.ends_at);
    const write = (await sandbox.journal()).filter(({ effect }) => effect?.assign).pop();
    assert.equal(Date.parse(write.body.scheduleInfo.expiration.endDateTime), Date.parse(grant.ends_at));
    await release(request);
  },

  async "approve against cancel, at the same time: whoever wins, what was cancelled is never given"() {
    for (let i = 0; i < 6; i++) {
      const start = new Date(Date.parse((await sandbox.clock.now()).now) + 30 * 60e3).toISOString().slice(0, 19) + "Z";
      const request = await ask("all", { start });
      const both = [() => lena.decide(request.id), () => cancel(request)];
      const answers = await Promise.all((i % 2 ? both : both.reverse()).map((go) => go()));
      const [decided, cancelled] = i % 2 ? answers : answers.reverse();
      assert.equal(cancelled.status, 200, cancelled.text);
      assert.ok([200, 409].includes(decided.status), decided.text);
      const after = await ana.request(request.id);
      assert.equal(await settledOnce(request), decided.status === 200 ? "request.approved" : "request.cancelled");
      assert.deepEqual(after.grants.map(({ state, why }) => [state, why]), decided.status === 200 ? [["ended", "cancelled"]] : []);
    }
  },

  async "approve against the end of its time: it is approved or lapsed, never both"() {
    for (let i = 0; i < 4; i++) {
      const request = await ask("all");
      const left = Math.floor((Date.parse(request.lapses_at) - Date.parse((await sandbox.clock.now()).now)) / 1000);
      await sandbox.clock.advance(`PT${left - 60}S`);
      await all();
      const [decided] = await Promise.all([lena.decide(request.id), sandbox.clock.advance("PT61S")]);
      const settled = await eventually(() => settledOnce(request), { what: "an end" });
      assert.equal(settled, decided.status === 200 ? "request.approved" : "request.lapsed", decided.text);
      await all();
      const { grants } = await ana.request(request.id);
      assert.equal(grants.length, decided.status === 200 ? 1 : 0);
      if (grants.length) await release(request);
    }
  },

  async "an approver who is no longer one cannot decide, one who became one can"() {
    const request = await ask("two");
    await sandbox.control("PATCH", `/groups/${GROUPS.leads}`, { members: [PERSONS.ben, PERSONS.marc, PERSONS.nils] });
    try {
      const gone = await lena.decide(request.id);
      assert.deepEqual([gone.status, gone.body.code], [403, "denied"]);
      await sandbox.person(PERSONS.marc, { enabled: false });
      const disabled = await marc.decide(request.id);
      assert.deepEqual([disabled.status, disabled.body.code], [403, "denied"]);
      const joined = await people.nils.decide(request.id);
      assert.deepEqual([joined.status, joined.body?.state], [200, "pending"], joined.text);
    } finally {
      await sandbox.person(PERSONS.marc, { enabled: true });
      await sandbox.control("PATCH", `/groups/${GROUPS.leads}`, { members: [PERSONS.ben, PERSONS.lena, PERSONS.marc] });
      await cancel(request);
    }
  },

  async "a requester whose account is gone or disabled is not waited for"() {
    const request = await ask("two");
    await sandbox.person(PERSONS.ana, { enabled: false });
    try {
      await sandbox.clock.advance("PT5M1S");
      await all().catch(() => {}); // Ana cannot
      await lena.signIn();
      const after = await lena.until(request.id, "refused");
      assert.equal(after.why, "account_disabled");
      assert.equal(await settledOnce(request), "request.refused");
      await eventually(async () => (await sandbox.mail("lena.vogt@contoso.example")).some(({ subject }) => subject === "Done: Ana Torres's request for The two role is refused"), { what: "mail to the approvers" });
    } finally {
      await sandbox.person(PERSONS.ana, { enabled: true });
      await sandbox.clock.advance("PT2M");
      await all();
    }
  },

  async "a role that leaves the catalogue takes its requests along"() {
    const request = await ask("two");
    const less = policy();
    delete less.roles.two;
    less.rules = less.rules.filter(({ roles }) => !roles.includes("two"));
    await curfew.stop();
    writeFileSync(join(curfew.folder, "policies", "policy.json"), JSON.stringify(less));
    await curfew.start();
    await sandbox.clock.advance("PT5M1S");
    await all();
    assert.equal((await ana.until(request.id, "refused")).why, "role_gone");
    assert.ok((await priya.get("/api/v1/audit?action=policy.loaded")).body.items.length >= 2);
  },

  async "Entra silent at a decision: nothing is decided, and the approver is told"() {
    const request = await ask("both");
    await sandbox.fault({ path: "/v1.0/" }, { kind: "error", status: 503, code: "serviceNotAvailable" }, { times: 100000 });
    const answer = await lena.decide(request.id);
    assert.deepEqual([answer.status, answer.body.code], [503, "unavailable"]);
    assert.match(answer.body.detail, /^Entra does not say at the moment whether you may decide\. Nothing was changed/);
    await sandbox.clearFaults();
    assert.equal((await ana.request(request.id)).approval[0].decisions.length, 0);
    await sandbox.clock.advance("PT2M");
    await all();
    await cancel(request);
  },
}, { seconds: 120 });
