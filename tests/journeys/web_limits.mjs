// What a flood cannot do: time, connections and calls have limits, for everybody by the address that they really have.
import assert from "node:assert/strict";
import { connect } from "node:net";
import { connect as tls } from "node:tls";
import { freePort, setUpCurfew, startCurfew } from "../support/curfew.mjs";
import { AT_ONCE, startSandbox } from "../support/sandbox.mjs";
import { finally_, specification } from "../support/spec.mjs";
import { asText, wire } from "../support/wire.mjs";

const HOST = "Host: curfew.example";
const PROXY = "127.0.0.9";
const sandbox = await startSandbox({ switches: AT_ONCE });
const limits = { request_deadline: "PT2S", connections: 64, anonymous_per_minute: 6, sign_ins_per_minute: 2 };
const curfew = await startCurfew(sandbox, { settings: { limits, metrics_from: ["127.0.0.3"], proxies: [] } });
const behind = await (await setUpCurfew(sandbox, { settings: { limits: { anonymous_per_minute: 3 }, metrics_from: ["127.0.0.3", PROXY], proxies: [PROXY] } })).start();

const health = asText("GET /healthz HTTP/1.1", [HOST]);
const ask = (path, ...headers) => asText(`GET ${path} HTTP/1.1`, [HOST, ...headers]);

/** One call from an address; its answer. */
async function from(address, path, { to = curfew, headers = [] } = {}) {
  const { answers, closed } = await wire(to.port, ask(path, "Connection: close", ...headers), { from: address, quiet: 3000 });
  return { ...answers[0], closed };
}

/** Connections that send this and then nothing more. */
async function flood(count, bytes = "", address = "127.0.0.1") {
  const sockets = Array.from({ length: count }, () => {
    const socket = connect({ port: curfew.port, host: "127.0.0.1", localAddress: address });
    socket.on("error", () => {});
    socket.resume();
    socket.write(bytes);
    return socket;
  });
  await new Promise((resolve) => setTimeout(resolve, 200));
  return () => sockets.forEach((socket) => socket.destroy());
}

