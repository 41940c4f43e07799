// Curfew's sign-in against another OpenID provider than the stand-in: the certified oidc-provider from npm, told nothing but what any
// tenant is told of an application, and Curfew nothing but its settings (entra.api_token none). What we misread of the
// protocol, our own stand-in would misread with us. Graph stays the sandbox's, and so do Curfew's own tokens for it.
import assert from "node:assert/strict";
import { generateKeyPairSync, randomUUID, X509Certificate } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { cookiesOf } from "../support/cookies.mjs";
import { setUpCurfew } from "../support/curfew.mjs";
import { loadModule } from "../support/packages.mjs";
import { AT_ONCE, CURFEW, GRAPH_SCOPE, PERSONS, SECRETS, startSandbox, TENANT } from "../support/sandbox.mjs";
import { finally_, specification } from "../support/spec.mjs";

const PATH = `/${TENANT}/v2.0`;
const sandbox = await startSandbox({ switches: AT_ONCE });
console.info = console.warn = () => {}; // it says at length that this is no production
const { Provider } = await loadModule("oidc-provider");

/** What the next sign-in says, and what the provider saw of it. */
const next = { person: PERSONS.ana, acrs: ["c1"], ago: 0, claims: {} };
const seen = [];

const jwk = (key, more) => ({ ...key.export({ format: "jwk" }), use: "sig", ...more });
const rsa = () => generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;
const keys = [jwk(rsa(), { kid: "signs", alg: "RS256" }), jwk(generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey, { kid: "curve" })];

function clientOf(redirect) {
  const certificate = new X509Certificate(readFileSync(sandbox.certificateFile));
  return {
    client_id: CURFEW,
    redirect_uris: [redirect],
    response_types: ["code"],
    grant_types: ["authorization_code"],
    token_endpoint_auth_method: "private_key_jwt",
    token_endpoint_auth_signing_alg: "PS256",
    jwks: { keys: [certificate.publicKey.export({ format: "jwk" })] },
    id_token_signed_response_alg: "RS256",
    require_auth_time: true,
  };
}

const claimsOf = (id) => ({ sub: id, oid: id, tid: TENANT, ver: "2.0", acrs: next.acrs, name: "Ana Torres", preferred_username: "ana.torres@contoso.example", ...next.claims });

const configuration = (redirect) => ({
  clients: [clientOf(redirect)],
  jwks: { keys },
  cookies: { keys: [randomUUID()] },
  claims: { openid: ["sub", "oid", "tid", "ver", "acrs", "acct"], profile: ["name", "preferred_username"] },
  conformIdTokenClaims: false,
  features: { claimsParameter: { enabled: true }, devInteractions: { enabled: false } },
  pkce: { required: () => true },
  findAccount: (_, id) => ({ accountId: id, claims: () => claimsOf(id) }),
  interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
  clientBasedCORS: () => false,
  async loadExistingGrant({ oidc }) {
    const grant = new oidc.provider.Grant({ clientId: oidc.client.clientId, accountId: oidc.session.accountId });
    grant.addOIDCScope("openid profile");
    grant.addOIDCClaims(["acrs", "auth_time"]);
    await grant.save();
    return grant;
  },
});

async function bodyOf(request) {
  const pieces = [];
  for await (const piece of request) pieces.push(piece);
  return Buffer.concat(pieces);
}

/** Curfew's own token for Graph: a provider that knows no Graph gives none, so the tenant's stand-in does. */
async function ownToken(response) {
  const { status, body } = await sandbox.token({ grant_type: "client_credentials", client_id: CURFEW, client_secret: SECRETS[CURFEW], scope: GRAPH_SCOPE });
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}

