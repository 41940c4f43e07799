// The store in an operator's hands: copied while it is in use, restored, restored too old, beside the wrong keys. What was
// recorded is never silently lost: an older store starts in safe mode, says so everywhere, grants nothing, and still ends access.
import assert from "node:assert/strict";
import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Curfew, eventually, freePort, startCurfew } from "../support/curfew.mjs";
import { AT_ONCE, GROUPS, PERSONS, startSandbox } from "../support/sandbox.mjs";
import { finally_, specification } from "../support/spec.mjs";

const sandbox = await startSandbox({ switches: AT_ONCE });
const curfew = await startCurfew(sandbox);
const { folder } = curfew;
const ana = await curfew.browser("ana").signIn();
const ben = await curfew.browser("ben").signIn();
const lena = await curfew.browser("lena").signIn();
const priya = await curfew.browser("priya").signIn();
const tom = await curfew.browser("tom").signIn();
const CODES = { csv: "text/csv", jsonl: "application", bundle: "application" };

/** A folder with this copy of the store and these keys, and a Curfew on it that is not started. */
async function restored(name, copy, keys) {
  const at = join(folder, name);
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  mkdirSync(at);
  if (copy) cpSync(copy, join(at, "curfew.db"));
  if (keys) cpSync(keys, join(at, "keys"), { recursive: true });
  const settings = { ...curfew.settings, listen: `127.0.0.1:${port}`, public_url: origin, policies: join(folder, "policies") };
  const config = join(at, "curfew.json");
  writeFileSync(config, JSON.stringify({ ...settings, audit: { origin: new URL(curfew.origin).host + "/audit" } }));
  const other = new Curfew({ sandbox, folder: at, origin, port, config, program: curfew.program, environment: {}, settings });
  await sandbox.allowRedirect(`${origin}/auth/callback`);
  finally_(() => other.stop());
  return other;
}

/** The members of a tar archive, by name. */
function untar(bytes) {
  const members = {};
  for (let at = 0; bytes[at]; ) {
    const name = bytes.toString("latin1", at, at + 100).replace(/\0.*/, "");
    const size = parseInt(bytes.toString("latin1", at + 124, at + 136), 8);
    members[name] = bytes.toString("utf8", at + 512, at + 512 + size);
    at += 512 + Math.ceil(size / 512) * 512;
  }
  return members;
}

async function verified(program, bundle, ...words) {
  const file = join(folder, `${Math.random()}.tar`);
  writeFileSync(file, bundle);
  return program.run("audit", "verify", ...words, file);
}

const seqs = (jsonl) => jsonl.trim().split("\n").map((line) => JSON.parse(line).seq);
const live = async (person) => (await sandbox.assignments()).live.filter((one) => one.principal.id === PERSONS[person] && one.target.id === GROUPS.contributors);
let active; // a grant that lives through all of this
let pending; // a request that waits for its approver
let second; // a grant that ends after the copy was made
let exported; // the whole history before anything was lost

