// One pair of sandbox and Curfew on which the life of a grant is played with faults, over and over: set back each time to where
// Ana is signed in, played to its end with the clock moved on, and held against what must never break.
import assert from "node:assert/strict";
import { cpSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { addAzure, AZURE, give } from "./azure.mjs";
import { POLICY, setUpCurfew } from "./curfew.mjs";
import { faultOf, OPERATIONS } from "./fault_table.mjs";
import { AT_ONCE, GROUPS, PERSONS, startSandbox } from "./sandbox.mjs";

const SIGNED_IN_FOR_MS = 5 * 60e3;
const NUDGES_MOST = 50; // in which more than an hour passes, and everything has ended

/* How long nothing may happen before the clock moves on: reading back is waiting for it; evidence, which Graph may hold up, is not. */
const READ_BACK_QUIET_MS = 200;
const QUIET_MS = 1500;
/* How far: in small steps while what is not known is read back, and then by leaps to the end of the access. */
const stepAfter = (nudges) => (nudges < 20 ? "PT20S" : "PT5M");
const READ_BACK_MS = 150e3;
const OVER = ["ended", "failed", "lapsed"];
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** The example policy, with a role that nobody approves and that demands all evidence there is. */
function policy() {
  const all = JSON.parse(readFileSync(POLICY));
  const ruleOf = (role) => all.rules.find(({ roles }) => roles.includes(role));
  ruleOf("copilot-contributor").require = ruleOf("copilot-owner").require;
  return addAzure(all);
}

/* What is played: the role, what it assigns, and the writes that begin and end it. */
const LIVES = {
  graph: { role: "copilot-contributor", target: GROUPS.contributors, write: /^POST .*\/assignmentScheduleRequests$/, kindOf: ({ action }) => action, endOf: ({ scheduleInfo }) => scheduleInfo.expiration.endDateTime },
  azure: { role: "sentinel-contributor", target: AZURE.contributor, write: /^PUT .*\/roleAssignmentScheduleRequests\/[\w-]+$/, kindOf: ({ properties }) => properties.requestType.replace(/^A/, "a"), endOf: ({ properties }) => properties.scheduleInfo.expiration.endDateTime },
};

/** A question about who she is in the directory: not one of those about everybody who holds something. */
const isReadOfHers = ({ method, path, query }) => method === "GET" && path.endsWith("Instances") && JSON.stringify(query).includes("principalId");

export class FaultBench {
  static async open() {
    const sandbox = await startSandbox({ switches: AT_ONCE });
    const curfew = await setUpCurfew(sandbox, { policy: policy(), settings: { store: "sqlite:state/curfew.db", keys: "state/keys" } });
    return Object.assign(new FaultBench(), { sandbox, curfew, state: join(curfew.folder, "state"), template: join(curfew.folder, "template"), readsBefore: {} });
  }

  async #end() {
    const { child } = this.curfew;
    if (child && child.exitCode === null && child.signalCode === null) await this.curfew.kill();
  }

  async #prepare() {
    await this.sandbox.afresh();
    await this.curfew.register();
    rmSync(this.state, { recursive: true, force: true });
    mkdirSync(this.state, { mode: 0o700 });
    await this.curfew.start();
    const { jar, csrf } = await this.curfew.browser("ana").signIn();
    this.session = { jar: [...jar], csrf };
    await this.curfew.stop();
    rmSync(this.template, { recursive: true, force: true });
    cpSync(this.state, this.template, { recursive: true });
    this.preparedAt = Date.now();
  }

  /** Everything as at the beginning, with Ana signed in, and somebody else's access beside hers. */
  async fresh() {
    await this.#end();
    if (!this.preparedAt || Date.now() - this.preparedAt > SIGNED_IN_FOR_MS) await this.#prepare();
    rmSync(this.state, { recursive: true, force: true });
    cpSync(this.template, this.state, { recursive: true });
    await this.sandbox.clearFaults();
    await this.sandbox.afresh();
    await this.curfew.register();
    const others = [{ principal: PERSONS.ben, group: GROUPS.contributors }, { principal: PERSONS.ana, group: GROUPS.nightShift, manner: "outside" }];
    for (const other of others) await this.sandbox.control("POST", "/assignments", { access: "member", ...other });
    await give(this.sandbox, AZURE.userAccessAdministrator, AZURE.group);
    await give(this.sandbox, AZURE.contributor, AZURE.group, { principal: PERSONS.ben });
    this.others = (await this.#live()).map(({ id }) => id).sort();
    await this.curfew.start();
    this.ana = Object.assign(this.curfew.browser("ana"), { jar: new Map(this.session.jar), csrf: this.session.csrf });
    this.mark = await this.sandbox.mark();
    this.seen = { everActive: false, states: [] };
  }

  async #live() {
    return (await this.sandbox.assignments()).live;
  }

  async #arm(faults) {
    for (const { match, fault, behind } of faults) await this.sandbox.fault(match, fault, behind ? { after: this.readsBefore[this.life] } : {});
  }

  /** How often the directory is asked who holds what before an assignment leaves, when nothing goes wrong. */
  async #calibrate(life) {
    await this.play([], life);
    const journal = await this.sandbox.journal(this.mark);
    const [{ n }] = await this.#posts("adminAssign");
    this.readsBefore[life] = journal.filter((entry) => entry.n < n && isReadOfHers(entry)).length;
    this.calls = new Set(journal.map(({ method, path }) => `${method} ${path}`));
  }

  /** Looks until `is` holds of the request, moving the clock on when nothing happens. */
  async #until(id, is) {
    let last;
    let since = Date.now();
    for (let nudges = 0; ; ) {
      const me = await this.ana.get("/api/v1/me");
      if (me.status !== 200) await this.ana.signIn();
      const request = await this.ana.request(id);
      await this.#look(request);
      if (is(request)) return request;
      const held = await this.sandbox.held();
      if (held.length) await this.sandbox.release({ drop: true });
      const now = JSON.stringify([request.state, request.grants, request.evidence.map(({ code }) => code), held.length]);
      if (now !== last) since = Date.now();
      last = now;
      if (Date.now() - since > (/"(activating|ending)"/.test(now) ? READ_BACK_QUIET_MS : QUIET_MS)) {
        if (++nudges > NUDGES_MOST) throw new Error(`does not come to rest: ${last}`);
        await this.sandbox.clock.advance(stepAfter(nudges));
        since = Date.now();
      }
      await sleep(10);
    }
  }

  /** What is shown as active is held by the directory, with the end that is shown. */
  async #look({ grants }) {
    const [grant] = grants;
    if (grant && this.seen.states.at(-1) !== grant.state) this.seen.states.push(grant.state);
    if (grant?.state !== "active") return;
    const held = (await this.#ours()).filter(({ ends_at }) => Date.parse(ends_at) === Date.parse(grant.ends_at));
    const again = (await this.ana.request(this.id)).grants[0];
    if (again.state === "active" && !this.seen.everActive) assert.ok(held.length, "active, and nothing is held");
    this.seen.everActive = true;
  }

  async #ours() {
    return (await this.#live()).filter(({ principal, target, id }) => principal.id === PERSONS.ana && target.id === LIVES[this.life].target && !this.others.includes(id));
  }

  /** Plays a life with these faults; throws when something broke that must not. Answers what became of it. */
  async play(faults, life = faults.some(([operation]) => OPERATIONS[operation].azure) ? "azure" : "graph") {
    if (this.readsBefore[life] === undefined && faults.length) await this.#calibrate(life);
    this.life = life;
    await this.fresh();
    const armed = faults.map(faultOf);
    const late = faults.some(([operation]) => OPERATIONS[operation].late);
    if (!late) await this.#arm(armed);
    this.id = (await this.ana.ask({ roles: [LIVES[life].role] })).id;
    const settled = ({ state, grants }) => ["refused", "cancelled", "lapsed"].includes(state) || (grants[0] && ["active", ...OVER].includes(grants[0].state));
    const request = await this.#until(this.id, settled);
    const [grant] = request.grants;
    await this.#check();
    if (grant?.state === "active") {
      await this.sandbox.clock.advance("PT6M");
      await this.ana.signIn();
      if (late) await this.#arm(armed);
      const given = await this.ana.post(`/api/v1/grants/${grant.id}/release`);
      assert.equal(given.status, 200, given.text);
      await this.#until(this.id, ({ grants }) => OVER.includes(grants[0].state));
    }
    await this.#checkEnd();
    return [grant?.state ?? request.state, grant?.why ?? request.why].filter(Boolean).join(" ");
  }

  async #posts(kind) {
    const { write, kindOf } = LIVES[this.life];
    return (await this.sandbox.journal(this.mark)).filter(({ method, path, body }) => write.test(`${method} ${path}`) && body && kindOf(body) === kind);
  }

  async #check() {
    const ours = await this.#ours();
    const posts = await this.#posts("adminAssign");
    const twice = posts.some(({ fault }) => fault?.kind === "twice"); // then the server has two of one request
    assert.ok(ours.length <= (twice ? 2 : 1), "one assignment at most");
    const ends = new Set(posts.map(({ body }) => LIVES[this.life].endOf(body)));
    assert.ok(ends.size <= 1, "retries keep the end");
    for (const { ends_at } of ours) {
      assert.equal(Date.parse(ends_at), Date.parse([...ends][0]), "with the end of its intent");
      assert.ok(Date.parse(ends_at) <= Date.parse(posts[0].at) + 3600e3 + 1000, "none beyond what was approved");
    }
    const effects = (await this.sandbox.journal(this.mark)).filter(({ effect }) => effect?.assign);
    assert.ok(effects.length <= 1, "assigned once");
    await this.#checkRepeats(posts);
  }

  /** After a write whose outcome is not certain, the next leaves only when reads over 150 s showed nothing. */
  async #checkRepeats(posts) {
    const journal = await this.sandbox.journal(this.mark);
    posts.forEach((post, i) => {
      const next = posts[i + 1];
      const certain = post.status >= 400 && post.status < 500 && !["spoil", "cut", "answer"].includes(post.fault?.kind);
      if (!next || certain) return;
      const span = Date.parse(next.at) - Date.parse(post.at);
      const reads = journal.filter((entry) => entry.n > post.n && entry.n < next.n && isReadOfHers(entry));
      assert.ok(span >= READ_BACK_MS && reads.length, `repeated after ${span / 1000} s and ${reads.length} reads`);
    });
  }

  async #checkEnd() {
    await this.sandbox.clearFaults();
    const left = (await this.#live()).map(({ id }) => id);
    assert.deepEqual((await this.#ours()).map(({ ends_at }) => ends_at), [], "nothing is left");
    for (const id of this.others) assert.ok(left.includes(id), "what others made is untouched");
    assert.deepEqual(this.curfew.log.filter(({ level }) => level === "error"), [], "no error in the log");
  }
}
