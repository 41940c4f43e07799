import { spawn } from "node:child_process";
import { join } from "node:path";
import { TENANT } from "../support/sandbox.mjs";
import { setUpHouse } from "./house.mjs";
import { memoryFigure } from "./memory.mjs";
import { download, fillHistory, request, residentMemory } from "./programs.mjs";

const MEMORY_MIB = 100;
const COLUMNS = "seq, at_ms, code, actor, subject, request, grant_id, role, from_state, to_state, record, leaf";

/** Seconds that sqlite3 takes to write the same columns as CSV to nowhere. */
function sqliteSeconds(database) {
  const began = process.hrtime.bigint();
  const child = spawn("sqlite3", ["-readonly", "-csv", "-header", database, `SELECT ${COLUMNS} FROM event ORDER BY seq`], { stdio: ["ignore", "ignore", "inherit"] });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code) => (code === 0 ? resolve(Number(process.hrtime.bigint() - began) / 1e9) : reject(new Error(`sqlite3 ended with ${code}`))));
  });
}

/** The whole history as CSV over HTTP, against sqlite3 alone; then the memory that Curfew holds. */
export async function measureExport(sandbox, size, note) {
  const curfew = await setUpHouse(sandbox, size.roles);
  await fillHistory(curfew.folder, `127.0.0.1:${curfew.port}/audit`, TENANT, size.events);
  await curfew.start();
  const priya = await curfew.browser("priya").signIn();
  let ours = Infinity;
  let limit = Infinity;
  for (let round = 0; round < size.rounds; round++) {
    limit = Math.min(limit, await sqliteSeconds(join(curfew.folder, "curfew.db")));
    ours = Math.min(ours, (await download(curfew, request(priya, "GET", "/api/v1/audit/export?format=csv"))).seconds);
  }
  note({ name: "export_csv", ratio: limit / ours, goal: 1, ours, limit, unit: "s" });
  await priya.get("/api/v1/audit");
  note(memoryFigure(`memory_${size.events}_events`, residentMemory(curfew.child), MEMORY_MIB));
  await curfew.stop();
}
