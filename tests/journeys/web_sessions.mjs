// Sessions, cookies, the way to Entra and back, and what every answer carries.
import assert from "node:assert/strict";
import { cookiesOf } from "../support/cookies.mjs";
import { startCurfew } from "../support/curfew.mjs";
import { AT_ONCE, startSandbox } from "../support/sandbox.mjs";
import { specification } from "../support/spec.mjs";

const sandbox = await startSandbox({ switches: AT_ONCE });
const curfew = await startCurfew(sandbox);
const CSP = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; font-src 'self'; manifest-src 'self'; " +
  "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; object-src 'none'; require-trusted-types-for 'script'";

/** As far as the page of Entra and through it: where it would send the browser back to. */
async function departed(browser, evidence = {}) {
  const out = await browser.get("/auth/sign-in");
  const back = await sandbox.signIn(out.location, { person: browser.person, ...evidence });
  return back.location;
}

/** Nobody is signed in, and the shell is told why. */
async function turnedAway(browser, answer, code) {
  assert.equal(answer.status, 302);
  assert.equal(answer.location, `/?problem=${code}`);
  assert.ok(!browser.jar.has("__Host-curfew"));
  assert.ok(!browser.jar.has("__Host-curfew-login"));
  assert.equal((await browser.get("/api/v1/me")).status, 401);
}

function cookiesIn(answer) {
  const all = cookiesOf(answer.headers);
  return all.map((cookie) => cookie.replace(/=[^;]{20,};/, "=…;"));
}

