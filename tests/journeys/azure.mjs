// Roles of Azure in mode `application`: given, read back, ended and removed through ARM as those of Entra are through Graph; held
// above the scope is held; an ARM that is slow, throttled or dead, or whose answers are lost, doubles nothing and stops nothing else.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { addAzure, AZURE, CALLS, give } from "../support/azure.mjs";
import { eventually, POLICY, startCurfew } from "../support/curfew.mjs";
import { AT_ONCE, GROUPS, PERSONS, startSandbox } from "../support/sandbox.mjs";
import { specification } from "../support/spec.mjs";

const sandbox = await startSandbox({ switches: AT_ONCE });
await give(sandbox, AZURE.userAccessAdministrator, AZURE.group);
const policy = addAzure(JSON.parse(readFileSync(POLICY)));
policy.roles["azure-reader"] = { name: "Reader", target: { kind: "azure_role", role: AZURE.reader, scope: AZURE.group }, unexplained: "remove" };
policy.rules.find(({ roles }) => roles.includes("sentinel-contributor")).roles.push("azure-reader");
const curfew = await startCurfew(sandbox, { policy });
const people = {};
for (const name of ["ana", "lena", "priya", "tom"]) people[name] = await curfew.browser(name).signIn();
const { ana, lena, tom } = people;
const CONTRIBUTOR = { roles: ["sentinel-contributor"] };
const LOST = { kind: "error", status: 503, code: "ServerTimeout" };

async function later(span) {
  await sandbox.clock.advance(span);
  for (const person of Object.values(people)) await person.signIn();
}

const live = async (scope = AZURE.group) =>
  (await sandbox.assignments()).live.filter(({ principal, target }) => principal.id === PERSONS.ana && target.kind === "azure_role" && target.scope === scope);
const puts = async (mark, type) => (await sandbox.journal(mark)).filter(({ api, method, body }) => api === "arm" && method === "PUT" && body?.properties.requestType === type);
const effects = async (mark, kind) => (await sandbox.journal(mark)).filter(({ effect }) => effect?.[kind]);
const nameOf = ({ path }) => path.split("/").at(-1);

/** Gives it back, and waits for its end. */
async function over(request) {
  await later("PT6M");
  const [grant] = (await ana.request(request.id)).grants;
  await ana.post(`/api/v1/grants/${grant.id}/release`);
  const ended = await ana.untilGrant(request.id, "ended", { seconds: 60 });
  assert.deepEqual(await live(), []);
  return ended;
}

/** Moves the clock on until the grant is in a state. */
async function comesTo(request, state) {
  return eventually(async () => {
    const now = await ana.request(request.id);
    const [grant] = now.grants;
    if (grant?.state === state) return grant;
    await later("PT20S");
    throw new Error(`is ${now.state} ${now.why}, ${grant?.state} ${grant?.why}: ${JSON.stringify(now.evidence)}`);
  }, { seconds: 60, every: 300, what: state });
}

