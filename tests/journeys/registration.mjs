// The app registration as it is shipped is enough, and no more than that: every call that Curfew makes is in the list of
// permissions, and each permission of the list is one without which a call is refused.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { POLICY, startCurfew } from "../support/curfew.mjs";
import { askedOfGraph, CALLS, callOf, callsOf, DOCTOR_CALLS, HELD_CALLS, inMode, isDenied, LIST, REGISTRATION } from "../support/registration.mjs";
import { AT_ONCE, CURFEW, device, startSandbox } from "../support/sandbox.mjs";
import { specification } from "../support/spec.mjs";

const sandbox = await startSandbox({ switches: { ...AT_ONCE, sign_in_log_ms: 0 } });
const workstations = await sandbox.control("POST", "/groups", { name: "Privileged workstations", members: [device("SEC-114")] });
// with all that a rule can have read
const everything = JSON.parse(readFileSync(POLICY));
Object.assign(everything.rules[0].require, { modern_authentication: true, device: { workstation: { groups: [workstations.id] } } });
everything.people["their manager"] = { manager: true };
everything.rules[0].approval.stages[0].from.push("their manager");
const curfew = await startCurfew(sandbox, { policy: everything });
const TOP = fileURLToPath(new URL("../..", import.meta.url));
// as it is shipped, for the mode application; tests/journeys/delegated.mjs has the other one
const PERMISSIONS = LIST.permissions.filter(inMode);
const DELEGATED = LIST.delegated.filter(inMode);
const names = PERMISSIONS.map(({ name }) => name);
// eligibilities are read in the other mode, owners where a role is one of a group's
const made = callsOf(PERMISSIONS).filter((call) => !/roleEligibilityScheduleInstances|\/owners$/.test(call));
const sorted = (list) => [...list].sort();

/** One role from asking to its early end: by the person, or by an administrator. */
async function live(curfew, role, end) {
  const ana = await curfew.browser("ana").signIn();
  const request = await ana.until((await ana.ask({ roles: [role] })).id, "pending");
  assert.equal((await (await curfew.browser("lena").signIn()).decide(request.id)).status, 200);
  const grant = await ana.untilGrant(request.id, "active");
  await sandbox.clock.advance("PT6M");
  const by = end === "revoke" ? await curfew.browser("tom").signIn() : await ana.signIn();
  const ended = await by.post(`/api/v1/grants/${grant.id}/${end}`, end === "revoke" ? { reason: "Done" } : {});
  assert.ok(ended.status < 300, ended.text);
  await ana.untilGrant(request.id, "ended");
}

/** The calls of the list that Graph refuses to somebody with these permissions, of those that Curfew made. */
async function refusedWith(permissions, entries) {
  return sandbox.withPermissions(permissions, async (token) => {
    const refused = new Set();
    for (const { method, path, query, body } of entries) {
      const url = `${sandbox.origin}${path}?${new URLSearchParams(query)}`;
      const answer = await sandbox.graph(url, { method, body: body ?? undefined, token });
      if (isDenied(answer)) refused.add(callOf({ method, path, query }));
    }
    return sorted(refused);
  });
}

/** One entry for each call of the list, and for each action that it asks for. */
async function examples() {
  const found = new Map();
  for (const entry of askedOfGraph(await sandbox.journal())) found.set(`${callOf(entry)} ${entry.body?.action}`, entry);
  return [...found.values()];
}

