// Runs the test programs of one build as CTest lists them: node tests/runner.mjs BUILD RESULTS [NAMES [EXCEPT]]
// NAMES and EXCEPT are regular expressions over names such as store/writer. Prints a line for each program and the output
// of what failed; RESULTS gets the line `passed failed`, and the names of what failed under it. A program that leaves no tally counts as one; one that
// fails although its cases passed, or leaves processes behind, counts as one failure more.
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { basename, join } from "node:path";

const [build, results, names = ".", except = "^$"] = process.argv.slice(2);
const LONGEST = 600; // seconds, where a test says nothing else
const SKIPPED = 77; // the exit code of a check that cannot be made here
const folder = mkdtempSync(join(tmpdir(), "runner-"));
const parent = process.ppid;
const running = new Map(); // child: test
let passed = 0;
let failed = 0;
const failures = [];

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const seconds = (since) => ((Date.now() - since) / 1000).toFixed(1);

function listTests() {
  const listed = JSON.parse(execFileSync("ctest", ["--test-dir", build, "--show-only=json-v1"], { maxBuffer: 1 << 26 }));
  return listed.tests
    .filter(({ name }) => new RegExp(names).test(name) && !new RegExp(except).test(name))
    .map(({ name, command, properties }) => {
      const of = Object.fromEntries(properties.map((property) => [property.name, property.value]));
      const environment = Object.fromEntries((of.ENVIRONMENT ?? []).map((pair) => pair.split(/=(.*)/s, 2)));
      return { name, command, environment, at: of.WORKING_DIRECTORY, seconds: of.TIMEOUT ?? LONGEST, alone: of.RUN_SERIAL };
    });
}

/** Processes that run on although their test has ended: they are in its session, or have its folder in their environment. */
function leftBehind(session, tally) {
  return readdirSync("/proc")
    .filter((id) => /^\d+$/.test(id))
    .map((id) => {
      try {
        const [state, , , sid] = readFileSync(`/proc/${id}/stat`, "latin1").split(") ").pop().split(" ");
        const words = readFileSync(`/proc/${id}/cmdline`, "latin1").replaceAll("\0", " ").trim();
        if (state === "Z") return null;
        if (Number(sid) === session) return { id: Number(id), words };
        return readFileSync(`/proc/${id}/environ`, "latin1").includes(`TALLY=${tally}\0`) ? { id: Number(id), words } : null;
      } catch {
        return null; // gone meanwhile, or somebody else's
      }
    })
    .filter(Boolean);
}

function kill(id) {
  try {
    process.kill(id, "SIGKILL");
  } catch {
    // gone already
  }
}

/** What is left after two seconds of grace, killed. */
async function sweep(session, tally) {
  for (let tries = 0; tries < 20 && leftBehind(session, tally).length; tries++) await sleep(100);
  const left = leftBehind(session, tally);
  for (const { id } of left) kill(id);
  return left.map(({ words }) => words.slice(0, 200));
}

function readTally(tally) {
  const sums = [0, 0];
  const files = readdirSync(tally);
  for (const file of files) {
    const [good, bad] = readFileSync(join(tally, file), "utf8").split(" ").map(Number);
    sums[0] += good;
    sums[1] += bad;
  }
  return files.length ? sums : null;
}

function start(test, tally, output) {
  const child = spawn(test.command[0], test.command.slice(1), {
    cwd: test.at,
    env: { ...process.env, ...test.environment, TALLY: tally },
    stdio: ["ignore", "pipe", "pipe"],
    detached: true, // a session of its own
  });
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (piece) => output.push(piece));
  return child;
}

/** The numbers of one test that ended with `code`, and what they are short for. */
function judge(test, tally, code, left, late) {
  let [good, bad] = readTally(tally) ?? (code === 0 ? [1, 0] : code === SKIPPED ? [0, 0] : [0, 1]);
  const why = [];
  if (late) why.push(`took longer than ${test.seconds} s`);
  if (left.length) why.push(`left running: ${left.join("; ")}`);
  const nothingChosen = process.env.ONLY && !good && !bad;
  if (code !== 0 && code !== SKIPPED && !bad && !nothingChosen) why.push(`ended with ${code}`);
  if (why.length && !(bad && late)) bad++;
  return { good, bad, why };
}

async function run(test) {
  const began = Date.now();
  const tally = mkdtempSync(join(folder, "tally-"));
  const output = [];
  const child = start(test, tally, output);
  running.set(child, test);
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    kill(-child.pid);
  }, test.seconds * 1000);
  const closed = new Promise((resolve) => child.once("close", resolve));
  const code = await new Promise((resolve) => {
    child.once("error", (error) => resolve(error.message));
    child.once("exit", (number, signal) => resolve(number ?? signal));
  });
  clearTimeout(timer);
  const left = child.pid ? await sweep(child.pid, tally) : [];
  await Promise.race([closed, sleep(500)]);
  running.delete(child);
  const { good, bad, why } = judge(test, tally, code, left, late);
  passed += good;
  failed += bad;
  if (bad) failures.push(`${basename(build)}: ${test.name}`);
  const text = Buffer.concat(output).toString().trimEnd();
  const numbers = code === SKIPPED ? "SKIPPED" : `${good} passed${bad ? `, ${bad} FAILED` : ""}`;
  console.log(`  ${seconds(began).padStart(6)} s  ${test.name}: ${[numbers, ...why].join("; ")}`);
  if (bad || code === SKIPPED || process.env.VERBOSE) console.log(text.replace(/^/gm, "      | "));
}

function end() {
  for (const child of running.keys()) kill(-child.pid);
  rmSync(folder, { recursive: true, force: true });
  process.exit(1);
}

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.once(signal, end);
setInterval(() => process.ppid !== parent && end(), 1000).unref();
const told = setInterval(() => console.log(`  still running: ${[...running.values()].map(({ name }) => name).join(", ")}`), 30000);

const tests = listTests();
/** What takes longest begins first. */
const LONGEST_FIRST = [({ name }) => name === "check/tidy", ({ command }) => command.some((word) => word.endsWith(".mjs")), ({ name }) => name === "check/analyzer"];
const place = (test) => LONGEST_FIRST.findIndex((is) => is(test)) >>> 0;
const queue = tests.filter(({ alone }) => !alone).sort((one, other) => place(one) - place(other));
const workers = Array.from({ length: cpus().length * 2 }, async () => { // twice as many as cores: much of a journey is waiting
  for (let test = queue.shift(); test; test = queue.shift()) await run(test);
});
await Promise.all(workers);
for (const test of tests.filter(({ alone }) => alone)) await run(test);
clearInterval(told);
rmSync(folder, { recursive: true, force: true });
writeFileSync(results, [`${passed} ${failed}`, ...failures, ""].join("\n"));
process.exit(failed ? 1 : 0);
