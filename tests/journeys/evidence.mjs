// What a rule may demand of evidence, beside what tests/journeys/refusals.mjs shows: of the device in use, of the sign-in as Entra's
// own log has it, of PIM, and of what people type; each met once and missed once, with the words that say how to mend it.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { POLICY, setUpCurfew } from "../support/curfew.mjs";
import { LIST } from "../support/registration.mjs";
import { AT_ONCE, CURFEW, device, GROUPS, PERSONS, startSandbox } from "../support/sandbox.mjs";
import { finally_, specification } from "../support/spec.mjs";

const sandbox = await startSandbox({ switches: { ...AT_ONCE, sign_in_log_ms: 300_000 } });
const workstations = await sandbox.control("POST", "/groups", { name: "Privileged workstations", members: [device("SEC-121")] });

/** Which tickets there are, and whether the system answers at all. */
const tickets = { "INC-1": "In work", "INC-2": "Closed" };
let status = 200;
const asked = [];
const server = createServer(({ method, url, headers }, answer) => {
  asked.push({ method, url, authorization: headers.authorization });
  const state = tickets[decodeURIComponent(url.replace("/api/tickets/", ""))];
  answer.writeHead(status === 200 && !state ? 404 : status, { "content-type": "application/json" });
  answer.end(JSON.stringify(state ? { result: { state } } : { error: "none" }));
});
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
finally_(() => server.close());

/** Each role differs in what it demands, and nobody has to agree. */
const DEMANDS = {
  "copilot-owner": { device: { workstation: { groups: [workstations.id] } } },
  "copilot-contributor": { device: { compliant: false, managed: true, synced_within: "PT8H" } },
  "security-operator": { sign_in_risk: { at_most: "low" }, modern_authentication: true },
  "security-reader": { mfa: { methods: ["rsa"] }, device: { accept: ["inGracePeriod"] } },
  "by-ticket": { ticket: { pattern: "INC-[0-9]+", look_up: true }, justification: { pattern: ".*plugin.*" } },
  "by-eligibility": { eligible: true },
  "by-category": { device: { workstation: { categories: ["PAW"] } } },
};

function policy() {
  const all = JSON.parse(readFileSync(POLICY));
  const role = (name, id) => ({ name, target: { kind: "directory_role", role: id } });
  all.roles["by-ticket"] = role("By ticket", "f2ef992c-3afb-46b9-b7cf-a126ee74c451");
  all.roles["by-eligibility"] = role("By eligibility", "3a2c62db-5318-420d-8d74-23affee5d9d5");
  all.roles["by-category"] = role("By category", "b1be1c3e-b65d-4f19-8427-f6fa0d97feb9");
  all.rules = Object.entries(DEMANDS).map(([id, require]) => ({ name: id, roles: [id], who: ["soc analysts"], require }));
  all.people["soc analysts"].users = [PERSONS.nils];
  return all;
}

await sandbox.control("PATCH", `/apps/${CURFEW}`, { permissions: LIST.permissions.filter(({ mode = "application" }) => mode === "application").map(({ name }) => name).concat("PrivilegedEligibilitySchedule.Read.AzureADGroup") });
const curfew = await setUpCurfew(sandbox, {
  policy: policy(),
  settings: { ticket: { secret_file: "tickets.secret", url: `http://127.0.0.1:${server.address().port}/api/tickets/{ticket}`, state: "result.state", open: ["New", "In work"] } },
});
writeFileSync(join(curfew.folder, "tickets.secret"), "for-tickets-only\n", { mode: 0o600 });
await curfew.start();
const people = { ana: curfew.browser("ana"), ben: curfew.browser("ben"), nils: curfew.browser("nils") };

