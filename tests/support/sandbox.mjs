// curfew-sandbox for tests: started on a port and in a folder of its own, spoken to through its control API, and
// signed in to as a browser would. Everything ends with the test program (finally_).
import { spawn } from "node:child_process";
import {
  constants,
  createHash,
  createPrivateKey,
  createSign,
  randomBytes,
  randomUUID,
  X509Certificate,
} from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { holdJournal, isKnown } from "./contract.mjs";
import { cookiesOf } from "./cookies.mjs";
import { eventually } from "./eventually.mjs";
import { approvalBy } from "./pim.mjs";
import { finally_ } from "./spec.mjs";
import { CURFEW, GRAPH_SCOPE, PERSONS, SECRETS, TENANT, WORKBENCH } from "./tenant.mjs";

export * from "./tenant.mjs";
/** No lags and no limits, for tests that are not about them. */
export const AT_ONCE = {
  provisioning_ms: 0,
  removal_ms: 0,
  expiry_ms: 0,
  membership_ms: 0,
  replica_lag_ms: 0,
  replica_every: 0,
  risk_reads_per_second: 0,
  report_reads_per_10_s: 0,
  group_lists_per_second: 0,
};

const base64url = (bytes) => Buffer.from(bytes).toString("base64url");

/** The claims of a token, unchecked. */
export function claimsOf(token) {
  return JSON.parse(Buffer.from(token.split(".")[1], "base64url").toString());
}

/** The header of a token, unchecked. */
export function headerOf(token) {
  return JSON.parse(Buffer.from(token.split(".")[0], "base64url").toString());
}

/** The object id of the device with that number in its name: device("SEC-114"). */
export function device(name, kind = "de1c") {
  return `${kind}0000-0000-4000-8000-000000000${name.split("-")[1]}`;
}

/** A PKCE verifier with its challenge. */
export function pkce() {
  const verifier = base64url(randomBytes(32));
  return { verifier, challenge: createHash("sha256").update(verifier).digest("base64url") };
}

function ready(child, says) {
  return new Promise((resolve, reject) => {
    let output = "";
    let errors = "";
    child.stderr.on("data", (piece) => (errors += piece));
    child.stdout.on("data", (piece) => {
      output += piece;
      const match = output.match(says);
      if (match) resolve(match[1]);
    });
    child.once("exit", (code) => reject(new Error(`curfew-sandbox ended with ${code}: ${errors}`)));
    child.once("error", reject);
  });
}

class Sandbox {
  constructor(child, origin, folder, clockFile) {
    Object.assign(this, { child, origin, folder, clockFile, tenant: TENANT, jar: new Map() });
    this.authority = origin;
    this.keyFile = join(folder, "curfew.key.pem");
    this.certificateFile = join(folder, "curfew.cert.pem");
    const move = (body) => {
      this.ownToken = undefined; // it may be over by then
      return this.control("POST", "/clock", body);
    };
    this.clock = {
      now: () => this.control("GET", "/clock"),
      advance: (span) => move({ advance: span }),
      set: (offset) => move({ offset }),
    };
  }

