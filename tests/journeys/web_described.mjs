// web/openapi.json tells the truth: every answer of a running Curfew is one that it describes, on every route and for the main
// kinds of problems; and the judge of that is one who finds what is wrong.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { Browser, eventually, POLICY, startCurfew } from "../support/curfew.mjs";
import { description, METHODS, mistakes, resolve, wrong } from "../support/description.mjs";
import { AT_ONCE, startSandbox } from "../support/sandbox.mjs";
import { specification } from "../support/spec.mjs";

const sandbox = await startSandbox({ switches: AT_ONCE });
const policy = JSON.parse(readFileSync(POLICY));
policy.roles["security-reader"].activation = "delegated";
policy.rules.find(({ roles }) => roles.includes("copilot-owner")).approval.signed = true;
for (const rule of policy.rules.slice(1)) rule.urgent = { who: ["soc analysts"], longest: "PT20M", review: { from: ["soc leads"] } };
policy.bundles = { kit: { name: "Incident kit", roles: ["copilot-contributor", "security-operator"], when_one_fails: "keep" } };
const curfew = await startCurfew(sandbox, { policy, settings: { limits: { exports_per_day: 3 } } });
const seen = new Map(); // "GET /api/v1/me 200": how often
const failed = [];

/** From here on every call of every browser is held against the description. */
const call = Browser.prototype.call;
Browser.prototype.call = async function (method, path, options) {
  const answer = await call.call(this, method, path, options);
  const at = path.replace(/^http:\/\/[^/]+/, "");
  if (METHODS.includes(method.toLowerCase()) && !path.startsWith(sandbox.origin)) {
    for (const says of wrong(method, at, answer)) failed.push(`${method} ${at} ${answer.status}: ${says}\n${answer.text.slice(0, 400)}`);
    const template = Object.keys(description.paths).find((one) => new RegExp(`^${one.replace(/\{\w+\}/g, "[^/]+")}$`).test(at.split("?")[0]));
    seen.set(`${method} ${template} ${answer.status}`, 1);
  }
  return answer;
};

const nobody = curfew.browser("nobody");
const ana = await curfew.browser("ana").signIn();
const lena = await curfew.browser("lena").signIn();
const priya = await curfew.browser("priya").signIn();
const asked = { roles: ["security-operator"], duration: "PT1H", justification: "Incident 42: plugin misbehaves" };

function allFine() {
  assert.deepEqual(failed.splice(0), []);
}

async function statuses(wanted) {
  for (const [what, [answer, status, code]] of Object.entries(wanted)) {
    assert.equal(answer.status, status, `${what}: ${answer.text}`);
    if (code) assert.equal(answer.body.code, code, what);
  }
  allFine();
}