/** What becomes of asking for the role with this evidence: state, code and words, and how to mend it. */
async function outcome(role, { person = "ana", evidence = {}, wanted = {} } = {}) {
  const browser = await people[person].signIn(evidence);
  const { id } = await browser.ask({ roles: [role], ...wanted }, evidence);
  const { state, why, why_says: says, evidence: pieces } = await browser.until(id, "refused", "approved");
  if (state === "approved") {
    await browser.post(`/api/v1/requests/${id}/cancel`);
    await browser.untilGrant(id, "lapsed", "ended", "active").catch(() => {});
    const { grants } = await browser.request(id);
    for (const grant of grants.filter(({ state }) => state === "active")) {
      await sandbox.clock.advance("PT6M");
      await browser.signIn(evidence);
      await browser.post(`/api/v1/grants/${grant.id}/release`);
      await browser.untilGrant(id, "ended");
    }
  }
  return { state, why, says, mend: pieces.find(({ code }) => code === why)?.mend, codes: pieces.map(({ code }) => code) };
}
const refused = async (...given) => (({ state, why, says }) => (assert.equal(state, "refused"), [why, says]))(await outcome(...given));
async function granted(code, ...given) {
  const { state, codes } = await outcome(...given);
  assert.equal(state, "approved");
  assert.ok(codes.includes(code), `${code} is not in ${codes}`);
}
const change = (name, changes) => sandbox.control("PATCH", `/devices/${device(name)}`, changes);
const ticketed = (ticket, justification = "A plugin misbehaves") => ({ wanted: { ticket, justification } });
const said = ({ status, body }) => [status, body.code, ...body.errors.map(({ field, says }) => `${field} ${says}`)];

