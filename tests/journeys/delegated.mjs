// Mode `delegated`: the person's own token activates what they are eligible for, right after a fresh sign-in, and Curfew holds
// nothing that can grant: its own permissions read and remove. The ordinary life, and who may start what.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { eventually } from "../support/curfew.mjs";
import { delegated, PERMISSIONS } from "../support/delegated.mjs";
import { askedOfGraph, callOf, callsOf, isDenied, LIST } from "../support/registration.mjs";
import { device, GROUPS, PERSONS, ROLES } from "../support/sandbox.mjs";
import { specification } from "../support/spec.mjs";

const CONTRIBUTORS = { group: GROUPS.contributors, access: "member" };
const TOKEN = /eyJ[\w-]{20,}/;
const filesOf = (folder) =>
  readdirSync(folder, { withFileTypes: true }).flatMap((one) => (one.isDirectory() ? filesOf(join(folder, one.name)) : [join(folder, one.name)]));
const stage = await delegated({
  switches: { sign_in_log_ms: 0 },
  policy: ({ people, roles, rules }) => {
    people["their manager"] = { manager: true };
    rules[0].approval.stages[0].from.push("their manager");
    roles["security-operator"].close_sessions = true;
    Object.assign(rules[0].require, { modern_authentication: true, device: { workstation: { groups: [GROUPS.analysts] } } });
  },
  before: (sandbox) => sandbox.control("PATCH", `/groups/${GROUPS.analysts}`, { members: [PERSONS.ana, PERSONS.ben, device("SEC-114")] }),
});
const { sandbox, curfew, people } = stage;
const { ana, ben, nils, priya, tom } = people;

