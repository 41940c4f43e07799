// The description of the API, web/openapi.json, has every route of web/routes.c but the pages, and no others.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { specification } from "./support/spec.mjs";

const web = join(dirname(fileURLToPath(import.meta.url)), "../web");
const source = readFileSync(join(web, "routes.c"), "utf8");
const words = Object.fromEntries([...source.matchAll(/^#define (\w+) +"(.*)"$/gm)].map(([, name, text]) => [name, text]));
const known = (column) => column.match(/\w+|"[^"]*"/g).flatMap((word) => (words[word] ?? word).replaceAll('"', "").split(" ")).filter(Boolean).sort();
const row = /\{ METHOD_([A-Z]+), +"([^"]+)", +(\w+), +KIND_([A-Z]+), +[^,]+, +([^,]+), +\w+ +\}/g;
const rows = [...source.matchAll(row)].map(([, method, path, who, kind, query]) => ({ route: `${method} ${path}`, method, path, who, kind, query }));
const { paths, components } = JSON.parse(readFileSync(join(web, "openapi.json"), "utf8"));
const resolve = ({ $ref, ...thing }) => ($ref ? $ref.slice(2).split("/").slice(1).reduce((at, name) => at[name], components) : thing);
const operations = Object.entries(paths ?? {}).flatMap(([path, item]) =>
  Object.entries(item)
    .filter(([method]) => /^(get|put|post|delete|patch|head|options|trace)$/.test(method))
    .map(([method, operation]) => ({ route: `${method.toUpperCase()} ${path}`, ...operation, parameters: (operation.parameters ?? []).map(resolve) })),
);
const described = operations.map(({ route }) => route);
const both = rows.filter(({ route }) => described.includes(route)).map((one) => [one, operations.find(({ route }) => route === one.route)]);
const named = (operation, where) => operation.parameters.filter((one) => one.in === where).map(({ name }) => name).sort();

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

  async "each operation has the parameters that the table and its path have"() {
    for (const [{ route, path, query }, operation] of both) {
      assert.deepEqual(named(operation, "path"), [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort(), route);
      if (query !== "ANY") assert.deepEqual(named(operation, "query"), known(query), route);
    }
  },

  async "each says who may call it, and a POST that it needs the anti-forgery token, JSON, and may be repeated"() {
    for (const [{ route, method, who }, operation] of both) {
      const needs = Object.keys(operation.security[0] ?? {});
      assert.equal(needs.includes("session"), ["SIGNED_IN", "AUDITOR", "OVERSEER"].includes(who), route);
      assert.equal(needs.includes("csrf"), method === "POST", route);
      assert.equal(named(operation, "header").includes("Idempotency-Key"), method === "POST", route);
      assert.deepEqual(Object.keys(operation.requestBody?.content ?? {}), method === "POST" ? ["application/json"] : [], route);
      assert.equal("403" in operation.responses, method === "POST" || ["AUDITOR", "OVERSEER"].includes(who), route);
    }
  },

  async "each has a name of its own, and every answer a description"() {
    assert.equal(new Set(operations.map(({ operationId }) => operationId)).size, operations.length);
    for (const { route, responses } of operations) {
      for (const [status, response] of Object.entries(responses)) assert.ok(resolve(response).description, `${route} ${status}`);
    }
  },
});
