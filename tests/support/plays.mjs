// The main journey and its other endings, as plays for a World (stage.mjs), and the checker that holds what is left of
// one, Curfew's exported history and the sandbox's durable journal, against the invariants.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { GROUPS, PERSONS } from "./sandbox.mjs";
import { World } from "./stage.mjs";

const HOUR_MS = 3600e3;
export const PROOF_MS = 150e3; // reads over so long must have shown nothing
const WISH = { roles: ["copilot-owner"], duration: "PT1H", justification: "Incident 42: plugin misbehaves" };

/** Ana asks, through the fresh sign-in that the policy wants. */
const ask = (world) =>
  world.does(async ({ ana, told }) => {
    const mine = await world.call(ana, "GET", "/api/v1/requests?mine");
    assert.equal(mine.status, 200, mine.text);
    if (told.request) assert.deepEqual(mine.body.items.map(({ id }) => id), [told.request], "what was answered is there");
    if (mine.body.items.length) return (world.id = mine.body.items[0].id);
    const request = await world.asking(() => ana.ask(WISH));
    return request && (world.id = told.request = request.id);
  });

/** Waits until Ana sees the request, or its grant, in a state. */
const sees = (world, state) =>
  world.until(state, async ({ ana }) => {
    const { status, body, text } = await world.call(ana, "GET", `/api/v1/requests/${world.id}`);
    assert.equal(status, 200, text);
    const grant = body.grants[0];
    if ((grant?.state ?? body.state) === state) return { done: body };
    return { request: body.state, grant: grant?.state, why: grant?.why ?? body.why, evidence: body.evidence };
  });

/** Lena decides; once that was answered as done, it stays so. */
const decide = (world, decision, state) =>
  world.does(async ({ lena, ana, told, id }) => {
    const { body } = await world.call(ana, "GET", `/api/v1/requests/${id}`);
    if (body.state === state) return true;
    assert.ok(!told.decision, `answered as ${state}, and ${body.state} now`);
    const answer = await world.call(lena, "POST", `/api/v1/requests/${id}/decision`, { decision, reason: "Known incident" });
    return world.is200(answer) && (told.decision = true);
  });

const isActive = async (world) => {
  const body = await sees(world, "active");
  const [held, ...more] = (await world.sandbox.assignments()).live.filter(({ principal, target }) => principal.id === PERSONS.ana && target.id === GROUPS.owners);
  assert.ok(held && !more.length, "what is shown as active is held once");
  assert.equal(Date.parse(held.ends_at), Date.parse(body.grants[0].ends_at), "with the end that is shown");
  return body.grants[0].id;
};

const becomesPending = async (world) => {
  await ask(world);
  await sees(world, "pending");
};

const becomesActive = async (world) => {
  await becomesPending(world);
  await decide(world, "approve", "approved");
  return isActive(world);
};

/** Somebody ends the grant; once that was answered, it is never active again. */
const end = (world, person, grant, how, body = {}) =>
  world.does(async ({ ana, told, id }) => {
    const [now] = (await world.call(ana, "GET", `/api/v1/requests/${id}`)).body.grants;
    if (now.state !== "active") return true;
    assert.ok(!told.end, "answered as ending, and active again");
    const answer = await world.call(person, "POST", `/api/v1/grants/${grant}/${how}`, body);
    return world.is200(answer) && (told.end = true);
  });

/** Pieces that other stories are made of. */
export const stages = { becomesPending, becomesActive, decide, isActive };

export const plays = {
  async expire(world) {
    await becomesActive(world);
    await world.sandbox.clock.advance("PT1H1S");
  },
  async revoke(world) {
    const grant = await becomesActive(world);
    await world.sandbox.clock.advance("PT5M5S");
    await end(world, world.tom, grant, "revoke", { reason: "Account under attack" });
  },
  async release(world) {
    const grant = await becomesActive(world);
    await world.sandbox.clock.advance("PT5M5S");
    await end(world, world.ana, grant, "release");
  },
  async deny(world) {
    await becomesPending(world);
    await decide(world, "deny", "denied");
  },
  async cancel(world) {
    await becomesPending(world);
    await world.does(async ({ ana, told, id }) => {
      const { body } = await world.call(ana, "GET", `/api/v1/requests/${id}`);
      if (body.state === "cancelled") return true;
      assert.ok(!told.end, "answered as cancelled, and not any more");
      const answer = await world.call(ana, "POST", `/api/v1/requests/${id}/cancel`, {});
      return world.is200(answer) && (told.end = true);
    });
  },
};

