// Curfew in mode `delegated` beside a tenant whose registration has exactly what that mode takes, and the people who start what
// waits for them: `const stage = await delegated()`.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { POLICY, startCurfew } from "./curfew.mjs";
import { LIST } from "./registration.mjs";
import { AT_ONCE, CURFEW, PERSONS, startSandbox } from "./sandbox.mjs";

const inMode = ({ mode = "delegated" }) => mode === "delegated";
const names = (list) => list.map(({ name }) => name);
export const PERMISSIONS = LIST.permissions.filter(inMode);
export const ACTING = names(LIST.delegated.filter(({ mode }) => mode === "delegated"));

export class Stage {
  async begin({ policy = () => {}, settings = {}, permissions = [], switches = {}, before = () => {} }, activation = "delegated") {
    const all = JSON.parse(readFileSync(POLICY));
    policy(all);
    this.sandbox = await startSandbox({ switches: { ...AT_ONCE, ...switches } });
    await this.app({ permissions: [...names(PERMISSIONS), ...permissions], delegated: ACTING, consent: ACTING });
    await before(this.sandbox);
    this.curfew = await startCurfew(this.sandbox, { policy: all, settings: { activation, ...settings } });
    this.people = {};
    for (const name of ["ana", "ben", "lena", "priya", "tom", "nils"]) this.people[name] = await this.curfew.browser(name).signIn();
    return this;
  }

  app(changes) {
    return this.sandbox.control("PATCH", `/apps/${CURFEW}`, changes);
  }

  rules(target, changes) {
    return this.sandbox.control("PATCH", "/pim", { ...target, rules: changes });
  }

  /** Moves the clock; everybody signs in again. */
  async later(span) {
    await this.sandbox.clock.advance(span);
    for (const person of Object.values(this.people)) await person.signIn();
  }

  /** What is in force of a target, by whoever made it. */
  async live(id, person = PERSONS.ana) {
    const { live } = await this.sandbox.assignments();
    return live.filter(({ principal, target }) => principal.id === person && target.id === id);
  }

  async effects(mark, kind) {
    return (await this.sandbox.journal(mark)).filter(({ effect }) => effect?.[kind]);
  }

  /** A request of theirs whose grant waits for them to start it. */
  async waits(role = "copilot-contributor", { person = this.people.ana, ...wanted } = {}) {
    const request = await person.until((await person.ask({ roles: [role], ...wanted })).id, "pending", "approved");
    if (request.state === "pending") assert.equal((await this.people.lena.decide(request.id)).status, 200);
    const grant = await person.untilGrant(request.id, "waiting");
    assert.deepEqual([grant.needs, grant.mode], ["sign_in", "delegated"]);
    return { request, grant, person };
  }

  /** Starts it as its holder does: to the sign-in and back; answers where that leads. */
  async start({ grant, person }, signIn = {}) {
    const answer = await person.post(`/api/v1/grants/${grant.id}/activate`);
    assert.equal(answer.status, 202, answer.text);
    assert.match(answer.body.go, /^\/auth\/sign-in\?purpose=/);
    return person.through(answer.body.go, signIn);
  }

  /** Starts it in vain, and answers the grant, which waits on and says why and what mends it. */
  async startsInVain(waiting, signIn) {
    const landed = await this.start(waiting, signIn);
    assert.equal(landed.location, `/requests/${waiting.request.id}`);
    const request = await waiting.person.request(waiting.request.id);
    const [grant] = request.grants;
    assert.deepEqual([grant.state, grant.needs], ["waiting", "sign_in"], JSON.stringify(grant));
    assert.ok(grant.why_says && grant.why_mend, `${grant.why} has no words`);
    return { ...grant, evidence: request.evidence };
  }

  /** Gives it back, or calls it off, so that the next case can begin. */
  async over({ request, person }) {
    await this.sandbox.clearFaults();
    await this.later("PT6M");
    const [grant] = (await person.request(request.id)).grants;
    if (!["ended", "failed", "lapsed"].includes(grant.state)) await person.post(`/api/v1/grants/${grant.id}/release`);
    return person.untilGrant(request.id, "ended", "failed", "lapsed");
  }
}

export function delegated(options = {}) {
  return new Stage().begin(options);
}
