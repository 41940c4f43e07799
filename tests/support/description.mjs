// The description of the API as a judge: whether an answer is one that web/openapi.json promises. Objects are closed here, so
// that a member which nobody described is found too; for callers they stay open.
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { load } from "./packages.mjs";

const file = join(dirname(fileURLToPath(import.meta.url)), "../../web/openapi.json");
export const description = JSON.parse(readFileSync(file, "utf8"));
export const METHODS = ["get", "post"];

function validator() {
  const Ajv = load("ajv/dist/2020");
  const ajv = new Ajv.default({ strict: true, strictTypes: false, strictRequired: false, allowUnionTypes: true, allErrors: true });
  load("ajv-formats").default(ajv);
  ajv.addKeyword("example");
  return ajv;
}

/** A copy whose references lead into $defs, and whose objects take no further members. */
function closed(schema) {
  if (Array.isArray(schema)) return schema.map(closed);
  if (!schema || typeof schema !== "object") return schema;
  const copy = Object.fromEntries(Object.entries(schema).map(([name, value]) => [name, ["const", "enum", "examples", "example"].includes(name) ? value : closed(value)]));
  if (typeof copy.$ref === "string") copy.$ref = copy.$ref.replace("#/components/schemas/", "#/$defs/");
  if (copy.type === "object" && copy.properties && !("additionalProperties" in copy)) copy.additionalProperties = false;
  return copy;
}

/** What a reference stands for. */
export function resolve(thing) {
  if (!thing?.$ref?.startsWith("#/components/") || thing.$ref.startsWith("#/components/schemas/")) return thing;
  return thing.$ref.slice(2).split("/").reduce((at, name) => at[name], description);
}

const ajv = validator();
const defs = closed(description.components.schemas);
const compiled = new Map();

/** What is wrong with a value by this schema of the description; [] when nothing is. */
export function mistakes(schema, value) {
  if (!compiled.has(schema)) compiled.set(schema, ajv.compile({ ...closed(schema), $defs: defs }));
  const fits = compiled.get(schema);
  return fits(value) ? [] : fits.errors.map((error) => `${error.instancePath || "it"} ${error.message} ${JSON.stringify(error.params)}`);
}

/** The template and the operation of a call; null when nothing is described. */
export function operationOf(method, path) {
  const plain = path.split("?")[0];
  const found = Object.keys(description.paths)
    .sort((one, other) => one.includes("{") - other.includes("{"))
    .find((template) => new RegExp(`^${template.replace(/[.]/g, "\\.").replace(/\{\w+\}/g, "[^/]+")}$`).test(plain));
  const operation = found && description.paths[found][method.toLowerCase()];
  return operation ? { template: found, operation } : null;
}

function wrongHeaders(response, headers) {
  return Object.entries(response.headers ?? {}).flatMap(([name, header]) => {
    const value = headers.get(name);
    if (value === null) return header.required ? [`header ${name} is missing`] : [];
    return mistakes(header.schema, header.schema.type === "integer" ? Number(value) : value).map((says) => `header ${name}: ${says}`);
  });
}

/** What is wrong with an answer { status, headers, text, body } to a call; [] when it is as described. */
export function wrong(method, path, answer) {
  const described = operationOf(method, path);
  if (!described) return [`${method} ${path} is not described`];
  const response = resolve(described.operation.responses[answer.status]);
  if (!response) return [`${method} ${described.template}: status ${answer.status} is not described`];
  const says = wrongHeaders(response, answer.headers);
  const type = answer.headers.get("content-type")?.split(";")[0] ?? null;
  if (!response.content) return answer.text ? [...says, "has a body that is not described"] : says;
  const content = response.content[type];
  if (!content) return [...says, `type ${type} is not described`];
  return [...says, ...mistakes(content.schema, type.endsWith("json") ? answer.body : answer.text)];
}
