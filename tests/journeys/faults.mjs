// Graph dead, slow, throttling, answering nonsense or losing answers: never a second assignment, never a false "active",
// nothing of others touched, the person sees what is waited for, and everything goes on when Graph does.
import assert from "node:assert/strict";
import { eventually, startCurfew } from "../support/curfew.mjs";
import { AT_ONCE, GROUPS, PERSONS, startSandbox } from "../support/sandbox.mjs";
import { specification } from "../support/spec.mjs";

const REQUESTS = "/v1.0/identityGovernance/privilegedAccess/group/assignmentScheduleRequests";
const INSTANCES = "/v1.0/identityGovernance/privilegedAccess/group/assignmentScheduleInstances";
const sandbox = await startSandbox({ switches: AT_ONCE });
const curfew = await startCurfew(sandbox);
const ana = curfew.browser("ana");

/** What the sandbox itself holds for Ana as an owner, made by Curfew or by somebody else. */
async function live(target = GROUPS.contributors) {
  const all = (await sandbox.assignments()).live;
  return all.filter((one) => one.principal.id === PERSONS.ana && one.target.id === target);
}

/** The effects since a mark. */
async function effects(mark, kind) {
  return (await sandbox.journal(mark)).filter((entry) => entry.effect?.[kind]);
}

/** A role that needs no approval, so that asking leads straight to Graph. */
async function ask() {
  await ana.signIn();
  return ana.ask({ roles: ["copilot-contributor"] });
}

/** Ends what the case left, so that the next begins with nothing. */
async function clear(request) {
  await sandbox.clearFaults();
  await ana.signIn();
  const { state, grants } = await ana.request(request.id);
  if (state === "checking" || state === "pending") await ana.post(`/api/v1/requests/${request.id}/cancel`);
  for (const grant of grants) {
    if (["ended", "failed", "lapsed"].includes(grant.state)) continue;
    await ana.post(`/api/v1/grants/${grant.id}/release`);
    await sandbox.clock.advance("PT6M");
    await ana.signIn();
    await ana.untilGrant(request.id, "ended", "failed");
  }
  assert.deepEqual(await live(), []);
}

/** One assignment, whose end is what the grant says. */
async function isHeldOnce(mark, request) {
  const grant = await ana.untilGrant(request.id, "active");
  const held = await live();
  assert.equal(held.length, 1);
  assert.equal(Date.parse(held[0].ends_at), Date.parse(grant.ends_at));
  assert.equal((await effects(mark, "assign")).length, 1);
}

const cases = {};

for (const [what, headers] of Object.entries({
  "seconds": { "Retry-After": "2" },
  "a fraction": { "Retry-After": "1.128" },
  "a date": { "Retry-After": new Date(Date.now() + 3000).toUTCString() },
  "a date in the past": { "Retry-After": "Sun, 06 Nov 1994 08:49:37 GMT" },
  "no word": {},
  "0": { "Retry-After": "0" },
  "garbage": { "Retry-After": "soon" },
})) {
  cases[`429 with Retry-After ${what}: the assignment is made once, after the wait`] = async () => {
    const mark = await sandbox.mark();
    await sandbox.fault({ method: "POST", path: REQUESTS }, { kind: "error", status: 429, code: "TooManyRequests", headers });
    const request = await ask();
    await isHeldOnce(mark, request);
    await clear(request);
  };
}

for (const [what, fault] of Object.entries({
  "reset after its effect": { kind: "reset", when: "after" },
  "answered 504 after its effect": { kind: "error", status: 504, code: "UnknownError", when: "after" },
  "cut in the middle of its answer": { kind: "cut", bytes: 40 },
  "answered with HTML after its effect": { kind: "spoil", how: "html" },
  "answered with broken JSON after its effect": { kind: "spoil", how: "syntax" },
  "answered for somebody else": { kind: "alter", set: { principalId: PERSONS.nils } },
  "answered with another end": { kind: "alter", set: { scheduleInfo: { expiration: { endDateTime: "2031-01-01T00:00:00Z" } } } },
})) {
  cases[`a write that is ${what} is found by reading, and not sent again`] = async () => {
    const mark = await sandbox.mark();
    await sandbox.fault({ method: "POST", path: REQUESTS }, fault);
    const request = await ask();
    await isHeldOnce(mark, request);
    assert.equal((await sandbox.journal(mark)).filter((entry) => entry.method === "POST" && entry.path === REQUESTS).length, 1);
    await clear(request);
  };
}

