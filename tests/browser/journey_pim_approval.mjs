// What PIM holds until it is approved there, in Chromium: asked for with the sign-in that hands it over, approved on a phone by somebody
// who signs in for it, live; and, when it is approved in the portal first, taken away before it is ever shown as live.
import assert from "node:assert/strict";
import { held } from "../support/held.mjs";
import { GROUPS, PERSONS, ROLES } from "../support/sandbox.mjs";
import { specification } from "../support/spec.mjs";
import { accessible } from "./support/axe.mjs";
import { PHONE, Somebody, startChromium, telling } from "./support/chromium.mjs";

const stage = await held();
const { sandbox, curfew } = stage;
const chromium = await startChromium();
const ana = await Somebody.at(chromium, curfew, "Ana Torres");
const lena = await Somebody.at(chromium, curfew, "Lena Vogt", { viewport: PHONE, hasTouch: true });
const marc = await Somebody.at(chromium, curfew, "Marc Dubois");
const everybody = [ana, lena, marc];
let request;

const idIn = (page) => page.url().match(/\/requests\/(\w{26})/)[1];

await specification(
  "browser/journey_pim_approval",
  telling(everybody, {
    async "before it is asked for, the form says that PIM holds it and that its time counts from now on"() {
      await ana.signIn();
      await ana.page.getByLabel("Copilot owner", { exact: true }).check();
      await ana.justification.fill("Incident 42: the plugin for Sentinel misbehaves");
      await ana.shows("You sign in again when you send. What you typed is kept.");
      await ana.shows(/PIM holds it from then on until it is approved\. Its time counts from when you send/);
      await accessible(ana, "ask, for what PIM holds");
    },

    async "sent with a fresh sign-in: PIM holds it, and the page says that nothing is in force"() {
      await ana.button("Sign in again and ask").click();
      await ana.throughEntra();
      await ana.shows("This waits for approval.");
      await ana.shows(/PIM holds your activation until it is approved: nothing is in force yet\./);
      await ana.shows("PIM holds it until it is approved");
      request = { id: idIn(ana.page) };
      assert.deepEqual(await stage.live(GROUPS.owners), []);
      await accessible(ana, "request, held in PIM");
    },

    async "its approver decides on a phone, signs in for it, and it is live with the end that was said"() {
      await lena.signIn(`/requests/${request.id}`);
      await lena.shows("This waits for your decision.");
      await lena.button("Approve…").click();
      await lena.shows("PIM holds this: you sign in once more, and your decision goes there in your name.");
      assert.equal(await lena.page.getByText("For how long").count(), 0);
      await lena.page.getByRole("button", { name: "Known incident" }).click();
      await lena.fits();
      await accessible(lena, "request, deciding on what PIM holds, on a phone");
      await lena.button("Approve").click();
      await lena.throughEntra();
      await lena.shows(/Approved by Lena Vogt/);
      await lena.fits();
      await ana.shows(/Ends by itself/);
      assert.equal((await stage.live(GROUPS.owners)).length, 1);
      await accessible(ana, "request, live after PIM's approval");
    },

    async "who is no approver in PIM is told so, and it still waits"() {
      await stage.approvers({ users: [PERSONS.lena] });
      const waiting = await stage.pending("security-operator");
      request = waiting.request;
      await marc.signIn(`/requests/${request.id}`);
      await marc.button("Approve…").click();
      await marc.page.getByRole("button", { name: "Known incident" }).click();
      await marc.button("Approve").click();
      await marc.throughEntra();
      await marc.shows("You are no approver of this role in PIM.");
      await marc.shows("This waits for your decision.");
      await accessible(marc, "request, not an approver in PIM");
    },

    async "approved in the portal although nobody agreed here: taken away, and never shown as live"() {
      const waiting = { request, person: stage.people.ana };
      await stage.outside(waiting, "Approve", PERSONS.lena);
      await stage.later("PT61S");
      await stage.people.ana.until(request.id, "refused");
      await ana.goto(`/requests/${request.id}`);
      await ana.shows("Privileged Identity Management put it in force although Curfew's approvers had not agreed. Curfew took it away.");
      assert.equal(await ana.page.getByText(/Ends by itself/).count(), 0);
      await accessible(ana, "request, approved outside");
      await stage.later("PT6M");
      await stage.people.ana.untilGrant(request.id, "ended");
      assert.deepEqual(await stage.live(ROLES.securityOperator), []);
    },

    async "nobody's console has anything to say"() {
      for (const { person, noise } of everybody) assert.deepEqual(noise, [], person);
    },
  }),
  { seconds: 90 },
);