await specification("journeys/evidence", {
  async "S57 a noncompliant device is named, with since when, and how to mend it"() {
    await change("SEC-115", { compliant: "false", state: "noncompliant", grace_ends_at: new Date(Date.now() - 3600_000).toISOString().replace(/\.\d+/, "") });
    const { why, says, mend } = await outcome("copilot-owner", { evidence: { device: "SEC-115" } });
    assert.equal(why, "device_noncompliant_since");
    assert.match(says, /^SEC-115 is not compliant in Intune since \d{4}-\d\d-\d\d \d\d:\d\d UTC: it says "noncompliant"\.$/);
    assert.equal(mend, "Open Company Portal on SEC-115, choose Check status, then ask again.");
  },

  async "S57 what is in its grace time passes only where the policy accepts that"() {
    await change("SEC-114", { state: "inGracePeriod" });
    await granted("device_compliant", "security-reader");
    assert.deepEqual((await refused("by-category"))[0], "device_disagree");
    await change("SEC-114", { state: "compliant", category: "Laptop" });
  },

  async "S58 a privileged workstation is the device in use, by its group or its category, and no other"() {
    assert.deepEqual(await refused("copilot-owner"), ["device_no_workstation", "SEC-114 is not a privileged workstation."]);
    await granted("device_workstation", "copilot-owner", { person: "ben" });
    assert.deepEqual((await refused("by-category"))[0], "device_no_workstation");
    await change("SEC-114", { category: "PAW" });
    await granted("device_workstation", "by-category");
    assert.deepEqual((await refused("by-category", { evidence: { device: null } }))[0], "device_absent");
  },

  async "a device that Intune manages and has heard of lately, and one that it has not"() {
    await granted("device_managed", "copilot-contributor", { evidence: { device: "SEC-115" } }); // compliance is not asked
    await change("SEC-114", { synced_at: new Date(Date.now() - 9 * 3600_000).toISOString().replace(/\.\d+/, "") });
    const [why, says] = await refused("copilot-contributor");
    assert.equal(why, "device_stale");
    assert.match(says, /^Intune last heard from SEC-114 .* UTC; at most PT8H ago is allowed\.$/);
    await change("SEC-114", { managed: false });
    assert.deepEqual((await refused("copilot-contributor"))[0], "device_management_unknown");
  },

  async "a method that the policy wants is asked for, and a code does not do instead of a passkey"() {
    const ben = await people.ben.signIn({ mfa: "code" });
    const first = await ben.post("/api/v1/requests", { roles: ["security-reader"], duration: "PT1H", justification: "Incident 42" });
    assert.equal(first.status, 202);
    const { why, says } = await outcome("security-reader", { person: "ben", evidence: { mfa: "code" } });
    assert.deepEqual([why, says], ["mfa_method_missing", "The sign-in used none of the methods that the policy wants: rsa."]);
    await granted("mfa_by_method_undated", "security-reader", { person: "ben" });
  },

  async "who has no second factor is told so at once, and not sent to bring one"() {
    await sandbox.control("PATCH", `/persons/${PERSONS.nils}`, { mfa_registered: false });
    const nils = await people.nils.signIn({ mfa: "none" });
    const answer = await nils.post("/api/v1/requests", { roles: ["security-reader"], duration: "PT1H", justification: "Incident 42" });
    assert.equal(answer.status, 201);
    const request = await nils.until(answer.body.id, "refused");
    const piece = request.evidence.find(({ code }) => code === "mfa_unregistered");
    assert.match(piece.mend, /aka\.ms\/mysecurityinfo/);
    const { body } = await nils.post("/api/v1/requests?dry_run=true", { roles: ["security-reader"], duration: "PT1H", justification: "Incident 42" });
    assert.deepEqual([body.state, body.needs_sign_in], ["refused", false]);
  },

  async "a sign-in counts when the log shows it without a risk, and is waited for until then"() {
    const ana = await people.ana.signIn();
    const { id } = await ana.ask({ roles: ["security-operator"] });
    const waiting = await ana.until(id, "checking");
    await sandbox.clock.advance("PT5M");
    const { evidence } = await ana.until(id, "approved", { seconds: 60 });
    assert.equal(waiting.state, "checking");
    assert.ok(["sign_in_risk_fine", "modern_auth_fine"].every((code) => evidence.some((one) => one.code === code)));
    await ana.post(`/api/v1/requests/${id}/cancel`);
  },

  "a rule that looks at the log while evidence is waited for less than it takes is said at the start"() {
    assert.ok(curfew.log.some(({ event, why }) => event === "policy.log_is_slow" && /check_within to PT15M/.test(why)));
  },

  async "a risky sign-in is refused as soon as the log says so, and a legacy client that has the password"() {
    await sandbox.switches({ sign_in_log_ms: 0 });
    const [why, says] = await refused("security-operator", { person: "ben", evidence: { sign_in_risk: "medium" } });
    assert.deepEqual([why, says], ["sign_in_risk_found", "Identity Protection puts this sign-in at risk medium; at most low is allowed."]);
    await sandbox.clock.advance("PT1H");
    await sandbox.control("POST", "/sign-ins", { person: PERSONS.ben, client_app: "IMAP4", interactive: true, error: 50126 });
    await granted("modern_auth_fine", "security-operator", { person: "ben" }); // it only guessed
    await sandbox.clock.advance("PT1H");
    await sandbox.control("POST", "/sign-ins", { person: PERSONS.ben, client_app: "IMAP4", interactive: true, error: 53003 });
    const legacy = await refused("security-operator", { person: "ben" });
    assert.equal(legacy[0], "modern_auth_legacy");
    assert.match(legacy[1], /^Your account was used with IMAP4 at /);
  },

  async "S46 a log that fails lets nobody in: it is waited for, then refused"() {
    await sandbox.clock.advance("PT1H");
    await sandbox.control("POST", "/faults", { match: { path: "/v1.0/auditLogs/signIns" }, times: 1000, fault: { kind: "error", status: 500, code: "generalException" } });
    const nils = await people.nils.signIn();
    const { id } = await nils.ask({ roles: ["security-operator"] });
    await nils.until(id, "checking");
    await sandbox.clock.advance("PT11M");
    await nils.signIn();
    const { why, grants } = await nils.until(id, "refused", { seconds: 60 });
    assert.deepEqual([why, grants], ["sign_in_unlogged", []]);
    await sandbox.control("DELETE", "/faults");
  },

  async "whom a rule wants eligible is held against PIM, although Curfew assigns"() {
    const missing = await refused("by-eligibility", { person: "nils" });
    assert.equal(missing[0], "eligibility_missing");
    await sandbox.control("POST", "/assignments", { principal: PERSONS.nils, role: "3a2c62db-5318-420d-8d74-23affee5d9d5", scope: "/", manner: "eligible" });
    await sandbox.clock.advance("PT2M"); // what was read is not believed any more
    await granted("eligibility_direct", "by-eligibility", { person: "nils" });
  },

  async "S14 words and tickets that have not the form are refused at submission, by their field, and leave no request"() {
    const ana = await people.ana.signIn();
    const ask = async (more) => said(await ana.post("/api/v1/requests", { roles: ["by-ticket"], duration: "PT1H", justification: "A plugin", ticket: "INC-1", ...more }));
    const before = (await ana.get("/api/v1/requests?mine=true")).body.items.length;
    assert.deepEqual(await ask({ justification: "Because" }), [403, "refused_by_policy", "justification must be of the form .*plugin.*"]);
    assert.deepEqual(await ask({ ticket: "CHG-1" }), [403, "refused_by_policy", "ticket must be of the form INC-[0-9]+"]);
    assert.deepEqual(await ask({ ticket: undefined }), [403, "refused_by_policy", "ticket must name the ticket that this is for"]);
    assert.equal((await ask({ justification: "" }))[0], 400);
    assert.equal((await ask({ justification: "  \t " }))[0], 400);
    assert.equal((await ask({ justification: `plugin ${"x".repeat(4090)}` }))[0], 400);
    assert.equal((await ana.get("/api/v1/requests?mine=true")).body.items.length, before);
  },

  async "S15 a ticket that is open counts; one that is closed, and one that there is not, is refused"() {
    assert.deepEqual(await refused("by-ticket", ticketed("INC-2")), ["ticket_closed", 'Ticket INC-2 is not open: it is "Closed".']);
    assert.deepEqual(await refused("by-ticket", ticketed("INC-3")), ["ticket_unknown", "There is no ticket INC-3."]);
    await granted("ticket_open", "by-ticket", ticketed("INC-1"));
    assert.ok(asked.every(({ method, url, authorization }) => method === "GET" && /^\/api\/tickets\/INC-\d$/.test(url) && authorization === "Bearer for-tickets-only"));
    assert.ok(!curfew.output.includes("for-tickets-only"));
    const before = asked.length;
    assert.equal((await refused("by-ticket", ticketed("INC-3")))[0], "ticket_unknown");
    assert.ok(asked.length <= before + 1);
  },

  async "S15 a ticket system that does not answer lets nobody in"() {
    await sandbox.clock.advance("PT2M");
    status = 503;
    const ana = await people.ana.signIn();
    const { id } = await ana.ask({ roles: ["by-ticket"], ticket: "INC-1", justification: "A plugin" });
    await ana.until(id, "checking");
    await sandbox.clock.advance("PT11M");
    await ana.signIn();
    const { why, grants } = await ana.until(id, "refused", { seconds: 60 });
    assert.deepEqual([why, grants], ["ticket_unread", []]);
  },

  async "the catalogue says all of it before anybody asks"() {
    const { body } = await (await people.ana.signIn()).get("/api/v1/roles");
    const says = Object.fromEntries(body.items.map(({ id, requires }) => [id, requires.map(({ says }) => says)]));
    assert.ok(says["copilot-owner"].includes("Your privileged workstation"));
    assert.ok(says["by-ticket"].includes("An open ticket") && says["by-ticket"].includes("A ticket of the form INC-[0-9]+"));
    assert.ok(says["security-reader"].includes("A sign-in by one of: rsa"));
    assert.ok(says["copilot-contributor"].includes("A device that Intune heard from at most PT8H ago"));
  },
}, { seconds: 90 });