for (const [what, fault] of Object.entries({
  "reset before its effect": { kind: "reset", when: "before" },
  "answered 500 without effect": { kind: "error", status: 500, code: "UnknownError" },
})) {
  cases[`a write that is ${what} is sent again only after reads over 150 s showed nothing`] = async () => {
    const mark = await sandbox.mark();
    await sandbox.fault({ method: "POST", path: REQUESTS }, fault);
    const request = await ask();
    await eventually(async () => (await ana.request(request.id)).grants[0]?.state === "activating", { what: "activating" });
    const posts = async () => (await sandbox.journal(mark)).filter((entry) => entry.method === "POST" && entry.path === REQUESTS);
    await eventually(async () => (await posts()).length === 1, { what: "the first write" });
    await sandbox.clock.advance("PT2M");
    await new Promise((resolve) => setTimeout(resolve, 1500));
    assert.equal((await posts()).length, 1);
    const grant = (await ana.request(request.id)).grants[0];
    assert.equal(grant.state, "activating");
    await sandbox.clock.advance("PT40S");
    await isHeldOnce(mark, request);
    const [first, second] = await posts();
    const end = (entry) => entry.body.scheduleInfo.expiration.endDateTime;
    assert.equal(end(first), end(second), "retries keep the end");
    await clear(request);
  };
}

for (const status of ["Denied", "AdminDenied", "Failed", "FailedAsResourceIsLocked", "Invalid", "TimedOut", "Canceled", "Revoked"]) {
  cases[`201 with status ${status} is no access: the grant fails`] = async () => {
    await sandbox.fault({ method: "POST", path: REQUESTS }, { kind: "never", status });
    const request = await ask();
    const grant = await ana.untilGrant(request.id, "failed");
    assert.equal(grant.why, "directory_refused");
    assert.equal(grant.directory.status, status);
    await clear(request);
  };
}

for (const status of ["Granted", "PendingApproval", "PendingProvisioning", "Accepted", "ScheduleCreated", "Provisioned", "SomethingNeverSeen"]) {
  cases[`201 with status ${status} that never comes true is never shown as active, and ends by its time`] = async () => {
    await sandbox.fault({ method: "POST", path: REQUESTS }, { kind: "never", status });
    const request = await ask();
    await eventually(async () => (await ana.request(request.id)).grants[0]?.directory.status === status, { what: status });
    for (const span of ["PT3M", "PT10M"]) {
      await sandbox.clock.advance(span);
      await ana.signIn();
      assert.equal((await ana.request(request.id)).grants[0].state, "activating");
    }
    await sandbox.clock.advance("PT1H");
    await ana.signIn();
    const grant = await ana.untilGrant(request.id, "ended");
    assert.deepEqual([grant.why, grant.seen], ["expired", "no"]);
    await clear(request);
  };
}

