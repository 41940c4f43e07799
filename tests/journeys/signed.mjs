// Signed decisions: where policy asks for it, deciding takes a sign-in whose nonce says exactly what is decided, so that Entra's
// token is the approver's signature. What is refused at once, what the sign-in must bring, what counts in the end.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { codeOf } from "../audit/verify.mjs";
import { POLICY, startCurfew } from "../support/curfew.mjs";
import { AT_ONCE, GROUPS, PERSONS, startSandbox, TENANT } from "../support/sandbox.mjs";
import { specification } from "../support/spec.mjs";

function policy() {
  const all = JSON.parse(readFileSync(POLICY));
  const add = (id, role, need, approval) => {
    all.roles[id] = { name: `The ${id} role`, target: { kind: "directory_role", role } };
    all.rules.push({ name: id, roles: [id], who: ["soc analysts"], require: { mfa: { within: "PT8H" } }, limits: { longest: "PT4H", start_within: "PT1H" }, approval: { stages: [{ from: ["soc leads"], need, within: "PT1H", ...approval.stage }], ...approval.all } });
  };
  all.rules[0].approval.signed = true; // copilot-owner, whose rule asks for context c1
  add("one", "f2ef992c-3afb-46b9-b7cf-a126ee74c451", 1, { stage: { signed: true } });
  add("two", "3a2c62db-5318-420d-8d74-23affee5d9d5", 2, { all: { signed: true } });
  add("plain", "b1be1c3e-b65d-4f19-8427-f6fa0d97feb9", 2, {});
  return all;
}

const sandbox = await startSandbox({ switches: AT_ONCE });
const curfew = await startCurfew(sandbox, { policy: policy() });
const people = {};
for (const name of ["ana", "ben", "lena", "marc", "priya"]) people[name] = await curfew.browser(name).signIn();
const { ana, ben, lena, marc, priya } = people;

const ask = async (role, more) => ana.until((await ana.ask({ roles: [role], ...more })).id, "pending");

/** Decides, through the sign-in; answers where the callback led to. */
async function sign(person, request, decision, more, evidence) {
  const answer = await person.decide(request.id, decision, more);
  assert.equal(answer.status, 202, answer.text);
  return person.through(answer.body.go, evidence);
}

async function events(request) {
  const { text } = await priya.get(`/api/v1/audit/export?format=jsonl&request=${request.id}`);
  return text.trim().split("\n").map((line) => JSON.parse(line));
}

async function release(request) {
  await sandbox.clock.advance("PT6M");
  for (const person of Object.values(people)) await person.signIn();
  for (const grant of (await ana.request(request.id)).grants) await ana.post(`/api/v1/grants/${grant.id}/release`);
  await ana.untilGrant(request.id, "ended", "failed");
}

async function bundle() {
  const answer = await priya.get("/api/v1/audit/export?format=bundle");
  assert.equal(answer.status, 200, answer.text);
  return answer.bytes;
}

function save(bytes) {
  const file = join(curfew.folder, "bundle.tar");
  writeFileSync(file, bytes);
  return file;
}

