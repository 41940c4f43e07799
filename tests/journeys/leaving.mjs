// People who leave: whoever is disabled in Entra, or gone, loses all that is open here within fifteen minutes (I-22): sessions,
// requests, access that waits for its start, access that is live. And what was to start later starts only when all of it
// still stands (S13).
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { eventually, POLICY, startCurfew } from "../support/curfew.mjs";
import { AT_ONCE, GROUPS, PERSONS, startSandbox } from "../support/sandbox.mjs";
import { specification } from "../support/spec.mjs";

const ACCOUNT = `/v1.0/users/${PERSONS.ana}`;

/** The example policy; Copilot owner without a fresh sign-in. */
function policy() {
  const all = JSON.parse(readFileSync(POLICY));
  all.rules[0].require = { mfa: { within: "PT8H" } };
  all.roles["copilot-contributor"].close_sessions = true;
  all.rules[2].limits = { longest: "PT8H", start_within: "PT2H" };
  return all;
}

const sandbox = await startSandbox({ switches: AT_ONCE });
const curfew = await startCurfew(sandbox, { policy: policy() });
const people = {};
for (const name of ["ana", "ben", "lena", "priya"]) people[name] = await curfew.browser(name).signIn();
const { ana, ben, priya } = people;

async function signedIn(...names) {
  for (const name of names) await people[name].signIn();
}

const person = (change) => sandbox.control("PATCH", `/persons/${PERSONS.ana}`, change);
const events = async (action) => (await priya.get(`/api/v1/audit?action=${action}`)).body.items;
const seenBy = async (who, id) => (await who.get(`/api/v1/requests/${id}`)).body;
const live = async () => (await sandbox.assignments()).live.filter(({ principal, manner }) => principal.id === PERSONS.ana && manner === "assigned");
const later = async (minutes) => new Date(Date.parse((await sandbox.clock.now()).now) + minutes * 60e3).toISOString().replace(/\.\d+/, "");

/** One of each: a request that waits for its approver, access that waits for its start, access that is live. */
async function open() {
  await signedIn("ana", "lena", "priya");
  const active = await ana.ask({ roles: ["copilot-contributor"], duration: "PT8H" });
  await ana.untilGrant(active.id, "active");
  const queued = await ana.ask({ roles: ["security-reader"], start: await later(180) });
  await ana.untilGrant(queued.id, "waiting");
  const pending = await ana.ask({ roles: ["copilot-owner"] });
  await ana.until(pending.id, "pending");
  return { active: active.id, queued: queued.id, pending: pending.id };
}

/** All of it is over, and was ended once. */
async function assertClosedOut({ active, queued, pending }, code, mark, closings, span = "PT1M") {
  await priya.signIn();
  await eventually(async () => (await events("person.closed_out")).length === closings + 1, { what: "closing out" });
  assert.equal((await ana.get("/api/v1/me")).status, 401, "her session is over");
  assert.deepEqual([(await seenBy(priya, pending)).state, (await seenBy(priya, pending)).why], ["refused", code]);
  const [waited] = (await seenBy(priya, queued)).grants;
  assert.deepEqual([waited.state, waited.why, waited.seen, waited.doubts.map(({ code: found }) => found)], ["ended", "revoked", "no", [code]]);
  const ended = await eventually(async () => {
    const [grant] = (await seenBy(priya, active)).grants;
    if (grant.state === "ended") return grant;
    await sandbox.clock.advance(span);
    await priya.signIn();
    return false;
  }, { what: "the end of what was live" });
  assert.deepEqual([ended.why, ended.doubts.map(({ code: found, revoked }) => `${found} ${revoked}`)], ["revoked", [`${code} true`]]);
  assert.deepEqual(await live(), []);
  const [event] = await events("person.closed_out");
  assert.deepEqual([event.subject.oid, event.detail], [PERSONS.ana, { ...event.detail, why: code, grants: 2 }]); // the request's own job may have been first
  assert.ok(event.detail.sessions >= 1);
  return (await sandbox.journal(mark)).filter(({ path }) => path === `${ACCOUNT}/revokeSignInSessions`);
}

