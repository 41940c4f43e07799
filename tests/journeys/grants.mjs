// How access lives and ends beyond the straight way: it waits, it is given up while it waits, it lapses, one of several roles
// fails, it is taken away by an approver, the directory is slow to end it. Whatever ends, leaves the way free for the next.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { eventually, POLICY, startCurfew } from "../support/curfew.mjs";
import { AT_ONCE, GROUPS, PERSONS, ROLES, startSandbox } from "../support/sandbox.mjs";
import { specification } from "../support/spec.mjs";

const GROUP_REQUESTS = "/v1.0/identityGovernance/privilegedAccess/group/assignmentScheduleRequests";
const GROUP_INSTANCES = "/v1.0/identityGovernance/privilegedAccess/group/assignmentScheduleInstances";
const REFUSED = { kind: "error", status: 429, code: "TooManyRequests", headers: { "Retry-After": "4" } };
const UNREADABLE = { kind: "error", status: 403, code: "UnknownError" };

/** The example policy; Copilot owner without a fresh sign-in, and to be started within ten minutes. */
function policy() {
  const all = JSON.parse(readFileSync(POLICY));
  all.rules[0].require = { mfa: { within: "PT8H" } };
  all.rules[0].limits.start_within = "PT10M";
  all.rules[2].limits.start_within = "PT30M";
  return all;
}

const sandbox = await startSandbox({ switches: AT_ONCE });
const curfew = await startCurfew(sandbox, { policy: policy() });
const people = {};
for (const name of ["ana", "lena", "marc", "priya", "tom"]) people[name] = await curfew.browser(name).signIn();
const { ana, lena, marc, priya } = people;

/** Moves the clock; everybody signs in again. */
async function later(span) {
  await sandbox.clock.advance(span);
  for (const person of Object.values(people)) await person.signIn();
}

const live = async (target = GROUPS.contributors) =>
  (await sandbox.assignments()).live.filter(({ principal, target: { id } }) => principal.id === PERSONS.ana && id === target);
const effects = async (mark, kind) => (await sandbox.journal(mark)).filter(({ effect }) => effect?.[kind]);
const alarms = async () => (await priya.get("/api/v1/audit?action=alarm.raised")).body.items.map(({ detail, grant }) => `${grant} ${detail.alarm}`);

async function approved() {
  const request = await ana.until((await ana.ask({ roles: ["copilot-owner"] })).id, "pending");
  assert.equal((await lena.decide(request.id)).status, 200);
  return request;
}

/** A grant that waits again, because the directory did not take the write and cannot be read now: it has its holding. */
async function waitsAgain(ask) {
  await sandbox.fault({ method: "POST", path: GROUP_REQUESTS }, REFUSED);
  const mark = await sandbox.mark();
  const request = await ask();
  await eventually(async () => (await sandbox.journal(mark)).some(({ status, path }) => status === 429 && path === GROUP_REQUESTS), { what: "the write" });
  await sandbox.fault({ method: "GET", path: GROUP_INSTANCES, query: "principalId" }, UNREADABLE, { times: 100000 });
  const grant = await eventually(async () => {
    const [one] = (await ana.request(request.id)).grants;
    return one.state === "waiting" && one.why === "not_sent" && one;
  }, { what: "waiting again" });
  return { request, grant };
}

const contributor = () => ana.ask({ roles: ["copilot-contributor"] });

/** The same role can be had afterwards. */
async function canBeHadAgain() {
  await sandbox.clearFaults();
  await later("PT2M");
  const request = await ana.ask({ roles: ["copilot-contributor"] });
  await ana.untilGrant(request.id, "active");
  await later("PT6M");
  await ana.post(`/api/v1/grants/${(await ana.request(request.id)).grants[0].id}/release`);
  await ana.untilGrant(request.id, "ended");
  assert.deepEqual(await live(), []);
}

