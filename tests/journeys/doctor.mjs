// What an administrator reads at three in the morning: each thing that can be wrong is made wrong once, and doctor says so,
// says what to do, and changes nothing.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { chmodSync, copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { freePort } from "../support/curfew.mjs";
import { afterwards, context, curfew, findings, found, keepOnly, names, nothing, of, ours, rules, run, sandbox, settingsFile, withPolicy, wrongOnes } from "../support/doctor.mjs";
import { askedOfGraph, LIST } from "../support/registration.mjs";
import { CURFEW, SECRETS, WORKBENCH } from "../support/sandbox.mjs";
import { finally_, specification } from "../support/spec.mjs";

/** Every file below the folder, with what is in it and when it was changed; SQLite's index of its log is shared memory. */
function traces(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return traces(path);
    if (path.endsWith("-shm")) return [path];
    return [`${path} ${statSync(path).mtimeMs} ${createHash("sha256").update(readFileSync(path)).digest("hex")}`];
  });
}

/** With the store aside for a while, so that something else can stand in its place. */
async function withStore(change) {
  const store = join(curfew.folder, "curfew.db");
  const files = ["", "-wal", "-shm"].map((end) => store + end).filter((file) => existsSync(file));
  for (const file of files) renameSync(file, `${file}.kept`);
  try {
    change(store);
    return await findings();
  } finally {
    rmSync(store, { force: true });
    for (const file of files) renameSync(`${file}.kept`, file);
  }
}

const before = {
  async "before the first start nothing is wrong, and nothing is made"() {
    const listed = traces(curfew.folder);
    const checks = await afterwards(nothing);
    assert.deepEqual(wrongOnes(checks), []);
    found(checks, "warning", "store", null, /no store .* yet/);
    found(checks, "warning", "service", null, /No Curfew answers/);
    assert.deepEqual(traces(curfew.folder), listed);
  },

  async "usage is told apart from what is wrong"() {
    assert.equal((await run()).code, 2);
    assert.equal((await run("--config", curfew.config, "--yaml")).code, 2);
  },

  async "each mistake of the settings is said, and of the policy with its line"() {
    const file = settingsFile((settings) => Object.assign(settings, { colour: "red", listen: 7 }));
    const checks = await findings(file);
    found(checks, "WRONG", "settings", "colour", /colour/);
    found(checks, "WRONG", "settings", "listen", /listen/);
    found(await findings(join(curfew.folder, "none.json")), "WRONG", "settings", null, /none\.json/);
    const other = await findings(withPolicy((policy) => (policy.rules[0].roles = ["nobody-knows"])));
    found(other, "WRONG", "policy", undefined, /policy\.json:\d+: rules\[0\]\.roles/);
    found(other, "ok", "token", undefined, /gives a token/);
    const unused = await findings(withPolicy((policy) => policy.rules.splice(1, 1)));
    found(unused, "warning", "policy", "security-operator", /No rule/);
    const watched = withPolicy((policy) => (policy.rules[0].watch = { then: "revoke", checks: ["device"] }));
    const unnamed = JSON.parse(readFileSync(watched));
    writeFileSync(watched, JSON.stringify({ ...unnamed, entra: { ...unnamed.entra, api_token: "none" } }));
    found(await findings(watched), "warning", "policy", "watch", /cannot be watched/);
  },
};

const beside = {
  async "beside a Curfew that serves everything is fine, in words as for machines"() {
    await curfew.start();
    const ana = await curfew.browser("ana").signIn();
    const events = async () => (await (await curfew.browser("priya").signIn()).get("/api/v1/audit")).body.items.length;
    const count = await events();
    const { code, output } = await run("--config", curfew.config);
    assert.equal(code, 0, output);
    const checks = await afterwards(nothing);
    for (const { health, check, says, mend } of checks) {
      assert.ok(output.includes(`${health.padEnd(8)} ${check.padEnd(12)} ${says}\n`), says);
      if (mend) assert.ok(output.includes(` -> ${mend}\n`), mend);
    }
    const lines = output.trim().split("\n");
    assert.equal(lines.filter((line) => !line.startsWith(" ")).length, checks.length + 1);
    assert.match(lines.at(-1), /^\d+ ok, 6 warnings, 0 wrong, 0 unknown: fine\.$/);
    for (const check of ["service", "keys", "store", "history", "certificate", "issuer", "token", "graph", "clock", "permission", "context", "role", "people", "standing"])
      assert.ok(of(checks, check).every(({ health }) => health === "ok") && of(checks, check).length, check);
    assert.equal((await ana.get("/api/v1/me")).status, 200);
    assert.equal(await events(), count + 1); // the second sign-in of the auditor alone
  },

  async "it sends nothing to Graph but questions, and leaves no trace beside a store that nobody serves"() {
    await curfew.stop();
    const listed = traces(curfew.folder);
    const mark = await sandbox.mark();
    await findings();
    assert.deepEqual(traces(curfew.folder), listed);
    const asked = askedOfGraph(await sandbox.journal(mark));
    assert.ok(asked.length > 10);
    for (const { method, path, effect } of asked) assert.ok(method === "GET" && effect === null, `${method} ${path}`); // also in batches
  },
};

