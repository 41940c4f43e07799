// Goal: $batch follows its own rules (H05 to H08).
import assert from "node:assert/strict";
import { specification } from "../../support/spec.mjs";
import { AT_ONCE, GROUPS, PERSONS, startSandbox } from "../../support/sandbox.mjs";

const sandbox = await startSandbox({ switches: AT_ONCE });
const batch = (requests, options) => sandbox.graph("/$batch", { body: { requests }, ...options });
const get = (id, url, rest = {}) => ({ id, method: "GET", url, ...rest });
const byId = (answer) => Object.fromEntries(answer.body.responses.map((item) => [item.id, item]));

await specification("sandbox/batch", {
  "each item is answered by itself, under a 200": async () => {
    const answer = await batch([
      get("a", `/users/${PERSONS.ana}?$select=id`),
      get("b", "groups/11111111-0000-4000-8000-000000000000"),
      get("c", "/identityProtection/riskyUsers/nobody"),
      {
        id: "d",
        method: "POST",
        url: `/users/${PERSONS.ben}/checkMemberGroups`,
        headers: { "Content-Type": "application/json" },
        body: { groupIds: [GROUPS.leads] },
      },
    ]);
    assert.equal(answer.status, 200);
    const { a, b, c, d } = byId(answer);
    assert.deepEqual([a.status, b.status, c.status, d.status], [200, 404, 404, 200]);
    assert.equal(a.body.id, PERSONS.ana);
    assert.equal(b.body.error.code, "Request_ResourceNotFound");
    assert.deepEqual(d.body.value, [GROUPS.leads]);
    assert.ok(d.headers["request-id"]);
  },

  "H05 twenty items are the most, and ids are their own, whatever their letter case": async () => {
    const items = (count) => Array.from({ length: count }, (_, i) => get(`${i}`, `/users/${PERSONS.ana}`));
    assert.equal((await batch(items(20))).status, 200);
    assert.equal((await batch(items(21))).status, 400);
    assert.equal((await batch([])).status, 400);
    assert.equal((await batch([get("A", "/users/x"), get("a", "/users/y")])).status, 400);
    assert.equal((await batch([{ id: "1", url: "/users/x" }])).status, 400);
    assert.equal((await batch([{ id: "1", method: "POST", url: "/users/x/sendMail", body: {} }])).status, 400);
    assert.equal((await sandbox.graph("/$batch", { body: { requests: 1 } })).status, 400);
  },

  "H06 one throttled item does not harm the others, and answers come in any order": async () => {
    await sandbox.fault(
      { path: "/v1.0/groups/*" },
      { kind: "error", status: 429, code: "TooManyRequests", headers: { "Retry-After": "2.128" } },
    );
    const items = Array.from({ length: 12 }, (_, i) =>
      get(`${i}`, i === 3 ? `/groups/${GROUPS.leads}` : `/users/${PERSONS.ana}?$select=id`),
    );
    const answer = await batch(items);
    const found = byId(answer);
    assert.deepEqual([found[3].status, found[3].headers["Retry-After"]], [429, "2.128"]);
    assert.ok(Object.entries(found).every(([id, item]) => id === "3" || item.status === 200));
    const order = answer.body.responses.map((item) => item.id).join();
    const again = (await batch(items)).body.responses.map((item) => item.id).join();
    assert.ok(order !== items.map((item) => item.id).join() || again !== order);
  },

  "H07 an item that waits for one that failed is 424": async () => {
    const { b, c } = byId(
      await batch([
        get("a", "/users/nobody"),
        get("b", `/users/${PERSONS.ana}`, { dependsOn: ["a"] }),
        get("c", `/users/${PERSONS.ana}`, { dependsOn: ["b"] }),
      ]),
    );
    assert.deepEqual([b.status, c.status, b.body.error.code], [424, 424, "FailedDependency"]);
  },

  "H08 an item's code can be empty": async () => {
    await sandbox.fault({ path: "/v1.0/users/*" }, { kind: "error", status: 403, code: "" });
    const { a } = byId(await batch([get("a", `/users/${PERSONS.ana}`)]));
    assert.deepEqual([a.status, a.body.error.code], [403, ""]);
  },

  "a header that an item has twice is one with a comma": async () => {
    const headers = { "WWW-Authenticate": ['Basic realm="x"', 'Bearer realm=""'] };
    await sandbox.fault({ path: "/v1.0/users/*" }, { kind: "error", status: 401, code: "InvalidAuthenticationToken", headers });
    const { a } = byId(await batch([get("a", `/users/${PERSONS.ana}`)]));
    assert.equal(a.headers["WWW-Authenticate"], 'Basic realm="x", Bearer realm=""');
  },

  "what breaks a connection or bytes, and is meant for an item, hits the batch": async () => {
    const items = [get("a", `/users/${PERSONS.ben}`), get("b", `/users/${PERSONS.ana}`)];
    const match = { method: "GET", path: `/v1.0/users/${PERSONS.ana}` };
    for (const kind of ["refuse", "reset"]) {
      await sandbox.fault(match, { kind });
      await assert.rejects(batch(items), undefined, kind);
    }
    await sandbox.fault(match, { kind: "spoil", how: "html" }, { after: 1 });
    assert.equal((await batch(items)).body.responses.length, 2, "one is let by");
    assert.equal((await batch(items)).body?.responses, undefined);
    assert.equal((await batch(items)).status, 200, "it is spent");
  },

  "the outer token counts for all, and every item is in the journal": async () => {
    assert.equal((await batch([get("a", "/users/x")], { token: "x" })).status, 401);
    const mark = await sandbox.mark();
    await batch([get("a", `/users/${PERSONS.ana}`), get("b", `/users/${PERSONS.ben}`)]);
    const entries = (await sandbox.journal(mark)).map((entry) => entry.path);
    assert.deepEqual(entries, [`/v1.0/users/${PERSONS.ana}`, `/v1.0/users/${PERSONS.ben}`, "/v1.0/$batch"]);
    await sandbox.withPermissions(["User.Read.All"], async (token) => {
      const { a } = byId(await batch([get("a", `/groups/${GROUPS.leads}`)], { token }));
      assert.equal(a.status, 403);
    });
  },

  "it ends with nothing left over": async () => {
    assert.equal(await sandbox.stop(), 0);
  },
});
