// Approval in stages: each is asked when the one before it has what it needs; denials are counted; whoever is silent is reminded and
// then others may decide as well; one human counts once by all of their accounts; and nothing waits that nobody can approve.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { eventually, POLICY, startCurfew } from "../support/curfew.mjs";
import { AT_ONCE, GROUPS, PERSONS, startSandbox } from "../support/sandbox.mjs";
import { specification } from "../support/spec.mjs";

const MAIL = { lena: "lena.vogt@contoso.example", marc: "marc.dubois@contoso.example", ben: "ben.okafor@contoso.example", nils: "nils.frost@contoso.example", ana: "ana.torres@contoso.example", tom: "tom.berg@contoso.example" };

const ROSA = "9e450000-0000-4000-8000-000000000011"; // has no employee number

/** The example policy, and roles that differ in who must agree; an employee is one human, whatever accounts they have. */
function policy() {
  const all = JSON.parse(readFileSync(POLICY));
  const roles = ["5f2222b1-57c3-48ba-8ad5-d4759f1fde6f", "f2ef992c-3afb-46b9-b7cf-a126ee74c451", "3a2c62db-5318-420d-8d74-23affee5d9d5", "b1be1c3e-b65d-4f19-8427-f6fa0d97feb9", "194ae4cb-b126-40b2-bd5b-6091b380977d", "5d6b6bb7-de71-4623-b4af-96380a352509", "62e90394-69f5-4237-9190-012177145e10", "e8611ab8-c189-46e8-94e1-60213ab1f814"];
  const add = (id, stages) => {
    const role = roles.pop();
    all.roles[id] = { name: `The ${id} role`, target: { kind: "directory_role", role } };
    all.rules.push({ name: id, roles: [id], who: ["soc analysts"], require: { mfa: { within: "P1D" } }, limits: { longest: "PT4H", start_within: "PT1H" }, approval: { stages } });
  };
  const left = (ids) => ids.filter((id) => !["security-reader", "security-operator"].includes(id));
  for (const role of ["security-reader", "security-operator"]) delete all.roles[role];
  for (const role of Object.values(all.roles)) if (role.lesser) role.lesser = left(role.lesser);
  all.rules = all.rules.map((rule) => ({ ...rule, roles: left(rule.roles) })).filter(({ roles }) => roles.length);
  all.person_key = "employeeId";
  all.alarms = { tell: ["watchers"] };
  Object.assign(all.people, {
    watchers: { sets: ["those on duty"] },
    "those on duty": { users: [PERSONS.tom] },
    nils: { users: [PERSONS.nils] },
    lena: { users: [PERSONS.lena] },
    marc: { users: [PERSONS.marc] },
    "lena and marc": { users: [PERSONS.lena, PERSONS.marc] },
    manager: { manager: true },
    "ana's accounts": { users: [PERSONS.ana, PERSONS.nils, PERSONS.priya, PERSONS.lena, ROSA] },
  });
  add("staged", [
    { from: ["soc leads"], within: "PT1H", remind: ["PT30M", "PT20M"], escalate: { after: "PT50M", to: ["nils"] } },
    { from: ["marc"], within: "PT2H", signed: true },
  ]);
  add("then", [{ from: ["soc leads"], within: "PT1H" }, { from: ["nils"], within: "PT1H", reason: false }, { from: ["soc leads"], within: "PT1H" }]);
  add("votes", [{ from: ["soc leads", "nils"], need: 3, deny: 2, within: "PT2H" }]);
  add("ordered", [{ from: ["lena and marc"], within: "PT1H" }, { from: ["marc"], within: "PT1H" }]);
  add("skips", [{ from: ["lena"], when: { longer_than: "PT2H" } }, { from: ["marc"], when: { longer_than: "PT30M" } }, { from: ["nils"] }]);
  add("managed", [{ from: ["manager"], within: "PT1H" }]);
  add("human", [{ from: ["ana's accounts"], need: 2, within: "PT2H" }]);
  add("one", [{ from: ["lena and marc"], need: 2, within: "PT4H" }]);
  return all;
}