  /** A call of the control API; throws when it is refused. */
  async control(method, path, body) {
    const answer = await fetch(`${this.origin}/_sandbox${path}`, {
      method,
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} /_sandbox${path}: ${answer.status} ${text}`);
    return text ? JSON.parse(text) : null;
  }

  /** All entries of the journal after number `after`. */
  async journal(after = 0) {
    const entries = [];
    for (;;) {
      const { items, last } = await this.control("GET", `/journal?after=${after}`);
      entries.push(...items);
      after = items.length ? items[items.length - 1].n : last;
      if (after >= last) return entries;
    }
  }

  /** The number of the newest entry, to ask later for what came after it. */
  async mark() {
    return (await this.control("GET", "")).journal;
  }

  async mail(to) {
    return (await this.control("GET", to ? `/mail?to=${encodeURIComponent(to)}` : "/mail")).items;
  }

  /** The number of the newest mail, for `mailTo` to begin behind. */
  async mailMark() {
    return (await this.mail()).at(-1)?.id ?? 0;
  }

  /** Waits for the first mail to somebody behind a mark whose subject begins so. */
  mailTo(to, subject, after = 0) {
    const look = async () =>
      (await this.mail(to)).find((mail) => mail.id > after && mail.subject.startsWith(subject));
    return eventually(look, { what: `mail to ${to}: ${subject}` });
  }

  assignments() {
    return this.control("GET", "/assignments");
  }

  /** fault({ method, path, query, body }, { kind, … }, { times, after, for }) */
  fault(match, fault, rest = {}) {
    return this.control("POST", "/faults", { match, fault, ...rest });
  }

  clearFaults() {
    return this.control("DELETE", "/faults");
  }

  switches(wanted) {
    return wanted ? this.control("POST", "/switches", wanted) : this.control("GET", "/switches");
  }

  /** Registers a further redirect URI of Curfew. */
  async allowRedirect(uri) {
    const { redirect_uris } = await this.app(CURFEW);
    return this.control("PATCH", `/apps/${CURFEW}`, { redirect_uris: [...new Set([...redirect_uris, uri])] });
  }

  /** Has PIM ask for an approval of the target ({ group, access } or { role }), by these persons or groups. */
  needApproval(target, approvers = {}) {
    const rules = { Approval_EndUser_Assignment: { setting: approvalBy(approvers) } };
    return this.control("PATCH", "/pim", { ...target, rules });
  }

  person(id, changes) {
    return this.control("PATCH", `/persons/${id}`, changes);
  }

  reset() {
    return this.control("POST", "/reset");
  }

  /** As at the start, now, and with these switches beside AT_ONCE. */
  async afresh(switches = {}) {
    if ((await this.clock.now()).settable) await this.clock.set(0);
    await this.reset();
    await this.switches({ ...AT_ONCE, ...switches });
  }

  async held() {
    return (await this.control("GET", "/held")).items;
  }

  /** Waits until a call is held, and returns it. */
  async waitHeld() {
    for (;;) {
      const [first] = await this.held();
      if (first) return first;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  release(options = {}) {
    return this.control("POST", "/release", options);
  }

  at(path) {
    return `${this.origin}/${this.tenant}${path}`;
  }

  /** The address that a client sends a browser to. */
  authorizeUrl(options = {}) {
    const { client = CURFEW, redirect = "http://127.0.0.1:8080/auth/callback", ...rest } = options;
    const query = new URLSearchParams({
      client_id: client,
      response_type: "code",
      redirect_uri: redirect,
      scope: `openid profile ${client}/access`,
      state: "state-1",
      nonce: "nonce-1",
    });
    for (const [name, value] of Object.entries(rest)) {
      if (value === null) query.delete(name);
      else query.set(name, typeof value === "object" ? JSON.stringify(value) : value);
    }
    return `${this.at("/oauth2/v2.0/authorize")}?${query}`;
  }

  async browse(url, options = {}) {
    const cookies = [...this.jar].map(([name, value]) => `${name}=${value}`).join("; ");
    const answer = await fetch(url, {
      redirect: "manual",
      ...options,
      headers: { ...(cookies && { cookie: cookies }) },
    });
    for (const cookie of cookiesOf(answer.headers)) {
      const [, name, value] = cookie.match(/^([^=;]+)=([^;]*)/) ?? [];
      if (name && value) this.jar.set(name, value);
      else if (name) this.jar.delete(name);
    }
    return { status: answer.status, location: answer.headers.get("location"), page: await answer.text() };
  }

  /**
   * Signs in as a person would, in a browser that knows nobody, on the page that `url` (a client's authorize address)
   * leads to. `mfa` is passkey, code or none, `minutes` ago; `device` a name such as SEC-114, or null. Returns the
   * redirect's location, or the page that says why not. `browse` goes on in the same browser.
   */
  async signIn(
    url,
    { person = "ana", mfa = "passkey", minutes = 0, device: name, context = "ca", risk = "", ...rest } = {},
  ) {
    this.jar.clear();
    const first = await this.browse(url);
    if (first.status !== 200) return first;
    const flow = first.page.match(/flow=([\w-]+)/)?.[1] ?? first.page.match(/name="flow" value="([\w-]+)"/)?.[1];
    if (!flow) return first;
    const usual = {
      ana: "SEC-114",
      ben: "SEC-121",
      lena: "SEC-131",
      marc: "SEC-132",
      priya: "SEC-141",
      tom: "SEC-151",
      nils: "SEC-161",
      gus: "SEC-171",
    };
    const brought = name === undefined ? usual[person] : name;
    const form = new URLSearchParams({
      flow,
      person: PERSONS[person] ?? person,
      mfa,
      minutes,
      context,
      risk,
      device: brought ? (brought.startsWith("SEC-") ? device(brought) : brought) : "",
      ...rest,
    });
    return this.browse(this.at("/login"), { method: "POST", body: form });
  }

  /** A client assertion as private_key_jwt wants it; `header` and `claims` replace what is usual. */
  assertion({ client = CURFEW, header = {}, claims = {}, legacy = false, keyFile, certificateFile } = {}) {
    const key = createPrivateKey(readFileSync(keyFile ?? this.keyFile));
    const certificate = new X509Certificate(readFileSync(certificateFile ?? this.certificateFile));
    const thumbprint = (hash) => createHash(hash).update(certificate.raw).digest("base64url");
    const now = Math.floor(Date.now() / 1000);
    const head = legacy
      ? { alg: "RS256", typ: "JWT", x5t: thumbprint("sha1") }
      : { alg: "PS256", typ: "JWT", "x5t#S256": thumbprint("sha256") };
    const body = {
      aud: this.at("/oauth2/v2.0/token"),
      iss: client,
      sub: client,
      jti: randomUUID(),
      nbf: now,
      iat: now,
      exp: now + 300,
    };
    const signed = `${base64url(JSON.stringify({ ...head, ...header }))}.${base64url(JSON.stringify({ ...body, ...claims }))}`;
    const padding = legacy
      ? { padding: constants.RSA_PKCS1_PADDING }
      : { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 };
    return `${signed}.${createSign("sha256")
      .update(signed)
      .sign({ key, ...padding }, "base64url")}`;
  }

  /** A call of the token endpoint. */
  async token(form) {
    const answer = await fetch(this.at("/oauth2/v2.0/token"), { method: "POST", body: new URLSearchParams(form) });
    return { status: answer.status, body: await answer.json() };
  }

  /** Redeems the code of a sign-in's location, with the secret. */
  redeem(location, form = {}) {
    return this.token({
      grant_type: "authorization_code",
      client_id: CURFEW,
      client_secret: SECRETS[CURFEW],
      code: new URL(location).searchParams.get("code"),
      redirect_uri: "http://127.0.0.1:8080/auth/callback",
      ...form,
    });
  }

  /** The token that Curfew gets of a sign-in for its own API: what it may swap for others. Options are those of signIn. */
  async apiToken(person = "ana", { authorize = {}, ...options } = {}) {
    const { location } = await this.signIn(this.authorizeUrl(authorize), { person, ...options });
    return (await this.redeem(location)).body.access_token;
  }

  /** Swaps such a token for one of Graph or ARM. */
  onBehalf(assertion, form = {}) {
    return this.token({
      grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer",
      client_id: CURFEW,
      client_secret: SECRETS[CURFEW],
      assertion,
      scope: GRAPH_SCOPE,
      requested_token_use: "on_behalf_of",
      ...form,
    });
  }

  /** A token for Graph (or `scope`) in the name of a person, through Curfew. */
  async personToken(person = "ana", { scope = GRAPH_SCOPE, ...options } = {}) {
    const { status, body } = await this.onBehalf(await this.apiToken(person, options), { scope });
    if (status !== 200) throw new Error(`on behalf of ${person}: ${JSON.stringify(body)}`);
    return body.access_token;
  }

  /** Has Curfew ask for exactly these permissions in the name of people, all with consent: `await run()`. */
  async withDelegated(permissions, run) {
    const { delegated, consent } = await this.app(CURFEW);
    await this.control("PATCH", `/apps/${CURFEW}`, { delegated: permissions, consent: permissions });
    try {
      return await run();
    } finally {
      await this.control("PATCH", `/apps/${CURFEW}`, { delegated, consent });
    }
  }

  /** An application's token for Graph. */
  async appToken(client = WORKBENCH) {
    const { body } = await this.token({
      grant_type: "client_credentials",
      client_id: client,
      client_secret: SECRETS[client],
      scope: GRAPH_SCOPE,
    });
    return body.access_token;
  }

  /** A call of Graph as the workbench; the body is parsed where it is JSON. */
  async graph(path, { method, body, token, headers = {}, version = "/v1.0" } = {}) {
    this.ownToken ??= await this.appToken();
    const answer = await fetch(path.startsWith("http") ? path : this.origin + version + path, {
      method: method ?? (body === undefined ? "GET" : "POST"),
      headers: {
        authorization: `Bearer ${token ?? this.ownToken}`,
        ...(body !== undefined && { "content-type": "application/json" }),
        ...headers,
      },
      body: body === undefined || typeof body === "string" ? body : JSON.stringify(body),
    });
    const text = await answer.text();
    let json = null;
    try {
      json = JSON.parse(text);
    } catch {
      // what is no JSON is in `text`
    }
    return { status: answer.status, headers: answer.headers, body: json, text, code: json?.error?.code };
  }

  /** A call over a socket of its own, so that nothing is retried or hidden by a client: what came, or how it broke off. */
  raw(path, { method = "GET", body, token, timeout = 20000 } = {}) {
    const started = Date.now();
    return new Promise((resolve) => {
      const call = request(new URL(this.origin + path), {
        method,
        agent: false,
        headers: {
          ...(token && { authorization: `Bearer ${token}` }),
          ...(body && { "content-type": "application/json", "content-length": Buffer.byteLength(body) }),
        },
      });
      call.setTimeout(timeout, () => call.destroy(new Error("timeout")));
      call.on("error", (error) => resolve({ error: error.code ?? error.message, after: Date.now() - started }));
      call.on("response", (answer) => {
        const pieces = [];
        const { statusCode: status, headers } = answer;
        const done = (error) =>
          resolve({ status, headers, bytes: Buffer.concat(pieces), error, after: Date.now() - started });
        answer.on("data", (piece) => pieces.push(piece));
        answer.on("end", () => done(answer.complete ? undefined : "cut"));
        answer.on("error", (error) => done(error.code ?? error.message));
      });
      call.end(body);
    });
  }

  async app(id) {
    return (await this.control("GET", "/apps")).items.find((app) => app.id === id);
  }

  /** Has the workbench hold exactly these permissions for a while: `await run(token)`. */
  async withPermissions(permissions, run) {
    const { permissions: before } = await this.app(WORKBENCH);
    await this.control("PATCH", `/apps/${WORKBENCH}`, { permissions });
    try {
      return await run(await this.appToken());
    } finally {
      await this.control("PATCH", `/apps/${WORKBENCH}`, { permissions: before });
    }
  }

  async stop() {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return this.child.exitCode;
    const ended = new Promise((resolve) => this.child.once("exit", resolve));
    this.child.kill("SIGTERM");
    return ended;
  }
}

/** What a Curfew beside it asked: of Graph under its name, and of sign-in whatever came. Tests alone ask wrongly on purpose. */
function isOfCurfew(sandbox) {
  return ({ api, app }) => sandbox.isHeld && (api === "login" || app === "Curfew");
}

/**
 * Starts one; `switches` are set at once. Without `clock`, its clock cannot be moved. What passes between it and Curfew is
 * held against the contract at the end; with `recorded`, its answers too.
 */
export async function startSandbox({ port = 0, clock = true, switches, args = [], state, recorded = isKnown } = {}) {
  const program = process.env.CURFEW_SANDBOX;
  if (!program) throw new Error("CURFEW_SANDBOX must name the program curfew-sandbox");
  const folder = state ?? mkdtempSync(join(tmpdir(), "curfew-sandbox-test-"));
  if (!state) finally_(() => rmSync(folder, { recursive: true, force: true }));
  const clockFile = join(folder, "clock");
  const env = { ...process.env };
  delete env.CURFEW_TEST_CLOCK;
  if (clock) env.CURFEW_TEST_CLOCK = clockFile;
  const child = spawn(program, ["--port", String(port), "--state", folder, ...args], {
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  child.stderr.on("data", (piece) => process.stderr.write(piece));
  const origin = await ready(child, /listening on (http:\/\/localhost:\d+)\n/);
  const sandbox = new Sandbox(child, origin, folder, clockFile);
  finally_(() => holdJournal(join(folder, "journal.jsonl"), isOfCurfew(sandbox)));
  finally_(async () => {
    const code = await sandbox.stop();
    if (code) throw new Error(`curfew-sandbox ended with ${code}`);
  });
  if (recorded) await sandbox.switches({ journal_answers: true });
  if (switches) await sandbox.switches(switches);
  return sandbox;
}
