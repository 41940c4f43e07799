// What must be refused, is, each with its code and one sentence that says what was wrong.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { POLICY, startCurfew } from "../support/curfew.mjs";
import { AT_ONCE, device, GROUPS, PERSONS, startSandbox } from "../support/sandbox.mjs";
import { specification } from "../support/spec.mjs";

/** The example policy with roles that only differ in what they demand. */
function policy() {
  const all = JSON.parse(readFileSync(POLICY));
  const [owner] = all.rules;
  const extra = (name, id, group, require) => {
    all.roles[id] = { name, target: { kind: "directory_role", role: group } };
    all.rules.push({ ...owner, name, roles: [id], require });
  };
  extra("By method", "by-method", "f2ef992c-3afb-46b9-b7cf-a126ee74c451", { mfa: { within: "PT10M" } });
  extra("Trial context", "by-c2", "3a2c62db-5318-420d-8d74-23affee5d9d5", { mfa: { within: "PT10M", context: "c2" } });
  extra("Retired context", "by-c3", "b1be1c3e-b65d-4f19-8427-f6fa0d97feb9", { mfa: { within: "PT10M", context: "c3" } });
  return all;
}

const sandbox = await startSandbox({ switches: AT_ONCE });
const curfew = await startCurfew(sandbox, {
  policy: policy(),
  settings: { entra: { contexts: { c1: ["mfa", "phishing_resistant", "compliant_device"], c2: ["mfa"], c3: ["mfa"] } } },
});
const ana = curfew.browser("ana");

/** Asks with this evidence; the refused request's code and sentence. */
async function refused(evidence, wanted = { roles: ["by-method"] }) {
  await ana.signIn(evidence);
  const request = await ana.until((await ana.ask(wanted, evidence)).id, "refused");
  const piece = request.evidence.find((one) => one.code === request.why);
  assert.equal(piece.says, request.why_says);
  assert.notEqual(piece.verdict, "pass");
  assert.equal(request.grants.length, 0);
  return [request.why, request.why_says];
}

async function pending() {
  await ana.signIn();
  return ana.until((await ana.ask()).id, "pending");
}

async function cancel(request) {
  await ana.signIn();
  await ana.post(`/api/v1/requests/${request.id}/cancel`);
}