/** The tokens and key sets of a bundle: where their contents stand in it. */
function proofsOf(tar) {
  const files = [];
  for (let at = 0; tar[at]; ) {
    const name = tar.toString("latin1", at, at + 100).replace(/\0.*/s, "");
    const length = parseInt(tar.toString("latin1", at + 124, at + 135), 8);
    if (/^(approvals|jwks)\//.test(name)) files.push({ name, at: at + 512, length });
    at += 512 + length + (-length & 511);
  }
  return files;
}

const cancel = (request) => ana.post(`/api/v1/requests/${request.id}/cancel`);

/** The canonical JSON of design 8, by other means than the product's. */
function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical)}]`;
  if (value && typeof value === "object") return `{${Object.keys(value).sort().map((name) => `${JSON.stringify(name)}:${canonical(value[name])}`)}}`;
  return JSON.stringify(value);
}

const nonceOf = (commitment) => createHash("sha256").update(`curfew-decision-v1\n${canonical(commitment)}`).digest("base64url");

await specification("journeys/signed", {
  async "a decision is committed to, signed by a fresh sign-in, and made; what was signed is in the history, and the nonce says it"() {
    const request = await ask("copilot-owner", { duration: "PT2H" });
    assert.equal(request.approval[0].signed, true);
    const mark = await sandbox.mark();
    const answer = await lena.decide(request.id, "approve", { duration: "PT1H" });
    assert.equal(answer.status, 202);
    assert.deepEqual((await lena.request(request.id)).approval[0].decisions, [], "nothing is decided by asking");
    const landed = await lena.through(answer.body.go);
    assert.equal(landed.location, `/requests/${request.id}`);
    const approved = await lena.request(request.id);
    assert.deepEqual([approved.state, approved.duration], ["approved", "PT1H"]);
    const authorize = (await sandbox.journal(mark)).find(({ path }) => path.endsWith("/authorize"));
    assert.equal(authorize.query.prompt, "login");
    assert.deepEqual(JSON.parse(authorize.query.claims).id_token.acrs, { essential: true, value: "c1" });
    const decided = (await events(request)).find(({ code }) => code === "decision.approved");
    const { commitment } = decided.detail.signed;
    assert.equal(authorize.query.nonce, nonceOf(commitment));
    assert.deepEqual(
      [commitment.v, commitment.tid, commitment.request, commitment.requester, commitment.approver, commitment.decision, commitment.duration, commitment.policy, commitment.reason],
      [1, TENANT, request.id, PERSONS.ana, PERSONS.lena, "approve", 3600, request.policy_version, decided.detail.reason],
    );
    assert.deepEqual(commitment.roles, [{ role: "copilot-owner", target: createHash("sha256").update((await events(request))[0].detail.roles[0].target).digest("base64") }]);
    const started = Date.parse(approved.grants[0].start_by) / 1000;
    assert.ok(commitment.start_by >= started, "the grant starts within what was agreed to");
    await ana.untilGrant(request.id, "active");
    await release(request);
  },

  async "a denial is signed too"() {
    const request = await ask("one");
    const landed = await sign(marc, request, "deny", { reason: "Not in this shift" });
    assert.equal(landed.location, `/requests/${request.id}`);
    const denied = await ana.request(request.id);
    assert.deepEqual([denied.state, denied.approval[0].decisions[0].reason], ["denied", "Not in this shift"]);
    assert.equal((await events(request)).find(({ code }) => code === "decision.denied").detail.signed.commitment.decision, "deny");
  },

  async "where policy does not ask for it nothing is signed, and the least of all times counts"() {
    const request = await ask("plain", { duration: "PT4H" });
    assert.equal(request.approval[0].signed, false);
    assert.equal((await lena.decide(request.id, "approve", { duration: "PT1H" })).status, 200);
    const second = await marc.decide(request.id, "approve", { duration: "PT2H" });
    assert.equal(second.status, 403, "longer than what is left");
    const third = await ben.decide(request.id);
    assert.deepEqual([third.body.state, third.body.duration], ["approved", "PT1H"]);
    assert.equal((await events(request)).find(({ code }) => code === "decision.approved").detail.signed, undefined);
    await ana.untilGrant(request.id, "active");
    await release(request);
  },

  async "two sign at the same time, each for a time of their own: the least counts"() {
    const request = await ask("two", { duration: "PT4H" });
    const long = await lena.decide(request.id, "approve", { duration: "PT3H" });
    const short = await marc.decide(request.id, "approve", { duration: "PT1H" });
    assert.equal((await marc.through(short.body.go)).location, `/requests/${request.id}`);
    assert.equal((await ana.request(request.id)).state, "pending");
    assert.equal((await lena.through(long.body.go)).location, `/requests/${request.id}`);
    const approved = await ana.request(request.id);
    assert.deepEqual([approved.state, approved.duration], ["approved", "PT1H"]);
    const grant = await ana.untilGrant(request.id, "active");
    assert.equal(Date.parse(grant.ends_at) - Date.parse(grant.starts_at) <= 3600_000 + 5000, true);
    await release(request);
  },

  async "what can be refused is refused before anybody signs in for it"() {
    const request = await ask("one");
    assert.equal((await ana.decide(request.id)).status, 403);
    assert.equal((await lena.decide(request.id, "approve", { duration: "PT4H" })).status, 403);
    assert.equal((await lena.decide(request.id, "approve", { reason: "" })).status, 400);
    assert.equal((await lena.decide(request.id, "deny", { duration: "PT1H" })).status, 400);
    const two = await ask("two");
    await sign(lena, two);
    const again = await lena.decide(two.id);
    assert.deepEqual([again.status, again.body.detail], [409, "You have decided on this request already."]);
    await cancel(two);
    await cancel(request);
    assert.equal((await lena.decide(request.id)).status, 409);
  },

  async "the sign-in completes it once, for who committed to it, and only while the request waits"() {
    const request = await ask("one");
    const first = await lena.decide(request.id);
    assert.equal((await lena.through(first.body.go, { person: "marc" })).location, "/?problem=somebody_else");
    assert.deepEqual((await priya.request(request.id)).approval[0].decisions, []);
    await lena.signIn();
    await sign(marc, request, "deny");
    const late = await lena.through(first.body.go);
    assert.equal(late.location, `/requests/${request.id}?problem=conflict`);
    assert.equal((await lena.get(first.body.go)).location, "/?problem=purpose_over");
    const denied = await lena.request(request.id);
    assert.deepEqual([denied.state, denied.approval[0].decisions.length], ["denied", 1]);
  },

  async "who is no approver any more when they come back decides nothing"() {
    const request = await ask("one");
    const { body } = await lena.decide(request.id);
    const { members } = (await sandbox.control("GET", "/groups")).items.find(({ id }) => id === GROUPS.leads);
    await sandbox.control("PATCH", `/groups/${GROUPS.leads}`, { members: members.filter((id) => id !== PERSONS.lena) });
    const landed = await lena.through(body.go);
    await sandbox.control("PATCH", `/groups/${GROUPS.leads}`, { members });
    assert.equal(landed.location, `/requests/${request.id}?problem=denied`);
    assert.deepEqual((await ana.request(request.id)).approval[0].decisions, []);
    await cancel(request);
  },

  async "a sign-in that lacks what the policy demands goes back twice at most, and then says what is missing"() {
    const request = await ask("one");
    const { body } = await lena.decide(request.id);
    let go = body.go;
    for (let round = 0; round < 2; round++) {
      const landed = await lena.through(go, { mfa: "none" });
      assert.match(landed.location, /^\/auth\/sign-in\?purpose=/, `round ${round}`);
      assert.notEqual(landed.location, go);
      go = landed.location;
    }
    const last = await lena.through(go, { mfa: "none" });
    assert.equal(last.location, `/requests/${request.id}?problem=mfa_missing`);
    const refused = (await events(request)).find(({ code }) => code === "signing.refused");
    assert.deepEqual([refused.actor.oid, refused.detail.why], [PERSONS.lena, "mfa_missing"]);
    assert.deepEqual((await ana.request(request.id)).approval[0].decisions, []);
    // The second of the rounds may bring it.
    await lena.signIn();
    const again = await lena.decide(request.id, "deny");
    const back = await lena.through(again.body.go, { mfa: "none" });
    assert.equal((await lena.through(back.location)).location, `/requests/${request.id}`);
    assert.equal((await ana.request(request.id)).state, "denied");
  },

  async "keys that Entra withdrew before the start prove nothing any more: nothing is sent, the grant fails and says why, with an alarm"() {
    const start = new Date((await sandbox.clock.now()).now ?? Date.now());
    const request = await ask("one", { start: new Date(start.getTime() + 1800_000).toISOString().replace(/\.\d+Z/, "Z") });
    await sign(lena, request);
    assert.equal((await ana.request(request.id)).state, "approved");
    const { signing } = await sandbox.control("GET", "/keys");
    await sandbox.control("POST", "/keys", { rotate: true, publish: true });
    await sandbox.control("POST", "/keys", { withdraw: signing });
    const mark = await sandbox.mark();
    await sandbox.clock.advance("PT31M");
    await ana.signIn();
    const grant = await ana.untilGrant(request.id, "failed");
    assert.equal(grant.why, "approval_unproven");
    const writes = (await sandbox.journal(mark)).filter(({ method, path }) => method === "POST" && /ScheduleRequests/.test(path));
    assert.deepEqual(writes, []);
    for (const person of Object.values(people)) await person.signIn();
    const found = await events(request);
    assert.deepEqual(found.filter(({ code }) => code === "alarm.raised").map(({ detail }) => detail.alarm), ["order_refused"]);
    assert.ok(curfew.log.some(({ event, why }) => event === "order.refused" && /no such key/.test(why)));
  },

  async "the proofs are in the bundle, one for each signed decision, and two verifiers check them; no byte of them can be changed"() {
    const bytes = await bundle();
    assert.deepEqual((await bundle()).length >= bytes.length, true);
    const { events: all } = await priya.get("/api/v1/audit/export?format=jsonl").then(({ text }) => ({ events: text.trim().split("\n").map((line) => JSON.parse(line)) }));
    const signed = all.filter(({ detail }) => detail?.signed);
    const files = proofsOf(bytes);
    const tokens = files.filter(({ name }) => name.startsWith("approvals/"));
    assert.ok(signed.length >= 5);
    assert.deepEqual(tokens.map(({ name }) => name), signed.map(({ seq }) => `approvals/${seq}.jws`));
    assert.equal(files.length - tokens.length, new Set(signed.map(({ detail }) => detail.signed.keys)).size, "each key set once");
    const { code, output } = await curfew.run("audit", "verify", save(bytes));
    assert.deepEqual([code, codeOf(bytes)], [0, 0], output);
    assert.match(output, new RegExp(`signed decisions: ${signed.length}, by tokens of ${sandbox.origin}/${TENANT}/v2.0 for `));
    assert.match(output, /self-asserted: the keys that \d+ of the decisions were checked with/);
    const changed = Buffer.from(bytes);
    for (const { at, length } of files) {
      for (let i = at; i < at + length; i += 101) {
        changed[i] ^= 1 << i % 8;
        assert.notEqual(codeOf(changed), 0, `byte ${i}`);
        changed[i] = bytes[i];
      }
      changed[at + 40] ^= 1;
      assert.notEqual((await curfew.run("audit", "verify", save(changed))).code, 0);
      changed[at + 40] = bytes[at + 40];
    }
    assert.equal(codeOf(changed), 0);
  },

  async "the tokens are in the store and in bundles, and nowhere else"() {
    const bytes = await bundle();
    const tokens = proofsOf(bytes).filter(({ name }) => name.startsWith("approvals/")).map(({ at, length }) => bytes.toString("latin1", at, at + length));
    const texts = { log: curfew.output, csv: (await priya.get("/api/v1/audit/export?format=csv")).text, jsonl: (await priya.get("/api/v1/audit/export?format=jsonl")).text };
    for (const { id } of (await priya.get("/api/v1/requests")).body.items) texts[id] = (await priya.get(`/api/v1/requests/${id}`)).text;
    texts.mail = JSON.stringify(await sandbox.mail());
    texts.audit = (await priya.get("/api/v1/audit?limit=200")).text;
    for (const token of tokens) {
      const [, payload, signature] = token.split(".");
      for (const [name, text] of Object.entries(texts)) assert.ok(!text.includes(signature) && !text.includes(payload), name);
    }
    const store = ["", "-wal"].map((end) => readFileSync(join(curfew.folder, `curfew.db${end}`)).toString("latin1")).join("");
    for (const token of tokens) assert.ok(store.includes(token.split(".")[1].slice(0, 200)));
  },
});
