// The trap of libmicrohttpd 0.9.75: in its epoll mode a thread that finds exactly 128 connections ready (as many as it asks for)
// looks again before it serves them, and sleeps there until something else happens. Curfew uses poll. The process is held while
// ever more connections become ready, so that each of its threads finds every number of them at once.
import assert from "node:assert/strict";
import { connect } from "node:net";
import { cpus } from "node:os";
import { startCurfew } from "../support/curfew.mjs";
import { AT_ONCE, startSandbox } from "../support/sandbox.mjs";
import { finally_, specification } from "../support/spec.mjs";
import { asText } from "../support/wire.mjs";

const EVENTS = 128; // of one look of its epoll mode
const threads = cpus().length;
const count = threads * (EVENTS + 16);
const sandbox = await startSandbox({ switches: AT_ONCE });
const curfew = await startCurfew(sandbox, { settings: { limits: { connections: 4 * count, anonymous_per_minute: 1000000000, calls_per_second: 1000000000 } } });
const health = asText("GET /healthz HTTP/1.1", ["Host: curfew.example"]);

/** A connection that stays open; asks, and waits for the answer. */
class Peer {
  constructor() {
    this.socket = connect(curfew.port, "127.0.0.1").on("error", (error) => this.failed(error));
    this.socket.on("data", (piece) => {
      this.got += piece;
      if (this.got.includes("\r\n\r\n{")) this.answered();
    });
    finally_(() => this.socket.destroy());
  }

  ask() {
    this.got = "";
    return new Promise((answered, failed) => {
      Object.assign(this, { answered, failed });
      this.socket.write(health);
    });
  }
}

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

await specification("journeys/web_ready", {
  async "however many connections become ready at once, all are answered at once"() {
    const peers = Array.from({ length: count }, () => new Peer());
    await Promise.all(peers.map((peer) => peer.ask()));
    for (let ready = EVENTS; ready <= count; ready++) {
      curfew.child.kill("SIGSTOP");
      const answers = Promise.all(peers.slice(0, ready).map((peer) => peer.ask())).then(() => "answered");
      await pause(5); // until what was written lies in its sockets
      curfew.child.kill("SIGCONT");
      assert.equal(await Promise.race([answers, pause(3000).then(() => "left waiting")]), "answered", `${ready} at once`);
    }
  },
}, { seconds: 240 });
