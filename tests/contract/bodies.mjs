// Goal: every body that Microsoft prints for a call is one that the judge of all other tests takes, so that it is no stricter
// than Microsoft. What a page prints and the description refuses stands here, with what it is refused for.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ABSENT, FOLDER, isKnown, wrongAnswer, wrongRequest } from "../support/contract.mjs";
import { specification } from "../support/spec.mjs";

if (!isKnown) {
  console.log(`contract/bodies: ${ABSENT}`);
  process.exit(77);
}
const read = (file) => JSON.parse(readFileSync(join(FOLDER, "examples", file), "utf8"));
const index = read("index.json");

const REFUSED = {
  "054-devices-list.resp.json": [/"Manufacturer"/, /"Model"/], // capitals of a page; the schema has small ones
  "059-authentication-methods.resp.json": [/"creationDateTime"/], // the page's old name of createdDateTime
  "063-directory-audits-group.resp.json": [/"Type"/], // the same capitals
  "064-directory-audits-filtered.resp.json": [/"userType"/, /"homeTenantId"/, /"homeTenantName"/], // beta's members
  "073-batch.req.json": [/is not in the contract$/], // it asks for tasks, passwords, deletions
};
/* What stands inside of tokens, which is no body of a call. */
const CLAIMS = /^(117|12[1-5])-/;
const API = { "v1.0": "graph", beta: "graph", login: "login" };

function entryOf({ file, kind, method, path, apiVersion, status }) {
  const api = API[apiVersion] ?? "arm";
  const [bare, search = ""] = path.split(/\?(.*)/s);
  const at = api === "graph" ? `/${apiVersion}${bare}` : bare.replace("/{scope}", "/subscriptions/one").replaceAll(/\{(\w+)\}/g, "$1");
  const query = Object.fromEntries(new URLSearchParams(search));
  if (api === "arm") query["api-version"] ??= apiVersion;
  const headers = { authorization: "Bearer …", "content-type": "application/json" };
  const body = read(file);
  return { api: api === "login" ? api : "graph", method, path: at, query, headers, body: kind === "request" ? body : null, status, answer: body };
}

const complaints = (example) => (example.kind === "request" ? wrongRequest : wrongAnswer)(entryOf(example));
const cases = {};
for (const example of index.filter(({ file }) => !CLAIMS.test(file))) {
  const reasons = REFUSED[example.file] ?? [];
  cases[`${example.file} ${reasons.length ? "is refused" : "is taken"}`] = async () => {
    const says = complaints(example);
    for (const reason of reasons) assert.ok(says.some((one) => reason.test(one)), `${reason} in ${says}`);
    assert.deepEqual(says.filter((one) => !reasons.some((reason) => reason.test(one))), []);
  };
}
cases["there are 125, and six of them are no bodies"] = async () => {
  assert.equal(index.length, 125);
  assert.equal(index.filter(({ file }) => CLAIMS.test(file)).length, 6);
};

await specification("contract/bodies", cases);
