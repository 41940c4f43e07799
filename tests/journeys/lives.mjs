// Several grants on one holding: asking again while access is in force is asking for more time, which is given without a gap and as one
// assignment. It ends when the last of its grants ends, never before.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { addAzure, AZURE, give } from "../support/azure.mjs";
import { eventually, POLICY, startCurfew } from "../support/curfew.mjs";
import { AT_ONCE, GROUPS, PERSONS, ROLES, startSandbox } from "../support/sandbox.mjs";
import { specification } from "../support/spec.mjs";

const GROUP_REQUESTS = "/v1.0/identityGovernance/privilegedAccess/group/assignmentScheduleRequests";
const GROUP_INSTANCES = "/v1.0/identityGovernance/privilegedAccess/group/assignmentScheduleInstances";
const UPDATE = { method: "POST", path: GROUP_REQUESTS, body: "adminUpdate" };
const REMOVE = { method: "POST", path: GROUP_REQUESTS, body: "adminRemove" };

/** The example policy, with roles of Azure; Copilot owner without a fresh sign-in; Sentinel contributor at a second scope. */
function policy() {
  const all = addAzure(JSON.parse(readFileSync(POLICY)));
  all.rules[0].require = { mfa: { within: "PT8H" } };
  const above = structuredClone(all.roles["sentinel-contributor"]);
  above.target.scope = AZURE.subscription;
  all.roles["sentinel-contributor-above"] = above;
  all.rules.at(-1).roles.push("sentinel-contributor-above");
  return all;
}

const sandbox = await startSandbox({ switches: AT_ONCE });
const curfew = await startCurfew(sandbox, { policy: policy() });
await give(sandbox, AZURE.userAccessAdministrator, AZURE.subscription);
const people = {};
for (const name of ["ana", "ben", "lena", "marc", "nils", "priya", "tom"]) people[name] = await curfew.browser(name).signIn();
const { ana, ben, lena, priya, tom } = people;

/** Moves the clock; everybody signs in again. */
async function later(span) {
  await sandbox.clock.advance(span);
  for (const person of Object.values(people)) await person.signIn();
}

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const live = async (target = GROUPS.contributors) =>
  (await sandbox.assignments()).live.filter(({ principal, target: { id } }) => principal.id === PERSONS.ana && id === target);
