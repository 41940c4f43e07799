// Pictures of every page and state, wide and on a phone, light and dark: shots.sh. ONLY=text picks scenes by their names.
import { join } from "node:path";
import { setUpCurfew } from "../support/curfew.mjs";
import { AT_ONCE, device, GROUPS, PERSONS, startSandbox } from "../support/sandbox.mjs";
import { specification } from "../support/spec.mjs";
import { DESKTOP, PHONE, Somebody, startChromium } from "./support/chromium.mjs";

const folder = process.argv[2];
const sandbox = await startSandbox({ switches: AT_ONCE });
const curfew = await setUpCurfew(sandbox, { settings: { limits: { exports_per_day: 1000 } } });
await curfew.start();
const chromium = await startChromium();
const at = (person, options) => Somebody.at(chromium, curfew, person, options);

const ana = await at("Ana Torres");
const ben = await at("Ben Okafor");
const lena = await at("Lena Vogt");
const priya = await at("Priya Nair");
const tom = await at("Tom Berg");
const nils = await at("Nils Frost");
/* The same people without a browser, for what happens off the picture. */
const api = {
  ana: curfew.browser("ana"),
  ben: curfew.browser("ben"),
  lena: curfew.browser("lena"),
  marc: curfew.browser("marc"),
};
await Promise.all([ana, ben, lena, priya, tom, nils].map((one) => one.signIn()));
for (const one of Object.values(api)) await one.signIn();

/** Takes four pictures of what somebody sees: `steady` waits until it is there. */
async function shoot(name, { page }, steady) {
  for (const [size, viewport] of Object.entries({ wide: DESKTOP, phone: PHONE })) {
    for (const colorScheme of ["light", "dark"]) {
      await page.setViewportSize(viewport);
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      if (steady) await steady.waitFor();
      await page.screenshot({ path: join(folder, `${name}-${size}-${colorScheme}.png`), fullPage: true });
    }
  }
  await page.setViewportSize(DESKTOP);
}

const why = "Incident 42: the plugin for Sentinel answers with data of another customer. I have to unpublish it.";
const choose = (page, role) => page.getByLabel(role, { exact: true }).check();
const settle = (page) => page.getByText("passed", { exact: false }).first().waitFor();