await specification("journeys/web_limits", {
  async "a head that drips in is cut when its time is over, also while others are idle"() {
    const idle = connect(curfew.port, "127.0.0.1").on("error", () => {});
    finally_(() => idle.destroy());
    idle.resume();
    idle.write(health);
    await new Promise((resolve) => setTimeout(resolve, 300));
    const pieces = ["GET /healthz HTTP/1.1\r\n", ...Array.from({ length: 60 }, (_, i) => `X-${i}: y\r\n`)];
    const { answers, closed, after } = await wire(curfew.port, pieces, { every: 250, quiet: 20000 });
    assert.deepEqual([answers.length, closed], [0, true]);
    assert.ok(after >= 2000 && after < 6000, `after ${after} ms`);
  },

  async "a body that drips in is cut when its time is over"() {
    const pieces = [asText("POST /api/v1/requests HTTP/1.1", [HOST, "Content-Length: 60"]), ...Array(60).fill("x")];
    const { answers, closed, after } = await wire(curfew.port, pieces, { every: 250, quiet: 20000 });
    assert.deepEqual([answers.length, closed], [0, true]);
    assert.ok(after >= 2000 && after < 5000, `after ${after} ms`);
  },

  async "a request line that drips in is cut"() {
    const { closed, after } = await wire(curfew.port, [..."GET /healthz?aaaaaaaaaaaaaaaaaaaaaaaaaa"], { every: 250, quiet: 20000 });
    assert.ok(closed && after < 6000, `after ${after} ms`);
  },

  async "floods of idle and dripping connections from one address leave room for others at once, and for itself soon"() {
    for (const bytes of ["", "GET /healthz HTTP/1.1\r\nX", "POST /api/v1/requests HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nx"]) {
      const end = await flood(200, bytes);
      const began = Date.now();
      const other = await from("127.0.0.2", "/healthz");
      assert.equal(other.status, 200);
      assert.ok(Date.now() - began < 2000, `after ${Date.now() - began} ms`);
      let same = {};
      while (same.status !== 200 && Date.now() - began < 10000) same = await from("127.0.0.1", "/healthz");
      assert.equal(same.status, 200);
      assert.ok(Date.now() - began < 5000, `after ${Date.now() - began} ms`);
      end();
    }
  },

  async "anonymous calls: 429 with Retry-After for the address that called too often, and nobody else"() {
    const statuses = [];
    for (let i = 0; i < 8; i++) statuses.push((await from("127.0.0.20", "/api/v1/me")).status);
    assert.deepEqual(statuses, [401, 401, 401, 401, 401, 401, 429, 429]);
    const late = await from("127.0.0.20", "/api/v1/me");
    assert.equal(JSON.parse(late.body).code, "too_many");
    assert.ok(Number(late.of("retry-after")) > 0 && Number(late.of("retry-after")) <= 60);
    assert.equal((await from("127.0.0.21", "/api/v1/me")).status, 401);
    assert.equal((await from("127.0.0.20", "/")).status, 200);
  },

  async "sign-ins: as many a minute as the setting says, there and back"() {
    const statuses = [];
    for (let i = 0; i < 5; i++) statuses.push((await from("127.0.0.22", i % 2 ? "/auth/callback" : "/auth/sign-in")).status);
    assert.deepEqual(statuses, [302, 302, 302, 302, 429]);
  },

  async "what somebody who is no proxy says of their address counts nowhere"() {
    const forged = ["X-Forwarded-For: 127.0.0.3", "X-Real-IP: 127.0.0.3", "Forwarded: for=127.0.0.3", "X-Forwarded-Proto: https"];
    assert.equal((await from("127.0.0.20", "/api/v1/me", { headers: forged })).status, 429);
    const metrics = await from("127.0.0.2", "/metrics", { headers: forged });
    assert.deepEqual([metrics.status, metrics.of("strict-transport-security")], [404, undefined]);
    assert.equal((await from("127.0.0.3", "/metrics")).status, 200);
  },

  async "behind a proxy each browser has its own address, and HTTPS where the proxy says so"() {
    const as = (address, path, ...more) => from(PROXY, path, { to: behind, headers: [`X-Forwarded-For: ${address}`, ...more] });
    const statuses = [];
    for (let i = 0; i < 5; i++) statuses.push((await as("198.51.100.1", "/api/v1/me")).status);
    assert.deepEqual(statuses, [401, 401, 401, 429, 429]);
    assert.equal((await as("198.51.100.2", "/api/v1/me")).status, 401);
    assert.equal((await as("203.0.113.1, 198.51.100.1", "/api/v1/me")).status, 429);
    assert.equal((await as("127.0.0.3", "/metrics", "X-Forwarded-For: 198.51.100.3")).status, 404);
    assert.equal((await as("rubbish", "/metrics")).status, 404);
    assert.equal((await as("127.0.0.3", "/metrics")).status, 200);
    const secure = await as("198.51.100.4", "/", "X-Forwarded-Proto: https");
    assert.equal(secure.of("strict-transport-security"), "max-age=63072000; includeSubDomains");
    assert.equal((await as("198.51.100.4", "/", "X-Forwarded-Proto: http")).of("strict-transport-security"), undefined);
  },

  async "behind a proxy every answer ends its connection, and what stands behind the first request is not heard"() {
    for (const bytes of [health, ask("/nowhere"), ask("/"), asText("POST /healthz HTTP/1.1", [HOST, "Content-Length: 0"]), "GET /healthz HTTP/1.1\nHost: x\n\n"]) {
      const { answers, closed } = await wire(behind.port, bytes + health, { from: PROXY });
      assert.equal(answers.length, 1);
      assert.equal(answers[0].of("connection"), "close");
      assert.ok(closed);
    }
    const direct = await wire(behind.port, health + health);
    assert.equal(direct.answers.length, 2);
  },

  async "an end that is asked for while Entra keeps somebody waiting: they are told, and the process ends in order"() {
    const ending = await startCurfew(sandbox, { settings: { limits: { request_deadline: "PT60S" } } });
    const ana = ending.browser("ana");
    const out = await ana.get("/auth/sign-in");
    const back = await sandbox.signIn(out.location, { person: "ana" });
    await sandbox.fault({ path: "/**/token" }, { kind: "hold" });
    const waiting = ana.get(back.location);
    await sandbox.waitHeld();
    await ending.stop();
    await sandbox.clearFaults();
    const { status, location } = await waiting;
    assert.ok(status === 503 || location === "/?problem=unavailable", `${status} ${location}`);
  },

  async "whoever waits for Entra longer than a request may take is told how it ended, and not cut off"() {
    await curfew.register();
    const out = await from("127.0.0.4", "/auth/sign-in");
    const back = await sandbox.signIn(out.of("location"), { person: "ana" });
    const cookie = out.headers.filter(([name]) => name === "set-cookie").map(([, value]) => value.split(";")[0]).join("; ");
    await sandbox.fault({ path: "/**/token" }, { kind: "stall", seconds: 5 }, { times: 1 });
    const began = Date.now();
    const { pathname, search } = new URL(back.location);
    const { answers } = await wire(curfew.port, ask(pathname + search, `Cookie: ${cookie}`, "Connection: close"), { from: "127.0.0.4", quiet: 15000 });
    assert.ok(Date.now() - began > 4000, "it was waited for");
    assert.deepEqual(answers.map((answer) => [answer.status, answer.of("location")]), [[302, "/"]]);
  },

  async "HTTPS without a proxy: TLS 1.2 with good ciphers or 1.3, and the browser is told to stay with it"() {
    const port = await freePort();
    const { certificateFile, keyFile } = sandbox;
    await (await setUpCurfew(sandbox, {
      settings: { listen: `127.0.0.1:${port}`, public_url: `https://127.0.0.1:${port}`, tls_certificate_file: certificateFile, tls_key_file: keyFile },
    })).start();
    const speak = (options) =>
      new Promise((resolve) => {
        const socket = tls(port, "127.0.0.1", { rejectUnauthorized: false, ...options }, () => socket.write(health));
        socket.on("error", (error) => resolve(error.code));
        socket.on("data", (piece) => {
          socket.destroy();
          resolve(String(piece));
        });
      });
    for (const version of ["TLSv1.2", "TLSv1.3"]) {
      const answer = await speak({ minVersion: version, maxVersion: version });
      assert.match(answer, /^HTTP\/1\.1 200 /);
      assert.match(answer, /\r\nStrict-Transport-Security: max-age=63072000; includeSubDomains\r\n/);
    }
    const weak = { minVersion: "TLSv1.2", maxVersion: "TLSv1.2" };
    for (const ciphers of ["AES128-GCM-SHA256", "ECDHE-RSA-AES128-SHA256", "ECDHE-RSA-AES256-SHA"]) assert.match(await speak({ ...weak, ciphers }), /^(ERR_SSL|ECONNRESET)/, ciphers);
    assert.match(await speak({ minVersion: "TLSv1", maxVersion: "TLSv1.1", ciphers: "DEFAULT@SECLEVEL=0" }), /^(ERR_SSL|ECONNRESET|EPROTO)/);
  },

  async "no names of people or roles for machines that watch"() {
    await behind.register(); // another one took its place meanwhile
    const browser = behind.browser("ana");
    await browser.signIn();
    await browser.until((await browser.ask()).id, "pending");
    for (const path of ["/healthz", "/readyz", "/metrics"]) {
      const { status, body } = await from("127.0.0.3", path, { to: behind });
      assert.equal(status, 200);
      assert.doesNotMatch(body, /ana|torres|lena|contoso|copilot|security-|9e45/i);
    }
  },
}, { seconds: 120 });
