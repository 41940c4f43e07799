// Goal: whatever a network, a proxy or Graph itself can do wrong, can be had here, on the call that a test picks
// (G06 to G34 of the fault list, and barriers for the crash sweep).
import assert from "node:assert/strict";
import { request } from "node:http";
import { gunzipSync } from "node:zlib";
import { specification } from "../../support/spec.mjs";
import { AT_ONCE, claimsOf, CURFEW, GROUPS, headerOf, PERSONS, startSandbox } from "../../support/sandbox.mjs";

const sandbox = await startSandbox({ switches: AT_ONCE });
const PIM = "/identityGovernance/privilegedAccess/group";
const POST = { method: "POST", path: `/v1.0${PIM}/assignmentScheduleRequests` };
const LIST = { method: "GET", path: `/v1.0${PIM}/assignmentScheduleInstances` };
const token = await sandbox.appToken();

/** A call over a socket of its own, so that nothing is retried or hidden by a client. */
function raw(path, { method = "GET", body, timeout = 20000 } = {}) {
  const started = Date.now();
  return new Promise((resolve) => {
    const url = new URL(sandbox.origin + path);
    const call = request(url, {
      method,
      agent: false,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body && { "content-type": "application/json", "content-length": Buffer.byteLength(body) }),
      },
    });
    call.setTimeout(timeout, () => call.destroy(new Error("timeout")));
    call.on("error", (error) => resolve({ error: error.code ?? error.message, after: Date.now() - started }));
    call.on("response", (answer) => {
      const pieces = [];
      const done = (error) =>
        resolve({
          status: answer.statusCode,
          headers: answer.headers,
          bytes: Buffer.concat(pieces),
          error,
          after: Date.now() - started,
        });
      answer.on("data", (piece) => pieces.push(piece));
      answer.on("end", () => done(answer.complete ? undefined : "cut"));
      answer.on("error", (error) => done(error.code ?? error.message));
    });
    call.end(body);
  });
}

const assignment = (changes = {}) =>
  JSON.stringify({
    accessId: "member",
    groupId: GROUPS.owners,
    principalId: PERSONS.ana,
    action: "adminAssign",
    justification: "INC-7",
    scheduleInfo: { expiration: { type: "afterDuration", duration: "PT1H" } },
    ...changes,
  });
const post = (options = {}) => raw(POST.path, { method: "POST", body: assignment(), ...options });
const list = (principal = PERSONS.ana) =>
  raw(`${LIST.path}?$filter=${encodeURIComponent(`principalId eq '${principal}'`)}`);
const json = (answer) => JSON.parse(answer.bytes);
const held = async () =>
  (await sandbox.assignments()).live.filter((one) => one.principal.id === PERSONS.ana && one.manner === "assigned");

async function afresh() {
  await sandbox.clock.set(0);
  await sandbox.reset();
  await sandbox.switches(AT_ONCE);
}

