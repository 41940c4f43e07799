// The watch over who holds what: what nothing explains is found within minutes, said once, shown until it is gone, and told to
// whom the policy names; emergency people and what is not known raise nothing; what is Curfew's own and came late is removed.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { POLICY, eventually, startCurfew } from "../support/curfew.mjs";
import { AT_ONCE, CURFEW, GROUPS, PERSONS, ROLES, startSandbox } from "../support/sandbox.mjs";
import { specification } from "../support/spec.mjs";

const EVERY = "PT121S"; // after it every target is read again
const REQUESTS = "/v1.0/identityGovernance/privilegedAccess/group/assignmentScheduleRequests";
const policy = JSON.parse(readFileSync(POLICY));
policy.people.emergency = { users: [PERSONS.tom], groups: [GROUPS.breakGlass] };
policy.alarms = { tell: ["soc leads"] };
policy.roles["security-reader"].unexplained = "remove";
policy.roles["owners-owner"] = { name: "Owner of the Copilot owners", target: { kind: "group", group: GROUPS.owners, access: "owner" } };
policy.rules.push({ name: "Owners", roles: ["owners-owner"], who: ["soc analysts"] });

const sandbox = await startSandbox({ switches: AT_ONCE });
const curfew = await startCurfew(sandbox, { policy });
const priya = curfew.browser("priya");
const ana = curfew.browser("ana");
const MEMBERS = `group/${GROUPS.contributors}/member`;
const OWNERS = `group/${GROUPS.owners}/owner`;
const READERS = `directory_role/${ROLES.securityReader}//`;
const OPERATORS = `directory_role/${ROLES.securityOperator}//`;

/** What an auditor reads there, after a new sign-in where an hour has passed. */
async function audited(path) {
  let answer = await priya.get(path);
  if (answer.status === 401 || answer.status === 403) answer = await (await priya.signIn()).get(path);
  assert.equal(answer.status, 200, answer.text);
  return answer.body;
}

const watch = () => audited("/api/v1/watch");
const signedIn = async (person) => (await person.get("/api/v1/me")).status === 200 || person.signIn();
const of = (body, target) => body.items.find((item) => item.target === target);
const shown = (body, target) => of(body, target).findings.map(({ kind, about }) => `${kind} ${about}`).sort();
const now = async () => Date.parse((await sandbox.clock.now()).now);

/** Waits until every target was read, after now. */
async function read(since) {
  since ??= await now();
  return eventually(async () => {
    const body = await watch();
    const old = body.items.filter(({ read_at }) => !read_at || Date.parse(read_at) < since - 5000);
    if (old.length) throw new Error(`not read since: ${JSON.stringify(old.map(({ target, read_at }) => [target, read_at]))}`);
    return body;
  }, { what: "a reading of every target" });
}

/** Lets the time pass after which everything is read again, and waits for that. */
async function later(span = EVERY) {
  await sandbox.clock.advance(span);
  return read();
}

/** Readings over so long that whatever is gone is known to be. */
async function settled() {
  await later();
  await later();
  return later();
}

async function events(code) {
  return (await audited(`/api/v1/audit?limit=200${code ? `&action=${code}` : ""}`)).items.reverse();
}

const about = async (code, id) => (await events(code)).filter(({ detail }) => (detail.principal ?? detail.about) === id);
const assign = (principal, more = {}) => sandbox.control("POST", "/assignments", { principal, group: GROUPS.contributors, access: "member", ...more });
const inHours = async (hours) => `${new Date((await now()) + hours * 3600e3).toISOString().slice(0, 19)}Z`;
const drop = (id) => sandbox.control("DELETE", `/assignments/${id}`);
const rules = (target, changed) => sandbox.control("PATCH", "/pim", { ...target, rules: changed });

/** A role that nobody approves, live. */
async function live(role = "copilot-contributor") {
  await ana.signIn();
  const request = await ana.ask({ roles: [role] });
  const grant = await ana.untilGrant(request.id, "active");
  return { request, grant };
}

async function over({ request, grant }) {
  await sandbox.clock.advance("PT6M");
  await ana.signIn();
  await ana.post(`/api/v1/grants/${grant.id}/release`);
  await ana.untilGrant(request.id, "ended");
}