const sandbox = await startSandbox({ switches: AT_ONCE });
await sandbox.control("POST", "/persons", { id: ROSA, name: "Rosa Without", upn: "rosa.without@contoso.example", mfa_registered: true });
const curfew = await startCurfew(sandbox, { policy: policy() });
const people = {};
for (const name of ["ana", "ben", "lena", "marc", "priya", "tom", "nils"]) people[name] = await curfew.browser(name).signIn();
people.rosa = await curfew.browser(ROSA).signIn({ device: "" });
const { ana, ben, lena, marc, priya, nils, rosa } = people;

/** Lets time pass; everybody signs in again who can. */
async function later(span) {
  await sandbox.clock.advance(span);
  for (const person of Object.values(people)) await person.signIn(person.evidence).catch(() => {});
}

/** A request for the role, to start in two days: what is approved can be taken back. */
async function ask(role) {
  const start = new Date(Date.parse((await sandbox.clock.now()).now) + 48 * 3600e3).toISOString().slice(0, 19) + "Z";
  return ana.until((await ana.ask({ roles: [role], start })).id, "pending");
}

/** Waits for what Curfew looks at each minute. */
const minutes = (what, look) => eventually(async () => (await look()) || (await sandbox.clock.advance("PT61S"), false), { what, every: 1500 });

const cancel = (request) => ana.post(`/api/v1/requests/${request.id}/cancel`);
const states = (request) => request.approval.map(({ state }) => state);
const names = (stage) => stage.approvers.map(({ name }) => name.split(" ")[0]).sort().join(" ");
const mails = async (who, subject, after = 0) => (await sandbox.mail(MAIL[who])).filter((mail) => mail.id > after && mail.subject.startsWith(subject));
const waitsFor = async (person) => (await person.get("/api/v1/requests?approvable=true&state=pending")).body.items.map(({ id }) => id);

async function events(request) {
  const { text } = await priya.get(`/api/v1/audit/export?format=jsonl&request=${request.id}`);
  return text.trim().split("\n").map((line) => JSON.parse(line));
}

const decides = async (person, request, ...more) => {
  const answer = await person.decide(request.id, ...more);
  assert.equal(answer.status, 200, answer.text);
  return answer.body;
};

/** Decides by a sign-in that says what is decided. */
async function signs(person, request, ...more) {
  const answer = await person.decide(request.id, ...more);
  assert.equal(answer.status, 202, answer.text);
  const { location } = await person.through(answer.body.go);
  assert.equal(location, `/requests/${request.id}`);
}

const refuses = async (answer, status, code, says) => {
  const { status: is, body } = await answer;
  assert.deepEqual([is, body.code], [status, code], JSON.stringify(body));
  assert.match(body.detail, says);
};

