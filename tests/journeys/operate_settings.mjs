// The command line and the settings: each mistake is named with its key, what was found and what would be right, all of
// them at once; the exit code says what kind of answer it was.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setUpCurfew } from "../support/curfew.mjs";
import { startSandbox } from "../support/sandbox.mjs";
import { specification } from "../support/spec.mjs";

const sandbox = await startSandbox();
const curfew = await setUpCurfew(sandbox);

/** Runs a command to its end; what still runs after ten seconds is ended and has no code. */
function run(...words) {
  return new Promise((resolve) => {
    const child = spawn(curfew.program, words, { stdio: ["ignore", "pipe", "pipe"] });
    const said = { out: "", err: "" };
    const late = setTimeout(() => child.kill("SIGKILL"), 10000);
    child.stdout.on("data", (piece) => (said.out += piece));
    child.stderr.on("data", (piece) => (said.err += piece));
    child.once("close", (code) => {
      clearTimeout(late);
      resolve({ code, ...said });
    });
  });
}

/** Serves with settings that `change` spoils; the mistakes that are said, as [key, sentence], in order of keys. */
async function mistakes(change) {
  const settings = structuredClone(curfew.settings);
  const text = change(settings); // `raw` is the file's whole text
  const file = join(curfew.folder, "spoiled.json");
  writeFileSync(file, text?.raw ?? JSON.stringify(settings));
  const { code, out, err } = await run("serve", "--config", file);
  assert.equal(code, 1, err);
  assert.equal(out, "");
  return err
    .trim()
    .split("\n")
    .map((line) => {
      assert.ok(line.startsWith(`${file}: `), line);
      return line.slice(file.length + 2).match(/^([\w.[\]]+): (.*)$/)?.slice(1) ?? [null, line.slice(file.length + 2)];
    })
    .sort(([one], [two]) => (one < two ? -1 : 1));
}

const AN_URL = "write https://host or https://host:port, without a path";
const cases = {};

