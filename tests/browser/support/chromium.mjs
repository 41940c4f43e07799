// Debian's Chromium for tests: one browser for the program, a clean context for each person, and what their consoles said.
import { createRequire } from "node:module";
import { join } from "node:path";
import { finally_ } from "../../support/spec.mjs";

if (!process.env.BROWSER_PACKAGES)
  throw new Error("BROWSER_PACKAGES must name the folder that tests/browser/install.sh made");
export const packaged = createRequire(join(process.env.BROWSER_PACKAGES, "package.json"));
const { chromium } = packaged("playwright-core");

export const DESKTOP = { width: 1440, height: 900 };
export const PHONE = { width: 360, height: 740 };

const quiet = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

export async function startChromium() {
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: quiet });
  finally_(() => browser.close());
  return browser;
}

/** The cases of a specification, each of which says what everybody saw when it failed. */
export function telling(everybody, cases) {
  const told = ([says, run]) => [
    says,
    () =>
      run().catch(async (error) => {
        const seen = await Promise.all(everybody.map((somebody) => somebody.sees()));
        throw new Error([error.stack, ...seen].join("\n"), { cause: error });
      }),
  ];
  return Object.fromEntries(Object.entries(cases).map(told));
}

/** Somebody at a browser of their own. `noise` collects what their console said, but for the answers that the test expects. */
export class Somebody {
  static async at(browser, curfew, person, { viewport = DESKTOP, ...options } = {}) {
    const context = await browser.newContext({ viewport, locale: "en-GB", timezoneId: "Europe/Berlin", ...options });
    const page = await context.newPage();
    const somebody = new Somebody();
    Object.assign(somebody, { context, page, curfew, person, noise: [] });
    page.on("console", (message) => {
      if (/^Failed to load resource: the server responded with a status of 4\d\d/.test(message.text())) return;
      somebody.noise.push(`${message.type()}: ${message.text()}`);
    });
    page.on("pageerror", (error) => somebody.noise.push(`error: ${error.stack}`));
    return somebody;
  }

  goto(path) {
    return this.page.goto(path.startsWith("http") ? path : this.curfew.origin + path);
  }

  /** On the sandbox's page: who they are and what they bring along. Ends where Curfew sends them. */
  async throughEntra({ mfa = "passkey", minutes = 0, device, risk = "" } = {}) {
    const { page } = this;
    await this.account.click();
    await page.locator(`input[name=mfa][value=${mfa}]`).check();
    await page.locator("input[name=minutes]").fill(String(minutes));
    if (device === null) await page.getByLabel("A device that Entra does not know").check();
    else if (device) await page.getByLabel(device).check();
    if (risk) await page.locator(`input[name=risk][value=${risk}]`).check();
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
    await page.waitForURL(`${this.curfew.origin}/**`);
  }

  /** Opens a page and signs in on the way; without a path, where the sign-in screen is already. */
  async signIn(path = "/", evidence = {}) {
    if (path) await this.goto(path);
    await this.page.getByRole("button", { name: "Sign in with Microsoft" }).click();
    await this.account.or(this.pages).first().waitFor();
    if (!(await this.pages.isVisible())) await this.throughEntra(evidence); // otherwise Entra knew who it was
    await this.pages.waitFor();
    return this;
  }

  /** This person among those who can sign in, on the sandbox's page. */
  get account() {
    return this.page.getByRole("link", { name: this.person });
  }

  /** Where a person who is signed in can go. */
  get pages() {
    return this.page.getByRole("navigation", { name: "Pages" });
  }

  /** Where they are and what they read there, for whoever looks into a failure. */
  async sees() {
    const text = await this.page
      .locator("body")
      .innerText({ timeout: 2000 })
      .catch(() => "(nothing)");
    return `${this.person} is at ${this.page.url()} and reads:\n${text.replace(/^/gm, "    ").slice(0, 1500)}`;
  }

  heading(name) {
    return this.page.getByRole("heading", { level: 1, name });
  }

  button(name) {
    return this.page.getByRole("button", { name, exact: true });
  }

  get justification() {
    return this.page.getByLabel("What you need it for");
  }

  shows(text, seconds = 30) {
    return this.page
      .getByText(text)
      .first()
      .waitFor({ timeout: seconds * 1000 });
  }

  /** Waits until this has the focus. */
  hasFocus(locator) {
    return locator.and(this.page.locator(":focus")).waitFor();
  }

  /** Goes on with the Tab key until this has the focus. */
  async tabTo(locator) {
    await locator.waitFor();
    for (let presses = 0; presses < 80; presses++) {
      if (await locator.evaluate((element) => element === document.activeElement)) return;
      await this.page.keyboard.press("Tab");
    }
    throw new Error(`the Tab key does not lead to ${locator}`);
  }

  /** No part of the page is wider than the screen. */
  async fits() {
    const { inner, outer } = await this.page.evaluate(() => ({
      inner: document.documentElement.scrollWidth,
      outer: document.documentElement.clientWidth,
    }));
    if (inner > outer) throw new Error(`${inner} px wide on a screen of ${outer}`);
  }
}