await specification("journeys/registration", {
  async "the sandbox knows Curfew by the registration that is shipped"() {
    const app = await sandbox.app(CURFEW);
    assert.deepEqual(sorted(app.permissions), sorted(names));
    assert.deepEqual(app.app_roles.map(({ value }) => value), REGISTRATION.appRoles.map(({ value }) => value));
    assert.equal(app.access_token_version, REGISTRATION.api.requestedAccessTokenVersion);
    const { idToken, accessToken } = REGISTRATION.optionalClaims;
    assert.deepEqual(app.optional_claims, { id_token: idToken.map(({ name }) => name), access_token: accessToken.map(({ name }) => name) });
    assert.deepEqual(REGISTRATION.web.redirectUris.map((uri) => new URL(uri).pathname), ["/auth/callback"]);
    assert.deepEqual(REGISTRATION.api.oauth2PermissionScopes.map(({ value }) => value), ["access"]);
  },

  async "the registration asks for what is on the list, and leaves to Exchange what Exchange grants"() {
    const [graph, ...others] = REGISTRATION.requiredResourceAccess;
    assert.equal(others.length, 0);
    assert.equal(graph.resourceAppId, LIST.resource);
    const ids = (type) => sorted(graph.resourceAccess.filter((one) => one.type === type).map(({ id }) => id));
    assert.deepEqual(ids("Role"), sorted(PERMISSIONS.filter(({ granted }) => !granted).map(({ id }) => id)));
    assert.deepEqual(ids("Scope"), sorted(DELEGATED.map(({ id }) => id)));
    const own = [...REGISTRATION.appRoles, ...REGISTRATION.api.oauth2PermissionScopes, ...graph.resourceAccess].map(({ id }) => id);
    for (const id of own) assert.match(id, /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    assert.equal(new Set(own).size, own.length);
  },

  async "the page names every permission with its tier"() {
    const page = readFileSync(new URL("../../docker/entra/README.md", import.meta.url), "utf8");
    for (const { name, tier, why } of LIST.permissions) {
      const row = page.split("\n").find((line) => line.startsWith(`| \`${name}\` |`));
      assert.ok(row, `docker/entra/README.md has no row for ${name}`);
      assert.ok(row.includes(`| ${tier} |`), `docker/entra/README.md: ${name} is of tier ${tier}`);
      assert.ok(row.includes(why), `docker/entra/README.md: ${name} is for: ${why}`);
    }
  },

  async "the policy behind the context is the one that the sandbox's own context has"() {
    const policy = JSON.parse(readFileSync(new URL("../../docker/entra/context_policy.json", import.meta.url)));
    const { items } = await sandbox.control("GET", "/ca");
    const behind = items.find(({ conditions }) => conditions.applications.includeAuthenticationContextClassReferences.includes("c1"));
    assert.deepEqual(policy.conditions.applications.includeAuthenticationContextClassReferences, ["c1"]);
    assert.equal(policy.state, behind.state);
    assert.equal(policy.grantControls.operator, behind.grantControls.operator);
    assert.deepEqual(policy.grantControls.builtInControls, behind.grantControls.builtInControls);
    assert.equal(policy.grantControls.authenticationStrength.id, behind.grantControls.authenticationStrength.id);
  },

  async "the settings of the container can be read"() {
    const text = readFileSync(new URL("../../docker/curfew.json", import.meta.url), "utf8");
    const file = join(curfew.folder, "container.json");
    writeFileSync(file, text.replaceAll('"/', `"${curfew.folder}/`).replace("sqlite:/", `sqlite:${curfew.folder}/`));
    const { code, output } = await curfew.run("audit", "export", "--config", file);
    assert.equal(code, 3, output);
    assert.match(output, /^no export: /);
  },

  async "whole lives, of a group and of an Entra role, make every call of the list and no other"() {
    await live(curfew, "copilot-owner", "revoke");
    await live(curfew, "security-operator", "release");
    const ana = await curfew.browser("ana").signIn({ mfa: "none" }); // who could have brought a second factor
    assert.equal((await ana.post("/api/v1/requests", { roles: ["copilot-owner"], duration: "PT1H", justification: "Incident 42: plugin" })).status, 202);
    const calls = askedOfGraph(await sandbox.journal());
    assert.deepEqual(calls.filter(isDenied), []);
    assert.deepEqual(sorted(new Set(calls.map((entry) => callOf(entry) ?? `not listed: ${entry.method} ${entry.path}`))), sorted(made));
  },

  async "no path of Graph stands in the sources that is not of a call of the list"() {
    const paths = [...CALLS, ...DOCTOR_CALLS, ...HELD_CALLS].map((call) => call.split(" ")[1].replace(/\?.*/, ""));
    const sources = execFileSync("grep", ["-rhoE", '"/(v1\\.0|beta)/[^"?]*', "broker", "notify", "--include=*.c"], { cwd: TOP, encoding: "utf8" });
    const found = sources.trim().split("\n").map((line) => line.slice(1).replace(/%.*/, ""));
    assert.ok(found.length >= 12);
    for (const path of found) assert.ok(paths.some((listed) => listed.startsWith(path)), `${path} is not on the list`);
  },

  async "people are asked for no scopes but those of the registration"() {
    const asked = (await sandbox.journal()).filter((entry) => entry.app === "Curfew" && entry.path.endsWith("/authorize"));
    assert.ok(asked.length);
    const wanted = [...DELEGATED.map(({ name }) => name), `${CURFEW}/access`].join(" ");
    for (const { query } of asked) assert.equal(query.scope, wanted);
  },

  async "with the list nothing is refused; without any one of it, exactly the calls that it stands for"() {
    const entries = await examples();
    assert.deepEqual(await refusedWith(names, entries), []);
    for (const { name, calls } of PERMISSIONS) {
      assert.ok(calls.length, `no call needs ${name}`);
      const rest = names.filter((other) => other !== name);
      assert.deepEqual(await refusedWith(rest, entries), sorted(calls), `without ${name}`);
    }
  },

  async "smaller permissions do not do instead"() {
    const entries = await examples();
    const instead = {
      "PrivilegedAssignmentSchedule.ReadWrite.AzureADGroup": ["PrivilegedAssignmentSchedule.Read.AzureADGroup", "PrivilegedAssignmentSchedule.Remove.AzureADGroup"],
      "RoleAssignmentSchedule.ReadWrite.Directory": ["RoleAssignmentSchedule.Read.Directory", "RoleAssignmentSchedule.Remove.Directory"],
      "GroupMember.Read.All": ["GroupMember.ReadBasic.All"],
      "Policy.Read.All": ["Policy.Read.ConditionalAccess"],
      "RoleManagement.Read.Directory": ["RoleManagementPolicy.Read.Directory"],
      "User.Read.All": ["User.ReadBasic.All"],
    };
    for (const [name, smaller] of Object.entries(instead)) {
      const others = names.filter((other) => other !== name);
      assert.notDeepEqual(await refusedWith([...others, ...smaller], entries), [], `${smaller} instead of ${name}`);
    }
  },

  async "who elevates to groups only, or to Entra roles only, and asks nothing of risk and mail, needs less of it"() {
    const all = JSON.parse(readFileSync(POLICY));
    await curfew.stop();
    await sandbox.reset();
    for (const [kind, role] of [["group", "copilot-owner"], ["directory_role", "security-operator"]]) {
      const rule = all.rules.find(({ roles }) => roles[0] === role);
      const policy = {
        people: all.people,
        roles: { [role]: { ...all.roles[role], lesser: [] } },
        rules: [{ ...rule, require: { mfa: { within: "PT10M" } } }],
      };
      const permissions = PERMISSIONS.filter(({ when = kind }) => when === kind).map(({ name }) => name);
      await sandbox.control("PATCH", `/apps/${CURFEW}`, { permissions });
      const mark = await sandbox.mark();
      const lesser = await startCurfew(sandbox, { policy, settings: { notify: [] } });
      await live(lesser, role, "release");
      await lesser.stop();
      const calls = askedOfGraph(await sandbox.journal(mark));
      assert.ok(calls.length > 5);
      assert.deepEqual(calls.filter(isDenied), [], `only ${kind}`);
    }
  },
}, { seconds: 60 });