const keysAndStore = {
  async "keys that others may read, or that are gone"() {
    const keys = join(curfew.folder, "keys");
    chmodSync(join(keys, "audit.key"), 0o644);
    found(await findings(), "WRONG", "keys", null, /audit\.key/);
    chmodSync(join(keys, "audit.key"), 0o600);
    chmodSync(keys, 0o777);
    found(await findings(), "WRONG", "keys", null, /may be changed by others/);
    chmodSync(keys, 0o700);
    renameSync(keys, `${keys}.away`);
    found(await findings(), "WRONG", "keys", null, /There are no keys .* \d+ events/);
    mkdirSync(keys, { mode: 0o700 });
    found(await findings(), "WRONG", "keys", null, /no keys/);
    rmSync(keys, { recursive: true });
    renameSync(`${keys}.away`, keys);
    assert.deepEqual(wrongOnes(await findings()), []);
  },

  async "a store that is older than its keys, damaged, something else, or gone"() {
    const older = join(curfew.folder, "older.db");
    await curfew.run("backup", older, "--config", curfew.config);
    await curfew.start();
    await curfew.stop();
    const checks = await withStore((store) => copyFileSync(older, store));
    found(checks, "WRONG", "history", null, /safe mode.* the store has \d+ events, but \d+ were recorded/);
    found(await withStore((store) => writeFileSync(store, Buffer.alloc(40960, 0xa5))), "WRONG", "store", null, /not a database/);
    found(await withStore((store) => writeFileSync(store, "")), "WRONG", "store", null, /no store of Curfew/);
    found(await withStore(() => {}), "WRONG", "store", null, /not there, but \d+ events/);
    found(await findings(), "ok", "history", null, /none missing/);
  },
};