for (const [what, [change, ...expected]] of Object.entries({
  "an unknown key": [(s) => (s.colour = "red"), ["colour", "is not a setting; `curfew settings` lists them all"]],
  "an unknown key of a group": [(s) => (s.entra.sign_in.client = "x"), ["entra.sign_in.client", "is not a setting; `curfew settings` lists them all"]],
  "a group that is none": [(s) => (s.limits = 5), ["limits", "must be an object with members of its own"]],
  "a number that is text": [(s) => (s.limits.requests_per_hour = "ten"), ["limits.requests_per_hour", 'must be a whole number from 1 to 1000000000, not "ten"']],
  "a number that is too small": [(s) => (s.limits.requests_per_hour = 0), ["limits.requests_per_hour", "must be a whole number from 1 to 1000000000, not 0"]],
  "a span that is a number": [(s) => (s.limits.session_idle = 900), ["limits.session_idle", "must be a duration such as PT15M, not 900"]],
  "a text that is a list": [(s) => (s.policies = ["policies"]), ["policies", "must be text that is not empty, not a list"]],
  "an empty text": [(s) => (s.keys = "  "), ["keys", 'must be text that is not empty, not "  "']],
  "a tenant that is none": [(s) => (s.entra.tenant_id = "contoso"), ["entra.tenant_id", '"contoso" is not a GUID']],
  "a cloud that is none": [(s) => (s.entra.cloud = "moon"), ["entra.cloud", '"moon" is not one of "global", "usgov", "usgov_dod", "china"']],
  "an activation that nobody knows": [(s) => (s.activation = "automatic"), ["activation", '"automatic" is not one of "application", "delegated", "pim_approval"']],
  "people's tokens without asking for any": [(s) => ((s.activation = "delegated"), (s.entra.api_token = "none")), ["activation", "`delegated` needs `entra.api_token` = `v1`"]],
  "people's and approvers' tokens without asking for any": [(s) => ((s.activation = "pim_approval"), (s.entra.api_token = "none")), ["activation", "`pim_approval` needs `entra.api_token` = `v1`"]],
  "an address with a path": [(s) => (s.public_url = "https://curfew.example/app"), ["public_url", `"https://curfew.example/app" is not right: ${AN_URL}`]],
  "an address without a scheme": [(s) => (s.entra.graph = "graph.microsoft.com"), ["entra.graph", `"graph.microsoft.com" is not right: ${AN_URL}`]],
  "an address with a port that is none": [(s) => (s.entra.graph = "https://graph.microsoft.com:99999"), ["entra.graph", `"https://graph.microsoft.com:99999" is not right: ${AN_URL}`]],
  "an address with somebody's password": [(s) => (s.entra.graph = "https://me:s3cret@graph.example"), ["entra.graph", `"?" is not right: ${AN_URL}`]],
  "plain http to elsewhere": [(s) => (s.entra.authority = "http://login.example"), ["entra.authority", '"http://login.example": plain http is only for this machine itself']],
  "plain http to a name that begins like this machine": [(s) => (s.entra.authority = "http://127.0.0.1.evil.example"), ["entra.authority", '"http://127.0.0.1.evil.example": plain http is only for this machine itself']],
  "plain http to a name that ends like this machine": [(s) => (s.entra.authority = "http://[::1].evil.example"), ["entra.authority", `"http://[::1].evil.example" is not right: ${AN_URL}`]],
  "PostgreSQL": [(s) => (s.store = "postgresql://me:s3cret@db/curfew"), ["store", "PostgreSQL is not supported yet: write sqlite:PATH, with PATH on a local disk"]],
  "a store that is none": [(s) => (s.store = "curfew.db"), ["store", "is not a store: write sqlite:PATH"]],
  "a store in memory": [(s) => (s.store = "sqlite::memory:"), ["store", "is not a store: write sqlite:PATH"]],
  "a secret inline": [(s) => ((s.entra.sign_in = { client_id: s.entra.sign_in.client_id, secret: "s3cret" })), ["entra.sign_in.secret", "is not a setting; `curfew settings` lists them all"]],
  "no credential": [(s) => (s.entra.sign_in = { client_id: s.entra.sign_in.client_id }), ["entra.sign_in", "give one credential: `certificate_file` with `key_file`, `secret_file`, or `federated_token_file`"]],
  "two credentials": [(s) => (s.entra.sign_in.secret_file = "secret"), ["entra.sign_in", "give one credential: `certificate_file` with `key_file`, `secret_file`, or `federated_token_file`"]],
  "a certificate without its key": [(s) => delete s.entra.sign_in.key_file, ["entra.sign_in", "`certificate_file` and `key_file` go together"]],
  "plain HTTP served to the network": [(s) => (s.listen = "0.0.0.0:80"), ["listen", "0.0.0.0:80 would speak plain HTTP to the network: give `tls_certificate_file`, or name the reverse proxy in `proxies`"]],
  "an address to listen on that is a name": [(s) => (s.listen = "localhost:8080"), ["listen", '"localhost:8080" is not an address and a port: write 127.0.0.1:8080 or [::]:443']],
  "a proxy that is a name": [(s) => (s.proxies = ["proxy.example"]), ["proxies", '"proxy.example" is neither an address nor a network such as 10.0.0.0/8']],
  "tickets at an address without a place for them": [
    (s) => (s.ticket = { url: "https://tickets.example.com/api", open: ["open"] }),
    ["ticket.url", "must be https://host/path with {ticket} where the ticket belongs, once"],
  ],
  "tickets whose place is the host": [
    (s) => (s.ticket = { url: "https://{ticket}.example.com/api/{ticket}", open: ["open"] }),
    ["ticket.url", "must be https://host/path with {ticket} where the ticket belongs, once"],
  ],
  "tickets in the open": [
    (s) => (s.ticket = { url: "http://tickets.example.com/{ticket}", open: ["open"] }),
    ["ticket", '"http://tickets.example.com": plain http is only for this machine itself'],
  ],
  "tickets at an address with a password": [
    (s) => (s.ticket = { url: "https://curfew:secret@tickets.example.com/{ticket}", open: ["open"] }),
    ["ticket", `"?" is not right: ${AN_URL}`],
  ],
  "tickets of which none is open": [(s) => (s.ticket = { url: "https://tickets.example.com/{ticket}" }), ["ticket.open", "is missing"]],
  "a context that is none": [(s) => (s.entra.contexts = { c0: ["mfa"] }), ["entra.contexts.c0", "is not an authentication context: c1 to c99"]],
  "a context that proves what nothing proves": [(s) => (s.entra.contexts = { c1: ["love"] }), ["entra.contexts.c1", '"love" is not one of "mfa", "phishing_resistant", "compliant_device"']],
  "a channel that is not there yet": [(s) => (s.notify = [{ kind: "pigeon", from: "a@b.example" }]), ["notify[0].kind", null]],
  "two mailboxes": [(s) => s.notify.push({ ...s.notify[0], from: "other@contoso.example" }), ["notify[1].kind", "is there already: one mailbox sends all messages"]],
  "no JSON": [() => ({ raw: "{" }), [null, null]],
  "a member twice": [() => ({ raw: '{"listen": "127.0.0.1:1", "listen": "127.0.0.1:2"}' }), [null, null]],
})) {
  cases[`${what} is refused`] = async () => {
    const said = await mistakes(change);
    assert.deepEqual(said.map(([key]) => key), expected.map(([key]) => key), JSON.stringify(said));
    expected.forEach(([, sentence], i) => sentence && assert.equal(said[i][1], sentence));
    assert.doesNotMatch(JSON.stringify(said), /s3cret/);
  };
}

