// Curfew for tests: the program on a port and in a folder of its own beside a sandbox, its log as objects, and people who
// use it as their browsers would. Everything ends with the test program (finally_).
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { cookiesOf } from "./cookies.mjs";
import { eventually } from "./eventually.mjs";
import { holdCalls } from "./registration.mjs";
import { CURFEW, TENANT } from "./sandbox.mjs";
import { finally_ } from "./spec.mjs";

export { eventually };

export const POLICY = join(dirname(fileURLToPath(import.meta.url)), "../../policies/examples/sandbox/soc.json");

/** A port of this machine that nobody uses now. */
export function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

/** A person at a browser: cookies, the anti-forgery token, and the way through the sign-in page. */
export class Browser {
  constructor(curfew, person) {
    Object.assign(this, { curfew, person, jar: new Map(), csrf: null, evidence: {} });
  }

  async call(method, path, { body, headers = {}, raw, background } = {}) {
    const cookies = [...this.jar].map(([name, value]) => `${name}=${value}`).join("; ");
    const usual = {
      ...(cookies && { cookie: cookies }),
      ...(background && { "x-background": "1" }),
      ...(method === "POST" && {
        "content-type": "application/json",
        origin: this.curfew.origin,
        "sec-fetch-site": "same-origin",
        ...(this.csrf && { "x-csrf-token": this.csrf }),
      }),
    };
    const all = { ...usual, ...headers };
    for (const [name, value] of Object.entries(all)) if (value === null) delete all[name];
    const answer = await fetch(path.startsWith("http") ? path : this.curfew.origin + path, {
      method,
      redirect: "manual",
      headers: all,
      body: raw ?? (body === undefined ? undefined : JSON.stringify(body)),
    });
    for (const cookie of cookiesOf(answer.headers)) {
      const [, name, value] = cookie.match(/^([^=;]+)=([^;]*)/) ?? [];
      if (name && value && !/Max-Age=0/.test(cookie)) this.jar.set(name, value);
      else if (name) this.jar.delete(name);
    }
    const bytes = Buffer.from(await answer.arrayBuffer());
    const text = bytes.toString();
    let json = null;
    try {
      json = JSON.parse(text);
    } catch {
      // what is no JSON is in `text`
    }
    return { status: answer.status, headers: answer.headers, location: answer.headers.get("location"), text, bytes, body: json };
  }

  get(path, options) {
    return this.call("GET", path, options);
  }

  post(path, body = {}, options = {}) {
    return this.call("POST", path, { body, ...options });
  }

  /** Goes to Entra and back, with this evidence (sandbox.mjs, signIn); answers where the callback leads to. */
  async through(path, evidence = {}) {
    const out = await this.get(path);
    if (out.status !== 302 || !out.location.startsWith(this.curfew.sandbox.origin)) return out;
    const back = await this.curfew.sandbox.signIn(out.location, { person: this.person, ...this.evidence, ...evidence });
    if (!back.location) throw new Error(`the sign-in page says: ${back.page.replace(/<[^>]*>/g, " ").slice(0, 400)}`);
    const landed = await this.get(back.location);
    const me = await this.get("/api/v1/me");
    this.me = me.body;
    this.csrf = me.status === 200 ? me.body.csrf : null;
    return landed;
  }

  async signIn(evidence = {}) {
    this.evidence = evidence;
    const landed = await this.through("/auth/sign-in");
    if (landed.location !== "/") throw new Error(`sign-in led to ${landed.location ?? landed.text}`);
    return this;
  }

  /** Asks for roles, through the fresh sign-in where one is needed; answers the request. */
  async ask(wanted = {}, evidence = {}) {
    const body = { roles: ["copilot-owner"], duration: "PT1H", justification: "Incident 42: plugin misbehaves", ...wanted };
    const answer = await this.post("/api/v1/requests", body);
    if (answer.status === 201) return answer.body;
    if (answer.status !== 202) throw Object.assign(new Error(`asking: ${answer.status} ${answer.text}`), { answer });
    const landed = await this.through(answer.body.go, evidence);
    const id = landed.location?.match(/^\/requests\/(\w{26})$/)?.[1];
    if (!id) throw Object.assign(new Error(`asking led to ${landed.location}`), { answer: landed });
    return this.request(id);
  }

  async request(id) {
    const answer = await this.get(`/api/v1/requests/${id}`);
    if (answer.status !== 200) throw Object.assign(new Error(`request: ${answer.status} ${answer.text}`), { answer });
    return answer.body;
  }

  /** Waits until the request is in one of the states, and returns it. */
  until(id, ...states) {
    const options = typeof states.at(-1) === "object" ? states.pop() : {};
    return eventually(async () => {
      const request = await this.request(id);
      if (states.includes(request.state)) return request;
      throw new Error(`is ${request.state}: ${JSON.stringify(request.evidence)}`);
    }, { what: `request becoming ${states}`, ...options });
  }

  /** Waits until the first grant of the request is in one of the states, and returns it. */
  untilGrant(id, ...states) {
    const options = typeof states.at(-1) === "object" ? states.pop() : {};
    return eventually(async () => {
      const request = await this.request(id);
      const grant = request.grants[0];
      if (grant && states.includes(grant.state)) return grant;
      throw new Error(`is ${grant?.state} ${grant?.why ?? ""}: ${JSON.stringify(request.evidence)}`);
    }, { what: `grant becoming ${states}`, ...options });
  }

