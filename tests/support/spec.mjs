// A test program in JavaScript: specification("folder/file", { "what holds": async () => … }).
// Runs the cases in order, prints `name: N passed, N failed` and, where the environment names a folder TALLY, leaves
// the two numbers there in a file of its own, as the programs in C do (spec.c).
import "./loopback.mjs";
import { writeFileSync } from "node:fs";
import { join } from "node:path";

const atEnd = [];

/** Has `clean` called when this program ends, the newest first. */
export function finally_(clean) {
  atEnd.push(clean);
}

async function timed(promise, seconds) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`took longer than ${seconds} s`)), seconds * 1000);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** How much of it went wrong: a program that does not end as it should is a failure too. */
async function cleanUp() {
  let failed = 0;
  for (let clean = atEnd.pop(); clean; clean = atEnd.pop()) {
    try {
      await clean();
    } catch (error) {
      failed++;
      console.error("cleaning up:", error);
    }
  }
  return failed;
}

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
  process.once(signal, async () => {
    await cleanUp();
    process.exit(1);
  });
}

/** `cases` is an object of async functions; ONLY in the environment, a regular expression, picks cases by name. */
export async function specification(name, cases, { seconds = 60 } = {}) {
  let passed = 0;
  let failed = 0;
  for (const [says, run] of Object.entries(cases)) {
    if (process.env.ONLY && !new RegExp(process.env.ONLY).test(says)) continue;
    const began = Date.now();
    try {
      await timed(run(), seconds);
      passed++;
      if (process.env.VERBOSE) console.log(`  ${((Date.now() - began) / 1000).toFixed(1).padStart(6)} s  ${says}`);
    } catch (error) {
      failed++;
      console.error(`${name}: ${says}\n${error?.stack ?? error}`);
    }
  }
  failed += await cleanUp();
  if (process.env.TALLY) {
    writeFileSync(join(process.env.TALLY, name.replaceAll("/", ".")), `${passed} ${failed}\n`);
  }
  console.log(`${name}: ${passed} passed, ${failed} failed`);
  process.exit(failed || !passed ? 1 : 0);
}
