// How much one person may do, and what an export is safe to open with: quotas are counted over a moving hour or day, each person for
// themselves; names and tickets that a spreadsheet would run are text.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { POLICY, startCurfew } from "../support/curfew.mjs";
import { AT_ONCE, PERSONS, startSandbox } from "../support/sandbox.mjs";
import { specification } from "../support/spec.mjs";

/** The example policy; Security Operator can be asked for without a fresh sign-in. */
function policy() {
  const all = JSON.parse(readFileSync(POLICY));
  all.rules[1].require = {};
  return all;
}

const sandbox = await startSandbox({ switches: AT_ONCE });
const curfew = await startCurfew(sandbox, { policy: policy(), settings: { limits: { requests_per_hour: 3, decisions_per_hour: 2, exports_per_day: 2, special_role_sign_in: "PT8H" } } });
const people = {};
for (const name of ["ana", "ben", "lena", "marc", "priya"]) people[name] = await curfew.browser(name).signIn();
const { ana, ben, lena, marc, priya } = people;

async function later(span) {
  await sandbox.clock.advance(span);
  for (const person of Object.values(people)) await person.signIn();
}

const asks = (role = "security-operator") => ({ roles: [role], duration: "PT1H", justification: "Incident 42: once more" });
const tooMany = (answer) => assert.deepEqual([answer.status, answer.body?.code], [429, "too_many"], answer.text);

async function askAndCancel(person) {
  const answer = await person.post("/api/v1/requests", asks());
  assert.equal(answer.status, 201, answer.text);
  await person.post(`/api/v1/requests/${answer.body.id}/cancel`);
  return answer;
}

await specification("journeys/limits", {
  async "three requests an hour, cancelled ones included; the fourth is refused and leaves nothing"() {
    for (let i = 0; i < 3; i++) await askAndCancel(ana);
    tooMany(await ana.post("/api/v1/requests", asks()));
    assert.equal((await ana.get("/api/v1/requests?mine")).body.items.length, 3);
    assert.equal((await ana.post("/api/v1/requests?dry_run=true", asks())).status, 200, "looking costs nothing");
  },

  async "one person's quota is nobody else's"() {
    await askAndCancel(ben);
  },

  async "through a fresh sign-in as well: the person comes back and is told"() {
    const answer = await ana.post("/api/v1/requests", asks("copilot-owner"));
    assert.equal(answer.status, 202);
    const landed = await ana.through(answer.body.go);
    assert.equal(landed.location, "/?problem=too_many");
    assert.equal((await ana.get("/api/v1/me")).status, 200, "the sign-in itself holds");
  },

  async "after an hour there is room again"() {
    await later("PT1H1S");
    await askAndCancel(ana);
  },

  async "two decisions an hour; the third is refused and changes nothing"() {
    await later("PT1H1S");
    const requests = [];
    for (let i = 0; i < 3; i++) {
      const person = i < 2 ? ana : ben;
      const request = await person.ask(asks(["copilot-owner", "security-operator", "security-operator"][i]));
      requests.push(await person.until(request.id, "pending"));
    }
    assert.equal((await lena.decide(requests[0].id, "deny")).status, 200);
    assert.equal((await lena.decide(requests[1].id, "deny")).status, 200);
    tooMany(await lena.decide(requests[2].id, "deny"));
    assert.equal((await ben.request(requests[2].id)).state, "pending");
    assert.equal((await marc.decide(requests[2].id, "deny")).status, 200);
  },

  async "what a spreadsheet would run is text in an export: names, tickets, any cell"() {
    const names = ['=HYPERLINK("https://evil.example")', "+cmd|' /C calc'!A0", "@SUM(1)", "-2+3"];
    await later("PT2H");
    for (const [i, person] of [ana, ben, lena, marc].entries()) await sandbox.person(PERSONS[person.person], { name: names[i] });
    await later("PT2M");
    const ticket = await ana.post("/api/v1/requests", { ...asks("security-operator"), ticket: "=1+1" });
    assert.ok([201, 202].includes(ticket.status), ticket.text);
    const { text } = await priya.get("/api/v1/audit/export?format=csv");
    const cells = [...text.matchAll(/(?:^|,|\r\n)("(?:[^"]|"")*"|[^,\r\n]*)/g)].map(([, cell]) => cell.replace(/^"|"$/g, "").replaceAll('""', '"'));
    for (const cell of cells) assert.doesNotMatch(cell, /^[=+\-@\t\r\n]/);
    for (const name of names) assert.ok(cells.some((cell) => cell === `'${name}`), name);
    const rows = text.trim().split("\r\n").slice(1).map((row) => Number(row.split(",")[0]));
    const jsonl = await priya.get("/api/v1/audit/export?format=jsonl");
    const seqs = jsonl.text.trim().split("\n").map((line) => JSON.parse(line).seq);
    assert.deepEqual(rows, seqs.slice(0, rows.length), "the later one has the same rows, and then more");
  },

  async "two exports a day; the third is refused, and each is in the history"() {
    tooMany(await priya.get("/api/v1/audit/export?format=csv"));
    assert.equal((await priya.get("/api/v1/audit?action=audit.exported")).body.items.length, 2);
    assert.equal((await priya.get("/api/v1/audit")).status, 200, "reading goes on");
    await later("PT24H1S");
    assert.equal((await priya.get("/api/v1/audit/export?format=csv")).status, 200);
  },
}, { seconds: 60 });
