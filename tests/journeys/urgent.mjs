// S48: access before approval. Named people get it at once, for a short time, and loudly: whoever was passed over is told, MFA
// and device are still demanded, a review is owed, one that is overdue is an alarm, and meanwhile there is no second one.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { eventually, POLICY, startCurfew } from "../support/curfew.mjs";
import { AT_ONCE, GROUPS, PERSONS, ROLES, startSandbox } from "../support/sandbox.mjs";
import { specification } from "../support/spec.mjs";

/** The example policy; Ana may have Copilot owner and Security Operator (whose decisions are signed) at once, and Marc looks at it. */
function policy() {
  const all = JSON.parse(readFileSync(POLICY));
  Object.assign(all.people, { "on call": { users: [PERSONS.ana] }, reviewers: { users: [PERSONS.marc, PERSONS.ana] }, "ana alone": { users: [PERSONS.ana] }, admins: { users: [PERSONS.tom] } });
  const urgent = { who: ["on call"], longest: "PT30M", review: { from: ["reviewers"], within: "PT2H" } };
  for (const rule of all.rules.slice(0, 2)) {
    rule.require = { mfa: {}, device: { compliant: true } };
    rule.urgent = urgent;
  }
  all.rules[0].tell = { urgent: ["admins"] };
  all.rules[1].approval.signed = true;
  all.rules[2].require = { mfa: {} };
  all.rules[2].urgent = { who: ["on call"], review: { from: ["ana alone"], within: "PT2H" } };
  all.alarms = { tell: ["admins"] };
  return all;
}

const sandbox = await startSandbox({ switches: AT_ONCE });
const curfew = await startCurfew(sandbox, { policy: policy() });
const people = {};
for (const name of ["ana", "ben", "lena", "marc", "priya", "tom", "nils"]) people[name] = await curfew.browser(name).signIn();
const { ana, ben, lena, marc, priya, tom, nils } = people;
const mailOf = { ana: "ana.torres@contoso.example", lena: "lena.vogt@contoso.example", marc: "marc.dubois@contoso.example", tom: "tom.berg@contoso.example", ben: "ben.okafor@contoso.example" };

async function later(span) {
  await sandbox.clock.advance(span);
  for (const person of Object.values(people)) await person.signIn();
}

const WANTED = { roles: ["copilot-owner"], duration: "PT30M", justification: "Incident 42: plugin misbehaves", urgent: true };
const post = (person, more = {}) => person.post("/api/v1/requests", { ...WANTED, ...more });
const asked = (more = {}) => ana.ask({ ...WANTED, ...more });
const review = (person, request, more = {}) => person.post(`/api/v1/requests/${request.id}/review`, { outcome: "justified", reason: "It was on fire", ...more });
const toReview = async (person) => (await person.get("/api/v1/requests?reviewable=true")).body.items.map(({ id }) => id);
const alarms = async (request) => (await priya.get(`/api/v1/audit?action=alarm.raised&request=${request.id}`)).body.items.map(({ detail }) => detail.alarm);

async function giveBack(request) {
  await later("PT6M");
  for (const { id } of (await ana.request(request.id)).grants) await ana.post(`/api/v1/grants/${id}/release`);
  await ana.untilGrant(request.id, "ended", "failed");
}