await specification(
  "browser/shots",
  {
    async "signing in"() {
      const nobody = await at("Nils Frost");
      await nobody.goto("/");
      await shoot("sign-in", nobody, nobody.heading("Curfew"));
      await nobody.goto("/?problem=sign_in_declined");
      await shoot("sign-in-problem", nobody, nobody.page.getByText("cancelled"));
    },

    async asking() {
      const { page } = ana;
      await ana.goto("/");
      await shoot("ask-empty", ana, page.getByLabel("Copilot owner", { exact: true }));
      await choose(page, "Copilot owner");
      await page.getByLabel("What you need it for").fill(why);
      await settle(page);
      await shoot("ask-verdict", ana);
      await page.getByLabel("Or another time").fill("9 h");
      await page.getByLabel("What you need it for").fill("");
      await page.getByRole("button", { name: /ask/i }).click();
      await shoot("ask-wrong", ana, page.getByText("Too long"));
      await page.getByLabel("Or another time").fill("");
    },

    async "asking in vain"() {
      const tablet = await at("Ana Torres");
      await tablet.signIn("/", { device: "SEC-115" });
      await choose(tablet.page, "Security Operator");
      await shoot("ask-refused", tablet, tablet.page.getByText("would be refused"));
      await nils.goto("/");
      await shoot("ask-nothing", nils, nils.page.getByText("nothing that you may ask for"));
    },

    async "coming, slow, failing, offline"() {
      const { page, context } = nils;
      let goOn;
      const held = new Promise((resolve) => (goOn = resolve));
      await page.route("**/api/v1/roles", async (route) => {
        await held;
        await route.continue().catch(() => {}); // its page may be gone
      });
      await nils.goto("/");
      await shoot("loading", nils, page.getByText("Loading"));
      await shoot("slow", nils, page.getByText("takes longer than usual"));
      goOn();
      await page.unrouteAll({ behavior: "ignoreErrors" });
      await page.route("**/api/v1/roles", (route) =>
        route.fulfill({
          status: 503,
          json: {
            code: "unavailable",
            status: 503,
            detail: "Curfew cannot do that at the moment. Nothing was changed.",
          },
        }),
      );
      await nils.goto("/");
      await shoot("unavailable", nils, page.getByText("Try again in a minute"));
      await page.unrouteAll({ behavior: "ignoreErrors" });
      await nils.goto("/access");
      await page.getByText("You hold nothing").waitFor();
      await context.setOffline(true);
      await shoot("offline", nils, page.getByText("You are offline"));
      await context.setOffline(false);
      await nils.goto("/requests/01M80FBFV0T5QTTZMN9B75TEA9");
      await shoot("not-found", nils, page.getByText("nothing here for you"));
      await nils.goto("/access");
      await shoot("access-empty", nils, page.getByText("Nothing has ended yet"));
    },

    async "the watch"() {
      await priya.goto("/watch");
      await shoot("watch-empty", priya, priya.page.getByText("Everything that was read is explained."));
      const made = await sandbox.control("POST", "/assignments", { principal: PERSONS.gus, group: GROUPS.contributors, access: "member" });
      await sandbox.clock.advance("PT2M1S");
      await shoot("watch-found", priya, priya.page.getByText("Gus Guest holds it"));
      await sandbox.control("DELETE", `/assignments/${made.id}`);
    },

    async "a menu, and too often"() {
      const { page } = tom;
      await tom.goto("/access");
      await page.getByText("Everybody").waitFor();
      await page.locator("summary").first().click();
      await shoot("menu", tom, page.getByRole("button", { name: "Sign out" }));
      await page.route("**/api/v1/roles", (route) =>
        route.fulfill({
          status: 429,
          headers: { "Retry-After": "42" },
          json: { code: "too_many", status: 429, detail: "You are calling more often than is allowed." },
        }),
      );
      await tom.goto("/");
      await shoot("too-often", tom, page.getByText("Try again in 42"));
      await page.unrouteAll({ behavior: "ignoreErrors" });
    },

    async deciding() {
      const asked = await api.ana.ask({ justification: why, ticket: "INC-4711", duration: "PT2H" });
      const other = await api.ben.ask({
        roles: ["security-operator"],
        justification: "Closing the alerts of last night's phishing wave",
      });
      await api.ana.until(asked.id, "pending");
      await api.ben.until(other.id, "pending");
      await ana.goto("/access");
      await shoot("access-pending", ana, ana.page.getByText("Waiting for approval"));
      await ana.goto("/");
      await shoot("ask-held", ana, ana.page.getByText("See how it stands"));
      await ana.goto(`/requests/${asked.id}`);
      await shoot("request-own-pending", ana, ana.page.getByText("Access can start"));
      await lena.goto("/decide");
      await shoot("decide-queue", lena, lena.page.getByText("Ben Okafor: Security Operator"));
      await lena.goto(`/requests/${asked.id}`);
      await shoot("request-decide", lena, lena.page.getByRole("button", { name: "Approve" }));
      await lena.page.getByRole("button", { name: "Deny" }).click();
      await shoot("request-deny", lena, lena.page.getByText("Deny this?"));
      await lena.page.getByRole("button", { name: "Back" }).click();
      await lena.page.getByRole("button", { name: "Approve" }).click();
      await lena.page.getByRole("button", { name: "Approve", exact: true }).click();
      await shoot("request-approve-wrong", lena, lena.page.getByText("Say why"));
      await lena.page.getByRole("button", { name: "Known incident" }).click();
      await shoot("request-approve", lena);
      await lena.page.getByRole("button", { name: "1 h", exact: true }).click();
      await lena.page.getByRole("button", { name: "Approve", exact: true }).click();
      await lena.page.getByText("Approved by Lena Vogt").first().waitFor();
      await api.ana.untilGrant(asked.id, "active");
      await shoot("request-approved", lena, lena.page.getByText("Seen in the directory"));
      await lena.page.getByRole("button", { name: "Revoke" }).click();
      await shoot("request-revoke", lena, lena.page.getByText("Revoke Copilot owner?"));

      const late = await at("Marc Dubois");
      await late.signIn(`/requests/${other.id}`);
      await late.page.getByRole("button", { name: "Deny" }).click();
      await late.page.getByLabel("Reason", { exact: true }).fill("I do not know of this");
      await api.lena.decide(other.id, "deny", { reason: "The alerts are closed already; ask me if one is left." });
      await late.page.getByRole("button", { name: "Deny", exact: true }).click();
      await shoot("request-late", late, late.page.getByText("decided before you"));
      await ben.goto(`/requests/${other.id}`);
      await shoot("request-denied", ben, ben.page.getByText("Denied by Lena Vogt").first());
      await lena.goto("/decide");
      await shoot("decide-empty", lena, lena.page.getByText("Nothing waits for you"));
    },

    async holding() {
      await api.ana.ask({
        roles: ["security-reader"],
        justification: "Reading the incident's alerts",
        duration: "PT8H",
      });
      await ana.goto("/access");
      await ana.page.getByText("left").nth(1).waitFor();
      await shoot("access-live", ana);
      await ana.page.getByRole("button", { name: "Give back" }).first().click();
      await shoot("access-give-back", ana, ana.page.getByRole("button", { name: "Give it back" }));
      await ana.page.getByRole("button", { name: "Give it back" }).click();
      await ana.page.getByText("Being removed", { exact: true }).waitFor();
      await shoot("access-ending", ana);
      await tom.goto("/access");
      await shoot("access-everybody", tom, tom.page.getByText("Ana Torres: Copilot owner"));
      await sandbox.fault(
        { method: "POST", path: "/v1.0/identityGovernance/privilegedAccess/group/assignmentScheduleRequests" },
        { kind: "never", status: "Granted" },
      );
      const request = await api.ana.ask({
        roles: ["copilot-contributor"],
        justification: "Asking Copilot about the incident",
      });
      await ana.goto(`/requests/${request.id}`);
      await shoot("request-activating", ana, ana.page.getByText("not visible yet"));
      await sandbox.clearFaults();
      await sandbox.fault(
        { method: "GET", path: "/v1.0/users/*" },
        { kind: "error", status: 503, code: "serviceNotAvailable" },
        { times: 100 },
      );
      const checking = await api.ben.ask({
        roles: ["copilot-contributor"],
        justification: "Asking Copilot about the incident",
      });
      await ben.goto(`/requests/${checking.id}`);
      await shoot("request-checking", ben, ben.page.getByText("Not known yet").first());
      await sandbox.clearFaults();
      await api.ben.until(checking.id, "approved");
    },

    async refused() {
      const session = curfew.browser("ben");
      await session.signIn({ device: "SEC-121" });
      await sandbox.control("PATCH", `/devices/${device("SEC-121")}`, { state: "noncompliant", compliant: "false" });
      const refused = await session.ask({ roles: ["security-reader"], justification: "Reading alerts" });
      await session.until(refused.id, "refused");
      await ben.goto(`/requests/${refused.id}`);
      await shoot("request-refused", ben, ben.page.getByRole("link", { name: "Ask again" }));
    },

    async "looking back"() {
      const { page } = priya;
      await priya.goto("/history");
      await shoot("history", priya, page.getByText("Live in the directory").first());
      await page.getByRole("button", { name: "Checked: now approvers are asked" }).first().click();
      await page.getByText("Checkpoint").click();
      await shoot("history-open", priya, page.getByText("Its whole story"));
      await page.setViewportSize(PHONE);
      await priya.goto(`/history?role=copilot-owner`);
      await page.getByRole("heading", { name: "Export" }).click();
      await shoot("history-filtered", priya, page.getByText("Live in the directory").first());
      await priya.goto("/history?action=request.lapsed");
      await shoot("history-nothing", priya, page.getByText("fits these filters"));
    },

    async "time passes"() {
      await sandbox.clock.advance("PT9H");
      await ana.goto("/access");
      await shoot("session-over", ana, ana.page.getByText("Your session has ended"));
      await ana.signIn("/access");
      await shoot("access-past", ana, ana.page.getByText("It ended at its time").first());
      await priya.signIn("/history");
      await sandbox.clock.advance("PT10M");
    },

    async "names as long as they come"() {
      const { page } = ana;
      const long = "Maximiliane-Wilhelmine von und zu Hohenlohe-Waldenburg-Schillingsfürst";
      const role = "Microsoft Defender for Endpoint Vulnerability Management Remediation Administrator (production)";
      await page.route("**/api/v1/**", async (route) => {
        const answer = await route.fetch();
        const text = (await answer.text())
          .replaceAll('"Ana Torres"', JSON.stringify(long))
          .replaceAll('"Copilot owner"', JSON.stringify(role))
          .replaceAll(why, `https://example.com/${"incidents-".repeat(30)} ${why}`);
        await route.fulfill({ response: answer, body: text });
      });
      for (const [name, path] of Object.entries({ ask: "/", access: "/access" })) {
        await ana.goto(path);
        await shoot(`long-${name}`, ana, page.getByText("Remediation Administrator").first());
      }
      await page.getByText("Remediation Administrator").first().click();
      await shoot("long-request", ana, page.getByText("Steps", { exact: true }));
      await page.unrouteAll({ behavior: "ignoreErrors" });
      await page.emulateMedia({ media: "print" });
      await page.reload();
      await page.getByText("Steps", { exact: true }).waitFor();
      await page.screenshot({ path: join(folder, "print.png"), fullPage: true });
      await page.emulateMedia({ media: "screen" });
    },

    async "safe mode"() {
      await ana.page.route("**/api/v1/me", async (route) => {
        const answer = await route.fetch();
        await route.fulfill({ response: answer, json: { ...(await answer.json()), safe_mode: true } });
      });
      await ana.goto("/");
      await shoot("safe-mode", ana, ana.page.getByText("safe mode"));
    },
  },
  { seconds: 240 },
);
