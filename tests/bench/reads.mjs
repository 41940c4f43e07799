import { roleName, setUpHouse, signInAnalysts } from "./house.mjs";
import { bareAnswer, load, request } from "./programs.mjs";

const CONNECTIONS = 32;
const GOAL = 0.5;

/** Answers a second of Curfew and of libmicrohttpd answering as many bytes from memory, in turns. */
async function compare(curfew, one, size) {
  const wanted = { connections: CONNECTIONS, seconds: size.read_seconds, status: 200, requests: [one] };
  const { bytes } = await load(curfew, { ...wanted, seconds: 0 });
  const bare = await bareAnswer(bytes);
  let ours = 0;
  let limit = 0;
  for (let round = 0; round < size.reads; round++) {
    ours = Math.max(ours, (await load(curfew, wanted)).rate);
    limit = Math.max(limit, (await load(curfew, { ...wanted, port: bare.port })).rate);
  }
  await bare.end();
  return { ratio: ours / limit, ours, limit, unit: "answers/s" };
}

/** The requester looks at a request that is in force: by its address, and as the first of a list. */
export async function measureReads(sandbox, size, note) {
  const curfew = await (await setUpHouse(sandbox, size.roles)).start();
  const [analyst] = await signInAnalysts(curfew, 1);
  const lena = await curfew.browser("lena").signIn();
  const { id } = await analyst.ask({ roles: [roleName(0)] });
  await analyst.until(id, "pending");
  await lena.decide(id);
  await analyst.untilGrant(id, "active");
  note({ name: "read_request", goal: GOAL, ...(await compare(curfew, request(analyst, "GET", `/api/v1/requests/${id}`), size)) });
  note({ name: "read_request_in_a_list", goal: null, ...(await compare(curfew, request(analyst, "GET", "/api/v1/requests?mine=true&limit=1"), size)) });
  await curfew.stop();
}
