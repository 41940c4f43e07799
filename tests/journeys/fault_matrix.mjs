// Each kind of call of a grant's life x each fault (support/fault_table.mjs): whatever goes wrong, there is one effective
// assignment for an intent, none beyond its approved end, no POST repeated before the read-back, nothing of others touched, and
// nothing shown as active that is not held. FAULTS=all plays every single fault, FAULTS=pairs every pair on the assignment
// and the read after it, FAULTS=pairs:770-900 those from the 770th to before the 900th; otherwise as many as a minute allows, in
// an order of the day's. ONLY picks by name from whatever is played.
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { cpus } from "node:os";
import { FaultBench } from "../support/fault_bench.mjs";
import { FAULTS, OPERATIONS, PAIRS, SINGLES } from "../support/fault_table.mjs";
import { specification } from "../support/spec.mjs";

const SECONDS = Number(process.env.FAULTS_SECONDS ?? (process.env.FAULTS ? 86400 : 55)); // begun no later than this
const WORKERS = Number(process.env.FAULTS_WORKERS ?? (process.env.FAULTS ? cpus().length : 1));

/** In an order of the day's, so that in a month of days everything was played. */
function shuffled(list) {
  let seed = Math.floor(Date.now() / 864e5) >>> 0;
  const chance = () => (seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0) / 2 ** 32;
  return list.map((one) => [chance(), one]).sort(([a], [b]) => a - b).map(([, one]) => one);
}

/** What FAULTS names: a list, or a part of one by numbers from 0. */
function named(faults) {
  const [, list, from, to] = faults?.match(/^(all|pairs)(?::(\d+)-(\d*))?$/) ?? [];
  if (!list) return shuffled([...SINGLES, ...PAIRS]);
  return (list === "all" ? SINGLES : PAIRS).slice(Number(from ?? 0), to ? Number(to) : undefined);
}

const all = named(process.env.FAULTS);
const picked = all.filter(({ what }) => !process.env.ONLY || new RegExp(process.env.ONLY).test(what));
delete process.env.ONLY;

const failures = [];
const became = {};
let played = 0;

async function work(queue, until) {
  const bench = await FaultBench.open();
  for (let next = queue.shift(); next && Date.now() < until; next = queue.shift()) {
    const began = Date.now();
    try {
      const end = await bench.play(next.faults);
      became[end] = (became[end] ?? 0) + 1;
      if (process.env.VERBOSE) console.log(`  ${((Date.now() - began) / 1000).toFixed(1)} s  ${next.what}: ${end} (${bench.seen.states})`);
    } catch (error) {
      failures.push(`${next.what}: ${error.message.slice(0, 600)}`);
      if (process.env.VERBOSE) console.log(`  ${((Date.now() - began) / 1000).toFixed(1)} s  ${next.what}: BROKE ${error.message.slice(0, 600)}`);
    }
    played++;
  }
}

await specification("journeys/fault_matrix", {
  async "the table has every operation and every fault, or says where else it is"() {
    const ids = new Set(Object.keys(FAULTS).map((id) => id.slice(0, 3)));
    assert.equal(ids.size, 34);
    for (const [id, [what, make, where]] of Object.entries(FAULTS)) assert.ok(what && (make || existsSync(new URL(`../${where}.c`, import.meta.url))), id);
    assert.equal(Object.keys(OPERATIONS).length, 18);
  },

  async "nothing breaks, whatever goes wrong"() {
    const queue = [...picked];
    const until = Date.now() + SECONDS * 1000;
    await Promise.all(Array.from({ length: WORKERS }, () => work(queue, until)));
    console.log(`journeys/fault_matrix: ${played} of ${SINGLES.length} single faults and ${PAIRS.length} pairs played: ${JSON.stringify(became)}`);
    assert.deepEqual(failures, []);
    assert.ok(played);
  },
}, { seconds: process.env.FAULTS ? 86400 : 200 });
