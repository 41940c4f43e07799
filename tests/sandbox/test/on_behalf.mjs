// Goal: a service swaps the token it was called with for one of Graph or ARM, in the name of the same person and with what
// that person proved, and not otherwise (scenarios A12, A13, A16, A17, A23, C12, H12).
import assert from "node:assert/strict";
import { specification } from "../../support/spec.mjs";
import {
  ARM_SCOPE,
  AT_ONCE,
  claimsOf,
  CURFEW,
  device,
  GRAPH_SCOPE,
  GROUPS,
  headerOf,
  PERSONS,
  PLANNER,
  ROLES,
  SECRETS,
  startSandbox,
} from "../../support/sandbox.mjs";

const sandbox = await startSandbox({ switches: AT_ONCE });
const ROLE = "/roleManagement/directory";
const LEGACY = "ca000000-0000-4000-8000-000000000004"; // turned into one that asks everybody for something
const anaOnly = `$filter=${encodeURIComponent(`principalId eq '${PERSONS.ana}'`)}`;

/** The code and error of a refused swap. */
async function refused(assertion, form) {
  const { status, body } = await sandbox.onBehalf(assertion, form);
  assert.equal(status, 400, JSON.stringify(body));
  return [body.error, ...body.error_codes];
}

function everybodyNeeds(controls) {
  return sandbox.control("PATCH", `/ca/${LEGACY}`, { controls, client_apps: ["all"] });
}

/** Any token at all, signed by the tenant. */
async function forged(token, claims) {
  const made = await sandbox.control("POST", "/tokens", { claims: { ...claimsOf(token), ...claims } });
  return made.token;
}

