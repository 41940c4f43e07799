import { roleName, setUpHouse, signInAnalysts } from "./house.mjs";
import { bareAnswer, load, request } from "./programs.mjs";

const CONNECTIONS = 32;
const GOAL = 0.5;

/** The requester looks at a request that is in force, against libmicrohttpd answering as many bytes from memory. */
export async function measureReads(sandbox, size, note) {
  const curfew = await (await setUpHouse(sandbox, size.roles)).start();
  const [analyst] = await signInAnalysts(curfew, 1);
  const lena = await curfew.browser("lena").signIn();
  const { id } = await analyst.ask({ roles: [roleName(0)] });
  await analyst.until(id, "pending");
  await lena.decide(id);
  await analyst.untilGrant(id, "active");
  const requests = [request(analyst, "GET", `/api/v1/requests/${id}`)];
  const wanted = { connections: CONNECTIONS, seconds: size.read_seconds, status: 200, requests };
  const { bytes } = await load(curfew, { ...wanted, seconds: 0 });
  const bare = await bareAnswer(bytes);
  let ours = 0;
  let limit = 0;
  for (let round = 0; round < size.reads; round++) {
    ours = Math.max(ours, (await load(curfew, wanted)).rate);
    limit = Math.max(limit, (await load(curfew, { ...wanted, port: bare.port })).rate);
  }
  await bare.end();
  await curfew.stop();
  note({ name: "read_request", ratio: ours / limit, goal: GOAL, ours, limit, unit: "answers/s" });
}
