// Getting by with less, in Chromium: while the form is filled in, a lesser role that was enough before and a time that past use
// suggests are one tap away; and on a phone an approver reads what to weigh.
import { startCurfew } from "../support/curfew.mjs";
import { AT_ONCE, startSandbox } from "../support/sandbox.mjs";
import { specification } from "../support/spec.mjs";
import { accessible } from "./support/axe.mjs";
import { PHONE, Somebody, startChromium, telling } from "./support/chromium.mjs";

const sandbox = await startSandbox({ switches: AT_ONCE });
const curfew = await startCurfew(sandbox);
const api = await curfew.browser("ana").signIn();
for (let i = 0; i < 2; i++) {
  const { id } = await api.ask({ roles: ["copilot-contributor"], duration: "PT1H" });
  const grant = await api.untilGrant(id, "active");
  await sandbox.clock.advance("PT20M");
  await api.signIn();
  await api.post(`/api/v1/grants/${grant.id}/release`);
  await api.untilGrant(id, "ended");
}
await api.untilGrant((await api.ask({ roles: ["security-reader"], duration: "PT8H" })).id, "active");

const chromium = await startChromium();
const ana = await Somebody.at(chromium, curfew, "Ana Torres", {});
const lena = await Somebody.at(chromium, curfew, "Lena Vogt", { viewport: PHONE, hasTouch: true });

await specification(
  "browser/journey_advice",
  telling([ana, lena], {
    async "the lesser role is one tap away, and so is the shorter time"() {
      await ana.signIn("/");
      await ana.page.getByLabel("Copilot owner").check();
      await ana.shows(/Copilot contributor was enough before: 2 uses in the last 90 days/);
      await ana.shows(/Security Reader is held already, and opens: Reading alerts/);
      await accessible(ana, "asking, with advice");
      await ana.button("Ask for Copilot contributor instead").click();
      if (await ana.page.getByLabel("Copilot owner").isChecked()) throw new Error("both are asked for");
      await ana.shows(/it was used 2 times, for 2\d.min at most: 30.min may do\./);
      await ana.page.getByRole("button", { name: /^Ask for 30.min$/ }).click();
      await ana.shows(/^30.min: until about/);
    },

    async "an approver on a phone reads what to weigh before they decide"() {
      const request = await api.until((await api.ask({ roles: ["copilot-owner"], duration: "PT2H" })).id, "pending");
      await lena.signIn(`/requests/${request.id}`);
      await lena.page.getByRole("heading", { name: "To weigh" }).waitFor();
      await lena.shows("Tier 0: most sensitive");
      await lena.shows(/Security Reader is held already/);
      await lena.fits();
      await accessible(lena, "request, with advice, on a phone");
    },
  }),
);
