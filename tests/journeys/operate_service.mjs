// Curfew as a service: it ends in order when it is told to, with calls and writes in hand; it starts although Microsoft is dead, and
// says what is missing; what it writes down for operators holds no secret.
import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { eventually, freePort, startCurfew } from "../support/curfew.mjs";
import { AT_ONCE, GROUPS, PERSONS, startSandbox } from "../support/sandbox.mjs";
import { specification } from "../support/spec.mjs";

const REQUESTS = "/v1.0/identityGovernance/privilegedAccess/group/assignmentScheduleRequests";
const sandbox = await startSandbox({ switches: AT_ONCE });
const curfew = await startCurfew(sandbox);
const ana = await curfew.browser("ana").signIn();
const ben = await curfew.browser("ben").signIn();
const lena = await curfew.browser("lena").signIn();
const priya = await curfew.browser("priya").signIn();
const secrets = new Map(); // what must never be written down, with what it is
let logged = "";

const live = async (person) => (await sandbox.assignments()).live.filter(({ principal, target }) => principal.id === PERSONS[person] && target.id === GROUPS.contributors);

/** Ends it and remembers what it logged; how long that took. */
async function end(signal = "SIGTERM") {
  const began = Date.now();
  curfew.child.kill(signal);
  const how = await curfew.ended;
  logged += curfew.output;
  assert.deepEqual(how, { code: 0, signal: null }, curfew.output.slice(-2000));
  assert.equal(curfew.log[curfew.log.length - 1].event, "service.stopped");
  return Date.now() - began;
}

function remember() {
  for (const person of [ana, ben, lena, priya]) {
    for (const [name, value] of person.jar) secrets.set(value, `${person.person}'s cookie ${name}`);
    if (person.csrf) secrets.set(person.csrf, `${person.person}'s anti-forgery token`);
  }
}

/** Every file of a folder, as one text. */
const bytesOf = (folder) =>
  readdirSync(folder, { withFileTypes: true })
    .filter((one) => one.isFile())
    .map((one) => readFileSync(join(folder, one.name), "latin1"))
    .join("\n");

