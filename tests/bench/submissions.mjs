import { cpSync, existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { roleName, setUpHouse, signInAnalysts } from "./house.mjs";
import { bareWriter, load, request } from "./programs.mjs";

const GOAL = 0.5;
const STATE = ["curfew.db", "curfew.db-wal", "keys"];
const READS_OF_PEOPLE = { method: "GET", path: "/v1.0/users" };

const wanted = (role) => ({ roles: [roleName(role)], duration: "PT1H", justification: "Incident 42: plugin misbehaves", ticket: "INC-4711" });

/** Every analyst asks for every role: one after the other and many at once, from the same pool. */
function allSubmissions(people, size) {
  const requests = [];
  for (let role = 0; role < size.roles; role++)
    for (const person of people)
      requests.push(request(person, "POST", "/api/v1/requests", wanted(role)));
  return requests;
}

/**
 * What Curfew knows of people's groups is read before. While it is measured, the tenant does not answer what the check of a
 * request asks first: the check, which comes after the answer, is not part of the submission.
 */
async function submit(curfew, people, size) {
  const { sandbox } = curfew;
  await load(curfew, { connections: 4, status: 200, requests: people.map((person) => request(person, "GET", "/api/v1/roles")) });
  await sandbox.fault(READS_OF_PEOPLE, { kind: "hold" }, { times: 1e6 });
  const all = allSubmissions(people, size);
  const one = await load(curfew, { connections: 1, status: 201, requests: all.slice(0, size.one) });
  const many = await load(curfew, { connections: size.clients, status: 201, requests: all.slice(size.one, size.one + size.many) });
  await sandbox.clearFaults();
  await sandbox.release();
  return [one, many];
}

/** Durable POST /api/v1/requests, against a writer alone that stores the same rows. */
export async function measureSubmissions(sandbox, size, note) {
  const curfew = await (await setUpHouse(sandbox, size.roles)).start();
  const people = await signInAnalysts(curfew, size.analysts);
  await curfew.stop();
  const at = (name) => join(curfew.folder, name);
  const keep = (from, to) => {
    for (const name of STATE) rmSync(at(to + name), { recursive: true, force: true });
    for (const name of STATE.filter((one) => existsSync(at(from + one)))) cpSync(at(from + name), at(to + name), { recursive: true });
  };
  const runs = [[1, size.one], [size.clients, size.many]];
  keep("", "before-");
  const ours = [0, 0];
  const limit = [0, 0];
  for (let round = 0; round < size.rounds; round++) {
    keep("before-", "");
    await curfew.start();
    (await submit(curfew, people, size)).forEach(({ rate }, i) => (ours[i] = Math.max(ours[i], rate)));
    await curfew.kill();
    (await bareWriter(at("curfew.db"), at(`bare-${round}.db`), runs)).forEach(({ rate }, i) => (limit[i] = Math.max(limit[i], rate)));
  }
  runs.forEach(([clients], i) =>
    note({ name: `submit_${clients}_client${clients > 1 ? "s" : ""}`, ratio: ours[i] / limit[i], goal: clients > 1 ? GOAL : null, ours: ours[i], limit: limit[i], unit: "requests/s" }));
}
