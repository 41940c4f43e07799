// What doctor says of contexts, targets and people of the tenant, each of which is made wrong once.
import assert from "node:assert/strict";
import { afterwards, context, curfew, findings, found, keepOnly, names, nothing, of, OWNERS, rules, run, sandbox, settingsFile, withPolicy, wrongOnes } from "../support/doctor.mjs";
import { approvalBy } from "../support/pim.mjs";
import { CURFEW, GROUPS, PERSONS, ROLES } from "../support/sandbox.mjs";
import { specification } from "../support/spec.mjs";

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

await specification("journeys/doctor_tenant", { ...contexts, ...targets, ...people }, { seconds: 60 });