await specification("journeys/azure", {
  async "doctor reads PIM's rules there and who holds it, and says which role of Azure that takes"() {
    const target = { azure_role: AZURE.responder, scope: AZURE.group };
    const rules = (changes) => sandbox.control("PATCH", "/pim", { ...target, rules: changes });
    const look = async () => {
      const { output } = await curfew.run("doctor", "--config", curfew.config, "--json");
      return JSON.parse(output).checks.filter(({ about }) => about === "sentinel-responder").map(({ health, says, mend }) => `${health} ${says} ${mend}`).join("\n");
    };
    await rules({ Expiration_Admin_Assignment: { isExpirationRequired: true } });
    assert.match(await look(), /^ok .*PIM knows it/);
    await rules({ Enablement_Admin_Assignment: { enabledRules: ["MultiFactorAuthentication"] } });
    assert.match(await look(), /WRONG .*requires MFA .* impossible/);
    await rules({ Enablement_Admin_Assignment: { enabledRules: ["Justification"] } });
    const right = (await sandbox.assignments()).live.find((one) => one.target.id === AZURE.userAccessAdministrator);
    await sandbox.control("DELETE", `/assignments/${right.id}`);
    assert.match(await look(), /unknown .*PIM's rules, who holds it \(HTTP 403.*User Access Administrator/);
    await give(sandbox, AZURE.userAccessAdministrator, AZURE.group);
  },

  async "asked, approved, assigned at the resource group, read back, given back, removed; Graph was asked for none of it"() {
    const mark = await sandbox.mark();
    const request = await ana.until((await ana.ask({ roles: ["sentinel-responder"] })).id, "pending");
    assert.equal((await lena.decide(request.id)).status, 200);
    const grant = await ana.untilGrant(request.id, "active");
    assert.deepEqual([grant.seen, grant.mode], ["yes", "application"]);
    const [held] = await live();
    assert.deepEqual([held.manner, Date.parse(held.ends_at)], ["assigned", Date.parse(grant.ends_at)]);
    const [put] = await puts(mark, "AdminAssign");
    const { properties } = put.body;
    assert.equal(put.path, `${AZURE.group}/providers/Microsoft.Authorization/roleAssignmentScheduleRequests/${nameOf(put)}`);
    assert.equal(put.query["api-version"], "2020-10-01");
    assert.equal(properties.roleDefinitionId, `${AZURE.group}/providers/Microsoft.Authorization/roleDefinitions/${AZURE.responder}`);
    assert.equal(properties.scheduleInfo.expiration.type, "AfterDateTime");
    assert.ok(properties.justification.endsWith(` [Curfew ${request.id}]`));
    assert.equal((await over(request)).why, "released");
    const [gone] = await puts(mark, "AdminRemove");
    assert.notEqual(nameOf(gone), nameOf(put));
    const written = (await sandbox.journal(mark)).filter(({ api, method, path }) => api === "graph" && method === "POST" && path.includes("ScheduleRequests"));
    assert.deepEqual(written, []);
  },

  async "it runs out by itself, and is seen to be over"() {
    const mark = await sandbox.mark();
    const request = await ana.ask({ ...CONTRIBUTOR, duration: "PT10M" });
    await ana.untilGrant(request.id, "active");
    await later("PT11M");
    assert.equal((await ana.untilGrant(request.id, "ended")).why, "expired");
    assert.deepEqual(await live(), []);
    assert.deepEqual(await puts(mark, "AdminRemove"), []);
  },

  async "an administrator takes it away"() {
    const request = await ana.ask(CONTRIBUTOR);
    const { id } = await ana.untilGrant(request.id, "active");
    await later("PT6M");
    assert.equal((await tom.post(`/api/v1/grants/${id}/revoke`, { reason: "Enough" })).status, 200);
    assert.equal((await ana.untilGrant(request.id, "ended")).why, "revoked");
    assert.deepEqual(await live(), []);
  },

  async "held already, at the scope or above it, for good or for a time: said, until when, and left as it is"() {
    const ends_at = new Date(Math.floor(Date.parse((await sandbox.clock.now()).now) / 1000) * 1000 + 5 * 3600e3).toISOString().replace(".000", "");
    const above = "/providers/Microsoft.Management/managementGroups/contoso";
    for (const [scope, more] of [[AZURE.group, {}], [AZURE.subscription, {}], [AZURE.subscription, { ends_at }], [above, {}]]) {
      const mark = await sandbox.mark();
      const { id } = await give(sandbox, AZURE.contributor, scope, { principal: PERSONS.ana, ...more });
      const request = await ana.ask(CONTRIBUTOR);
      const grant = await ana.untilGrant(request.id, "failed");
      assert.equal(grant.why, "already_held", scope);
      const [piece] = (await ana.request(request.id)).evidence.filter(({ code }) => code === "already_held");
      assert.ok(!more.ends_at || piece.says.includes(ends_at), piece.says);
      assert.deepEqual(await puts(mark, "AdminAssign"), []);
      assert.equal((await live(scope)).length, 1);
      await sandbox.control("DELETE", `/assignments/${id}`);
    }
  },

  async "another role that is held above is in nobody's way, and stays"() {
    const { id } = await give(sandbox, AZURE.responder, AZURE.subscription, { principal: PERSONS.ana });
    const request = await ana.ask(CONTRIBUTOR);
    await ana.untilGrant(request.id, "active");
    await over(request);
    assert.equal((await live(AZURE.subscription)).length, 1,);
    await sandbox.control("DELETE", `/assignments/${id}`);
  },

  async "an answer that is lost after its effect: read back, and sent once"() {
    const mark = await sandbox.mark();
    await sandbox.fault(CALLS.put, { kind: "reset", when: "after" });
    const request = await ana.ask(CONTRIBUTOR);
    await ana.untilGrant(request.id, "active", { seconds: 60 });
    assert.equal((await puts(mark, "AdminAssign")).length, 1);
    assert.equal((await live()).length, 1);
    await over(request);
  },

  async "lost without effect: repeated under its own name, once reads over 150 s show nothing, with the same end"() {
    const mark = await sandbox.mark();
    await sandbox.fault(CALLS.put, { kind: "reset", when: "before" });
    const request = await ana.ask(CONTRIBUTOR);
    await ana.untilGrant(request.id, "activating");
    await comesTo(request, "active");
    const [first, second, ...more] = await puts(mark, "AdminAssign");
    assert.deepEqual(more, []);
    assert.ok(Date.parse(second.at) - Date.parse(first.at) >= 150e3);
    assert.equal(nameOf(first), nameOf(second));
    assert.equal(first.body.properties.scheduleInfo.expiration.endDateTime, second.body.properties.scheduleInfo.expiration.endDateTime);
    assert.equal((await effects(mark, "assign")).length, 1);
    await over(request);
  },

  async "its effect shows only after it was repeated: ARM knows the name, and it is given once"() {
    const mark = await sandbox.mark();
    await sandbox.fault(CALLS.put, { kind: "reset", when: "after" });
    await sandbox.fault(CALLS.instances, { kind: "alter", entries: "none" }, { times: 100000 });
    const request = await ana.ask(CONTRIBUTOR);
    await ana.untilGrant(request.id, "activating");
    await eventually(async () => {
      if ((await puts(mark, "AdminAssign")).length === 2) return true;
      await later("PT20S");
      throw new Error("not repeated yet");
    }, { seconds: 60, every: 300, what: "the second write" });
    await sandbox.clearFaults();
    await ana.untilGrant(request.id, "active", { seconds: 60 });
    const written = await puts(mark, "AdminAssign");
    assert.deepEqual(written.map(({ code }) => code ?? null).at(-1), "RequestConflict");
    assert.equal((await effects(mark, "assign")).length, 1);
    assert.equal((await live()).length, 1);
    await over(request);
  },

  async "refused for want of rights: failed, and an alarm; nothing waits for it"() {
    const { live: all } = await sandbox.assignments();
    const right = all.find(({ target }) => target.id === AZURE.userAccessAdministrator);
    await give(sandbox, AZURE.reader, AZURE.group);
    await sandbox.control("DELETE", `/assignments/${right.id}`);
    const request = await ana.ask(CONTRIBUTOR);
    assert.equal((await ana.untilGrant(request.id, "failed")).why, "directory_refused");
    const { items } = (await people.priya.get("/api/v1/audit?action=alarm.raised")).body;
    assert.ok(items.some(({ detail }) => detail.alarm === "directory_denied"));
    await give(sandbox, AZURE.userAccessAdministrator, AZURE.group);
  },

  async "ARM throttled or dead, and Graph alive: what is Graph's is given and taken, and what is ARM's follows later"() {
    await sandbox.switches({ early_removal: true });
    for (const fault of [{ kind: "error", status: 429, code: "SubscriptionRequestsThrottled", headers: { "Retry-After": "5" } }, LOST, { kind: "refuse" }]) {
      const mark = await sandbox.mark();
      await later("PT2M");
      await sandbox.fault(CALLS.everything, fault, { times: 100000 });
      const waiting = await ana.ask(CONTRIBUTOR);
      const other = await ana.ask({ roles: ["copilot-contributor"] });
      await ana.untilGrant(other.id, "active");
      const [grant] = (await ana.request(other.id)).grants;
      assert.equal((await tom.post(`/api/v1/grants/${grant.id}/revoke`, { reason: "Enough" })).status, 200);
      assert.equal((await ana.untilGrant(other.id, "ended")).why, "revoked");
      const held = (await sandbox.assignments()).live.filter(({ principal, target }) => principal.id === PERSONS.ana && target.id === GROUPS.contributors);
      assert.deepEqual(held, []);
      assert.deepEqual((await effects(mark, "assign")).filter(({ api }) => api === "arm"), []);
      await sandbox.clearFaults();
      await ana.untilGrant(waiting.id, "active", { seconds: 90 }); // the time that it rests is real
      await over(waiting);
    }
    await sandbox.switches({ early_removal: false });
  },

  async "revoking is carried out as soon as ARM is back"() {
    const request = await ana.ask(CONTRIBUTOR);
    const { id } = await ana.untilGrant(request.id, "active");
    await later("PT6M");
    await sandbox.fault(CALLS.everything, LOST, { times: 100000 });
    assert.equal((await tom.post(`/api/v1/grants/${id}/revoke`, { reason: "Enough" })).status, 200);
    await new Promise((resolve) => setTimeout(resolve, 1500));
    assert.equal((await ana.request(request.id)).grants[0].state, "ending");
    assert.equal((await live()).length, 1);
    await sandbox.clearFaults();
    assert.equal((await comesTo(request, "ended")).why, "revoked");
    assert.deepEqual(await live(), []);
  },

  async "what nothing explains is found at the scope, told, and removed where the policy says so; what is held above it is not meant"() {
    const target = `azure_role/${AZURE.reader}/${AZURE.group}`;
    const held = async (scope) => (await sandbox.assignments()).live.filter((one) => one.principal.id === PERSONS.nils && one.target.scope === scope);
    await give(sandbox, AZURE.reader, AZURE.group, { principal: PERSONS.nils });
    await give(sandbox, AZURE.reader, AZURE.subscription, { principal: PERSONS.nils });
    await eventually(async () => {
      if (!(await held(AZURE.group)).length) return true;
      await later("PT121S");
      throw new Error("still there");
    }, { seconds: 60, every: 500, what: "the removal" });
    await people.priya.signIn();
    const { items } = (await people.priya.get("/api/v1/audit?action=drift.unexplained")).body;
    assert.deepEqual(items.filter(({ detail }) => detail.principal === PERSONS.nils).map(({ detail }) => detail.target), [target]);
    assert.equal((await held(AZURE.subscription)).length, 1);
  },

  async "pages of one entry are all read"() {
    await sandbox.switches({ arm_page: 1 });
    const request = await ana.ask(CONTRIBUTOR);
    await ana.untilGrant(request.id, "active");
    await over(request);
    await sandbox.switches({ arm_page: 100 });
  },
}, { seconds: 150 });
