// From the form to an ended grant and an exported history, through the API alone: somebody asks, somebody else approves,
// the directory holds it, it ends by itself at its time, and the bundle proves all of it.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { startCurfew } from "../support/curfew.mjs";
import { AT_ONCE, GROUPS, PERSONS, startSandbox } from "../support/sandbox.mjs";
import { specification } from "../support/spec.mjs";

const sandbox = await startSandbox({ switches: AT_ONCE });
const curfew = await startCurfew(sandbox);
const ana = await curfew.browser("ana").signIn();
const lena = await curfew.browser("lena").signIn();
const priya = await curfew.browser("priya").signIn();
let request;

const live = async () =>
  (await sandbox.assignments()).live.filter((one) => one.principal.id === PERSONS.ana && one.target.id === GROUPS.owners);

await specification("journeys/whole_life", {
  async "an analyst asks and is asked to sign in afresh"() {
    const answer = await ana.post("/api/v1/requests", {
      roles: ["copilot-owner"],
      duration: "PT1H",
      justification: "Incident 42: plugin misbehaves",
      ticket: "INC-42",
    });
    assert.equal(answer.status, 202);
    const landed = await ana.through(answer.body.go);
    request = await ana.until(landed.location.split("/")[2], "pending");
    assert.equal(request.approval[0].need, 1);
    assert.deepEqual(
      request.approval[0].approvers.map((one) => one.name),
      ["Ben Okafor", "Lena Vogt", "Marc Dubois"],
    );
    assert.ok(request.evidence.every((piece) => piece.verdict === "pass"));
  },

  async "an approver gets a link, which opens the request and decides nothing"() {
    const mail = await sandbox.mailTo("lena.vogt@contoso.example", "Decide");
    assert.match(mail.subject, /^Decide: Ana Torres asks for Copilot owner$/);
    const link = JSON.stringify(mail).match(/\/l\/([\w-]{22})/)[1];
    const opened = await lena.get(`/api/v1/links/${link}`);
    assert.equal(opened.status, 200);
    assert.equal(opened.body.id, request.id);
    assert.equal((await ana.get(`/api/v1/links/${link}`)).status, 404);
    assert.equal((await ana.request(request.id)).state, "pending");
  },

  async "S39: approved, the directory holds it with its own end"() {
    const decided = await lena.decide(request.id);
    assert.equal(decided.status, 200);
    assert.equal(decided.body.state, "approved");
    const grant = await ana.untilGrant(request.id, "active");
    const [held] = await live();
    assert.equal(Date.parse(held.ends_at), Date.parse(grant.ends_at));
  },

  async "it ends by itself at its time, and Curfew proves it by reading"() {
    await sandbox.clock.advance("PT1H1M");
    await ana.signIn();
    const grant = await ana.untilGrant(request.id, "ended");
    assert.equal(grant.why, "expired");
    assert.equal(grant.seen, "yes");
    assert.equal((await live()).length, 0);
    const effects = (await sandbox.journal()).filter((entry) => entry.effect?.assign);
    assert.equal(effects.length, 1);
  },

  async "the requester heard each outcome"() {
    for (const outcome of ["Approved", "Active", "Ended"]) await sandbox.mailTo("ana.torres@contoso.example", outcome);
    assert.equal((await sandbox.mail("ana.torres@contoso.example")).length, 3);
    const told = await sandbox.mailTo("marc.dubois@contoso.example", "Done");
    assert.match(told.subject, /is approved by Lena Vogt$/);
  },

  async "the history has the numbers under which the tenant's own logs know each write"() {
    await priya.signIn();
    const jsonl = await priya.get(`/api/v1/audit/export?format=jsonl&request=${request.id}`);
    const answers = jsonl.text.trim().split("\n").map((line) => JSON.parse(line)).filter(({ code }) => code === "intent.answered");
    const writes = (await sandbox.journal()).filter(({ effect }) => effect?.assign || effect?.remove);
    assert.ok(writes.length > 0);
    assert.deepEqual(answers.map(({ detail }) => detail.correlation), writes.map(({ request_id }) => request_id));
    assert.ok(answers.every(({ detail }) => /^[0-9a-f-]{36}$/.test(detail.directory_request)));
  },

  async "an auditor exports the history, and the bundle verifies"() {
    await priya.signIn();
    const bundle = await priya.get("/api/v1/audit/export?format=bundle");
    assert.equal(bundle.status, 200);
    const file = join(curfew.folder, "bundle.tar");
    writeFileSync(file, bundle.bytes);
    const verified = await curfew.run("audit", "verify", file);
    assert.equal(verified.code, 0, verified.output);
    const csv = await priya.get(`/api/v1/audit/export?format=csv&request=${request.id}`);
    const jsonl = await priya.get(`/api/v1/audit/export?format=jsonl&request=${request.id}`);
    const codes = jsonl.text.trim().split("\n").map((line) => JSON.parse(line).code);
    assert.equal(csv.text.trim().split("\r\n").length, codes.length + 1);
    for (const code of ["request.submitted", "request.pending", "decision.approved", "request.approved", "grant.activating",
      "intent.committed", "intent.answered", "grant.active", "grant.ending", "grant.ended"]) {
      assert.ok(codes.includes(code), code);
    }
  },
}, { seconds: 60 });