await specification("journeys/grants", {
  async "cancelled while it waits to be tried again: over, and in nobody's way"() {
    const { request } = await waitsAgain(contributor);
    const answer = await ana.post(`/api/v1/requests/${request.id}/cancel`);
    assert.deepEqual([answer.status, answer.body.grants[0].state, answer.body.grants[0].why], [200, "ended", "cancelled"]);
    await canBeHadAgain();
  },

  async "given back while it waits to be tried again: over, and in nobody's way"() {
    const { grant } = await waitsAgain(contributor);
    const answer = await ana.post(`/api/v1/grants/${grant.id}/release`);
    assert.deepEqual([answer.status, answer.body.state, answer.body.why], [200, "ended", "cancelled"]);
    await canBeHadAgain();
  },

  async "revoked while it waits to be tried again: over, told, and in nobody's way"() {
    const { grant } = await waitsAgain(contributor);
    const answer = await people.tom.post(`/api/v1/grants/${grant.id}/revoke`, { reason: "Not now" });
    assert.deepEqual([answer.status, answer.body.state, answer.body.why], [200, "ended", "revoked"]);
    await eventually(async () => (await sandbox.mail("ana.torres@contoso.example")).some(({ subject }) => subject === "Ended: Copilot contributor"), { what: "mail" });
    await canBeHadAgain();
  },

  async "not started within its time: lapsed, told, nothing was given, and in nobody's way"() {
    const mark = await sandbox.mark();
    const { request } = await waitsAgain(approved);
    await later("PT9M");
    assert.equal((await ana.request(request.id)).grants[0].state, "waiting", "a minute before, it may still start");
    await later("PT2M");
    const grant = await ana.untilGrant(request.id, "lapsed");
    assert.deepEqual([grant.why, grant.seen], ["not_started", "no"]);
    assert.equal((await effects(mark, "assign")).length, 0);
    await eventually(async () => (await sandbox.mail("ana.torres@contoso.example")).some(({ subject }) => subject === "Not given: Copilot owner"), { what: "mail" });
    await sandbox.clearFaults();
    const again = await approved();
    await ana.untilGrant(again.id, "active");
    await later("PT6M");
    await ana.post(`/api/v1/grants/${(await ana.request(again.id)).grants[0].id}/release`);
    await ana.untilGrant(again.id, "ended");
  },

  async "an approver takes it away; the holder, an auditor and strangers cannot revoke, others cannot release"() {
    const request = await approved();
    const { id } = await ana.untilGrant(request.id, "active");
    const tries = [[ana, "revoke", 403], [priya, "revoke", 403], [priya, "release", 403], [lena, "release", 403], [marc, "release", 403]];
    for (const [person, what, status] of tries) {
      const answer = await person.post(`/api/v1/grants/${id}/${what}`, what === "revoke" ? { reason: "Because" } : {});
      assert.deepEqual([answer.status, answer.body.code], [status, "denied"], `${person.person} ${what}`);
    }
    const bidi = await marc.post(`/api/v1/grants/${id}/revoke`, { reason: "turn \u202e it" });
    assert.equal(bidi.status, 400);
    await later("PT6M");
    const answer = await marc.post(`/api/v1/grants/${id}/revoke`, { reason: "The incident is over" });
    assert.deepEqual([answer.status, answer.body.state], [200, "ending"]);
    assert.equal((await ana.untilGrant(request.id, "ended")).why, "revoked");
    assert.deepEqual(await live(GROUPS.owners), []);
    const again = await marc.post(`/api/v1/grants/${id}/revoke`, { reason: "Twice" });
    assert.deepEqual([again.status, again.body.state, again.body.why], [200, "ended", "revoked"]);
  },

  async "a directory role: the whole life, ended by itself at its time"() {
    const mark = await sandbox.mark();
    const request = await ana.ask({ roles: ["security-reader"], duration: "PT30M" });
    const grant = await ana.untilGrant(request.id, "active");
    const [held] = await live(ROLES.securityReader);
    assert.deepEqual([held.target.kind, held.target.scope, Date.parse(held.ends_at)], ["directory_role", "/", Date.parse(grant.ends_at)]);
    await later("PT31M");
    const ended = await ana.untilGrant(request.id, "ended");
    assert.deepEqual([ended.why, ended.seen], ["expired", "yes"]);
    assert.deepEqual(await live(ROLES.securityReader), []);
    assert.deepEqual([(await effects(mark, "assign")).length, (await effects(mark, "remove")).length], [1, 0]);
  },

  async "S74: switched off across its end, access ended all the same; back again, Curfew says when and removes nothing"() {
    const mark = await sandbox.mark();
    const request = await ana.ask({ roles: ["security-reader"], duration: "PT30M" });
    const { ends_at } = await ana.untilGrant(request.id, "active");
    await curfew.stop();
    await sandbox.clock.advance("PT45M");
    assert.deepEqual(await live(ROLES.securityReader), []);
    await curfew.start();
    await later("PT1S");
    const ended = await ana.untilGrant(request.id, "ended");
    assert.deepEqual([ended.why, ended.ends_at], ["expired", ends_at]);
    assert.deepEqual(await effects(mark, "remove"), []);
  },

  async "a directory role given back early is removed, and its words carry the request's id"() {
    const mark = await sandbox.mark();
    const request = await ana.ask({ roles: ["security-reader"], justification: "Incident 43: look around", ticket: "INC-43" });
    const { id } = await ana.untilGrant(request.id, "active");
    await later("PT6M");
    await ana.post(`/api/v1/grants/${id}/release`);
    assert.equal((await ana.untilGrant(request.id, "ended")).why, "released");
    const [assign] = await effects(mark, "assign");
    assert.equal(assign.body.justification, `Incident 43: look around [Curfew ${request.id}]`);
    assert.equal(assign.body.ticketInfo.ticketNumber, "INC-43");
    assert.equal((await effects(mark, "remove")).length, 1);
  },

  async "several roles in one request: one fails, the others go on and end apart"() {
    const ends_at = new Date(Date.parse((await sandbox.clock.now()).now) + 5 * 3600e3).toISOString().slice(0, 19) + "Z";
    const theirs = await sandbox.control("POST", "/assignments", { principal: PERSONS.ana, role: ROLES.securityReader, scope: "/", ends_at });
    const request = await ana.ask({ roles: ["copilot-contributor", "security-reader"] });
    const settled = await eventually(async () => {
      const { grants } = await ana.request(request.id);
      return grants.length === 2 && grants[0].state === "active" && grants[1].state === "failed" && grants;
    }, { what: "one active, one failed" });
    assert.deepEqual(settled.map(({ role }) => role), ["copilot-contributor", "security-reader"]);
    assert.equal(settled[1].why, "already_held");
    assert.match(settled[1].why_says, new RegExp(ends_at));
    await later("PT6M");
    await ana.post(`/api/v1/grants/${settled[0].id}/release`);
    await ana.untilGrant(request.id, "ended");
    assert.equal((await live(ROLES.securityReader)).length, 1, "what others gave stays");
    await sandbox.control("DELETE", `/assignments/${theirs.id ?? (await live(ROLES.securityReader))[0].id}`);
  },

  async "what others gave beside ours stays when ours ends"() {
    const request = await ana.ask({ roles: ["copilot-contributor"] });
    const { id } = await ana.untilGrant(request.id, "active");
    const ends_at = new Date(Date.parse((await sandbox.clock.now()).now) + 5 * 3600e3).toISOString().slice(0, 19) + "Z";
    await sandbox.control("POST", "/assignments", { principal: PERSONS.ana, group: GROUPS.contributors, access: "member", manner: "activated", ends_at });
    assert.equal((await live()).length, 2);
    await later("PT6M");
    await ana.post(`/api/v1/grants/${id}/release`);
    assert.equal((await ana.untilGrant(request.id, "ended")).why, "released");
    const left = await live();
    assert.deepEqual(left.map(({ manner }) => manner), ["activated"]);
    await sandbox.control("DELETE", `/assignments/${left[0].id}`);
  },

  async "given back while a replica does not show it yet: never ended before it was removed"() {
    const mark = await sandbox.mark();
    const request = await ana.ask({ roles: ["copilot-contributor"] });
    const { id } = await ana.untilGrant(request.id, "active");
    await sandbox.fault({ method: "GET", path: GROUP_INSTANCES, query: "principalId" }, { kind: "alter", entries: "none" }, { times: 2 });
    assert.equal((await ana.post(`/api/v1/grants/${id}/release`)).body.state, "ending");
    await new Promise((resolve) => setTimeout(resolve, 2000));
    assert.equal((await ana.request(request.id)).grants[0].state, "ending");
    assert.equal((await live()).length, 1);
    await sandbox.clearFaults();
    await later("PT6M");
    assert.equal((await ana.untilGrant(request.id, "ended")).why, "released");
    assert.equal((await effects(mark, "remove")).length, 1);
    assert.deepEqual(await live(), []);
  },

  async "given back when somebody else had taken it away already: ended, outside, once reads over 150 s show nothing"() {
    const request = await ana.ask({ roles: ["copilot-contributor"] });
    const { id } = await ana.untilGrant(request.id, "active");
    const [held] = await live();
    await sandbox.control("DELETE", `/assignments/${held.id}`);
    assert.equal((await ana.post(`/api/v1/grants/${id}/release`)).body.state, "ending");
    await new Promise((resolve) => setTimeout(resolve, 1000));
    assert.equal((await ana.request(request.id)).grants[0].state, "ending");
    await later("PT2M31S");
    assert.equal((await ana.untilGrant(request.id, "ended")).why, "outside");
  },

  async "an end that was asked for while nothing could be read removes nothing after its own time: by then it may be another's"() {
    const request = await ana.ask({ roles: ["copilot-contributor"], duration: "PT10M" });
    const { id } = await ana.untilGrant(request.id, "active");
    await later("PT9M30S");
    const mark = await sandbox.mark();
    await sandbox.fault({ method: "GET", path: GROUP_INSTANCES, query: "principalId" }, { kind: "hold" });
    assert.equal((await ana.post(`/api/v1/grants/${id}/release`)).body.state, "ending");
    await sandbox.waitHeld();
    await sandbox.clock.advance("PT2M");
    await sandbox.control("POST", "/assignments", { principal: PERSONS.ana, group: GROUPS.contributors, access: "member" });
    await sandbox.fault({ method: "GET", path: GROUP_INSTANCES, query: "principalId" }, UNREADABLE, { times: 100000 });
    await sandbox.release({ drop: true });
    await new Promise((resolve) => setTimeout(resolve, 3000));
    await sandbox.clock.advance("PT6M");
    await new Promise((resolve) => setTimeout(resolve, 2000));
    assert.equal((await sandbox.journal(mark)).filter(({ method, path }) => method === "POST" && path === GROUP_REQUESTS).length, 0);
    await sandbox.clearFaults();
    await later("PT2M");
    await ana.untilGrant(request.id, "ended", { seconds: 60 });
    const [theirs] = await live();
    assert.ok(theirs, "what others gave stays");
    await sandbox.control("DELETE", `/assignments/${theirs.id}`);
  },

  async "access that lives on after its end although it is being removed is an alarm, once"() {
    const request = await ana.ask({ roles: ["copilot-contributor"], duration: "PT10M" });
    const { id } = await ana.untilGrant(request.id, "active");
    await sandbox.switches({ pim_outage: true });
    await sandbox.fault({ method: "POST", path: GROUP_REQUESTS }, { kind: "error", status: 500, code: "UnknownError" }, { times: 100000 });
    await later("PT10M5S");
    await ana.untilGrant(request.id, "ending");
    for (const span of ["PT1M30S", "PT1M30S", "PT2M", "PT5M"]) {
      await sandbox.clock.advance(span);
      await new Promise((resolve) => setTimeout(resolve, 800));
    }
    await later("PT1S");
    await eventually(async () => (await alarms()).includes(`${id} late_end`), { what: "the alarm" });
    assert.equal((await ana.request(request.id)).grants[0].state, "ending", "never shown as ended while it is there");
    await sandbox.switches({ pim_outage: false });
    await sandbox.clearFaults();
    await later("PT6M");
    await ana.untilGrant(request.id, "ended", { seconds: 60 });
    assert.equal((await alarms()).filter((alarm) => alarm === `${id} late_end`).length, 1);
  },

  async "an outcome that nobody knows for ten minutes is an alarm, once"() {
    await sandbox.fault({ method: "POST", path: GROUP_REQUESTS }, { kind: "reset", when: "after" });
    await sandbox.fault({ method: "GET", path: GROUP_INSTANCES, query: "principalId" }, UNREADABLE, { after: 1, times: 100000 });
    const request = await ana.ask({ roles: ["copilot-contributor"] });
    const { id } = await ana.untilGrant(request.id, "activating");
    for (const span of ["PT4M", "PT5M", "PT4M", "PT4M"]) {
      await sandbox.clock.advance(span);
      await new Promise((resolve) => setTimeout(resolve, 1500));
    }
    await later("PT1S");
    await eventually(async () => (await alarms()).includes(`${id} outcome_unknown`), { what: "the alarm", seconds: 60 });
    assert.equal((await ana.request(request.id)).grants[0].state, "activating");
    await sandbox.clearFaults();
    await later("PT2M");
    await ana.untilGrant(request.id, "active", { seconds: 60 });
    assert.equal((await alarms()).filter((alarm) => alarm === `${id} outcome_unknown`).length, 1);
    await later("PT6M");
    await ana.post(`/api/v1/grants/${id}/release`);
    await ana.untilGrant(request.id, "ended");
  },
}, { seconds: 150 });