const entra = {
  async "a certificate that ends is said earlier and earlier, and when it has ended"() {
    const days = 24 * 3600;
    const key = "entra.sign_in.certificate_file";
    const end = Date.parse(of(await afterwards(nothing), "certificate", key)[0].says.match(/\S+Z/)[0]) / 1000;
    const left = (count) => Math.round(end - Date.now() / 1000 - count * days);
    found(await afterwards(() => sandbox.clock.set(left(31))), "ok", "certificate", key, /is good until/);
    for (const [count, mend] of [[29, /Plan/], [13, /this week/], [6, /today/]]) {
      const checks = await afterwards(() => sandbox.clock.set(left(count)));
      found(checks, "warning", "certificate", key, /ends on .* in \d+ days/);
      assert.match(of(checks, "certificate", key)[0].mend, mend);
    }
    found(await afterwards(() => sandbox.clock.set(left(-1))), "WRONG", "certificate", key, /ended on/);
  },

  async "an issuer that is another, and one that is silent"() {
    for (const [path, version] of [["*/v2.0/.well-known/*", "v2.0"], [`/${sandbox.tenant}/.well-known/*`, "v1.0"]]) {
      const changed = () => sandbox.fault({ path }, { kind: "alter", set: { issuer: "https://login.evil.example/" } }, { times: 9 });
      found(await afterwards(changed), "WRONG", "issuer", version, /another issuer/);
      const silent = () => sandbox.fault({ path }, { kind: "error", status: 503, code: "unavailable" }, { times: 9 });
      found(await afterwards(silent), "unknown", "issuer", version, /503/);
    }
  },

  async "a credential that Entra does not take, and one that is none"() {
    const secret = join(curfew.folder, "secret");
    writeFileSync(secret, "canary-of-a-secret", { mode: 0o600 });
    const file = settingsFile(({ entra }) => (entra.sign_in = { client_id: CURFEW, secret_file: "secret" }));
    const checks = await afterwards(nothing, file);
    found(checks, "WRONG", "token", "entra.sign_in", /invalid_client, AADSTS7000215/);
    found(checks, "warning", "certificate", "entra.sign_in.secret_file", /secret/);
    found(checks, "unknown", "permission", null, /there is none/);
    found(checks, "unknown", "role", "copilot-owner", /no token for Graph/);
    assert.ok(!JSON.stringify(checks).includes("canary"));
    const busy = await afterwards(() => sandbox.fault({ path: "*/oauth2/v2.0/token" }, { kind: "error", status: 503, code: "x" }, { times: 9 }));
    found(busy, "unknown", "token", "entra.sign_in", /503/);
    writeFileSync(join(curfew.folder, "key.pem"), "none", { mode: 0o600 });
    const none = settingsFile(({ entra }) => (entra.sign_in.key_file = "key.pem"));
    found(await afterwards(nothing, none), "WRONG", "credential", null, /key\.pem/);
  },

  async "a clock that is off"() {
    const off = (seconds) => () => sandbox.fault({ path: "/v1.0/*" }, { kind: "date", seconds }, { times: 99 });
    found(await afterwards(off(300)), "WRONG", "clock", null, /(299|300) seconds behind/);
    found(await afterwards(off(-300)), "WRONG", "clock", null, /30[01] seconds ahead of/);
    found(await afterwards(off(30)), "warning", "clock", null, /(29|30) seconds behind/);
  },
};

