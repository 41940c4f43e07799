// Packages from npm are pinned by version and by hash, and what is installed here runs on Node 18, Debian 12's.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { specification } from "./support/spec.mjs";

const OLDEST = [18, 19, 0];
const top = join(dirname(fileURLToPath(import.meta.url)), "..");
const find = ["-name", "node_modules", "-prune", "-o", "-path", "./build*", "-prune", "-o", "-name", "package.json", "-print"];
const folders = execFileSync("find", [".", ...find], { cwd: top, encoding: "utf8" })
  .trim()
  .split("\n")
  .map((file) => dirname(file));
const read = (folder, name) => JSON.parse(readFileSync(join(top, folder, name), "utf8"));

const compare = (a, b) => a[0] - b[0] || a[1] - b[1] || a[2] - b[2];

/** One comparison of a range, such as >=18.0.0, ^20.9, 18.x or 18 - as [from, below]. */
function span(text) {
  const [, operator, version] = text.match(/^(>=|<=|>|<|\^|~|=|)\s*v?(.*)$/);
  const parts = version.split("-")[0].split(".").filter((part) => !/^[xX*]?$/.test(part)).map(Number);
  const at = [...parts, 0, 0, 0].slice(0, 3);
  const behind = (index) => at.map((part, i) => (i < index ? part : i === index ? part + 1 : 0));
  const next = behind(Math.max(0, parts.length - 1));
  if (!parts.length) return [[0, 0, 0], [Infinity, 0, 0]];
  if (operator === ">=") return [at, [Infinity, 0, 0]];
  if (operator === ">") return [next, [Infinity, 0, 0]];
  if (operator === "<") return [[0, 0, 0], at];
  if (operator === "<=") return [[0, 0, 0], next];
  if (operator === "^") return [at, behind(at[0] ? 0 : 1)];
  if (operator === "~") return [at, behind(Math.min(1, parts.length - 1))];
  return [at, next];
}

function accepts(range, version) {
  return range.split("||").some((all) => {
    const wide = all.trim().replace(/^(\S+) - (\S+)$/, ">=$1 <=$2").replace(/([<>=^~]) +/g, "$1");
    return wide.split(/\s+/).every((one) => {
      const [from, below] = span(one);
      return compare(version, from) >= 0 && compare(version, below) < 0;
    });
  });
}

await specification("check/npm", {
  async "ranges are read as npm reads them"() {
    const fine = [">=18", "^18.0.0 || >=20", ">= 16", "*", "18.x", "18 || 20", ">=12.22 <19", "16 - 18", "~18.19", "18.19", ""];
    const wrong = [">=20", "^20.19.0 || >=22.12.0", "^18.20", "<18", "16.x", ">18", "18.18.x"];
    for (const range of fine) assert.ok(accepts(range, OLDEST), range);
    for (const range of wrong) assert.ok(!accepts(range, OLDEST), range);
  },

  async "package.json names exact versions, and Node 18"() {
    assert.ok(folders.length);
    for (const folder of folders) {
      const about = read(folder, "package.json");
      for (const [name, version] of Object.entries({ ...about.dependencies, ...about.devDependencies }))
        assert.match(version, /^\d+\.\d+\.\d+$/, `${folder}/package.json: ${name} is not pinned: ${version}`);
      assert.ok(accepts(about.engines?.node ?? "<0", OLDEST), `${folder}/package.json: engines.node does not say that Node 18 will do`);
    }
  },

  async "the lock file beside it is of these versions, and holds a hash of each"() {
    for (const folder of folders) {
      const about = read(folder, "package.json");
      const { packages } = read(folder, "package-lock.json");
      const own = packages[""];
      assert.deepEqual({ ...own.dependencies, ...own.devDependencies }, { ...about.dependencies, ...about.devDependencies }, folder);
      for (const [path, { version, integrity, resolved }] of Object.entries(packages)) {
        if (!path) continue;
        assert.match(version, /^\d+\.\d+\.\d+/, `${folder}/package-lock.json: ${path}`);
        assert.match(integrity ?? "", /^sha512-/, `${folder}/package-lock.json: ${path} has no hash`);
        assert.equal(resolved, undefined, `${folder}/package-lock.json: ${path} names a host; npm has omit-lockfile-registry-resolved`);
      }
    }
  },

  async "every locked package accepts Node 18"() {
    for (const folder of folders)
      for (const [path, { engines }] of Object.entries(read(folder, "package-lock.json").packages))
        assert.ok(accepts(engines?.node ?? "*", OLDEST), `${folder}/package-lock.json: ${path} wants Node ${engines?.node}`);
  },
});