await specification("journeys/leaving", {
  async "one reading that says disabled closes nobody out"() {
    const request = await ana.ask({ roles: ["copilot-contributor"] });
    await ana.untilGrant(request.id, "active");
    await sandbox.fault({ method: "GET", path: ACCOUNT }, { kind: "alter", set: { accountEnabled: false } });
    const mark = await sandbox.mark();
    for (const span of ["PT5M", "PT1M", "PT5M"]) {
      await sandbox.clock.advance(span);
      await eventually(async () => (await sandbox.journal(mark)).some(({ path, query }) => path === ACCOUNT && /accountEnabled/.test(query?.$select ?? "")), { what: "a look" });
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
    await signedIn("ana", "priya");
    assert.equal((await ana.request(request.id)).grants[0].state, "active");
    assert.deepEqual(await events("person.closed_out"), []);
    await ana.post(`/api/v1/grants/${(await ana.request(request.id)).grants[0].id}/release`);
    await ana.untilGrant(request.id, "ended");
  },

  async "I-22: who is disabled loses sessions, requests and access within fifteen minutes, and is signed out once"() {
    const ids = await open();
    const mark = await sandbox.mark();
    await person({ enabled: false });
    const began = Date.parse((await sandbox.clock.now()).now);
    for (const span of ["PT5M", "PT1M", "PT1M"]) {
      await sandbox.clock.advance(span);
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
    const signOuts = await assertClosedOut(ids, "account_disabled", mark, 0);
    assert.ok(Date.parse((await sandbox.clock.now()).now) - began < 15 * 60e3);
    assert.equal(signOuts.length, 1);
    await person({ enabled: true });
    await signedIn("ana");
    assert.equal((await ana.get("/api/v1/me")).status, 200, "who comes back may sign in again");
    await sandbox.clock.advance("PT10M");
    await new Promise((resolve) => setTimeout(resolve, 500));
    assert.equal((await ana.get("/api/v1/me")).status, 200, "and stays signed in");
  },

  async "S13: a start that was put off finds the requester out of the group: not activated, and told"() {
    await signedIn("ana");
    const mark = await sandbox.mark();
    const request = await ana.ask({ roles: ["security-reader"], start: await later(30) });
    await ana.untilGrant(request.id, "waiting");
    await person({ groups: [] });
    await sandbox.clock.advance("PT31M");
    await signedIn("ana");
    const grant = await ana.untilGrant(request.id, "failed");
    assert.deepEqual([grant.why, grant.seen], ["membership_missing", "no"]);
    assert.equal((await sandbox.journal(mark)).filter(({ effect }) => effect?.assign).length, 0);
    await eventually(async () => (await sandbox.mail("ana.torres@contoso.example")).some(({ subject, content }) => subject === "Not given: Security Reader" && /policy does not let you/.test(content)), { what: "mail" });
    await person({ groups: [GROUPS.analysts] });
    await sandbox.clock.advance("PT1M");
  },

  async "I-22: who was deleted is closed out as well, and nobody else is"() {
    const ids = await open();
    await signedIn("ben");
    const mark = await sandbox.mark();
    const before = (await events("person.closed_out")).length;
    await sandbox.control("DELETE", `/persons/${PERSONS.ana}`);
    for (const span of ["PT5M", "PT1M", "PT1M"]) {
      await sandbox.clock.advance(span);
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
    assert.equal((await ben.get("/api/v1/me")).status, 200);
    // PIM takes nothing away from a person who is not there: what they held stays until its own end
    await assertClosedOut(ids, "account_gone", mark, before, "PT1H");
  },

  async "Graph that does not answer closes nobody out"() {
    await signedIn("ben", "priya");
    const before = (await events("person.closed_out")).length;
    await sandbox.fault({ method: "GET", path: `/v1.0/users/${PERSONS.ben}` }, { kind: "error", status: 503, code: "serviceNotAvailable" }, { times: 100000 });
    for (const span of ["PT5M", "PT2M", "PT5M"]) {
      await sandbox.clock.advance(span);
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
    assert.equal((await ben.get("/api/v1/me")).status, 200);
    await signedIn("priya");
    assert.equal((await events("person.closed_out")).length, before);
  },
}, { seconds: 150 });
