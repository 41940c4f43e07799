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

  "every scenario has a test that is named after it": async () => {
    const last = { A: 24, B: 28, C: 12, D: 15, E: 10, F: 11, G: 16, H: 16, I: 6 };
    const all = Object.entries(last).flatMap(([letter, count]) =>
      Array.from({ length: count }, (_, i) => letter + String(i + 1).padStart(2, "0")),
    );
    const files = readdirSync(new URL(".", import.meta.url)).map((name) => name.replace(".mjs", ""));
    const names = Object.fromEntries(
      files.map((name) => [name, [...read(`test/${name}.mjs`).matchAll(/^  "([^"]+)": async/gm)].join("\n")]),
    );
    const rows = [...readme.matchAll(/^\| ([A-I]\d\d(?:[, ]+[A-I]\d\d)*) \| `test\/(\w+)\.mjs` \|$/gm)];
    const mapped = rows.flatMap(([, ids, file]) => ids.split(/[, ]+/).map((id) => [id, file]));
    assert.deepEqual(
      mapped.filter(([id, file]) => !names[file].includes(id)),
      [],
      "named in the table, and in no name of a test",
    );
    assert.deepEqual(
      all.filter((id) => !mapped.some(([other]) => other === id)),
      [],
      "not in the table",
    );
  },

  "it ends with nothing left over": async () => {
    assert.equal(await sandbox.stop(), 0);
  },
});
