// Goal: the control API changes what it is asked to change, strictly, and shows the truth.
import assert from "node:assert/strict";
import { request } from "node:http";
import { readFileSync } from "node:fs";
import { specification } from "../../support/spec.mjs";
import { AT_ONCE, CURFEW, device, GROUPS, PERSONS, ROLES, startSandbox } from "../../support/sandbox.mjs";

const sandbox = await startSandbox({ switches: AT_ONCE });
const answer = (method, path, body) => fetch(`${sandbox.origin}/_sandbox${path}`, { method, body });

await specification("sandbox/control", {
  "wrong members are named, and nothing is changed": async () => {
    const wrong = [
      [
        "PATCH",
        `/persons/${PERSONS.ana}`,
        '{"enabled":"no","riks":"high"}',
        /enabled: must be true or false, not text; riks: is not known here/,
      ],
      ["PATCH", `/persons/${PERSONS.ana}`, '{"groups":["x"]}', /nobody's: x/],
      ["PATCH", `/persons/${PERSONS.ana}`, '{"risk_state":"atRisk"}', /needs risk/],
      ["POST", "/persons", '{"upn":"x@contoso.example"}', /name: is missing/],
      ["POST", "/groups", '{"name":"x","members":["nobody"]}', /nobody's/],
      ["PATCH", `/devices/${device("SEC-114")}`, '{"compliant":true}', /compliant: must be text/],
      ["PATCH", `/devices/${device("SEC-114")}`, '{"state":"perfect"}', /is not one of/],
      ["PATCH", "/ca/c1", '{"state":"on"}', /is not one of/],
      ["PATCH", `/apps/${CURFEW}`, '{"access_token_version":3}', /from 1 to 2/],
      ["PATCH", `/apps/${CURFEW}`, '{"app_roles":[{"id":"x"}]}', /app_roles\[0\]/],
      ["POST", "/switches", '{"pim_outage":1,"warp":true}', /pim_outage: must be true or false; warp: is no switch/],
      ["POST", "/switches", '{"expiry_ms":-1}', /whole number in range/],
      ["POST", "/assignments", `{"principal":"${PERSONS.ana}"}`, /group: or role or azure_role must be there/],
      ["POST", "/assignments", `{"principal":"nobody","group":"${GROUPS.owners}"}`, /nobody's id/],
      ["POST", "/keys", '{"rotate":"yes"}', /rotate/],
      ["POST", "/release", '{"id":0}', /id/],
      ["POST", "/faults", "{", /line 1/],
      ["POST", "/faults", '{"fault":{},"fault":{}}', /there twice/],
      ["POST", "/faults", "[]", /must be an object/],
    ];
    for (const [method, path, body, says] of wrong) {
      const refused = await answer(method, path, body);
      assert.equal(refused.status, 400, `${method} ${path} ${body}`);
      assert.match((await refused.json()).error, says);
    }
    const { items } = await sandbox.control("GET", "/persons");
    assert.equal(items.find((person) => person.id === PERSONS.ana).enabled, true);
    assert.equal(items.length, 9);
  },

  "what is not there is 404, and a wrong method 405": async () => {
    for (const [method, path, status] of [
      ["PATCH", "/persons/nobody", 404],
      ["DELETE", "/groups/none", 404],
      ["DELETE", "/devices/none", 404],
      ["PATCH", "/ca/c9", 404],
      ["PATCH", "/apps/none", 404],
      ["DELETE", "/assignments/none", 404],
      ["GET", "/nothing", 404],
      ["PUT", "/persons", 405],
    ]) {
      assert.equal(
        (await answer(method, path, method === "PATCH" ? "{}" : undefined)).status,
        status,
        `${method} ${path}`,
      );
    }
    assert.equal((await fetch(`${sandbox.origin}/nothing/here/at/all`)).status, 404);
  },

  "persons come, change and go": async () => {
    const made = await sandbox.control("POST", "/persons", {
      name: "Eve Adams",
      job: "Intern",
      manager: PERSONS.lena,
      groups: [GROUPS.analysts],
      app_roles: ["Curfew.Auditor"],
    });
    assert.deepEqual(
      [made.upn, made.mail, made.groups, made.app_roles],
      ["eve.adams@contoso.example", "eve.adams@contoso.example", [GROUPS.analysts], ["Curfew.Auditor"]],
    );
    const changed = await sandbox.person(made.id, {
      enabled: false,
      groups: [GROUPS.leads],
      app_roles: [],
      job: "Analyst",
      risk: "medium",
    });
    assert.deepEqual(
      [changed.enabled, changed.groups, changed.app_roles, changed.job, changed.risk],
      [false, [GROUPS.leads], [], "Analyst", "medium"],
    );
    assert.equal((await sandbox.graph(`/users/${made.id}?$select=accountEnabled`)).body.accountEnabled, false);
    await sandbox.control("DELETE", `/persons/${made.id}`);
    assert.equal((await sandbox.graph(`/users/${made.id}`)).status, 404);
    assert.ok(
      !(await sandbox.control("GET", "/groups")).items
        .find((group) => group.id === GROUPS.leads)
        .members.includes(made.id),
    );
  },

  "an id is given once": async () => {
    for (const [path, id] of [
      ["/persons", PERSONS.ana],
      ["/groups", GROUPS.owners],
      ["/devices", device("SEC-114")],
    ]) {
      await assert.rejects(sandbox.control("POST", path, { id, name: "Twice Over" }), /409 .*taken/);
    }
    const id = "9e450000-0000-4000-8000-0000000000aa";
    assert.equal((await sandbox.control("POST", "/persons", { id, name: "Own Id" })).id, id);
  },

  "groups come, change and go": async () => {
    const made = await sandbox.control("POST", "/groups", {
      name: "Project",
      role_assignable: true,
      pim: true,
      members: [PERSONS.ana, PERSONS.ben],
    });
    assert.deepEqual([made.members, made.pim, made.role_assignable], [[PERSONS.ana, PERSONS.ben], true, true]);
    const changed = await sandbox.control("PATCH", `/groups/${made.id}`, { members: [PERSONS.ben, PERSONS.marc] });
    assert.deepEqual(changed.members, [PERSONS.ben, PERSONS.marc]);
    await sandbox.control("DELETE", `/groups/${made.id}`);
    assert.equal((await sandbox.graph(`/groups/${made.id}`)).status, 404);
    assert.deepEqual(
      (await sandbox.graph(`/users/${PERSONS.marc}/transitiveMemberOf`)).body.value.map((group) => group.id),
      [GROUPS.leads],
    );
  },

  "a device is changed in Entra and in Intune apart": async () => {
    const changed = await sandbox.control("PATCH", `/devices/${device("SEC-114")}`, {
      compliant: "false",
      enabled: false,
    });
    assert.deepEqual([changed.compliant, changed.state, changed.enabled], ["false", "compliant", false]);
    const made = await sandbox.control("POST", "/devices", { name: "SEC-900", owner: PERSONS.ana });
    assert.match(made.device_id, /^[0-9a-f-]{36}$/);
    await sandbox.control("DELETE", `/devices/${made.id}`);
    assert.equal((await sandbox.graph(`/devices/${made.id}`)).status, 404);
  },

  "assignments of somebody else come and go, and all are shown with their ends": async () => {
    const permanent = await sandbox.control("POST", "/assignments", { principal: PERSONS.ana, group: GROUPS.owners });
    const until = await sandbox.control("POST", "/assignments", {
      principal: "ben.okafor@contoso.example",
      role: ROLES.securityReader,
      ends_at: "2099-01-01T00:00:00Z",
      manner: "activated",
    });
    assert.deepEqual(
      [permanent.ends_at, permanent.by, permanent.manner, permanent.target.access],
      [null, "somebody else", "assigned", "member"],
    );
    assert.deepEqual(
      [until.ends_at, until.target, until.principal],
      [
        "2099-01-01T00:00:00.000Z",
        { kind: "directory_role", id: ROLES.securityReader, name: "Security Reader", scope: "/" },
        { id: PERSONS.ben, name: "Ben Okafor" },
      ],
    );
    const { live } = await sandbox.assignments();
    assert.ok(live.some((one) => one.id === permanent.id) && live.some((one) => one.id === until.id));
    await sandbox.control("DELETE", `/assignments/${permanent.id}`);
    const { past } = await sandbox.assignments();
    assert.deepEqual(
      past.filter((one) => one.id === permanent.id).map((one) => one.why),
      ["outside"],
    );
    await assert.rejects(sandbox.control("DELETE", `/assignments/${permanent.id}`), /404/);
  },

  "the journal counts on, in pages": async () => {
    const mark = await sandbox.mark();
    for (let i = 0; i < 5; i++) await sandbox.graph(`/users/${PERSONS.ana}`);
    const page = await sandbox.control("GET", `/journal?after=${mark}&limit=2`);
    assert.deepEqual(
      page.items.map((entry) => entry.n),
      [mark + 1, mark + 2],
    );
    assert.equal(page.last, mark + 5);
    assert.equal((await sandbox.journal(mark)).length, 5);
    assert.deepEqual((await sandbox.control("GET", `/journal?after=${mark + 99}`)).items, []);
    assert.equal((await answer("GET", "/journal?after=x")).status, 400);
    const lines = readFileSync(`${sandbox.folder}/journal.jsonl`, "utf8").trim().split("\n");
    assert.equal(JSON.parse(lines[mark + 4]).n, mark + 5);
  },

  "the journal keeps answers when it is told to, without their tokens": async () => {
    await sandbox.switches({ journal_answers: true });
    await sandbox.appToken();
    const entry = (await sandbox.journal()).at(-1);
    assert.match(entry.answer.access_token, /^sha256:/);
    await sandbox.graph(`/users/${PERSONS.ana}`);
    assert.equal((await sandbox.journal()).at(-1).answer.id, PERSONS.ana);
    await sandbox.switches({ journal_answers: false });
  },

  "reset brings back the tenant file, and leaves the journal": async () => {
    const before = await sandbox.mark();
    await sandbox.fault({}, { kind: "reset" });
    await sandbox.reset();
    assert.equal((await sandbox.control("GET", "/faults")).items.length, 0);
    assert.equal((await sandbox.switches()).provisioning_ms, 300);
    assert.equal((await sandbox.control("GET", "/persons")).items.length, 9);
    assert.equal((await sandbox.assignments()).past.length, 0);
    assert.equal(await sandbox.mark(), before);
    assert.equal((await sandbox.graph(`/users/${PERSONS.ana}`)).status, 200); // tokens go on
  },

  "the front page shows who, what is live, and the last calls, and escapes all of it": async () => {
    await sandbox.control("POST", "/persons", { name: "<i>Eve</i>", says: '"><script>1</script>' });
    await sandbox.graph("/users/%3Cb%3Ex%3C%2Fb%3E");
    await sandbox.control("POST", "/assignments", {
      principal: PERSONS.ana,
      group: GROUPS.owners,
      ends_at: "2099-01-01T00:00:00Z",
    });
    const response = await fetch(sandbox.origin);
    const page = await response.text();
    assert.match(response.headers.get("content-security-policy"), /default-src 'none'/);
    assert.ok(!page.includes("<i>Eve") && !page.includes("<script>1") && !page.includes("<b>x"));
    assert.match(page, /&lt;i&gt;Eve&lt;\/i&gt;/);
    assert.match(page, /Copilot owners \(member\).*2099-01-01 00:00:00/);
    assert.match(page, /\/v1\.0\/users\/&lt;b&gt;x/);
    assert.match(page, /href="http:\/\/127\.0\.0\.1:8080"/);
  },

  "a malformed address or a huge body is refused, and nothing breaks": async () => {
    const raw = (path, options = {}, body) =>
      new Promise((resolve) => {
        const call = request(
          { host: "127.0.0.1", port: new URL(sandbox.origin).port, path, agent: false, ...options },
          (response) => {
            response.resume();
            response.on("end", () => resolve(response.statusCode));
            response.on("error", () => resolve("error"));
          },
        );
        call.on("error", (error) => resolve(error.code));
        call.end(body);
      });
    for (const path of ["/%zz", "/%00", "/%ff", "/x?a=%", "/x?%ff=1"]) assert.equal(await raw(path), 404, path);
    assert.equal(await raw("/_sandbox/faults", { method: "POST" }, Buffer.alloc(1024 * 1024 + 1, " ")), 413);
    assert.equal(await raw("/_sandbox", { headers: { host: '"><x>' } }), 200);
    assert.equal(await raw("/_sandbox", { method: "BREW" }), 405);
  },

  "many callers at once are all answered": async () => {
    const answers = await Promise.all(
      Array.from({ length: 200 }, () => sandbox.graph(`/users/${PERSONS.ana}?$select=id`)),
    );
    assert.ok(answers.every((one) => one.status === 200));
  },

  "it ends with nothing left over": async () => {
    assert.equal(await sandbox.stop(), 0);
  },
});
