// What operators do with policies at the command line: try one for somebody, by facts from a file or from the directory as it is now.
// The program that serves, the dry run and the trial give the same answer, because they are the same code.
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { POLICY, startCurfew } from "../support/curfew.mjs";
import { AT_ONCE, GROUPS, PERSONS, startSandbox } from "../support/sandbox.mjs";
import { specification } from "../support/spec.mjs";

const sandbox = await startSandbox({ switches: AT_ONCE });
process.env.CURFEW_TEST_CLOCK = sandbox.clockFile; // of the commands, as of the one that serves
const curfew = await startCurfew(sandbox);
const ana = await curfew.browser("ana").signIn();
const EXAMPLE = dirname(POLICY);

/** Facts under which everything is met; `change` spoils some of it. */
function facts(change = () => {}) {
  const all = {
    person: { id: PERSONS.ana, name: "Ana Torres", in: ["soc analysts"], risk: "none" },
    sign_in: { age: "PT2M", methods: ["pwd", "mfa"], contexts: ["c1"] },
    device: { name: "SEC-114", compliant: true },
    contexts: { c1: ["mfa", "phishing_resistant"] },
    people: { "soc leads": [{ id: PERSONS.lena, name: "Lena Vogt" }, { id: PERSONS.ana, name: "Ana Torres" }] },
  };
  change(all);
  const file = join(curfew.folder, "facts.json");
  writeFileSync(file, JSON.stringify(all));
  return file;
}

const given = (change, ...more) => curfew.run("policy", "try", EXAMPLE, "--role", "copilot-owner", "--facts", facts(change), ...more);

/** What the program that serves says of the same, without anything coming of it. */
const dryRun = async (roles, duration = "PT1H") => (await ana.post("/api/v1/requests?dry_run=true", { roles, duration, justification: "As tried at the command line" })).body;

