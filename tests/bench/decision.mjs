import { roleName, setUpHouse, signInAnalysts } from "./house.mjs";
import { load } from "./programs.mjs";

const median = (numbers) => numbers.sort((a, b) => a - b)[Math.floor(numbers.length / 2)];

/** A call of Graph that was made, as it goes over the wire. */
function again(sandbox, token, { method, path, query, body }) {
  const search = new URLSearchParams(query).toString();
  const text = body ? JSON.stringify(body) : "";
  return [`${method} ${path}${search && `?${search}`} HTTP/1.1`, `Host: ${new URL(sandbox.origin).host}`, `Authorization: Bearer ${token}`,
    ...(text ? ["Content-Type: application/json", `Content-Length: ${Buffer.byteLength(text)}`] : []), "", text].join("\r\n");
}

/** Decides once; answers the milliseconds until the write came, and the calls that Graph got between. */
async function decide(curfew, lena, analyst) {
  const { sandbox } = curfew;
  const { id } = await analyst.ask({ roles: [roleName(0)] });
  await analyst.until(id, "pending");
  const mark = await sandbox.mark();
  const began = Date.now();
  await lena.decide(id);
  await analyst.untilGrant(id, "active");
  const calls = (await sandbox.journal(mark)).filter((entry) => entry.api === "graph");
  const write = calls.findIndex((entry) => entry.effect?.assign);
  return { ms: Date.parse(calls[write].at) - began, calls: calls.slice(0, write) };
}

/** From the approver's POST to adminAssign at the tenant, against the same reads of Graph one after the other. */
export async function measureDecision(sandbox, size, note) {
  const curfew = await (await setUpHouse(sandbox, size.roles)).start();
  const lena = await curfew.browser("lena").signIn();
  const measured = [];
  for (const analyst of await signInAnalysts(curfew, size.decisions)) measured.push(await decide(curfew, lena, analyst));
  const token = await sandbox.appToken();
  const requests = measured.at(-1).calls.map((call) => again(sandbox, token, call));
  const { port } = new URL(sandbox.origin);
  const limits = [];
  for (let i = 0; i < size.decisions; i++) limits.push((await load(curfew, { port, connections: 1, status: 200, requests })).seconds * 1000);
  const ours = median(measured.map(({ ms }) => ms));
  const limit = median(limits);
  await curfew.stop();
  note({ name: "decision_to_graph_write", ratio: limit / ours, goal: null, ours, limit, unit: "ms" });
}
