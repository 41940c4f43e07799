// Curfew's own token stops counting before its end (continuous access evaluation): the challenge is answered with one new token that
// was asked for with it, whatever was on its way goes on, and nobody notices.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { POLICY, startCurfew } from "../support/curfew.mjs";
import { AT_ONCE, CURFEW, PERSONS, startSandbox } from "../support/sandbox.mjs";
import { specification } from "../support/spec.mjs";

/** The example policy; nobody approves Copilot Contributor. */
const sandbox = await startSandbox({ switches: AT_ONCE });
const curfew = await startCurfew(sandbox, { policy: JSON.parse(readFileSync(POLICY)) });
const ana = await curfew.browser("ana").signIn();
const WRITE = { method: "POST", path: "/v1.0/identityGovernance/privilegedAccess/group/assignmentScheduleRequests", body: "adminAssign" };

const entries = async (mark, is) => (await sandbox.journal(mark)).filter(is);
const fetches = (mark) => entries(mark, ({ path, body }) => path.endsWith("/token") && body?.grant_type === "client_credentials");
const challenged = (mark) => entries(mark, ({ api, status }) => api === "graph" && status === 401);
const revoke = async () => {
  await sandbox.clock.advance("PT2S");
  await sandbox.control("PATCH", `/apps/${CURFEW}`, { revoke_tokens: true });
};

async function given(request) {
  const grant = await ana.untilGrant(request.id, "active");
  await sandbox.clock.advance("PT6M");
  await ana.signIn();
  await ana.post(`/api/v1/grants/${grant.id}/release`);
  await ana.untilGrant(request.id, "ended");
}

await specification("journeys/challenges", {
  async "revoked between two calls: every call that meets it goes out once more, with the one new token"() {
    await given(await ana.ask({ roles: ["copilot-contributor"] }));
    await revoke();
    const mark = await sandbox.mark();
    const request = await ana.ask({ roles: ["copilot-contributor"] });
    await ana.untilGrant(request.id, "active");
    const [fetched, ...more] = await fetches(mark);
    assert.deepEqual(more, [], "one token");
    assert.match(JSON.parse(fetched.body.claims).access_token.nbf.value, /^\d{10}$/);
    assert.deepEqual(JSON.parse(fetched.body.claims).access_token.xms_cc, { values: ["cp1"] });
    assert.ok((await challenged(mark)).length);
    assert.deepEqual(curfew.log.filter(({ level }) => level === "error"), []);
    await given(request);
  },

  async "revoked while the write is on its way: it goes out once more, and has one effect"() {
    const mark = await sandbox.mark();
    await sandbox.fault(WRITE, { kind: "hold", when: "before" });
    const request = await ana.ask({ roles: ["copilot-contributor"] });
    await sandbox.waitHeld();
    await revoke();
    await sandbox.release();
    await given(request);
    const writes = await entries(mark, ({ path, body }) => path === WRITE.path && body?.action === "adminAssign");
    assert.deepEqual(writes.map(({ status }) => status), [401, 201]);
    assert.equal(new Set(writes.map((one) => one.client_request_id)).size, 1);
    assert.equal((await entries(mark, ({ effect }) => effect?.assign)).length, 1);
  },

  async "a service that challenges every token is asked twice and no more, and what it did not say is not known"() {
    const claims = Buffer.from('{"access_token":{"nbf":{"essential":true,"value":"1900000000"}}}').toString("base64");
    const headers = { "WWW-Authenticate": ['Basic realm="x"', `Bearer claims="${claims}", realm="", error="insufficient_claims"`] };
    const path = `/v1.0/users/${PERSONS.ana}`;
    await sandbox.clock.advance("PT10M");
    await ana.signIn();
    const mark = await sandbox.mark();
    await sandbox.fault({ method: "GET", path }, { kind: "error", status: 401, code: "InvalidAuthenticationToken", headers }, { times: 2 });
    const request = await ana.ask({ roles: ["copilot-contributor"] });
    await given(request);
    assert.equal((await entries(mark, (one) => one.path === path && one.status === 401)).length, 2);
    assert.equal((await fetches(mark)).filter(({ body }) => body.claims.includes("1900000000")).length, 1);
  },
}, { seconds: 60 });
