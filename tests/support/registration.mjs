// The app registration as it is shipped (docker/entra), and what of Graph it is for: whatever a test has Curfew do, each
// call that reaches the sandbox must be one that the list of permissions names.
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const entra = join(dirname(fileURLToPath(import.meta.url)), "../../docker/entra");
export const REGISTRATION = JSON.parse(readFileSync(join(entra, "registration.json"), "utf8"));
export const LIST = JSON.parse(readFileSync(join(entra, "permissions.json"), "utf8"));

/** A call of the list, such as GET /v1.0/users/{id}, or with a part of a query's value behind a question mark. */
function reader(says) {
  const [, method, path, query] = says.match(/^(\S+) ([^?]+)(?:\?(.+))?$/);
  const pattern = path.replace(/[.()$]/g, "\\$&").replace(/\{\w+\}/g, "[^/]+");
  const fits = new RegExp(`^${pattern}$`);
  return (entry) =>
    entry.method === method &&
    fits.test(entry.path) &&
    (!query || Object.values(entry.query ?? {}).some((value) => value.includes(query)));
}

/** Whether a permission of the list is for mode `application`; what names no mode is for every one. */
export const inMode = ({ mode = "application" }) => mode === "application";
/** All calls that permissions of the list stand for. */
export const callsOf = (permissions) => [...new Set(permissions.flatMap(({ calls, also = [] }) => [...calls, ...also]))];
export const CALLS = callsOf(LIST.permissions);
/** What `curfew doctor` alone asks, with the same permissions. */
export const DOCTOR_CALLS = LIST.doctor.calls;
/** What mode `pim_approval` asks besides, with the permissions of mode `delegated`. */
export const HELD_CALLS = [...LIST.permissions, ...LIST.delegated].flatMap(({ pim_approval = [] }) => pim_approval);
const readers = [...CALLS, ...DOCTOR_CALLS, ...HELD_CALLS].map((says) => [says, reader(says)]);

/** Which call of the list an entry of the journal is; undefined when it is none. */
export const callOf = (entry) => readers.find(([, fits]) => fits(entry))?.[0];

/** Whether Graph said that a permission is missing. */
export const isDenied = (entry) => entry.status === 403 && entry.code === "Authorization_RequestDenied";

/** What Curfew asked of Graph, of the entries of a journal, where the calls of a batch stand one by one. */
export const askedOfGraph = (journal) => journal.filter(({ api, app, path }) => api === "graph" && app === "Curfew" && path !== "/v1.0/$batch");

/** Throws when Curfew made a call that the list does not name, or that its permissions did not cover. */
export function holdCalls({ folder }) {
  const lines = readFileSync(join(folder, "journal.jsonl"), "utf8").split("\n").slice(0, -1);
  const calls = askedOfGraph(lines.map((line) => JSON.parse(line)));
  const isNoApprover = ({ method, path, person }) => method === "GET" && person && /Approvals\//.test(path);
  const wrong = calls.filter((entry) => !callOf(entry) || (isDenied(entry) && !entry.fault && !isNoApprover(entry)));
  if (wrong.length) {
    const says = wrong.map(({ method, path, query, status }) => `${method} ${path} ${JSON.stringify(query)}: ${status}`);
    throw new Error(`docker/entra/permissions.json does not cover:\n${[...new Set(says)].join("\n")}`);
  }
}
