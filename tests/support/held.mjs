// Curfew in mode `pim_approval` beside a tenant whose PIM asks for approvals, with people who ask, and who decide with their own
// token: `const stage = await held()`.
import assert from "node:assert/strict";
import { ACTING, Stage } from "./delegated.mjs";
import { eventually } from "./eventually.mjs";
import { GROUPS, PERSONS, ROLES } from "./sandbox.mjs";

export const OWNERS = { group: GROUPS.owners, access: "member" };
export const OPERATOR = { role: ROLES.securityOperator };

class Held extends Stage {
  acting = ACTING;

  async begin(options) {
    await super.begin(options, "pim_approval");
    await this.approvers({ groups: [GROUPS.leads] });
    return this;
  }

  /** Who approves in PIM; what was read of its rules before is not believed any more. */
  async approvers(who) {
    for (const target of [OWNERS, OPERATOR]) await this.sandbox.needApproval(target, who);
    await this.later("PT2M");
  }

  /** A request that PIM holds and that waits for its approvers. */
  async pending(role = "copilot-owner", { person = this.people.ana, signIn, ...wanted } = {}) {
    const { id } = await person.ask({ roles: [role], ...wanted }, signIn);
    const request = await person.until(id, "pending").catch(async (error) => {
      error.message += JSON.stringify((await person.request(id)).grants);
      throw error;
    });
    const [grant] = request.grants;
    assert.deepEqual([grant.state, grant.mode, grant.needs, grant.directory.status], ["activating", "pim_approval", null, "PendingApproval"]);
    return { request, grant, person };
  }

  /** Decides as an approver does: to the sign-in and back; answers where that leads. */
  async decides(request, { by = this.people.lena, decision = "approve", signIn, ...more } = {}) {
    const answer = await by.decide(request.id, decision, more);
    assert.equal(answer.status, 202, answer.text);
    assert.match(answer.body.go, /^\/auth\/sign-in\?purpose=/);
    return by.through(answer.body.go, signIn);
  }

  /** What PIM says of the request, whatever Curfew shows. */
  async inPim({ grant, request }) {
    const [entry] = (await this.sandbox.journal()).filter(({ effect }) => effect?.request?.request === (request.grants[0].directory.request_id ?? grant.directory.request_id));
    return entry;
  }

  /** Somebody decides in the portal. */
  outside({ request }, decision = "Approve", by = PERSONS.marc) {
    return this.sandbox.control("POST", `/approvals/${request.grants[0].directory.request_id}`, { decision, by, justification: "In the portal" });
  }

  /** Waits until the history has such an event of the request. */
  event(request, code, what = () => true) {
    const look = async () => {
      const { body } = await this.people.priya.get(`/api/v1/audit?request=${request.id}`);
      return body.items.find((event) => event.code === code && what(event));
    };
    return eventually(look, { what: `event ${code}` });
  }

  /** Ends whatever is left of it, so that the next case can begin. */
  async cleared({ request, person }) {
    await this.sandbox.clearFaults();
    await this.later("PT6M");
    const [grant] = (await person.request(request.id)).grants;
    if (grant && !["ending", "ended", "failed", "lapsed"].includes(grant.state)) await person.post(`/api/v1/grants/${grant.id}/release`);
    for (let hours = 0; hours < 5; hours++) {
      await this.later("PT1H");
      const [now] = (await person.request(request.id)).grants;
      if (!now || ["ended", "failed", "lapsed"].includes(now.state)) return now;
    }
    return person.untilGrant(request.id, "ended", "failed", "lapsed");
  }
}

export function held(options = {}) {
  return new Held().begin(options);
}
