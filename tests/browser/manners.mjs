// What people meet beside the main road: mistakes, somebody who was faster, a network or a Curfew that is gone, links that
// are not theirs, leaving.
import assert from "node:assert/strict";
import { startCurfew } from "../support/curfew.mjs";
import { AT_ONCE, GROUPS, PERSONS, startSandbox } from "../support/sandbox.mjs";
import { specification } from "../support/spec.mjs";
import { accessible } from "./support/axe.mjs";
import { DESKTOP, PHONE, Somebody, startChromium, telling } from "./support/chromium.mjs";

const sandbox = await startSandbox({ switches: AT_ONCE });
const curfew = await startCurfew(sandbox);
const chromium = await startChromium();
const everybody = [];
for (const name of ["Ana Torres", "Marc Dubois", "Nils Frost", "Priya Nair"])
  everybody.push(await Somebody.at(chromium, curfew, name));
const [ana, marc, nils, priya] = everybody;
const api = { ana: curfew.browser("ana"), ben: curfew.browser("ben"), lena: curfew.browser("lena") };
for (const one of Object.values(api)) await one.signIn();

const PROBLEMS = {
  429: { code: "too_many", detail: "You are calling more often than is allowed.", says: "Try again in 42\u00a0s." },
  503: { code: "unavailable", detail: "Curfew cannot do that at the moment.", says: "Try again in a minute." },
  500: { code: "broken", detail: "Something went wrong.", says: "Curfew made a mistake." },
};

/** Has the API answer a path with a problem, once. */
const failing = ({ page }, path, status) =>
  page.route(
    path,
    (route) =>
      route.fulfill({
        status,
        headers: status === 429 ? { "Retry-After": "42" } : {},
        contentType: "application/problem+json",
        body: JSON.stringify({ status, ...PROBLEMS[status], instance: "01M8Q9PR2GF5W08DWMFWX48YH2" }),
      }),
    { times: 1 },
  );