await specification("journeys/policy_commands", {
  async "a trial by facts from a file: which rules had a say, what they demand, what was found, who is asked"() {
    const { code, output } = await given();
    assert.equal(code, 0, output);
    for (const says of [/^ {2}applies +Copilot owner: they are in "soc analysts"$/m, /context c1/, /pass +device: SEC-114 is compliant/, /Copilot owner, stage 1: 1 of 1, within PT1H: Lena Vogt$/m, /^Yes, once these agree\.$/m])
      assert.match(output, says);
  },

  async "each fact that speaks against it makes it a no, with the way to mend it; each that is missing leaves it unknown, which is no yes"() {
    const spoilt = [
      [({ person }) => (person.in = undefined), 1, /does not +Copilot owner: they are not in "soc analysts"/],
      [({ person }) => (person.enabled = false), 1, /fail +account/],
      [({ person }) => (person.risk = "high"), 1, /fail +user_risk/],
      [({ person }) => (person.risk = "compromised"), 1, /fail +user_risk/],
      [({ sign_in }) => (sign_in.age = "PT2H"), 1, /fail +mfa/],
      [({ sign_in }) => (sign_in.contexts = undefined), 1, /fail +mfa/],
      [({ device }) => (device.compliant = false), 1, /fail +device: SEC-114 is not compliant[^]*Company Portal/],
      [({ people }) => people["soc leads"].shift(), 1, /Copilot owner, stage 1: 1 of 0, within PT1H: nobody/],
      [(all) => delete all.device, 1, /device/],
      [({ person }) => delete person.risk, 3, /unknown +user_risk/],
      [(all) => delete all.people, 3, /unknown +approvers/],
    ];
    for (const [change, code, says] of spoilt) {
      const answer = await given(change);
      assert.equal(answer.code, code, answer.output);
      assert.match(answer.output, says);
      assert.match(answer.output, code === 1 ? /^No: it is refused\.$/m : /^Not known: /m);
    }
    const long = await given(undefined, "--for", "PT9H");
    assert.deepEqual([long.code, /fail +limits: PT9H is longer than the policy allows: at most PT4H/.test(long.output)], [1, true], long.output);
    const short = await given(undefined, "--why", "short");
    assert.match(short.output, /fail +limits: [^]*10/);
  },

  async "what a team decided in a sentence: two approvers of different teams, a privileged workstation, signed, taken away when the device is bad"() {
    const [engineers, security, platform, workstations] = [1, 2, 3, 4].map((n) => `c0000000-0000-4000-8000-00000000000${n}`);
    const folder = join(curfew.folder, "sentence");
    mkdirSync(folder);
    writeFileSync(join(folder, "policy.json"), JSON.stringify({
      people: { engineers: { groups: [engineers] }, security: { groups: [security] }, platform: { groups: [platform] } },
      roles: { "copilot-owner": { name: "Copilot owner", target: { kind: "group", group: GROUPS.owners }, tier: 0 } },
      rules: [{
        name: "Copilot owner", roles: ["copilot-owner"], who: ["engineers"],
        require: { mfa: { within: "PT10M" }, device: { workstation: { groups: [workstations] } } },
        limits: { longest: "PT2H" },
        approval: { signed: true, stages: [{ from: ["security"] }, { from: ["platform"] }] },
        watch: { grace: "PT10M", then: "revoke", checks: ["device"] },
      }],
    }));
    const file = (change = () => {}) =>
      facts((all) => {
        Object.assign(all, { person: { id: PERSONS.ana, in: ["engineers"] }, people: { security: [{ id: PERSONS.lena, name: "Lena Vogt" }], platform: [{ id: PERSONS.marc, name: "Marc Dubois" }] } });
        all.device.groups = [workstations];
        change(all);
      });
    const trial = (change, span = "PT2H") => curfew.run("policy", "try", folder, "--role", "copilot-owner", "--for", span, "--facts", file(change));
    const { code, output } = await trial();
    assert.equal(code, 0, output);
    for (const says of [/is a privileged workstation/, /taken away when your device does not comply for 10 min/, /stage 1: 1 of 1, within PT1H, signed: Lena Vogt/, /stage 2: 1 of 1, within PT1H, signed: Marc Dubois/]) assert.match(output, says);
    assert.match((await trial(undefined, "PT3H")).output, /PT3H is longer than the policy allows: at most PT2H[^]*No: /);
    assert.match((await trial(({ device }) => (device.groups = []))).output, /is not a privileged workstation[^]*No: /);
    assert.match((await trial(({ sign_in }) => (sign_in.age = "PT11M"))).output, /fail +mfa[^]*No: /);
    assert.match((await trial(({ people }) => (people.platform = people.security))).output, /fail +approvers[^]*No: /);
  },

  async "every fact that a file can say has its say: log, device, ticket, manager, humans, the past"() {
    const folder = join(curfew.folder, "everything");
    mkdirSync(folder);
    writeFileSync(join(folder, "policy.json"), JSON.stringify({
      person_key: "employeeId",
      people: { engineers: { groups: [GROUPS.analysts] }, managers: { manager: true }, leads: { groups: [GROUPS.leads] } },
      roles: {
        one: { name: "One", target: { kind: "group", group: GROUPS.owners }, activation: "pim_approval" },
        two: { name: "Two", target: { kind: "group", group: GROUPS.contributors }, activation: "delegated" },
      },
      rules: [
        {
          name: "All", roles: ["one", "two"], who: ["engineers"],
          require: {
            mfa: {}, device: { managed: true, synced_within: "PT8H", workstation: { categories: ["Workstations"] } }, sign_in_risk: { at_most: "low" },
            modern_authentication: true, eligible: true, ticket: { look_up: true },
          },
          approval: { stages: [{ from: ["managers", "leads"], need: 2 }] },
        },
        { name: "Again", roles: ["one"], who: ["engineers"], when: { first_time: true }, deny: "Not the first time." },
        { name: "Beside", roles: ["one"], who: ["engineers"], when: { holds: ["two"] }, deny: "Not beside two." },
      ],
    }));
    const trial = async (change = () => {}, role = "one") => {
      const file = facts((all) => {
        Object.assign(all, {
          person: { id: PERSONS.ana, groups: [GROUPS.analysts], employee_id: "1", mail: "ana.torres@contoso.example", had: ["one"], holds: [], manager: { id: PERSONS.marc, name: "Marc Dubois", employee_id: "4" } },
          sign_in: { age: "PT2M", methods: ["mfa"], client: "Browser", risk: "low" },
          device: { name: "SEC-114", compliant: true, managed: true, synced: "PT1H", category: "Workstations" },
          people: { leads: [{ id: PERSONS.lena, name: "Lena Vogt", employee_id: "3" }, { id: PERSONS.ben, employee_id: "1" }] },
          ticket: "open",
        });
        change(all);
      });
      return curfew.run("policy", "try", folder, "--role", role, "--facts", file, "--ticket", "INC-7");
    };
    for (const role of ["one", "two"]) {
      const fine = await trial(undefined, role);
      assert.equal(fine.code, 0, fine.output);
      assert.match(fine.output, /2 of 2, within PT1H: (Marc Dubois, Lena Vogt|Lena Vogt, Marc Dubois)$/m, "Ben's account is one of Ana's");
    }
    const spoilt = [
      [({ sign_in }) => (sign_in.client = "IMAP4"), 1, /fail +modern_auth/],
      [({ sign_in }) => (sign_in.risk = "high"), 1, /fail +sign_in_risk/],
      [({ sign_in }) => (delete sign_in.risk, delete sign_in.client), 3, /unknown +sign_in_risk/],
      [({ device }) => (device.managed = false), 1, /fail +device/],
      [({ device }) => (device.synced = "P2D"), 1, /fail +device/],
      [({ device }) => (device.category = "Kiosks"), 1, /fail +device: SEC-114 is not a privileged workstation/],
      [(all) => (all.ticket = "closed"), 1, /fail +ticket/],
      [(all) => (all.ticket = "unknown"), 1, /fail +ticket/],
      [(all) => delete all.ticket, 3, /unknown +ticket/],
      [({ person }) => delete person.manager, 3, /unknown +approvers/],
      [({ person }) => (person.had = []), 1, /denies +Again[^]*Not the first time/],
      [({ person }) => (person.holds = ["two"]), 1, /denies +Beside/],
    ];
    for (const [change, code, says] of spoilt) {
      const answer = await trial(change);
      assert.match(answer.output, says);
      assert.equal(answer.code, code, answer.output);
    }
  },

  async "facts with mistakes are refused with all of them, and a question that makes no sense is one of usage"() {
    const wrong = await given((all) => Object.assign(all, { person: { id: "ana", in: ["soc analists"] }, sign_in: { age: "2m", mfa: true }, weather: "fine" }));
    assert.equal(wrong.code, 2);
    for (const says of [/person\.id: /, /person\.in: there are no people "soc analists"/, /sign_in\.age: /, /sign_in\.mfa: is not known here/, /weather: is not known here/]) assert.match(wrong.output, says);
    for (const words of [[EXAMPLE], [EXAMPLE, "--role", "copilot-owner"], ["--role", "x", "--facts", facts()], [EXAMPLE, "--role", "x", "--person", PERSONS.ana]])
      assert.equal((await curfew.run("policy", "try", ...words)).code, 2, words.join(" "));
    assert.equal((await given(undefined, "--for", "an hour")).code, 2);
    const unknown = await curfew.run("policy", "try", EXAMPLE, "--role", "nobody-knows", "--facts", facts());
    assert.deepEqual([unknown.code, /there is no role "nobody-knows"/.test(unknown.output)], [1, true]);
  },

  async "live, it says of every role what the dry run of the running program says, and nothing comes of it"() {
    const policies = join(curfew.folder, "policies");
    for (const roles of [["copilot-owner"], ["security-operator"], ["copilot-contributor", "security-reader"]]) {
      const ran = await dryRun(roles);
      const tried = await curfew.run("policy", "try", policies, "--config", curfew.config, "--person", PERSONS.ana, "--role", roles.join(), "--why", "As tried at the command line");
      assert.equal(tried.code, 0, tried.output);
      for (const check of ["membership", "account", "user_risk", "pim"]) {
        const { verdict, says } = ran.evidence.find((piece) => piece.check === check);
        assert.ok(tried.output.includes(`${verdict.padEnd(8)} ${check}: ${says}`), `${check}: ${says}\n${tried.output}`);
      }
      if (ran.state === "pending") assert.match(tried.output, /^Yes, once these agree\.$/m);
    }
    await sandbox.control("PATCH", `/groups/${GROUPS.analysts}`, { members: [PERSONS.ben] });
    const out = await curfew.run("policy", "try", policies, "--config", curfew.config, "--person", PERSONS.ana, "--role", "copilot-owner");
    assert.equal(out.code, 1, out.output);
    assert.match(out.output, /does not +Copilot owner/);
    const { items } = (await ana.get("/api/v1/requests?mine")).body;
    assert.deepEqual(items, []);
  },

  async "a draft is held against the requests of the last days: what would change, for whom, and which nobody could approve"() {
    await sandbox.control("PATCH", `/groups/${GROUPS.analysts}`, { members: [PERSONS.ana, PERSONS.ben] });
    await sandbox.clock.advance("PT2M");
    const ids = [];
    for (const wanted of [{ duration: "PT2H" }, { roles: ["security-reader"] }, { roles: ["security-operator"] }]) {
      const { id } = await (await curfew.browser("ana").signIn()).ask(wanted);
      ids.push(id);
      await (await curfew.browser("ana").signIn()).post(`/api/v1/requests/${id}/cancel`);
    }
    const replay = async (change, ...more) => {
      const draft = JSON.parse(readFileSync(POLICY));
      change(draft, Object.fromEntries(draft.rules.map((rule) => [rule.name, rule])));
      mkdirSync(join(curfew.folder, "draft"), { recursive: true });
      writeFileSync(join(curfew.folder, "draft", "soc.json"), JSON.stringify(draft));
      return curfew.run("policy", "replay", join(curfew.folder, "draft"), "--config", curfew.config, ...more);
    };
    const same = await replay(() => {});
    assert.deepEqual([same.code, /^3 requests: 3 as before, 0 otherwise$/m.test(same.output)], [0, true], same.output);
    const stricter = await replay((draft, rules) => {
      rules["Copilot owner"].limits.longest = "PT1H";
      rules["Security Operator"].require.mfa = { within: "PT10M" };
      rules["Everyday tools"].who = ["soc leads"];
    });
    assert.equal(stricter.code, 0, stricter.output);
    for (const says of [/^3 requests: 0 as before, 3 otherwise$/m, /1 {2}copilot-owner: would be refused: PT2H is longer than the policy allows: at most PT1H\.\n +as (\w+) by Ana Torres/, /security-reader: would be refused: /, /security-operator: more: Multifactor authentication at most 10 min ago; less: Multifactor authentication at most 30 min ago/])
      assert.match(stricter.output, says);
    assert.ok(stricter.output.includes(ids[0]));
    const lonely = await replay((draft, rules) => {
      draft.people.alone = { users: [PERSONS.ana] };
      rules["Copilot owner"].approval.stages[0].from = ["alone"];
    });
    assert.equal(lonely.code, 1, lonely.output);
    assert.match(lonely.output, /copilot-owner: .*nobody could approve it/);
    const first = await replay((draft) => {
      draft.rules.push({ name: "The first time", roles: ["security-reader"], who: ["soc analysts"], when: { first_time: true }, require: { mfa: { within: "PT30M" } }, limits: { longest: "PT8H" } });
    });
    assert.equal(first.code, 0, first.output);
    assert.match(first.output, /security-reader: more: Multifactor authentication at most 30 min ago/);
    assert.ok(!/not all of it is known/.test(first.output), first.output);
    await sandbox.clock.advance("P3D");
    assert.match((await replay(() => {}, "--days", "2")).output, /^0 requests: /m);
    const wrong = await replay((draft) => (draft.rules[0].who = ["nobody"]));
    assert.deepEqual([wrong.code, /there are no people "nobody"/.test(wrong.output)], [2, true], wrong.output);
    for (const words of [["--days", "0"], ["--days", "soon"], ["more"]]) assert.equal((await replay(() => {}, ...words)).code, 2);
  },

  async "live with Microsoft dead, it could not tell"() {
    await sandbox.fault({ path: "/v1.0/" }, { kind: "error", status: 503, code: "serviceNotAvailable" }, { times: 100000 });
    const dead = await curfew.run("policy", "try", EXAMPLE, "--config", curfew.config, "--person", PERSONS.ana, "--role", "copilot-owner");
    assert.equal(dead.code, 3, dead.output);
    const replayed = await curfew.run("policy", "replay", EXAMPLE, "--config", curfew.config);
    assert.deepEqual([replayed.code, /3 {2}|not all of it is known/.test(replayed.output)], [3, true], replayed.output);
    await sandbox.clearFaults();
  },
});
