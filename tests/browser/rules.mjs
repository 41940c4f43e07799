// What the policy says of a role, as people see it before they ask: why they cannot, how short and how often they can.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { POLICY, startCurfew } from "../support/curfew.mjs";
import { AT_ONCE, PERSONS, startSandbox } from "../support/sandbox.mjs";
import { specification } from "../support/spec.mjs";
import { accessible } from "./support/axe.mjs";
import { Somebody, startChromium, telling } from "./support/chromium.mjs";

const policy = JSON.parse(readFileSync(POLICY));
policy.people.ana = { users: [PERSONS.ana] };
policy.rules.push(
  { name: "Moved", roles: ["security-reader"], who: ["ana"], deny: "Ana works for another team now." },
  { name: "Careful", roles: ["copilot-contributor"], who: ["ana"], limits: { shortest: "PT30M", longest: "PT2H", per_day: 3, at_once: { role: 2 } } },
);
policy.rules.find(({ name }) => name === "Security Operator").approval.stages[0].reason = false;
const sandbox = await startSandbox({ switches: AT_ONCE });
const curfew = await startCurfew(sandbox, { policy });
const chromium = await startChromium();
const ana = await Somebody.at(chromium, curfew, "Ana Torres");
const lena = await Somebody.at(chromium, curfew, "Lena Vogt");

await specification(
  "browser/rules",
  telling([ana, lena], {
    async "a role that cannot be asked for says why, and cannot be chosen"() {
      await ana.goto("/");
      await ana.signIn();
      const reader = ana.page.getByLabel("Security Reader", { exact: true });
      await reader.waitFor();
      assert.ok(await reader.isDisabled());
      await ana.shows("The policy refuses this: Ana works for another team now.");
      await accessible(ana, "ask, with a role that is refused");
    },

    async "limits are said before they are met"() {
      await ana.shows("3 times a day at most");
      await ana.shows("held by 2 at once");
      await ana.page.getByLabel("Copilot contributor", { exact: true }).check();
      await ana.page.getByLabel("Or another time").fill("0:10");
      await ana.shows("Too short: at least 30 min for what you chose.");
      await ana.page.getByLabel("Or another time").fill("0:30");
      await ana.shows("You would get this at once.");
      await accessible(ana, "ask, with limits");
    },

    async "an approval that takes no reason is given without one"() {
      const desk = await curfew.browser("ana").signIn();
      const { id } = await desk.until((await desk.ask({ roles: ["security-operator"] })).id, "pending");
      await lena.signIn(`/requests/${id}`);
      await lena.button("Approve…").click();
      await lena.page.getByLabel("Reason (optional)").waitFor();
      await lena.button("Approve").click();
      await lena.shows(/Approved by Lena Vogt/);
    },
  }),
);