Object.assign(cases, {
  async "every mistake is said at once, those that show only together as well"() {
    const said = await mistakes((s) => {
      s.colour = "red";
      s.store = "postgres://db";
      s.listen = "0.0.0.0:80";
      s.entra.sign_in.secret_file = "secret";
      s.limits.connections = -1;
      delete s.public_url;
    });
    assert.deepEqual(said.map(([key]) => key), ["colour", "entra.sign_in", "limits.connections", "listen", "public_url", "store"]);
  },

  async "a policy folder with mistakes: every one of them with its file and line"() {
    const folder = join(curfew.folder, "bad policies");
    mkdirSync(folder);
    writeFileSync(join(folder, "one.json"), '{\n "people": {"soc": {"groups": ["not a guid"]}},\n "roles": {},\n "rules": [{"name": "x", "roles": ["nothing"]}]\n}\n');
    const file = join(curfew.folder, "spoiled.json");
    writeFileSync(file, JSON.stringify({ ...curfew.settings, policies: folder }));
    const served = await run("serve", "--config", file);
    assert.equal(served.code, 1);
    const checked = await run("policy", "check", folder);
    assert.equal(checked.code, 1);
    const lines = checked.out.trim().split("\n");
    assert.ok(lines.length >= 3, checked.out);
    assert.ok(lines.every((line) => /one\.json:\d+: /.test(line)), checked.out);
    for (const line of lines) assert.ok(served.err.split("\n").includes(line), `${line} is not in ${served.err}`);
    assert.match(served.err, /^curfew does not start: /m);
    for (const missing of ["/nowhere/at/all", join(curfew.folder, "spoiled.json")]) {
      writeFileSync(file, JSON.stringify({ ...curfew.settings, policies: missing }));
      const { code, err } = await run("serve", "--config", file);
      assert.equal(code, 1);
      assert.ok(err.includes(missing), err);
    }
  },

  async "files of secrets that others may read, and files that are not there, are named"() {
    const file = join(curfew.folder, "spoiled.json");
    const key = join(curfew.folder, "copy.key");
    const settings = structuredClone(curfew.settings);
    settings.entra.sign_in.key_file = key;
    writeFileSync(file, JSON.stringify(settings));
    const missing = await run("serve", "--config", file);
    assert.deepEqual([missing.code, missing.err], [1, `curfew does not start: ${key} cannot be read: No such file or directory\n`]);
    writeFileSync(key, readFileSync(curfew.settings.entra.sign_in.key_file));
    chmodSync(key, 0o644);
    const open = await run("serve", "--config", file);
    assert.deepEqual([open.code, open.err], [1, `curfew does not start: ${key} may be read or changed by others: chmod 600 it\n`]);
    rmSync(key);
  },

  async "what is typed wrong gets the usage and 2"() {
    const { config } = curfew;
    for (const words of [
      [],
      ["dance"],
      ["policy"],
      ["policy", "check"],
      ["policy", "dance", "x"],
      ["audit"],
      ["audit", "verify"],
      ["audit", "verify", "--max-age", "soon", "x.tar"],
      ["audit", "export"],
      ["audit", "export", "--config", config, "extra"],
      ["serve"],
      ["serve", "--config"],
      ["serve", "--config", config, "--loud"],
      ["backup", "x.db"],
      ["backup", "--config", config],
      ["backup", "--config", config, "one.db", "two.db"],
      ["accept-store"],
      ["settings", "please"],
      ["version", "please"],
      ["--help"],
    ]) {
      const { code, out, err } = await run(...words);
      assert.deepEqual([code, out], [2, ""], `${words.join(" ")}: ${code} ${out}`);
      assert.match(err, /usage:\n {2}curfew serve --config FILE\n/, words.join(" "));
    }
    const { code, err } = await run("audit", "export", "--config", config, "--format", "xml");
    assert.equal(code, 2);
    assert.match(err, /^curfew: the format must be csv, jsonl or bundle\n/);
  },

  async "settings prints the reference, version the version, policy check what it found"() {
    const settings = await run("settings");
    assert.equal(settings.code, 0);
    assert.match(settings.out, /^\| setting \| default \| meaning \|\n\|---\|---\|---\|\n\| `listen` \| `"127\.0\.0\.1:8080"` \| /);
    assert.match(settings.out, /^\| `public_url` \| required \| /m);
    const version = await run("version");
    assert.deepEqual([version.code, version.err], [0, ""]);
    assert.match(version.out, /^curfew \d+\.\d+\.\d+\n$/);
    const checked = await run("policy", "check", join(curfew.folder, "policies"));
    assert.equal(checked.code, 0);
    assert.match(checked.out, /: 4 roles, sha256:/);
  },

  async "what cannot be told is 3, and makes nothing"() {
    const file = join(curfew.folder, "elsewhere.json");
    const copy = join(curfew.folder, "copy.db");
    writeFileSync(file, JSON.stringify({ ...curfew.settings, store: "sqlite:no-such.db" }));
    const backup = await run("backup", copy, "--config", file);
    assert.deepEqual([backup.code, backup.out], [3, ""]);
    assert.match(backup.err, /^no backup: .*no-such\.db/);
    assert.ok(!existsSync(copy));
    const verified = await run("audit", "verify", join(curfew.folder, "no-such.tar"));
    assert.ok(verified.code > 0);
    assert.match(verified.out, /no-such\.tar/);
  },

  async "settings that cannot be read are named"() {
    const { code, err } = await run("serve", "--config", "/nowhere/curfew.json");
    assert.equal(code, 1);
    assert.match(err, /^\/nowhere\/curfew\.json: .*No such file/);
  },
});

await specification("journeys/operate_settings", cases, { seconds: 60 });
