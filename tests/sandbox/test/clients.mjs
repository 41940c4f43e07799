// Goal: clients prove who they are as Entra wants it proved (A14, A15, contract 2.3 to 2.6).
import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { specification } from "../../support/spec.mjs";
import { claimsOf, CURFEW, GRAPH_SCOPE, headerOf, PLANNER, SECRETS, startSandbox } from "../../support/sandbox.mjs";

const sandbox = await startSandbox();
const ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

function ask(form) {
  return sandbox.token({ grant_type: "client_credentials", client_id: CURFEW, scope: GRAPH_SCOPE, ...form });
}

function askWith(assertion) {
  return ask({ client_assertion_type: ASSERTION, client_assertion: assertion });
}

async function refused(answer, code, status = 401, error = "invalid_client") {
  const { status: got, body } = await answer;
  assert.deepEqual([got, body.error, body.error_codes], [status, error, [code]], JSON.stringify(body));
  assert.ok(body.trace_id && body.correlation_id && body.timestamp);
}

await specification("sandbox/clients", {
  "A14 an assertion signed PS256 with x5t#S256 is taken": async () => {
    const { status, body } = await askWith(sandbox.assertion());
    assert.equal(status, 200);
    assert.deepEqual(Object.keys(body).sort(), ["access_token", "expires_in", "ext_expires_in", "token_type"]);
    assert.equal(claimsOf(body.access_token).appidacr, "2");
  },

  "A14 so is the legacy form: RS256 with x5t": async () => {
    assert.equal((await askWith(sandbox.assertion({ legacy: true }))).status, 200);
  },

  "A14 a certificate that is not registered is 700027": async () => {
    await refused(askWith(sandbox.assertion({ header: { "x5t#S256": "A".repeat(43) } })), 700027);
    await refused(askWith(sandbox.assertion({ header: { "x5t#S256": undefined } })), 700027);
    await refused(askWith(sandbox.assertion({ header: { alg: "HS256" } })), 700027);
    await refused(
      ask({
        client_id: PLANNER,
        client_assertion_type: ASSERTION,
        client_assertion: sandbox.assertion({ client: PLANNER }),
      }),
      700027,
    );
  },

  "a signature of another key is 50012": async () => {
    const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const keyFile = join(sandbox.folder, "foreign.pem");
    writeFileSync(keyFile, privateKey.export({ type: "pkcs8", format: "pem" }));
    await refused(askWith(sandbox.assertion({ keyFile })), 50012);
    const cut = sandbox.assertion();
    await refused(askWith(cut.slice(0, -8) + "AAAAAAAA"), 50012);
    await refused(askWith("no.token.here"), 50027);
  },

  "A15 an assertion outside its time is 700024, for another tenant 50012": async () => {
    const now = Math.floor(Date.now() / 1000);
    await refused(askWith(sandbox.assertion({ claims: { exp: now - 400, nbf: now - 1000 } })), 700024);
    await refused(askWith(sandbox.assertion({ claims: { nbf: now + 400, exp: now + 800 } })), 700024);
    await refused(askWith(sandbox.assertion({ claims: { exp: undefined } })), 700024);
    await refused(askWith(sandbox.assertion({ claims: { exp: now + 3 * 86400 } })), 700024);
    const aud = sandbox.at("/oauth2/v2.0/token").replace(sandbox.tenant, "11111111-0000-4000-8000-000000000000");
    await refused(askWith(sandbox.assertion({ claims: { aud } })), 50012);
  },

  "issuer and subject must both be the client": async () => {
    await refused(askWith(sandbox.assertion({ claims: { iss: PLANNER } })), 700021);
    await refused(askWith(sandbox.assertion({ claims: { sub: PLANNER } })), 700021);
  },

  "an assertion is used once": async () => {
    const assertion = sandbox.assertion();
    assert.equal((await askWith(assertion)).status, 200);
    await refused(askWith(assertion), 50012);
    await refused(askWith(sandbox.assertion({ claims: { jti: undefined } })), 50027);
  },

  "a secret is taken too, and only the right one": async () => {
    assert.equal((await ask({ client_secret: SECRETS[CURFEW] })).status, 200);
    await refused(ask({ client_secret: "wrong" }), 7000215);
    await refused(ask({}), 7000218);
    await refused(
      ask({ client_id: "a9900000-0000-4000-8000-00000000000f", client_secret: "x" }),
      700016,
      400,
      "unauthorized_client",
    );
    await refused(ask({ client_assertion_type: "x", client_assertion: sandbox.assertion() }), 700025);
  },

  "an application's scope is the resource with /.default": async () => {
    const secret = { client_secret: SECRETS[CURFEW] };
    await refused(ask({ ...secret, scope: "https://nobody.example/.default" }), 500011, 400, "invalid_resource");
    await refused(ask({ ...secret, scope: "https://graph.microsoft.com/User.Read" }), 1002012, 400, "invalid_scope");
    await refused(ask({ ...secret, scope: `${CURFEW}/access` }), 1002012, 400, "invalid_scope");
    await refused(ask({ ...secret, scope: "nonsense" }), 70011, 400, "invalid_scope");
    for (const host of [
      "https://graph.microsoft.us",
      "https://dod-graph.microsoft.us",
      "https://microsoftgraph.chinacloudapi.cn",
    ]) {
      assert.equal((await ask({ ...secret, scope: `${host}/.default` })).status, 200);
    }
  },

  "grants that nobody offers are refused by name": async () => {
    await refused(ask({ grant_type: "password" }), 70003, 400, "unsupported_grant_type");
    await refused(ask({ grant_type: "urn:ietf:params:oauth:grant-type:device_code" }), 70003, 400, "unsupported_grant_type");
    const answer = await fetch(sandbox.at("/oauth2/v2.0/token"), {
      method: "POST",
      body: "{}",
      headers: { "content-type": "application/json" },
    });
    assert.equal(answer.status, 400);
    assert.equal((await answer.json()).error, "invalid_request");
  },

  "a token for Graph is v1.0 with the permissions, and nobody but Graph can check it": async () => {
    const token = await sandbox.appToken();
    const claims = claimsOf(token);
    assert.equal(claims.aud, "https://graph.microsoft.com");
    assert.equal(claims.iss, `https://sts.windows.net/${sandbox.tenant}/`);
    assert.equal(claims.ver, "1.0");
    assert.equal(claims.idtyp, "app");
    assert.ok(claims.roles.includes("Mail.Send"));
    assert.ok(headerOf(token).nonce);
    const planner = claimsOf(await sandbox.appToken(PLANNER));
    assert.equal(planner.roles, undefined);
  },

  "tokens can be made to order, with any header and claims": async () => {
    const { token } = await sandbox.control("POST", "/tokens", { header: { kid: "own" }, claims: { sub: "x" } });
    assert.equal(headerOf(token).kid, "own");
    assert.deepEqual(claimsOf(token), { sub: "x" });
    const decoy = await sandbox.control("POST", "/tokens", { claims: {}, key: "decoy" });
    const { signing, keys } = await sandbox.control("GET", "/keys");
    const { kid } = headerOf(decoy.token);
    assert.ok(kid !== signing && keys.some((key) => key.kid === kid));
  },

  "the journal keeps no secret": async () => {
    const text = JSON.stringify(await sandbox.journal());
    for (const secret of Object.values(SECRETS)) assert.ok(!text.includes(secret));
    assert.ok(!text.includes("eyJ"));
    assert.match(text, /"client_assertion":"sha256:[0-9a-f]{16}"/);
  },

  "it ends with nothing left over": async () => {
    assert.equal(await sandbox.stop(), 0);
  },
});
