// Goal: a disk that is full, read-only or broken costs no grant, no answer that was given and no event: what cannot be
// recorded is refused with an honest 503, and goes on when the disk is well again (security.md 2.3 c, 6).
// A sample of all steps, the same each time; CRASH_SEED=n takes others, CRASH=all all of them.
import assert from "node:assert/strict";
import { eventually } from "../support/curfew.mjs";
import { checkWorld, cycle, stages } from "../support/plays.mjs";
import { GROUPS, PERSONS } from "../support/sandbox.mjs";
import { specification } from "../support/spec.mjs";
import { sleep, Stage, World } from "../support/stage.mjs";
import { DISK, DURABLE } from "../support/injector.mjs";
import { ALL, chance, numbers, sample, SEED, sweep } from "../support/sweep.mjs";

const random = chance(SEED);
const KINDS = {
  full: { errors: ["ENOSPC", "EDQUOT"], doing: ["write", "truncate", "make"], places: DISK },
  "read-only": { errors: ["EROFS"], doing: ["write", "truncate", "make", "remove", "rename"], places: DISK },
  broken: { errors: ["EIO"], doing: DURABLE, places: DISK },
};
const UNAVAILABLE = "Curfew cannot do that at the moment. Nothing was changed.";
const SHARES = { expire: 8, revoke: 6, cancel: 2 };

/** A world with the main journey done up to a state, on a stage of its own. */
async function begin(upTo) {
  const stage = (begin.stage ??= await Stage.open());
  if (begin.stage.curfew.child?.exitCode === null) await stage.curfew.kill(); // a case before left it
  const world = new World(stage, await stage.fresh());
  world.mark = await stage.sandbox.mark();
  await world.start();
  await upTo?.(world);
  return world;
}

const effects = async (world, kind) => (await world.sandbox.journal(world.mark)).filter(({ effect }) => effect?.[kind]).length;

const grantOf = async (world) => (await world.call(world.ana, "GET", `/api/v1/requests/${world.id}`)).body.grants[0];

/** To its rest, and held against the invariants. */
async function finish(world, play) {
  world.fault = {}; // its errors were meant
  await world.atRest();
  await checkWorld(world, play);
}

function isUnavailable(answer) {
  assert.equal(answer.status, 503, answer.text);
  assert.equal(answer.headers.get("content-type"), "application/problem+json");
  assert.deepEqual([answer.body.code, answer.body.detail], ["unavailable", UNAVAILABLE]);
}