await specification("journeys/delegated", {
  async "a group: asked, approved, told, started by its holder, read back, given back, removed with the right to remove"() {
    const mark = await sandbox.mark();
    const mails = await sandbox.mailMark();
    const waiting = await stage.waits("copilot-owner");
    const approved = await sandbox.mailTo("ana.torres@contoso.example", "Approved: Copilot owner", mails);
    assert.match(approved.content, /You start it yourself/);
    assert.doesNotMatch(approved.content, /being set up/);
    const mail = await sandbox.mailTo("ana.torres@contoso.example", "Start now: Copilot owner", mails);
    assert.match(mail.content, /choose Start now/);
    assert.equal((await stage.effects(mark, "assign")).length, 0, "nothing before its holder starts it");
    assert.equal((await stage.start(waiting)).location, `/requests/${waiting.request.id}`);
    const grant = await ana.untilGrant(waiting.request.id, "active");
    assert.deepEqual([grant.needs, grant.mode, grant.seen], [null, "delegated", "yes"]);
    const [live] = await stage.live(GROUPS.owners);
    assert.deepEqual([live.manner, Date.parse(live.ends_at)], ["activated", Date.parse(grant.ends_at)]);
    const [made] = await stage.effects(mark, "assign");
    assert.deepEqual([made.person, made.body.action, made.body.principalId], [PERSONS.ana, "selfActivate", PERSONS.ana]);
    assert.ok(made.body.justification.endsWith(` [Curfew ${waiting.request.id}]`));
    await stage.later("PT6M");
    await ana.post(`/api/v1/grants/${grant.id}/release`);
    assert.equal((await ana.untilGrant(waiting.request.id, "ended")).why, "released");
    const [gone] = await stage.effects(mark, "remove");
    assert.deepEqual([gone.person, gone.body.action], [null, "adminRemove"]);
    assert.deepEqual(await stage.live(GROUPS.owners), []);
  },

  async "an Entra role: the same, revoked by an administrator"() {
    const waiting = await stage.waits("security-operator");
    await stage.start(waiting);
    const grant = await ana.untilGrant(waiting.request.id, "active");
    assert.equal((await stage.live(ROLES.securityOperator)).length, 1);
    await stage.later("PT6M");
    assert.equal((await tom.post(`/api/v1/grants/${grant.id}/revoke`, { reason: "Enough" })).status, 200);
    assert.equal((await ana.untilGrant(waiting.request.id, "ended")).why, "revoked");
    assert.deepEqual(await stage.live(ROLES.securityOperator), []);
  },

  async "that took every call of the list of this mode and no other, and none was refused"() {
    await ana.signIn({ mfa: "none" }); // who could have brought a second factor
    assert.equal((await ana.post("/api/v1/requests", { roles: ["copilot-owner"], duration: "PT1H", justification: "Incident 42: plugin" })).status, 202);
    await ana.signIn();
    const calls = askedOfGraph(await sandbox.journal());
    assert.deepEqual(calls.filter(isDenied), []);
    const made = new Set(calls.map(({ method, path }) => `${method} ${path}`));
    for (const call of callsOf(PERMISSIONS).filter((one) => !/\{|\(|\?/.test(one))) assert.ok(made.has(call), `${call} was not made`);
    const grants = calls.filter(({ method, path, person }) => method === "POST" && path.includes("ScheduleRequests") && !person);
    assert.ok(grants.length && grants.every(({ body }) => body.action === "adminRemove"), "what Curfew writes in its own name takes away");
  },

  async "the registration of this mode asks for what is on the list, and nothing that can grant"() {
    const { requiredResourceAccess } = JSON.parse(readFileSync(new URL("../../docker/entra/registration_delegated.json", import.meta.url), "utf8"));
    const [graph, ...others] = requiredResourceAccess;
    const ids = (type) => graph.resourceAccess.filter((one) => one.type === type).map(({ id }) => id).sort();
    assert.deepEqual([others.length, graph.resourceAppId], [0, LIST.resource]);
    assert.deepEqual(ids("Role"), PERMISSIONS.filter(({ granted }) => !granted).map(({ id }) => id).sort());
    assert.deepEqual(ids("Scope"), LIST.delegated.map(({ id }) => id).sort());
    assert.ok(PERMISSIONS.every(({ name, tier }) => tier > 0 && !/ReadWrite/.test(name)));
  },

  async "without any one of the list, exactly the calls that it stands for are refused"() {
    const found = new Map();
    for (const entry of askedOfGraph(await sandbox.journal()).filter(({ person }) => !person)) found.set(`${callOf(entry)} ${entry.body?.action}`, entry);
    const refusedWith = (permissions) =>
      sandbox.withPermissions(permissions, async (token) => {
        const refused = new Set();
        for (const { method, path, query, body } of found.values()) {
          const answer = await sandbox.graph(`${sandbox.origin}${path}?${new URLSearchParams(query)}`, { method, body: body ?? undefined, token });
          if (isDenied(answer)) refused.add(callOf({ method, path, query }));
        }
        return [...refused].sort();
      });
    const names = PERMISSIONS.map(({ name }) => name);
    assert.deepEqual(await refusedWith(names), []);
    for (const { name, calls, also = [] } of PERMISSIONS) {
      const refused = await refusedWith(names.filter((other) => other !== name));
      assert.deepEqual(refused.filter((call) => !also.includes(call)), [...calls].sort(), `without ${name}`);
    }
  },

  async "it runs out by itself, and is seen to be over"() {
    const waiting = await stage.waits("copilot-contributor", { duration: "PT10M" });
    await stage.start(waiting);
    await ana.untilGrant(waiting.request.id, "active");
    await stage.later("PT11M");
    assert.equal((await ana.untilGrant(waiting.request.id, "ended")).why, "expired");
  },

  async "who is eligible through a group starts it for themselves alone: of a group, and of an Entra role, which lists the group only"() {
    for (const [role, id, target] of [["copilot-contributor", GROUPS.contributors, CONTRIBUTORS], ["security-reader", ROLES.securityReader, { role: ROLES.securityReader }]]) {
      const { eligible } = await sandbox.assignments();
      const direct = eligible.find((one) => one.principal.id === PERSONS.ben && one.target.id === id);
      await sandbox.control("DELETE", `/assignments/${direct.id}`);
      await sandbox.control("POST", "/assignments", { principal: GROUPS.leads, ...target, manner: "eligible" });
      await stage.later("PT2M"); // what was read of it is not believed any more
      const waiting = await stage.waits(role, { person: ben });
      const piece = (await ben.request(waiting.request.id)).evidence.find(({ check }) => check === "eligibility");
      assert.deepEqual([piece.verdict, piece.code], ["pass", "eligibility_through_group"]);
      await stage.start(waiting);
      await ben.untilGrant(waiting.request.id, "active");
      assert.equal((await stage.live(id, PERSONS.ben)).length, 1);
      assert.deepEqual(await stage.live(id, PERSONS.lena), []);
      await stage.over(waiting);
    }
  },

  async "only its holder starts it; strangers find nothing, and what runs is not started twice"() {
    const waiting = await stage.waits();
    const path = `/api/v1/grants/${waiting.grant.id}/activate`;
    assert.equal((await nils.post(path)).status, 404);
    assert.equal((await priya.post(path)).status, 403);
    assert.equal((await tom.post(path)).status, 403);
    assert.equal((await ana.post("/api/v1/grants/01ARZ3NDEKTSV4RRFFQ69G5FAV/activate")).status, 404);
    assert.equal((await ana.post(path, { role: "copilot-owner" })).status, 400);
    await stage.start(waiting);
    await ana.untilGrant(waiting.request.id, "active");
    const again = await ana.post(path);
    assert.deepEqual([again.status, again.body.code], [409, "conflict"]);
    assert.match(again.body.detail, /does not wait/);
    await stage.over(waiting);
  },

  async "somebody else who comes back for it is nobody here, and starts nothing"() {
    const waiting = await stage.waits();
    const mark = await sandbox.mark();
    const { body } = await ana.post(`/api/v1/grants/${waiting.grant.id}/activate`);
    const landed = await ana.through(body.go, { person: "ben" });
    assert.equal(landed.location, "/?problem=somebody_else");
    await ana.signIn();
    assert.equal((await ana.request(waiting.request.id)).grants[0].state, "waiting");
    assert.equal((await stage.effects(mark, "assign")).length, 0);
    await stage.over(waiting);
  },

  async "asked for later: it can be started from then on, and not before; its holder is told then"() {
    const { now } = await sandbox.clock.now();
    const from = new Date(Math.floor(Date.parse(now) / 1000) * 1000 + 30 * 60_000).toISOString().replace(".000", "");
    const mails = await sandbox.mailMark();
    const request = await ana.until((await ana.ask({ roles: ["copilot-contributor"], start: from })).id, "approved");
    const grant = await ana.untilGrant(request.id, "waiting");
    assert.equal(grant.needs, null);
    const early = await ana.post(`/api/v1/grants/${grant.id}/activate`);
    assert.equal(early.status, 409);
    assert.ok(early.body.detail.includes(from), early.body.detail);
    await stage.later("PT31M");
    await sandbox.mailTo("ana.torres@contoso.example", "Start now: Copilot contributor", mails);
    const waiting = { request, grant, person: ana };
    assert.equal((await ana.request(request.id)).grants[0].needs, "sign_in");
    await stage.start(waiting);
    await ana.untilGrant(request.id, "active");
    await stage.over(waiting);
  },

  async "a purpose is good once"() {
    const waiting = await stage.waits();
    const { body } = await ana.post(`/api/v1/grants/${waiting.grant.id}/activate`);
    await ana.through(body.go);
    await ana.untilGrant(waiting.request.id, "active");
    assert.equal((await ana.get(body.go)).location, "/?problem=purpose_over");
    await stage.over(waiting);
  },

  async "not started within its time: lapsed, told, and nothing was given"() {
    const mark = await sandbox.mark();
    const mails = await sandbox.mailMark();
    const waiting = await stage.waits();
    await stage.later("PT59M");
    assert.equal((await ana.request(waiting.request.id)).grants[0].state, "waiting");
    const { body } = await ana.post(`/api/v1/grants/${waiting.grant.id}/activate`);
    await sandbox.clock.advance("PT2M");
    assert.equal((await ana.untilGrant(waiting.request.id, "lapsed")).why, "not_started");
    await ana.through(body.go);
    assert.equal((await ana.request(waiting.request.id)).grants[0].state, "lapsed", "a sign-in that comes too late changes nothing");
    await sandbox.mailTo("ana.torres@contoso.example", "Not given: Copilot contributor", mails);
    assert.equal((await sandbox.mail("ana.torres@contoso.example")).filter(({ id, subject }) => id > mails && subject.startsWith("Start now")).length, 1, "told once");
    assert.equal((await stage.effects(mark, "assign")).length, 0);
  },

  async "no token of a person, nor what it was exchanged for, is left in the log, the folder, pages, messages and exports"() {
    assert.match(await sandbox.appToken(), TOKEN);
    const waiting = await stage.waits();
    const landed = await stage.start(waiting);
    await ana.untilGrant(waiting.request.id, "active");
    const exchanged = (await sandbox.journal()).filter(({ body }) => body?.requested_token_use === "on_behalf_of");
    assert.ok(exchanged.some(({ status }) => status === 200));
    const pages = await Promise.all(["/api/v1/me", `/api/v1/requests/${waiting.request.id}`, "/api/v1/grants"].map((path) => ana.get(path)));
    const exports = await Promise.all(["csv", "jsonl", "bundle"].map((format) => priya.get(`/api/v1/audit/export?format=${format}`)));
    assert.ok(exports.every(({ status }) => status === 200));
    const places = {
      log: curfew.output,
      folder: filesOf(curfew.folder).map((path) => readFileSync(path, "latin1")).join("\n"),
      pages: [landed, ...pages].map(({ text, headers }) => text + JSON.stringify([...headers])).join("\n"),
      messages: JSON.stringify(await sandbox.mail()),
      exports: exports.map(({ bytes }) => bytes.toString("latin1")).join("\n"),
    };
    for (const [place, text] of Object.entries(places)) {
      assert.ok(text.length > 200, `${place} has something in it`);
      assert.doesNotMatch(text, TOKEN, place);
    }
    await stage.over(waiting);
  },

  async "the watch takes for Curfew's what they started through it, and what somebody starts past it for theirs"() {
    const waiting = await stage.waits();
    await stage.start(waiting);
    await ana.untilGrant(waiting.request.id, "active");
    const ends_at = `${new Date(Date.parse((await sandbox.clock.now()).now) + 3600e3).toISOString().slice(0, 19)}Z`;
    await sandbox.control("POST", "/assignments", { principal: PERSONS.nils, ...CONTRIBUTORS, manner: "activated", ends_at });
    for (let i = 0; i < 2; i++) {
      await stage.later("PT121S");
      const found = await eventually(async () => {
        const { items } = (await priya.get("/api/v1/watch")).body;
        const { lag_seconds, findings } = items.find(({ role }) => role === "copilot-contributor");
        return lag_seconds < 60 && findings;
      }, { what: "a reading" });
      assert.deepEqual(found.filter(({ kind }) => kind !== "policy_weaker").map(({ kind, about }) => [kind, about]), [["unexplained", PERSONS.nils]]);
      assert.deepEqual(found.filter(({ kind }) => kind === "policy_weaker").map(({ about }) => about), []);
    }
    await stage.over(waiting);
  },

  async "whose mode is application, by the policy, Curfew starts by itself"() {
    await curfew.stop();
    const permissions = ["PrivilegedAssignmentSchedule.ReadWrite.AzureADGroup"]; // before its first token
    const other = await delegated({ policy: (all) => (all.roles["copilot-contributor"].activation = "application"), permissions });
    const request = await other.people.ana.ask({ roles: ["copilot-contributor"] });
    const grant = await other.people.ana.untilGrant(request.id, "active");
    assert.deepEqual([grant.mode, grant.needs], ["application", null]);
    const answer = await other.people.ana.post(`/api/v1/grants/${grant.id}/activate`);
    assert.deepEqual([answer.status, answer.body.code], [409, "conflict"]);
    assert.match(answer.body.detail, /by itself/);
    await eventually(async () => (await other.sandbox.mail()).length > 0, { what: "mail" });
    assert.ok((await other.sandbox.mail()).every(({ subject }) => !subject.startsWith("Start now")));
  },
}, { seconds: 60 });
