// Goal: signing in goes as Entra lets it go (scenarios A), with honest evidence in the tokens.
import assert from "node:assert/strict";
import { createPublicKey, verify } from "node:crypto";
import { specification } from "../../support/spec.mjs";
import {
  AT_ONCE,
  claimsOf,
  CURFEW,
  GROUPS,
  headerOf,
  PERSONS,
  pkce,
  PLANNER,
  startSandbox,
} from "../../support/sandbox.mjs";

const sandbox = await startSandbox({ switches: AT_ONCE });
const everyClaim = ["acct", "acrs", "auth_time", "sid", "xms_cc"];
const registerClaims = (optional_claims) => sandbox.control("PATCH", `/apps/${CURFEW}`, { optional_claims });
await registerClaims({ id_token: everyClaim, access_token: everyClaim });
const contexts = (...wanted) => ({
  id_token: { acrs: { essential: true, values: wanted } },
  access_token: { acrs: { essential: true, values: wanted }, xms_cc: { values: ["cp1"] } },
});

/** A whole sign-in: the claims of both tokens, and how it went. */
async function tokens(options = {}, url = {}) {
  const went = await sandbox.signIn(sandbox.authorizeUrl(url), options);
  if (!went.location) return went;
  const { status, body } = await sandbox.redeem(went.location);
  assert.equal(status, 200, JSON.stringify(body));
  return { id: claimsOf(body.id_token), api: claimsOf(body.access_token), body, location: went.location };
}

async function verified(token, path) {
  const { keys } = await (await fetch(sandbox.at(path))).json();
  const jwk = keys.find((key) => key.kid === headerOf(token).kid);
  const [head, payload, signature] = token.split(".");
  const key = createPublicKey({ key: jwk, format: "jwk" });
  return verify("sha256", Buffer.from(`${head}.${payload}`), key, Buffer.from(signature, "base64url"));
}

