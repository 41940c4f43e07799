// Goal: a grant that waits anew after its first intent proved lost is as free as one that never was sent: it can be
// cancelled, released or revoked, and nothing of it stands in the way of the next request.
import assert from "node:assert/strict";
import { eventually, startCurfew } from "../support/curfew.mjs";
import { AT_ONCE, GROUPS, PERSONS, startSandbox } from "../support/sandbox.mjs";
import { specification } from "../support/spec.mjs";

const REQUESTS = "/v1.0/identityGovernance/privilegedAccess/group/assignmentScheduleRequests";
const sandbox = await startSandbox({ switches: AT_ONCE });
const curfew = await startCurfew(sandbox);
const ana = curfew.browser("ana");
const tom = curfew.browser("tom");

const live = async () =>
  (await sandbox.assignments()).live.filter(({ principal, target }) => principal.id === PERSONS.ana && target.id === GROUPS.contributors);

/** A grant whose intent never arrived, and which now waits for evidence that cannot be had. */
async function waitsAnew() {
  await ana.signIn();
  await tom.signIn();
  const mark = await sandbox.mark();
  await sandbox.fault({ method: "POST", path: REQUESTS }, { kind: "reset", when: "before" });
  const request = await ana.ask({ roles: ["copilot-contributor"] });
  await eventually(async () => (await sandbox.journal(mark)).some(({ path, status }) => path === REQUESTS && status === null), { what: "the lost write" });
  await curfew.kill();
  await curfew.start();
  await sandbox.fault({ path: "/v1.0/deviceManagement/" }, { kind: "error", status: 503, code: "serviceNotAvailable" }, { times: 1000 });
  await ana.untilGrant(request.id, "activating");
  for (let i = 0; i < 10 && (await ana.request(request.id)).grants[0].state !== "waiting"; i++) {
    await sandbox.clock.advance("PT20S");
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
  const { id } = await ana.untilGrant(request.id, "waiting");
  return { request, id };
}

const cases = {};
for (const [how, end] of Object.entries({
  cancelled: ({ request }) => ana.post(`/api/v1/requests/${request.id}/cancel`),
  released: ({ id }) => ana.post(`/api/v1/grants/${id}/release`),
  revoked: ({ id }) => tom.post(`/api/v1/grants/${id}/revoke`, { reason: "Not needed any more" }),
})) {
  cases[`${how} while it waits anew, it is over, and the next request becomes active`] = async () => {
    const before = await waitsAnew();
    const ended = await end(before);
    assert.equal(ended.status, 200, ended.text);
    assert.equal((await ana.untilGrant(before.request.id, "ended")).why, how === "revoked" ? "revoked" : "cancelled");
    await sandbox.clearFaults();
    await sandbox.clock.advance("PT2M");
    const next = await ana.ask({ roles: ["copilot-contributor"] });
    const { ends_at } = await ana.untilGrant(next.id, "active");
    assert.deepEqual((await live()).map((one) => Date.parse(one.ends_at)), [Date.parse(ends_at)]);
    await sandbox.clock.advance("PT1H1S");
    await ana.signIn();
    await ana.untilGrant(next.id, "ended");
    assert.deepEqual(await live(), []);
    await sandbox.clearFaults();
  };
}

await specification("journeys/crash_waiting", cases, { seconds: 60 });
