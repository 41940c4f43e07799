// Goal: whatever a network or a proxy can do wrong, can be had here, on the call that a test picks (of the fault list G01
// to G34, what is on the wire; faults.mjs has the rest), and calls can be held for the crash sweep.
import assert from "node:assert/strict";
import { request } from "node:http";
import { gunzipSync } from "node:zlib";
import { specification } from "../../support/spec.mjs";
import { AT_ONCE, GROUPS, PERSONS, startSandbox } from "../../support/sandbox.mjs";

const sandbox = await startSandbox({ switches: AT_ONCE });
const PIM = "/identityGovernance/privilegedAccess/group";
const POST = { method: "POST", path: `/v1.0${PIM}/assignmentScheduleRequests` };
const token = await sandbox.appToken();

const assignment = JSON.stringify({
  accessId: "member",
  groupId: GROUPS.owners,
  principalId: PERSONS.ana,
  action: "adminAssign",
  justification: "INC-7",
  scheduleInfo: { expiration: { type: "afterDuration", duration: "PT1H" } },
});
const raw = (path, options) => sandbox.raw(path, { token, ...options });
const post = (options = {}) => raw(POST.path, { method: "POST", body: assignment, ...options });
const json = (answer) => JSON.parse(answer.bytes);
const held = async () =>
  (await sandbox.assignments()).live.filter((one) => one.principal.id === PERSONS.ana && one.manner === "assigned");