const permissions = {
  async "each permission of the list that is missing, and what fails without it"() {
    const checks = await afterwards(() => sandbox.control("PATCH", `/apps/${CURFEW}`, { permissions: [] }));
    const wanted = ours.filter(({ granted }) => !granted).map(({ name }) => name);
    assert.deepEqual(of(checks, "permission").map(({ about }) => about).sort(), wanted.sort());
    for (const { name, calls } of ours.filter(({ granted }) => !granted)) {
      const [{ says }] = of(checks, "permission", name);
      assert.ok(says.includes("missing: without it ") && says.endsWith(` (${calls.join(", ")}).`), says);
    }
    found(checks, "unknown", "graph", null, /nothing .* may be asked/);
    found(checks, "unknown", "context", null, /Policy\.Read\.All is missing/);
    found(checks, "unknown", "role", "copilot-owner", /its group, PIM's rules, who holds it/);
    found(checks, "unknown", "people", "soc leads", /GroupMember\.Read\.All is missing/);
    found(checks, "ok", "mail", "curfew@contoso.example", /only Exchange knows/);
  },

  async "what rules demand and the settings do not give is said, and the permissions that it takes"() {
    const file = withPolicy(({ rules }) => Object.assign(rules[0].require, { eligible: true, sign_in_risk: { at_most: "low" }, ticket: { look_up: true } }));
    const settings = JSON.parse(readFileSync(file, "utf8"));
    settings.entra.api_token = "none";
    writeFileSync(file, JSON.stringify(settings));
    const checks = await findings(file);
    found(checks, "WRONG", "policy", "ticket", /no ticket system is named/);
    found(checks, "warning", "policy", "sign_in_log", /a quarter of an hour behind/);
    found(checks, "WRONG", "permission", "PrivilegedEligibilitySchedule.Read.AzureADGroup", /eligible for a group, as a rule demands/);
    const methods = withPolicy(({ rules }) => (rules[0].require.mfa.methods = ["rsa"]));
    writeFileSync(methods, JSON.stringify({ ...JSON.parse(readFileSync(methods, "utf8")), entra: settings.entra }));
    found(await findings(methods), "WRONG", "policy", "mfa", /only tokens of version 1 tell/);
  },

  async "tier 0 is said loudly: a warning where the mode needs it, wrong where nothing does"() {
    const more = ["RoleManagement.ReadWrite.Directory", "AccessReview.Read.All"];
    const checks = await afterwards(() => sandbox.control("PATCH", `/apps/${CURFEW}`, { permissions: [...names, ...more] }));
    for (const { name } of ours.filter(({ tier }) => tier === 0)) found(checks, "warning", "tier-0", name, /^TIER 0: .* needs it/);
    found(checks, "WRONG", "tier-0", more[0], /^TIER 0: .* nothing here needs it/);
    found(checks, "warning", "permission", more[1], /nothing here needs it/);
    const groups = withPolicy((policy) => keepOnly(policy, "copilot-owner"));
    const fewer = await afterwards(nothing, groups);
    found(fewer, "WRONG", "tier-0", "RoleAssignmentSchedule.ReadWrite.Directory", /nothing here needs it/);
    assert.deepEqual(of(fewer, "permission", "RoleManagement.Read.Directory"), []); // doctor's own
  },

  async "where people start with their own token, the list of that mode is all that is needed, and nothing of tier 0"() {
    const file = settingsFile((settings) => (settings.activation = "delegated"));
    const own = LIST.permissions.filter(({ mode = "delegated" }) => mode === "delegated").map(({ name }) => name);
    const checks = await afterwards(() => sandbox.control("PATCH", `/apps/${CURFEW}`, { permissions: own }), file);
    assert.deepEqual(of(checks, "permission").map(({ health }) => health), ["ok"]);
    assert.deepEqual(of(checks, "tier-0"), []);
    const more = await afterwards(() => sandbox.control("PATCH", `/apps/${CURFEW}`, { permissions: [...new Set([...own, ...names])] }), file);
    assert.deepEqual(of(more, "tier-0").map(({ health }) => health), ["WRONG", "WRONG"]);
  },

  async "two registrations: the one that people sign in to needs nothing"() {
    writeFileSync(join(curfew.folder, "workbench"), SECRETS[WORKBENCH], { mode: 0o600 });
    const file = settingsFile(({ entra }) => (entra.directory = { client_id: WORKBENCH, secret_file: "workbench" }));
    const checks = await afterwards(nothing, file);
    found(checks, "ok", "token", "entra.directory", /gives a token/);
    found(checks, "ok", "token", "entra.sign_in", /gives a token/);
    found(checks, "WRONG", "tier-0", "RoleAssignmentSchedule.ReadWrite.Directory", /entra\.sign_in holds/);
    found(checks, "warning", "permission", "User.Read.All", /entra\.sign_in holds/);
    assert.ok(!JSON.stringify(checks).includes(SECRETS[WORKBENCH]));
  },
};

const silence = {
  async "a Graph that nobody serves: each check says what could not be read"() {
    const port = await freePort();
    const file = settingsFile(({ entra }) => (entra.graph = `http://127.0.0.1:${port}`));
    const checks = await afterwards(nothing, file);
    assert.deepEqual(wrongOnes(checks), []);
    found(checks, "unknown", "graph", null, /Graph does not answer: .*connect/);
    for (const check of ["clock", "context", "role", "people", "standing"]) {
      const them = of(checks, check);
      assert.ok(them.length && them.every(({ health }) => health === "unknown"), check);
      for (const { says } of them) assert.match(says, /Graph (does not answer|says no time)/);
    }
  },

  async "a Graph that takes the question and never answers does not hold it up"() {
    const sockets = new Set();
    const server = createServer((socket) => sockets.add(socket.on("error", () => {})));
    await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
    finally_(() => sockets.forEach((socket) => socket.destroy()) ?? server.close());
    const file = settingsFile(({ entra }) => (entra.graph = `http://127.0.0.1:${server.address().port}`));
    const started = Date.now();
    const checks = await afterwards(nothing, file);
    assert.ok(Date.now() - started < 45000, `${Date.now() - started} ms`);
    found(checks, "unknown", "graph", null, /does not answer/);
    found(checks, "unknown", "role", "copilot-owner", /cannot be read/);
  },

  async "a Graph that asks to be left alone for a moment is asked again"() {
    const busy = () => sandbox.fault({ path: "/v1.0/policies/*" }, { kind: "error", status: 429, code: "TooManyRequests", headers: { "Retry-After": "1" } });
    assert.deepEqual((await afterwards(busy)).filter(({ health }) => health === "unknown"), []);
  },
};

await specification("journeys/doctor", { ...before, ...beside, ...keysAndStore, ...entra, ...permissions, ...silence }, { seconds: 60 });