await specification("sandbox/faults", {
  "a fault fits by method, path, query and body, as often as it says, and no oftener": async () => {
    const teapot = { kind: "answer", status: 418 };
    const { id } = await sandbox.fault({ method: "GET", path: "/v1.0/users/*", query: "id" }, teapot, {
      times: 2,
      after: 1,
    });
    const path = `/v1.0/users/${PERSONS.ana}`;
    const statuses = [];
    for (const url of [
      path,
      `${path}?$select=id`,
      `${path}?$select=id`,
      `/v1.0/groups/${GROUPS.leads}?$select=id`,
      `${path}?$select=id`,
      `${path}?$select=id`,
    ])
      statuses.push((await raw(url)).status);
    assert.deepEqual(statuses, [200, 200, 418, 200, 418, 200]);
    const { items } = await sandbox.control("GET", "/faults");
    assert.deepEqual([items[0].id, items[0].left, items[0].fault], [id, 0, teapot]);
    await sandbox.control("DELETE", `/faults/${id}`);
    await assert.rejects(sandbox.control("DELETE", `/faults/${id}`), /404/);
    await sandbox.fault({ body: "INC-8" }, teapot);
    assert.equal((await post({ body: assignment({ justification: "INC-9", principalId: PERSONS.ben }) })).status, 201);
    assert.equal((await post({ body: assignment({ justification: "INC-8" }) })).status, 418);
    await sandbox.fault({}, teapot, { for: "PT10S", times: 1000 });
    await sandbox.clock.advance("PT11S");
    assert.equal((await raw(path)).status, 200);
  },

  "what is asked of a fault is read strictly": async () => {
    for (const wrong of [
      { fault: { kind: "explode" } },
      { fault: {} },
      {},
      { fault: { kind: "drip", seconds: 1 } },
      { fault: { kind: "reset", when: "never" } },
      { match: { verb: "GET" }, fault: { kind: "drip" } },
      { times: 0, fault: { kind: "drip" } },
      { fault: { kind: "forge" } },
    ]) {
      await assert.rejects(sandbox.control("POST", "/faults", wrong), /400/, JSON.stringify(wrong));
    }
    await sandbox.clearFaults();
  },

  "G05 a stall, before the effect or after it": async () => {
    await afresh();
    await sandbox.fault(POST, { kind: "stall", seconds: 1 });
    const before = post();
    await new Promise((resolve) => setTimeout(resolve, 300));
    assert.equal((await held()).length, 0);
    assert.ok((await before).after >= 1000);
    await afresh();
    await sandbox.fault(POST, { kind: "stall", seconds: 1, when: "after" });
    const after = post();
    await new Promise((resolve) => setTimeout(resolve, 300));
    assert.equal((await held()).length, 1);
    assert.equal((await after).status, 201);
  },

  "G06 refused before the body is read": async () => {
    await afresh();
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
    await afresh();
    await sandbox.fault(POST, { kind: "reset" });
    assert.equal((await post()).error, "ECONNRESET");
    assert.equal((await held()).length, 0);
    const entry = (await sandbox.journal()).at(-1);
    assert.deepEqual([entry.status, entry.effect, entry.fault, entry.app], [null, null, { kind: "reset" }, "Curfew"]);
  },

  "G08 H04 reset after the effect: the answer is lost, and a blind repetition meets what is there": async () => {
    await afresh();
    await sandbox.fault(POST, { kind: "reset", when: "after" });
    assert.equal((await post()).error, "ECONNRESET");
    assert.equal((await held()).length, 1);
    assert.ok((await sandbox.journal()).at(-1).effect.assign);
    assert.equal(json(await post()).error.code, "RoleAssignmentExists");
  },

  "G09 a body that is cut": async () => {
    await afresh();
    await sandbox.fault(POST, { kind: "cut", bytes: 40 });
    const answer = await post();
    assert.ok(answer.error);
    assert.deepEqual([answer.status, answer.bytes.length], [201, 40]);
    assert.ok(Number(answer.headers["content-length"]) > 40);
    assert.equal((await held()).length, 1);
  },

  "G10 H14 JSON that is none, or that says two things at once": async () => {
    await afresh();
    await sandbox.fault({}, { kind: "spoil", how: "syntax" });
    const broken = await raw(`/v1.0/users/${PERSONS.ana}`);
    assert.equal(broken.status, 200);
    assert.throws(() => json(broken));
    await sandbox.fault(POST, { kind: "spoil", how: "repeated_member" });
    const twice = (await post()).bytes.toString();
    assert.match(twice, /"status":"Failed","status":"Provisioned"/);
    assert.ok(JSON.parse(twice));
  },

  "G11 the answer speaks of another person, group or end": async () => {
    await afresh();
    await sandbox.fault(POST, {
      kind: "alter",
      set: {
        principalId: PERSONS.nils,
        scheduleInfo: { expiration: { type: "afterDateTime", endDateTime: "2099-01-01T00:00:00Z" } },
      },
    });
    const answer = json(await post());
    assert.deepEqual(
      [answer.principalId, answer.groupId, answer.scheduleInfo.expiration.endDateTime],
      [PERSONS.nils, GROUPS.owners, "2099-01-01T00:00:00Z"],
    );
    assert.equal((await held()).length, 1);
  },

  "G12 any status, and one that is granted and never comes": async () => {
    for (const status of ["Failed", "PendingApproval", "SomethingNew"]) {
      await afresh();
      await sandbox.fault(POST, { kind: "alter", set: { status }, drop: ["ticketInfo"] });
      const answer = json(await post());
      assert.equal(answer.status, status);
      assert.ok(!("ticketInfo" in answer));
    }
    await afresh();
    await sandbox.fault(POST, { kind: "never" });
    assert.equal(json(await post()).status, "Granted");
    await sandbox.clock.advance("PT10M");
    assert.deepEqual(await held(), []);
    assert.equal((await sandbox.assignments()).scheduled[0].starts_at, null);
  },

  "G13 to G18, G23 any error of Graph, with any header": async () => {
    await afresh();
    const errors = [
      [400, "RoleAssignmentRequestPolicyValidationFailed", 'The following policy rules failed: ["MfaRule"]'],
      [400, "ActiveDurationTooShort", "x"],
      [403, "Authorization_RequestDenied", "x"],
      [404, "ResourceNotFound", "x"],
      [409, "RequestConflict", "x"],
      [410, "Gone", "x"],
      [423, "Locked", "x"],
      [500, "InternalServerError", "x"],
      [502, "BadGateway", "x"],
      [503, "serviceNotAvailable", "x"],
    ];
    for (const [status, code, message] of errors) {
      await sandbox.fault(POST, { kind: "error", status, code, message });
      const answer = await post();
      assert.deepEqual([answer.status, json(answer).error.code, json(answer).error.message], [status, code, message]);
      assert.ok(answer.headers["request-id"]);
    }
    assert.equal((await held()).length, 0);
  },

  "G16 H11 a challenge in the second of two WWW-Authenticate headers": async () => {
    const claims = Buffer.from('{"access_token":{"nbf":{"essential":true,"value":"1"}}}').toString("base64");
    await sandbox.fault(
      {},
      {
        kind: "error",
        status: 401,
        code: "InvalidAuthenticationToken",
        headers: {
          "WWW-Authenticate": ['Basic realm="x"', `Bearer claims="${claims}", error="insufficient_claims", realm=""`],
        },
      },
    );
    const answer = await raw(`/v1.0/users/${PERSONS.ana}`);
    assert.equal(answer.status, 401);
    assert.match(answer.headers["www-authenticate"], /^Basic realm="x", Bearer claims="/);
  },

  "G19 to G22 Retry-After in every form, or none": async () => {
    for (const value of [
      "5",
      "2.128",
      "Fri, 31 Dec 2027 23:59:59 GMT",
      "Fri, 31 Dec 1999 23:59:59 GMT",
      "0",
      "-1",
      "1000000000",
      "soon",
      null,
    ]) {
      await sandbox.fault(
        {},
        { kind: "error", status: 429, code: "TooManyRequests", ...(value && { headers: { "Retry-After": value } }) },
      );
      const answer = await raw(`/v1.0/users/${PERSONS.ana}`);
      assert.deepEqual([answer.status, answer.headers["retry-after"] ?? null], [429, value]);
    }
  },

  "H15 an answer nested deeper than anybody should read": async () => {
    await sandbox.fault(
      {},
      {
        kind: "answer",
        status: 200,
        text: `${"[".repeat(64)}${"]".repeat(64)}`,
        headers: { "Content-Type": "application/json" },
      },
    );
    const answer = await raw(`/v1.0/users/${PERSONS.ana}`);
    assert.equal(answer.headers["content-type"], "application/json");
    assert.equal(json(answer).flat(63).length, 0);
  },

  "G24 504 although it happened": async () => {
    await afresh();
    await sandbox.fault(POST, { kind: "error", status: 504, code: "GatewayTimeout", when: "after" });
    assert.equal((await post()).status, 504);
    assert.equal((await held()).length, 1);
  },

  "G25 G26 a redirect to elsewhere, and the page of a captive portal": async () => {
    await sandbox.fault({}, { kind: "answer", status: 302, headers: { Location: "http://portal.example/" } });
    const moved = await raw(`/v1.0/users/${PERSONS.ana}`);
    assert.deepEqual([moved.status, moved.headers.location], [302, "http://portal.example/"]);
    await sandbox.fault({}, { kind: "spoil", how: "html" });
    const portal = await raw(`/v1.0/users/${PERSONS.ana}`);
    assert.deepEqual([portal.status, portal.headers["content-type"]], [200, "text/html; charset=utf-8"]);
    await sandbox.fault({}, { kind: "answer", status: 200, text: "<p>Hello</p>", when: "after" });
    assert.equal((await raw(`/v1.0/users/${PERSONS.ana}`)).bytes.toString(), "<p>Hello</p>");
    await sandbox.fault({}, { kind: "answer", status: 201, body: { any: ["JSON", 1, null] } });
    assert.deepEqual(json(await raw(`/v1.0/users/${PERSONS.ana}`)), { any: ["JSON", 1, null] });
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

  "G30 a list that shows what was true before": async () => {
    await afresh();
    await sandbox.fault(LIST, { kind: "stale", seconds: 60 }, { times: 2 });
    await post();
    const seen = [];
    for (let i = 0; i < 3; i++) seen.push(json(await list()).value.length);
    assert.deepEqual(seen, [0, 0, 1]);
    await sandbox.fault(LIST, { kind: "stale", seconds: 60 }, { times: 1000, for: "PT30S" });
    assert.equal(json(await list()).value.length, 0);
    await sandbox.clock.advance("PT31S");
    assert.equal(json(await list()).value.length, 1);
  },

  "G31 entries twice, of somebody else, of one's own making, or none": async () => {
    await sandbox.fault(LIST, { kind: "alter", entries: "duplicate" });
    assert.deepEqual(
      json(await list()).value.map((one) => one.principalId),
      [PERSONS.ana, PERSONS.ana],
    );
    await sandbox.fault(LIST, { kind: "alter", entries: "foreign" });
    const [own, foreign] = json(await list()).value;
    assert.ok(
      own.principalId === PERSONS.ana && foreign.principalId !== PERSONS.ana && foreign.groupId === own.groupId,
    );
    await sandbox.fault(LIST, { kind: "alter", append: [{ id: "x" }], each: { endDateTime: null } });
    assert.deepEqual(
      json(await list()).value.map((one) => [one.endDateTime, one.id === "x"]),
      [
        [null, false],
        [undefined, true],
      ],
    );
    await sandbox.fault(LIST, { kind: "alter", entries: "none" });
    assert.deepEqual(json(await list()).value, []);
    assert.equal(json(await list()).value.length, 1); // nothing of it touched the truth
  },

  "G32 H09 links to elsewhere, in a circle, or behind an empty page": async () => {
    await sandbox.fault(LIST, { kind: "alter", next_link: "http://evil.example/v1.0/x" });
    assert.equal(json(await list())["@odata.nextLink"], "http://evil.example/v1.0/x");
    await sandbox.fault(LIST, { kind: "alter", next_link: "loop", entries: "none" });
    const loop = json(await list());
    assert.deepEqual([loop.value, loop["@odata.nextLink"]], [[], sandbox.origin + LIST.path]);
  },

  "G33 H16 a Date far from ours": async () => {
    await sandbox.fault({}, { kind: "date", seconds: -3600 });
    const { headers } = await raw(`/v1.0/users/${PERSONS.ana}`);
    const { now } = await sandbox.clock.now();
    assert.ok(Math.abs(Date.parse(headers.date) - Date.parse(now) + 3600_000) < 5000);
  },

  "G34 the effect happens twice": async () => {
    await afresh();
    await sandbox.fault(POST, { kind: "twice" });
    const answer = json(await post());
    assert.equal(answer.status, "Provisioned");
    assert.equal((await held()).length, 2);
    assert.equal((await sandbox.journal()).at(-1).effect.assign.length, 2);
    await sandbox.fault({ path: "/v1.0/users/*/sendMail" }, { kind: "twice" });
    await sandbox.graph("/users/curfew@contoso.example/sendMail", {
      body: {
        message: {
          subject: "x",
          body: { contentType: "Text", content: "x" },
          toRecipients: [{ emailAddress: { address: "a@contoso.example" } }],
        },
      },
    });
    assert.equal((await sandbox.mail()).length, 2);
  },

  "tokens can be forged: other claims, signed rightly or by a decoy": async () => {
    await afresh();
    const tokens = async (fault) => {
      if (fault) await sandbox.fault({ path: "/*/oauth2/v2.0/token" }, fault);
      const { location } = await sandbox.signIn(sandbox.authorizeUrl());
      return (await sandbox.redeem(location)).body;
    };
    const changed = await tokens({
      kind: "forge",
      token: "id_token",
      claims: { tid: "other", exp: null },
      header: { typ: "JOSE" },
    });
    assert.equal(claimsOf(changed.id_token).tid, "other");
    assert.ok(!("exp" in claimsOf(changed.id_token)));
    assert.equal(headerOf(changed.id_token).typ, "JOSE");
    const decoy = await tokens({ kind: "forge", token: "access_token", key: "decoy" });
    assert.notEqual(headerOf(decoy.access_token).kid, headerOf(decoy.id_token).kid);
    const none = await tokens({ kind: "alter", set: { id_token: "eyJhbGciOiJub25lIn0.e30." } });
    assert.equal(none.id_token, "eyJhbGciOiJub25lIn0.e30.");
    await sandbox.fault(
      { path: "/*/oauth2/v2.0/token" },
      { kind: "error", status: 503, code: "temporarily_unavailable", headers: { "Retry-After": "1" } },
    );
    const busy = await sandbox.token({ grant_type: "client_credentials", client_id: CURFEW });
    assert.deepEqual([busy.status, busy.body.error], [503, "temporarily_unavailable"]); // A24
  },

  "a call is held before its effect or after it, until it is released": async () => {
    for (const when of ["before", "after"]) {
      await afresh();
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
    await afresh();
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
    await afresh();
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
