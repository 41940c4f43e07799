// What the journeys of `curfew doctor` share: a tenant and a Curfew beside it in which one thing is made wrong at a time.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { POLICY, setUpCurfew } from "./curfew.mjs";
import { inMode, LIST } from "./registration.mjs";
import { AT_ONCE, CURFEW, GROUPS, startSandbox } from "./sandbox.mjs";

export const sandbox = await startSandbox({ switches: AT_ONCE });
export const curfew = await setUpCurfew(sandbox);
const whole = JSON.parse(readFileSync(POLICY));
export const ours = LIST.permissions.filter(inMode);
export const names = ours.map(({ name }) => name);
export const OWNERS = { group: GROUPS.owners, access: "member" };

/** Runs it, and answers { code, output }. */
export function run(...words) {
  return new Promise((resolve) => {
    const env = { ...process.env, CURFEW_TEST_CLOCK: sandbox.clockFile };
    const child = spawn(curfew.program, ["doctor", ...words], { env, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (piece) => (output += piece));
    child.once("close", (code) => resolve({ code, output }));
  });
}

export const settingsFile = (change) => {
  const settings = structuredClone(curfew.settings);
  change(settings);
  const file = join(curfew.folder, "changed.json");
  writeFileSync(file, JSON.stringify(settings));
  return file;
};

/** Settings with another policy: the whole one, changed. */
export function withPolicy(change) {
  const folder = join(curfew.folder, "changed");
  const policy = structuredClone(whole);
  change(policy);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "policy.json"), JSON.stringify(policy));
  return settingsFile((settings) => (settings.policies = "changed"));
}

export const keepOnly = (policy, ...roles) => {
  policy.roles = Object.fromEntries(roles.map((role) => [role, { ...policy.roles[role], lesser: [] }]));
  policy.rules = policy.rules
    .map((rule) => ({ ...rule, roles: rule.roles.filter((role) => roles.includes(role)) }))
    .filter((rule) => rule.roles.length);
};

/** What it finds, for machines; the exit code is that of what it found. */
export async function findings(config = curfew.config) {
  const { code, output } = await run("--config", config, "--json");
  const { checks, counts, code: said } = JSON.parse(output);
  assert.equal(said, code);
  const expected = counts.WRONG ? 1 : counts.unknown ? 3 : 0;
  assert.equal(code, expected);
  for (const { health, mend, says } of checks) assert.equal(mend === null, health === "ok", says);
  return checks;
}

export const of = (checks, check, about) => checks.filter((one) => one.check === check && (about === undefined || one.about === about));

/** The one finding about something, which must be so, and say so. */
export function found(checks, health, check, about, says) {
  const them = of(checks, check, about);
  assert.ok(them.some((one) => one.health === health && says.test(one.says)), `${health} ${check} ${about} ${says}: ${JSON.stringify(them, null, 1)}`);
}

export const wrongOnes = (checks) => checks.filter(({ health }) => health === "WRONG").map(({ check }) => check);

/** The tenant as it was, and then with something wrong: what doctor finds. */
export async function afterwards(change, config) {
  await sandbox.afresh();
  await curfew.register();
  await sandbox.control("PATCH", `/apps/${CURFEW}`, { permissions: names });
  await sandbox.clearFaults();
  await change();
  return findings(config);
}

export const nothing = async () => {};
export const rules = (target, changed) => sandbox.control("PATCH", "/pim", { ...target, rules: changed });
export const context = (changes) => sandbox.control("PATCH", "/ca/c1", changes);
