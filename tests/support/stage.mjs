// A stage for crash sweeps: one sandbox and one Curfew that is set back in no time to where its people are signed in,
// and a world on it in which a play goes on however often Curfew is killed.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { closeSync, copyFileSync, existsSync, mkdirSync, openSync, readdirSync, rmSync, statSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { setUpCurfew } from "./curfew.mjs";
import { Injector } from "./injector.mjs";
import { AT_ONCE, startSandbox } from "./sandbox.mjs";

const PEOPLE = ["ana", "lena", "tom"];
const SIGNED_IN_FOR_MS = 5 * 60e3; // sessions of the template are over after fifteen minutes
const NUDGES_MOST = 60; // of twenty seconds: what is not at rest by then hangs

/* How long nothing may happen before the clock moves on: reading back is waiting for it; what gathers evidence must not be hurried. */
const READ_BACK_MS = 200;
const SILENT_MS = 3000;
const HEALS_AFTER_MS = 150;
const ALWAYS = ["house", "watch", "person"]; // jobs that are never done
const LOST = 3; // the exit codes of a process whose disk failed, and of one that could not start
const NOT_STARTED = 1;

export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

function copyFolder(from, to) {
  rmSync(to, { recursive: true, force: true });
  mkdirSync(to, { mode: 0o700 });
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) copyFolder(source, target);
    else copyFileSync(source, target);
  }
}

export class Stage {
  static async open(options = {}) {
    const sandbox = await startSandbox({ switches: AT_ONCE });
    const injector = new Injector(join(sandbox.folder, "injector"), Number(new URL(sandbox.origin).port));
    const { settings, ...rest } = options;
    const curfew = await setUpCurfew(sandbox, {
      environment: injector.environment,
      settings: { store: "sqlite:state/curfew.db", keys: "state/keys", ...settings },
      ...rest,
    });
    mkdirSync(join(curfew.folder, "state"), { mode: 0o700 });
    return Object.assign(new Stage(), { sandbox, injector, curfew, state: join(curfew.folder, "state"), template: join(curfew.folder, "template") });
  }

  /** Takes store and keys away. */
  empty() {
    rmSync(this.state, { recursive: true, force: true });
    mkdirSync(this.state, { mode: 0o700 });
  }

  /** Signs everybody in and keeps the store as it is then. */
  async prepare() {
    await this.sandbox.afresh();
    await this.curfew.register();
    this.injector.leave();
    this.empty();
    await this.curfew.start();
    this.sessions = {};
    for (const name of PEOPLE) {
      const browser = await this.curfew.browser(name).signIn();
      this.sessions[name] = { jar: new Map(browser.jar), csrf: browser.csrf };
    }
    await this.curfew.stop();
    copyFolder(this.state, this.template);
    this.preparedAt = Date.now();
  }

  /** Sets everything back; answers the people at their browsers. Curfew is not started. */
  async fresh() {
    if (!this.preparedAt || Date.now() - this.preparedAt > SIGNED_IN_FOR_MS) await this.prepare();
    this.injector.leave();
    copyFolder(this.template, this.state);
    await this.sandbox.afresh();
    await this.curfew.register();
    return Object.fromEntries(
      PEOPLE.map((name) => {
        const { jar, csrf } = this.sessions[name];
        return [name, Object.assign(this.curfew.browser(name), { jar: new Map(jar), csrf })];
      }),
    );
  }

  /** Runs a subcommand with its output in a file; answers its exit code and what it said. */
  command(words, file) {
    const out = openSync(file, "w");
    return new Promise((resolve) => {
      const child = spawn(this.curfew.program, words, { stdio: ["ignore", out, "pipe"], env: { ...process.env, CURFEW_TEST_CLOCK: this.sandbox.clockFile } });
      let says = "";
      child.stderr.on("data", (piece) => (says += piece));
      child.once("close", (code) => {
        closeSync(out);
        resolve({ code, says });
      });
    });
  }
}


/**
 * One run of a play. `kills` are armed one after the other, at each start: { when, at, doing, places }. `fault` is armed at
 * the first start: { error, at, … } as for Injector.fail, and heals by itself a while after it struck. With `powerCut`, what
 * was not synced is lost at each kill.
 */
export class World {
  constructor(stage, people, { kills = [], fault = null, powerCut = false } = {}) {
    Object.assign(this, { stage, curfew: stage.curfew, sandbox: stage.sandbox, kills: [...kills], fault, powerCut, ...people });
    Object.assign(this, { told: {}, starts: 0, broken: 0, nudges: 0, errors: [], struck: [], id: null });
  }

  async start() {
    for (;;) {
      const next = this.kills.shift();
      if (next) this.stage.injector.kill(next.when, next.at, next.doing, next.places);
      else if (this.fault && !this.starts) this.#fail();
      else if (!this.fault) this.stage.injector.leave();
      this.starts++;
      try {
        await this.curfew.start();
        return;
      } catch (error) {
        await this.curfew.ended;
        if (!this.#wasMeant()) throw error;
        this.#note();
        if (this.fault) await sleep(HEALS_AFTER_MS);
      }
    }
  }

  #fail() {
    const { injector } = this.stage;
    injector.fail(this.fault.error, this.fault);
    this.healing = setInterval(() => {
      if (!injector.struck) return;
      clearInterval(this.healing);
      this.struck.push(injector.struck);
      setTimeout(() => injector.leave(), HEALS_AFTER_MS);
    }, 10);
  }

