// From the form to an ended grant and an exported history, in Chromium, from a clean state: as people see it, on a desk
// and on a phone, with a mouse and without.
import assert from "node:assert/strict";
import { join } from "node:path";
import { eventually, startCurfew } from "../support/curfew.mjs";
import { AT_ONCE, GROUPS, PERSONS, startSandbox } from "../support/sandbox.mjs";
import { specification } from "../support/spec.mjs";
import { accessible } from "./support/axe.mjs";
import { PHONE, Somebody, startChromium, telling } from "./support/chromium.mjs";

const sandbox = await startSandbox({ switches: AT_ONCE });
const curfew = await startCurfew(sandbox);
const chromium = await startChromium();
const everybody = [];
const at = async (person, options) => {
  const somebody = await Somebody.at(chromium, curfew, person, options);
  everybody.push(somebody);
  return somebody;
};

const ana = await at("Ana Torres");
const lena = await at("Lena Vogt", { viewport: PHONE, hasTouch: true });
const priya = await at("Priya Nair");
const marc = await at("Marc Dubois");
const ben = await at("Ben Okafor");
const WHY = "Incident 42: the plugin for Sentinel misbehaves";
let path; // of the request

const shows = (somebody, text, seconds = 15) =>
  somebody.page
    .getByText(text)
    .first()
    .waitFor({ timeout: seconds * 1000 });
const button = (somebody, name) => somebody.page.getByRole("button", { name, exact: true });
const justification = (somebody) => somebody.page.getByLabel("What you need it for");

/** Goes on with the Tab key until this has the focus. */
async function tabTo({ page }, locator) {
  await locator.waitFor();
  for (let presses = 0; presses < 80; presses++) {
    if (await locator.evaluate((element) => element === document.activeElement)) return;
    await page.keyboard.press("Tab");
  }
  throw new Error(`the Tab key does not lead to ${locator}`);
}

/** No part of the page is wider than the screen. */
async function fits({ page }) {
  const { inner, outer } = await page.evaluate(() => ({
    inner: document.documentElement.scrollWidth,
    outer: document.documentElement.clientWidth,
  }));
  assert.ok(inner <= outer, `${inner} px wide on a screen of ${outer}`);
}

