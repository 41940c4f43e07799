// Goal: a disk that is full, read-only or broken costs no grant, no answer that was given and no event: what cannot be
// recorded is refused with an honest 503, and goes on when the disk is well again (security.md 2.3 c, 6).
// A sample of all steps, the same each time; CRASH_SEED=n takes others, CRASH=all all of them.
import { specification } from "../support/spec.mjs";
import { cycle, plays } from "../support/plays.mjs";
import { DISK, DURABLE } from "../support/injector.mjs";
import { ALL, chance, numbers, sample, SEED, sweep } from "../support/sweep.mjs";

const random = chance(SEED);
const KINDS = {
  full: { errors: ["ENOSPC", "EDQUOT"], doing: ["write", "truncate", "make"], places: DISK },
  "read-only": { errors: ["EROFS"], doing: ["write", "truncate", "make", "remove", "rename"], places: DISK },
  broken: { errors: ["EIO"], doing: DURABLE, places: DISK },
};
const SHARES = { expire: 12, revoke: 8, cancel: 3 };

const cases = {};
for (const [name, { errors, ...steps }] of Object.entries(KINDS)) {
  for (const [how, times] of Object.entries({ "from each step on": 0, "at each step once": 1 })) {
    cases[`${name} ${how}`] = async () => {
      const counts = {};
      await sweep(Object.keys(SHARES), async (stage, play) => {
        counts[play] = (await cycle(stage, play, [{ at: 0, when: "before", ...steps }])).count;
      });
      const points = Object.entries(SHARES).flatMap(([play, share]) =>
        sample(numbers(counts[play]).map((at) => ({ play, at })), share, random).map((point, i) => ({ ...point, error: errors[i % errors.length] })));
      await sweep(points, (stage, { play, at, error }) => cycle(stage, play, [], { fault: { error, at, times, ...steps } }), { seconds: 25 });
    };
  }
}

await specification("journeys/disk", cases, { seconds: ALL ? 24 * 3600 : 120 });
