import { setUpHouse, signInAnalysts } from "./house.mjs";
import { keepOpen, request, residentMemory } from "./programs.mjs";

const IDLE_MIB = 25;
const CONNECTED_MIB = 100;

export function memoryFigure(name, ours, most) {
  return { name, ratio: most / ours, goal: 1, ours, limit: most, unit: "MiB" };
}

/** Resident memory after the start, and with many connections that were used and stay open. */
export async function measureMemory(sandbox, size, note) {
  const curfew = await (await setUpHouse(sandbox, size.roles)).start();
  note(memoryFigure("memory_idle", residentMemory(curfew.child), IDLE_MIB));
  const [analyst] = await signInAnalysts(curfew, 1);
  const { end } = await keepOpen(curfew, size.connections, request(analyst, "GET", "/api/v1/me"));
  note(memoryFigure(`memory_${size.connections}_connections`, residentMemory(curfew.child), CONNECTED_MIB));
  await end();
  await curfew.stop();
}