await specification("sandbox/on_behalf", {
  "a token for Graph says who, what was consented to, and what was proved": async () => {
    const assertion = await sandbox.apiToken("ana", {
      minutes: 2,
      authorize: { claims: { access_token: { acrs: { essential: true, value: "c1" } } } },
    });
    const { status, body } = await sandbox.onBehalf(assertion);
    assert.deepEqual([status, body.token_type, body.refresh_token], [200, "Bearer", undefined]);
    assert.ok(headerOf(body.access_token).nonce, "its header has a nonce: nobody else can check it");
    const claims = claimsOf(body.access_token);
    assert.equal(claims.aud, "https://graph.microsoft.com");
    assert.deepEqual([claims.ver, claims.iss], ["1.0", claimsOf(assertion).iss]);
    assert.deepEqual([claims.oid, claims.appid, claims.idtyp], [PERSONS.ana, CURFEW, "user"]);
    assert.deepEqual(claims.amr, ["rsa", "mfa"]);
    assert.deepEqual(claims.acrs, ["p1", "c1"]);
    assert.equal(claims.auth_time, claimsOf(assertion).auth_time);
    assert.ok(Math.abs(Date.now() / 1000 - 120 - claims.auth_time) < 5);
    assert.equal(claims.deviceid, device("SEC-114", "de1d"));
    assert.equal(claims.roles, undefined);
    assert.deepEqual(
      claims.scp.split(" ").sort(),
      (await sandbox.app(CURFEW)).delegated.filter((name) => name !== "user_impersonation").sort(),
    );
    const me = await sandbox.graph("/me", { token: body.access_token });
    assert.deepEqual([me.status, me.body.id, me.body.displayName], [200, PERSONS.ana, "Ana Torres"]);
    const [entry] = (await sandbox.journal()).slice(-1);
    assert.deepEqual([entry.path, entry.app, entry.person], ["/v1.0/me", "Curfew", PERSONS.ana]);
  },

  "whether contexts come along is a switch": async () => {
    const assertion = await sandbox.apiToken("ana", {
      authorize: { claims: { access_token: { acrs: { essential: true, value: "c1" } } } },
    });
    await sandbox.switches({ obo_keeps_acrs: false });
    assert.equal(claimsOf((await sandbox.onBehalf(assertion)).body.access_token).acrs, undefined);
    const asked = JSON.stringify({ access_token: { acrs: { essential: true, value: "c1" }, xms_cc: { values: ["cp1"] } } });
    const claims = claimsOf((await sandbox.onBehalf(assertion, { claims: asked })).body.access_token);
    assert.deepEqual([claims.acrs, claims.xms_cc], [["p1", "c1"], ["cp1"]]);
    await sandbox.switches({ obo_keeps_acrs: true });
  },

  "a token for ARM has its audience, user_impersonation and no secret in its header": async () => {
    const assertion = await sandbox.apiToken();
    for (const scope of [ARM_SCOPE, "https://management.azure.com/.default"]) {
      const { body } = await sandbox.onBehalf(assertion, { scope });
      const claims = claimsOf(body.access_token);
      assert.deepEqual(
        [claims.aud, claims.scp, claims.oid, claims.ver],
        ["https://management.azure.com", "user_impersonation", PERSONS.ana, "1.0"],
      );
      assert.equal(headerOf(body.access_token).nonce, undefined);
      assert.equal((await sandbox.graph("/me", { token: body.access_token })).status, 401);
    }
    assert.deepEqual(await refused(assertion, { scope: `${ARM_SCOPE} https://graph.microsoft.com/User.Read` }), [
      "invalid_scope",
      70011,
    ]);
  },

  "A12 A13 only a person's token for this very client is swapped": async () => {
    const assertion = await sandbox.apiToken();
    const graph = (await sandbox.onBehalf(assertion)).body.access_token;
    assert.deepEqual(await refused(graph), ["invalid_grant", 50013]);
    assert.deepEqual(await refused(await forged(graph, {})), ["invalid_grant", 50013]);
    assert.deepEqual(await refused(await sandbox.appToken(CURFEW)), ["invalid_grant", 50013]);
    assert.deepEqual(await refused(await forged(assertion, { idtyp: "app" })), ["invalid_grant", 50013]);
    assert.deepEqual(await refused(await forged(assertion, { scp: undefined })), ["invalid_grant", 50013]);
    assert.deepEqual(await refused(await forged(assertion, { aud: PLANNER })), ["invalid_grant", 50013]);
    assert.deepEqual(await refused(await forged(assertion, { iss: "https://sts.windows.net/x/" })), ["invalid_grant", 50013]);
    assert.deepEqual(await refused("nothing"), ["invalid_grant", 50013]);
    assert.deepEqual(await refused(`${assertion.slice(0, -8)}AAAAAAAA`), ["invalid_grant", 50013]);
    const { token } = await sandbox.control("POST", "/tokens", { claims: claimsOf(assertion), key: "decoy" });
    assert.deepEqual(await refused(token), ["invalid_grant", 50013]);
    assert.deepEqual(await refused(assertion, { client_id: PLANNER, client_secret: SECRETS[PLANNER] }), [
      "invalid_grant",
      50013,
    ]);
    assert.equal((await sandbox.onBehalf(await forged(assertion, {}))).status, 200, "a true copy is as good");
  },

  "an assertion that is over is 500133": async () => {
    const assertion = await sandbox.apiToken();
    await sandbox.clock.advance("PT100M");
    assert.deepEqual(await refused(assertion), ["invalid_grant", 500133]);
    await sandbox.afresh();
  },

  "what is missing is named": async () => {
    const assertion = await sandbox.apiToken();
    const { body } = await sandbox.onBehalf(assertion, { requested_token_use: "" });
    assert.equal(body.error, "invalid_request");
    assert.deepEqual(await refused(assertion, { claims: "nonsense" }), ["invalid_request", 90014]);
    assert.deepEqual(await refused(assertion, { scope: `${CURFEW}/access` }), ["invalid_scope", 70011]);
    assert.deepEqual(await refused(assertion, { scope: "nonsense" }), ["invalid_scope", 70011]);
    const wrong = await sandbox.onBehalf(assertion, { client_secret: "wrong" });
    assert.deepEqual([wrong.status, wrong.body.error], [401, "invalid_client"]);
  },

  "what nobody consented to is 65001": async () => {
    const assertion = await sandbox.apiToken();
    const { delegated, consent } = await sandbox.app(CURFEW);
    assert.deepEqual(await refused(assertion, { scope: "https://graph.microsoft.com/Mail.Read" }), ["invalid_grant", 65001]);
    await sandbox.control("PATCH", `/apps/${CURFEW}`, { consent: ["User.Read"] });
    assert.equal(claimsOf((await sandbox.onBehalf(assertion)).body.access_token).scp, "User.Read");
    const { body } = await sandbox.onBehalf(assertion, { scope: ARM_SCOPE });
    assert.deepEqual([body.error, body.error_codes, body.suberror], ["invalid_grant", [65001], "consent_required"]);
    await sandbox.control("PATCH", `/apps/${CURFEW}`, { consent: [] });
    assert.deepEqual(await refused(assertion), ["invalid_grant", 65001]);
    await sandbox.control("PATCH", `/apps/${CURFEW}`, { delegated, consent });
  },

  "A16 what Conditional Access asks for now is a challenge, as JSON in a text": async () => {
    const assertion = await sandbox.apiToken("ana", { mfa: "none" });
    await everybodyNeeds(["mfa"]);
    const { status, body } = await sandbox.onBehalf(assertion);
    assert.deepEqual([status, body.error, body.error_codes], [400, "interaction_required", [50076]]);
    assert.deepEqual(JSON.parse(body.claims), { access_token: { polids: { essential: true, values: [LEGACY] } } });
    const fine = await sandbox.apiToken("ana");
    assert.equal((await sandbox.onBehalf(fine)).status, 200);
    await sandbox.afresh();
  },

  "a policy about Graph alone lets the sign-in pass, challenges the swap, and is met at the next sign-in": async () => {
    await sandbox.control("PATCH", `/ca/${LEGACY}`, { controls: ["mfa"], client_apps: ["all"], application: "graph" });
    const { body: shown } = await sandbox.graph(`/identity/conditionalAccess/policies/${LEGACY}`);
    assert.deepEqual(shown.conditions.applications.includeApplications, ["00000003-0000-0000-c000-000000000000"]);
    const assertion = await sandbox.apiToken("ana", { mfa: "none" });
    const { body } = await sandbox.onBehalf(assertion);
    assert.deepEqual([body.error, body.error_codes], ["interaction_required", [50076]]);
    assert.equal((await sandbox.onBehalf(assertion, { scope: ARM_SCOPE })).status, 200, "it is not about ARM");
    const url = sandbox.authorizeUrl({ claims: body.claims });
    const weak = await sandbox.signIn(url, { person: "ana", mfa: "none" });
    assert.equal(weak.location, null, "the challenge goes along");
    const strong = await sandbox.redeem((await sandbox.signIn(url, { person: "ana", mfa: "code" })).location);
    assert.equal((await sandbox.onBehalf(strong.body.access_token)).status, 200);
    await sandbox.afresh();
  },

  "a context that was not proved is a challenge that names it": async () => {
    const assertion = await sandbox.apiToken("ana", { mfa: "code" });
    const claims = JSON.stringify({ access_token: { acrs: { essential: true, value: "c1" } } });
    const { body } = await sandbox.onBehalf(assertion, { claims });
    assert.deepEqual([body.error, body.error_codes], ["interaction_required", [50076]]);
    assert.deepEqual(JSON.parse(body.claims), { access_token: { acrs: { essential: true, value: "c1" } } });
  },

  "A17 a device that is not compliant any more is 53000": async () => {
    const assertion = await sandbox.apiToken();
    await everybodyNeeds(["compliantDevice"]);
    assert.equal((await sandbox.onBehalf(assertion)).status, 200);
    await sandbox.control("PATCH", `/devices/${device("SEC-114")}`, { compliant: "false" });
    assert.deepEqual(await refused(assertion), ["interaction_required", 53000]);
    await sandbox.afresh();
  },

  "A23 a refresh token comes only with offline_access, and goes with the sessions": async () => {
    const sign = async (scope) =>
      (await sandbox.redeem((await sandbox.signIn(sandbox.authorizeUrl({ scope }), { person: "nils" })).location)).body;
    assert.equal((await sign(`openid profile ${CURFEW}/access`)).refresh_token, undefined);
    const { refresh_token } = await sign(`openid profile offline_access ${CURFEW}/access`);
    const refresh = (rest = {}) =>
      sandbox.token({
        grant_type: "refresh_token",
        client_id: CURFEW,
        client_secret: SECRETS[CURFEW],
        refresh_token,
        scope: `openid profile offline_access ${CURFEW}/access`,
        ...rest,
      });
    const { status, body } = await refresh();
    assert.deepEqual([status, claimsOf(body.access_token).oid], [200, PERSONS.nils]);
    assert.equal((await refresh({ refresh_token: body.refresh_token })).status, 200, "each is good until it is revoked");
    assert.equal((await refresh({ scope: "openid email" })).body.error, "invalid_scope");
    const others = await refresh({ client_id: PLANNER, client_secret: SECRETS[PLANNER] });
    assert.deepEqual([others.status, others.body.error], [400, "invalid_grant"]);
    await sandbox.clock.advance("PT2S");
    await sandbox.graph(`/users/${PERSONS.nils}/revokeSignInSessions`, { method: "POST" });
    const over = await refresh();
    assert.deepEqual([over.status, over.body.error, over.body.error_codes], [400, "invalid_grant", [50173]]);
    await sandbox.afresh();
  },

  "A23 nobody acts on behalf of who was shut out": async () => {
    const assertion = await sandbox.apiToken("nils");
    assert.equal((await sandbox.onBehalf(assertion)).status, 200);
    await sandbox.clock.advance("PT2S");
    await sandbox.graph(`/users/${PERSONS.nils}/revokeSignInSessions`, { method: "POST" });
    assert.deepEqual(await refused(assertion), ["invalid_grant", 50173]);
    const again = await sandbox.apiToken("nils");
    assert.equal((await sandbox.onBehalf(again)).status, 200);
    await sandbox.person(PERSONS.nils, { enabled: false });
    assert.deepEqual(await refused(again), ["invalid_grant", 50057]);
    await sandbox.afresh();
  },

  "C12 what a token says of roles stays so, whatever was taken away since": async () => {
    const { id } = await sandbox.control("POST", "/assignments", { principal: PERSONS.priya, role: ROLES.globalReader });
    const path = `${ROLE}/roleAssignmentScheduleInstances?${anaOnly}`;
    const before = await sandbox.personToken("priya");
    await sandbox.control("DELETE", `/assignments/${id}`);
    assert.equal((await sandbox.graph(path, { token: before })).status, 200);
    assert.equal((await sandbox.graph(path, { token: await sandbox.personToken("priya") })).status, 403);
    await sandbox.clock.advance("PT100M");
    assert.equal((await sandbox.graph(path, { token: before })).status, 401, "until it is over");
    await sandbox.afresh();
  },

  "A07 A08 tokens that nobody should take can be had, and are not taken here": async () => {
    const assertion = await sandbox.apiToken();
    const claims = claimsOf(assertion);
    const make = async (body) => (await sandbox.control("POST", "/tokens", body)).token;
    for (const alg of ["none", "HS256"]) {
      const token = await make({ claims, header: { alg } });
      assert.equal(headerOf(token).alg, alg);
      assert.deepEqual(await refused(token), ["invalid_grant", 50013]);
    }
    const tid = "11111111-0000-4000-8000-000000000000";
    const foreign = await make({ claims: { ...claims, tid, iss: `https://sts.windows.net/${tid}/` } });
    assert.deepEqual([claimsOf(foreign).tid, claimsOf(foreign).aud], [tid, CURFEW]);
    assert.deepEqual(await refused(foreign), ["invalid_grant", 50013]);
    const arm = { ...claims, aud: "https://management.azure.com", tid, scp: "user_impersonation" };
    const path = "/providers/Microsoft.Authorization/roleEligibilityScheduleInstances?api-version=2020-10-01";
    assert.equal((await sandbox.graph(path, { version: "", token: await make({ claims: arm }) })).status, 401);
  },

  "H12 a token that was revoked is challenged where cp1 was declared, and plainly refused otherwise": async () => {
    const assertion = await sandbox.apiToken();
    const claims = JSON.stringify({ access_token: { xms_cc: { values: ["cp1"] } } });
    const plain = (await sandbox.onBehalf(assertion)).body.access_token;
    const aware = (await sandbox.onBehalf(assertion, { claims })).body.access_token;
    assert.equal((await sandbox.graph("/me", { token: plain })).status, 200);
    await sandbox.clock.advance("PT2S");
    await sandbox.graph(`/users/${PERSONS.ana}/revokeSignInSessions`, { method: "POST" });
    const refusal = await sandbox.graph("/me", { token: plain });
    assert.deepEqual([refusal.status, refusal.code], [401, "InvalidAuthenticationToken"]);
    assert.doesNotMatch(refusal.headers.get("www-authenticate"), /claims/);
    const challenge = await sandbox.graph("/me", { token: aware });
    assert.deepEqual([challenge.status, challenge.code], [401, "InvalidAuthenticationToken"]);
    const [, encoded] = challenge.headers
      .get("www-authenticate")
      .match(/^Bearer realm="", authorization_uri="[^"]+", error="insufficient_claims", claims="([A-Za-z0-9+/]+=*)"$/);
    const wanted = JSON.parse(Buffer.from(encoded, "base64").toString());
    assert.equal(wanted.access_token.nbf.essential, true);
    assert.match(wanted.access_token.nbf.value, /^\d{10}$/);
    await sandbox.afresh();
  },

  "H12 the application's own tokens as well, once they are revoked": async () => {
    const claims = JSON.stringify({ access_token: { xms_cc: { values: ["cp1"] } } });
    const own = async (form) => (await sandbox.token({ grant_type: "client_credentials", client_id: CURFEW, client_secret: SECRETS[CURFEW], scope: GRAPH_SCOPE, ...form })).body.access_token;
    const plain = await own();
    const aware = await own({ claims });
    assert.deepEqual([claimsOf(plain).xms_cc, claimsOf(aware).xms_cc], [undefined, ["cp1"]]);
    await sandbox.clock.advance("PT2S");
    await sandbox.control("PATCH", `/apps/${CURFEW}`, { revoke_tokens: true });
    const path = `/users/${PERSONS.ana}`;
    const refusal = await sandbox.graph(path, { token: plain });
    assert.deepEqual([refusal.status, refusal.code], [401, "InvalidAuthenticationToken"]);
    assert.doesNotMatch(refusal.headers.get("www-authenticate"), /claims/);
    const challenge = await sandbox.graph(path, { token: aware });
    assert.equal(challenge.status, 401);
    assert.match(challenge.headers.get("www-authenticate"), /error="insufficient_claims", claims="/);
    assert.equal((await sandbox.graph(path, { token: await own({ claims }) })).status, 200);
    assert.equal(await own({ claims: "no JSON" }), undefined);
    await sandbox.afresh();
  },

  "each call needs its delegated permission, and some a role of Entra as well": async () => {
    const path = `${ROLE}/roleAssignmentScheduleInstances?${anaOnly}`;
    const token = await sandbox.personToken("priya");
    const all = [...(await sandbox.app(CURFEW)).delegated, "RoleManagement.Read.Directory"];
    assert.equal((await sandbox.graph(path, { token })).code, "Authorization_RequestDenied");
    await sandbox.control("POST", "/assignments", { principal: PERSONS.priya, role: ROLES.globalReader });
    assert.equal((await sandbox.graph(path, { token })).status, 403, "a token does not learn of a role");
    const reader = await sandbox.personToken("priya");
    assert.deepEqual(claimsOf(reader).wids, [ROLES.globalReader]);
    assert.equal((await sandbox.graph(path, { token: reader })).status, 200);
    await sandbox.withDelegated(["User.Read"], async () => {
      const poor = await sandbox.personToken("priya");
      assert.equal((await sandbox.graph(path, { token: poor })).code, "Authorization_RequestDenied");
      assert.equal((await sandbox.graph("/me", { token: poor })).status, 200);
    });
    await sandbox.withDelegated(["RoleAssignmentSchedule.Read.Directory"], async () => {
      const reading = await sandbox.personToken("priya");
      assert.equal((await sandbox.graph(path, { token: reading })).status, 200);
      assert.equal((await sandbox.graph("/me", { token: reading })).status, 403);
      assert.equal(
        (await sandbox.graph(`${ROLE}/roleAssignmentScheduleRequests`, { token: reading })).status,
        403,
        "reading requests needs the right to write them",
      );
    });
    await sandbox.withDelegated(all, async () => {
      const policies = `/policies/roleManagementPolicyAssignments?$filter=${encodeURIComponent("scopeId eq '/' and scopeType eq 'DirectoryRole'")}`;
      assert.equal((await sandbox.graph(policies, { token: await sandbox.personToken("priya") })).status, 200);
      assert.equal((await sandbox.graph(policies, { token: await sandbox.personToken("nils") })).status, 403);
    });
    assert.equal((await sandbox.graph("/me")).status, 403, "an application is nobody's me");
    assert.equal((await sandbox.graph(`/groups/${GROUPS.owners}`, { token })).status, 403);
    await sandbox.afresh();
  },

  "a permission of the application is none of the person's, and the other way round": async () => {
    const token = await sandbox.personToken("ana");
    assert.equal((await sandbox.graph(`/users/${PERSONS.ben}`, { token })).status, 403);
    const { permissions } = await sandbox.app(CURFEW);
    assert.ok(permissions.includes("User.Read.All"));
  },

  "Graph's own token comes straight from the code as well, with the contexts that were asked for": async () => {
    const sign = (scope, rest = {}) => sandbox.signIn(sandbox.authorizeUrl({ scope, ...rest }), { person: "ana" });
    const { location } = await sign(`openid profile ${GRAPH_SCOPE}`, {
      claims: { access_token: { acrs: { essential: true, value: "c1" } } },
    });
    const { body } = await sandbox.redeem(location);
    const claims = claimsOf(body.access_token);
    assert.deepEqual([claims.aud, claims.acrs], ["https://graph.microsoft.com", ["p1", "c1"]]);
    assert.equal(claimsOf(body.id_token).oid, PERSONS.ana);
    assert.equal((await sandbox.graph("/me", { token: body.access_token })).status, 200);
    const named = await sandbox.redeem((await sign("openid User.Read")).location);
    assert.equal((await sandbox.graph("/me", { token: named.body.access_token })).status, 200);
    const arm = await sandbox.redeem((await sign(`openid ${ARM_SCOPE}`)).location);
    assert.equal(claimsOf(arm.body.access_token).aud, "https://management.azure.com");
    const { searchParams } = new URL((await sandbox.browse(sandbox.authorizeUrl({ scope: "openid Mail.Read" }))).location);
    assert.equal(searchParams.get("error"), "consent_required");
    assert.match(searchParams.get("error_description"), /^AADSTS65001: /);
  },

  "it ends with nothing left over": async () => {
    assert.equal(await sandbox.stop(), 0);
  },
});
