// What Microsoft says of Graph, ARM and sign-in as a judge: whether a request is one that they take, and an answer one that they
// give. The descriptions are not ours to keep. They are found in the folder that CURFEW_CONTRACT names, or else in
// shared/graph/data beside the checkout; where there are none, nothing is held against them, and tests/contract says so.
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { definitions, flat, members, nameOf, translate } from "./openapi.mjs";
import { load } from "./packages.mjs";

const usual = join(dirname(fileURLToPath(import.meta.url)), "../../../shared/graph/data");
export const FOLDER = process.env.CURFEW_CONTRACT ?? usual;
export const isKnown = existsSync(join(FOLDER, "graph-openapi.json"));
export const ABSENT = "SKIPPED: no descriptions of Graph beside the checkout (shared/graph/data), and CURFEW_CONTRACT names none";

const METHODS = ["get", "post", "put", "patch", "delete"];
const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

const text = { type: "string", nullable: true };
const STRENGTH = { id: text, displayName: text, description: text, policyType: text, requirementsSatisfied: text, allowedCombinations: { type: "array", items: text } };

/* What the descriptions leave out, although Microsoft's pages have it. */
const BEYOND = {
  graph(document) {
    const controls = document.components.schemas["microsoft.graph.conditionalAccessGrantControls"];
    (controls.allOf?.at(-1) ?? controls).properties.authenticationStrength ??= { type: "object", nullable: true, properties: STRENGTH };
    const revoke = document.paths["/v1.0/users/{id}/revokeSignInSessions"].post;
    revoke.responses[204] ??= { description: "seen in place of 200" };
  },
  login(document) {
    const [form] = Object.values(document.paths["/{tenant}/oauth2/v2.0/token"].post.requestBody.content);
    form.schema.properties.client_secret ??= { type: "string" }; // where a registration has a secret, not a certificate
    for (const path of ["/v2.0/.well-known/openid-configuration", "/discovery/v2.0/keys"])
      document.paths[`/{tenant}${path.replace("/v2.0", "")}`] ??= document.paths[`/{tenant}${path}`]; // those of v1.0 tokens
  },
};

/* Headers that say nothing to the service, or are said of every call; browsers say more of themselves on their way to sign-in. */
const USUAL = new Set(["host", "user-agent", "accept", "accept-encoding", "accept-language", "connection", "content-length", "sec-fetch-mode", "cookie"]);
const OF_BROWSERS = /^(sec-|(upgrade-insecure-requests|referer|priority|cache-control|pragma)$)/;

class Contract {
  constructor(api) {
    this.api = api;
    this.document = JSON.parse(readFileSync(join(FOLDER, `${api}-openapi.json`), "utf8"));
    BEYOND[api]?.(this.document);
    const Ajv = load("ajv/dist/2020");
    this.ajv = new Ajv.default({ strict: true, strictTypes: false, strictRequired: false, allErrors: true });
    load("ajv-formats").default(this.ajv, ["uuid", "int32", "int64", "double", "float"]);
    this.ajv.addFormat("date-time", /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,7})?Z$/);
    this.ajv.addFormat("base64url", /^[\w+/-]*=*$/);
    this.ajv.addSchema({ $id: "types", $defs: definitions(this.document) });
    this.judges = new Map();
    this.operations = Object.entries(this.document.paths).flatMap(([template, path]) =>
      METHODS.filter((method) => path[method]).map((method) => ({ ...path[method], template, method, fits: pattern(template) })),
    );
  }

  operation(method, path) {
    const fitting = this.operations.filter((one) => one.method === method.toLowerCase() && one.fits.test(path));
    const variables = ({ template }) => template.split("{").length;
    return fitting.sort((a, b) => variables(a) - variables(b))[0] ?? this.cast(method, path);
  }

  /** A list of directory objects that OData's cast narrows down to one type: …/members/microsoft.graph.user. */
  cast(method, path) {
    const [, list, type] = path.match(/^(.*)\/(microsoft\.graph\.\w+)$/) ?? [];
    const found = list && this.operation(method, list);
    const items = found?.responses[200]?.content?.["application/json"].schema.properties?.value?.items;
    if (!items?.anyOf?.some(({ $ref }) => nameOf($ref) === type)) return undefined;
    const schema = { type: "object", properties: { value: { type: "array", items: { $ref: `#/components/schemas/${type}` } } }, required: ["value"] };
    return { ...found, responses: { ...found.responses, 200: { content: { "application/json": { schema } } } } };
  }

  at(found) {
    if (!found?.$ref) return found;
    const [kind, name] = found.$ref.split("/").slice(2);
    return this.document.components[kind][name];
  }

  /** What is wrong with a value, as sentences. */
  mistakes(schema, value) {
    const key = JSON.stringify(schema);
    if (!this.judges.has(key)) this.judges.set(key, this.ajv.compile(translate(this.document, schema)));
    const judge = this.judges.get(key);
    if (judge(value)) return [];
    const said = judge.errors.filter(({ keyword }) => keyword !== "if");
    return said.map(({ instancePath, message, params }) => `${instancePath || "body"} ${message} ${JSON.stringify(params)}`);
  }
}

