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

await specification(
  "browser/journey",
  telling(everybody, {
    async "somebody unknown sees what Curfew is, and one button"() {
      await ana.goto("/");
      await ana.shows("Access to Microsoft security tools");
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
      await ana.shows("Too long: at most 4 h");
      await accessible(ana, "ask, with a mistake");
      await ana.page.getByLabel("Or another time").fill("0:10");
      await ana.justification.fill(WHY);
      await ana.page.getByLabel("Ticket").fill("INC-42");
      await ana.shows("You can ask for this.");
      await ana.shows("You sign in again when you send.");
      await ana.shows("3 people can approve: Ben Okafor, Lena Vogt, Marc Dubois.");
      await accessible(ana, "ask, with its verdict");
      const submitted = await curfew
        .browser("ana")
        .signIn()
        .then((api) => api.get("/api/v1/requests?mine=true"));
      assert.equal(submitted.body.items.length, 0);
    },

    async "a fresh sign-in that is given up loses nothing"() {
      await ana.button("Sign in again and ask").click();
      await ana.account.click();
      await ana.page.getByRole("button", { name: "Cancel" }).click();
      await ana.shows("The sign-in was cancelled.");
      assert.equal(await ana.justification.inputValue(), WHY);
      assert.ok(await ana.page.getByLabel("Copilot owner", { exact: true }).isChecked());
      await accessible(ana, "ask, after a sign-in in vain");
    },

    async "with a fresh sign-in the request is sent as it was typed"() {
      await ana.shows("You can ask for this.");
      await ana.button("Sign in again and ask").click();
      await ana.throughEntra();
      await ana.shows("This waits for approval.");
      path = new URL(ana.page.url()).pathname;
      assert.match(path, /^\/requests\/\w{26}$/);
      for (const text of [WHY, "INC-42", "SEC-114 is compliant", "Asked: Ben Okafor, Lena Vogt, Marc Dubois."])
        await ana.shows(text);
      await ana.heading("Copilot owner for 10 min").waitFor();
      await accessible(ana, "own request, waiting");
      await ana.page.getByRole("link", { name: "Ask", exact: true }).click();
      await ana.shows("Waiting for approval");
      assert.equal(await ana.justification.inputValue(), "");
      await ana.page.getByRole("link", { name: "My access" }).click();
      await ana.shows("if nobody decides");
      await accessible(ana, "my access, waiting");
      await ana.goto(path);
    },

    async "the approver's mail leads to the request, by way of a sign-in"() {
      await lena.goto(sandbox.origin);
      const mail = lena.page.locator("details", { hasText: "Decide: Ana Torres asks for Copilot owner" });
      await mail.filter({ hasText: "lena.vogt@" }).locator("summary").click();
      await lena.page.frameLocator("details[open] iframe").getByRole("link").first().click();
      await lena.button("Sign in with Microsoft").click();
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
        await lena.shows(text);
      await lena.fits();
      await accessible(lena, "deciding on a phone");
    },

    async "who, what, why, for how long, what it opens, device and risk stand above the decision on one screen"() {
      await lena.page.setViewportSize(PHONE);
      const { y: decision } = await lena.page.getByRole("group", { name: "Decide" }).boundingBox();
      for (const text of [
        /asks for Copilot owner for 10/,
        WHY,
        "Publishing plugins",
        "SEC-114 is compliant",
        "no risk above",
      ]) {
        const { y, height } = await lena.page.getByText(text).first().boundingBox();
        assert.ok(y >= 0 && y + height <= decision, `${text} is at ${y} to ${y + height}, the decision at ${decision}`);
      }
      assert.ok((await lena.button("Deny…").boundingBox()).y < PHONE.height);
    },

    async "approving takes a reason and one thumb"() {
      await lena.button("Approve…").tap();
      await accessible(lena, "approving on a phone");
      await lena.button("Approve").tap();
      await lena.shows("Say why");
      await lena.button("Known incident").tap();
      await lena.button("Approve").tap();
      await lena.shows(/Approved by Lena Vogt at \d\d:\d\d/);
      await lena.fits();
      await accessible(lena, "decided on a phone");
    },

    async "the requester sees it live, with what is left of it"() {
      await ana.shows("Seen in the directory");
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
      await ana.shows("Live");
      await accessible(ana, "my access, live");
      await ana.button("More time…").click();
      await ana.page.getByRole("heading", { name: "More time for Copilot owner?" }).waitFor();
      await ana.button("Ask for more time").click();
      await ana.shows("Say how long.");
      await ana.shows("Say why you need it longer.");
      await ana.page.getByLabel("How long from its start").fill("0:01");
      await ana.page.getByLabel("Why", { exact: true }).fill(WHY);
      await ana.button("Ask for more time").click();
      await ana.shows("You hold it longer than that already.");
      await ana.button("2 h").click();
      await ana.shows("2 h: until about");
      await accessible(ana, "my access, more time");
      await ana.button("Back").click();
      await ana.page.emulateMedia({ media: "print" });
      assert.ok(!(await ana.button("Give back").isVisible()));
      await ana.page.emulateMedia({ media: "screen" });
    },

    async "it ends by itself, and the page says so without being asked"() {
      await sandbox.clock.advance("PT11M");
      await ana.shows("It ended at its time.", 40);
      await ana.shows("You hold nothing at the moment.");
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
      await ben.tabTo(page.getByLabel("Security Operator", { exact: true }));
      await page.keyboard.press("Space");
      await ben.shows("You can ask for this.");
      await ben.tabTo(page.getByRole("button", { name: "1 h" }));
      await page.keyboard.press("Enter");
      await ben.tabTo(ben.justification);
      await page.keyboard.type("Closing the alerts of last night");
      await ben.tabTo(ben.button("Sign in again and ask"));
      await page.keyboard.press("Enter");
      await ben.throughEntra();
      await ben.shows("This waits for approval.");
    },

    async "with the keyboard alone somebody decides"() {
      const { page } = marc;
      await marc.signIn("/decide");
      await accessible(marc, "decide");
      await marc.tabTo(page.getByRole("link", { name: "Ben Okafor: Security Operator" }));
      await page.keyboard.press("Enter");
      await marc.heading("Ben Okafor asks for Security Operator").waitFor();
      await marc.tabTo(marc.button("Approve…"));
      await page.keyboard.press("Enter");
      await page.getByRole("dialog").waitFor();
      await page.keyboard.press("Escape");
      await page.getByRole("dialog").waitFor({ state: "detached" });
      await marc.hasFocus(marc.button("Approve…"));
      await page.keyboard.press("Enter");
      await marc.tabTo(marc.button("Planned work"));
      await page.keyboard.press("Space");
      await marc.tabTo(marc.button("Approve"));
      await page.keyboard.press("Enter");
      await marc.shows(/Approved by Marc Dubois at/);
      await marc.tabTo(page.getByRole("link", { name: "Decide" }));
      await page.keyboard.press("Enter");
      await marc.shows("Nothing waits for you.");
      await accessible(marc, "decide, empty");
    },

    async "a session that ends in the middle of typing loses nothing"() {
      await ana.goto("/");
      await ana.justification.fill("Something long that I would not like to type again");
      await sandbox.clock.advance("PT16M");
      await ana.page.getByLabel("Security Reader", { exact: true }).check();
      await ana.shows("Your session has ended.");
      await accessible(ana, "session over");
      await ana.signIn(null);
      assert.equal(await ana.justification.inputValue(), "Something long that I would not like to type again");
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
        await priya.shows(text);
      await page.getByRole("button", { name: "Approved", exact: true }).click();
      await priya.shows("Its whole story");
      await accessible(priya, "history");
      await page.setViewportSize(PHONE);
      await priya.fits();
      await accessible(priya, "history on a phone");
      await page.setViewportSize({ width: 1440, height: 900 });
      await priya.button("Clear the filter").click();
      await priya.shows("Curfew started");
      const saving = page.waitForEvent("download");
      await page.getByRole("button", { name: "Proof bundle" }).click();
      const file = join(curfew.folder, "bundle.tar");
      await (await saving).saveAs(file);
      const verified = await curfew.run("audit", "verify", file);
      assert.equal(verified.code, 0, verified.output);
    },

    async "an auditor signs in again after an hour, and is where they were"() {
      await priya.goto("/history?action=grant.active");
      await priya.shows("Live in the directory until"); // or its answer is taken for the first that is waited for
      for (let minutes = 0; minutes < 60; minutes += 13) {
        await sandbox.clock.advance("PT13M");
        const looked = priya.page.waitForResponse((answer) => answer.url().includes("/api/v1/audit?"));
        await priya.button("Refresh").click();
        await looked;
      }
      await priya.shows("Auditors and administrators sign in again after an hour.");
      await accessible(priya, "history, to sign in again");
      await priya.button("Sign in again").click();
      await priya.shows("Live in the directory until");
      assert.equal(new URL(priya.page.url()).search, "?action=grant.active");
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