await specification("sandbox/wire", {
  "G05 a stall, before the effect or after it": async () => {
    await sandbox.afresh();
    await sandbox.fault(POST, { kind: "stall", seconds: 1 });
    const before = post();
    await new Promise((resolve) => setTimeout(resolve, 300));
    assert.equal((await held()).length, 0);
    assert.ok((await before).after >= 1000);
    await sandbox.afresh();
    await sandbox.fault(POST, { kind: "stall", seconds: 1, when: "after" });
    const after = post();
    await new Promise((resolve) => setTimeout(resolve, 300));
    assert.equal((await held()).length, 1);
    assert.equal((await after).status, 201);
  },

  "G06 refused before the body is read": async () => {
    await sandbox.afresh();
    await sandbox.fault(POST, { kind: "refuse" });
    const mark = await sandbox.mark();
    assert.equal((await post()).error, "ECONNRESET");
    assert.equal((await held()).length, 0);
    assert.deepEqual(
      (await sandbox.journal(mark)).map((entry) => [entry.path, entry.status, entry.fault.kind]),
      [[POST.path, null, "refuse"]],
    );
    assert.equal((await post()).status, 201);
  },

  "G07 reset after the request was read, without an effect": async () => {
    await sandbox.afresh();
    await sandbox.fault(POST, { kind: "reset" });
    assert.equal((await post()).error, "ECONNRESET");
    assert.equal((await held()).length, 0);
    const entry = (await sandbox.journal()).at(-1);
    assert.deepEqual([entry.status, entry.effect, entry.fault, entry.app], [null, null, { kind: "reset" }, "Workbench"]);
  },

  "G08 H04 reset after the effect: the answer is lost, and a blind repetition meets what is there": async () => {
    await sandbox.afresh();
    await sandbox.fault(POST, { kind: "reset", when: "after" });
    assert.equal((await post()).error, "ECONNRESET");
    assert.equal((await held()).length, 1);
    const entry = (await sandbox.journal()).at(-1);
    assert.ok(entry.effect.assign && entry.status === null);
    assert.equal(json(await post()).error.code, "RoleAssignmentExists");
  },

  "G09 a body that is cut": async () => {
    await sandbox.afresh();
    await sandbox.fault(POST, { kind: "cut", bytes: 40 });
    const answer = await post();
    assert.ok(answer.error);
    assert.deepEqual([answer.status, answer.bytes.length], [201, 40]);
    assert.ok(Number(answer.headers["content-length"]) > 40);
    assert.equal((await held()).length, 1);
  },

  "G10 H14 JSON that is none, or that says two things at once": async () => {
    await sandbox.afresh();
    await sandbox.fault({}, { kind: "spoil", how: "syntax" });
    const broken = await raw(`/v1.0/users/${PERSONS.ana}`);
    assert.equal(broken.status, 200);
    assert.throws(() => json(broken));
    await sandbox.fault(POST, { kind: "spoil", how: "repeated_member" });
    const twice = (await post()).bytes.toString();
    assert.match(twice, /"status":"Failed","status":"Provisioned"/);
    assert.ok(JSON.parse(twice));
  },

  "G27 a body without a length and without an end in sight": async () => {
    await sandbox.fault({}, { kind: "pad", bytes: 10_000_000 });
    const answer = await raw(`/v1.0/users/${PERSONS.ana}`);
    assert.equal(answer.headers["transfer-encoding"], "chunked");
    assert.equal(answer.headers["content-length"], undefined);
    assert.ok(answer.bytes.length > 10_000_000);
    assert.equal(json(answer).id, PERSONS.ana);
  },

  "G28 gzip that nobody asked for, a hundred times larger inside": async () => {
    await sandbox.fault({}, { kind: "gzip", bytes: 5_000_000 });
    const answer = await raw(`/v1.0/users/${PERSONS.ana}`);
    assert.equal(answer.headers["content-encoding"], "gzip");
    assert.ok(answer.bytes.length < 50_000);
    const whole = gunzipSync(answer.bytes);
    assert.ok(whole.length > 5_000_000);
    assert.equal(JSON.parse(whole).id, PERSONS.ana);
    await sandbox.fault({}, { kind: "gzip" });
    assert.equal(JSON.parse(gunzipSync((await raw(`/v1.0/users/${PERSONS.ana}`)).bytes)).id, PERSONS.ana);
  },

  "G29 one byte a second": async () => {
    await sandbox.fault({}, { kind: "drip" });
    const bytes = await new Promise((resolve) => {
      const call = request(new URL(`${sandbox.origin}/v1.0/users/${PERSONS.ana}`), {
        agent: false,
        headers: { authorization: `Bearer ${token}` },
      });
      let count = 0;
      call.on("response", (response) => {
        response.on("data", (piece) => (count += piece.length));
        response.on("error", () => {});
      });
      call.on("error", () => {});
      call.end();
      setTimeout(() => {
        call.destroy();
        resolve(count);
      }, 2500);
    });
    assert.ok(bytes >= 2 && bytes <= 4, `${bytes}`);
  },

  "G33 H16 a Date far from ours": async () => {
    await sandbox.fault({}, { kind: "date", seconds: -3600 });
    const { headers } = await raw(`/v1.0/users/${PERSONS.ana}`);
    const { now } = await sandbox.clock.now();
    assert.ok(Math.abs(Date.parse(headers.date) - Date.parse(now) + 3600_000) < 5000);
  },

  "a call is held before its effect or after it, until it is released": async () => {
    for (const when of ["before", "after"]) {
      await sandbox.afresh();
      await sandbox.fault(POST, { kind: "hold", when });
      const call = post();
      const one = await sandbox.waitHeld();
      assert.deepEqual([one.method, one.path, one.when], ["POST", POST.path, when]);
      assert.equal((await held()).length, when === "before" ? 0 : 1);
      assert.deepEqual(await sandbox.release({ id: one.id + 1000 }), { released: 0 });
      assert.deepEqual(await sandbox.release({ id: one.id }), { released: 1 });
      assert.equal((await call).status, 201);
      assert.equal((await held()).length, 1);
    }
  },

  "a held call can be dropped, or its caller be gone": async () => {
    await sandbox.afresh();
    await sandbox.fault(POST, { kind: "hold" });
    const dropped = post();
    await sandbox.waitHeld();
    await sandbox.release({ drop: true });
    assert.equal((await dropped).error, "ECONNRESET");
    assert.equal((await held()).length, 0);

    await sandbox.fault(POST, { kind: "hold" });
    const gone = post({ timeout: 200 });
    await sandbox.waitHeld();
    assert.equal((await gone).error, "timeout"); // its caller was killed; the request is on its way all the same
    await sandbox.release();
    for (let i = 0; i < 100 && (await held()).length === 0; i++)
      await new Promise((resolve) => setTimeout(resolve, 10));
    assert.equal((await held()).length, 1);
  },

  "a call that is held does not keep it from ending": async () => {
    await sandbox.afresh();
    await sandbox.fault(POST, { kind: "hold" });
    const call = post();
    await sandbox.waitHeld();
    await sandbox.fault({}, { kind: "drip" });
    const slow = raw(`/v1.0/users/${PERSONS.ana}`);
    await new Promise((resolve) => setTimeout(resolve, 200));
    assert.equal(await sandbox.stop(), 0);
    assert.ok((await call).error);
    assert.ok((await slow).error);
  },
});
