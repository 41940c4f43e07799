// Two hundred targets: each is read within five minutes of the last time, paced so that no service of Graph has to ask for
// patience; and when Graph is dead the lag grows and is shown, and nothing is found that is not known.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { POLICY, eventually, startCurfew } from "../support/curfew.mjs";
import { AT_ONCE, GROUPS, PERSONS, startSandbox } from "../support/sandbox.mjs";
import { specification } from "../support/spec.mjs";

const COUNT = 200;
const LATE_SECONDS = 300;
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const sandbox = await startSandbox({ switches: { ...AT_ONCE, group_lists_per_second: 10 } });
const all = JSON.parse(readFileSync(POLICY));
const idOf = (i) => `64091000-0000-4000-8000-${String(i).padStart(12, "0")}`;
const policy = { people: all.people, roles: {}, rules: [] };
for (let i = 0; i < COUNT; i++) {
  const group = idOf(i);
  await sandbox.control("POST", "/groups", { id: group, name: `Role ${i}`, role_assignable: true, pim: true });
  await sandbox.control("PATCH", "/pim", { group, access: "member", rules: { Expiration_Admin_Assignment: { isExpirationRequired: true } } });
  policy.roles[`role-${i}`] = { name: `Role ${i}`, target: { kind: "group", group } };
}
policy.rules.push({ name: "All", roles: Object.keys(policy.roles), who: ["soc analysts"] });
const curfew = await startCurfew(sandbox, { policy });
const tom = await curfew.browser("tom").signIn();

async function watch() {
  let answer = await tom.get("/api/v1/watch");
  if (answer.status !== 200) answer = await (await tom.signIn()).get("/api/v1/watch");
  assert.equal(answer.status, 200, answer.text);
  return answer.body;
}

/** Lets seconds pass one by one, as fast as what is due in each is done; answers the largest lag that was shown. */
async function pass(seconds, at_once = 1) {
  let most = 0;
  for (let i = 0; i < seconds; i += at_once) {
    await sandbox.clock.advance(`PT${at_once}S`);
    await sleep(40);
    if (i % 10 === 0) most = Math.max(most, (await watch()).lag_seconds);
  }
  return most;
}

await specification("journeys/drift_many", {
  async "each is read within five minutes, again and again, and nobody asks Graph for more than it gives"() {
    const mark = await sandbox.mark();
    assert.ok((await pass(160)) <= LATE_SECONDS);
    const body = await watch();
    assert.equal(body.items.length, COUNT);
    assert.deepEqual(body.items.filter(({ read_at }) => !read_at), [], "all were read");
    assert.deepEqual(body.items.filter(({ late, findings }) => late || findings.length), []);
    const { id } = await sandbox.control("POST", "/assignments", { principal: PERSONS.nils, group: idOf(7), access: "member" });
    const lag = await pass(160);
    assert.ok(lag <= LATE_SECONDS, `${lag} s`);
    const found = (await watch()).items.filter(({ findings }) => findings.length);
    assert.deepEqual(found.map(({ role, findings }) => [role, findings[0].about]), [["role-7", PERSONS.nils]]);
    const journal = (await sandbox.journal(mark)).filter(({ app }) => app === "Curfew");
    assert.deepEqual(journal.filter(({ status }) => status !== 200), [], "nothing is refused");
    console.log(`      ${COUNT} targets: oldest reading ${lag} s, ${journal.length} calls in 320 s`);
    await sandbox.control("DELETE", `/assignments/${id}`);
  },

  async "Graph dead: the lag grows and is shown, and what is not known is not found"() {
    const known = (body) => body.items.flatMap(({ findings }) => findings.map(({ about }) => about));
    const before = known(await watch());
    await sandbox.fault({ path: "/v1.0/*" }, { kind: "error", status: 503, code: "serviceNotAvailable" }, { times: 1000000 });
    await sandbox.control("POST", "/assignments", { principal: PERSONS.nils, group: GROUPS.owners, access: "member" });
    const { id } = await sandbox.control("POST", "/assignments", { principal: PERSONS.gus, group: idOf(9), access: "member" });
    assert.ok((await pass(480, 10)) > LATE_SECONDS);
    const body = await watch();
    assert.deepEqual(body.items.filter(({ late }) => !late), []);
    assert.deepEqual(known(body), before, "as it was before");
    const { text } = await tom.get("/metrics");
    assert.ok(Number(text.match(/^curfew_drift_lag_seconds (\d+)$/m)[1]) > LATE_SECONDS);
    await sandbox.clearFaults();
    await eventually(async () => {
      const lag = await pass(5);
      if (lag < LATE_SECONDS) return true;
      const rests = (await tom.get("/metrics")).text.match(/^curfew_service_rests_seconds.* [1-9]\d*$/gm);
      throw new Error(`${lag} s, ${rests}`);
    }, { what: "reading again", seconds: 180 }); // rests are of real time
    assert.ok(known(await watch()).includes(PERSONS.gus));
    await sandbox.control("DELETE", `/assignments/${id}`);
  },
}, { seconds: 240 });
