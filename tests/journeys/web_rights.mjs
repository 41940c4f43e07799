// Who may do what with whose: one table, every cell of it tried. And reading changes nothing, and the log tells no secrets.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { eventually, startCurfew } from "../support/curfew.mjs";
import { AT_ONCE, SECRETS, startSandbox } from "../support/sandbox.mjs";
import { specification } from "../support/spec.mjs";

const sandbox = await startSandbox({ switches: AT_ONCE });
const curfew = await startCurfew(sandbox);
const WHO = ["nobody", "nils", "ana", "lena", "priya", "tom"]; // stranger, requester, approver, auditor, administrator
const JUSTIFICATION = "Incident 42: canary-of-the-justification";
const REASON = "canary-of-the-reason";

/** method, path, body, and the status that each of WHO gets; 0: not tried, because it would succeed. */
const TABLE = `
GET  /api/v1/me                                  200?
GET  /api/v1/roles                               200?
GET  /api/v1/requests                            200?
GET  /api/v1/grants                              200?
GET  /api/v1/delegations                         200?
POST /api/v1/delegations                         401 400 400 400 400 400
POST /api/v1/delegations/01K9ZQ3V6D8M2T4X7B0C5F1G9H/end 401 404 404 404 404 404
GET  /api/v1/audit                               401 403 403 403 200 403
GET  /api/v1/audit/checkpoint                    401 403 403 403 200 403
GET  /api/v1/audit/proof/0                       401 403 403 403 200 403
GET  /api/v1/audit/export?format=csv             401 403 403 403 200 403
GET  /api/v1/watch                               401 403 403 403 200 200
GET  /api/v1/links/LINK                          401 404 404 200 404 404
GET  /api/v1/requests/PENDING                    401 404 200 200 200 200
GET  /api/v1/requests/ACTIVE                     401 404 200 200 200 200
GET  /api/v1/requests/CANCELLED                  401 404 200 200 200 200
GET  /api/v1/requests/01K9ZQ3V6D8M2T4X7B0C5F1G9H 401 404 404 404 404 404
GET  /api/v1/requests/x                          401 404 404 404 404 404
POST /api/v1/requests/PENDING/cancel             401 404   0 403 403 403
POST /api/v1/requests/ACTIVE/cancel              401 404 409 403 403 403
POST /api/v1/requests/CANCELLED/cancel           401 404 409 403 403 403
POST /api/v1/requests/PENDING/decision           401 404 403   0 403 403
POST /api/v1/requests/ACTIVE/decision            401 404 403 409 403 403
POST /api/v1/requests/CANCELLED/decision         401 404 403 409 403 403
POST /api/v1/requests/x/decision                 401 404 404 404 404 404
POST /api/v1/requests/PENDING/review             401 404 403 403 403 403
POST /api/v1/requests/x/review                   401 404 404 404 404 404
POST /api/v1/grants/GRANT/activate               401 404 409 403 403 403
POST /api/v1/grants/GRANT/extend                 401 404 400 403 403 403
POST /api/v1/grants/GRANT/release                401 404   0 403 403 403
POST /api/v1/grants/GRANT/revoke                 401 404 403   0 403   0
POST /api/v1/grants/01K9ZQ3V6D8M2T4X7B0C5F1G9H/revoke 401 404 404 404 404 404
POST /auth/sign-out                              401   0   0   0   0   0
`.trim().split("\n").map((line) => line.split(/\s+/)).map(([method, path, ...cells]) =>
  ({ method, path, cells: cells[0] === "200?" ? [401, 200, 200, 200, 200, 200] : cells.map(Number) }));

const bodies = { decision: { decision: "approve", reason: REASON }, revoke: { reason: REASON }, review: { outcome: "justified", reason: REASON } };
const people = Object.fromEntries(WHO.map((name) => [name, curfew.browser(name)]));
for (const name of WHO.slice(1)) await people[name].signIn();
const { nobody, nils, ana, lena } = people;

async function linkOf(request) {
  return eventually(async () => {
    const mails = await sandbox.mail("lena.vogt@contoso.example");
    for (const mail of mails.reverse()) {
      const link = JSON.stringify(mail).match(/\/l\/([\w-]{22})/)?.[1];
      if (link && (await lena.get(`/api/v1/links/${link}`)).body.id === request.id) return link;
    }
    return null;
  });
}

