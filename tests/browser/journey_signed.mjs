// A decision that is signed, in Chromium: an approver on a phone is told before, signs in for it, and comes back to where it is done;
// or is told what their sign-in lacked.
import { readFileSync } from "node:fs";
import { POLICY, startCurfew } from "../support/curfew.mjs";
import { AT_ONCE, startSandbox } from "../support/sandbox.mjs";
import { specification } from "../support/spec.mjs";
import { accessible } from "./support/axe.mjs";
import { PHONE, Somebody, startChromium, telling } from "./support/chromium.mjs";

const policy = JSON.parse(readFileSync(POLICY));
policy.rules.find(({ roles }) => roles.includes("security-operator")).approval.signed = true;
const sandbox = await startSandbox({ switches: AT_ONCE });
const curfew = await startCurfew(sandbox, { policy });
const chromium = await startChromium();
const lena = await Somebody.at(chromium, curfew, "Lena Vogt", { viewport: PHONE, hasTouch: true });
const ana = await curfew.browser("ana").signIn();
const asked = await ana.ask({ roles: ["security-operator"] });
const request = await ana.until(asked.id, "pending");

await specification(
  "browser/journey_signed",
  telling([lena], {
    async "beside the buttons it says that the decision will be signed"() {
      await lena.signIn(`/requests/${request.id}`);
      await lena.shows("Your decision will be signed: Entra will ask you to sign in again.");
      await lena.fits();
      await accessible(lena, "request, to be decided with a signature, on a phone");
    },

    async "a sign-in that is too weak goes back twice, and then the page says what was missing and that nothing was decided"() {
      await lena.button("Approve…").click();
      await lena.page.getByRole("button", { name: "Known incident" }).click();
      await lena.button("Approve").click();
      for (let round = 0; round < 2; round++) {
        await lena.account.waitFor();
        await lena.account.click();
        await lena.page.locator("input[name=mfa][value=none]").check();
        await lena.page.getByRole("button", { name: "Sign in", exact: true }).click();
      }
      await lena.throughEntra({ mfa: "none" });
      await lena.shows("Your sign-in was without multifactor authentication.");
      await lena.shows("This waits for your decision.");
      await lena.fits();
      await accessible(lena, "request, not signed");
    },

    async "with the second factor it comes back to the same place, decided; what was typed before was kept"() {
      await lena.button("Approve…").click();
      await lena.button("Approve").click();
      await lena.throughEntra();
      await lena.shows(/Approved by Lena Vogt/);
      await lena.fits();
      await ana.untilGrant(request.id, "active");
    },
  }),
);
