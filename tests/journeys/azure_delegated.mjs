// Roles of Azure in mode `delegated`: the person's own token for ARM activates them at the resource group, by an eligibility that
// may lie above it, with its condition and under its rules. What takes them away again is a role of Azure that Curfew holds there.
import assert from "node:assert/strict";
import { addAzure, AZURE, CALLS, give } from "../support/azure.mjs";
import { eventually } from "../support/curfew.mjs";
import { ACTING, delegated } from "../support/delegated.mjs";
import { GROUPS, PERSONS } from "../support/sandbox.mjs";
import { specification } from "../support/spec.mjs";

const stage = await delegated({ policy: addAzure });
const { sandbox, people } = stage;
const { ana, ben, priya } = people;
const RESPONDER = { azure_role: AZURE.responder, scope: AZURE.subscription };
const WITH_ARM = [...ACTING, "user_impersonation"];
await stage.app({ delegated: WITH_ARM, consent: WITH_ARM });
await give(sandbox, AZURE.userAccessAdministrator, AZURE.group);
await give(sandbox, AZURE.reader, AZURE.subscription); // PIM's rules there bind what is activated below

const LENIENT = {
  AuthenticationContext_EndUser_Assignment: { isEnabled: false, claimValue: null },
  Enablement_EndUser_Assignment: { enabledRules: ["Justification"] },
  Expiration_EndUser_Assignment: { maximumDuration: "PT8H" },
  Approval_EndUser_Assignment: { setting: { isApprovalRequired: false } },
};
const eligibilityOf = async (person) => (await sandbox.assignments()).eligible.find(({ principal, target }) => principal.id === person && target.id === AZURE.responder);
const live = async (person) => (await stage.live(AZURE.responder, person)).filter(({ target }) => target.scope === AZURE.group);
const puts = async (mark, type) => (await sandbox.journal(mark)).filter(({ api, method, body }) => api === "arm" && method === "PUT" && body?.properties.requestType === type);
const alarms = async (grant) => (await priya.get("/api/v1/audit?action=alarm.raised")).body.items.filter((one) => one.grant === grant).map(({ detail }) => detail.alarm);

/** PIM's rules at the subscription, where people are eligible, for this case. */
async function withRules(changes, run) {
  await stage.rules(RESPONDER, { ...LENIENT, ...changes });
  await stage.later("PT2M");
  try {
    return await run();
  } finally {
    await stage.rules(RESPONDER, LENIENT);
    await stage.later("PT2M");
  }
}

await stage.rules(RESPONDER, LENIENT);