const effects = async (mark, kind) => (await sandbox.journal(mark)).filter(({ effect }) => effect?.[kind]);
const counts = async (mark) => Promise.all(["assign", "update", "remove"].map(async (kind) => (await effects(mark, kind)).length));
const grantOf = async (request) => (await ana.request(request.id)).grants[0];
const contributor = (duration = "PT1H", role = "copilot-contributor") => ana.ask({ roles: [role], duration });
const WORDS = { justification: "Incident 42: still at it" };
const extend = (grant, duration, more = {}) => ana.post(`/api/v1/grants/${grant.id}/extend`, { ...WORDS, duration, ...more });
/** The same through the fresh sign-in, where one is needed; answers the request. */
async function more(grant, duration) {
  const answer = await extend(grant, duration);
  if (answer.status === 201) return answer.body;
  assert.equal(answer.status, 202, answer.text);
  const { location } = await ana.through(answer.body.go);
  assert.match(location, /^\/requests\//);
  return ana.request(location.split("/")[2]);
}
const release = (grant) => ana.post(`/api/v1/grants/${grant.id}/release`);
const events = async (request) =>
  (await priya.get(`/api/v1/audit?request=${request.id}&limit=100`)).body.items.map(({ code, detail }) => ({ ...detail, code }));

/** A grant in force, and one that prolongs it, in force as well. */
async function extended(first = "PT1H", second = "PT3H", role = "copilot-contributor") {
  const one = await contributor(first, role);
  const before = await ana.untilGrant(one.id, "active");
  const two = await more(before, second);
  const after = await ana.untilGrant(two.id, "active");
  return { one, two, before, after };
}

/** Ends what is left, so that the next case begins with nothing. */
async function over(...requests) {
  await sandbox.clearFaults();
  await later("PT6M");
  for (const request of requests) {
    const grant = await grantOf(request);
    if (!["ended", "failed", "lapsed"].includes(grant.state)) await release(grant);
  }
  for (const request of requests) await ana.untilGrant(request.id, "ended", "failed", "lapsed");
  assert.deepEqual(await live(), []);
}

/** Moves the clock on until the grant is in a state. */
const comesTo = (request, state) =>
  eventually(async () => {
    const grant = await grantOf(request);
    if (grant.state === state) return grant;
    await sandbox.clock.advance("PT40S");
    await ana.signIn();
    throw new Error(`is ${grant.state} ${grant.why}`);
  }, { seconds: 120, every: 1500, what: state }); // facts that a step waits for must not grow old meanwhile

await specification("journeys/lives", {
  async "S17 the same role asked for twice while the first waits for its decision: refused, and pointed to the first"() {
    const first = await ana.until((await ana.ask({ roles: ["copilot-owner"] })).id, "pending");
    const again = await ana.post("/api/v1/requests", { ...WORDS, roles: ["copilot-owner"], duration: "PT4H" });
    assert.deepEqual([again.status, again.body.code], [409, "conflict"]);
    assert.equal(again.headers.get("link"), `</api/v1/requests/${first.id}>; rel="related"`);
    assert.equal((await lena.decide(first.id)).status, 200);
    const grant = await ana.untilGrant(first.id, "active");
    const second = await ana.until((await more(grant, "PT3H")).id, "pending");
    const twice = await extend(grant, "PT4H");
    assert.equal(twice.headers.get("link"), `</api/v1/requests/${second.id}>; rel="related"`);
    assert.equal((await lena.decide(second.id, "deny")).status, 200);
    assert.equal((await grantOf(first)).state, "active", "a denial takes nothing away");
    await later("PT6M");
    await release(grant);
    await ana.untilGrant(first.id, "ended");
  },

  async "S18 the same role at another scope is another target: both can be had at once"() {
    const below = await ana.ask({ roles: ["sentinel-contributor"] });
    const above = await ana.ask({ roles: ["sentinel-contributor-above"] });
    for (const { id } of [below, above]) await ana.untilGrant(id, "active");
    assert.deepEqual((await live(AZURE.contributor)).map(({ target }) => target.scope).sort(), [AZURE.subscription, AZURE.group].sort());
    await later("PT6M");
    for (const one of [below, above]) await release(await grantOf(one));
    for (const { id } of [below, above]) await ana.untilGrant(id, "ended");
  },

  async "S19 asked for again while in force: becomes more time for it; what would bring none is refused; after its end it is allowed as ever"() {
    const first = await contributor("PT1H");
    const held = await ana.untilGrant(first.id, "active");
    const shorter = await ana.post("/api/v1/requests", { ...WORDS, roles: ["copilot-contributor"], duration: "PT30M" });
    assert.deepEqual([shorter.status, shorter.body.code], [409, "conflict"]);
    assert.match(shorter.body.detail, new RegExp(`until ${held.ends_at}.*ask for more`));
    const second = await ana.ask({ roles: ["copilot-contributor"], duration: "PT2H" });
    await ana.untilGrant(second.id, "active");
    const { named_roles } = await ana.request(second.id);
    assert.deepEqual(named_roles[0].extends, { grant: held.id, ends_at: held.ends_at });
    await over(first, second);
    const third = await contributor("PT10M");
    await ana.untilGrant(third.id, "active");
    assert.equal((await ana.request(third.id)).named_roles[0].extends, undefined);
    await later("PT11M");
    assert.equal((await ana.untilGrant(third.id, "ended")).why, "expired");
    const fourth = await contributor("PT10M");
    await ana.untilGrant(fourth.id, "active");
    await over(fourth);
  },

  async "S89 an extension approved while it lives: no gap, one assignment with one longer end, its own approval and its own proof"() {
    const first = await ana.until((await ana.ask({ roles: ["copilot-owner"], duration: "PT1H" })).id, "pending");
    await lena.decide(first.id);
    const before = await ana.untilGrant(first.id, "active");
    await later("PT40M");
    const mark = await sandbox.mark();
    const asks = await sandbox.mailMark();
    const second = await ana.until((await more(before, "PT2H")).id, "pending");
    assert.deepEqual(second.roles, ["copilot-owner"]);
    assert.deepEqual(await counts(mark), [0, 0, 0], "nothing before it is approved");
    assert.deepEqual((await lena.request(second.id)).named_roles[0].extends, { grant: before.id, ends_at: before.ends_at });
    const asked = await sandbox.mailTo("lena.vogt@contoso.example", "Decide", asks);
    assert.match(asked.content, /More time: they hold Copilot owner until \d{4}-\d\d-\d\d \d\d:\d\d \(UTC\) already\./);
    assert.equal((await lena.decide(second.id)).status, 200);
    const after = await ana.untilGrant(second.id, "active");
    assert.deepEqual(await counts(mark), [0, 1, 0]);
    const [held, ...others] = await live(GROUPS.owners);
    assert.deepEqual([others.length, Date.parse(held.ends_at)], [0, Date.parse(after.ends_at)]);
    const { past } = await sandbox.assignments();
    const replaced = past.find(({ why, target }) => why === "updated" && target.id === GROUPS.owners);
    assert.ok(Date.parse(held.starts_at) <= Date.parse(replaced.gone_at), "without a gap");
    const [update] = await effects(mark, "update");
    assert.deepEqual([update.body.action, update.body.scheduleInfo.expiration.endDateTime], ["adminUpdate", after.ends_at]);
    assert.ok(update.body.justification.endsWith(` [Curfew ${second.id}]`));
    const [intent] = (await events(second)).filter(({ code }) => code === "intent.committed");
    assert.deepEqual([intent.action, intent.ends_at], ["update", after.ends_at]);
    assert.equal((await grantOf(first)).also_until, after.ends_at);
    const mails = await sandbox.mailMark();
    await later("PT21M");
    const ended = await ana.untilGrant(first.id, "ended");
    assert.deepEqual([ended.why, (await grantOf(second)).state, (await live(GROUPS.owners)).length], ["expired", "active", 1]);
    await later("PT2H");
    assert.equal((await ana.untilGrant(second.id, "ended")).why, "expired");
    assert.deepEqual(await live(GROUPS.owners), []);
    assert.deepEqual(await counts(mark), [0, 1, 0], "it ended by itself");
    await sandbox.mailTo("ana.torres@contoso.example", "Ended: Copilot owner", mails);
    const told = (await sandbox.mail("ana.torres@contoso.example")).filter(({ id, subject }) => id > mails && subject.startsWith("Ended"));
    assert.equal(told.length, 1, "the end of the first was no end of the access");
  },

  async "S71 two grants of one role: the first is given back, and the role stays; the last is given back, and it is removed"() {
    const mark = await sandbox.mark();
    const { one, two, before, after } = await extended();
    await later("PT6M");
    await release(before);
    const first = await ana.untilGrant(one.id, "ended");
    assert.deepEqual([first.why, (await live()).length], ["released", 1]);
    await release(after);
    assert.equal((await ana.untilGrant(two.id, "ended")).why, "released");
    assert.deepEqual([await live(), await counts(mark)], [[], [1, 1, 1]]);
  },

  async "the longer one is given back first: the role stays until the end of the other, and is removed then, before the end that the directory has"() {
    const mark = await sandbox.mark();
    const { one, two, after } = await extended("PT30M", "PT3H");
    await later("PT6M");
    await release(after);
    assert.equal((await ana.untilGrant(two.id, "ended")).why, "released");
    assert.deepEqual([(await grantOf(one)).state, (await live()).length], ["active", 1]);
    await later("PT25M");
    assert.equal((await ana.untilGrant(one.id, "ended")).why, "expired");
    assert.deepEqual([await live(), await counts(mark)], [[], [1, 1, 1]]);
  },

  async "what is revoked is the access: the other grant of it ends as well, and one removal goes out"() {
    const mark = await sandbox.mark();
    const { one, two, before } = await extended();
    await later("PT6M");
    assert.equal((await tom.post(`/api/v1/grants/${before.id}/revoke`, { reason: "Enough" })).status, 200);
    for (const { id } of [one, two]) assert.equal((await ana.untilGrant(id, "ended")).why, "revoked");
    assert.deepEqual([await live(), await counts(mark)], [[], [1, 1, 1]]);
  },

  async "a third and a fourth time: one assignment still, and each grant ends at its own end"() {
    const mark = await sandbox.mark();
    const { one, two, after } = await extended("PT20M", "PT40M");
    const three = await more(after, "PT1H");
    await ana.untilGrant(three.id, "active");
    assert.deepEqual([(await live()).length, await counts(mark)], [1, [1, 2, 0]]);
    await later("PT21M");
    await ana.untilGrant(one.id, "ended");
    await later("PT20M");
    await ana.untilGrant(two.id, "ended");
    assert.deepEqual([(await live()).length, (await grantOf(three)).state], [1, "active"]);
    await later("PT20M");
    assert.equal((await ana.untilGrant(three.id, "ended")).why, "expired");
    assert.deepEqual([await live(), await counts(mark)], [[], [1, 2, 0]]);
  },

  async "an Entra role and a role of Azure: the same, the latter under a name of its own"() {
    for (const [role, target] of [["security-reader", ROLES.securityReader], ["sentinel-contributor", AZURE.contributor]]) {
      const mark = await sandbox.mark();
      const { one, two, after } = await extended("PT1H", "PT2H", role);
      const [held, ...others] = await live(target);
      assert.deepEqual([others.length, Date.parse(held.ends_at), await counts(mark)], [0, Date.parse(after.ends_at), [1, 1, 0]], role);
      await later("PT6M");
      for (const request of [one, two]) await release(await grantOf(request));
      for (const request of [one, two]) assert.equal((await ana.untilGrant(request.id, "ended")).why, "released");
      assert.deepEqual(await live(target), []);
    }
  },

  async "who may extend: its holder, while it is in force, with what an extension takes"() {
    const request = await contributor();
    const grant = await ana.untilGrant(request.id, "active");
    const path = `/api/v1/grants/${grant.id}/extend`;
    const tries = [[ben, 404, "not_found"], [people.nils, 404, "not_found"], [priya, 403, "denied"], [tom, 403, "denied"]];
    for (const [person, status, code] of tries) {
      const answer = await person.post(path, { ...WORDS, duration: "PT2H" });
      assert.deepEqual([answer.status, answer.body.code], [status, code], person.person);
    }
    assert.equal((await ana.post("/api/v1/grants/01JDREQ0000000000000000000/extend", { ...WORDS, duration: "PT2H" })).status, 404);
    for (const more of [{ roles: ["copilot-owner"] }, { start: "2030-01-01T00:00:00Z" }, { unknown: 1 }, { duration: "PT1M" }, { justification: " " }])
      assert.equal((await extend(grant, "PT2H", more)).status, 400, JSON.stringify(more));
    assert.equal((await extend(grant, "PT12H")).body.code, "refused_by_policy");
    const dry = await ana.post(`${path}?dry_run=true`, { ...WORDS, duration: "PT2H" });
    assert.deepEqual([dry.status, dry.body.state], [200, "approved"]);
    await later("PT6M");
    await release(grant);
    await ana.untilGrant(request.id, "ended");
    const late = await extend(grant, "PT2H");
    assert.deepEqual([late.status, late.body.detail], [409, "This access has ended: ask for the role anew."]);
  },

  async "S69 given back after two minutes: accepted, tried, and carried out after five; a removal that finds nothing is read back before it is believed"() {
    const request = await contributor();
    const grant = await ana.untilGrant(request.id, "active");
    await later("PT2M");
    const mark = await sandbox.mark();
    assert.deepEqual([(await release(grant)).body.state], ["ending"]);
    const tried = async () => (await sandbox.journal(mark)).filter(({ body, code }) => body?.action === "adminRemove" && code);
    await eventually(async () => (await tried()).some(({ code }) => code === "ActiveDurationTooShort"), { what: "too young" });
    assert.equal((await live()).length, 1);
    await sandbox.fault(REMOVE, { kind: "error", status: 400, code: "RoleAssignmentDoesNotExist" });
    await later("PT3M5S");
    await eventually(async () => (await tried()).some(({ code }) => code === "RoleAssignmentDoesNotExist"), { what: "does not exist" });
    await pause(1500);
    assert.equal((await grantOf(request)).state, "ending", "it is still shown: asked for again");
    await later("PT1M5S");
    assert.equal((await ana.untilGrant(request.id, "ended")).why, "released");
    assert.deepEqual(await live(), []);
  },

  async "the answer to more time is lost, before or after it had its effect: read, sent again only once nothing was proved, one end"() {
    for (const when of ["before", "after"]) {
      const mark = await sandbox.mark();
      const one = await contributor();
      const before = await ana.untilGrant(one.id, "active");
      await sandbox.fault(UPDATE, { kind: "reset", when });
      const two = await more(before, "PT3H");
      await ana.untilGrant(two.id, when === "after" ? "active" : "activating");
      if (when === "before") await eventually(async () => (await events(two)).some(({ code }) => code === "intent.unknown"), { what: "unknown" });
      const after = await comesTo(two, "active");
      assert.deepEqual([(await live()).map(({ ends_at }) => Date.parse(ends_at)), await counts(mark)], [[Date.parse(after.ends_at)], [1, 1, 0]], when);
      await over(one, two);
    }
  },

  async "a crash with more time on its way: after the restart one assignment with one longer end, and one write that had an effect"() {
    for (const when of ["before", "after"]) {
      const mark = await sandbox.mark();
      const one = await contributor();
      const before = await ana.untilGrant(one.id, "active");
      await sandbox.fault(UPDATE, { kind: "hold", when });
      const two = await more(before, "PT3H");
      await sandbox.waitHeld();
      await curfew.kill();
      await sandbox.release({ drop: true });
      await curfew.start();
      const after = await comesTo(two, "active");
      assert.deepEqual([(await live()).map(({ ends_at }) => Date.parse(ends_at)), await counts(mark)], [[Date.parse(after.ends_at)], [1, 1, 0]], when);
      await over(one, two);
    }
  },

  async "refused more time: the extension fails and says so, and what is held goes on to its own end"() {
    const mark = await sandbox.mark();
    const one = await contributor("PT30M");
    const before = await ana.untilGrant(one.id, "active");
    await sandbox.fault(UPDATE, { kind: "error", status: 400, code: "InvalidRoleAssignmentRequest" });
    const two = await more(before, "PT3H");
    assert.equal((await ana.untilGrant(two.id, "failed")).why, "directory_refused");
    assert.equal((await grantOf(one)).state, "active");
    await later("PT31M");
    assert.equal((await ana.untilGrant(one.id, "ended")).why, "expired");
    assert.deepEqual([await live(), await counts(mark)], [[], [1, 0, 0]]);
  },

  async "approved only after the end: it begins anew, with its own time"() {
    const first = await ana.until((await ana.ask({ roles: ["copilot-owner"], duration: "PT20M" })).id, "pending");
    await lena.decide(first.id);
    const before = await ana.untilGrant(first.id, "active");
    const second = await ana.until((await more(before, "PT1H")).id, "pending");
    await later("PT22M");
    await ana.untilGrant(first.id, "ended");
    const mark = await sandbox.mark();
    await lena.decide(second.id);
    await ana.untilGrant(second.id, "active");
    assert.deepEqual(await counts(mark), [1, 0, 0]);
    await later("PT6M");
    await release(await grantOf(second));
    await ana.untilGrant(second.id, "ended");
  },

  async "approved while the first is being ended: begins when that is over, and nothing of it is taken away by the removal"() {
    const one = await contributor();
    const before = await ana.untilGrant(one.id, "active");
    const first = await ana.until((await ana.ask({ roles: ["copilot-owner"], duration: "PT20M" })).id, "pending");
    await lena.decide(first.id);
    const held = await ana.untilGrant(first.id, "active");
    const second = await ana.until((await more(held, "PT1H")).id, "pending");
    await later("PT2M");
    const mark = await sandbox.mark();
    await release(held); // too young to be removed
    await lena.decide(second.id);
    await pause(1500);
    assert.deepEqual([(await grantOf(first)).state, (await grantOf(second)).state], ["ending", "waiting"]);
    await later("PT3M5S");
    await ana.untilGrant(first.id, "ended");
    await ana.untilGrant(second.id, "active", { seconds: 20 });
    assert.deepEqual([await counts(mark), (await live(GROUPS.owners)).length], [[1, 0, 1], 1]);
    await later("PT6M");
    for (const grant of [before, await grantOf(second)]) await release(grant);
    for (const { id } of [one, second]) await ana.untilGrant(id, "ended");
  },

  async "somebody else takes it away: every grant that leaned on it ends as outside, with one finding"() {
    const { one, two } = await extended();
    await sandbox.control("DELETE", `/assignments/${(await live())[0].id}`);
    for (const request of [one, two]) assert.equal((await comesTo(request, "ended")).why, "outside");
    const findings = (await priya.get("/api/v1/audit?action=drift.missing")).body.items.filter(({ role }) => role === "copilot-contributor");
    assert.equal(findings.length, 1);
  },

  async "through all of that the watch found nothing unexplained, and nothing late"() {
    for (const kind of ["unexplained", "permanent", "late"])
      assert.deepEqual((await priya.get(`/api/v1/audit?action=drift.${kind}`)).body.items, [], kind);
    const bundle = await priya.get("/api/v1/audit/export?format=bundle");
    assert.equal(bundle.status, 200);
  },
}, { seconds: 180 });