await specification("journeys/refusals", {
  async "no MFA"() {
    assert.deepEqual(await refused({ mfa: "none" }), ["mfa_missing", "The sign-in was without multifactor authentication."]);
  },

  async "stale MFA"() {
    assert.deepEqual(await refused({ minutes: 11 }), ["mfa_stale", "Multifactor authentication was 11 min ago; at most 10 min are allowed."]);
  },

  async "a context whose Conditional Access policy only reports"() {
    assert.deepEqual(await refused({}, { roles: ["by-c2"] }), ["mfa_context_unbacked",
      "Context c2 proves nothing now: no Conditional Access policy that is on and applies to you demands what it stands for."]);
  },

  async "a context whose Conditional Access policy is off"() {
    assert.equal((await refused({}, { roles: ["by-c3"] }))[0], "mfa_context_unbacked");
  },

  async "a context that the sign-in does not bring"() {
    assert.deepEqual(await refused({ context: "none" }, { roles: ["copilot-owner"] }), ["mfa_context_missing",
      "The sign-in does not carry context c1."]);
  },

  async "a noncompliant device, although another one of the person complies"() {
    const [why, says] = await refused({ device: "SEC-115" }, { roles: ["security-operator"] });
    assert.equal(why, "device_noncompliant_seen");
    assert.match(says, /^SEC-115 is not compliant: Intune said "noncompliant" when it last heard from it, [\d-]+ [\d:]+ UTC\.$/);
  },

  async "a device of which nobody knows whether it complies"() {
    assert.deepEqual(await refused({ device: "SEC-116" }, { roles: ["security-operator"] }), ["device_state_unknown",
      'Whether SEC-116 is compliant is not known: Intune says "unknown".']);
  },

  async "no device at all"() {
    assert.deepEqual(await refused({ device: null }, { roles: ["security-operator"] }), ["device_absent",
      "The sign-in did not say which device it came from."]);
  },

  async "a device that is disabled in Entra, and one that Intune lost"() {
    const change = (changes) => sandbox.control("PATCH", `/devices/${device("SEC-114")}`, changes);
    await change({ enabled: false });
    try {
      assert.deepEqual(await refused({ device: "SEC-114" }, { roles: ["security-operator"] }), ["device_disabled",
        "SEC-114 is disabled in Entra."]);
    } finally {
      await change({ enabled: true });
    }
    await change({ enrolled: false });
    try {
      assert.deepEqual(await refused({ device: "SEC-114" }, { roles: ["security-operator"] }), ["device_unmanaged",
        "SEC-114 is not managed by Intune."]);
    } finally {
      await change({ enrolled: true, state: "compliant" });
    }
  },

  async "a high user risk"() {
    await sandbox.person(PERSONS.ana, { risk: "high" });
    await sandbox.clock.advance("PT2M");
    try {
      assert.deepEqual(await refused({}, { roles: ["security-operator"] }), ["risk_found",
        "Identity Protection rates the account's risk as high; at most low is allowed."]);
    } finally {
      await sandbox.person(PERSONS.ana, { risk: "none" });
      await sandbox.clock.advance("PT2M");
    }
  },

  async "longer than the policy allows"() {
    await ana.signIn();
    const answer = await ana.post("/api/v1/requests", { roles: ["copilot-owner"], duration: "PT5H", justification: "Incident 42 again" });
    assert.equal(answer.status, 403);
    assert.equal(answer.body.code, "refused_by_policy");
    assert.deepEqual(answer.body.errors, [{ field: "duration", says: "is longer than the policy allows: at most PT4H" }]);
  },

  async "S03: a role that this person may not ask for, in the same words as one that does not exist"() {
    const nils = await curfew.browser("nils").signIn();
    const says = async (role) => {
      const answer = await nils.post("/api/v1/requests", { roles: [role], duration: "PT1H", justification: "Incident 42 again" });
      assert.equal(answer.status, 403);
      assert.equal(answer.body.code, "refused_by_policy");
      return answer.body.errors[0].says.replace(role, "?");
    };
    assert.equal(await says("copilot-owner"), await says("no-such-role"));
    assert.deepEqual((await nils.get("/api/v1/roles")).body.items, []);
  },

  async "S14: an empty justification, one that is too short, too long, or turns the writing"() {
    const says = async (justification) => {
      const answer = await ana.post("/api/v1/requests", { roles: ["copilot-owner"], duration: "PT1H", justification });
      return [answer.status, answer.body.code, answer.body.errors[0].says];
    };
    assert.deepEqual(await says(""), [400, "invalid", "must not be empty"]);
    assert.deepEqual(await says("   "), [400, "invalid", "must say why you need it"]);
    assert.deepEqual(await says("short"), [403, "refused_by_policy", "must have at least 10 characters"]);
    assert.equal((await says("x".repeat(4097)))[0], 400);
    assert.match((await says("bidi \u202e trick here"))[2], /U\+202E/);
  },

  async "S05: a form with unknown, repeated, missing and wrong members, all named at once"() {
    const answer = await ana.post("/api/v1/requests", { roles: [], duration: "2 hours", extra: 1 });
    assert.equal(answer.status, 400);
    assert.deepEqual(answer.body.errors.map((one) => one.field).sort(), ["duration", "extra", "justification", "roles"]);
    const twice = await ana.call("POST", "/api/v1/requests", { raw: '{"roles":["a"],"roles":["b"]}' });
    assert.match(twice.body.detail, /"roles" is there twice/);
  },

  async "one's own request, approved directly and through a group"() {
    const request = await pending();
    const own = await ana.decide(request.id);
    assert.deepEqual([own.status, own.body.code, own.body.detail], [403, "denied", "Nobody decides on their own request."]);
    await cancel(request);
    const ben = await curfew.browser("ben").signIn();
    const bens = await ben.until((await ben.ask({ roles: ["copilot-contributor"] })).id, "approved");
    assert.equal(bens.approval.length, 0);
    const asks = await ben.until((await ben.ask({ roles: ["copilot-owner"] })).id, "pending");
    assert.deepEqual(asks.approval[0].approvers.map((one) => one.name), ["Lena Vogt", "Marc Dubois"]);
    const bensOwn = await ben.decide(asks.id);
    assert.deepEqual([bensOwn.status, bensOwn.body.code], [403, "denied"]);
    await ben.post(`/api/v1/requests/${asks.id}/cancel`);
  },

  async "a second decision, which hears who was first and when"() {
    const request = await pending();
    const lena = await curfew.browser("lena").signIn();
    const marc = await curfew.browser("marc").signIn();
    const [one, two] = await Promise.all([lena.decide(request.id), marc.decide(request.id, "deny")]);
    const [won, lost] = one.status === 200 ? [one, two] : [two, one];
    assert.equal(won.status, 200);
    assert.equal(lost.status, 409);
    assert.equal(lost.body.code, "conflict");
    assert.match(lost.body.detail, /^This request was (approved by Lena Vogt|denied by Marc Dubois) at 20.*Z\.$/);
    await ana.signIn();
    const after = await ana.request(request.id);
    assert.equal(after.approval[0].decisions.length, 1);
    for (const grant of after.grants) {
      await ana.untilGrant(request.id, "active");
      await ana.post(`/api/v1/grants/${grant.id}/release`);
    }
    await sandbox.clock.advance("PT6M");
    if (after.grants.length) await ana.untilGrant(request.id, "ended");
  },

  async "a decision on a lapsed request; one second earlier it holds"() {
    const request = await pending();
    const left = Math.round((Date.parse(request.lapses_at) - Date.parse((await sandbox.clock.now()).now)) / 1000);
    await sandbox.clock.advance(`PT${left - 30}S`);
    const lena = await curfew.browser("lena").signIn();
    assert.equal((await lena.request(request.id)).state, "pending");
    await sandbox.clock.advance("PT31S");
    const late = await lena.decide(request.id);
    assert.deepEqual([late.status, late.body.code], [409, "conflict"]);
    await lena.until(request.id, "lapsed");
    const after = await lena.decide(request.id);
    assert.deepEqual([after.status, after.body.detail], [409, "This request is lapsed: nothing is left to decide."]);
  },

  async "S49: GET of a link fifty times changes nothing, and the human click still works"() {
    const mark = await sandbox.mailMark();
    const request = await pending();
    const mail = await sandbox.mailTo("marc.dubois@contoso.example", "Decide", mark);
    const link = JSON.stringify(mail).match(/\/l\/([\w-]{22})/)[1];
    const nobody = curfew.browser("nobody");
    const bodies = new Set();
    for (let i = 0; i < 50; i++) {
      const method = ["GET", "HEAD", "OPTIONS"][i % 3];
      const answer = await nobody.call(method, `/l/${link}`);
      if (method === "GET") bodies.add(answer.text);
      assert.ok(answer.status < 300);
    }
    assert.equal(bodies.size, 1);
    const again = await ana.request(request.id);
    assert.deepEqual(again, request);
    const marc = await curfew.browser("marc").signIn();
    assert.equal((await marc.get(`/api/v1/links/${link}`)).body.id, request.id);
    await cancel(request);
  },

  async "S50: a POST without or with a foreign anti-forgery token, origin, site or content type"() {
    const request = await pending();
    const lena = await curfew.browser("lena").signIn();
    const marc = await curfew.browser("marc").signIn();
    const attempts = {
      "no token": { "x-csrf-token": null },
      "another session's token": { "x-csrf-token": marc.csrf },
      "a foreign origin": { origin: "https://evil.example", "sec-fetch-site": null },
      "a cross-site fetch": { "sec-fetch-site": "cross-site" },
      "no origin and no site": { origin: null, "sec-fetch-site": null },
    };
    for (const [what, headers] of Object.entries(attempts)) {
      const answer = await lena.decide.call({ post: (path, body) => lena.post(path, body, { headers }) }, request.id);
      assert.deepEqual([answer.status, answer.body.code], [403, "denied"], what);
    }
    const form = await lena.post(`/api/v1/requests/${request.id}/decision`, {}, { headers: { "content-type": "text/plain" } });
    assert.equal(form.status, 415);
    const bearer = await lena.get("/api/v1/me", { headers: { authorization: "Bearer x" } });
    assert.equal(bearer.status, 401);
    await ana.signIn();
    assert.equal((await ana.request(request.id)).approval[0].decisions.length, 0);
    await cancel(request);
  },

  async "S25, S51: somebody else's link, a truncated one, a changed one: the same 404 for everybody"() {
    const mark = await sandbox.mailMark();
    const request = await pending();
    const mail = await sandbox.mailTo("lena.vogt@contoso.example", "Decide", mark);
    const link = JSON.stringify(mail).match(/\/l\/([\w-]{22})/)[1];
    const lena = await curfew.browser("lena").signIn();
    const nils = await curfew.browser("nils").signIn();
    const answers = [
      await nils.get(`/api/v1/links/${link}`),
      await lena.get(`/api/v1/links/${link.slice(1)}`),
      await lena.get(`/api/v1/links/${link.slice(0, -1)}${link.endsWith("A") ? "B" : "A"}`),
      await nils.get(`/api/v1/requests/${request.id}`),
    ];
    for (const answer of answers) {
      assert.equal(answer.status, 404);
      assert.deepEqual({ ...answer.body, instance: null }, { ...answers[0].body, instance: null });
    }
    await cancel(request);
  },

  async "strangers, auditors and administrators deciding; an administrator approving"() {
    const request = await pending();
    const decide = async (person) => {
      const browser = await curfew.browser(person).signIn();
      const answer = await browser.decide(request.id);
      return [answer.status, answer.body.code];
    };
    assert.deepEqual(await decide("nils"), [404, "not_found"]);
    assert.deepEqual(await decide("priya"), [403, "denied"]);
    assert.deepEqual(await decide("tom"), [403, "denied"]);
    await cancel(request);
  },

  async "S24: an approver who left the group after the mail"() {
    const request = await pending();
    const lena = await curfew.browser("lena").signIn();
    await sandbox.control("PATCH", `/groups/${GROUPS.leads}`, { members: [PERSONS.ben, PERSONS.marc] });
    try {
      const answer = await lena.decide(request.id);
      assert.deepEqual([answer.status, answer.body.code], [403, "denied"]);
    } finally {
      await sandbox.control("PATCH", `/groups/${GROUPS.leads}`, { members: [PERSONS.ben, PERSONS.lena, PERSONS.marc] });
      await cancel(request);
    }
  },

  async "S17: the same role twice, which points to the first"() {
    const request = await pending();
    const again = await ana.post("/api/v1/requests", { roles: ["copilot-owner"], duration: "PT1H", justification: "Incident 42 again" });
    assert.deepEqual([again.status, again.body.code], [409, "conflict"]);
    assert.match(again.headers.get("link"), new RegExp(request.id));
    await cancel(request);
  },
}, { seconds: 60 });
