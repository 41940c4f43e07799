// More time in mode `delegated`: PIM takes one activation of a person at a time, so what is held is ended and the new one follows, by one
// sign-in. The gap between them is announced; nothing is ended before everything else stands.
import assert from "node:assert/strict";
import { delegated } from "../support/delegated.mjs";
import { eventually } from "../support/eventually.mjs";
import { GROUPS } from "../support/sandbox.mjs";
import { specification } from "../support/spec.mjs";

const GROUP_REQUESTS = "/v1.0/identityGovernance/privilegedAccess/group/assignmentScheduleRequests";
const stage = await delegated();
const { sandbox, people } = stage;
const { ana, priya } = people;
const grantOf = async ({ request }) => (await ana.request(request.id)).grants[0];
const counts = async (mark) => Promise.all(["assign", "update", "remove"].map(async (kind) => (await stage.effects(mark, kind)).length));

/** One in force, and more time for it that waits for its holder. */
async function extended() {
  const first = await stage.waits("copilot-contributor", { duration: "PT1H" });
  await stage.start(first);
  const held = await ana.untilGrant(first.request.id, "active");
  const mails = await sandbox.mailMark();
  const second = await stage.waits("copilot-contributor", { duration: "PT3H" });
  const mail = await sandbox.mailTo("ana.torres@contoso.example", "Start now", mails);
  assert.match(mail.content, /that ends when you start this: expect a gap/);
  return { first, second, held };
}

/** Starts it while the directory is slow: nobody waits here for the quarter of a minute that they would. */
async function startsSlowly({ first, second }) {
  const landed = stage.start(second);
  const seen = async () => (await priya.request(first.request.id)).grants[0]; // Ana has no session meanwhile
  await eventually(async () => (await seen()).state === "ending", { what: "the first being ended" });
  await sandbox.clock.advance("PT16S");
  await landed;
  const grant = await grantOf(second);
  assert.deepEqual([grant.state, grant.needs, grant.why], ["waiting", "sign_in", "extension_waits"]);
}

await specification("journeys/lives_delegated", {
  async "S89 started by its holder: what is held is ended first, the new one follows by the same sign-in, and the gap was announced"() {
    const { first, second, held } = await extended();
    assert.equal(second.grant.also_until, held.ends_at, "what starting it ends");
    await stage.later("PT6M");
    const mark = await sandbox.mark();
    const mails = await sandbox.mailMark();
    assert.equal((await stage.start(second)).location, `/requests/${second.request.id}`);
    const after = await ana.untilGrant(second.request.id, "active");
    const before = await ana.untilGrant(first.request.id, "ended");
    assert.deepEqual([before.why, before.why_says], ["extended", "It ended early: its extension took its place."]);
    const [one, ...others] = await stage.live(GROUPS.contributors);
    assert.deepEqual([others.length, one.manner, Date.parse(one.ends_at)], [0, "activated", Date.parse(after.ends_at)]);
    assert.deepEqual(await counts(mark), [1, 0, 1]);
    const told = (await sandbox.mail("ana.torres@contoso.example")).filter(({ id }) => id > mails).map(({ subject }) => subject);
    assert.ok(!told.some((subject) => subject.startsWith("Ended")), "the access goes on");
    await stage.over(second);
    assert.deepEqual(await stage.live(GROUPS.contributors), []);
  },

  async "started within five minutes of the first: PIM would not end that, so nothing is ended, and it says when"() {
    const { first, second } = await extended();
    const mark = await sandbox.mark();
    assert.equal((await stage.startsInVain(second)).why, "extension_early");
    assert.deepEqual([await counts(mark), (await grantOf(first)).state], [[0, 0, 0], "active"]);
    await stage.over(first);
    await stage.over(second);
  },

  async "a sign-in that does not stand ends nothing"() {
    const { first, second } = await extended();
    await stage.later("PT6M");
    const mark = await sandbox.mark();
    await sandbox.control("PATCH", "/devices/" + (await sandbox.control("GET", "/devices")).items.find(({ name }) => name === "SEC-114").id, { compliant: "false", state: "noncompliant" });
    await stage.later("PT2M");
    await stage.startsInVain(second);
    assert.deepEqual([await counts(mark), (await grantOf(first)).state], [[0, 0, 0], "active"]);
    await sandbox.control("PATCH", "/devices/" + (await sandbox.control("GET", "/devices")).items.find(({ name }) => name === "SEC-114").id, { compliant: "true", state: "compliant" });
    await stage.over(first);
    await stage.over(second);
  },

  async "PIM is slow to end the first: the extension waits on and says so, what was held stays ended, and the next start gives it"() {
    const { first, second } = await extended();
    await stage.later("PT6M");
    await sandbox.switches({ removal_ms: 60000 });
    await startsSlowly({ first, second });
    await sandbox.switches({ removal_ms: 0 });
    await stage.later("PT1M10S");
    assert.equal((await ana.untilGrant(first.request.id, "ended", { seconds: 20 })).why, "extended");
    await stage.start(second);
    await ana.untilGrant(second.request.id, "active");
    assert.equal((await stage.live(GROUPS.contributors)).length, 1);
    await stage.over(second);
  },

  async "the answer to the removal is lost: read, and the new one follows all the same"() {
    const { first, second } = await extended();
    await stage.later("PT6M");
    await sandbox.fault({ method: "POST", path: GROUP_REQUESTS, body: "adminRemove" }, { kind: "reset", when: "after" });
    const mark = await sandbox.mark();
    await startsSlowly({ first, second });
    await eventually(async () => {
      const { state, why } = await grantOf(first);
      if (state === "ended") return assert.equal(why, "extended") ?? true;
      await stage.later("PT1M");
      throw new Error(`is ${state}`);
    }, { every: 300, what: "the first ended" });
    await stage.start(second);
    await ana.untilGrant(second.request.id, "active");
    assert.deepEqual([await counts(mark), (await stage.live(GROUPS.contributors)).length], [[1, 0, 1], 1]);
    await stage.over(second);
  },

  async "never started: it lapses, and what was held went on to its own end"() {
    const { first, second } = await extended();
    await stage.later("PT59M30S");
    assert.equal((await grantOf(first)).state, "active");
    await stage.later("PT1M");
    assert.equal((await ana.untilGrant(first.request.id, "ended")).why, "expired");
    await stage.later("PT1M");
    assert.equal((await ana.untilGrant(second.request.id, "lapsed")).why, "not_started");
    for (const kind of ["unexplained", "permanent", "late"])
      assert.deepEqual((await priya.get(`/api/v1/audit?action=drift.${kind}`)).body.items, [], kind);
  },
}, { seconds: 120 });
