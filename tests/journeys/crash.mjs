// Goal: whatever step Curfew is killed at, after a restart it comes to the same rest as if nothing had been: one
// assignment with the end that was approved, gone by then, and a history without a gap and without a double (security.md 2.3 a).
// A few hundred cycles, the same ones each time; CRASH_SEED=n takes others, and CRASH=all all of them, which takes an hour.
import assert from "node:assert/strict";
import { checkStart, cycle, plays, PROOF_MS } from "../support/plays.mjs";
import { DISK, DURABLE } from "../support/injector.mjs";
import { specification } from "../support/spec.mjs";
import { sleep, World } from "../support/stage.mjs";
import { ALL, chance, numbers, sample, SEED, sweep } from "../support/sweep.mjs";

const random = chance(SEED);
const SHARES = { expire: 6, revoke: 4, release: 2, deny: 1, cancel: 1 };
const counts = { disk: {}, outside: {}, inside: {} }; // steps of each kind in each play
const KINDS = {
  disk: { doing: DURABLE, places: DISK },
  keys: { doing: DURABLE, places: ["keys"] },
  outside: { doing: ["send", "receive"], places: ["outside"] },
  inside: { doing: ["send"], places: ["inside"] },
};

/** Points of a kind over all plays: `share` of them for each part of SHARES. */
function pointsOf(kind, share) {
  return Object.entries(SHARES).flatMap(([play, parts]) =>
    sample(numbers(counts[kind][play]).flatMap((at) => ["before", "after"].map((when) => ({ play, at, when }))), share * parts, random),
  );
}

/** The writes that leave the machine, with how the sandbox tells them apart. */
const PIM = { method: "POST", path: "/v1.0/identityGovernance/privilegedAccess/group/assignmentScheduleRequests" };
const WRITES = {
  assign: { plays: ["expire", "revoke"], match: { ...PIM, body: "adminAssign" }, skips: [0], share: 10 },
  remove: { plays: ["revoke", "release"], match: { ...PIM, body: "adminRemove" }, skips: [0], share: 5 },
  mail: { plays: ["expire", "deny"], match: { method: "POST", path: "/v1.0/users/*/sendMail" }, skips: [0, 1, 2], share: 6 },
};

/** What becomes of a write that is on its way when Curfew is killed: its effect comes so many seconds later, was there already, or never comes. */
const FATES = [{ late: 0 }, { late: 60 }, { late: 170 }, { done: true }, { never: true }];

/** What comes later than the proof that it was lost is tried where nothing takes access away meanwhile: what came after that would stand until its end. */
const isTried = (play, { late = 0 }) => late * 1000 <= PROOF_MS || play === "expire";

/** Kills Curfew while a write is held, and lets that have its fate; `skip` writes of its kind are let by. */
async function killWhileHeld(stage, { play, write, fate, skip }) {
  const { sandbox } = stage;
  const now = async () => Date.parse((await sandbox.clock.now()).now);
  const meanwhile = async (world) => {
    await sandbox.fault(WRITES[write].match, { kind: "hold", when: fate.done ? "after" : "before" }, { after: skip });
    while (!(world.held = (await sandbox.held())[0])) {
      if (world.rests) throw new Error("nothing was held");
      await sleep(3);
    }
    world.curfew.child.kill("SIGKILL"); // the play starts it again
    world.heldAt = await now();
    const until = world.heldAt + (fate.late ?? 0) * 1000;
    while ((await now()) < until) {
      if (world.rests) await sandbox.clock.advance("PT20S");
      await sleep(50);
    }
    await sandbox.release({ drop: fate.never ?? false });
  };
  const world = await cycle(stage, play, [], { meanwhile });
  if (write !== "assign") return;
  for (const { body, at, request_id } of await sandbox.journal(world.mark))
    if (body?.action === "adminAssign" && request_id !== world.held.request_id)
      assert.ok(Date.parse(at) - world.heldAt >= PROOF_MS, "no write is repeated before it proved lost");
}

const kill = (kind) => (stage, { play, at, when }) => cycle(stage, play, [{ at, when, ...KINDS[kind] }]);

await specification("journeys/crash", {
  async "left alone, each play ends as it should"() {
    const points = Object.keys(counts).flatMap((kind) => Object.keys(plays).map((play) => ({ kind, play })));
    await sweep(points, async (stage, { kind, play }) => {
      counts[kind][play] = (await cycle(stage, play, [{ at: 0, when: "before", ...KINDS[kind] }])).count;
    });
    console.log(`  steps: ${JSON.stringify(counts)}`);
  },

  async "killed before and after each step on the disk"() {
    await sweep(pointsOf("disk", 7), kill("disk"), { seconds: 45 });
  },

  async "the power fails at a step on the disk, and what was not synced is gone"() {
    let lost = 0;
    await sweep(pointsOf("disk", 4), async (stage, { play, at, when }) => {
      const world = await cycle(stage, play, [{ at, when, ...KINDS.disk }], { powerCut: true });
      lost += world.lostBytes > 0;
    }, { seconds: 25 });
    assert.ok(lost > 5, `something was lost ${lost} times`);
  },

  async "S73: killed before and after it sends to Entra, Graph and the mailbox, and before and after it hears from them"() {
    await sweep(pointsOf("outside", 3), kill("outside"), { seconds: 25 });
  },

  async "killed before and after it answers a browser"() {
    await sweep(pointsOf("inside", 2), kill("inside"), { seconds: 15 });
  },

  async "killed again while it recovers"() {
    const pairs = pointsOf("disk", ALL ? 100 : 3).map((first) => ({ ...first, again: 1 + Math.floor(random() * 80), then: random() < 0.5 ? "before" : "after" }));
    await sweep(pairs, (stage, { play, at, when, again, then }) =>
      cycle(stage, play, [{ at, when, ...KINDS.disk }, { at: again, when: then, ...KINDS.disk }]),
      { seconds: 25 });
  },

  async "killed while a write is on its way, whose effect comes late, or never, or was there already"() {
    const points = Object.entries(WRITES).flatMap(([write, { plays, skips, share }]) =>
      sample(plays.flatMap((play) => skips.flatMap((skip) => FATES.filter((fate) => isTried(play, fate)).map((fate) => ({ play, write, skip, fate })))), share, random));
    await sweep(points, killWhileHeld, { seconds: 40 });
  },

  async "killed at its very first start, it starts, keeps nothing that was never promised, and its history is whole"() {
    const firstStart = async (stage, kills) => {
      stage.empty();
      const world = new World(stage, {}, { kills });
      await world.start();
      const { count } = stage.injector;
      await checkStart(world);
      return count;
    };
    const points = [];
    await sweep([["disk", 40], ["keys", 60]], async (stage, [kind, share]) => {
      const steps = numbers(await firstStart(stage, [{ at: 0, when: "before", ...KINDS[kind] }]));
      points.push(...sample(steps.flatMap((at) => ["before", "after"].map((when) => ({ kind, at, when }))), share, random));
    });
    await sweep(points, (stage, { kind, at, when }) => firstStart(stage, [{ at, when, ...KINDS[kind] }]), { seconds: 20 });
  },
}, { seconds: ALL ? 24 * 3600 : 120 });
