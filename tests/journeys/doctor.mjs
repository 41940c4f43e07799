// What an administrator reads at three in the morning: each thing that can be wrong is made wrong once, and doctor says so,
// says what to do, and changes nothing.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { addAzure, AZURE, give } from "../support/azure.mjs";
import { freePort, POLICY, setUpCurfew } from "../support/curfew.mjs";
import { approvalBy } from "../support/pim.mjs";
import { askedOfGraph, LIST, inMode } from "../support/registration.mjs";
import { AT_ONCE, CURFEW, GROUPS, PERSONS, ROLES, SECRETS, startSandbox, WORKBENCH } from "../support/sandbox.mjs";
import { finally_, specification } from "../support/spec.mjs";

const sandbox = await startSandbox({ switches: AT_ONCE });
const curfew = await setUpCurfew(sandbox);
const whole = JSON.parse(readFileSync(POLICY));
const ours = LIST.permissions.filter(inMode);
const names = ours.map(({ name }) => name);
const OWNERS = { group: GROUPS.owners, access: "member" };

/** Runs it, and answers { code, output }. */
function run(...words) {
  return new Promise((resolve) => {
    const env = { ...process.env, CURFEW_TEST_CLOCK: sandbox.clockFile };
    const child = spawn(curfew.program, ["doctor", ...words], { env, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (piece) => (output += piece));
    child.once("close", (code) => resolve({ code, output }));
  });
}

const settingsFile = (change) => {
  const settings = structuredClone(curfew.settings);
  change(settings);
  const file = join(curfew.folder, "changed.json");
  writeFileSync(file, JSON.stringify(settings));
  return file;
};

/** Settings with another policy: the whole one, changed. */
function withPolicy(change) {
  const folder = join(curfew.folder, "changed");
  const policy = structuredClone(whole);
  change(policy);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "policy.json"), JSON.stringify(policy));
  return settingsFile((settings) => (settings.policies = "changed"));
}

const keepOnly = (policy, ...roles) => {
  policy.roles = Object.fromEntries(roles.map((role) => [role, { ...policy.roles[role], lesser: [] }]));
  policy.rules = policy.rules
    .map((rule) => ({ ...rule, roles: rule.roles.filter((role) => roles.includes(role)) }))
    .filter((rule) => rule.roles.length);
};

/** What it finds, for machines; the exit code is that of what it found. */
async function findings(config = curfew.config) {
  const { code, output } = await run("--config", config, "--json");
  const { checks, counts, code: said } = JSON.parse(output);
  assert.equal(said, code);
  const expected = counts.WRONG ? 1 : counts.unknown ? 3 : 0;
  assert.equal(code, expected);
  for (const { health, mend, says } of checks) assert.equal(mend === null, health === "ok", says);
  return checks;
}

const of = (checks, check, about) => checks.filter((one) => one.check === check && (about === undefined || one.about === about));

/** The one finding about something, which must be so, and say so. */
function found(checks, health, check, about, says) {
  const them = of(checks, check, about);
  assert.ok(them.some((one) => one.health === health && says.test(one.says)), `${health} ${check} ${about} ${says}: ${JSON.stringify(them, null, 1)}`);
}

const wrongOnes = (checks) => checks.filter(({ health }) => health === "WRONG").map(({ check }) => check);

/** The tenant as it was, and then with something wrong: what doctor finds. */
async function afterwards(change, config) {
  await sandbox.afresh();
  await curfew.register();
  await sandbox.control("PATCH", `/apps/${CURFEW}`, { permissions: names });
  await sandbox.clearFaults();
  await change();
  return findings(config);
}

/** Every file below the folder, with what is in it and when it was changed; SQLite's index of its log is shared memory. */
function traces(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return traces(path);
    if (path.endsWith("-shm")) return [path];
    return [`${path} ${statSync(path).mtimeMs} ${createHash("sha256").update(readFileSync(path)).digest("hex")}`];
  });
}