/** How each play must end: the request's last state, the grant's with its reason, effects in the directory, what Ana hears. */
const ENDINGS = {
  expire: { request: "approved", grant: ["ended", "expired"], effects: ["assign"], hears: ["active", "approved", "ended"] },
  revoke: { request: "approved", grant: ["ended", "revoked"], effects: ["assign", "remove", "revoke_sessions"], hears: ["active", "approved", "ended"] },
  release: { request: "approved", grant: ["ended", "released"], effects: ["assign", "remove"], hears: ["active", "approved", "ended"] },
  deny: { request: "denied", grant: null, effects: [], hears: ["denied"] },
  cancel: { request: "cancelled", grant: null, effects: [], hears: [] },
};

/** What each state may become (design 2). */
const MOVES = {
  checking: ["pending", "approved", "refused", "cancelled"],
  pending: ["approved", "denied", "cancelled", "lapsed", "refused"],
  waiting: ["activating", "lapsed", "failed", "ended"],
  activating: ["active", "waiting", "failed", "ending"],
  active: ["ending", "ended"],
  ending: ["ended"],
};

/** A file of a tar archive, as text. */
function fileOf(tar, name) {
  for (let at = 0; at < tar.length; ) {
    const header = tar.subarray(at, at + 512);
    const size = parseInt(header.toString("latin1", 124, 136), 8);
    if (header.toString("utf8", 0, 100).split("\0")[0] === name) return tar.toString("utf8", at + 512, at + 512 + size);
    at += 512 + Math.ceil(size / 512) * 512;
  }
  throw new Error(`the bundle holds no ${name}`);
}

/** Stops Curfew and answers the events of its bundle, which must verify. */
export async function exportHistory(world) {
  const { stage, curfew } = world;
  await world.stop();
  const bundle = join(curfew.folder, "bundle.tar");
  const exported = await stage.command(["audit", "export", "--config", curfew.config], bundle);
  assert.equal(exported.code, 0, `export: ${exported.says}`);
  const verified = await stage.command(["audit", "verify", bundle], join(curfew.folder, "verdict"));
  assert.equal(verified.code, 0, `verify: ${verified.says}${readFileSync(join(curfew.folder, "verdict"), "utf8")}`);
  return fileOf(readFileSync(bundle), "records.jsonl").trim().split("\n").map((line) => JSON.parse(line));
}

/** Each life follows the tables, each move being one event that begins where the one before it ended. */
function checkLives(events) {
  const now = new Map();
  for (const { seq, to, from, grant, request } of events) {
    const id = grant ?? request;
    if (to === null) continue;
    assert.equal(from, now.get(id) ?? null, `event ${seq} begins where ${id} was`);
    if (from !== null) assert.ok(MOVES[from]?.includes(to), `event ${seq}: ${from} may become ${to}`);
    now.set(id, to);
  }
  for (const [id, state] of now) assert.ok(!MOVES[state], `${id} is at its end, not ${state}`);
  return now;
}

