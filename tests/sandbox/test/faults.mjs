// Goal: whatever Graph itself can say or do wrong, can be had here, on the call that a test picks (of the fault list G01
// to G34, what is in answers and effects; wire.mjs has the rest).
import assert from "node:assert/strict";
import { specification } from "../../support/spec.mjs";
import { AT_ONCE, claimsOf, CURFEW, GROUPS, headerOf, PERSONS, startSandbox } from "../../support/sandbox.mjs";

const sandbox = await startSandbox({ switches: AT_ONCE });
const PIM = "/identityGovernance/privilegedAccess/group";
const POST = { method: "POST", path: `/v1.0${PIM}/assignmentScheduleRequests` };
const LIST = { method: "GET", path: `/v1.0${PIM}/assignmentScheduleInstances` };
const token = await sandbox.appToken();

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
const raw = (path, options) => sandbox.raw(path, { token, ...options });
const post = (options = {}) => raw(POST.path, { method: "POST", body: assignment(), ...options });
const list = (principal = PERSONS.ana) =>
  raw(`${LIST.path}?$filter=${encodeURIComponent(`principalId eq '${principal}'`)}`);
const json = (answer) => JSON.parse(answer.bytes);
const held = async () =>
  (await sandbox.assignments()).live.filter((one) => one.principal.id === PERSONS.ana && one.manner === "assigned");

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

  "G11 the answer speaks of another person, group or end": async () => {
    await sandbox.afresh();
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
      await sandbox.afresh();
      await sandbox.fault(POST, { kind: "alter", set: { status }, drop: ["ticketInfo"] });
      const answer = json(await post());
      assert.equal(answer.status, status);
      assert.ok(!("ticketInfo" in answer));
    }
    await sandbox.afresh();
    await sandbox.fault(POST, { kind: "never" });
    assert.equal(json(await post()).status, "Granted");
    await sandbox.clock.advance("PT10M");
    assert.deepEqual(await held(), []);
    assert.equal((await sandbox.assignments()).scheduled[0].starts_at, null);
  },

  "G13 to G18, G23 any error of Graph, with any header": async () => {
    await sandbox.afresh();
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

  "G19 to G22 H01 H02 Retry-After in every form, or none": async () => {
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
    await sandbox.afresh();
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

  "G30 a list that shows what was true before": async () => {
    await sandbox.afresh();
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

  "G34 the effect happens twice": async () => {
    await sandbox.afresh();
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

  "A24 tokens can be forged, or not be had: other claims, signed rightly or by a decoy": async () => {
    await sandbox.afresh();
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

  "H03 a POST that is answered 503 may have had its effect: what is read tells": async () => {
    for (const when of ["before", "after"]) {
      await sandbox.afresh();
      const headers = { "Retry-After": "10" };
      await sandbox.fault(POST, { kind: "error", status: 503, code: "serviceNotAvailable", headers, when });
      const answer = await post();
      assert.deepEqual([answer.status, answer.headers["retry-after"]], [503, "10"]);
      assert.equal(json(await list()).value.length, when === "after" ? 1 : 0);
      assert.equal((await post()).status, when === "after" ? 400 : 201);
    }
  },

  "H13 answers may have members and words that nobody knows": async () => {
    await sandbox.afresh();
    await post();
    const each = { memberType: "unknownFutureValue", assignmentType: "Somehow", invented: { by: "nobody" } };
    await sandbox.fault(LIST, { kind: "alter", each, set: { "@microsoft.graph.tips": "Use $select." } });
    const body = json(await list());
    assert.equal(body["@microsoft.graph.tips"], "Use $select.");
    assert.deepEqual(
      [body.value[0].memberType, body.value[0].assignmentType, body.value[0].invented],
      ["unknownFutureValue", "Somehow", { by: "nobody" }],
    );
  },

  "it ends with nothing left over": async () => {
    assert.equal(await sandbox.stop(), 0);
  },
});
