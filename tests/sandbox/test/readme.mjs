// Goal: the README says what there is: every switch, every fault, every address.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { specification } from "../../support/spec.mjs";
import { PERSONS, startSandbox } from "../../support/sandbox.mjs";

const read = (name) => readFileSync(new URL(`../${name}`, import.meta.url), "utf8");
const readme = read("README.md");
const sandbox = await startSandbox({ recorded: false });

await specification("sandbox/readme", {
  "every switch is listed with its default, and no other": async () => {
    const listed = Object.fromEntries(
      [...readme.matchAll(/^\| `(\w+)` \| (\w+) \|/gm)].map(([, name, value]) => [name, value]),
    );
    const real = Object.fromEntries(
      Object.entries(await sandbox.switches()).map(([name, value]) => [name, String(value)]),
    );
    assert.deepEqual(listed, real);
  },

  "every fault is described": async () => {
    const kinds = [...read("http/faults.h").matchAll(/X\(\w+, "(\w+)"\)/g)]
      .map(([, kind]) => kind)
      .filter((kind) => kind !== "none");
    assert.ok(kinds.length > 15);
    assert.deepEqual(
      kinds.filter((kind) => !readme.includes(`\`{"kind": "${kind}"`)),
      [],
    );
  },

  "every address of the control API is described": async () => {
    const rows = [...read("routes.c").matchAll(/\{CONTROL, "(\w+)", +"([^"]+)"/g)].map(([, method, path]) => [
      method,
      path,
    ]);
    assert.ok(rows.length > 30);
    const lines = readme.split("\n");
    const missing = rows.filter(
      ([method, path]) => !lines.some((line) => line.includes(`${path}\``) && line.includes(method)),
    );
    assert.deepEqual(missing, []);
  },

  "every person is named": async () => {
    const { items } = await sandbox.control("GET", "/persons");
    for (const person of items) assert.ok(readme.includes(person.name), person.name);
    assert.deepEqual(
      items.filter((person) => !person.mailbox).map((person) => person.id),
      Object.values(PERSONS),
    );
  },

  "every scenario that it maps to a test has one": async () => {
    const files = readdirSync(new URL(".", import.meta.url)).map((name) => name.replace(".mjs", ""));
    const tests = Object.fromEntries(files.map((name) => [name, read(`test/${name}.mjs`)]));
    const rows = [...readme.matchAll(/^\| ([A-I]\d\d(?:[, ]+[A-I]\d\d)*) \| `test\/(\w+)\.mjs` \|$/gm)];
    assert.ok(rows.length > 5);
    for (const [, ids, file] of rows)
      for (const id of ids.split(/[, ]+/)) assert.ok(tests[file].includes(id), `${id} in ${file}`);
  },

  "it ends with nothing left over": async () => {
    assert.equal(await sandbox.stop(), 0);
  },
});