/** The same 128 bits as a GUID. */
function guidOf(id) {
  const digits = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
  const number = [...id].reduce((sum, digit) => sum * 32n + BigInt(digits.indexOf(digit)), 0n);
  return number.toString(16).padStart(32, "0").replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

function checkIntents(events, journal, ending) {
  const effects = journal.filter(({ effect }) => effect && !effect.mail);
  const intents = events.filter(({ code }) => code === "intent.committed");
  assert.deepEqual(effects.map(({ effect }) => Object.keys(effect)[0]).sort(), ending.effects, "each effect once");
  for (const { effect, client_request_id, at } of effects) {
    const [kind] = Object.keys(effect);
    const [own, ...more] = intents.filter(({ detail }) => guidOf(detail.intent) === client_request_id);
    assert.ok(own && !more.length, `the effect ${kind} has one intent`);
    assert.equal(own.detail.action, kind === "revoke_sessions" ? "sign_out" : kind);
    assert.ok(own.at <= at, "which came first");
    if (kind === "assign") {
      assert.equal(Date.parse(effect.assign.ends_at), Date.parse(own.detail.ends_at), "with its end");
      const first = intents.find(({ detail }) => detail.action === "assign");
      const approved = events.find(({ code }) => code === "request.approved");
      assert.ok(Date.parse(effect.assign.ends_at) <= Date.parse(first.at) + HOUR_MS, "no later than was approved");
      assert.ok(approved.seq < first.seq, "and after it was approved");
    }
  }
  for (const kind of ["assign", "remove"]) {
    const ends = intents.filter(({ detail }) => detail.action === kind).map(({ detail }) => detail.ends_at);
    assert.ok(new Set(ends).size <= 1, "retries keep the end");
  }
  const answered = new Set(events.filter(({ code }) => /^intent\.(answered|unknown|absent)$/.test(code)).map(({ detail }) => detail.intent));
  for (const { detail } of intents.filter(({ detail }) => detail.action === "assign"))
    assert.ok(answered.has(detail.intent) || events.some(({ code }) => code === "grant.active"), "no intent stays open");
}

async function checkMessages({ sandbox, starts, fault }, events, ending) {
  const idsOf = (wanted) => events.filter(({ code }) => code === wanted).map(({ detail }) => detail.message);
  const sent = idsOf("message.sent");
  const told = [...sent, ...idsOf("message.failed")];
  assert.equal(new Set(told).size, told.length, "what became of a message is recorded once");
  const mails = await sandbox.mail();
  const times = new Map();
  for (const { headers, to } of mails) {
    const id = headers["x-curfew-message"];
    assert.ok(told.includes(id), `mail ${id} to ${to} is recorded`);
    times.set(id, (times.get(id) ?? 0) + 1);
  }
  for (const id of sent) assert.ok(times.get(id) >= 1 && times.get(id) <= (starts > 1 || fault ? 2 : 1), `message ${id} was sent ${times.get(id)} times`);
  const heard = events.filter(({ code, subject }) => code === "message.sent" && subject.oid === PERSONS.ana).map(({ detail }) => detail.kind);
  assert.deepEqual([...heard].sort(), ending.hears);
}

/** Holds what is left of a play against security.md 3. Curfew is stopped by it. */
export async function checkWorld(world, play) {
  const ending = ENDINGS[play];
  const { sandbox, id } = world;
  const before = await sandbox.assignments();
  const events = await exportHistory(world);
  const journal = await sandbox.journal(world.mark);
  const ours = ({ principal, target }) => principal.id === PERSONS.ana && target.id === GROUPS.owners;
  assert.deepEqual(before.live.filter(ours), [], "nothing is left");
  for (const { ends_at, gone_at } of before.past.filter(ours)) assert.ok(Date.parse(gone_at) <= Date.parse(ends_at) + 120e3, "nothing outlived its end");
  events.forEach(({ seq }, i) => assert.equal(seq, i, "no gap"));
  const lives = checkLives(events);
  assert.equal(lives.get(id), ending.request);
  assert.equal(events.filter(({ code }) => code === "request.submitted").length, 1, "asked once");
  assert.ok(events.filter(({ code }) => code.startsWith("decision.")).length <= 1, "decided once");
  const over = events.filter(({ code }) => code === "grant.ended").map(({ to, detail }) => [to, detail.why]);
  assert.deepEqual(over, ending.grant ? [ending.grant] : []);
  checkIntents(events, journal, ending);
  await checkMessages(world, events, ending);
  assert.deepEqual(events.filter(({ code }) => /alarm|safe_mode/.test(code)), [], "no alarm");
  if (!world.fault) assert.deepEqual(world.errors, [], "no error in the log");
  return events;
}

/** Holds a Curfew that nobody used yet to the same. */
export async function checkStart(world) {
  const events = await exportHistory(world);
  events.forEach(({ seq }, i) => assert.equal(seq, i, "no gap"));
  assert.equal(events.filter(({ code }) => code === "policy.loaded").length, 1, "one policy");
  assert.deepEqual(events.filter(({ code }) => /safe_mode/.test(code)), []);
  assert.deepEqual(world.errors, [], "no error in the log");
}

/** A whole cycle: the play on a fresh stage, with `kills`, `fault` and `powerCut` as for World, to its end, and checked. */
export async function cycle(stage, play, kills = [], { meanwhile, fault, powerCut } = {}) {
  const people = await stage.fresh();
  const world = new World(stage, people, { kills, fault, powerCut });
  world.mark = await stage.sandbox.mark();
  try {
    const begun = meanwhile?.(world);
    await world.start();
    await Promise.all([plays[play](world).then(() => world.atRest()).finally(() => (world.rests = true)), begun]);
    await world.atRest();
    world.count = stage.injector.count;
    await checkWorld(world, play);
    return world;
  } catch (error) {
    error.message += ` [${play}, killed at: ${world.struck.join(", ") || "nothing"}]`;
    throw error;
  } finally {
    clearInterval(world.healing);
    stage.injector.leave();
    if (stage.curfew.child.exitCode === null && stage.curfew.child.signalCode === null) await stage.curfew.kill();
  }
}