await specification("journeys/urgent", {
  async "the catalogue and a dry run say to whom it is open, for how long, and who looks at it"() {
    const of = async (person) => (await person.get("/api/v1/roles")).body.items.find(({ id }) => id === "copilot-owner").urgent;
    assert.deepEqual(await of(ana), { longest: "PT30M", reviews: [{ rule: "Copilot owner", within: "PT2H", from: ["reviewers"] }] });
    assert.equal(await of(ben), null);
    const dry = async (urgent) => (await ana.post("/api/v1/requests?dry_run=true", { ...WANTED, urgent })).body;
    assert.equal((await dry(false)).state, "pending");
    const verdict = await dry(true);
    assert.equal(verdict.state, "approved");
    assert.match(verdict.evidence.find(({ code }) => code === "urgent_reviewed").says, /^1 people can review it afterwards: Marc Dubois/);
    assert.match(verdict.evidence.find(({ code }) => code === "urgent_passed_over").says, /Lena Vogt/);
  },

  async "who is not named, who wants it longer, and who wants it later are refused outright"() {
    const cases = [[ben, {}, "urgent"], [ana, { duration: "PT31M" }, "duration"], [ana, { start: new Date(Date.parse((await sandbox.clock.now()).now) + 3600e3).toISOString().slice(0, 19) + "Z" }, "start"]];
    for (const [person, more, field] of cases) {
      const answer = await post(person, more);
      assert.deepEqual([answer.status, answer.body.code, answer.body.errors.map((error) => error.field)], [403, "refused_by_policy", [field]], answer.text);
    }
    assert.equal((await post(nils)).body.errors[0].field, "roles[0]", "a stranger is told of no role");
    assert.equal((await post(ana, { urgent: "yes" })).status, 400);
    assert.equal((await review(marc, { id: "01K9ZQ3V6D8M2T4X7B0C5F1G9H" })).status, 404);
  },

  async "MFA and device are still demanded, and what was refused owes nothing"() {
    await ana.signIn({ device: "SEC-115" });
    const request = await ana.until((await asked()).id, "refused");
    assert.match(request.why, /^device_noncompliant/);
    assert.deepEqual(request.urgent, { owed: false, overdue: false, reviews: [], passed_over: [] });
    await ana.signIn({ mfa: "none" });
    assert.equal((await post(ana)).status, 202, "a fresh sign-in first");
    await ana.signIn();
  },

  async "S48: given at once and for a short time; everybody who was passed over is told, a review is owed, and no second one meanwhile"() {
    const mails = await sandbox.mailMark();
    const request = await asked();
    const grant = await ana.untilGrant(request.id, "active");
    assert.ok(Date.parse(grant.ends_at) - Date.parse(grant.starts_at) <= 30 * 60e3 + 2000);
    const now = await ana.request(request.id);
    assert.equal(now.state, "approved");
    assert.deepEqual(now.approval, []);
    assert.deepEqual([now.urgent.owed, now.urgent.overdue, now.urgent.passed_over.map(({ name }) => name)], [true, false, ["Ben Okafor", "Lena Vogt", "Marc Dubois"]]);
    assert.deepEqual(now.urgent.reviews.map(({ rule, reviewers, outcome }) => [rule, reviewers.map(({ name }) => name), outcome]), [["Copilot owner", ["Marc Dubois"], null]]);
    const subject = "Urgent: Ana Torres is given Copilot owner without approval";
    assert.match((await sandbox.mailTo(mailOf.lena, subject, mails)).content, /Your approval was passed over\. You can revoke/);
    const toMarc = await sandbox.mailTo(mailOf.marc, subject, mails);
    assert.match(toMarc.content, /You owe it a review by/);
    await sandbox.mailTo(mailOf.ben, subject, mails);
    const named = async () => (await sandbox.mail(mailOf.tom)).find(({ id, content }) => id > mails && /Ana Torres/.test(content));
    await eventually(named, { what: "mail to whom the rule names" });
    const { items } = (await priya.get(`/api/v1/audit?action=request.urgent&request=${request.id}`)).body;
    assert.deepEqual(items.map(({ detail }) => [detail.passed_over, detail.rules]), [[3, ["Copilot owner"]]]);
    const submitted = (await priya.get(`/api/v1/audit?action=request.submitted&request=${request.id}`)).body.items[0];
    assert.equal(submitted.detail.urgent, true);
    assert.deepEqual([await toReview(marc), await toReview(lena)], [[request.id], []]);
    assert.ok((await lena.get("/api/v1/requests?approvable=true")).body.items.some(({ id }) => id === request.id), "and who was passed over sees it");
    await giveBack(request);
    const second = await post(ana, { roles: ["security-operator"] });
    assert.deepEqual([second.status, second.body.code], [409, "conflict"]);
    assert.match(second.body.detail, new RegExp(`A review is owed for what you had before approval: see request ${request.id}`));
    assert.match(second.headers.get("link"), new RegExp(request.id));
    const usual = await post(ana, { urgent: false });
    assert.equal(usual.status, 201, "the usual way is open");
    assert.equal((await ana.post(`/api/v1/requests/${usual.body.id}/cancel`)).status, 200);

    await later("PT1H55M");
    const overdue = await eventually(async () => (await alarms(request)).length && ana.request(request.id), { what: "an alarm" });
    assert.deepEqual(await alarms(request), ["review_overdue"]);
    assert.equal(overdue.urgent.overdue, true);
    for (const name of ["marc", "tom"]) await sandbox.mailTo(mailOf[name], "Overdue: the review of urgent access of Ana Torres", mails);
    assert.equal((await post(ana)).status, 409, "and still there is no second one");
    await ana.signIn({ mfa: "none" });
    assert.equal((await post(ana)).status, 409, "which is said before a fresh sign-in is asked for");
    await ana.signIn();

    const tries = [[ana, 403, "Nobody reviews their own request."], [lena, 403, "You are not a reviewer of this request."], [priya, 403, "You are not a reviewer of this request."], [nils, 404, undefined]];
    for (const [person, status, says] of tries) {
      const answer = await review(person, request);
      assert.equal(answer.status, status, answer.text);
      if (says) assert.equal(answer.body.detail, says);
    }
    assert.equal((await review(marc, request, { reason: "  " })).status, 400);
    assert.equal((await review(marc, request, { outcome: "fine" })).status, 400);
    const made = await review(marc, request);
    assert.deepEqual([made.status, made.body.urgent.owed, made.body.urgent.overdue], [200, false, false], made.text);
    const [line] = made.body.urgent.reviews;
    assert.deepEqual([line.by.name, line.outcome, line.reason], ["Marc Dubois", "justified", "It was on fire"]);
    assert.match((await sandbox.mailTo(mailOf.ana, "Reviewed: Copilot owner", mails)).content, /reviewed by Marc Dubois: it was justified/);
    assert.deepEqual([(await review(marc, request)).status, await toReview(marc)], [409, []]);
    const event = (await priya.get(`/api/v1/audit?action=review.made&request=${request.id}`)).body.items;
    assert.deepEqual(event.map(({ detail, actor }) => [detail.outcome, actor.name]), [["justified", "Marc Dubois"]]);
  },

  async "where decisions are signed nobody signs it, and the rule that lets it happen proves it; who was passed over takes it away"() {
    const request = await asked({ roles: ["security-operator"] });
    const grant = await ana.untilGrant(request.id, "active");
    assert.equal((await post(ana)).status, 409);
    await later("PT6M");
    assert.equal((await lena.post(`/api/v1/grants/${grant.id}/revoke`, { reason: "I know of no incident" })).status, 200);
    assert.equal((await ana.untilGrant(request.id, "ended")).why, "revoked");
    const made = await review(marc, request, { outcome: "unjustified", reason: "There was none" });
    assert.deepEqual([made.status, made.body.urgent.reviews[0].outcome], [200, "unjustified"]);
    await later("PT3H");
    assert.deepEqual(await alarms(request), [], "what was looked at in time is no alarm");
  },

  async "access that never came about owes no review"() {
    const ends_at = new Date(Date.parse((await sandbox.clock.now()).now) + 3600e3).toISOString();
    const other = await sandbox.control("POST", "/assignments", { principal: PERSONS.ana, role: ROLES.securityOperator, manner: "assigned", ends_at });
    const failed = await asked({ roles: ["security-operator"] });
    assert.equal((await ana.untilGrant(failed.id, "failed")).why, "already_held");
    assert.deepEqual([(await ana.request(failed.id)).urgent.owed, await toReview(marc)], [false, []]);
    assert.equal((await review(marc, failed)).status, 200, "it may be made all the same");
    await sandbox.control("DELETE", `/assignments/${other.id}`);
    const next = await asked();
    await ana.untilGrant(next.id, "active");
    assert.equal((await review(marc, next)).status, 200);
    await giveBack(next);
  },

  async "two at once: one is let through"() {
    const answers = await Promise.all([post(ana, { roles: ["copilot-owner"] }), post(ana, { roles: ["security-operator"] })]);
    assert.deepEqual(answers.map(({ status }) => status).sort(), [201, 409]);
    const { id } = answers.find(({ status }) => status === 201).body;
    await ana.untilGrant(id, "active");
    assert.equal((await review(marc, { id })).status, 200);
    await giveBack({ id });
  },

  async "where nobody but the requester could look at it, it is refused"() {
    const request = await ana.until((await asked({ roles: ["copilot-contributor"] })).id, "refused");
    assert.equal(request.why, "urgent_unreviewed");
    assert.match(request.why_says, /Nobody could review this afterwards by the rule "Everyday tools"/);
  },

  async "it waits for nobody across a restart: the alarm of an overdue review comes once"() {
    const request = await asked();
    await ana.untilGrant(request.id, "active");
    await giveBack(request);
    await curfew.stop();
    await sandbox.clock.advance("PT3H");
    await curfew.start();
    for (const person of Object.values(people)) await person.signIn();
    await eventually(async () => (await alarms(request)).length, { what: "an alarm" });
    await curfew.stop();
    await curfew.start();
    for (const person of Object.values(people)) await person.signIn();
    assert.deepEqual(await alarms(request), ["review_overdue"]);
    assert.equal((await review(marc, request)).status, 200);
  },
}, { seconds: 90 });