const ask = async (wanted) => ana.ask({ justification: JUSTIFICATION, ...wanted });
const cancelled = await ana.until((await ask()).id, "pending");
await ana.post(`/api/v1/requests/${cancelled.id}/cancel`);
const active = await ana.until((await ask()).id, "pending");
await lena.post(`/api/v1/requests/${active.id}/decision`, bodies.decision);
const grant = await ana.untilGrant(active.id, "active");
const pending = await ana.until((await ask({ roles: ["security-operator"] })).id, "pending");
const link = await linkOf(pending);
const names = { PENDING: pending.id, ACTIVE: active.id, CANCELLED: cancelled.id, GRANT: grant.id, LINK: link };
const real = (path) => path.replace(/PENDING|ACTIVE|CANCELLED|GRANT|LINK/, (name) => names[name]);

let backups = 0;

/** A digest of everything that is stored, of a consistent copy. */
async function stored() {
  const file = join(curfew.folder, `copy-${backups++}.db`);
  const { code, output } = await curfew.run("backup", file, "--config", curfew.config);
  assert.equal(code, 0, output);
  return createHash("sha256").update(readFileSync(file)).digest("hex");
}

/** The same digest twice, so that nothing of before is still under way. */
function still() {
  let last;
  return eventually(async () => {
    const now = await stored();
    const same = now === last;
    last = now;
    return same && now;
  }, { every: 300 });
}