await specification("sandbox/sign_in", {
  "A01 discovery names the tenant, its keys and private_key_jwt": async () => {
    const found = await (await fetch(sandbox.at("/v2.0/.well-known/openid-configuration"))).json();
    assert.equal(found.issuer, `${sandbox.origin}/${sandbox.tenant}/v2.0`);
    assert.equal(found.jwks_uri, sandbox.at("/discovery/v2.0/keys"));
    assert.ok(found.token_endpoint_auth_methods_supported.includes("private_key_jwt"));
    const first = await (await fetch(sandbox.at("/.well-known/openid-configuration"))).json();
    assert.equal(first.issuer, `https://sts.windows.net/${sandbox.tenant}/`);
    assert.equal(first.jwks_uri, sandbox.at("/discovery/keys"));
  },

  "A02 for `common` the issuer holds the literal {tenantid}": async () => {
    const found = await (await fetch(`${sandbox.origin}/common/v2.0/.well-known/openid-configuration`)).json();
    assert.equal(found.issuer, `${sandbox.origin}/{tenantid}/v2.0`);
    const other = await fetch(
      `${sandbox.origin}/11111111-0000-4000-8000-000000000000/v2.0/.well-known/openid-configuration`,
    );
    assert.equal(other.status, 400);
    assert.deepEqual((await other.json()).error_codes, [90002]);
  },

  "keys carry their issuer, and decoys stand among them": async () => {
    const { keys } = await (await fetch(sandbox.at("/discovery/v2.0/keys"))).json();
    assert.ok(keys.some((key) => key.kty === "EC"));
    assert.ok(keys.some((key) => key.use === "enc"));
    assert.equal(keys.filter((key) => key.kty === "RSA" && key.use === "sig").length, 2);
    assert.ok(keys.every((key) => key.issuer === `${sandbox.origin}/{tenantid}/v2.0`));
    const first = await (await fetch(sandbox.at("/discovery/keys"))).json();
    assert.ok(first.keys.every((key) => key.issuer === "https://sts.windows.net/{tenantid}/"));
  },

  "in China the issuer of v1.0 is another: in description, keys and tokens": async () => {
    await sandbox.switches({ china_issuer: true });
    const found = await (await fetch(sandbox.at("/.well-known/openid-configuration"))).json();
    assert.equal(found.issuer, `https://sts.chinacloudapi.cn/${sandbox.tenant}/`);
    const { keys } = await (await fetch(sandbox.at("/discovery/keys"))).json();
    assert.ok(keys.every((key) => key.issuer === "https://sts.chinacloudapi.cn/{tenantid}/"));
    const { api, id } = await tokens();
    assert.deepEqual([api.iss, id.iss], [found.issuer, `${sandbox.origin}/${sandbox.tenant}/v2.0`]);
    await sandbox.switches({ china_issuer: false });
  },

  "A06 after a rollover the old and the new key stand in the JWKS, until one is withdrawn": async () => {
    const before = (await tokens()).body.id_token;
    const { signing } = await sandbox.control("POST", "/keys", { rotate: true });
    const after = (await tokens()).body.id_token;
    assert.notEqual(headerOf(before).kid, signing);
    assert.equal(headerOf(after).kid, signing);
    assert.ok(await verified(before, "/discovery/v2.0/keys"));
    assert.ok(await verified(after, "/discovery/v2.0/keys"));
    const { keys } = await sandbox.control("POST", "/keys", { withdraw: headerOf(before).kid });
    assert.ok(!keys.some((key) => key.kid === headerOf(before).kid));
    await assert.rejects(sandbox.control("POST", "/keys", { withdraw: signing }), /409/);
    const hidden = await sandbox.control("POST", "/keys", { rotate: true, publish: false });
    assert.ok(!hidden.keys.some((key) => key.kid === hidden.signing));
    const added = await sandbox.control("POST", "/keys", { rotate: true, add: { kty: "oct", kid: "own", k: "AA" } });
    assert.ok(added.keys.some((key) => key.kid === "own"));
  },

  "the tokens are signed with a key of the JWKS": async () => {
    const { body } = await tokens();
    assert.ok(await verified(body.id_token, "/discovery/v2.0/keys"));
    assert.ok(await verified(body.access_token, "/discovery/keys"));
  },

  "an ID token is v2.0, dated back five minutes, and tells who, when and on what": async () => {
    const { id, body } = await tokens({ person: "tom" }, { claims: contexts("c1") });
    const now = Date.now() / 1000;
    assert.equal(id.iss, `${sandbox.origin}/${sandbox.tenant}/v2.0`);
    assert.equal(id.aud, CURFEW);
    assert.equal(id.ver, "2.0");
    assert.equal(id.oid, PERSONS.tom);
    assert.equal(id.tid, sandbox.tenant);
    assert.equal(id.name, "Tom Berg");
    assert.equal(id.preferred_username, "tom.berg@contoso.example");
    assert.equal(id.nonce, "nonce-1");
    assert.equal(id.acct, 0);
    assert.deepEqual(id.roles, ["Curfew.Admin"]);
    assert.deepEqual(id.acrs, ["p1", "c1"]);
    assert.deepEqual(id.xms_cc, ["cp1"]);
    assert.ok(Math.abs(now - id.auth_time) < 5);
    assert.ok(Math.abs(now - 300 - id.iat) < 5 && id.nbf === id.iat);
    assert.match(id.sid, /^[0-9a-f-]{36}$/);
    assert.ok(id.sub && id.uti);
    assert.equal(body.token_type, "Bearer");
    assert.ok(body.expires_in >= 3599 && body.expires_in <= 5400);
  },

  "A09 the API's own token is v1.0, with amr, acr and the device": async () => {
    const { api, id } = await tokens({}, { claims: contexts("c1") });
    assert.equal(api.iss, `https://sts.windows.net/${sandbox.tenant}/`);
    assert.equal(api.aud, CURFEW);
    assert.equal(api.ver, "1.0");
    assert.deepEqual(api.amr, ["rsa", "mfa"]);
    assert.equal(api.acr, "1");
    assert.deepEqual(api.acrs, ["p1", "c1"]);
    assert.equal(api.deviceid, "de1d0000-0000-4000-8000-000000000114");
    assert.equal(api.appid, CURFEW);
    assert.equal(api.appidacr, "1");
    assert.equal(api.scp, "access");
    assert.equal(api.oid, id.oid);
    assert.equal(api.auth_time, id.auth_time);
    assert.equal(api.unique_name, "ana.torres@contoso.example");
  },

  "A10 a v2.0 token never contains amr, nor the device": async () => {
    const { id } = await tokens();
    assert.equal(id.amr, undefined);
    assert.equal(id.deviceid, undefined);
    await sandbox.control("PATCH", `/apps/${CURFEW}`, { access_token_version: 2 });
    const { api } = await tokens();
    await sandbox.control("PATCH", `/apps/${CURFEW}`, { access_token_version: 1 });
    assert.equal(api.ver, "2.0");
    assert.equal(api.iss, `${sandbox.origin}/${sandbox.tenant}/v2.0`);
    assert.equal(api.azp, CURFEW);
    assert.equal(api.amr ?? api.deviceid ?? api.ipaddr, undefined);
  },

  "optional claims come only when the registration lists them": async () => {
    await registerClaims({});
    const { id, api } = await tokens();
    await registerClaims({ id_token: everyClaim, access_token: everyClaim });
    assert.equal(id.auth_time ?? id.acct ?? id.sid ?? api.auth_time, undefined);
  },

  "oid, name and preferred_username need the scope profile, unless the switch says otherwise": async () => {
    const scope = `openid ${CURFEW}/access`;
    const strict = await tokens({}, { scope });
    assert.equal(strict.id.oid ?? strict.id.name ?? strict.id.preferred_username, undefined);
    assert.equal(strict.api.oid, PERSONS.ana);
    await sandbox.switches({ profile_scope_needed: false });
    const lenient = await tokens({}, { scope });
    await sandbox.switches({ profile_scope_needed: true });
    assert.equal(lenient.id.oid, PERSONS.ana);
  },

  "the evidence is what the person brought: method, age, device": async () => {
    const none = await tokens({ mfa: "none", device: null });
    assert.deepEqual(none.api.amr, ["pwd"]);
    assert.equal(none.api.deviceid, undefined);
    const stale = await tokens({ mfa: "code", minutes: 90, device: "SEC-115" }, { prompt: "login" });
    assert.deepEqual(stale.api.amr, ["pwd", "mfa"]);
    assert.ok(Math.abs(Date.now() / 1000 - 90 * 60 - stale.id.auth_time) < 5);
    assert.equal(stale.api.deviceid, "de1d0000-0000-4000-8000-000000000115");
    await sandbox.switches({ deviceid_in_tokens: false });
    assert.equal((await tokens()).api.deviceid, undefined);
    await sandbox.switches({ deviceid_in_tokens: true });
  },

  "a guest is told by acct, and someone else's device cannot be brought": async () => {
    assert.equal((await tokens({ person: "gus" })).id.acct, 1);
    const foreign = await tokens({ person: "gus", device: "SEC-114" });
    assert.equal(foreign.status, 400);
    assert.match(foreign.page, /not one of this person/);
  },

  "A11 above 200 groups, the groups claim gives way to its overage": async () => {
    await sandbox.switches({ groups_claim: true });
    const few = await tokens();
    assert.deepEqual(few.id.groups, [GROUPS.analysts]);
    for (let i = 0; i < 201; i++)
      await sandbox.control("POST", "/groups", { name: `Group ${i}`, members: [PERSONS.ana] });
    const { id, api } = await tokens();
    assert.equal(id.groups, undefined);
    assert.deepEqual(id._claim_names, { groups: "src1" });
    assert.match(id._claim_sources.src1.endpoint, /^https:\/\/graph\.windows\.net\/.*\/getMemberObjects$/);
    assert.equal(api.groups, undefined);
    await sandbox.afresh();
  },

  "A03 a wrong verifier redeems nothing, the right one does": async () => {
    const { verifier, challenge } = pkce();
    const went = await sandbox.signIn(
      sandbox.authorizeUrl({ code_challenge: challenge, code_challenge_method: "S256" }),
    );
    for (const wrong of [{ code_verifier: pkce().verifier }, {}]) {
      const { status, body } = await sandbox.redeem(went.location, wrong);
      assert.equal(status, 400);
      assert.equal(body.error, "invalid_grant");
      assert.deepEqual(body.error_codes, [501481]);
      assert.match(body.error_description, /^AADSTS501481: /);
      assert.match(body.timestamp, /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ$/);
    }
    assert.equal((await sandbox.redeem(went.location, { code_verifier: verifier })).status, 200);
  },

  "a challenge without a method is plain": async () => {
    const { challenge } = pkce();
    const went = await sandbox.signIn(sandbox.authorizeUrl({ code_challenge: challenge }));
    assert.equal((await sandbox.redeem(went.location, { code_verifier: challenge })).status, 200);
  },

  "A04 a code is redeemed once": async () => {
    const went = await sandbox.signIn(sandbox.authorizeUrl());
    assert.equal((await sandbox.redeem(went.location)).status, 200);
    const again = await sandbox.redeem(went.location);
    assert.equal(again.status, 400);
    assert.deepEqual(again.body.error_codes, [54005]);
  },

  "A05 a code is over after ten minutes": async () => {
    const went = await sandbox.signIn(sandbox.authorizeUrl());
    await sandbox.clock.advance("PT10M5S");
    const { body } = await sandbox.redeem(went.location);
    await sandbox.clock.set(0);
    assert.equal(body.error, "invalid_grant");
    assert.deepEqual(body.error_codes, [70008]);
  },

  "a code is for its client and its redirect URI alone": async () => {
    const went = await sandbox.signIn(sandbox.authorizeUrl());
    const other = await sandbox.redeem(went.location, {
      client_id: PLANNER,
      client_secret: "sandbox-secret-of-the-planner",
    });
    assert.deepEqual(other.body.error_codes, [700005]);
    const moved = await sandbox.redeem(went.location, { redirect_uri: "http://127.0.0.1:8080/auth/callback/" });
    assert.deepEqual(moved.body.error_codes, [500112]);
    const wide = await sandbox.redeem(went.location, { scope: `openid email ${CURFEW}/access` });
    assert.deepEqual(wide.body.error_codes, [70011]);
  },

  "nobody is sent to an address that is not registered, letter by letter": async () => {
    const wrong = [
      "http://127.0.0.1:8080/auth/callback/",
      "http://127.0.0.1:8080/auth/callback?x=1",
      "http://127.0.0.1:8081/auth/callback",
      "HTTP://127.0.0.1:8080/auth/callback",
    ];
    for (const redirect of wrong) {
      const { status, location, page } = await sandbox.browse(sandbox.authorizeUrl({ redirect }));
      assert.equal(status, 400);
      assert.equal(location, null);
      assert.match(page, /AADSTS50011/);
    }
    const unknown = await sandbox.browse(sandbox.authorizeUrl({ client: "a9900000-0000-4000-8000-00000000000f" }));
    assert.match(unknown.page, /AADSTS700016/);
  },

  "more redirect URIs can be registered while it runs": async () => {
    const uri = "http://127.0.0.1:45678/auth/callback";
    await sandbox.allowRedirect(uri);
    const went = await sandbox.signIn(sandbox.authorizeUrl({ redirect: uri }));
    assert.ok(went.location.startsWith(`${uri}?code=`));
    assert.equal((await sandbox.redeem(went.location, { redirect_uri: uri })).status, 200);
  },

  "an app that asks for itself must do so by its GUID": async () => {
    const byUri = await sandbox.browse(sandbox.authorizeUrl({ scope: "openid api://curfew.contoso.example/access" }));
    const error = new URL(byUri.location).searchParams;
    assert.equal(error.get("error"), "invalid_resource");
    assert.match(error.get("error_description"), /^AADSTS90009: /);
    assert.equal(error.get("state"), "state-1");
    const unknown = new URL(
      (await sandbox.browse(sandbox.authorizeUrl({ scope: "openid api://nobody/access" }))).location,
    );
    assert.match(unknown.searchParams.get("error_description"), /^AADSTS500011: /);
    const wrong = new URL((await sandbox.browse(sandbox.authorizeUrl({ scope: `openid ${CURFEW}/write` }))).location);
    assert.equal(wrong.searchParams.get("error"), "invalid_scope");
  },

  "a form that is wrong goes back to the client as an error": async () => {
    const cases = [
      [{ response_type: "token" }, "unsupported_response_type"],
      [{ response_mode: "form_post" }, "invalid_request"],
      [{ scope: null }, "invalid_request"],
      [{ code_challenge_method: "S512", code_challenge: pkce().challenge }, "invalid_request"],
      [{ code_challenge_method: "S256" }, "invalid_request"],
      [{ claims: "{" }, "invalid_request"],
    ];
    for (const [change, error] of cases) {
      const { location } = await sandbox.browse(sandbox.authorizeUrl(change));
      assert.equal(new URL(location).searchParams.get("error"), error, JSON.stringify(change));
    }
  },

  "A17 a device that is not compliant meets 53000, and the way back": async () => {
    for (const name of ["SEC-115", "SEC-116", null]) {
      const refused = await tokens({ device: name }, { claims: contexts("c1") });
      assert.equal(refused.status, 403);
      assert.match(refused.page, /AADSTS53000/);
      assert.match(refused.page, /Back to sign-in/);
    }
    sandbox.jar.clear();
    const first = await sandbox.browse(sandbox.authorizeUrl({ claims: contexts("c1") }));
    const flow = first.page.match(/flow=([\w-]+)/)[1];
    const { location } = await sandbox.browse(sandbox.at("/login"), {
      method: "POST",
      body: new URLSearchParams({ flow, cancel: "53000" }),
    });
    assert.equal(new URL(location).searchParams.get("error"), "access_denied");
    assert.match(new URL(location).searchParams.get("error_description"), /^AADSTS53000/);
  },

  "A18 prompt=none without a session is login_required": async () => {
    sandbox.jar.clear();
    const { location } = await sandbox.browse(sandbox.authorizeUrl({ prompt: "none" }));
    assert.equal(new URL(location).searchParams.get("error"), "login_required");
    assert.match(new URL(location).searchParams.get("error_description"), /^AADSTS50058/);
  },

  "A19 a context that asks for phishing-resistant MFA is not had with a code from an app": async () => {
    for (const mfa of ["none", "code"]) {
      const refused = await tokens({ mfa }, { claims: contexts("c1") });
      assert.match(refused.page, /AADSTS50076/);
    }
    assert.ok((await tokens({ mfa: "passkey" }, { claims: contexts("c1") })).id.acrs.includes("c1"));
  },

  "A20 a context that no policy targets is issued all the same": async () => {
    const { id } = await tokens({ mfa: "none", device: null }, { claims: contexts("c7") });
    assert.ok(id.acrs.includes("c7"));
    await sandbox.switches({ acrs_holds_p1: false });
    assert.deepEqual((await tokens({}, { claims: contexts("c7") })).id.acrs, ["c7"]);
    await sandbox.switches({ acrs_holds_p1: true });
  },

  "A21 so is one whose policy only reports, or is off": async () => {
    const { id } = await tokens({ mfa: "none", device: null }, { claims: contexts("c2", "c3") });
    assert.deepEqual(id.acrs, ["p1", "c2", "c3"]);
    await sandbox.control("PATCH", "/ca/c1", { state: "disabled" });
    assert.ok((await tokens({ mfa: "none" }, { claims: contexts("c1") })).id.acrs.includes("c1"));
    await sandbox.control("PATCH", "/ca/c1", { state: "enabled" });
  },

  "people whom a policy excludes are not held to it": async () => {
    await sandbox.person(PERSONS.nils, { groups: [GROUPS.breakGlass] });
    const { id } = await tokens({ person: "nils", mfa: "none", device: null }, { claims: contexts("c1") });
    assert.ok(id.acrs.includes("c1"));
    await sandbox.person(PERSONS.nils, { groups: [] });
    await sandbox.control("PATCH", "/ca/c1", { exclude_users: [PERSONS.nils] });
    assert.ok((await tokens({ person: "nils", mfa: "none" }, { claims: contexts("c1") })).id);
    await sandbox.control("PATCH", "/ca/c1", { exclude_users: [] });
  },

  "A22 with sign-in frequency every time, MFA of three minutes ago counts and of ten does not": async () => {
    await sandbox.control("PATCH", "/ca/c1", { every_time: true });
    const fresh = await tokens({ minutes: 3 }, { claims: contexts("c1") });
    assert.ok(fresh.id.acrs.includes("c1"));
    const silent = await sandbox.browse(sandbox.authorizeUrl({ claims: contexts("c1") })); // the session answers
    const { body } = await sandbox.redeem(silent.location);
    assert.equal(claimsOf(body.id_token).auth_time, fresh.id.auth_time);
    assert.match((await tokens({ minutes: 10 }, { claims: contexts("c1") })).page, /AADSTS50078/);
    await sandbox.control("PATCH", "/ca/c1", { every_time: false });
  },

  "contexts can be left out of the tokens, and come only into the one that asked": async () => {
    const left = await tokens({ context: "none", device: "SEC-115" }, { claims: contexts("c1") });
    assert.equal(left.id.acrs ?? left.api.acrs, undefined);
    const one = await tokens({}, { claims: { id_token: { acrs: { essential: true, value: "c1" } } } });
    assert.deepEqual(one.id.acrs, ["p1", "c1"]);
    assert.equal(one.api.acrs, undefined);
    assert.equal(one.id.xms_cc, undefined);
  },

  "a remembered session signs in silently, until it is asked to sign in anew": async () => {
    await tokens({ person: "lena" });
    const silent = await sandbox.browse(sandbox.authorizeUrl({ nonce: "second" }));
    const { body } = await sandbox.redeem(silent.location);
    assert.equal(claimsOf(body.id_token).oid, PERSONS.lena);
    assert.equal(claimsOf(body.id_token).nonce, "second");
    for (const again of [
      { prompt: "login" },
      { prompt: "select_account" },
      { login_hint: "ana.torres@contoso.example" },
      { max_age: "0", claims: contexts("c7") },
    ]) {
      await new Promise((resolve) => setTimeout(resolve, 2));
      assert.equal((await sandbox.browse(sandbox.authorizeUrl(again))).status, 200, JSON.stringify(again));
    }
    const needy = await sandbox.browse(sandbox.authorizeUrl({ prompt: "none", claims: contexts("c1") }));
    assert.ok(new URL(needy.location).searchParams.get("code"), "Lena's session satisfies c1");
  },

  "signing out ends the session, and goes back to registered addresses only": async () => {
    await tokens();
    const back = encodeURIComponent("http://127.0.0.1:8080/");
    const out = await sandbox.browse(`${sandbox.at("/oauth2/v2.0/logout")}?post_logout_redirect_uri=${back}`);
    assert.equal(out.location, "http://127.0.0.1:8080/");
    assert.equal((await sandbox.browse(sandbox.authorizeUrl())).status, 200);
    const evil = await sandbox.browse(
      `${sandbox.at("/oauth2/v2.0/logout")}?post_logout_redirect_uri=http%3A%2F%2F127.0.0.1%3A8080.evil.example%2F`,
    );
    assert.equal(evil.location, null);
    assert.match(evil.page, /signed out/);
  },

  "a session ends when sessions are revoked, and with the account": async () => {
    await tokens({ minutes: 1 });
    await sandbox.graph(`/users/${PERSONS.ana}/revokeSignInSessions`, { method: "POST" });
    assert.equal((await sandbox.browse(sandbox.authorizeUrl())).status, 200);
    await tokens();
    await sandbox.person(PERSONS.ana, { enabled: false });
    const disabled = await tokens();
    assert.match(disabled.page, /AADSTS50057/);
    await sandbox.person(PERSONS.ana, { enabled: true });
  },

  "risk that is chosen at sign-in becomes that of the person": async () => {
    await tokens({ risk: "high" });
    const { body } = await sandbox.graph(`/identityProtection/riskyUsers/${PERSONS.ana}`);
    assert.equal(body.riskLevel, "high");
    assert.equal(body.riskState, "atRisk");
    await tokens({ risk: "none" });
    assert.equal((await sandbox.graph(`/identityProtection/riskyUsers/${PERSONS.ana}`)).body.riskState, "remediated");
  },

  "a policy can block by risk": async () => {
    await sandbox.control("PATCH", "/ca/c3", {
      state: "enabled",
      risk_levels: ["high"],
      controls: ["block"],
      strength: false,
    });
    await sandbox.person(PERSONS.ben, { risk: "high" });
    assert.match((await tokens({ person: "ben" }, { claims: contexts("c3") })).page, /AADSTS53003/);
    await sandbox.person(PERSONS.ben, { risk: "none" });
    assert.ok((await tokens({ person: "ben" }, { claims: contexts("c3") })).id);
    await sandbox.afresh();
  },

  "the pages have forms and links, no script, and escape what they show": async () => {
    await sandbox.control("POST", "/persons", { name: '<b>Eve</b> "x"', upn: "eve@contoso.example" });
    sandbox.jar.clear();
    const { page } = await sandbox.browse(sandbox.authorizeUrl());
    assert.match(page, /Pick an account/);
    assert.match(page, /&lt;b&gt;Eve&lt;\/b&gt; &quot;x&quot;/);
    assert.ok(!page.includes("<script") && !page.includes("<b>Eve"));
    const hinted = await sandbox.browse(sandbox.authorizeUrl({ login_hint: "ana.torres@contoso.example" }));
    assert.match(hinted.page, /Sign in as Ana Torres/);
    assert.match(hinted.page, /SEC-115, iPadOS: not compliant/);
    await sandbox.afresh();
  },

  "cancelling goes back with access_denied": async () => {
    const { location } = await sandbox.signIn(sandbox.authorizeUrl(), { cancel: "65004" });
    assert.equal(new URL(location).searchParams.get("error"), "access_denied");
  },

  "it ends with nothing left over": async () => {
    assert.equal(await sandbox.stop(), 0);
  },
});
