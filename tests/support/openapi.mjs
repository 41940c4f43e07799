// OpenAPI 3.0 as JSON Schema, for a judge that is strict: what a type inherits is written out, objects are closed (members that
// OData adds apart), and where "@odata.type" names a type, that type counts.
const KEPT = ["pattern", "minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems", "format"];
const ANNOTATION = "^[A-Za-z]*@(odata|microsoft\\.graph)\\.[A-Za-z.]+$";

export const nameOf = (ref) => ref.slice(ref.lastIndexOf("/") + 1);

/** The schema behind a reference, with what it inherits written out. */
export function flat(document, schema) {
  if (!schema) return {};
  if (schema.$ref) return flat(document, document.components.schemas[nameOf(schema.$ref)]);
  if (!schema.allOf) return schema;
  const parts = schema.allOf.map((part) => flat(document, part));
  const own = parts[parts.length - 1];
  return {
    type: "object",
    nullable: parts.some(({ nullable }) => nullable),
    properties: Object.assign({}, ...parts.map(({ properties }) => properties)),
    required: parts.flatMap(({ required }) => required ?? []),
    discriminator: own.properties || own.discriminator ? own.discriminator : parts[0].discriminator,
    additionalProperties: parts.some(({ additionalProperties }) => additionalProperties === true) || undefined,
  };
}

/** All members of a type, and of those that derive from it or that it may be. */
export function members(document, schema) {
  const { properties, discriminator, anyOf = [] } = flat(document, schema);
  const types = [...Object.values(discriminator?.mapping ?? {}).map((ref) => ({ $ref: ref })), ...anyOf];
  const derived = types.filter(({ $ref }) => $ref !== schema.$ref).map((type) => members(document, type));
  return Object.assign({}, ...derived, properties);
}

function object(document, schema) {
  const { properties = {}, required = [], additionalProperties } = schema;
  const open = additionalProperties === true || !Object.keys(properties).length;
  const values = additionalProperties && additionalProperties !== true ? translate(document, additionalProperties) : undefined;
  return {
    properties: Object.fromEntries(Object.entries(properties).map(([name, member]) => [name, translate(document, member)])),
    ...(required.length && { required: [...new Set(required)] }),
    ...(!open && { patternProperties: { [ANNOTATION]: {} }, additionalProperties: values ?? false }),
  };
}

/** Whichever of `types` ([value of "@odata.type", reference]) a value says that it is, or else `otherwise`. */
function typed(types, otherwise) {
  const says = (type) => ({ type: "object", properties: { "@odata.type": { const: type } }, required: ["@odata.type"] });
  return types.reduceRight((rest, [type, ref]) => ({ if: says(type), then: { $ref: `types#/$defs/${nameOf(ref)}` }, else: rest }), otherwise);
}

function alternatives(document, schemas) {
  const all = { anyOf: schemas.map((one) => translate(document, one)) };
  if (!schemas.every(({ $ref }) => $ref)) return all;
  return typed(schemas.map(({ $ref }) => [`#${nameOf($ref).replace(/^beta\./, "")}`, $ref]), all);
}

/** One schema as JSON Schema, with references into types#/$defs. */
export function translate(document, schema, named = false) {
  if (schema.$ref) return { $ref: `types#/$defs/${nameOf(schema.$ref)}` };
  const whole = flat(document, schema);
  const made = {};
  for (const word of KEPT) if (word in whole) made[word] = whole[word];
  if (whole.type) made.type = whole.nullable ? [whole.type, "null"] : whole.type;
  if (whole.enum) made.enum = whole.nullable && !whole.enum.includes(null) ? [...whole.enum, null] : whole.enum;
  if (whole.items) made.items = translate(document, whole.items);
  if (whole.anyOf) Object.assign(made, alternatives(document, whole.anyOf));
  if (whole.type !== "object" && !whole.properties) return made;
  const own = object(document, whole);
  const mapping = named ? Object.entries(whole.discriminator?.mapping ?? {}) : [];
  return Object.assign(made, typed(mapping, own));
}

/** All named schemas of a document. */
export function definitions(document) {
  const named = Object.keys(document.components.schemas ?? {});
  return Object.fromEntries(named.map((name) => [name, translate(document, document.components.schemas[name], true)]));
}
