// The watch where people start what they hold themselves: it looks at the device that they started it from, and at whether
// they are still eligible. What was to start later and is not theirs any more is not started (S13).
import assert from "node:assert/strict";
import { eventually } from "../support/curfew.mjs";
import { delegated } from "../support/delegated.mjs";
import { device, GROUPS, PERSONS } from "../support/sandbox.mjs";
import { specification } from "../support/spec.mjs";

const stage = await delegated({
  policy: ({ rules }) => {
    rules[2].watch = { every: "PT1M", grace: "PT5M", then: "revoke", checks: ["device", "eligibility"] };
    rules[2].limits = { longest: "PT8H", start_within: "PT2H" };
  },
});
const { sandbox, people } = stage;
const { ana } = people;
const state = (name, to) => sandbox.control("PATCH", `/devices/${device(name)}`, { state: to, compliant: to === "compliant" ? "true" : "false" });
const grantOf = async ({ request }) => (await ana.request(request.id)).grants[0];
const eligible = async () => (await sandbox.assignments()).eligible.find(({ principal, target }) => principal.id === PERSONS.ana && target.id === GROUPS.contributors);

await specification("journeys/watching_delegated", {
  async "S58, S62: watched is the device that it was started from, not the one that it was asked from"() {
    await state("SEC-115", "compliant");
    await ana.signIn({ device: device("SEC-115") });
    const waiting = await stage.waits();
    await stage.start(waiting, { device: device("SEC-114") });
    await ana.untilGrant(waiting.request.id, "active");
    await state("SEC-115", "noncompliant");
    await stage.later("PT1M");
    await stage.later("PT1M");
    assert.deepEqual((await grantOf(waiting)).doubts, []);
    await state("SEC-114", "noncompliant");
    await stage.later("PT2M");
    const { doubts } = await eventually(async () => { const grant = await grantOf(waiting); return grant.doubts.length && grant; }, { what: "a doubt" });
    assert.deepEqual(doubts.map(({ check }) => check), ["device"]);
    await state("SEC-114", "compliant");
    await stage.later("PT1M");
    await eventually(async () => (await grantOf(waiting)).doubts.length === 0, { what: "no doubt" });
    stage.held = waiting;
  },

  async "who is not eligible any more loses it after the grace"() {
    await sandbox.control("DELETE", `/assignments/${(await eligible()).id}`);
    const waiting = stage.held;
    for (let minute = 0; minute < 8 && (await grantOf(waiting)).state === "active"; minute++) {
      await stage.later("PT1M");
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
    const { state: now, why, doubts } = await grantOf(waiting);
    assert.deepEqual([now === "ending" || now === "ended", why, doubts.map(({ check, code, revoked }) => `${check} ${code} ${revoked}`)], [true, "revoked", ["eligibility eligibility_missing true"]]);
  },

  async "S13: what was to start later is not started by who is not eligible any more, and they are told why"() {
    await sandbox.control("POST", "/assignments", { principal: PERSONS.ana, group: GROUPS.contributors, access: "member", manner: "eligible" });
    await stage.later("PT10M");
    await ana.untilGrant(stage.held.request.id, "ended");
    const start = new Date(Date.parse((await sandbox.clock.now()).now) + 30 * 60e3).toISOString().replace(/\.\d+/, "");
    const request = await ana.ask({ roles: ["copilot-contributor"], start });
    const grant = await ana.untilGrant(request.id, "waiting");
    await sandbox.control("DELETE", `/assignments/${(await eligible()).id}`);
    await stage.later("PT31M");
    const mark = await sandbox.mark();
    const inVain = await stage.startsInVain({ request, grant, person: ana });
    assert.equal(inVain.why, "eligibility_missing");
    assert.equal((await stage.effects(mark, "assign")).length, 0);
  },
}, { seconds: 90 });