const cases = {
  async "on a full disk every change is an honest 503, reading goes on, and nothing is given"() {
    const world = await begin(stages.becomesPending);
    const { injector } = world.stage;
    injector.fail("ENOSPC", { doing: ["write", "make"] });
    isUnavailable(await world.lena.decide(world.id));
    isUnavailable(await world.lena.decide(world.id, "deny"));
    isUnavailable(await world.ana.post(`/api/v1/requests/${world.id}/cancel`));
    isUnavailable(await world.ana.post("/api/v1/requests", { roles: ["security-reader"], duration: "PT1H", justification: "Reading alerts" }));
    assert.equal((await world.ana.request(world.id)).state, "pending");
    assert.equal((await world.ana.get("/api/v1/roles")).status, 200);
    assert.equal((await world.ana.get("/healthz")).status, 200);
    assert.equal(await effects(world, "assign"), 0);
    injector.leave();
    await stages.decide(world, "approve", "approved");
    await stages.isActive(world);
    await world.sandbox.clock.advance("PT1H1S");
    await finish(world, "expire");
  },

  async "what ends while the disk is full ends in the directory, and is recorded when there is room"() {
    const world = await begin(stages.becomesActive);
    const { injector } = world.stage;
    injector.fail("ENOSPC", { doing: ["write", "make"] });
    await world.sandbox.clock.advance("PT1H1S");
    await eventually(async () => (await world.sandbox.assignments()).live.every(({ principal, target }) => principal.id !== PERSONS.ana || target.id !== GROUPS.owners), { what: "the end" });
    injector.leave();
    await finish(world, "expire");
  },

  async "a revocation that cannot be recorded is not said to be done, and is carried out as soon as it can be"() {
    const world = await begin(stages.becomesActive);
    const { injector } = world.stage;
    await world.sandbox.clock.advance("PT5M5S");
    const { id } = await grantOf(world);
    injector.fail("EDQUOT", { doing: ["write", "make"] });
    isUnavailable(await world.tom.post(`/api/v1/grants/${id}/revoke`, { reason: "Account under attack" }));
    assert.equal((await grantOf(world)).state, "active");
    injector.leave();
    assert.equal((await world.tom.post(`/api/v1/grants/${id}/revoke`, { reason: "Account under attack" })).status, 200);
    await finish(world, "revoke");
  },

  async "a revocation that was recorded is carried out although the keys cannot be written"() {
    const world = await begin(stages.becomesActive);
    const { injector } = world.stage;
    await world.sandbox.clock.advance("PT5M5S");
    const { id } = await grantOf(world);
    injector.fail("EROFS", { places: ["keys"] });
    assert.equal((await world.tom.post(`/api/v1/grants/${id}/revoke`, { reason: "Account under attack" })).status, 200);
    await eventually(async () => (await grantOf(world)).state === "ended", { what: "the end" });
    assert.equal(await effects(world, "remove"), 1);
    injector.leave();
    await finish(world, "revoke");
  },

  async "while the highest checkpoint cannot be kept nothing is given; it is, when it can be"() {
    for (const error of ["ENOSPC", "EROFS", "EIO"]) {
      const world = await begin(stages.becomesPending);
      const { injector } = world.stage;
      injector.fail(error, { places: ["keys"] });
      await stages.decide(world, "approve", "approved");
      await eventually(() => world.curfew.log.some(({ event }) => event === "audit.highest_not_kept"), { what: "the failure" });
      for (let i = 0; i < 4; i++) {
        await sleep(400);
        await world.sandbox.clock.advance("PT20S");
      }
      assert.notEqual((await grantOf(world)).state, "active");
      assert.equal(await effects(world, "assign"), 0);
      injector.leave();
      await stages.isActive(world);
      await world.sandbox.clock.advance("PT1H1S");
      await finish(world, "expire");
    }
  },

  async "after a sync that failed the process ends with 3, and the next one goes on with what was promised"() {
    const world = await begin(stages.becomesPending);
    const { injector, curfew } = world.stage;
    await world.quiet();
    injector.fail("EIO", { doing: ["sync"], places: ["wal"], times: 1 });
    isUnavailable(await world.lena.decide(world.id));
    assert.deepEqual(await curfew.ended, { code: 3, signal: null });
    assert.ok(curfew.log.some(({ event }) => event === "store.lost"));
    injector.leave();
    await world.start();
    await stages.decide(world, "approve", "approved");
    await stages.isActive(world);
    await world.sandbox.clock.advance("PT1H1S");
    await finish(world, "expire");
  },

  async "a start on a full or broken disk is refused with a sentence, and nothing is lost by it"() {
    const world = await begin(stages.becomesPending);
    const { injector, curfew } = world.stage;
    await curfew.kill();
    for (const error of ["ENOSPC", "EROFS", "EIO"]) {
      injector.fail(error, { doing: ["write"], places: ["wal"] });
      await assert.rejects(curfew.start(), /curfew ended with 1: .*curfew does not start: /s);
      injector.leave();
    }
    await world.start();
    await stages.decide(world, "approve", "approved");
    await stages.isActive(world);
    await world.sandbox.clock.advance("PT1H1S");
    await finish(world, "expire");
  },
};
for (const [name, { errors, ...steps }] of Object.entries(KINDS)) {
  for (const [how, times] of Object.entries({ "from each step on": 0, "at each step once": 1 })) {
    cases[`${name} ${how}`] = async () => {
      const counts = {};
      await sweep(Object.keys(SHARES), async (stage, play) => {
        counts[play] = (await cycle(stage, play, [{ at: 0, when: "before", ...steps }])).count;
      });
      const points = Object.entries(SHARES).flatMap(([play, share]) =>
        sample(numbers(counts[play]).map((at) => ({ play, at })), share, random).map((point, i) => ({ ...point, error: errors[i % errors.length] })));
      await sweep(points, (stage, { play, at, error }) => cycle(stage, play, [], { fault: { error, at, times, ...steps } }), { seconds: 20 });
    };
  }
}

await specification("journeys/disk", cases, { seconds: ALL ? 24 * 3600 : 120 });
