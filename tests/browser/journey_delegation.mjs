// Deciding in another's place, in Chromium: an approver names somebody before they are away, that person decides on a phone, and
// both see what was done in whose place.
import { eventually, startCurfew } from "../support/curfew.mjs";
import { AT_ONCE, startSandbox } from "../support/sandbox.mjs";
import { specification } from "../support/spec.mjs";
import { accessible } from "./support/axe.mjs";
import { PHONE, Somebody, startChromium, telling } from "./support/chromium.mjs";

const sandbox = await startSandbox({ switches: AT_ONCE });
const curfew = await startCurfew(sandbox);
const chromium = await startChromium();
const lena = await Somebody.at(chromium, curfew, "Lena Vogt", {});
const nils = await Somebody.at(chromium, curfew, "Nils Frost", { viewport: PHONE, hasTouch: true });
const ana = await curfew.browser("ana").signIn();

const local = (ms) => new Date(ms - new Date(ms).getTimezoneOffset() * 60e3).toISOString().slice(0, 16);

await specification(
  "browser/journey_delegation",
  telling([lena, nils], {
    async "an approver names somebody, and is told at the field what is wrong"() {
      await lena.signIn("/decide");
      await lena.shows("Nobody decides in your place. Name somebody before you are away.");
      await lena.button("Name somebody…").click();
      await lena.button("Name them").click();
      await lena.shows("Say until when.");
      await accessible(lena, "naming somebody, with what is missing");
      await lena.page.getByRole("textbox", { name: "Who" }).fill("nobody@contoso.example");
      await lena.page.getByLabel("Until").fill(local(Date.now() + 5 * 3600e3));
      await lena.page.getByRole("button", { name: "On leave" }).click();
      await lena.button("Name them").click();
      await lena.shows(/This is nobody in Entra who could sign in/);
      await lena.page.getByRole("textbox", { name: "Who" }).fill("nils.frost@contoso.example");
      await lena.button("Name them").click();
      await lena.shows("Nils Frost in your place");
      await accessible(lena, "decide, with a delegation");
    },

    async "who was named finds what waits, is told in whose place they decide, and decides"() {
      const asked = await ana.ask({ roles: ["security-operator"] });
      const request = await ana.until(asked.id, "pending");
      await nils.signIn(`/requests/${request.id}`);
      await nils.shows("You decide in their place until");
      await nils.fits();
      await accessible(nils, "request, to be decided in another's place, on a phone");
      await nils.button("Approve…").click();
      await nils.shows("You decide in the place of Lena Vogt.");
      await nils.page.getByRole("button", { name: "Known incident" }).click();
      await nils.button("Approve").click();
      await nils.shows(/Approved by Nils Frost for Lena Vogt/);
      await lena.goto(`/requests/${request.id}`);
      await lena.shows(/Nils Frost, in their place,/);
      await eventually(async () => (await ana.request(request.id)).grants[0].state === "active", { what: "access" });
    },

    async "it is ended early from either side"() {
      await nils.goto("/decide");
      await nils.shows("You in Lena Vogt’s place");
      await nils.fits();
      await nils.page.getByRole("button", { name: /^End/ }).click();
      await nils.button("End it now").click();
      await nils.shows(/ended early/);
      await accessible(nils, "decide, with a delegation that is over, on a phone");
    },
  }),
);
