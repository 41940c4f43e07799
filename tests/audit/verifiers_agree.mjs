// Goal: two verifiers, written apart from each other, find the same in good and in altered bundles.
// Needs in the environment: BUNDLES, the program made of bundles.c.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { finally_, specification } from "../support/spec.mjs";
import { codeOf } from "./verify.mjs";

const folder = mkdtempSync(join(tmpdir(), "curfew-bundles-"));
finally_(() => rmSync(folder, { recursive: true }));
const inFolder = (name) => join(folder, name);
const read = (name) => readFileSync(inFolder(name));
const run = (...given) => execFileSync(process.env.BUNDLES, given, { encoding: "utf8", maxBuffer: 1 << 26 });
run("make", folder);

/** What curfew's verifier says of files in the folder, as [code, words]. */
function said(names, ...options) {
  const lines = run("verify", ...options, ...names.map(inFolder)).trimEnd().split("\n");
  return lines.map((line) => [parseInt(line, 10), line]);
}

function agree(names, options = {}, ...given) {
  const answers = said(names, ...given);
  names.forEach((name, at) => assert.equal(codeOf(read(name), options), answers[at][0], `${name}: ${answers[at][1]}`));
  return answers.map(([code]) => code);
}

/** Writes altered copies of a bundle and compares what is found in them; 0 must not be among it. */
function agreeOnCopies(copies) {
  const names = copies.map((bytes, at) => {
    writeFileSync(inFolder(`copy-${at}`), bytes);
    return `copy-${at}`;
  });
  assert.ok(!agree(names).includes(0));
}

await specification("audit/verifiers_agree", {
  async "good bundles are fine for both"() {
    const good = readdirSync(folder).filter((name) => /good.*\.tar$/.test(name));
    assert.ok(good.length >= 4);
    assert.deepEqual(agree(good), good.map(() => 0));
  },

  async "what an insider signed anew is found by both"() {
    const bad = readdirSync(folder).filter((name) => name.endsWith(".tar") && !/good|deep/.test(name));
    assert.ok(bad.length >= 15);
    assert.ok(!agree(bad).includes(0));
    assert.deepEqual(agree(["logged-deep.tar", "logged-too-deep.tar"]), [0, 2]);
  },

  async "older checkpoints and keys count alike"() {
    const policy = read("policy.txt");
    const cases = { "held.checkpoint": 0, "beginning.checkpoint": 0, "forked.checkpoint": 3, "stranger.checkpoint": 1 };
    for (const [name, code] of Object.entries(cases)) {
      const given = ["--policy", inFolder("policy.txt"), "--prev", inFolder(name)];
      assert.deepEqual(agree(["good.tar"], { policy, held: read(name) }, ...given), [code]);
    }
  },

  async "a changed byte anywhere is the same finding"() {
    const whole = read("good.tar");
    const copies = [];
    for (let at = 0; at < whole.length; at += 61) {
      const copy = Buffer.from(whole);
      copy[at] ^= 1 << (at % 8);
      copies.push(copy);
    }
    agreeOnCopies(copies);
  },

  async "a cut bundle is the same finding"() {
    const whole = read("good.tar");
    const lengths = [0, 1, 511, 512, 513, 1024, whole.length - 1025, whole.length - 1024, whole.length - 1];
    agreeOnCopies([...lengths.map((length) => whole.subarray(0, length)), Buffer.concat([whole, Buffer.alloc(512)])]);
  },
});