await specification("journeys/operate_store", {
  async "keys are made private, once, beside an empty store"() {
    for (const name of ["keys", "keys/audit.key", "keys/sealing.key", "keys/highest.json", "curfew.db"]) {
      assert.equal(statSync(join(folder, name)).mode & 0o077, 0, name);
    }
    assert.notDeepEqual(readFileSync(join(folder, "keys/audit.key")), readFileSync(join(folder, "keys/sealing.key")));
  },

  async "a second process on the same store is refused, whatever it wants to change"() {
    const served = await curfew.run("serve", "--config", curfew.config);
    assert.deepEqual([served.code, served.output], [1, `curfew does not start: another process serves ${folder}/curfew.db\n`]);
    const exports = await curfew.run("audit", "export", "--config", curfew.config);
    assert.deepEqual([exports.code, exports.output], [3, `no export: another process serves ${folder}/curfew.db\n`]);
    const accepts = await curfew.run("accept-store", "--config", curfew.config);
    assert.deepEqual([accepts.code, accepts.output], [3, `not accepted: another process serves ${folder}/curfew.db\n`]);
    assert.equal((await ana.get("/api/v1/me")).status, 200);
  },

  async "copies made under load are whole: each starts beside its keys, holds all that was answered before, and verifies"() {
    let running = true;
    const answered = [];
    const load = [ana, ben].map(async (person) => {
      while (running) {
        const request = await person.ask({ roles: ["copilot-owner"] });
        answered.push(request.id);
        await person.post(`/api/v1/requests/${request.id}/cancel`);
      }
    });
    await eventually(() => answered.length > 4);
    const made = [];
    for (let i = 0; i < 3; i++) {
      const keys = join(folder, `keys ${i}`);
      const before = [...answered];
      cpSync(join(folder, "keys"), keys, { recursive: true });
      const copy = join(folder, `copy ${i}.db`);
      const { code, output } = await curfew.run("backup", copy, "--config", curfew.config);
      assert.equal(code, 0, output);
      assert.equal(output, `${copy} holds a copy of sqlite:${folder}/curfew.db. Keep the keys in ${folder}/keys apart from it.\n`);
      assert.equal(statSync(copy).mode & 0o777, 0o600);
      assert.ok(!existsSync(`${copy}-wal`));
      made.push({ copy, keys, before });
    }
    running = false;
    await Promise.all(load);
    for (const [i, { copy, keys, before }] of made.entries()) {
      const other = await restored(`restored ${i}`, copy, keys);
      const jsonl = await other.run("audit", "export", "--format", "jsonl", "--config", other.config);
      assert.equal(jsonl.code, 0, jsonl.output);
      for (const id of before) assert.ok(jsonl.output.includes(id));
      seqs(jsonl.output).forEach((seq, at) => assert.equal(seq, at));
      const bundle = await other.run("audit", "export", "--config", other.config);
      assert.equal((await verified(other, Buffer.from(bundle.output))).code, 0);
      await other.start();
      assert.equal((await fetch(`${other.origin}/readyz`)).status, 200);
      await other.stop();
    }
  },

  async "a backup never overwrites, and leaves nothing behind where it cannot be made"() {
    const again = await curfew.run("backup", "--config", curfew.config, join(folder, "copy 0.db"));
    assert.equal(again.code, 3);
    assert.match(again.output, /^no backup: .*copy 0\.db cannot be made: File exists\n$/);
    const nowhere = await curfew.run("backup", join(folder, "no", "such.db"), "--config", curfew.config);
    assert.equal(nowhere.code, 3);
  },

  async "the command line exports what the API does, and CSV has the rows of JSONL"() {
    exported = {};
    for (const format of Object.keys(CODES)) {
      const answer = await priya.get(`/api/v1/audit/export?format=${format}`);
      assert.equal(answer.status, 200);
      exported[format] = answer.bytes;
    }
    await curfew.stop();
    for (const format of Object.keys(CODES)) {
      const { code, output } = await curfew.run("audit", "export", "--format", format, "--config", curfew.config);
      assert.equal(code, 0);
      if (format === "bundle") {
        const [ours, theirs] = [untar(Buffer.from(output)), untar(exported.bundle)];
        assert.deepEqual(Object.keys(ours), Object.keys(theirs));
        for (const name of ["records.jsonl", "leaves.b64"]) assert.ok(ours[name].startsWith(theirs[name]), name);
        assert.equal(ours["policy.txt"], theirs["policy.txt"]);
      } else {
        assert.ok(output.startsWith(exported[format].toString()), format);
      }
      if (format === "jsonl") {
        const csv = await curfew.run("audit", "export", "--format", "csv", "--config", curfew.config);
        const rows = csv.output.trim().split("\r\n").slice(1, -1).map((row) => Number(row.split(",")[0]));
        assert.deepEqual(rows, seqs(output));
        const last = JSON.parse(output.trim().split("\n").pop());
      assert.deepEqual([last.code, last.actor.kind], ["audit.exported", "operator"]);
      }
    }
    await curfew.start();
  },

  async "a copy that will be too old: somebody holds a role, somebody waits, somebody gives back later"() {
    const held = await ana.ask({ roles: ["copilot-contributor"] });
    active = await ana.untilGrant(held.id, "active");
    const other = await ben.ask({ roles: ["copilot-contributor"] });
    second = await ben.untilGrant(other.id, "active");
    pending = await ana.until((await ana.ask()).id, "pending");
    assert.equal((await curfew.run("backup", join(folder, "old.db"), "--config", curfew.config)).code, 0);
    await sandbox.clock.advance("PT6M");
    await ben.post(`/api/v1/grants/${second.id}/release`);
    await ben.untilGrant(other.id, "ended");
    exported.newest = (await priya.get("/api/v1/audit/checkpoint")).text;
    await curfew.stop();
    renameSync(join(folder, "curfew.db"), join(folder, "lost.db"));
    const beside = join(folder, "curfew.db-wal"); // what stood in it would be taken for the newest of whatever file is put there
    assert.ok(!existsSync(beside) || statSync(beside).size === 0);
    cpSync(join(folder, "old.db"), join(folder, "curfew.db"));
  },

  async "the older store starts in safe mode, and says so in the log, to probes and to people"() {
    await curfew.start();
    const started = curfew.log.find((line) => line.event === "service.started");
    assert.deepEqual([started.level, started.safe_mode], ["error", true]);
    assert.match(started.why, /^the store has \d+ events, but \d+ were recorded before$/);
    const ready = await curfew.browser("nobody").get("/readyz");
    assert.deepEqual([ready.status, ready.body.code, ready.body.detail], [503, "unavailable", `Safe mode: ${started.why}. Nothing is granted.`]);
    assert.equal((await curfew.browser("nobody").get("/healthz")).status, 200);
    for (const person of [ana, ben, lena, priya, tom]) await person.signIn();
    const me = await ana.get("/api/v1/me");
    assert.equal(me.body.safe_mode, true);
    assert.match((await priya.get("/metrics")).text, /^curfew_safe_mode 1$/m);
  },

  async "in safe mode what would grant answers 503 and why; everything else goes on"() {
    const refusal = async (answer) => {
      assert.deepEqual([answer.status, answer.body?.code], [503, "unavailable"], answer.text);
      assert.match(answer.body.detail, /[Ss]afe mode/);
    };
    await refusal(await ana.post("/api/v1/requests", { roles: ["copilot-owner"], duration: "PT1H", justification: "Incident 42: again" }));
    const asks = { roles: ["security-reader"], duration: "PT1H", justification: "Incident 42: again" };
    await refusal(await ana.post("/api/v1/requests", asks));
    const [grant] = (await ana.get("/api/v1/grants?active=true")).body.items;
    if (grant) await refusal(await ana.post(`/api/v1/grants/${grant.id}/activate`));
    assert.ok(grant, "there is something that could be started");
    await refusal(await lena.decide(pending.id));
    assert.equal((await ana.request(pending.id)).state, "pending");
    assert.equal((await priya.get("/api/v1/audit?limit=5")).status, 200);
    assert.equal((await ana.get("/api/v1/roles")).body.items.length, 4);
    assert.equal((await lena.decide(pending.id, "deny")).body.state, "denied");
    assert.equal((await curfew.run("backup", join(folder, "safe.db"), "--config", curfew.config)).code, 0);
  },

  async "in safe mode access is given back and taken away, and the directory's truth is taken over"() {
    assert.equal((await live("ana")).length, 1);
    const answer = await tom.post(`/api/v1/grants/${active.id}/revoke`, { reason: "The store was restored" });
    assert.equal(answer.status, 200);
    await ana.untilGrant(active.request, "ended");
    assert.deepEqual(await live("ana"), []);
    for (let i = 0; i < 4; i++) {
      await sandbox.clock.advance("PT61S");
      await new Promise((resolve) => setTimeout(resolve, 700));
    }
    const gone = await ben.untilGrant(second.request, "ended"); // it was given back in the history that is lost
    assert.equal(gone.why, "outside");
  },

  async "what safe mode signs does not pass for the log that was lost: another name, and no bundle"() {
    await priya.signIn();
    const bundle = await priya.get("/api/v1/audit/export?format=bundle");
    assert.deepEqual([bundle.status, bundle.body?.code], [503, "unavailable"]);
    assert.match(bundle.body.detail, /^Safe mode: the store has/);
    const checkpoint = (await priya.get("/api/v1/audit/checkpoint")).text;
    assert.equal(checkpoint.split("\n")[0], `${exported.newest.split("\n")[0]}/restored`);
    assert.equal((await priya.get("/api/v1/audit/export?format=csv")).status, 200);
  },

  async "a restart changes nothing about it; accepting is the operator's, with nobody serving, and an event"() {
    await curfew.stop();
    await curfew.start();
    assert.equal((await fetch(`${curfew.origin}/readyz`)).status, 503);
    assert.equal((await curfew.run("accept-store", "--config", curfew.config)).code, 3);
    await curfew.stop();
    const accepted = await curfew.run("accept-store", "--config", curfew.config);
    assert.equal(accepted.code, 0, accepted.output);
    assert.match(accepted.output, /^Accepted: the log goes on as .*\/audit\/2 from event \d+\. \d+ events were recorded before; what is missing now is lost\.\n$/);
    const again = await curfew.run("accept-store", "--config", curfew.config);
    assert.deepEqual([again.code, again.output], [0, "The store is what was recorded: nothing to accept.\n"]);
    const history = await curfew.run("audit", "export", "--format", "jsonl", "--config", curfew.config);
    const events = history.output.trim().split("\n").map((line) => JSON.parse(line));
    assert.ok(events.some(({ code }) => code === "service.safe_mode"));
    const event = events.find(({ code }) => code === "store.accepted");
    assert.equal(event.actor.kind, "operator");
    assert.ok(event.detail.lost_size > Number(exported.newest.split("\n")[1])); // the orderly stop is an event as well, and mail may be
  },

  async "accepted, it grants again; its history verifies, and is not taken for the one that was lost"() {
    await curfew.start();
    assert.equal((await fetch(`${curfew.origin}/readyz`)).status, 200);
    for (const person of [ana, priya]) await person.signIn();
    assert.equal((await ana.get("/api/v1/me")).body.safe_mode, false);
    const request = await ana.ask({ roles: ["copilot-contributor"] });
    await ana.untilGrant(request.id, "active");
    const bundle = await priya.get("/api/v1/audit/export?format=bundle");
    const fine = await verified(curfew, bundle.bytes);
    assert.equal(fine.code, 0, fine.output);
    const before = join(folder, "newest.checkpoint");
    writeFileSync(before, exported.newest);
    const rolled = await verified(curfew, bundle.bytes, "--prev", before);
    assert.notEqual(rolled.code, 0, rolled.output);
  },

  async "keys that are missing, open to others or somebody else's keep it from starting, or from granting"() {
    await curfew.stop();
    assert.equal((await curfew.run("backup", join(folder, "newest.db"), "--config", curfew.config)).code, 0);
    const starts = async (name, change, { store = true } = {}) => {
      const other = await restored(name, store && join(folder, "newest.db"), join(folder, "keys"));
      change(join(other.folder, "keys"), other);
      if (name === "open") {
        const exported = await other.run("audit", "export", "--config", other.config);
        assert.equal(exported.code, 3, "no usage is wrong where keys are");
        assert.match(exported.output, /^no export: .*audit\.key may be read/);
      }
      const started = await other.start().then(
        () => other.log.find((line) => line.event === "service.started"),
        (error) => String(error.message),
      );
      await other.stop();
      return typeof started === "string" ? started : { safe: started.safe_mode, why: started.why };
    };
    assert.match(await starts("open", (keys) => chmodSync(join(keys, "audit.key"), 0o604)), /audit\.key may be read or changed by others: chmod 600 it/);
    assert.match(await starts("open folder", (keys) => chmodSync(keys, 0o777)), /keys may be changed by others: chmod 700 it/);
    assert.match(await starts("open highest", (keys) => chmodSync(join(keys, "highest.json"), 0o666)), /highest\.json may be read or changed by others: chmod 600 it/);
    assert.match(await starts("one missing", (keys) => rmSync(join(keys, "audit.key"))), /audit\.key cannot be read: No such file/);
    assert.match(await starts("highest missing", (keys) => rmSync(join(keys, "highest.json"))), /highest\.json is missing: put it back with the keys/);
    assert.match(await starts("none", (keys) => rmSync(keys, { recursive: true })), /there are no keys in .*, but something was recorded with them: put back the keys that belong to the store/);
    const shorter = await starts("shorter", (keys) => writeFileSync(join(keys, "sealing.key"), "too short"));
    assert.match(shorter, /sealing\.key must hold 32 bytes/);
    const foreign = await starts("foreign", (keys) => writeFileSync(join(keys, "audit.key"), Buffer.alloc(32, 7)));
    assert.deepEqual(foreign, { safe: true, why: "the store's checkpoint is not that of its events" });
    const emptied = await starts("emptied", () => {}, { store: false });
    assert.equal(emptied.safe, true, JSON.stringify(emptied));
    assert.match(emptied.why, /^the store has 0 events, but \d+ were recorded before$/);
  },
}, { seconds: 120 });

