// A bundle whose roles their holder starts, by signing in: one after the other, with one clock, and all of them or none.
import assert from "node:assert/strict";
import { eventually } from "../support/curfew.mjs";
import { delegated } from "../support/delegated.mjs";
import { GROUPS, ROLES } from "../support/sandbox.mjs";
import { specification } from "../support/spec.mjs";

const policy = (all) => {
  for (const rule of all.rules) rule.require = { mfa: { within: "PT8H" } };
  all.bundles = { kit: { name: "My kit", roles: ["copilot-contributor", "security-reader"], when_one_fails: "undo" } };
};

const stage = await delegated({ policy });
const { sandbox } = stage;
const { ana } = stage.people;

const until = (request, ...states) =>
  eventually(async () => {
    const now = await ana.request(request.id);
    if (now.grants.map(({ state }) => state).join() === states.join()) return now;
    throw new Error(`are ${now.grants.map(({ role, state, why }) => `${role} ${state} ${why ?? ""}`).join("; ")}`);
  }, { what: `grants becoming ${states}` });

const asked = async () => until(await ana.ask({ roles: ["kit"], duration: "PT2H" }), "waiting", "waiting");
const start = (grant) => stage.start({ grant, person: ana });

await specification("journeys/bundles_delegated", {
  async "the second can be started only when the first is active, and ends with it"() {
    const mails = await sandbox.mailMark();
    const request = await asked();
    const [one, two] = request.grants;
    assert.deepEqual(request.grants.map(({ needs, waits_for }) => [needs, waits_for]), [["sign_in", null], [null, "Copilot contributor"]]);
    const early = await ana.post(`/api/v1/grants/${two.id}/activate`);
    assert.deepEqual([early.status, early.body.detail], [409, "The roles of a bundle start one after the other: another one comes first."]);
    await sandbox.mailTo("ana.torres@contoso.example", "Start now: Copilot contributor", mails);
    await start(one);
    assert.equal((await until(request, "active", "waiting")).grants[1].needs, "sign_in");
    await sandbox.mailTo("ana.torres@contoso.example", "Start now: Security Reader", mails);
    await stage.later("PT10M");
    await start(two);
    const both = await until(request, "active", "active");
    assert.equal(both.grants[0].ends_at, both.grants[1].ends_at, "one clock");
    await stage.later("PT6M");
    for (const { id } of both.grants) await ana.post(`/api/v1/grants/${id}/release`);
    await until(request, "ended", "ended");
  },

  async "the second is never started: the first is given back when that time is over"() {
    const request = await asked();
    await start(request.grants[0]);
    await until(request, "active", "waiting");
    await stage.later("PT30M");
    await until(request, "active", "waiting");
    await stage.later("PT31M");
    await eventually(async () => (await ana.request(request.id)).grants[1].state === "lapsed", { what: "lapsing" });
    await stage.later("PT2M"); // at its next look at the latest
    const { grants } = await until(request, "ended", "lapsed");
    assert.deepEqual(grants.map(({ why }) => why), ["bundle_undone", "not_started"]);
    for (const target of [GROUPS.contributors, ROLES.securityReader]) assert.deepEqual(await stage.live(target), []);
  },
}, { seconds: 90 });
