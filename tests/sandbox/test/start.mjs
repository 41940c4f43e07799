// Goal: the stand-in starts with one line, says in one sentence why it cannot, and ends without a trace.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { finally_, specification } from "../../support/spec.mjs";
import { CURFEW, startSandbox } from "../../support/sandbox.mjs";

const folder = mkdtempSync(join(tmpdir(), "curfew-sandbox-test-"));
finally_(() => rmSync(folder, { recursive: true, force: true }));

/** Runs the program to its end. */
function run(...args) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.env.CURFEW_SANDBOX, args, { stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    let errors = "";
    child.stdout.on("data", (piece) => (output += piece));
    child.stderr.on("data", (piece) => (errors += piece));
    child.once("error", reject);
    child.once("exit", (code) => resolve({ code, output, errors }));
  });
}

await specification("sandbox/start", {
  "it listens on both loopback addresses, and ends cleanly on TERM": async () => {
    const sandbox = await startSandbox();
    const port = new URL(sandbox.origin).port;
    assert.equal((await fetch(`http://127.0.0.1:${port}/_sandbox`)).status, 200);
    assert.equal((await fetch(`http://localhost:${port}/_sandbox`)).status, 200);
    assert.equal(await sandbox.stop(), 0);
  },

  "a taken port is one clear sentence, and nothing else": async () => {
    const sandbox = await startSandbox();
    const port = new URL(sandbox.origin).port;
    const { code, output, errors } = await run("--port", port, "--state", join(folder, "taken"));
    assert.equal(code, 1);
    assert.equal(output, "");
    assert.equal(
      errors,
      `curfew-sandbox: port ${port} is taken: choose another one with --port, or --port 0 for any\n`,
    );
    await sandbox.stop();
  },

  "a wrong command line shows how it is used": async () => {
    for (const args of [["--port", "no"], ["--port", "65536"], ["--unknown"], ["extra"]]) {
      const { code, errors } = await run(...args);
      assert.equal(code, 2, args.join(" "));
      assert.match(errors, /usage: curfew-sandbox/);
    }
  },

  "a folder that cannot be made is one sentence": async () => {
    const { code, errors } = await run("--port", "0", "--state", "/proc/nothing/here");
    assert.equal(code, 1);
    assert.match(errors, /^curfew-sandbox: \/proc\/nothing\/here cannot be made: .*\n$/);
  },

  "a tenant file is read strictly, with every mistake named": async () => {
    const file = join(folder, "tenant.json");
    writeFileSync(file, JSON.stringify({ id: "no", name: "X", persons: [{ id: "x", name: "A B", wrong: 1 }] }));
    const { code, errors } = await run("--port", "0", "--state", join(folder, "wrong"), "--tenant", file);
    assert.equal(code, 1);
    assert.match(errors, /id: "no" is not an object id/);
  },

  "another tenant file takes the place of the built-in one": async () => {
    const file = join(folder, "other.json");
    const tenant = JSON.parse(readFileSync(new URL("../tenant.json", import.meta.url)));
    tenant.name = "Fabrikam";
    writeFileSync(file, JSON.stringify(tenant));
    const sandbox = await startSandbox({ args: ["--tenant", file] });
    assert.equal((await sandbox.control("GET", "")).tenant.name, "Fabrikam");
    assert.equal(await sandbox.stop(), 0);
  },

  "keys are made once, for nobody else to read, and the journal goes on": async () => {
    const state = join(folder, "kept");
    const first = await startSandbox({ state });
    const key = readFileSync(first.keyFile, "utf8");
    const { signing } = await first.control("GET", "/keys");
    assert.equal(statSync(first.keyFile).mode & 0o777, 0o600);
    await first.appToken();
    const mark = await first.mark();
    assert.equal(mark, 1);
    assert.equal(await first.stop(), 0);
    appendFileSync(join(state, "journal.jsonl"), '{"n":2,"half a line'); // as a crash would leave it

    const second = await startSandbox({ state });
    assert.equal(readFileSync(second.keyFile, "utf8"), key);
    assert.equal((await second.control("GET", "/keys")).signing, signing);
    await second.appToken();
    const journal = await second.journal();
    assert.deepEqual(
      journal.map((entry) => entry.n),
      [1, 2],
    );
    assert.equal(journal[1].app, "Workbench");
    assert.equal(await second.stop(), 0);
  },

  "the clock can only be set when a file for it was named": async () => {
    const sandbox = await startSandbox({ clock: false });
    assert.equal((await sandbox.clock.now()).settable, false);
    await assert.rejects(sandbox.clock.advance("PT1H"), /409.*CURFEW_TEST_CLOCK/);
    await sandbox.stop();
  },

  "the clock moves, and stays moved for the next start": async () => {
    const state = join(folder, "clock");
    const first = await startSandbox({ state });
    assert.equal((await first.clock.advance("PT2H")).offset, 7200);
    assert.equal((await first.clock.advance("PT30M")).offset, 9000);
    assert.equal(readFileSync(first.clockFile, "utf8"), "9000\n");
    const shown = Date.parse((await first.clock.now()).now);
    assert.ok(Math.abs(shown - Date.now() - 9000_000) < 5000);
    await assert.rejects(first.control("POST", "/clock", {}), /400/);
    await assert.rejects(first.control("POST", "/clock", { offset: 1, advance: "PT1H" }), /400/);
    await first.stop();
    const second = await startSandbox({ state });
    assert.equal((await second.clock.now()).offset, 9000);
    assert.equal((await second.clock.set(0)).offset, 0);
    await second.stop();
  },

  "the files of the registration are where the overview says": async () => {
    const sandbox = await startSandbox();
    const overview = await sandbox.control("GET", "");
    assert.equal(overview.key_file, sandbox.keyFile);
    assert.equal(overview.certificate_file, sandbox.certificateFile);
    assert.match(readFileSync(overview.certificate_file, "utf8"), /BEGIN CERTIFICATE/);
    const { items } = await sandbox.control("GET", "/apps");
    assert.equal(items.find((app) => app.signs_assertions).id, CURFEW);
    await sandbox.stop();
  },
});