const nothing = async () => {};
const rules = (target, changed) => sandbox.control("PATCH", "/pim", { ...target, rules: changed });
const context = (changes) => sandbox.control("PATCH", "/ca/c1", changes);

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
    assert.match(lines.at(-1), /^\d+ ok, 4 warnings, 0 wrong, 0 unknown: fine\.$/);
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

  async "tier 0 is said loudly: a warning where the mode needs it, wrong where nothing does"() {
    const more = ["RoleManagement.ReadWrite.Directory", "AuditLog.Read.All"];
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

const contexts = {
  async "a context without a policy that is on and demands enough"() {
    found(await afterwards(() => context({ state: "disabled" })), "WRONG", "context", "c1", /is off/);
    found(await afterwards(() => context({ state: "enabledForReportingButNotEnforced" })), "WRONG", "context", "c1", /only reports/);
    found(await afterwards(() => context({ context: "c9" })), "WRONG", "context", "c1", /No Conditional Access policy targets c1/);
    found(await afterwards(() => context({ controls: [] })), "WRONG", "context", "c1", /proves compliant_device, but .* does not demand/);
    found(await afterwards(() => context({ include_users: [PERSONS.ana] })), "warning", "context", "c1", /does not bind everybody/);
  },

  async "a context that the policy asks for and the settings do not know, and policies that cannot be read"() {
    const file = settingsFile(({ entra }) => (entra.contexts = {}));
    found(await afterwards(nothing, file), "WRONG", "context", "c1", /does not say what it proves/);
    const busy = () => sandbox.fault({ path: "/v1.0/identity/conditionalAccess/policies" }, { kind: "error", status: 500, code: "x" }, { times: 9 });
    found(await afterwards(busy), "unknown", "context", null, /HTTP 500/);
  },
};

const group = (changes) => () => sandbox.control("PATCH", `/groups/${GROUPS.owners}`, changes);

const targets = {
  async "a group that PIM does not take, or that is not there"() {
    const role = "copilot-owner";
    found(await afterwards(group({ dynamic: true })), "WRONG", "role", role, /dynamic/);
    found(await afterwards(group({ synced: true })), "WRONG", "role", role, /synced/);
    found(await afterwards(group({ role_assignable: false })), "warning", "role", role, /not role-assignable/);
    const unknown = () => sandbox.fault({ path: "/v1.0/policies/*" }, { kind: "alter", entries: "none" }, { times: 99 });
    found(await afterwards(unknown), "WRONG", "role", role, /PIM has no policy/);
    const away = withPolicy((policy) => (policy.roles[role].target.group = "64090000-0000-4000-8000-0000000000ff"));
    found(await afterwards(nothing, away), "WRONG", "role", role, /there is no group/);
    const strange = withPolicy((policy) => (policy.roles["security-reader"].target.role = "64090000-0000-4000-8000-0000000000ff"));
    found(await afterwards(nothing, strange), "WRONG", "role", "security-reader", /PIM has no policy/);
  },

  async "rules of PIM that do not let Curfew do what the policy says"() {
    const mfa = { Enablement_Admin_Assignment: { enabledRules: ["Justification", "MultiFactorAuthentication"] } };
    found(await afterwards(() => rules(OWNERS, mfa)), "WRONG", "role", "copilot-owner", /requires MFA .* impossible/);
    const short = { Expiration_Admin_Assignment: { maximumDuration: "PT2H" } };
    found(await afterwards(() => rules(OWNERS, short)), "WRONG", "role", "copilot-owner", /PT2H at most .* PT4H/);
    const role = { role: ROLES.securityOperator };
    found(await afterwards(() => rules(role, short)), "WRONG", "role", "security-operator", /PT2H at most .* PT8H/);
    const nobody = { Approval_EndUser_Assignment: { setting: approvalBy() } };
    found(await afterwards(() => rules(OWNERS, nobody)), "warning", "role", "copilot-owner", /names no approver/);
    const somebody = { Approval_EndUser_Assignment: { setting: approvalBy({ users: [PERSONS.lena] }) } };
    found(await afterwards(() => rules(OWNERS, somebody)), "ok", "role", "copilot-owner", /right kind/);
  },

  async "rules of PIM that ask less than the policy, by the mode that the role is activated in"() {
    const role = "copilot-owner";
    const forever = { Expiration_Admin_Assignment: { isExpirationRequired: false } };
    found(await afterwards(() => rules(OWNERS, forever)), "warning", "role", role, /lets it be assigned for good/);
    const open = { Expiration_EndUser_Assignment: { maximumDuration: "PT9H" }, Enablement_EndUser_Assignment: { enabledRules: [] } };
    found(await afterwards(() => rules(OWNERS, open)), "ok", "role", role, /right kind/);
    const theirs = withPolicy((policy) => (policy.roles[role].activation = "delegated"));
    const checks = await afterwards(() => rules(OWNERS, open), theirs);
    found(checks, "warning", "role", role, /activate it for PT9H, the policy for PT4H at most/);
    found(checks, "warning", "role", role, /without multifactor authentication, the policy does not/);
    found(await afterwards(nothing, theirs), "warning", "role", role, /context none at activation, the policy for c1/);
  },

  async "roles of Azure: what Curfew may read there, and PIM's rules for them"() {
    const role = "sentinel-responder";
    const file = withPolicy(addAzure);
    const at = { azure_role: AZURE.responder, scope: AZURE.group };
    const blind = await afterwards(nothing, file);
    found(blind, "unknown", "role", role, /cannot be read: PIM's rules, who holds it \(HTTP 403/);
    assert.match(of(blind, "role", role)[0].mend, /User Access Administrator/);
    const ends = { Expiration_Admin_Assignment: { isExpirationRequired: true } };
    const may = () => give(sandbox, AZURE.userAccessAdministrator, AZURE.group).then(() => rules(at, ends));
    found(await afterwards(may, file), "ok", "role", role, /PIM knows it/);
    const held = () => may().then(() => give(sandbox, AZURE.responder, AZURE.group, { principal: PERSONS.ben }));
    found(await afterwards(held, file), "warning", "role", role, /1 hold it permanently/);
    const mfa = () => may().then(() => rules(at, { Enablement_Admin_Assignment: { enabledRules: ["MultiFactorAuthentication"] } }));
    found(await afterwards(mfa, file), "WRONG", "role", role, /requires MFA .* impossible/);
    const theirs = withPolicy((policy) => (addAzure(policy).roles[role].activation = "delegated"));
    const short = () => may().then(() => rules(at, { Expiration_EndUser_Assignment: { maximumDuration: "PT2H" } }));
    found(await afterwards(short, theirs), "WRONG", "role", role, /PT2H at most .* PT8H/);
  },

  async "that nobody is told of alarms, and that emergency people hold what they hold"() {
    found(await findings(), "warning", "policy", "alarms", /Nobody is told/);
    const hold = () => sandbox.control("POST", "/assignments", { principal: PERSONS.tom, role: ROLES.globalAdministrator, scope: "/" });
    const named = withPolicy((policy) => {
      policy.people.emergency = { users: [PERSONS.tom] };
      policy.alarms = { tell: ["soc leads"] };
    });
    const checks = await afterwards(hold, named);
    assert.deepEqual(of(checks, "policy", "alarms"), []);
    found(checks, "ok", "standing", null, /Nobody/);
  },

  async "PIM's own approval must be off where people start it when it is approved, and on where PIM approves it"() {
    const inMode = (activation) => settingsFile((settings) => (settings.activation = activation));
    const asks = () =>
      rules(OWNERS, {
        Approval_EndUser_Assignment: { setting: approvalBy({ users: [PERSONS.lena] }) },
        Expiration_EndUser_Assignment: { maximumDuration: "PT4H" },
        AuthenticationContext_EndUser_Assignment: { isEnabled: true, claimValue: "c1" },
      });
    found(await afterwards(asks, inMode("delegated")), "WRONG", "role", "copilot-owner", /an approval of its own .* nobody can give/);
    const checks = await afterwards(asks, inMode("pim_approval"));
    found(checks, "ok", "role", "copilot-owner", /right kind/);
    found(checks, "WRONG", "role", "security-operator", /asks for no approval .* in force before anybody agreed/);
    assert.ok(!JSON.stringify(checks).includes("activates it without asking anybody"), "said once");
    const one = withPolicy((policy) => (policy.roles["security-operator"].activation = "pim_approval"));
    found(await afterwards(nothing, one), "WRONG", "role", "security-operator", /asks for no approval/);
  },

  async "a group of owners without one that stays, and people who hold a role for good"() {
    const file = withPolicy((policy) => (policy.roles["copilot-owner"].target.access = "owner"));
    found(await afterwards(nothing, file), "warning", "role", "copilot-owner", /one permanent owner only/);
    const second = () => sandbox.control("POST", "/assignments", { principal: PERSONS.lena, group: GROUPS.owners, access: "owner" });
    found(await afterwards(second, file), "ok", "role", "copilot-owner", /right kind/);
    const id = "64090000-0000-4000-8000-0000000000aa";
    const orphan = withPolicy((policy) => (policy.roles["copilot-owner"].target = { kind: "group", group: id, access: "owner" }));
    const add = () => sandbox.control("POST", "/groups", { id, name: "Orphans", role_assignable: true, pim: true });
    found(await afterwards(add, orphan), "WRONG", "role", "copilot-owner", /no permanent owner/);
    const member = () => sandbox.control("POST", "/assignments", { principal: PERSONS.nils, ...OWNERS });
    found(await afterwards(member), "warning", "role", "copilot-owner", /1 hold it permanently/);
  },

  async "a name in the tenant cannot write a line of its own"() {
    await afterwards(group({ name: "Owners\nok       keys         forged \u001b[2J" }));
    const { output } = await run("--config", curfew.config);
    assert.ok(output.includes("forged"));
    assert.ok(!/^ok +keys +forged/m.test(output) && !output.includes("\u001b"));
  },
};

const people = {
  async "a set of people that holds nobody, or cannot be read"() {
    const leads = "soc leads";
    const empty = () => sandbox.control("PATCH", `/groups/${GROUPS.leads}`, { members: [] });
    found(await afterwards(empty), "WRONG", "people", leads, /Nobody is in/);
    const gone = withPolicy((policy) => (policy.people[leads].groups = ["64090000-0000-4000-8000-0000000000ff"]));
    found(await afterwards(nothing, gone), "WRONG", "people", leads, /not in the tenant/);
    const named = withPolicy((policy) => (policy.people[leads] = { users: [PERSONS.lena, PERSONS.marc] }));
    const checks = await afterwards(() => sandbox.person(PERSONS.marc, { enabled: false }), named);
    found(checks, "warning", "people", leads, /Marc Dubois, which is not enabled/);
    found(checks, "ok", "people", leads, /1 people/);
    const busy = () => sandbox.fault({ path: `/v1.0/groups/${GROUPS.leads}/*` }, { kind: "error", status: 500, code: "x" }, { times: 9 });
    found(await afterwards(busy), "unknown", "people", leads, /HTTP 500/);
  },

  async "people with a standing role of tier 0, by themselves or through a group"() {
    const hold = (principal) => () => sandbox.control("POST", "/assignments", { principal, role: ROLES.globalAdministrator, scope: "/" });
    found(await afterwards(hold(PERSONS.ana)), "warning", "standing", "soc analysts", /Ana Torres .* Global Administrator permanently/);
    found(await afterwards(hold(GROUPS.leads)), "warning", "standing", "soc analysts", /Ben Okafor/);
    found(await afterwards(hold(PERSONS.tom)), "ok", "standing", null, /Nobody/);
    const eligible = { principal: PERSONS.ana, role: ROLES.globalAdministrator, scope: "/", manner: "eligible" };
    found(await afterwards(() => sandbox.control("POST", "/assignments", eligible)), "ok", "standing", null, /Nobody/);
    const groups = withPolicy((policy) => keepOnly(policy, "copilot-owner"));
    const less = names.filter((name) => !/^Role(Assignment|Management)(Schedule)?\..*Directory$/.test(name));
    const checks = await afterwards(() => sandbox.control("PATCH", `/apps/${CURFEW}`, { permissions: less }), groups);
    assert.deepEqual(wrongOnes(checks), []);
    found(checks, "unknown", "standing", null, /RoleManagement\.Read\.Directory is missing/);
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

await specification(
  "journeys/doctor",
  { ...before, ...beside, ...keysAndStore, ...entra, ...permissions, ...contexts, ...targets, ...people, ...silence },
  { seconds: 60 },
);