await specification("journeys/web_sessions", {
  async "every answer has the headers that protect it, whatever it is"() {
    const ana = await curfew.browser("ana").signIn();
    const nobody = curfew.browser("nobody");
    const answers = [];
    for (const path of ["/", "/access", "/decide", "/history", "/l/AAAAAAAAAAAAAAAAAAAAAA", "/requests/x", "/favicon.ico", "/assets/none.js", "/healthz",
      "/readyz", "/metrics", "/auth/sign-in", "/auth/callback", "/api/v1/openapi.json", "/api/v1/me", "/nowhere", "/healthz?a=%zz", "/auth/sign-in?x=1"]) {
      answers.push([path, await nobody.get(path)]);
    }
    for (const path of ["/api/v1/me", "/api/v1/roles", "/api/v1/requests", "/api/v1/grants", "/api/v1/audit", "/api/v1/links/x"]) answers.push([path, await ana.get(path)]);
    answers.push(["OPTIONS", await nobody.call("OPTIONS", "/api/v1/requests")], ["HEAD", await nobody.call("HEAD", "/")]);
    answers.push(["413", await ana.call("POST", "/api/v1/requests", { raw: "x".repeat(20000) })], ["405", await ana.post("/api/v1/me")]);
    answers.push(["403", await ana.post("/auth/sign-out", {}, { headers: { "x-csrf-token": null } })]);
    const priya = await curfew.browser("priya").signIn();
    for (const format of ["csv", "jsonl", "bundle"]) answers.push([format, await priya.get(`/api/v1/audit/export?format=${format}`)]);
    for (const [what, { headers }] of answers) {
      assert.equal(headers.get("content-security-policy"), CSP, what);
      assert.equal(headers.get("x-content-type-options"), "nosniff", what);
      assert.equal(headers.get("referrer-policy"), "same-origin", what);
      assert.equal(headers.get("cache-control"), "no-store", what);
      for (const name of ["cross-origin-opener-policy", "cross-origin-resource-policy"]) assert.equal(headers.get(name), "same-origin", what);
      assert.equal(headers.get("cross-origin-embedder-policy"), "require-corp", what);
      assert.match(headers.get("permissions-policy"), /camera=\(\)/, what);
      for (const name of ["server", "x-powered-by", "access-control-allow-origin", "strict-transport-security"]) assert.equal(headers.get(name), null, what);
    }
    assert.ok(new Set(answers.map(([, { status }]) => status)).size >= 9);
  },

  async "every cookie is bound to this host, to HTTPS, to the server and to its purpose"() {
    const ana = curfew.browser("ana");
    const out = await ana.get("/auth/sign-in");
    assert.deepEqual(cookiesIn(out), ["__Host-curfew-login=…; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=600"]);
    const back = await sandbox.signIn(out.location, { person: "ana" });
    assert.deepEqual(cookiesIn(await ana.get(back.location)), ["__Host-curfew-login=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0",
      "__Host-curfew=…; Path=/; Secure; HttpOnly; SameSite=Strict"]);
    ana.csrf = (await ana.get("/api/v1/me")).body.csrf;
    const left = await ana.post("/auth/sign-out");
    assert.deepEqual(cookiesIn(left), ["__Host-curfew=; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=0"]);
    assert.equal(left.headers.get("clear-site-data"), '"cache", "cookies", "storage"');
  },

  async "a planted cookie is nobody's, and is another one after the sign-in"() {
    const ana = curfew.browser("ana");
    const planted = "A".repeat(43);
    ana.jar.set("__Host-curfew", planted);
    assert.equal((await ana.get("/api/v1/me")).status, 401);
    await ana.signIn();
    assert.notEqual(ana.jar.get("__Host-curfew"), planted);
    assert.equal((await curfew.browser("nobody").get("/api/v1/me", { headers: { cookie: `__Host-curfew=${planted}` } })).status, 401);
  },

  async "signing in again ends the session that this browser had"() {
    const ana = await curfew.browser("ana").signIn();
    const before = ana.jar.get("__Host-curfew");
    await ana.signIn();
    assert.notEqual(ana.jar.get("__Host-curfew"), before);
    assert.equal((await curfew.browser("x").get("/api/v1/me", { headers: { cookie: `__Host-curfew=${before}` } })).status, 401);
    assert.equal((await ana.get("/api/v1/me")).status, 200);
  },

  async "a step-up ends the session before it"() {
    const ana = await curfew.browser("ana").signIn();
    const before = ana.jar.get("__Host-curfew");
    const request = await ana.ask();
    assert.notEqual(ana.jar.get("__Host-curfew"), before);
    assert.equal((await curfew.browser("x").get("/api/v1/me", { headers: { cookie: `__Host-curfew=${before}` } })).status, 401);
    await ana.post(`/api/v1/requests/${request.id}/cancel`);
  },

  async "sign-out ends the session for whoever has its cookie"() {
    const ana = await curfew.browser("ana").signIn();
    const cookie = `__Host-curfew=${ana.jar.get("__Host-curfew")}`;
    assert.equal((await ana.post("/auth/sign-out")).status, 200);
    for (const browser of [ana, curfew.browser("x")]) assert.equal((await browser.get("/api/v1/me", { headers: { cookie } })).status, 401);
    assert.equal((await ana.post("/auth/sign-out", {}, { headers: { cookie } })).status, 401);
  },

  async "a session is over after 15 minutes without activity; refreshing by itself is none"() {
    const ana = await curfew.browser("ana").signIn();
    const idle = await curfew.browser("ana").signIn();
    for (let i = 0; i < 2; i++) {
      await sandbox.clock.advance("PT14M");
      assert.equal((await ana.get("/api/v1/me")).status, 200);
      if (i === 0) assert.equal((await idle.get("/api/v1/me", { background: true })).status, 200);
    }
    assert.equal((await idle.get("/api/v1/me")).status, 401);
    await sandbox.clock.advance("PT15M2S");
    assert.equal((await ana.get("/api/v1/me")).status, 401);
  },

  async "a session is over after 8 hours whatever happens in it"() {
    const ana = await curfew.browser("ana").signIn();
    for (let minutes = 0; minutes < 476; minutes += 14) {
      await sandbox.clock.advance("PT14M");
      assert.equal((await ana.get("/api/v1/me")).status, 200, `after ${minutes + 14} minutes`);
    }
    await sandbox.clock.advance("PT4M1S");
    assert.equal((await ana.get("/api/v1/me")).status, 401);
  },

  async "an app role is over after an hour: 403 for the history, and nothing of others is seen or ended"() {
    const ana = await curfew.browser("ana").signIn();
    const asked = await ana.ask({ roles: ["copilot-contributor"] });
    const grant = await ana.untilGrant(asked.id, "active");
    const priya = await curfew.browser("priya").signIn();
    const tom = await curfew.browser("tom").signIn();
    const at = `/api/v1/requests/${asked.id}`;
    assert.deepEqual([(await priya.get(at)).status, (await tom.get(at)).status, (await priya.get("/api/v1/audit")).status], [200, 200, 200]);
    for (let i = 0; i < 5; i++) {
      await sandbox.clock.advance("PT12M10S");
      for (const browser of [ana, priya, tom]) await browser.get("/api/v1/me");
    }
    const late = await priya.get("/api/v1/audit");
    assert.deepEqual([late.status, late.body.code], [403, "step_up_needed"]);
    for (const browser of [priya, tom]) {
      assert.equal((await browser.get(at)).status, 404);
      assert.deepEqual((await browser.get("/api/v1/requests")).body.items, []);
      assert.deepEqual((await browser.get("/api/v1/grants?everybody")).body.items, []);
    }
    const revoked = await tom.post(`/api/v1/grants/${grant.id}/revoke`, { reason: "Too late" });
    assert.deepEqual([revoked.status, revoked.body.code], [403, "step_up_needed"]);
    assert.deepEqual(tom.me.roles, ["Curfew.Admin"]);
    await tom.signIn();
    assert.equal((await tom.post(`/api/v1/grants/${grant.id}/revoke`, { reason: "In time" })).status, 200);
  },

  async "a callback twice"() {
    const ana = curfew.browser("ana");
    const location = await departed(ana);
    const cookie = ana.jar.get("__Host-curfew-login");
    assert.equal((await ana.get(location)).location, "/");
    const again = curfew.browser("ana");
    again.jar.set("__Host-curfew-login", cookie);
    await turnedAway(again, await again.get(location), "not_signed_in");
    assert.equal((await ana.get("/api/v1/me")).status, 200);
  },

  async "a callback in another browser, with another state, without one, too late"() {
    const ana = curfew.browser("ana");
    const other = curfew.browser("ana");
    const location = await departed(ana);
    await turnedAway(other, await other.get(location), "sign_in_lost");
    await other.get("/auth/sign-in");
    await turnedAway(other, await other.get(location), "sign_in_lost");
    await turnedAway(ana, await ana.get(location.replace(/state=[^&]*/, "state=x")), "sign_in_lost");
    const next = await departed(ana);
    await turnedAway(ana, await ana.get(next.replace(/[?&]state=[^&]*/, "")), "sign_in_lost");
    const late = await departed(ana);
    await sandbox.clock.advance("PT10M1S");
    await turnedAway(ana, await ana.get(late), "sign_in_lost");
    const forged = await departed(ana);
    ana.jar.set("__Host-curfew-login", ana.jar.get("__Host-curfew-login").replace(/^../, "AA"));
    await turnedAway(ana, await ana.get(forged), "sign_in_lost");
  },

  async "an error of the provider is a code of ours, and its text is shown nowhere"() {
    const ana = curfew.browser("ana");
    const error = async (query) => {
      const { location } = await ana.get("/auth/sign-in");
      const state = new URL(location).searchParams.get("state");
      return ana.get(`/auth/callback?state=${state}&${query}`);
    };
    const says = "error_description=AADSTS50105%20%3Cscript%3E";
    await turnedAway(ana, await error(`error=access_denied&${says}`), "sign_in_declined");
    await turnedAway(ana, await error(`error=server_error&${says}`), "not_signed_in");
    await turnedAway(ana, await error("code=never-given"), "not_signed_in");
    await turnedAway(ana, await error("code="), "sign_in_lost");
    assert.ok(!JSON.stringify(curfew.log).includes("<script>"));
  },

  async "no route leads anywhere but to Entra and to fixed paths of ours"() {
    const ana = await curfew.browser("ana").signIn();
    const corpus = ["//evil.example", "/\\evil.example", "/%5cevil.example", "https:evil.example", "https://evil.example", "javascript:alert(1)", "%0d%0aLocation:%20https://evil.example", "\t//evil.example"];
    for (const one of corpus) {
      for (const path of ["/auth/sign-in?purpose=", "/auth/sign-in?return=", "/auth/callback?state=", "/auth/callback?redirect=", "/?next=", "/l/"]) {
        const answer = await ana.get(path + (path === "/l/" ? encodeURIComponent(one) : encodeURI(one)));
        if (answer.status >= 300 && answer.status < 400) assert.match(answer.location, /^\/\?problem=[a-z_]+$/, path + one);
        assert.equal(answer.headers.get("location") === null, answer.status !== 302, path + one);
      }
    }
    const out = await ana.get("/auth/sign-in");
    const url = new URL(out.location);
    assert.equal(url.origin, sandbox.origin);
    assert.equal(url.searchParams.get("redirect_uri"), `${curfew.origin}/auth/callback`);
    assert.equal(url.searchParams.get("code_challenge_method"), "S256");
    assert.equal(url.searchParams.get("response_mode"), "query");
  },

  async "a purpose is for one person, once, for ten minutes"() {
    const ana = await curfew.browser("ana").signIn();
    const body = { roles: ["copilot-owner"], duration: "PT1H", justification: "Incident 42 again and again" };
    const { go } = (await ana.post("/api/v1/requests", body)).body;
    const nils = curfew.browser("nils");
    const other = await nils.get(go);
    const landed = await sandbox.signIn(other.location, { person: "nils" });
    assert.equal((await nils.get(landed.location)).location, "/?problem=somebody_else");
    assert.match((await ana.through(go)).location, /^\/requests\//);
    assert.equal((await ana.get(go)).location, "/?problem=purpose_over");
    assert.equal((await ana.get("/auth/sign-in?purpose=AAAAAAAAAAAAAAAAAAAAAA")).location, "/?problem=purpose_over");
    assert.equal((await ana.get(`/auth/sign-in?purpose=${"A".repeat(900)}`)).location, "/?problem=purpose_over");
  },

  async "each control against forged posts alone refuses: absent, wrong and another session's"() {
    const ana = await curfew.browser("ana").signIn();
    const other = await curfew.browser("ana").signIn();
    const controls = {
      origin: [null, "https://evil.example", "null", `${curfew.origin}.evil.example`, curfew.origin.replace("http:", "https:")],
      "sec-fetch-site": [null, "cross-site", "same-site", "none"],
      "x-csrf-token": [null, "", "x".repeat(22), other.csrf, `${ana.csrf}x`],
      "content-type": [null, "text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "application/jsonx"],
    };
    for (const [name, values] of Object.entries(controls)) {
      for (const value of values) {
        const headers = { [name]: value };
        if (name === "origin" && value === null) headers["sec-fetch-site"] = null; // either of the two is enough
        if (name === "sec-fetch-site" && value === null) headers.origin = null;
        if (name === "content-type" && value === null) headers["content-type"] = ""; // fetch would say text/plain
        const answer = await ana.post("/auth/sign-out", {}, { headers });
        assert.equal(answer.status, name === "content-type" ? 415 : 403, `${name}: ${value}`);
      }
    }
    assert.equal((await ana.get("/api/v1/me")).status, 200);
  },
}, { seconds: 120 });
