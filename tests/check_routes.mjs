// The description of the API, web/openapi.json, has every route of web/routes.c but the pages, and no others.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { specification } from "./support/spec.mjs";

const web = join(dirname(fileURLToPath(import.meta.url)), "../web");
const source = readFileSync(join(web, "routes.c"), "utf8");
const rows = [...source.matchAll(/\{\s*METHOD_([A-Z]+),\s*"([^"]+)",\s*\w+,\s*KIND_([A-Z]+),/g)].map(([, method, path, kind]) => ({
  route: `${method} ${path}`,
  kind,
}));
const described = Object.entries(JSON.parse(readFileSync(join(web, "openapi.json"), "utf8")).paths ?? {}).flatMap(([path, item]) =>
  Object.keys(item)
    .filter((method) => /^(get|put|post|delete|patch|head|options|trace)$/.test(method))
    .map((method) => `${method.toUpperCase()} ${path}`),
);

await specification("check/routes", {
  async "the table is read whole"() {
    assert.ok(rows.length > 20);
    assert.equal(rows.length, source.match(/\bMETHOD_/g).length);
  },

  async "every route is described"() {
    const missing = rows.filter(({ route, kind }) => kind !== "PAGE" && !described.includes(route));
    assert.deepEqual(missing.map(({ route }) => route), [], "web/openapi.json: these are missing");
  },

  async "nothing else is described"() {
    const routes = rows.map(({ route }) => route);
    assert.deepEqual(described.filter((route) => !routes.includes(route)), [], "web/openapi.json: web/routes.c has no such routes");
  },
});