await specification("journeys/web_rights", {
  async "every cell of the table: who, on which address, of whose"() {
    const failed = [];
    let count = 0;
    for (const { method, path, cells } of TABLE) {
      for (const [i, wanted] of cells.entries()) {
        if (!wanted) continue;
        count++;
        const answer = await people[WHO[i]].call(method, real(path), method === "POST" ? { body: bodies[path.split("/").pop()] ?? {} } : {});
        if (answer.status !== wanted) failed.push(`${WHO[i]}: ${method} ${path}: ${answer.status}, not ${wanted}: ${answer.text.slice(0, 200)}`);
        if (wanted >= 400) assert.doesNotMatch(answer.text, /canary|Torres|copilot-owner/, path);
      }
    }
    assert.equal(TABLE.every(({ cells }) => cells.length === WHO.length), true);
    assert.ok(count > 120);
    assert.deepEqual(failed, []);
    assert.equal((await ana.request(pending.id)).state, "pending");
    assert.equal((await ana.request(active.id)).grants[0].state, "active");
  },

  async "every route for people is in the table"() {
    const source = readFileSync(new URL("../../web/routes.c", import.meta.url), "utf8");
    const routes = [...source.matchAll(/METHOD_(\w+), +"([^"]+)", +(?:SIGNED_IN|AUDITOR|OVERSEER)/g)].map(([, method, path]) => [method, new RegExp(`^${path.replace(/\{\w+\}/g, "[^/]+")}$`), path]);
    const missing = routes.filter(([method, pattern]) => !TABLE.some((row) => row.method === method && pattern.test(row.path.split("?")[0])));
    assert.deepEqual(missing.map(([method, , path]) => `${method} ${path}`), ["POST /api/v1/requests"]); // for everybody, tried elsewhere
  },

  async "lists show nobody what is not theirs"() {
    assert.deepEqual((await nils.get("/api/v1/requests")).body.items, []);
    assert.deepEqual((await nils.get("/api/v1/requests?approvable")).body.items, []);
    assert.deepEqual((await nils.get("/api/v1/grants?everybody")).body.items, []);
    assert.deepEqual((await ana.get("/api/v1/requests?approvable")).body.items, []);
    assert.deepEqual((await lena.get("/api/v1/requests?mine")).body.items, []);
    assert.deepEqual((await lena.get("/api/v1/requests?mine=false&approvable=true&state=pending")).body.items.map(({ id }) => id), [pending.id]);
    assert.equal((await people.priya.get("/api/v1/requests")).body.items.length, 3);
  },

  async "pages of a list fit together, and a cursor of another list is refused"() {
    const all = (await ana.get("/api/v1/requests")).body.items.map(({ id }) => id);
    const one = [];
    let cursor = "";
    do {
      const { body } = await ana.get(`/api/v1/requests?limit=1${cursor && `&cursor=${cursor}`}`);
      one.push(...body.items.map(({ id }) => id));
      cursor = body.cursor;
    } while (cursor);
    assert.deepEqual(one, all);
    const { body } = await ana.get("/api/v1/requests?limit=1");
    assert.equal((await ana.get(`/api/v1/grants?cursor=${body.cursor}`)).status, 400);
  },

  async "GET, HEAD and OPTIONS of every route change not one byte of what is stored"() {
    const before = await still();
    const paths = ["/", "/access", "/decide", "/history", `/l/${link}`, `/requests/${pending.id}`, "/healthz", "/readyz", "/metrics", "/auth/sign-in",
      "/auth/callback?code=x&state=y", "/auth/sign-out", "/api/v1/openapi.json", ...TABLE.map(({ path }) => real(path))].filter((path) => !path.includes("export"));
    for (const path of paths) {
      for (const method of ["GET", "HEAD", "OPTIONS"]) {
        for (const browser of [nobody, ana, lena]) await browser.call(method, path);
      }
    }
    for (const browser of [ana, lena, people.priya]) assert.ok((await browser.call("HEAD", "/api/v1/audit/export?format=csv")).status >= 400);
    assert.equal(await stored(), before);
    await people.priya.get("/api/v1/audit/export?format=csv"); // an event of its own, by design: the digest sees it
    assert.notEqual(await stored(), before);
  },

  async "a link that is opened fifty times at once changes nothing, and still works for its person"() {
    const before = await still();
    const agents = ["Slackbot-LinkExpanding 1.0", "SkypeUriPreview Preview/0.5", "Mozilla/5.0 SafeLinks", "curl/8"];
    const answers = await Promise.all(Array.from({ length: 50 }, (_, i) =>
      nobody.call(i % 5 ? "GET" : "HEAD", `/l/${link}`, { headers: { "user-agent": agents[i % 4] } })));
    assert.deepEqual([...new Set(answers.map(({ status }) => status))], [200]);
    assert.equal(new Set(answers.filter(({ text }) => text).map(({ text }) => text)).size, 1);
    const posted = await nobody.post(`/l/${link}`, {});
    assert.equal(posted.status, 405);
    assert.equal(await stored(), before);
    assert.equal((await lena.get(`/api/v1/links/${link}`)).body.id, pending.id);
  },

  async "a link that is wrong in any place, or cut anywhere, is the same 404"() {
    const same = JSON.stringify({ ...(await nils.get(`/api/v1/links/${link}`)).body, instance: null });
    const other = (letter) => (letter === "A" ? "B" : "A");
    for (let i = 0; i < link.length; i++) {
      for (const wrong of [link.slice(0, i) + other(link[i]) + link.slice(i + 1), link.slice(0, i) || "x"]) {
        const answer = await lena.get(`/api/v1/links/${wrong}`);
        assert.equal(answer.status, 404);
        assert.equal(JSON.stringify({ ...answer.body, instance: null }), same);
      }
    }
  },

  async "the same key at once: one change, and the same answer for all"() {
    const key = { headers: { "idempotency-key": "twenty" } };
    const body = { roles: ["security-reader"], duration: "PT1H", justification: JUSTIFICATION };
    const answers = await Promise.all(Array.from({ length: 20 }, () => ana.post("/api/v1/requests", body, key)));
    assert.deepEqual([...new Set(answers.map(({ status }) => status))], [201]);
    assert.equal(new Set(answers.map(({ text }) => text)).size, 1);
    assert.equal(new Set(answers.map(({ headers }) => headers.get("location"))).size, 1);
    const late = await ana.post("/api/v1/requests", { ...body, duration: "PT2H" }, key);
    assert.equal(late.status, 409);
    const long = await ana.post("/api/v1/requests", { ...body, roles: ["copilot-contributor"] }, { headers: { "idempotency-key": "x".repeat(201) } });
    assert.equal(long.status, 400);
    const other = await lena.post("/api/v1/requests", body, key); // somebody else's key is theirs
    assert.notEqual(other.text, answers[0].text);
  },

  async "bodies that are no JSON object of known members are 400, and say what is wrong"() {
    const at = (path) => [path, { ...bodies[path.split("/").pop()] }];
    const posts = [["/api/v1/requests", { roles: ["security-reader"], duration: "PT1H", justification: JUSTIFICATION }], at(`/api/v1/requests/${pending.id}/cancel`),
      at(`/api/v1/requests/${pending.id}/decision`), at(`/api/v1/grants/${grant.id}/activate`), at(`/api/v1/grants/${grant.id}/release`), at(`/api/v1/grants/${grant.id}/revoke`), at("/auth/sign-out")];
    for (const [path, body] of posts) {
      const unknown = await ana.post(path, { ...body, extra_member: 1 });
      assert.equal(unknown.status, 400, path);
      assert.ok(unknown.body.errors.some(({ field }) => field === "extra_member"), path);
      const asked = await ana.post(`${path}?extra_query=1`, body);
      assert.deepEqual([asked.status, asked.body.errors.map(({ field }) => field)], [400, ["extra_query"]], path);
      for (const [raw, says] of [["[]", /./], ['"x"', /./], ["{", /./], ["{}}", /./], ['{"a":1,"a":2}', /"a" is there twice/], ['{"a":"\xff"}', /./], ['{"a":"\\u0000"}', /./],
        ['{"a":"\\ud800"}', /./], ["[".repeat(400) + "]".repeat(400), /levels deep/], ["\xef\xbb\xbf{}", /./], ['{"a":1e999}', /./], ["{'a':1}", /./]]) {
        const answer = await ana.call("POST", path, { raw: Buffer.from(raw, "latin1") });
        assert.equal(answer.status, 400, `${path}: ${raw.slice(0, 40)}`);
        assert.match(answer.body.detail, says);
      }
    }
    assert.equal((await ana.get("/api/v1/me")).status, 200);
  },

  async "text that is long, foreign or half a character comes back as an answer"() {
    for (const path of ["/api/v1/requests?state=", "/api/v1/requests?cursor=", "/api/v1/grants?limit="]) {
      for (const text of ["\u00e9".repeat(300), "\u{1f600}".repeat(200), "\u202eevil"]) {
        const answer = await ana.get(path + encodeURIComponent(text));
        assert.deepEqual([answer.status, answer.body.code], [400, "invalid"]);
      }
    }
    const field = await ana.post("/api/v1/requests", { ["\u00e9".repeat(1000)]: 1, roles: ["\u{1f600}".repeat(16)], duration: "\u00e9", justification: "x" });
    assert.equal(field.status, 400);
    assert.equal((await nobody.get("/healthz")).status, 200);
  },

  async "each line of the log is JSON, and none tells a secret"() {
    const secrets = [...Object.values(SECRETS), "canary-of", link];
    for (const browser of Object.values(people)) secrets.push(...browser.jar.values(), browser.csrf);
    const out = await nobody.get("/auth/sign-in");
    secrets.push(nobody.jar.get("__Host-curfew-login"), new URL(out.location).searchParams.get("state"));
    const { location } = await sandbox.signIn(out.location, { person: "nils" });
    const code = new URL(location).searchParams.get("code");
    secrets.push(code);
    assert.equal((await nobody.get(location)).status, 302);
    secrets.push(nobody.jar.get("__Host-curfew"));
    await nobody.get(`/auth/callback?code=${code}&state=canary-of-a-state&error=canary-of-an-error`);
    assert.equal((await ana.get(`/api/v1/me?${encodeURIComponent(`x${"\u00e9".repeat(150)}`)}`)).status, 400);
    await nobody.get("/api/v1/me?canary-of-a-query=1", { headers: { authorization: "Bearer canary-of-a-token" } });
    const lines = curfew.output.trim().split("\n");
    assert.ok(lines.length > 3);
    for (const line of lines) {
      const { at, level, event, log_error } = JSON.parse(line);
      assert.ok(at && level && event && !log_error, line);
      assert.match(line, /^[\x20-\x7e]*$/);
    }
    for (const secret of secrets.filter(Boolean)) assert.ok(!curfew.output.includes(secret), `the log says ${secret}`);
    assert.ok(secrets.filter(Boolean).length > 12);
  },
}, { seconds: 120 });