await specification("journeys/stages", {
  async "S32: who is asked at a later stage decides nothing before, and sees it in no list; S26: then in its turn"() {
    const mark = await sandbox.mailMark();
    const request = await ask("then");
    assert.deepEqual(states(request), ["asked", "waiting", "waiting"]);
    assert.deepEqual(request.approval.map(names), ["Ben Lena Marc", "Nils", "Ben Lena Marc"]);
    assert.deepEqual(await waitsFor(nils), []);
    await refuses(nils.decide(request.id), 409, "conflict", /^An earlier stage has to agree first/);
    await refuses(nils.decide(request.id, "deny"), 409, "conflict", /^An earlier stage/);
    const first = await decides(lena, request);
    assert.deepEqual([first.state, ...states(first)], ["pending", "met", "asked", "waiting"]);
    assert.ok(Date.parse(first.lapses_at) >= Date.parse(request.lapses_at), "the next stage has its own time");
    assert.deepEqual(await waitsFor(nils), [request.id]);
    await sandbox.mailTo(MAIL.nils, "Decide: Ana Torres", mark);
    const second = await decides(nils, request);
    assert.deepEqual(states(second), ["met", "met", "asked"]);
    await refuses(lena.decide(request.id), 409, "conflict", /decided on this request already/);
    const third = await decides(marc, request);
    assert.deepEqual([third.state, ...states(third)], ["approved", "met", "met", "met"]);
    assert.deepEqual(third.approval.map(({ decisions }) => decisions.map(({ by }) => by.name).join()), ["Lena Vogt,Marc Dubois", "Nils Frost", "Marc Dubois"]);
    assert.deepEqual((await events(request)).filter(({ code }) => code === "approval.opened").map(({ detail }) => detail.stage), [2, 3]);
    await cancel(request);
  },

  async "S34: a stage that its circumstances leave out is skipped, and the next one is mailed at once"() {
    const mark = await sandbox.mailMark();
    const request = await ask("skips");
    assert.deepEqual(request.approval.map(({ stage }) => stage), [2, 3], "an hour is no longer than two");
    await sandbox.mailTo(MAIL.marc, "Decide: Ana Torres", mark);
    assert.equal((await mails("lena", "Decide", mark)).length, 0);
    assert.equal((await lena.decide(request.id)).status, 404);
    await decides(marc, request);
    assert.equal((await decides(nils, request)).state, "approved");
    await cancel(request);
  },

  async "S33: a denial in a middle stage ends it all, and the later stages are never mailed"() {
    const mark = await sandbox.mailMark();
    const request = await ask("then");
    const denied = await decides(ben, request, "deny");
    assert.equal(denied.state, "denied");
    await sandbox.mailTo(MAIL.ana, "Denied: The then role", mark);
    assert.equal((await mails("nils", "Decide", mark)).length, 0);
    await refuses(nils.decide(request.id), 409, "conflict", /^This request was denied by Ben Okafor/);
  },

  async "S42: a reason is demanded where the stage says so, and nowhere else"() {
    const request = await ask("then");
    const silent = await lena.decide(request.id, "approve", { reason: undefined });
    assert.deepEqual([silent.status, silent.body.code, silent.body.errors[0].field], [400, "invalid", "reason"]);
    assert.equal((await lena.decide(request.id, "deny", { reason: "  " })).status, 400);
    assert.equal((await ana.request(request.id)).approval[0].decisions.length, 0);
    await decides(lena, request);
    assert.equal((await nils.decide(request.id, "deny", { reason: undefined })).status, 400, "a denial always says why");
    const quiet = await decides(nils, request, "approve", { reason: undefined });
    assert.deepEqual(states(quiet), ["met", "met", "asked"]);
    assert.equal(quiet.approval[1].decisions[0].reason, "");
    await cancel(request);
  },

  async "S29: of three who agree and two who deny, whichever is first: one denial and three approvals are enough, and one more is too late"() {
    const request = await ask("votes");
    assert.deepEqual([request.approval[0].need, request.approval[0].deny], [3, 2]);
    assert.equal((await decides(ben, request, "deny")).state, "pending");
    await refuses(ben.decide(request.id), 409, "conflict", /decided on this request already/); // S27
    await decides(lena, request);
    assert.equal((await decides(marc, request)).approval[0].given, 2);
    assert.equal((await decides(nils, request)).state, "approved");
    await cancel(request);
  },

  async "S28: as many denials as the stage says end it at once, whoever agreed"() {
    const request = await ask("votes");
    await decides(lena, request);
    await decides(ben, request, "deny");
    assert.equal((await decides(marc, request, "deny")).state, "denied");
    await refuses(nils.decide(request.id), 409, "conflict", /^This request was denied by Marc Dubois/);
  },

  async "nobody agrees where only they could agree later"() {
    const request = await ask("ordered");
    await refuses(marc.decide(request.id), 409, "conflict", /needed at another stage/);
    await decides(lena, request);
    assert.equal((await decides(marc, request)).state, "approved");
    await cancel(request);
  },

  async "the requester's manager in Entra is asked, and who is not any more is not"() {
    const request = await ask("managed");
    assert.equal(names(request.approval[0]), "Lena");
    assert.equal((await marc.decide(request.id)).status, 404);
    await sandbox.person(PERSONS.ana, { manager: PERSONS.marc });
    await refuses(lena.decide(request.id), 403, "denied", /not an approver/);
    assert.equal((await decides(marc, request)).state, "approved");
    await sandbox.person(PERSONS.ana, { manager: PERSONS.lena });
    await later("PT2M");
    await cancel(request);
  },

  async "S22: another account of the requester's is no approver, whoever is listed; one human counts once, and who has no number not at all"() {
    await sandbox.person(PERSONS.nils, { employee_id: "1001" }); // Ana's own
    await later("PT2M");
    const request = await ask("human");
    assert.equal(names(request.approval[0]), "Lena Priya", "neither she nor her other account");
    await refuses(nils.decide(request.id), 403, "denied", /another account of yours/);
    await decides(lena, request);
    await sandbox.person(PERSONS.priya, { employee_id: "1003" }); // Lena's
    await refuses(priya.decide(request.id), 409, "conflict", /with another account of yours/);
    await refuses(rosa.decide(request.id), 403, "denied", /whose account yours is/);
    await sandbox.person(PERSONS.priya, { employee_id: "1005" });
    assert.equal((await decides(priya, request)).state, "approved");
    await sandbox.person(PERSONS.nils, { employee_id: "1007" });
    await later("PT2M");
    await cancel(request);
  },

  async "S16: accounts of one human are one approver, also before anybody is asked"() {
    await sandbox.person(PERSONS.marc, { employee_id: "1003" });
    await later("PT2M");
    const { id } = await ana.ask({ roles: ["one"] });
    const refused = await ana.until(id, "refused");
    assert.equal(refused.why, "approvers_none");
    await sandbox.person(PERSONS.marc, { employee_id: "1004" });
    await later("PT2M");
  },

  async "S24: an approver who left before the second approval came does not count, and is asked again when they are back"() {
    const request = await ask("votes");
    await decides(lena, request);
    await sandbox.control("PATCH", `/groups/${GROUPS.leads}`, { members: [PERSONS.ben, PERSONS.marc] });
    await later("PT2M");
    await minutes("her approval being void", async () => (await ana.request(request.id)).approval[0].given === 0);
    const left = (await events(request)).find(({ code }) => code === "approval.void");
    assert.deepEqual([left.detail.by, left.detail.why], [PERSONS.lena, "left"]);
    await sandbox.control("PATCH", `/groups/${GROUPS.leads}`, { members: [PERSONS.ben, PERSONS.lena, PERSONS.marc] });
    await later("PT2M");
    assert.equal((await decides(lena, request)).approval[0].given, 1);
    await cancel(request);
  },

  async "S24: nor does one who left in the very minute"() {
    const request = await ask("then");
    await decides(lena, request);
    await sandbox.clock.advance("PT61S");
    await sandbox.control("PATCH", `/groups/${GROUPS.leads}`, { members: [PERSONS.ben, PERSONS.marc] });
    const { approval } = await decides(nils, request);
    assert.deepEqual(approval.map(({ state }) => state), ["asked", "met", "waiting"], "the first stage is asked again, and what the second said stands");
    await sandbox.control("PATCH", `/groups/${GROUPS.leads}`, { members: [PERSONS.ben, PERSONS.lena, PERSONS.marc] });
    assert.deepEqual(states(await decides(ben, request)), ["met", "met", "asked"]);
    await later("PT2M");
    await cancel(request);
  },

  async "S40: who is silent is reminded once at each time, then others may decide as well; a restart repeats nothing"() {
    const mark = await sandbox.mailMark();
    const request = await ask("staged");
    const reminders = async () => [(await mails("lena", "Reminder: Ana Torres", mark)).length, (await mails("nils", "Decide", mark)).length];
    await sandbox.mailTo(MAIL.lena, "Decide: Ana Torres", mark);
    assert.equal((await nils.decide(request.id)).status, 404);
    await later("PT31M");
    await eventually(async () => (await reminders()).join() === "1,0", { what: "the first reminder" });
    await curfew.stop();
    await curfew.start();
    await later("PT10M");
    await eventually(async () => (await reminders()).join() === "2,0", { what: "the second reminder" });
    await curfew.stop();
    await curfew.start();
    await later("PT10M");
    await minutes("others being asked", async () => (await mails("nils", "Decide: Ana Torres", mark)).length);
    assert.ok((await ana.request(request.id)).approval[0].escalated_at);
    assert.deepEqual(await reminders(), [2, 1]);
    await signs(nils, request);
    assert.deepEqual(states(await ana.request(request.id)), ["met", "asked"]);
    assert.deepEqual((await events(request)).map(({ code }) => code).filter((code) => /reminded|escalated/.test(code)), ["approval.reminded", "approval.reminded", "approval.escalated"]);
    await cancel(request);
  },

  async "S37: each stage has its own time, and when that of any is over, it lapses"() {
    const request = await ask("then");
    await later("PT50M");
    const { lapses_at } = await decides(lena, request);
    await later("PT50M");
    assert.deepEqual(states(await decides(nils, request)), ["met", "met", "asked"]);
    const { now } = await sandbox.clock.now();
    await later(`PT${Math.ceil((Date.parse((await ana.request(request.id)).lapses_at) - Date.parse(now)) / 1000) + 1}S`);
    assert.equal((await ana.until(request.id, "lapsed")).state, "lapsed");
    assert.ok(Date.parse(now) < Date.parse(lapses_at) + 3600e3);
    await refuses(marc.decide(request.id), 409, "conflict", /lapsed/);
  },

  async "signed over all stages: each signature holds, however the time of the stages moved on, and the order proves them"() {
    const request = await ana.until((await ana.ask({ roles: ["staged"] })).id, "pending");
    await later("PT25M");
    await signs(ben, request);
    await later("PT1H50M");
    await signs(marc, request);
    const grant = await ana.untilGrant(request.id, "active", "failed");
    assert.equal(grant.state, "active", grant.why);
    const { decisions } = (await ana.request(request.id)).approval[1];
    assert.deepEqual(decisions.map(({ by }) => by.name), ["Marc Dubois"]);
  },

  async "a request that nobody can approve any more: the requester and whom alarms are told to hear of it, and it is refused when it stays so"() {
    const mark = await sandbox.mailMark();
    const request = await ask("one");
    await sandbox.person(PERSONS.marc, { enabled: false });
    await later("PT2M");
    for (const who of ["ana", "tom"]) await sandbox.mailTo(MAIL[who], "Nobody is left to approve: Ana Torres", mark);
    await sandbox.person(PERSONS.marc, { enabled: true });
    await later("PT14M");
    await later("PT2M");
    assert.equal((await ana.request(request.id)).state, "pending", "somebody is left again");
    await sandbox.person(PERSONS.marc, { enabled: false });
    await later("PT2M");
    await eventually(async () => (await events(request)).filter(({ code, detail }) => code === "alarm.raised" && detail.alarm === "approvers_gone").length === 2, { what: "a second alarm" });
    await later("PT16M");
    const refused = await ana.until(request.id, "refused");
    assert.deepEqual([refused.why, refused.why_says], ["approvers_gone", "Too few people were left who could approve it."]);
    await sandbox.person(PERSONS.marc, { enabled: true });
    await later("PT2M");
  },
}, { seconds: 240 });