await specification("journeys/azure_delegated", {
  async "asked, approved, told, started by its holder at the resource group, read back, given back, removed by Curfew"() {
    const mark = await sandbox.mark();
    const waiting = await stage.waits("sentinel-responder");
    assert.deepEqual(await puts(mark, "SelfActivate"), []);
    assert.equal((await stage.start(waiting)).location, `/requests/${waiting.request.id}`);
    const grant = await ana.untilGrant(waiting.request.id, "active");
    const [held] = await live(PERSONS.ana);
    assert.deepEqual([held.manner, Date.parse(held.ends_at)], ["activated", Date.parse(grant.ends_at)]);
    const [put] = await puts(mark, "SelfActivate");
    const { properties } = put.body;
    assert.deepEqual([put.person, properties.principalId], [PERSONS.ana, PERSONS.ana]);
    assert.equal(properties.linkedRoleEligibilityScheduleId, (await eligibilityOf(PERSONS.ana)).id);
    assert.ok(!("condition" in properties));
    await stage.later("PT6M");
    await ana.post(`/api/v1/grants/${grant.id}/release`);
    assert.equal((await ana.untilGrant(waiting.request.id, "ended")).why, "released");
    const [gone] = await puts(mark, "AdminRemove");
    assert.equal(gone.person, null);
    assert.deepEqual(await live(PERSONS.ana), []);
  },

  async "it runs out by itself, and is seen to be over"() {
    const waiting = await stage.waits("sentinel-responder", { duration: "PT10M" });
    await stage.start(waiting);
    await ana.untilGrant(waiting.request.id, "active");
    await stage.later("PT11M");
    assert.equal((await ana.untilGrant(waiting.request.id, "ended")).why, "expired");
    assert.deepEqual(await live(PERSONS.ana), []);
  },

  async "the condition of the eligibility goes along; who is eligible through a group names the group's, and activates for themselves"() {
    const before = await eligibilityOf(PERSONS.ben);
    await sandbox.control("DELETE", `/assignments/${before.id}`);
    const condition = { condition: "@Resource[Microsoft.OperationalInsights/workspaces:name] StringEquals 'soc'", condition_version: "2.0" };
    await give(sandbox, AZURE.responder, AZURE.group, { principal: GROUPS.leads, manner: "eligible", ...condition });
    await stage.later("PT2M");
    const mark = await sandbox.mark();
    const waiting = await stage.waits("sentinel-responder", { person: ben });
    await stage.start(waiting);
    await ben.untilGrant(waiting.request.id, "active");
    const [{ body }] = await puts(mark, "SelfActivate");
    assert.deepEqual([body.properties.condition, body.properties.conditionVersion], [condition.condition, "2.0"]);
    assert.equal(body.properties.linkedRoleEligibilityScheduleId, (await eligibilityOf(GROUPS.leads)).id);
    assert.equal(body.properties.principalId, PERSONS.ben);
    assert.deepEqual(await live(PERSONS.lena), []);
    await stage.over(waiting);
  },

  async "an answer that is lost after its effect: read back, and sent once"() {
    const mark = await sandbox.mark();
    const waiting = await stage.waits("sentinel-responder");
    await sandbox.fault({ ...CALLS.put, body: "SelfActivate" }, { kind: "reset", when: "after" });
    await stage.start(waiting);
    await ana.untilGrant(waiting.request.id, "active", { seconds: 60 });
    assert.equal((await puts(mark, "SelfActivate")).length, 1);
    assert.equal((await live(PERSONS.ana)).length, 1);
    await stage.over(waiting);
  },

  async "lost without effect: it waits again after the proof, and its holder starts it once more under the same name"() {
    const mark = await sandbox.mark();
    const waiting = await stage.waits("sentinel-responder");
    await sandbox.fault({ ...CALLS.put, body: "SelfActivate" }, { kind: "reset", when: "before" });
    await stage.start(waiting);
    await eventually(async () => {
      const [grant] = (await ana.request(waiting.request.id)).grants;
      if (grant.state === "waiting") return true;
      await stage.later("PT20S");
      throw new Error(`is ${grant.state}`);
    }, { seconds: 60, every: 300, what: "waiting again" });
    await stage.start(waiting);
    await ana.untilGrant(waiting.request.id, "active");
    const [first, second] = await puts(mark, "SelfActivate");
    assert.equal(first.path, second.path);
    assert.ok(Date.parse(second.at) - Date.parse(first.at) >= 150e3);
    assert.equal((await live(PERSONS.ana)).length, 1);
    await stage.over(waiting);
  },

  async "the rules of the eligibility's scope bind it too: an approval or a shorter time there is met when somebody asks"() {
    const refusedFor = async (changes, code) =>
      withRules(changes, async () => {
        const request = await ana.until((await ana.ask({ roles: ["sentinel-responder"] })).id, "refused");
        assert.equal(request.why, code);
      });
    await refusedFor({ Approval_EndUser_Assignment: { setting: { isApprovalRequired: true } } }, "pim_wants_approval");
    await refusedFor({ Expiration_EndUser_Assignment: { maximumDuration: "PT30M" } }, "pim_too_long");
  },

  async "a context that PIM wants there is asked of the sign-in"() {
    await withRules({ AuthenticationContext_EndUser_Assignment: { isEnabled: true, claimValue: "c1" } }, async () => {
      const waiting = await stage.waits("sentinel-responder");
      await stage.start(waiting);
      await ana.untilGrant(waiting.request.id, "active");
      await stage.over(waiting);
    });
  },

  async "without the consent to act in ARM: it waits, and says so"() {
    await stage.app({ delegated: ACTING, consent: ACTING });
    const mark = await sandbox.mark();
    const waiting = await stage.waits("sentinel-responder");
    assert.equal((await stage.startsInVain(waiting)).why, "on_behalf_no_consent");
    assert.deepEqual(await puts(mark, "SelfActivate"), []);
    await stage.app({ delegated: WITH_ARM, consent: WITH_ARM });
    await stage.start(waiting);
    await ana.untilGrant(waiting.request.id, "active");
    await stage.over(waiting);
  },

  async "a Curfew that may only read there starts it, but cannot take it back: an alarm, never shown as ended, and its end ends it"() {
    const { live: all } = await sandbox.assignments();
    await sandbox.control("DELETE", `/assignments/${all.find(({ target }) => target.id === AZURE.userAccessAdministrator).id}`);
    const waiting = await stage.waits("sentinel-responder");
    await stage.start(waiting);
    const { id } = await ana.untilGrant(waiting.request.id, "active");
    await stage.later("PT6M");
    await ana.post(`/api/v1/grants/${id}/release`);
    await eventually(async () => (await alarms(id)).includes("directory_denied"), { what: "the alarm", seconds: 30 });
    assert.equal((await ana.request(waiting.request.id)).grants[0].state, "ending");
    assert.equal((await live(PERSONS.ana)).length, 1);
    await stage.later("PT3M");
    await stage.later("PT55M");
    assert.equal((await ana.untilGrant(waiting.request.id, "ended")).why, "released");
    assert.equal((await alarms(id)).filter((alarm) => alarm === "directory_denied").length, 1);
    assert.deepEqual(await live(PERSONS.ana), []);
    await give(sandbox, AZURE.userAccessAdministrator, AZURE.group);
  },

  async "where the rules of the eligibility's scope cannot be read, nothing is granted"() {
    const { live: all } = await sandbox.assignments();
    await sandbox.control("DELETE", `/assignments/${all.find(({ target }) => target.id === AZURE.reader).id}`);
    await stage.later("PT2M");
    const request = await ana.ask({ roles: ["sentinel-responder"] });
    const piece = await eventually(async () => {
      const found = (await ana.request(request.id)).evidence.find(({ check }) => check === "pim_rules");
      return found?.verdict === "unknown" && found;
    }, { what: "the evidence" });
    assert.equal(piece.code, "pim_unread");
  },
}, { seconds: 150 });
