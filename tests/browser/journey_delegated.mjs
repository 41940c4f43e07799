// What only its holder can start, in Chromium: from the mail to the page, through a start that fails, to access that is
// live, and given back; on a desk and on a phone.
import assert from "node:assert/strict";
import { ACTING, delegated } from "../support/delegated.mjs";
import { GROUPS } from "../support/sandbox.mjs";
import { specification } from "../support/spec.mjs";
import { accessible } from "./support/axe.mjs";
import { PHONE, Somebody, startChromium, telling } from "./support/chromium.mjs";

const stage = await delegated();
const { sandbox, curfew } = stage;
const chromium = await startChromium();
const ana = await Somebody.at(chromium, curfew, "Ana Torres");
const phone = await Somebody.at(chromium, curfew, "Ana Torres", { viewport: PHONE, hasTouch: true });
const lena = await Somebody.at(chromium, curfew, "Lena Vogt");
const everybody = [ana, phone, lena];
let waiting;

await specification(
  "browser/journey_delegated",
  telling(everybody, {
    async "before it is asked for, the form says that one starts it oneself"() {
      await ana.signIn();
      await ana.page.getByLabel("Copilot owner", { exact: true }).check();
      await ana.justification.fill("Incident 42: the plugin for Sentinel misbehaves");
      await ana.shows("You start it yourself, by signing in once more.");
      await accessible(ana, "ask, for what one starts oneself");
    },

    async "approved: the mail leads to a page with one main button and how long there is"() {
      const mark = await sandbox.mailMark();
      waiting = await stage.waits("copilot-owner");
      const mail = await sandbox.mailTo("ana.torres@contoso.example", "Start now: Copilot owner", mark);
      await ana.goto(mail.content.match(/https?:\/\/\S+\/l\/[\w-]{22}/)[0]);
      await ana.shows("Ready to start");
      await ana.shows(/Only you can start it: you sign in once more, and hold it from then on\. It lapses .* unless it has started/);
      assert.equal(await ana.button("Start now").count(), 1);
      await accessible(ana, "request, ready to start");
    },

    async "who approved it sees that only its holder can start it"() {
      await lena.signIn(`/requests/${waiting.request.id}`);
      await lena.shows("Only Ana Torres can start it.");
      assert.equal(await lena.button("Start now").count(), 0);
      await accessible(lena, "request, ready to be started by somebody else");
    },

    async "where Entra does not let it start, the page says why and what mends it"() {
      await stage.app({ consent: [] });
      await ana.button("Start now").click();
      await ana.throughEntra();
      await ana.shows("Nobody has consented to Curfew acting in the name of people.");
      await ana.shows(/Ask your administrator to grant consent/);
      await ana.button("Start now").waitFor();
      assert.deepEqual(await stage.live(GROUPS.owners), []);
      await accessible(ana, "request, not started");
      await stage.app({ consent: ACTING });
    },

    async "on a phone, from My access, it starts: live until its end"() {
      await phone.signIn("/access");
      await phone.shows("Ready to start");
      await phone.fits();
      await accessible(phone, "access, ready to start, on a phone");
      await phone.button("Start now").click();
      await phone.throughEntra();
      await phone.shows(/Ends by itself/);
      await phone.fits();
      await accessible(phone, "request, live, on a phone");
      assert.equal((await stage.live(GROUPS.owners)).length, 1);
    },

    async "the other tab has seen it too, and nothing is left to start"() {
      await ana.goto(`/requests/${waiting.request.id}`);
      await ana.shows(/Ends by itself/);
      assert.equal(await ana.button("Start now").count(), 0);
      await accessible(ana, "request, live");
    },

    async "nobody's console has anything to say"() {
      for (const { person, noise } of everybody) assert.deepEqual(noise, [], person);
    },
  }),
  { seconds: 90 },
);