await specification(
  "browser/manners",
  telling(everybody, {
    async "an address that was opened before the sign-in is there after it"() {
      const asked = await api.ana.ask();
      await api.ana.until(asked.id, "pending");
      await marc.signIn(`/requests/${asked.id}`);
      await marc.heading("Ana Torres asks for Copilot owner").waitFor();
      assert.equal(new URL(marc.page.url()).pathname, `/requests/${asked.id}`);
    },

    async "each moment is in the person's zone, and says UTC to whoever points at it"() {
      const moment = marc.page.locator(".timeline time").first();
      const at = new Date(await moment.getAttribute("datetime"));
      const local = new Intl.DateTimeFormat("en-GB", { timeZone: "Europe/Berlin", timeStyle: "medium" }).format(at);
      assert.ok((await moment.textContent()).endsWith(local), `${await moment.textContent()} is not ${local}`);
      assert.equal(await moment.getAttribute("title"), `${at.toISOString().slice(0, 19).replace("T", " ")} UTC`);
    },

    async "a decision needs a reason, and what was typed of it stays"() {
      await marc.button("Deny…").click();
      await marc.button("Deny").click();
      await marc.shows("Say why: the requester reads it, and it goes into the history.");
      await marc.page.getByLabel("Reason", { exact: true }).fill("I do not know of this");
      await marc.button("Back").click();
      await marc.button("Deny…").click();
      assert.equal(await marc.page.getByLabel("Reason", { exact: true }).inputValue(), "I do not know of this");
    },

    async "somebody who was faster is named"() {
      const id = marc.page.url().split("/").pop();
      assert.equal((await api.lena.decide(id, "deny", { reason: "The incident is closed" })).status, 200);
      await marc.button("Deny").click();
      await marc.shows("Somebody decided before you.");
      await marc.shows(/Denied by Lena Vogt/);
      assert.equal(await marc.button("Approve…").count(), 0);
      await accessible(marc, "decided before");
    },

    async "nothing to say, and too little, is said beside the field that takes the focus"() {
      await ana.signIn();
      await ana.button("Ask for access").click();
      await ana.shows("Choose at least one role.");
      await ana.page.getByLabel("Security Operator", { exact: true }).check();
      await ana.shows("You can ask for this.");
      await ana.page.getByRole("button", { name: /ask/i }).click();
      await ana.shows("Say why you need it");
      await ana.justification.fill("short");
      await ana.shows("Say a little more: at least 10 characters.");
      await ana.page.getByRole("button", { name: /ask/i }).click();
      await ana.hasFocus(ana.justification);
      assert.match(await ana.justification.getAttribute("aria-describedby"), /justification-error/);
      await ana.justification.fill("Reading the alerts of last night");
    },

    async "too often, not now and broken are said in words, and lose nothing"() {
      for (const [status, { says }] of Object.entries(PROBLEMS)) {
        await failing(ana, "**/api/v1/requests", Number(status));
        await ana.page.getByRole("button", { name: /ask/i }).click();
        await ana.shows(says);
        assert.equal(await ana.justification.inputValue(), "Reading the alerts of last night");
        await accessible(ana, `answered ${status}`);
      }
    },

    async "what is asked for twice leads to what was asked for first"() {
      await ana.page.getByLabel("Security Operator", { exact: true }).uncheck();
      await ana.page.getByLabel("Copilot owner", { exact: true }).check();
      await ana.shows("You can ask for this.");
      const first = await api.ana.ask({ justification: "Asked in another tab, a moment ago" });
      await ana.page.getByRole("button", { name: /sign in again and ask|ask for access/i }).click();
      await ana.account
        .or(ana.page.getByText("Open that request"))
        .or(ana.page.getByText("See how it stands"))
        .first()
        .waitFor();
      if (await ana.account.isVisible()) await ana.throughEntra();
      const way = ana.page.getByRole("link", { name: /Open that request|See how it stands/ }).first();
      await way.click();
      await ana.heading("Copilot owner for").waitFor();
      assert.equal(new URL(ana.page.url()).pathname, `/requests/${first.id}`);
    },

    async "without a network the page says so, and goes on by itself"() {
      await ana.context.setOffline(true);
      await ana.shows("You are offline.");
      await accessible(ana, "offline");
      await ana.context.setOffline(false);
      await ana.page.getByText("You are offline.").waitFor({ state: "detached" });
    },

    async "without Curfew the page shows what was true, and goes on by itself"() {
      await curfew.stop();
      await ana.shows("This may be out of date.", 60);
      await ana.shows("Asked in another tab, a moment ago");
      await accessible(ana, "Curfew is gone");
      await curfew.start();
      await ana.page.getByText("This may be out of date.").waitFor({ state: "detached", timeout: 90_000 });
    },

    async "what is not there, or not theirs, looks the same"() {
      const { pathname } = new URL(ana.page.url());
      await nils.signIn(pathname);
      await nils.shows("There is nothing here for you.");
      await nils.shows("You are Nils Frost.");
      const theirs = await nils.page.locator("main").innerText();
      await accessible(nils, "not found");
      for (const path of ["/requests/01M80FBFV0T5QTTZMN9B75TEA9", "/l/AAAAAAAAAAAAAAAAAAAAAA"]) {
        await nils.goto(path);
        await nils.shows("There is nothing here for you.");
        assert.equal(await nils.page.locator("main").innerText(), theirs);
      }
      await nils.goto("/");
      await nils.shows("There is nothing that you may ask for.");
      await accessible(nils, "ask, with nothing to ask for");
    },

    async "what the watch finds stands on a page for auditors and administrators, and for nobody else"() {
      const made = await sandbox.control("POST", "/assignments", { principal: PERSONS.gus, group: GROUPS.contributors, access: "member" });
      await priya.signIn("/watch");
      await priya.heading("Watch").waitFor();
      await priya.shows("Everything that was read is explained.");
      await accessible(priya, "watch, with nothing found");
      await sandbox.clock.advance("PT2M1S");
      await priya.shows("Gus Guest holds it permanently, and not by Curfew.", 60);
      await priya.shows("Nobody is told of what is found here.");
      await priya.shows("1 finding");
      await accessible(priya, "watch");
      await priya.page.setViewportSize(PHONE);
      await priya.fits();
      await accessible(priya, "watch, on a phone");
      await priya.page.setViewportSize(DESKTOP);
      await failing(priya, "**/api/v1/watch", 503);
      await priya.goto("/watch");
      await priya.shows("Try again in a minute.");
      await accessible(priya, "watch, unavailable");
      await priya.button("Try again").click();
      await priya.shows("Gus Guest holds it permanently, and not by Curfew.");
      assert.equal(await nils.page.getByRole("link", { name: "Watch", exact: true }).count(), 0);
      await nils.goto("/watch");
      await nils.shows("This is for auditors and administrators.");
      await sandbox.control("DELETE", `/assignments/${made.id}`);
    },

    async "nothing moves for who wants it still"() {
      await nils.page.emulateMedia({ reducedMotion: "reduce" });
      let goOn;
      const held = new Promise((resolve) => (goOn = resolve));
      await nils.page.route("**/api/v1/roles", async (route) => {
        await held;
        await route.continue();
      });
      await nils.goto("/");
      await nils.page.getByText("Loading").waitFor({ state: "attached" });
      assert.equal(await nils.page.evaluate(() => document.getAnimations().length), 0);
      goOn();
      await nils.shows("There is nothing that you may ask for.");
      await nils.page.unrouteAll({ behavior: "wait" });
    },

    async "who signs out leaves nothing behind"() {
      await ana.goto("/");
      await ana.justification.fill("Nobody else may read this");
      await ana.page.getByLabel("Ana Torres: account").click();
      await accessible(ana, "the menu");
      await failing(ana, "**/auth/sign-out", 503);
      await ana.button("Sign out").click();
      await ana.shows("Try again in a minute.");
      await ana.button("Sign out").click();
      await ana.button("Sign in with Microsoft").waitFor();
      assert.equal(await ana.page.getByText("Your session has ended.").count(), 0);
      assert.equal(await ana.page.evaluate(() => sessionStorage.length + localStorage.length), 0);
      assert.deepEqual(await ana.context.cookies(curfew.origin), []);
      await ana.page.goBack().catch(() => {});
      await ana.button("Sign in with Microsoft").waitFor();
      assert.equal(await ana.page.getByText("Nobody else may read this").count(), 0);
    },

    async "nothing is in anybody's console that is not about what was cut off"() {
      const cut = /net::ERR_(INTERNET_DISCONNECTED|CONNECTION_\w+)|status of 50[03]|^info: Clear-Site-Data/;
      assert.deepEqual(
        everybody.flatMap(({ person, noise }) =>
          noise.filter((line) => !cut.test(line)).map((line) => `${person}: ${line}`),
        ),
        [],
      );
    },
  }),
  { seconds: 180 },
);