await specification("journeys/web_described", {
  async "the judge finds what is wrong"() {
    const me = await ana.get("/api/v1/me");
    const changed = (change, status = 200, headers = me.headers) => {
      const body = structuredClone(me.body);
      change(body);
      return wrong("GET", "/api/v1/me", { status, headers, text: JSON.stringify(body), body });
    };
    assert.deepEqual(changed(() => {}), []);
    const bites = {
      "a member too many": changed((body) => (body.secret = "x")),
      "a member too many, deep inside": changed((body) => (body.sign_in.token = "x")),
      "a member too few": changed((body) => delete body.csrf),
      "another type": changed((body) => (body.safe_mode = "no")),
      "no moment": changed((body) => (body.session_ends_at = "tomorrow")),
      "an id that is a name": changed((body) => (body.id = "ana@contoso.example")),
      "a role that there is not": changed((body) => body.roles.push("Curfew.Owner")),
      "a status that is not described": changed(() => {}, 418),
      "another content type": changed(() => {}, 200, new Headers({ "content-type": "text/html" })),
      "a code of another status": wrong("GET", "/api/v1/me", { status: 401, headers: new Headers({ "content-type": "application/problem+json" }), text: "",
        body: { type: "about:blank", title: "x", status: 401, code: "denied", detail: "x", instance: "01K9ZR0B2C4D6E8F0G1H3J5K7M" } }),
      "a header that is missing": wrong("POST", "/api/v1/requests", { status: 201, headers: new Headers({ "content-type": "application/json" }), text: "", body: {} }),
      "a path that is not described": wrong("GET", "/api/v1/other", { status: 200, headers: new Headers(), text: "", body: null }),
    };
    for (const [what, found] of Object.entries(bites)) assert.ok(found.length, what);
  },

  async "every example is what its schema says"() {
    const wrongs = [];
    const look = (where, { schema, example, examples }) => {
      const all = example === undefined ? Object.values(examples ?? {}).map(({ value }) => value) : [example];
      for (const one of all) for (const says of mistakes(schema, one)) wrongs.push(`${where}: ${says}`);
      return all.length;
    };
    let count = 0;
    for (const [path, item] of Object.entries(description.paths)) {
      for (const [method, operation] of Object.entries(item)) {
        for (const content of Object.values(operation.requestBody?.content ?? {})) count += look(`${method} ${path}`, content);
        for (const [status, response] of Object.entries(operation.responses)) {
          for (const content of Object.values(resolve(response).content ?? {})) count += look(`${method} ${path} ${status}`, content);
        }
      }
    }
    assert.ok(count > 100);
    assert.deepEqual(wrongs, []);
  },

  async "a whole life"() {
    await ana.get("/api/v1/roles");
    const taken = await ana.ask();
    assert.equal((await ana.post(`/api/v1/requests/${taken.id}/cancel`)).status, 200);
    assert.equal((await ana.post("/api/v1/requests?dry_run=true", asked)).status, 200);
    assert.equal((await ana.post("/api/v1/requests", asked, { headers: { "idempotency-key": "one" } })).status, 201);
    const [mine] = (await ana.get("/api/v1/requests?mine=true")).body.items;
    await ana.until(mine.id, "pending");
    await ana.get(`/api/v1/requests/${mine.id}`);
    const link = await eventually(async () => JSON.stringify((await sandbox.mail("lena.vogt@contoso.example")).at(-1))?.match(/\/l\/([\w-]{22})/)?.[1]);
    await eventually(async () => (await lena.get(`/api/v1/links/${link}`)).status === 200);
    await lena.get("/api/v1/requests?approvable&state=pending&limit=1");
    assert.equal((await lena.decide(mine.id, "approve", { duration: "PT30M" })).status, 200);
    const grant = await ana.untilGrant(mine.id, "active");
    await ana.get("/api/v1/grants?active");
    assert.equal((await ana.post(`/api/v1/grants/${grant.id}/activate`)).status, 409);
    const more = { duration: "PT2H", justification: "Incident 42: still at it" };
    assert.equal((await ana.post(`/api/v1/grants/${grant.id}/extend?dry_run=true`, more)).status, 200);
    const extension = await ana.post(`/api/v1/grants/${grant.id}/extend`, more);
    assert.equal(extension.status, 201, extension.text);
    await ana.until(extension.body.id, "pending");
    assert.equal((await ana.post(`/api/v1/requests/${extension.body.id}/cancel`)).status, 200);
    assert.equal((await ana.post(`/api/v1/grants/${grant.id}/release`)).status, 200);
    assert.equal((await lena.post(`/api/v1/grants/${grant.id}/revoke`, { reason: "The account is under attack" })).status, 200);
    await priya.get("/api/v1/requests");
    await priya.get("/api/v1/grants?everybody");
    allFine();
  },

  async "somebody who decides in another's place"() {
    const form = { delegate: "marc.dubois@contoso.example", until: `${new Date(Date.now() + 7200e3).toISOString().slice(0, 19)}Z`, reason: "Away at a course" };
    const made = await lena.post("/api/v1/delegations", form);
    assert.equal(made.status, 201, made.text);
    assert.equal((await lena.post("/api/v1/delegations", form)).status, 409);
    assert.equal((await lena.post("/api/v1/delegations", {})).status, 400);
    assert.equal((await lena.get("/api/v1/delegations?limit=1")).body.items.length, 1);
    const request = await ana.until((await ana.ask()).id, "pending");
    assert.equal(request.approval[0].approvers.flatMap(({ delegates }) => delegates).length, 1);
    assert.equal((await ana.post(`/api/v1/requests/${request.id}/cancel`)).status, 200);
    assert.equal((await lena.post(`/api/v1/delegations/${made.body.id}/end`)).status, 200);
    assert.equal((await ana.post(`/api/v1/delegations/${made.body.id}/end`)).status, 404);
    allFine();
  },

  async "a submission, more time and a decision that need a fresh sign-in"() {
    const held = await ana.until((await ana.ask()).id, "pending");
    await lena.through((await lena.decide(held.id)).body.go);
    const grant = await ana.untilGrant(held.id, "active");
    await sandbox.clock.advance("PT11M");
    assert.equal((await ana.post(`/api/v1/grants/${grant.id}/extend`, { duration: "PT2H", justification: "Incident 42: still at it" })).status, 202);
    await ana.post(`/api/v1/grants/${grant.id}/release`);
    await ana.untilGrant(held.id, "ended");
    const answer = await ana.post("/api/v1/requests", { ...asked, roles: ["copilot-owner"] });
    assert.equal(answer.status, 202);
    const landed = await ana.through(answer.body.go);
    assert.match(landed.location, /^\/requests\//);
    const id = landed.location.slice(10);
    await ana.until(id, "pending");
    const decided = await lena.post(`/api/v1/requests/${id}/decision`, { decision: "deny", reason: "Not before the change is over" });
    assert.equal(decided.status, 202);
    assert.equal((await lena.through(decided.body.go)).location, `/requests/${id}`);
    await ana.until(id, "denied");
    allFine();
  },

  async "a grant that its holder starts"() {
    const { id } = await ana.until((await ana.ask({ roles: ["security-reader"] })).id, "approved");
    const waiting = await ana.untilGrant(id, "waiting");
    const answer = await ana.post(`/api/v1/grants/${waiting.id}/activate`);
    assert.deepEqual([waiting.needs, answer.status], ["sign_in", 202]);
    assert.equal((await ana.through(answer.body.go)).location, `/requests/${id}`);
    await ana.untilGrant(id, "active");
    allFine();
  },

  async "a bundle that cannot wait for approval, and looking at it afterwards"() {
    await ana.get("/api/v1/roles");
    const wanted = { ...asked, roles: ["kit"], duration: "PT20M", urgent: true };
    assert.equal((await ana.post("/api/v1/requests?dry_run=true", wanted)).body.state, "approved");
    const { id } = await ana.ask(wanted);
    await eventually(async () => (await ana.request(id)).grants.every(({ state }) => state === "active") && (await ana.request(id)).grants.length === 2);
    assert.equal((await ana.post("/api/v1/requests", wanted)).status, 409);
    assert.equal((await lena.get("/api/v1/requests?reviewable=true")).body.items.length, 1);
    assert.equal((await lena.post(`/api/v1/requests/${id}/review`, { outcome: "justified", reason: "It was on fire" })).status, 200);
    allFine();
  },

  async "the history and its exports"() {
    await priya.signIn();
    const page = await priya.get("/api/v1/audit?limit=2");
    await priya.get(`/api/v1/audit?limit=200&cursor=${page.body.cursor}`);
    for (const format of ["csv", "jsonl", "bundle"]) assert.equal((await priya.get(`/api/v1/audit/export?format=${format}`)).status, 200);
    await priya.get("/api/v1/watch");
    await priya.get("/api/v1/audit/checkpoint");
    await priya.get("/api/v1/audit/proof/3");
    allFine();
  },

  async "for machines"() {
    for (const path of ["/healthz", "/readyz", "/metrics", "/api/v1/openapi.json"]) assert.equal((await nobody.get(path)).status, 200);
    assert.deepEqual((await nobody.get("/api/v1/openapi.json")).body, description);
    allFine();
  },

  async "problems, each as it is described"() {
    const stranger = await curfew.browser("nils").signIn();
    const request = await ana.ask();
    await ana.until(request.id, "pending");
    const decision = { decision: "approve", reason: "Known incident" };
    const at = `/api/v1/requests/${request.id}`;
    const twice = { headers: { cookie: "__Host-curfew=a; __Host-curfew=b" } };
    await statuses({
      "nobody": [await nobody.get("/api/v1/me"), 401, "not_signed_in"],
      "Authorization": [await nobody.get("/healthz", { headers: { authorization: "Basic eDp5" } }), 401, "not_signed_in"],
      "two cookies": [await nobody.get("/api/v1/me", twice), 400, "invalid"],
      "an unknown member of the query": [await ana.get("/api/v1/me?x=1"), 400, "invalid"],
      "a wrong cursor": [await ana.get("/api/v1/grants?cursor=x"), 400, "invalid"],
      "a wrong state": [await ana.get("/api/v1/requests?state=x"), 400, "invalid"],
      "a wrong form": [await ana.post("/api/v1/requests", { roles: [], extra: 1 }), 400, "invalid"],
      "no JSON": [await ana.call("POST", "/api/v1/requests", { raw: "{" }), 400, "invalid"],
      "a form of another type": [await ana.post("/api/v1/requests", asked, { headers: { "content-type": "text/plain" } }), 415, "invalid"],
      "forged": [await ana.post("/auth/sign-out", {}, { headers: { "x-csrf-token": "x" } }), 403, "denied"],
      "policy": [await ana.post("/api/v1/requests", { ...asked, duration: "P6D" }), 403, "refused_by_policy"],
      "a request that is not there": [await stranger.get(at), 404, "not_found"],
      "a request of another": [await stranger.post(`${at}/cancel`), 404, "not_found"],
      "one's own": [await ana.post(`${at}/decision`, decision), 403, "denied"],
      "a decision by an auditor": [await priya.post(`${at}/decision`, decision), 403, "denied"],
      "the same role again": [await ana.post("/api/v1/requests", { ...asked, roles: ["copilot-owner"] }), 409, "conflict"],
      "the same key, another body": [await ana.post("/api/v1/requests", { ...asked, duration: "PT2H" }, { headers: { "idempotency-key": "one" } }), 409, "conflict"],
      "no such grant": [await ana.post("/api/v1/grants/01K9ZQ6A1N3P5R7S9T2V4W6X8Y/release"), 404, "not_found"],
      "a history for others": [await ana.get("/api/v1/audit"), 403, "denied"],
      "an export without a format": [await priya.get("/api/v1/audit/export"), 400, "invalid"],
      "too many exports": [await priya.get("/api/v1/audit/export?format=csv"), 429, "too_many"],
      "a proof of what is not there": [await priya.get("/api/v1/audit/proof/999999"), 404, "not_found"],
      "too large": [await ana.call("POST", "/api/v1/requests", { raw: "x".repeat(16385) }), 413, "too_large"],
      "a callback of nobody": [await nobody.get("/auth/callback?code=x&state=y"), 302],
    });
    await sandbox.clock.advance("PT2M");
    await sandbox.fault({ path: "/v1.0/**" }, { kind: "error", status: 503, code: "serviceNotAvailable" }, { times: 100 }); // others ask as well
    const silent = await lena.post(`${at}/decision`, decision);
    await sandbox.clearFaults();
    assert.deepEqual([silent.status, silent.body.code], [503, "unavailable"], silent.text);
    allFine();
  },

  async "sign-out"() {
    assert.equal((await ana.post("/auth/sign-out")).status, 200);
    allFine();
  },

  async "every operation was called, and answered well"() {
    const missing = [];
    for (const [path, item] of Object.entries(description.paths)) {
      for (const [method, operation] of Object.entries(item)) {
        for (const status of Object.keys(operation.responses)) {
          if (status < "400" && !seen.has(`${method.toUpperCase()} ${path} ${status}`)) missing.push(`${method} ${path} ${status}`);
        }
      }
    }
    assert.deepEqual(missing, []);
    const problems = new Set([...seen.keys()].map((one) => one.split(" ")[2]).filter((status) => status >= "400"));
    assert.deepEqual([...problems].sort(), ["400", "401", "403", "404", "409", "413", "415", "429", "503"]);
  },
});