await specification("journeys/operate_service", {
  async "told to end with calls in hand, it answers or never began them: what was answered is on disk"() {
    const calls = [];
    for (let i = 0; i < 24; i++) {
      const asks = { roles: ["copilot-owner", "security-operator"].slice(0, 1 + (i % 2)), duration: "PT1H", justification: `Call ${i} in hand` };
      calls.push(ana.post("/api/v1/requests?dry_run=true", asks).catch((error) => error));
      calls.push(ben.post("/api/v1/requests", { roles: ["security-reader"], duration: "PT1H", justification: `Call ${i} in hand` }).catch((error) => error));
    }
    await new Promise((resolve) => setTimeout(resolve, 30));
    const took = await end();
    assert.ok(took < 16000, `${took} ms`);
    const answers = await Promise.all(calls);
    for (const answer of answers) {
      assert.ok(answer instanceof Error || [200, 201, 202, 409, 429, 503].includes(answer.status), `${answer.status} ${answer.text}`);
    }
    await curfew.start();
    for (const { status, body } of answers) if (status === 201) assert.equal((await ben.request(body.id)).id, body.id);
    const { items } = (await ben.get("/api/v1/requests?mine")).body;
    assert.ok(items.length <= 1, "one request for one target");
    for (const { id } of items) {
      const grant = await ben.untilGrant(id, "active");
      await sandbox.clock.advance("PT6M");
      for (const person of [ana, ben, lena, priya]) await person.signIn();
      await ben.post(`/api/v1/grants/${grant.id}/release`);
      await ben.untilGrant(id, "ended");
    }
  },

  async "told to end with a write on its way, it waits for the answer and writes it down"() {
    await sandbox.fault({ method: "POST", path: REQUESTS }, { kind: "hold", when: "after" });
    const { id } = await ana.ask({ roles: ["copilot-contributor"] });
    await sandbox.waitHeld();
    const ending = end();
    await new Promise((resolve) => setTimeout(resolve, 1000));
    await sandbox.release();
    await ending;
    await curfew.start();
    const grant = await ana.untilGrant(id, "active");
    assert.equal((await live("ana")).length, 1);
    const { items } = (await priya.get(`/api/v1/audit?request=${id}`)).body;
    assert.ok(items.some(({ code }) => code === "intent.answered"), items.map(({ code }) => code).join(" "));
    assert.ok(!items.some(({ code }) => code === "intent.unknown"));
    await sandbox.clock.advance("PT6M");
    for (const person of [ana, ben, lena, priya]) await person.signIn();
    await ana.post(`/api/v1/grants/${grant.id}/release`);
    await ana.untilGrant(id, "ended");
  },

  async "told to end with a write that nobody answers, it ends in time, and the next start finds out by reading"() {
    await sandbox.fault({ method: "POST", path: REQUESTS }, { kind: "hold", when: "after" });
    const mark = await sandbox.mark();
    const { id } = await ana.ask({ roles: ["copilot-contributor"] });
    await sandbox.waitHeld();
    const took = await end("SIGINT");
    assert.ok(took < 16000, `${took} ms`);
    await sandbox.release({ drop: true });
    await curfew.start();
    const grant = await ana.untilGrant(id, "active");
    assert.equal((await live("ana")).length, 1);
    assert.equal((await sandbox.journal(mark)).filter(({ effect }) => effect?.assign).length, 1);
    await sandbox.clock.advance("PT6M");
    for (const person of [ana, ben, lena, priya]) await person.signIn();
    await ana.post(`/api/v1/grants/${grant.id}/release`);
    await ana.untilGrant(id, "ended");
  },

  async "told to end while somebody signs in and others hold connections open, it ends in time"() {
    await sandbox.fault({ path: "/" + sandbox.tenant + "/oauth2/v2.0/token" }, { kind: "hold" });
    const marc = curfew.browser("marc");
    const signingIn = marc.signIn().catch((error) => error);
    await sandbox.waitHeld();
    const idle = connect(curfew.port, "127.0.0.1");
    idle.on("error", () => {});
    idle.write("GET /healthz HTTP/1.1\r\nHost: x\r\n");
    const took = await end();
    assert.ok(took < 20000, `${took} ms`);
    await sandbox.release({ drop: true });
    await signingIn;
    assert.ok(!marc.jar.has("__Host-curfew"), "who was not signed in before the end is not signed in by it");
    idle.destroy();
    await curfew.start();
    assert.equal((await ana.get("/api/v1/me")).status, 200, "sessions outlive a restart");
  },

  async "with Graph and Entra dead it starts, serves who is signed in, and says what is missing"() {
    await end();
    await sandbox.fault({ path: "/v1.0/" }, { kind: "refuse" }, { times: 100000 });
    await sandbox.fault({ path: "/" + sandbox.tenant + "/" }, { kind: "refuse" }, { times: 100000 });
    await curfew.start();
    assert.equal((await fetch(`${curfew.origin}/readyz`)).status, 200);
    assert.equal((await ana.get("/api/v1/me")).status, 200);
    assert.ok((await ana.get("/api/v1/requests?mine")).body.items.length);
    const marc = curfew.browser("marc");
    const out = await marc.get("/auth/sign-in");
    assert.deepEqual([out.status, out.location], [302, "/?problem=unavailable"]);
    assert.ok(curfew.log.some(({ event, code, why }) => event === "sign_in.failed" && code === "unavailable" && why));
    const asked = await ana.post("/api/v1/requests", { roles: ["copilot-contributor"], duration: "PT1H", justification: "Microsoft is down" });
    assert.equal(asked.status, 201);
    const request = await eventually(async () => {
      const one = await ana.request(asked.body.id);
      return one.evidence.length && one;
    });
    assert.equal(request.state, "checking");
    const missing = request.evidence.filter(({ verdict }) => verdict === "unknown");
    assert.ok(missing.length && missing.every(({ says, mend }) => says && mend), JSON.stringify(missing));
    await ana.post(`/api/v1/requests/${request.id}/cancel`);
    await end();
    await sandbox.clearFaults();
  },

  async "an address where nobody listens keeps it from nothing either"() {
    const config = join(curfew.folder, "dead.json");
    const dead = `http://127.0.0.1:${await freePort()}`;
    const { config: usual } = curfew;
    writeFileSync(config, JSON.stringify({ ...curfew.settings, entra: { ...curfew.settings.entra, authority: dead, graph: dead } }));
    curfew.config = config;
    await curfew.start();
    assert.equal((await fetch(`${curfew.origin}/readyz`)).status, 200);
    assert.equal((await curfew.browser("marc").get("/auth/sign-in")).location, "/?problem=unavailable");
    await end();
    curfew.config = usual;
    await curfew.start();
  },

  async "nothing of it is left behind by a crash or can be read by others"() {
    const limits = readFileSync(`/proc/${curfew.child.pid}/limits`, "utf8");
    assert.match(limits, /^Max core file size +0 +0 /m);
    assert.match(readFileSync(`/proc/${curfew.child.pid}/status`, "utf8"), /^NoNewPrivs:\t1$/m);
  },

  async "the log is one JSON object a line with moment, level and event, and neither it nor the store holds a secret"() {
    for (const person of [ana, ben, lena, priya]) await person.signIn();
    remember();
    const request = await ana.post("/api/v1/requests", { roles: ["copilot-owner"], duration: "PT1H", justification: "Incident 42: canaries" });
    secrets.set(request.body.go.match(/purpose=([\w-]+)/)[1], "a purpose");
    const out = await ana.get(request.body.go);
    const login = ana.jar.get("__Host-curfew-login");
    const back = await sandbox.signIn(out.location, { person: "ana" });
    for (const name of ["code", "state"]) secrets.set(new URL(back.location).searchParams.get(name), name);
    secrets.set(login, "the cookie of a sign-in under way");
    const landed = await ana.get(back.location);
    await ana.get("/api/v1/me").then(({ body }) => (ana.csrf = body.csrf));
    remember();
    const id = landed.location.split("/")[2];
    await ana.until(id, "pending");
    const mail = await eventually(async () => (await sandbox.mail("lena.vogt@contoso.example")).find(({ subject }) => subject.startsWith("Decide")));
    secrets.set(mail.content.match(/\/l\/([\w-]{22})/)[1], "a link's locator");
    // What is wrong is logged; what came with it is not.
    await ana.get("/auth/callback?code=canary-of-a-code&state=canary-of-a-state");
    await ana.get("/api/v1/me", { headers: { authorization: "Bearer canary-of-a-bearer" } });
    await lena.post(`/api/v1/requests/${id}/decision`, { decision: "approve", reason: "Fine" }, { headers: { "x-csrf-token": "canary-of-a-csrf" } });
    await ana.get("/l/canary-of-a-locator000");
    for (const one of ["code", "state", "bearer", "csrf", "locator000"]) secrets.set(`canary-of-a-${one}`, one);
    await lena.decide(id);
    await ana.untilGrant(id, "active");
    await end();
    const pem = readFileSync(curfew.settings.entra.sign_in.key_file, "utf8").split("\n");
    for (const line of pem.slice(1, -2)) secrets.set(line, "the client's key");
    for (const name of ["audit.key", "sealing.key"]) {
      const key = readFileSync(join(curfew.folder, "keys", name));
      for (const form of ["latin1", "hex", "base64", "base64url"]) secrets.set(key.toString(form).replace(/=+$/, ""), `${name} as ${form}`);
    }
    assert.ok(secrets.size > 40, `${secrets.size}`);
    const lines = logged.trim().split("\n").map((line) => JSON.parse(line));
    for (const line of lines) {
      assert.match(line.at, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
      assert.ok(["info", "warning", "error"].includes(line.level) && /^[a-z_.]+$/.test(line.event), JSON.stringify(line));
      assert.equal(line.log_error, undefined, JSON.stringify(line));
    }
    const store = bytesOf(curfew.folder).replaceAll(readFileSync(curfew.config, "latin1"), "");
    for (const [secret, what] of secrets) {
      assert.ok(!logged.includes(secret), `the log holds ${what}`);
      assert.ok(!store.includes(secret), `the folder of the store holds ${what}`);
    }
    assert.doesNotMatch(logged + store, /eyJ[\w-]{10,}\.eyJ/, "no token");
    assert.doesNotMatch(logged, /canaries/, "what people type is no matter of the log");
    await curfew.start();
  },
}, { seconds: 120 });