/** One alarm, however often it is read; it clears once it is gone, and nothing of others was touched. */
async function raisesOnce(target, kind, id, undo) {
  const mark = await sandbox.mark();
  const begun = await now();
  const said = (await about(`drift.${kind}`, id)).length;
  const cleared = (await about("drift.cleared", id)).length;
  let body = await later();
  assert.deepEqual(shown(body, target), [`${kind} ${id}`]);
  assert.ok((await now()) - begun < 300e3);
  await later();
  assert.equal((await about(`drift.${kind}`, id)).length, said + 1, "said once");
  const removed = (await sandbox.journal(mark)).filter(({ effect }) => effect?.remove);
  assert.deepEqual(removed, [], "nothing of others is removed");
  await undo();
  await later();
  assert.equal((await about("drift.cleared", id)).length, cleared, "one reading proves nothing");
  body = await settled();
  assert.deepEqual(shown(body, target), []);
  assert.equal((await about("drift.cleared", id)).length, cleared + 1, "cleared once");
}

await specification("journeys/drift", {
  async "every target of the catalogue is watched, and where all is well nothing is found"() {
    const body = await read(0);
    assert.deepEqual(body.items.map(({ role }) => role).sort(), Object.keys(policy.roles).sort());
    for (const item of body.items) assert.deepEqual([item.findings, item.late], [[], false], item.target);
    assert.equal(body.told, true);
    assert.deepEqual(await events("drift.unexplained"), []);
  },

  async "emergency people hold what they hold: shown, and no alarm"() {
    const made = await assign(PERSONS.tom);
    const body = await later();
    assert.deepEqual(of(body, OWNERS).emergency.map(({ id }) => id), [PERSONS.tom]); // outside PIM
    assert.deepEqual(of(body, MEMBERS).emergency.map(({ id }) => id), [PERSONS.tom]); // through PIM
    const group = await assign(GROUPS.breakGlass, { group: undefined, access: undefined, role: ROLES.securityOperator });
    const again = await later();
    assert.deepEqual(of(again, OPERATORS).emergency.map(({ id }) => id), [GROUPS.breakGlass]);
    for (const item of again.items) assert.deepEqual(item.findings, [], item.target);
    for (const { id } of [made, group]) await drop(id);
    await later();
  },

  async "S76: an assignment by somebody else, until its end"() {
    const ends_at = await inHours(8);
    const made = await assign(PERSONS.nils, { ends_at });
    await raisesOnce(MEMBERS, "unexplained", PERSONS.nils, async () => {
      const [finding] = of(await watch(), MEMBERS).findings;
      assert.deepEqual([finding.type, finding.name, Date.parse(finding.until)], ["person", "Nils Frost", Date.parse(ends_at)]);
      assert.equal(finding.says, `Nils Frost was assigned it until ${ends_at}, and not by Curfew.`);
      assert.ok(finding.mend);
      const [event] = await about("drift.unexplained", PERSONS.nils);
      assert.deepEqual([event.subject.oid, event.role, event.actor.kind, event.detail.target], [PERSONS.nils, "copilot-contributor", "curfew", MEMBERS]);
      await drop(made.id);
    });
  },

  async "a permanent one of a group, of an Entra role"() {
    const made = await assign(GROUPS.nightShift, { group: undefined, access: undefined, role: ROLES.securityOperator });
    await raisesOnce(OPERATORS, "unexplained", GROUPS.nightShift, async () => {
      const [finding] = of(await watch(), OPERATORS).findings;
      assert.deepEqual([finding.type, finding.until], ["group", null]);
      assert.match(finding.says, /^Group SOC analysts night shift holds it permanently, and not by Curfew\.$/);
      await drop(made.id);
    });
  },

  async "one of an application"() {
    const { object_id } = await sandbox.app(CURFEW);
    const made = await assign(object_id);
    await raisesOnce(MEMBERS, "unexplained", object_id, async () => {
      assert.equal(of(await watch(), MEMBERS).findings[0].type, "application");
      await drop(made.id);
    });
  },

  async "one that was made behind PIM's back, in a group and in a role"() {
    for (const [target, where] of [[MEMBERS, {}], [OPERATORS, { group: undefined, access: undefined, role: ROLES.securityOperator }]]) {
      const made = await assign(PERSONS.gus, { ...where, manner: "outside" });
      const body = await later();
      assert.deepEqual(shown(body, target), [`unexplained ${PERSONS.gus}`]);
      assert.match(of(body, target).findings[0].says, /^Gus Guest holds it past Privileged Identity Management/);
      await drop(made.id);
      assert.deepEqual(shown(await settled(), target), []);
    }
    assert.equal((await about("drift.unexplained", PERSONS.gus)).length, 2);
  },

  async "what somebody activates past Curfew"() {
    await assign(PERSONS.ben, { manner: "activated", ends_at: await inHours(1) });
    await raisesOnce(MEMBERS, "unexplained", PERSONS.ben, async () => {
      assert.match(of(await watch(), MEMBERS).findings[0].says, /^Ben Okafor activated it past Curfew/);
      await sandbox.clock.advance("PT1H");
    });
  },

  async "a grant, from its start to its end, is never taken for anything else"() {
    const mark = (await events()).at(-1).seq;
    const one = await live();
    for (let i = 0; i < 3; i++) assert.deepEqual(shown(await later(), MEMBERS), []);
    await over(one);
    for (let i = 0; i < 3; i++) assert.deepEqual(shown(await later(), MEMBERS), []);
    assert.deepEqual((await events()).filter(({ seq, code }) => seq > mark && code.startsWith("drift.")), []);
  },

  async "a grant that a lagging list still shows when it is over is no drift"() {
    const one = await live();
    await over(one);
    await sandbox.fault({ method: "GET", path: "/v1.0/identityGovernance/privilegedAccess/group/assignmentScheduleInstances", query: GROUPS.contributors }, { kind: "stale", seconds: 300 }, { times: 2 });
    assert.deepEqual(shown(await later("PT125S"), MEMBERS), []);
    await sandbox.clearFaults();
    assert.deepEqual(shown(await settled(), MEMBERS), []);
  },

  async "one that somebody else takes away is said within five minutes, and its page clears by itself"() {
    const begun = await now();
    const one = await live();
    const [held] = (await sandbox.assignments()).live.filter(({ principal, target }) => principal.id === PERSONS.ana && target.id === GROUPS.contributors);
    await drop(held.id);
    await eventually(async () => {
      if ((await about("drift.missing", PERSONS.ana)).length) return true;
      await sandbox.clock.advance("PT15S");
      return false;
    }, { every: 200, what: "drift.missing" });
    assert.ok((await now()) - begun <= 300e3, "within five minutes");
    await ana.signIn();
    const grant = (await ana.request(one.request.id)).grants[0];
    assert.deepEqual([grant.state, grant.why], ["ended", "outside"]);
    assert.deepEqual(shown(await watch(), MEMBERS), [`missing ${PERSONS.ana}`]);
    assert.deepEqual(shown(await settled(), MEMBERS), []);
    assert.equal((await about("drift.missing", PERSONS.ana)).length, 1);
    assert.equal((await about("drift.cleared", PERSONS.ana)).length, 1);
  },

  async "a permanent assignment beside a grant outlasts it, and is said so"() {
    const one = await live();
    const made = await assign(PERSONS.ana);
    await raisesOnce(MEMBERS, "permanent", PERSONS.ana, async () => {
      assert.match(of(await watch(), MEMBERS).findings[0].says, /^Ana Torres holds it permanently, beside what Curfew gave\.$/);
      await drop(made.id);
    });
    await over(one);
  },

  async "S92: the only owner of a group is stuck, until there is another"() {
    const [tom] = (await sandbox.assignments()).live.filter(({ principal, target }) => principal.id === PERSONS.tom && target.id === GROUPS.owners && target.access === "owner");
    await drop(tom.id);
    const one = await live("owners-owner");
    await raisesOnce(OWNERS, "last_owner", PERSONS.ana, () => assign(PERSONS.tom, { group: GROUPS.owners, access: "owner", manner: "outside" }));
    await over(one);
  },

  async "S93: a weakened policy of PIM is a change, and a finding until it is as it was"() {
    const target = { group: GROUPS.contributors, access: "member" };
    const changes = async () => (await events("drift.policy_changed")).length;
    const before = await changes();
    await rules(target, { Expiration_Admin_Assignment: { isExpirationRequired: false } });
    assert.deepEqual(shown(await later(), MEMBERS), ["policy_weaker for_good"]);
    const [finding] = of(await later(), MEMBERS).findings;
    assert.equal(finding.says, "Privileged Identity Management lets it be assigned for good.");
    const [event] = (await events("drift.policy_changed")).slice(-1);
    assert.deepEqual([event.detail.before.assignment.must_end, event.detail.after.assignment.must_end], [true, false]);
    await rules(target, { Expiration_Admin_Assignment: { isExpirationRequired: true } });
    assert.deepEqual(shown(await settled(), MEMBERS), []);
    assert.equal((await changes()) - before, 2);
    assert.equal((await events("drift.policy_weaker")).length, 1);
  },

  async "what Curfew's own write brings when its grant is over is removed, and said"() {
    const mark = await sandbox.mark();
    await ana.signIn();
    await sandbox.fault({ method: "POST", path: REQUESTS }, { kind: "hold", when: "before" });
    const request = await ana.ask({ roles: ["copilot-contributor"], duration: "PT4H" });
    const held = await eventually(async () => (await sandbox.held())[0], { what: "the write that is held" });
    const grant = (await ana.request(request.id)).grants[0];
    await signedIn(ana);
    const revoked = await ana.post(`/api/v1/grants/${grant.id}/release`);
    assert.equal(revoked.status, 200, revoked.text);
    await eventually(async () => {
      await signedIn(ana);
      if ((await ana.request(request.id)).grants[0].state === "ended") return true;
      await sandbox.clock.advance("PT15S");
      return false;
    }, { every: 200, what: "its end" });
    await later();
    await later();
    await sandbox.release({ id: held.id });
    const body = await later();
    assert.deepEqual(shown(body, MEMBERS), [`late ${PERSONS.ana}`]);
    await sandbox.clock.advance("PT5M");
    await eventually(async () => (await sandbox.journal(mark)).some(({ effect }) => effect?.remove), { what: "the removal" });
    assert.deepEqual((await sandbox.assignments()).live.filter(({ principal, target }) => principal.id === PERSONS.ana && target.id === GROUPS.contributors), []);
    assert.deepEqual(shown(await settled(), MEMBERS), []);
    assert.equal((await about("drift.late", PERSONS.ana)).length, 1);
    const story = (await events()).filter((event) => event.request === request.id).map(({ code, detail }) => [code, detail?.action].join(" "));
    assert.ok(story.indexOf("intent.committed remove") > story.indexOf("drift.late "), JSON.stringify(story));
  },

  async "where policy says so, what nothing explains is removed from people, when it was told and seen again; from nobody else"() {
    const mark = await sandbox.mark();
    const reader = { group: undefined, access: undefined, role: ROLES.securityReader };
    const nils = await assign(PERSONS.nils, reader);
    const kept = [await assign(GROUPS.nightShift, reader), await assign(PERSONS.gus, { ...reader, manner: "outside" }), await assign(PERSONS.tom, reader)];
    const others = await assign(PERSONS.nils); // of a role that does not say so
    const body = await later();
    assert.deepEqual(shown(body, READERS), [`unexplained ${PERSONS.nils}`, `unexplained ${GROUPS.nightShift}`, `unexplained ${PERSONS.gus}`].sort());
    const writes = async () => (await sandbox.journal(mark)).filter(({ app, method, body: sent }) => app === "Curfew" && method === "POST" && sent?.action === "adminRemove");
    assert.deepEqual(await writes(), [], "told before it is removed");
    await eventually(async () => {
      await sandbox.clock.advance("PT1M");
      await watch();
      return (await sandbox.journal(mark)).some(({ effect }) => effect?.remove);
    }, { what: "the removal", every: 300 });
    assert.deepEqual(shown(await settled(), READERS), [`unexplained ${GROUPS.nightShift}`, `unexplained ${PERSONS.gus}`].sort());
    assert.ok((await writes()).every(({ body: sent }) => sent.principalId === PERSONS.nils && sent.roleDefinitionId === ROLES.securityReader));
    const live = (await sandbox.assignments()).live.map(({ id }) => id);
    assert.ok(!live.includes(nils.id));
    for (const { id } of [...kept, others]) assert.ok(live.includes(id));
    const intents = (await events()).filter(({ detail }) => detail?.finding && detail.action === "remove").map(({ code, detail, subject }) => [code, detail.outcome, subject.oid]);
    assert.deepEqual(intents.slice(-2), [["intent.committed", undefined, PERSONS.nils], ["intent.answered", "accepted", PERSONS.nils]]);
    for (const { id } of [...kept, others]) await drop(id);
    await settled();
  },

  async "whom the policy names is told, of all that was found together, once"() {
    const mails = async () => (await sandbox.mail("lena.vogt@contoso.example")).filter(({ subject }) => subject.startsWith("Alarm: "));
    await eventually(async () => (await mails()).length, { what: "mail" });
    await sandbox.control("DELETE", "/mail");
    const made = [await assign(PERSONS.gus), await assign(PERSONS.priya)];
    await later();
    await sandbox.clock.advance("PT6S");
    const [mail] = await eventually(async () => (await mails()).length && mails(), { what: "mail" });
    assert.equal(mail.subject, "Alarm: 2 findings");
    assert.match(mail.content, /Copilot contributor: Gus Guest holds it permanently, and not by Curfew\./);
    assert.match(mail.content, /Priya Nair/);
    assert.match(mail.content, new RegExp(`${curfew.origin}/watch`));
    await later();
    await later();
    assert.equal((await mails()).length, 1);
    assert.equal((await sandbox.mail("marc.dubois@contoso.example")).length, 1);
    for (const { id } of made) await drop(id);
    await settled();
  },

  async "with Graph dead the lag grows and is shown, and what is not known is no drift"() {
    const mark = (await events()).at(-1).seq;
    const one = await live();
    await read();
    await sandbox.fault({ path: "/v1.0/*" }, { kind: "error", status: 503, code: "serviceNotAvailable" }, { times: 100000 });
    for (let i = 0; i < 5; i++) {
      await sandbox.clock.advance("PT1M");
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
    await sandbox.clock.advance("PT2M");
    const body = await watch();
    assert.ok(body.lag_seconds >= 300, `${body.lag_seconds}`);
    for (const item of body.items) assert.deepEqual([item.late, item.findings], [true, []], item.target);
    const { text } = await priya.get("/metrics");
    assert.ok(Number(text.match(/^curfew_drift_lag_seconds (\d+)$/m)[1]) >= 300);
    await sandbox.clearFaults();
    const after = await eventually(async () => {
      await sandbox.clock.advance("PT20S");
      const seen = await watch();
      return seen.lag_seconds < 120 && seen;
    }, { what: "reading again", every: 300, seconds: 100 });
    for (const item of after.items) assert.deepEqual([item.late, item.findings], [false, []], item.target);
    assert.deepEqual((await events()).filter(({ seq, code }) => seq > mark && code.startsWith("drift.")), []);
    await over(one);
  },

  async "a finding outlives a crash, and is not said again"() {
    const made = await assign(PERSONS.nils);
    await later();
    const count = (await about("drift.unexplained", PERSONS.nils)).length;
    await curfew.kill();
    await curfew.start();
    assert.deepEqual(shown(await read(), MEMBERS), [`unexplained ${PERSONS.nils}`]);
    assert.equal((await about("drift.unexplained", PERSONS.nils)).length, count);
    const { text } = await priya.get("/metrics");
    assert.match(text, /^curfew_drift_findings\{kind="unexplained"\} 1$/m);
    await drop(made.id);
    await settled();
  },

  async "it is for auditors and administrators"() {
    for (const [name, status] of [["nils", 403], ["ana", 403], ["tom", 200], ["priya", 200]])
      assert.equal((await (await curfew.browser(name).signIn()).get("/api/v1/watch")).status, status, name);
  },
}, { seconds: 180 });
