// Many cycles on a few stages at once, chosen by a seed: CRASH=all takes every one, CRASH_SEED=n chooses others.
import assert from "node:assert/strict";
import { Stage } from "./stage.mjs";

const AT_ONCE = 8; // most of a cycle is waiting
const SHOWN = 5;

export const ALL = process.env.CRASH === "all";
export const SEED = Number(process.env.CRASH_SEED ?? 1);

/** Numbers from 0 to 1 that are the same for the same seed (mulberry32). */
export function chance(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** So many of the list, spread over it evenly; all of them where that is wanted. */
export function sample(list, count, random) {
  if (ALL || count >= list.length) return list;
  const step = list.length / count;
  return Array.from({ length: count }, (_, i) => list[Math.floor((i + random()) * step)]);
}

/** 1 to `count`. */
export const numbers = (count) => Array.from({ length: count }, (_, i) => i + 1);

let stages;

/** Runs `run(stage, point)` for every point, as many as fit into `seconds`, and throws what went wrong in the first ones. */
export async function sweep(points, run, { seconds = 60 } = {}) {
  stages ??= await Promise.all(numbers(AT_ONCE).map(() => Stage.open()));
  const queue = [...points];
  const failures = [];
  const began = Date.now();
  let done = 0;
  await Promise.all(
    stages.map(async (stage) => {
      while (queue.length && failures.length < SHOWN && (ALL || Date.now() - began < seconds * 1000)) {
        const point = queue.shift();
        try {
          await run(stage, point);
          done++;
        } catch (error) {
          failures.push(`${JSON.stringify(point)}: ${error.stack}`);
        }
      }
    }),
  );
  console.log(`  ${done} of ${points.length} cycles in ${((Date.now() - began) / 1000).toFixed(1)} s, seed ${SEED}`);
  if (failures.length) throw new Error(failures.join("\n\n"));
  assert.ok(done > points.length / 4, "this machine is too slow to say anything");
  return done;
}