await specification(
  "browser/journey",
  telling(everybody, {
    async "somebody unknown sees what Curfew is, and one button"() {
      await ana.goto("/");
      await shows(ana, "Access to Microsoft security tools");
      assert.equal(await ana.page.getByRole("button").count(), 1);
      await accessible(ana, "sign-in");
    },

    async "an analyst signs in and sees what may be asked for"() {
      await ana.signIn();
      await ana.heading("Ask for access").waitFor();
      for (const role of ["Copilot contributor", "Copilot owner", "Security Operator", "Security Reader"])
        await ana.page.getByLabel(role, { exact: true }).waitFor();
      await accessible(ana, "ask");
    },

    async "the verdict is there before anything is sent"() {
      await ana.page.getByLabel("Copilot owner", { exact: true }).check();
      await ana.page.getByLabel("Or another time").fill("9:00");
      await shows(ana, "Too long: at most 4 h");
      await accessible(ana, "ask, with a mistake");
      await ana.page.getByLabel("Or another time").fill("0:10");
      await justification(ana).fill(WHY);
      await ana.page.getByLabel("Ticket").fill("INC-42");
      await shows(ana, "You can ask for this.");
      await shows(ana, "You sign in again when you send.");
      await shows(ana, "3 people can approve: Ben Okafor, Lena Vogt, Marc Dubois.");
      await accessible(ana, "ask, with its verdict");
      const submitted = await curfew
        .browser("ana")
        .signIn()
        .then((api) => api.get("/api/v1/requests?mine=true"));
      assert.equal(submitted.body.items.length, 0);
    },

    async "a fresh sign-in that is given up loses nothing"() {
      await button(ana, "Sign in again and ask").click();
      await ana.account.click();
      await ana.page.getByRole("button", { name: "Cancel" }).click();
      await shows(ana, "The sign-in was cancelled.");
      assert.equal(await justification(ana).inputValue(), WHY);
      assert.ok(await ana.page.getByLabel("Copilot owner", { exact: true }).isChecked());
      await accessible(ana, "ask, after a sign-in in vain");
    },

    async "with a fresh sign-in the request is sent as it was typed"() {
      await shows(ana, "You can ask for this.");
      await button(ana, "Sign in again and ask").click();
      await ana.throughEntra();
      await shows(ana, "This waits for approval.");
      path = new URL(ana.page.url()).pathname;
      assert.match(path, /^\/requests\/\w{26}$/);
      for (const text of [WHY, "INC-42", "SEC-114 is compliant", "Asked: Ben Okafor, Lena Vogt, Marc Dubois."])
        await shows(ana, text);
      await ana.heading("Copilot owner for 10 min").waitFor();
      await accessible(ana, "own request, waiting");
      await ana.page.getByRole("link", { name: "Ask", exact: true }).click();
      await shows(ana, "Waiting for approval");
      assert.equal(await justification(ana).inputValue(), "");
      await ana.page.getByRole("link", { name: "My access" }).click();
      await shows(ana, "if nobody decides");
      await accessible(ana, "my access, waiting");
      await ana.goto(path);
    },

    async "the approver's mail leads to the request, by way of a sign-in"() {
      await lena.goto(sandbox.origin);
      await lena.page.getByText("Decide: Ana Torres asks for Copilot owner").locator("visible=true").first().click();
      const mail = lena.page.locator("details[open]");
      const link = (await mail.locator("iframe").count())
        ? mail.frameLocator("iframe").getByRole("link").first()
        : mail.getByRole("link").first();
      const opened = lena.context.waitForEvent("page", { timeout: 2000 }).catch(() => null);
      await link.click();
      lena.page = (await opened) ?? lena.page;
      await button(lena, "Sign in with Microsoft").click();
      await lena.throughEntra();
      await lena.heading("Ana Torres asks for Copilot owner").waitFor();
      assert.match(new URL(lena.page.url()).pathname, /^\/l\//);
      for (const text of [
        WHY,
        "INC-42",
        "10 min",
        "Signed in with what context c1 demands",
        "SEC-114 is compliant",
        "no risk above",
        "Publishing plugins",
      ])
        await shows(lena, text);
      await fits(lena);
      await accessible(lena, "deciding on a phone");
    },

    async "approving takes a reason and one thumb"() {
      await button(lena, "Approve…").tap();
      await accessible(lena, "approving on a phone");
      await button(lena, "Approve").tap();
      await shows(lena, "Say why");
      await button(lena, "Known incident").tap();
      await button(lena, "Approve").tap();
      await shows(lena, /Approved by Lena Vogt at \d\d:\d\d/);
      await fits(lena);
      await accessible(lena, "decided on a phone");
    },

    async "the requester sees it live, with what is left of it"() {
      await shows(ana, "Seen in the directory");
      const left = ana.page.getByRole("timer").first();
      const before = await left.textContent();
      assert.match(before, /^0:0\d:\d\d$/);
      await eventually(async () => (await left.textContent()) < before, { what: "the countdown" });
      await accessible(ana, "own request, live");
      const { live } = await sandbox.assignments();
      assert.equal(
        live.filter(({ principal, target }) => principal.id === PERSONS.ana && target.id === GROUPS.owners).length,
        1,
      );
      await ana.goto("/access");
      await shows(ana, "Live");
      await accessible(ana, "my access, live");
      await ana.page.emulateMedia({ media: "print" });
      assert.ok(!(await button(ana, "Give back").isVisible()));
      await ana.page.emulateMedia({ media: "screen" });
    },

    async "it ends by itself, and the page says so without being asked"() {
      await sandbox.clock.advance("PT11M");
      await shows(ana, "It ended at its time.", 40);
      await shows(ana, "You hold nothing at the moment.");
      await accessible(ana, "my access, ended");
      const { live } = await sandbox.assignments();
      assert.equal(
        live.filter(({ principal, target }) => principal.id === PERSONS.ana && target.id === GROUPS.owners).length,
        0,
      );
    },

    async "with the keyboard alone somebody asks"() {
      const { page } = ben;
      await ben.signIn();
      await tabTo(ben, page.getByLabel("Security Operator", { exact: true }));
      await page.keyboard.press("Space");
      await shows(ben, "You can ask for this.");
      await tabTo(ben, page.getByRole("button", { name: "1 h" }));
      await page.keyboard.press("Enter");
      await tabTo(ben, justification(ben));
      await page.keyboard.type("Closing the alerts of last night");
      await tabTo(ben, button(ben, "Sign in again and ask"));
      await page.keyboard.press("Enter");
      await ben.throughEntra();
      await shows(ben, "This waits for approval.");
    },

    async "with the keyboard alone somebody decides"() {
      const { page } = marc;
      await marc.signIn("/decide");
      await accessible(marc, "decide");
      await tabTo(marc, page.getByRole("link", { name: "Ben Okafor: Security Operator" }));
      await page.keyboard.press("Enter");
      await marc.heading("Ben Okafor asks for Security Operator").waitFor();
      await tabTo(marc, button(marc, "Approve…"));
      await page.keyboard.press("Enter");
      await page.keyboard.press("Escape");
      await page.getByRole("dialog").waitFor({ state: "detached" });
      assert.ok(await button(marc, "Approve…").evaluate((element) => element === document.activeElement));
      await page.keyboard.press("Enter");
      await tabTo(marc, button(marc, "Planned work"));
      await page.keyboard.press("Space");
      await tabTo(marc, button(marc, "Approve"));
      await page.keyboard.press("Enter");
      await shows(marc, /Approved by Marc Dubois at/);
      await tabTo(marc, page.getByRole("link", { name: "Decide" }));
      await page.keyboard.press("Enter");
      await shows(marc, "Nothing waits for you.");
      await accessible(marc, "decide, empty");
    },

    async "a session that ends in the middle of typing loses nothing"() {
      await ana.goto("/");
      await justification(ana).fill("Something long that I would not like to type again");
      await sandbox.clock.advance("PT16M");
      await ana.page.getByLabel("Security Reader", { exact: true }).check();
      await shows(ana, "Your session has ended.");
      await accessible(ana, "session over");
      await ana.signIn(null);
      assert.equal(await justification(ana).inputValue(), "Something long that I would not like to type again");
      assert.ok(await ana.page.getByLabel("Security Reader", { exact: true }).isChecked());
    },

    async "an auditor finds the whole story, exports it, and it verifies"() {
      const { page } = priya;
      await priya.signIn(`/history?request=${path.split("/")[2]}`);
      for (const text of [
        "Asked, for 10 min",
        "Checked: now approvers are asked",
        "Live in the directory until",
        "Ended at its time",
      ])
        await shows(priya, text);
      await page.getByRole("button", { name: "Approved", exact: true }).click();
      await shows(priya, "Its whole story");
      await accessible(priya, "history");
      await page.setViewportSize(PHONE);
      await fits(priya);
      await accessible(priya, "history on a phone");
      await page.setViewportSize({ width: 1440, height: 900 });
      await button(priya, "Clear the filter").click();
      await shows(priya, "Curfew started");
      const saving = page.waitForEvent("download");
      await page.getByRole("button", { name: "Proof bundle" }).click();
      const file = join(curfew.folder, "bundle.tar");
      await (await saving).saveAs(file);
      const verified = await curfew.run("audit", "verify", file);
      assert.equal(verified.code, 0, verified.output);
    },

    async "an auditor signs in again after an hour, and is where they were"() {
      await priya.goto("/history?action=grant.active");
      for (let minutes = 0; minutes < 60; minutes += 13) {
        await sandbox.clock.advance("PT13M");
        const looked = priya.page.waitForResponse((answer) => answer.url().includes("/api/v1/audit?"));
        await button(priya, "Refresh").click();
        await looked;
      }
      await shows(priya, "Auditors sign in again after an hour.");
      await accessible(priya, "history, to sign in again");
      await button(priya, "Sign in again").click();
      await shows(priya, "Live in the directory until");
      assert.equal(new URL(priya.page.url()).search, "?action=grant.active");
    },

    async "what is not there, or not theirs, looks the same"() {
      const nils = await at("Nils Frost");
      await nils.signIn(path);
      await shows(nils, "There is nothing here for you.");
      await accessible(nils, "not found");
      await nils.goto("/nowhere").catch(() => {});
      await nils.goto("/");
      await shows(nils, "There is nothing that you may ask for.");
      await accessible(nils, "ask, with nothing to ask for");
    },

    async "nothing is in anybody's console"() {
      assert.deepEqual(
        everybody.flatMap(({ person, noise }) => noise.map((line) => `${person}: ${line}`)),
        [],
      );
    },
  }),
  { seconds: 120 },
);