/** The provider at a tenant's path, on a port of its own. */
async function serve(redirect) {
  let provider;
  const server = createServer(async (request, response) => {
    if (request.url === `${PATH}/token`) {
      const body = await bodyOf(request);
      const form = new URLSearchParams(body.toString());
      if (form.get("grant_type") === "client_credentials") return ownToken(response);
      seen.push({ token: Object.fromEntries(form) });
      request.body = body.toString(); // oidc-provider takes one that was read already
    }
    const interaction = request.url.match(/^\/interaction\/([\w-]+)$/);
    if (interaction) {
      const ts = Math.floor(Date.now() / 1000) - next.ago;
      return provider.interactionFinished(request, response, { login: { accountId: next.person, ts } });
    }
    request.originalUrl = request.url;
    if (request.url.startsWith(PATH)) request.url = request.url.slice(PATH.length) || "/";
    return provider.callback()(request, response);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  finally_(() => new Promise((resolve) => (server.closeAllConnections(), server.close(resolve))));
  const origin = `http://127.0.0.1:${server.address().port}`;
  provider = new Provider(`${origin}${PATH}`, configuration(redirect));
  provider.on("server_error", (_, error) => console.error(error));
  provider.on("grant.error", (_, error) => seen.push({ error: `${error.message}: ${error.error_description} ${error.error_detail ?? ""}` }));
  return origin;
}

const curfew = await setUpCurfew(sandbox, { settings: { entra: { api_token: "none" } } });
const authority = await serve(`${curfew.origin}/auth/callback`);
curfew.settings.entra.authority = authority;
writeFileSync(curfew.config, JSON.stringify(curfew.settings));
await curfew.start();
const ana = curfew.browser("ana");

/** Follows the provider's redirections, as a browser with cookies of its own; answers the address that leads back. */
async function atProvider(url, jar) {
  for (let hops = 0; hops < 10 && !url.startsWith(curfew.origin); hops++) {
    const cookies = [...jar].map(([name, value]) => `${name}=${value}`).join("; ");
    const answer = await fetch(url, { redirect: "manual", headers: { ...(cookies && { cookie: cookies }) } });
    for (const cookie of cookiesOf(answer.headers)) {
      const [, name, value] = cookie.match(/^([^=]+)=([^;]*)/);
      if (value) jar.set(name, value);
      else jar.delete(name);
    }
    const location = answer.headers.get("location");
    assert.ok(location, `the provider says ${answer.status}: ${(await answer.text()).slice(0, 600)}`);
    url = new URL(location, url).href;
  }
  return url;
}

/** Through the provider and back, with what is `said`; answers where the callback leads to. */
async function through(path, said = {}) {
  Object.assign(next, { person: PERSONS.ana, acrs: ["c1"], ago: 0, claims: {} }, said);
  const out = await ana.get(path);
  assert.equal(out.status, 302, out.text);
  assert.ok(out.location.startsWith(authority), out.location);
  const asked = Object.fromEntries(new URL(out.location).searchParams);
  const back = await atProvider(out.location, new Map());
  const landed = await ana.get(back);
  const me = await ana.get("/api/v1/me");
  ana.csrf = me.status === 200 ? me.body.csrf : null;
  return { landed, me: me.body, status: me.status, asked, back };
}

/** What is wrong is no sign-in: whoever was signed in before stays nobody. */
async function isRefused(said) {
  ana.jar.clear();
  const { landed, status } = await through("/auth/sign-in", said);
  assert.equal(status, 401);
  assert.notEqual(landed.location, "/");
}

await specification("journeys/oidc_provider", {
  async "a person signs in: discovery, PKCE, private_key_jwt, nonce and claims as any provider has them"() {
    const { landed, me, asked } = await through("/auth/sign-in");
    assert.equal(landed.location, "/", JSON.stringify(curfew.log.slice(-3)));
    assert.equal(me.id, PERSONS.ana);
    assert.equal(me.name, "Ana Torres");
    assert.deepEqual([asked.response_type, asked.code_challenge_method, asked.scope], ["code", "S256", "openid profile"]);
    const [{ token }] = seen;
    assert.ok(token.code_verifier && token.client_assertion && !token.client_secret);
    assert.ok(Math.abs(Date.parse(me.sign_in.mfa_at ?? me.sign_in.at) - Date.now()) < 60e3);
  },

  async "a fresh sign-in for a request asks for its context, and proves it: the request waits for its approver"() {
    const answer = await ana.post("/api/v1/requests", { roles: ["copilot-owner"], duration: "PT1H", justification: "Incident 42: plugin misbehaves" });
    assert.equal(answer.status, 202, answer.text);
    const { landed, asked } = await through(answer.body.go);
    assert.equal(asked.prompt, "login");
    assert.deepEqual(JSON.parse(asked.claims).id_token.acrs, { essential: true, value: "c1" });
    const [, id] = landed.location.match(/^\/requests\/(\w{26})$/) ?? assert.fail(landed.location);
    const request = await ana.until(id, "pending");
    const mfa = request.evidence.find(({ check }) => check === "mfa");
    assert.equal(mfa.verdict, "pass", JSON.stringify(mfa));
    assert.equal((await ana.post(`/api/v1/requests/${id}/cancel`)).status, 200);
  },

  async "without the context, the same request is refused"() {
    ana.jar.clear();
    await through("/auth/sign-in", { acrs: [] });
    const { status, body, text } = await ana.post("/api/v1/requests", { roles: ["copilot-owner"], duration: "PT1H", justification: "Incident 43: plugin misbehaves" });
    assert.equal(status, 202, text);
    const { landed } = await through(body.go, { acrs: [] });
    const id = landed.location.split("/").pop();
    assert.equal((await ana.until(id, "refused")).why, "mfa_context_missing");
  },

  async "a person of another tenant, a guest, a person without an id, and contexts in another form are nobody"() {
    for (const claims of [{ tid: "72f988bf-86f1-41af-91ab-2d7cd011db47" }, { acct: 1 }, { oid: "ana.torres@contoso.example" }, { ver: "1.0" }, { acrs: "c1" }]) await isRefused({ claims });
  },

  async "a callback counts once"() {
    ana.jar.clear();
    const { back, me } = await through("/auth/sign-in");
    assert.equal(me.id, PERSONS.ana);
    const again = await ana.get(back);
    assert.notEqual(again.location, "/");
    assert.ok(seen.every(({ error }) => !error), JSON.stringify(seen));
  },
});