  decide(id, decision = "approve", more = {}) {
    return this.post(`/api/v1/requests/${id}/decision`, { decision, reason: "Known incident", ...more });
  }
}

export class Curfew {
  constructor(options) {
    Object.assign(this, options, { log: [], output: "" });
  }

  browser(person) {
    return new Browser(this, person);
  }

  /** Tells the tenant where sign-ins come back to. */
  register() {
    return this.sandbox.control("PATCH", `/apps/${CURFEW}`, { redirect_uris: [`${this.origin}/auth/callback`] });
  }

  async start() {
    const environment = { ...process.env, ...this.environment };
    if (this.sandbox.clockFile) environment.CURFEW_TEST_CLOCK = this.sandbox.clockFile;
    this.output = "";
    this.log.length = 0;
    this.child = spawn(this.program, ["serve", "--config", this.config], { env: environment, stdio: ["ignore", "ignore", "pipe"] });
    this.ended = new Promise((resolve) => this.child.once("exit", (code, signal) => resolve({ code, signal })));
    let rest = "";
    this.child.stderr.on("data", (piece) => {
      this.output += piece;
      const lines = (rest + piece).split("\n");
      rest = lines.pop();
      for (const line of lines) {
        try {
          this.log.push(JSON.parse(line));
        } catch {
          if (line.trim()) process.stderr.write(`curfew: ${line}\n`);
        }
      }
    });
    await Promise.race([
      eventually(() => this.log.some((line) => line.event === "service.started"), { seconds: 30, every: 5, what: "starting" }),
      this.ended.then(({ code, signal }) => {
        throw new Error(`curfew ended with ${code ?? signal}: ${this.output}`);
      }),
    ]);
    return this;
  }

  /** Ends it in order; throws when it did not end well. */
  async stop() {
    if (!this.child || this.child.exitCode !== null || this.child.signalCode !== null) return;
    this.child.kill("SIGTERM");
    const { code, signal } = await this.ended;
    if (code !== 0) throw new Error(`curfew ended with ${code ?? signal}: ${this.output.slice(-4000)}`);
  }

  /** Ends it as a crash would. */
  async kill() {
    this.child.kill("SIGKILL");
    await this.ended;
  }

  /** Runs a subcommand beside it; answers { code, output }. */
  run(...words) {
    return new Promise((resolve) => {
      const child = spawn(this.program, words, { stdio: ["ignore", "pipe", "pipe"] });
      const pieces = [];
      child.stdout.on("data", (piece) => pieces.push(piece));
      child.stderr.on("data", (piece) => pieces.push(piece));
      child.once("exit", (code) => resolve({ code, output: Buffer.concat(pieces).toString() }));
    });
  }
}

/** Sets Curfew up beside a sandbox without starting it. `settings` replace members of the settings, one level deep. */
export async function setUpCurfew(sandbox, { policy, settings = {}, program = process.env.CURFEW, environment = {} } = {}) {
  if (!program) throw new Error("CURFEW must name the program curfew-test");
  const folder = mkdtempSync(join(tmpdir(), "curfew-test-"));
  finally_(() => rmSync(folder, { recursive: true, force: true }));
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  mkdirSync(join(folder, "policies"));
  writeFileSync(join(folder, "policies", "policy.json"), policy ? JSON.stringify(policy) : readFileSync(POLICY));
  const usual = {
    listen: `127.0.0.1:${port}`,
    public_url: origin,
    store: "sqlite:curfew.db",
    policies: "policies",
    keys: "keys",
    entra: {
      tenant_id: TENANT,
      authority: sandbox.origin,
      graph: sandbox.origin,
      arm: sandbox.origin,
      sign_in: { client_id: CURFEW, certificate_file: sandbox.certificateFile, key_file: sandbox.keyFile },
      contexts: { c1: ["mfa", "phishing_resistant", "compliant_device"] },
    },
    notify: [{ kind: "graph_mail", from: "curfew@contoso.example" }],
    limits: { anonymous_per_minute: 100000, sign_ins_per_minute: 100000, calls_per_second: 100000, requests_per_hour: 100000, decisions_per_hour: 100000, exports_per_day: 100000 },
  };
  for (const [name, value] of Object.entries(settings)) {
    const merge = value && typeof value === "object" && !Array.isArray(value);
    usual[name] = merge ? { ...usual[name], ...value } : value;
  }
  const config = join(folder, "curfew.json");
  writeFileSync(config, JSON.stringify(usual, null, 1));
  const curfew = new Curfew({ sandbox, folder, origin, port, config, program, environment, settings: usual });
  await curfew.register();
  if (!sandbox.isHeld) finally_(() => holdCalls(sandbox)); // once, when every Curfew beside it has ended
  sandbox.isHeld = true;
  finally_(() => curfew.stop());
  return curfew;
}

/** Sets it up and starts it. */
export async function startCurfew(sandbox, options) {
  return (await setUpCurfew(sandbox, options)).start();
}