  /** Killed, or ended by itself because its disk failed. */
  #wasMeant() {
    const { exitCode, signalCode } = this.curfew.child;
    return signalCode === "SIGKILL" || (this.fault && (exitCode === LOST || exitCode === NOT_STARTED));
  }

  #note() {
    if (!this.fault) this.struck.push(this.stage.injector.struck ?? "by the play");
    this.errors.push(...this.curfew.log.filter(({ level }) => level === "error"));
    if (this.powerCut) this.#cutPower();
  }

  #cutPower() {
    const wal = join(this.stage.state, "curfew.db-wal");
    rmSync(join(this.stage.state, "curfew.db-shm"), { force: true });
    if (!existsSync(wal)) return;
    const { synced } = this.stage.injector.get();
    this.lostBytes = Math.max(0, statSync(wal).size - synced);
    if (this.lostBytes) truncateSync(wal, synced);
  }

  /** Ends it in order, also when it is killed on the way. */
  async stop() {
    for (;;) {
      const stopped = await this.curfew.stop().then(() => true, (error) => error);
      this.errors.push(...this.curfew.log.filter(({ level }) => level === "error"));
      if (stopped === true) return;
      if (!(await this.#isGone(stopped))) throw stopped;
    }
  }

  /** Kills it here and now, and starts it again. */
  async kill() {
    await this.curfew.kill();
    this.#note();
    await this.start();
  }

  /** Starts it again when it was killed; true when the call is worth another try. */
  async #isGone(error) {
    const { child, ended } = this.curfew;
    await Promise.race([ended, sleep(300)]);
    if (child.exitCode === null && child.signalCode === null)
      return error.message === "fetch failed" && ++this.broken <= this.starts; // a connection that an earlier process had
    if (!this.#wasMeant()) throw new Error(`curfew ended with ${child.exitCode ?? child.signalCode}: ${this.curfew.output.slice(-2000)}`);
    this.#note();
    await this.start();
    return true;
  }

  /** Does a step until it answers something true, whatever happens to Curfew meanwhile. */
  async does(step) {
    for (;;) {
      try {
        const done = await step(this);
        if (done) return done;
      } catch (error) {
        if (!(await this.#isGone(error))) throw error;
      }
    }
  }

  /** A call as somebody who signs in again when the session is over. */
  async call(person, method, path, body) {
    const me = await person.get("/api/v1/me"); // its anti-forgery token may have been lost on its way
    if (me.status === 200) person.csrf = me.body.csrf;
    else await person.signIn();
    return person.call(method, path, { body });
  }

  /** True when a change was made; false when the disk would not have it, and that was said honestly. */
  is200(answer) {
    if (answer.status === 200) return true;
    assert.ok(this.fault && answer.status === 503, answer.text);
    assert.equal(answer.body.code, "unavailable");
    return false;
  }

  /** What `make` answers, or nothing when it failed because the disk did. */
  async asking(make) {
    try {
      return await make();
    } catch (error) {
      if (!this.fault || !error.answer) throw error;
      const { status, location, body } = error.answer;
      assert.ok(status === 503 ? body.code === "unavailable" : location === "/?problem=unavailable", error.message);
      return null;
    }
  }

  /** Waits until `look` answers something true, moving the clock on when nothing happens. */
  async until(what, look) {
    let since = Date.now();
    for (let seen; ; ) {
      let found;
      try {
        found = await look(this);
      } catch (error) {
        if (!(await this.#isGone(error))) throw error;
        since = Date.now();
        continue;
      }
      if (found?.done) return found.done;
      const now = JSON.stringify(found);
      if (now !== seen) since = Date.now();
      seen = now;
      if (Date.now() - since > (/"(activating|ending)"/.test(now) ? READ_BACK_MS : SILENT_MS)) {
        if (++this.nudges > NUDGES_MOST) throw new Error(`${what} does not come about: ${seen}; the log says ${JSON.stringify(this.curfew.log.slice(-8))}`);
        await this.sandbox.clock.advance("PT20S");
        since = Date.now();
      }
      await sleep(4);
    }
  }

  async #jobs(...left) {
    const { text } = await this.ana.get("/metrics");
    const jobs = [...text.matchAll(/^curfew_jobs\{kind="(\w+)"\} (\d+)$/gm)].filter(([, kind]) => !left.includes(kind));
    return jobs.length ? { jobs: jobs.map(([line]) => line), grants: text.match(/^curfew_grants\{.*$/gm) } : { done: true };
  }

  /** Waits until no job is left to do. */
  atRest() {
    return this.until("rest", () => this.#jobs(...ALWAYS));
  }

  /** Waits until all messages are sent. */
  quiet() {
    return this.until("quiet", () => this.#jobs(...ALWAYS, "request", "grant", "recheck"));
  }
}