Object.assign(cases, {
  async "S67: an assignment that somebody else made is not touched: the grant fails and says until when"() {
    const ends = new Date(Date.parse((await sandbox.clock.now()).now) + 5 * 3600e3);
    const made = await sandbox.control("POST", "/assignments", { principal: PERSONS.ana, group: GROUPS.contributors, access: "member", ends_at: ends.toISOString().slice(0, 19) + "Z" });
    const mark = await sandbox.mark();
    const request = await ask();
    const grant = await ana.untilGrant(request.id, "failed");
    assert.equal(grant.why, "already_held");
    assert.match(grant.why_says, new RegExp(ends.toISOString().slice(0, 19)));
    assert.equal((await effects(mark, "assign")).length, 0);
    assert.equal((await effects(mark, "remove")).length, 0);
    assert.equal((await live()).length, 1);
    await sandbox.control("DELETE", `/assignments/${made.id ?? (await live())[0].id}`);
    await clear(request);
  },

  async "reads that fail after an accepted write: shown as activating, active when it can be read"() {
    const mark = await sandbox.mark();
    const request0 = ask();
    await sandbox.fault({ method: "GET", path: INSTANCES, query: "principalId" }, { kind: "error", status: 503, code: "serviceNotAvailable" }, { after: 1, times: 3 });
    const request = await request0;
    await ana.untilGrant(request.id, "active", { seconds: 60 });
    await isHeldOnce(mark, request);
    await clear(request);
  },

  async "a lagging replica does not make an active grant look ended"() {
    const request = await ask();
    await ana.untilGrant(request.id, "active");
    await sandbox.fault({ method: "GET", path: INSTANCES, query: "principalId" }, { kind: "alter", entries: "none" }, { times: 1 });
    await sandbox.clock.advance("PT61S");
    await new Promise((resolve) => setTimeout(resolve, 1500));
    assert.equal((await ana.request(request.id)).grants[0].state, "active");
    await clear(request);
  },

  async "a lagging replica does not make what is given back look ended: it is removed all the same"() {
    const mark = await sandbox.mark();
    const request = await ask();
    const { id } = await ana.untilGrant(request.id, "active");
    await sandbox.clock.advance("PT6M");
    await ana.signIn();
    await sandbox.fault({ method: "GET", path: INSTANCES, query: "principalId" }, { kind: "alter", entries: "none" }, { times: 2 });
    assert.equal((await ana.post(`/api/v1/grants/${id}/release`)).status, 200);
    const grant = await ana.untilGrant(request.id, "ended");
    assert.equal(grant.why, "released");
    assert.equal((await effects(mark, "remove")).length, 1);
    await clear(request);
  },

  async "given back when somebody else has taken it away already: ended, outside, once that is proved"() {
    const request = await ask();
    const { id } = await ana.untilGrant(request.id, "active");
    const [held] = await live();
    await sandbox.control("DELETE", `/assignments/${held.id}`);
    const mark = await sandbox.mark();
    await ana.post(`/api/v1/grants/${id}/release`);
    const reads = async () => (await sandbox.journal(mark)).filter((entry) => entry.method === "GET" && entry.path === INSTANCES && JSON.stringify(entry.query).includes("principalId")).length;
    await eventually(async () => (await reads()) > 1, { what: "readings" });
    await sandbox.clock.advance("PT2M");
    const before = await reads();
    await eventually(async () => (await reads()) > before + 1, { what: "more readings" });
    assert.equal((await ana.request(request.id)).grants[0].state, "ending");
    await sandbox.clock.advance("PT2M40S");
    await ana.signIn();
    assert.equal((await ana.untilGrant(request.id, "ended")).why, "outside");
    assert.equal((await effects(mark, "remove")).length, 0);
    await clear(request);
  },

  async "taken away in the directory by somebody else: ended, outside"() {
    const request = await ask();
    await ana.untilGrant(request.id, "active");
    const [held] = await live();
    await sandbox.control("DELETE", `/assignments/${held.id}`);
    for (let i = 0; i < 4; i++) {
      await sandbox.clock.advance("PT61S");
      await new Promise((resolve) => setTimeout(resolve, 700));
    }
    await ana.signIn();
    const grant = await ana.untilGrant(request.id, "ended");
    assert.equal(grant.why, "outside");
    await clear(request);
  },

  async "S69: given back after two minutes: accepted at once, carried out when five are over"() {
    const mark = await sandbox.mark();
    const request = await ask();
    const { id } = await ana.untilGrant(request.id, "active");
    await sandbox.clock.advance("PT2M");
    const answer = await ana.post(`/api/v1/grants/${id}/release`);
    assert.deepEqual([answer.status, answer.body.state], [200, "ending"]);
    await eventually(async () => (await sandbox.journal(mark)).some((entry) => entry.code === "ActiveDurationTooShort"), { what: "too short" });
    assert.equal((await live()).length, 1);
    await sandbox.clock.advance("PT3M5S");
    const grant = await ana.untilGrant(request.id, "ended");
    assert.equal(grant.why, "released");
    assert.equal((await effects(mark, "remove")).length, 1);
    const again = await ana.post(`/api/v1/grants/${id}/release`);
    assert.deepEqual([again.status, again.body.state, again.body.why], [200, "ended", "released"]);
  },

  async "the directory does not end it at its time: removed by Curfew, and shown as ending until it is gone"() {
    const request = await ask();
    await ana.untilGrant(request.id, "active");
    await sandbox.switches({ pim_outage: true });
    await sandbox.clock.advance("PT1H10S");
    await ana.signIn();
    await ana.untilGrant(request.id, "ending");
    assert.equal((await live()).length, 1);
    await sandbox.clock.advance("PT1M");
    await ana.untilGrant(request.id, "ended");
    await sandbox.switches({ pim_outage: false });
    assert.deepEqual(await live(), []);
  },

  async "revoked by an administrator with a reason; the person hears of it"() {
    const request = await ask();
    const { id } = await ana.untilGrant(request.id, "active");
    const tom = await curfew.browser("tom").signIn();
    const stranger = await curfew.browser("nils").signIn();
    assert.equal((await stranger.post(`/api/v1/grants/${id}/revoke`, { reason: "hm" })).status, 404);
    assert.equal((await tom.post(`/api/v1/grants/${id}/revoke`, {})).status, 400);
    assert.equal((await tom.post(`/api/v1/grants/${id}/revoke`, { reason: "Account under attack" })).status, 200);
    await sandbox.clock.advance("PT5M5S");
    const grant = await ana.untilGrant(request.id, "ended");
    assert.equal(grant.why, "revoked");
    await eventually(async () => (await sandbox.mail("ana.torres@contoso.example")).some((mail) => mail.subject.startsWith("Ended") && /revoked/.test(JSON.stringify(mail))), { what: "mail" });
  },

  async "a PIM rule that demands MFA of whoever assigns makes the mode impossible for this role, and says so"() {
    const change = (enabledRules) => sandbox.control("PATCH", "/pim", { group: GROUPS.contributors, access: "member", rules: { Enablement_Admin_Assignment: { enabledRules } } });
    await change(["Justification", "MultiFactorAuthentication"]);
    await sandbox.clock.advance("PT2M"); // what was read of it before is then too old
    const request = await ana.until((await ask()).id, "refused");
    assert.equal(request.why, "pim_needs_mfa");
    await change(["Justification"]);
    await sandbox.clock.advance("PT2M");
  },

  async "a clock that differs from the directory's by more than a minute: nothing is given until they agree"() {
    await sandbox.fault({ path: "/v1.0/" }, { kind: "date", seconds: 3600 }, { times: 100000 });
    const mark = await sandbox.mark();
    const request = await ask();
    await eventually(async () => (await ana.request(request.id)).evidence.some((piece) => piece.code === "clock_apart"), { what: "the clock's evidence" });
    assert.equal((await effects(mark, "assign")).length, 0);
    await sandbox.clearFaults();
    await isHeldOnce(mark, request);
    await clear(request);
  },

  async "Graph dead at submission: the request says what is waited for, and goes on when Graph is back"() {
    await ana.signIn();
    await sandbox.clock.advance("PT11M"); // nothing is remembered from before
    await ana.signIn();
    await sandbox.fault({ path: "/v1.0/" }, { kind: "refuse" }, { times: 100000 });
    const answer = await ana.post("/api/v1/requests", { roles: ["copilot-contributor"], duration: "PT1H", justification: "Graph is down" });
    assert.equal(answer.status, 201);
    const { id } = answer.body;
    const waiting = await eventually(async () => {
      const request = await ana.request(id);
      return request.evidence.some((piece) => piece.verdict === "unknown") && request;
    }, { what: "unknown evidence" });
    assert.equal(waiting.state, "checking");
    assert.match(waiting.evidence.find((piece) => piece.check === "membership").mend, /asks again by itself/);
    await sandbox.clearFaults();
    await sandbox.clock.advance("PT2M");
    const request = await ana.until(id, "refused", { seconds: 70 }); // a service that failed is left alone for a minute at most
    assert.equal(request.state, "refused"); // the sign-in was not fresh, which nobody could know before
    assert.equal(request.why, "mfa_unseen");
    await clear(request);
  },

  async "Graph dead for longer than may be waited: the request is refused, honestly"() {
    await ana.signIn();
    await sandbox.clock.advance("PT11M");
    await ana.signIn();
    await sandbox.fault({ path: "/v1.0/" }, { kind: "refuse" }, { times: 100000 });
    const { body } = await ana.post("/api/v1/requests", { roles: ["copilot-contributor"], duration: "PT1H", justification: "Graph is down" });
    await eventually(async () => (await ana.request(body.id)).evidence.length, { what: "evidence" });
    await sandbox.clock.advance("PT10M1S");
    const request = await ana.until(body.id, "refused");
    assert.equal(request.why, "membership_unread");
    await clear(request);
  },
});

/** Whatever a case before left behind does not concern this one. */
async function tidy() {
  await sandbox.clearFaults();
  await ana.signIn();
  const { items } = (await ana.get("/api/v1/requests?mine")).body;
  for (const request of items.filter(({ state, grants }) => ["checking", "pending"].includes(state) || grants.some((grant) => !["ended", "failed", "lapsed"].includes(grant.state)))) {
    await clear(request);
  }
  await sandbox.reset();
  await curfew.register();
}

await specification("journeys/faults", Object.fromEntries(Object.entries(cases).map(([says, run]) => [says, async () => {
  await tidy();
  await run();
}])), { seconds: 150 });