/** Matches paths of a template. */
function pattern(template) {
  const literal = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`^${template.split(/\{\w+\}/).map(literal).join("[^/'()]+")}$`);
}

const cache = {};
const contractOf = (api) => (cache[api] ??= new Contract(api));
export const apiOf = ({ api, path }) => (api === "graph" && /\/providers\/Microsoft\./.test(path) ? "arm" : api);

/** The schema of what a read is about: the entity, or an entry of its list. */
function entity(contract, operation) {
  const schema = contract.at(operation.responses[200])?.content?.["application/json"]?.schema;
  const { properties } = flat(contract.document, schema);
  return properties?.value?.items ?? schema;
}

function isProperty(contract, schema, path) {
  const [first, ...rest] = path.split("/");
  const known = members(contract.document, schema);
  if (!known[first]) return false;
  const next = known[first].items ?? known[first];
  return !rest.length || isProperty(contract, next, rest.join("/"));
}

/** The names of properties in an OData option. */
function namesIn(option, value) {
  if (option === "$select") return value.split(",").map((name) => name.trim());
  if (option === "$orderby") return value.split(",").map((name) => name.trim().split(" ")[0]);
  if (option === "$expand") return value.replace(/\(.*\)/g, "").split(",");
  if (option !== "$filter") return [];
  const bare = value.replace(/'(?:[^']|'')*'/g, "''");
  const variables = new Set([...bare.matchAll(/\((\w+):/g)].map(([, name]) => name));
  const compared = [...bare.matchAll(/([A-Za-z][\w/]*)\s+(?:eq|ne|gt|ge|lt|le|in)\b/g), ...bare.matchAll(/(?:startswith|endswith|contains)\(([\w/]+)/g)];
  return compared.map(([, name]) => name).filter((name) => !variables.has(name.split("/")[0]));
}

function wrongQuery(contract, operation, query) {
  const declared = (operation.parameters ?? []).map((one) => contract.at(one)).filter((one) => one.in === "query");
  const missing = declared.filter(({ name, required }) => required && !(name in query)).map(({ name }) => `query option ${name} is missing`);
  return missing.concat(
    Object.entries(query).flatMap(([name, value]) => {
      const parameter = declared.find((one) => one.name === name);
      if (!parameter) return [`query option ${name} is not in the contract`];
      if (typeof value !== "string") return [`query option ${name} is repeated`];
      const { type } = parameter.schema;
      const read = type === "string" ? value : JSON.parse(/^(\d+|true|false)$/.test(value) ? value : "null");
      const says = contract.mistakes(parameter.schema, read).map((wrong) => `query option ${name}: ${wrong}`);
      const known = contract.api !== "graph" || operation.method !== "get" ? [] : namesIn(name, value).filter((one) => !isProperty(contract, entity(contract, operation), one));
      return [...says, ...known.map((one) => `query option ${name}: ${one} is no property`)];
    }),
  );
}

/* What headers may say; undefined: anything. */
const HEADERS = {
  authorization: undefined,
  "client-request-id": (value) => GUID.test(value),
  consistencylevel: (value) => value === "eventual",
  prefer: (value) => /^(odata\.maxpagesize=\d+|include-unknown-enum-members|return=(minimal|representation))$/.test(value),
};

function wrongHeaders(contract, operation, { headers: all, path, body }) {
  const hasBody = body !== null && body !== undefined;
  const byBrowser = path.endsWith("/authorize");
  const headers = Object.entries(all ?? {}).filter(([name]) => !(byBrowser && OF_BROWSERS.test(name.toLowerCase())));
  const given = Object.fromEntries(headers.map(([name, value]) => [name.toLowerCase(), value]));
  const declared = new Set((operation.parameters ?? []).map((one) => contract.at(one)).filter((one) => one.in === "header").map(({ name }) => name.toLowerCase()));
  const secured = (operation.security ?? contract.document.security ?? []).length > 0;
  const type = given["content-type"]?.split(";")[0];
  const wrong = [];
  if (secured && !given.authorization) wrong.push("header Authorization is missing");
  if (hasBody && !contract.at(operation.requestBody)?.content[type]) wrong.push(`header Content-Type: ${type}`);
  for (const [name, value] of Object.entries(given)) {
    if (USUAL.has(name) || name === "content-type") continue;
    const fits = declared.has(name) || name === "prefer" || name === "client-request-id" || (name === "authorization" && secured);
    if (!fits) wrong.push(`header ${name} is not in the contract`);
    else if (HEADERS[name] && !HEADERS[name](value)) wrong.push(`header ${name}: ${value}`);
  }
  return wrong;
}

function wrongBody(contract, operation, body) {
  const described = contract.at(operation.requestBody);
  if (body === null || body === undefined) return described?.required ? ["the body is missing"] : [];
  if (!described) return JSON.stringify(body) === "{}" ? [] : ["there is a body, and the contract has none"];
  return contract.mistakes(Object.values(described.content)[0].schema, body);
}

/** The calls inside a batch, as entries; none for any other call. */
function inside({ path, body, answer }) {
  if (!/^\/(v1\.0|beta)\/\$batch$/.test(path)) return [];
  const [version] = path.match(/^\/(v1\.0|beta)/);
  if (!Array.isArray(body?.requests) || body.requests.some((one) => typeof one?.url !== "string")) return [];
  const answers = new Map((answer?.responses ?? []).map((one) => [one.id, one]));
  return body.requests.map(({ id, method, url, headers = {}, body: inner = null }) => {
    const at = new URL(version + (url.startsWith("/") ? url : `/${url}`), "http://graph");
    const query = Object.fromEntries(at.searchParams);
    const answered = answers.get(id);
    return { api: "graph", method, path: decodeURIComponent(at.pathname), query, headers: { authorization: "the batch's", ...headers }, body: inner, status: answered?.status ?? null, answer: answered?.body ?? null };
  });
}

const said = (entry, wrong) => wrong.map((says) => `${entry.method} ${entry.path}: ${says}`);

/** What is wrong with a recorded request { api, method, path, query, headers, body }; [] when the contract has it. */
export function wrongRequest(entry) {
  const contract = contractOf(apiOf(entry));
  const operation = contract.operation(entry.method, entry.path);
  if (!operation) return said(entry, ["is not in the contract"]);
  const wrong = [
    ...wrongQuery(contract, operation, entry.query ?? {}),
    ...wrongHeaders(contract, operation, entry),
    ...wrongBody(contract, operation, entry.body),
  ];
  return [...said(entry, wrong), ...inside(entry).flatMap(wrongRequest)];
}

/** What is wrong with the answer of an entry { …, status, answer, answer_headers }; [] when the contract has it. */
export function wrongAnswer(entry) {
  const { status, answer, answer_headers: headers } = entry;
  if (status === 424) return []; // an item of a batch that waited for one that failed
  const contract = contractOf(apiOf(entry));
  const operation = contract.operation(entry.method, entry.path);
  if (!operation) return status >= 400 ? [] : said(entry, [`answers ${status} and is not in the contract`]);
  const response = contract.at(operation.responses[status] ?? operation.responses.default);
  if (!response) return said(entry, [`never answers ${status}`]);
  const content = response.content?.["application/json"];
  if (!content) return answer ? said(entry, [`${status} has no body in the contract`]) : [];
  if (answer === null || answer === undefined) return said(entry, [`${status} has a body in the contract`]);
  const type = Object.entries(headers ?? {}).find(([name]) => name.toLowerCase() === "content-type")?.[1];
  const typed = type && !type.startsWith("application/json") ? [`${status} is of type ${type}`] : [];
  const wrong = [...typed, ...contract.mistakes(content.schema, answer).map((says) => `${status}: ${says}`)];
  return [...said(entry, wrong), ...inside(entry).filter((one) => one.status !== null).flatMap(wrongAnswer)];
}

const JUDGED = new Set(["graph", "login", "arm"]);
const isSignInPage = ({ path }) => /\/(login|logout)$/.test(path); // the stand-in's own, for people

/** Whether the entry is a call by a link that a fault made up: paths are those that faults gave links to before. */
function isLed(entry, paths) {
  const led = paths.has(entry.path) && Object.keys(entry.query ?? {}).length === 0;
  if (entry.fault?.next_link === "loop") paths.add(entry.path); // it is without a query
  return led;
}

/** An entry of ARM without the token that a link which was given before brings along; `given` are such tokens, and grows. */
function withoutGiven(entry, given) {
  const { $skiptoken, ...query } = entry.query ?? {};
  const link = entry.answer?.nextLink;
  if (typeof link === "string") given.add(`${new URL(link).pathname} ${new URL(link).searchParams.get("$skiptoken")}`);
  return given.has(`${entry.path} ${$skiptoken}`) ? { ...entry, query } : entry;
}

/** What is wrong with the entries of a journal. Requests are held where `by` says that Curfew made them. */
export function wrongEntries(entries, by = () => true) {
  const given = new Set();
  const judged = entries.filter((entry) => JUDGED.has(entry.api) && !isSignInPage(entry)).map((entry) => withoutGiven(entry, given));
  const paths = new Set();
  const requests = judged.filter((entry) => !isLed(entry, paths) && by(entry)).flatMap(wrongRequest);
  const answers = judged.filter((entry) => "answer" in entry && !entry.fault && entry.status !== null).flatMap(wrongAnswer);
  return { requests: [...new Set(requests)], answers: [...new Set(answers)], count: judged.length };
}

/** Throws when the journal in this file has a request of Curfew's, or an answer of the sandbox's, that the contract does not have. */
export function holdJournal(file, by) {
  if (!isKnown || !existsSync(file)) return;
  const lines = readFileSync(file, "utf8").split("\n").slice(0, -1);
  const { requests, answers } = wrongEntries(lines.map((line) => JSON.parse(line)), by);
  const says = [...requests.map((wrong) => `asked: ${wrong}`), ...answers.map((wrong) => `answered: ${wrong}`)];
  if (says.length) throw new Error(`not in the contract:\n${says.slice(0, 60).join("\n")}`);
}
