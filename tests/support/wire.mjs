// HTTP as bytes: what a client sends is exactly what the test says, and what comes back is read to the end.
import { connect } from "node:net";

/** The answers in `bytes`, one after another; `rest` is what could not be read as one. `heads` tells which were asked by HEAD. */
export function readAnswers(bytes, heads = false) {
  const answers = [];
  let at = 0;
  while (at < bytes.length) {
    const end = bytes.indexOf("\r\n\r\n", at);
    if (end < 0) break;
    const [line, ...fields] = bytes.subarray(at, end).toString("latin1").split("\r\n");
    const status = Number(line.match(/^HTTP\/1\.[01] (\d{3}) /)?.[1]);
    if (!status) break;
    const headers = fields.map((field) => field.match(/^([^:]+):\s*(.*)$/).slice(1, 3)).map(([name, value]) => [name.toLowerCase(), value]);
    const of = (name) => headers.find(([one]) => one === name)?.[1];
    const length = heads || status < 200 || status === 204 || status === 304 ? 0 : Number(of("content-length") ?? 0);
    const body = bytes.subarray(end + 4, end + 4 + length).toString();
    answers.push({ status, headers, of, body });
    at = end + 4 + length;
  }
  return { answers, rest: bytes.subarray(at).toString("latin1") };
}

/**
 * Sends the pieces, each `every` ms, and reads until the other side closes, or `quiet` ms pass without a byte. `end` closes
 * our half behind them. Answers { answers, rest, closed, after }.
 */
export function wire(port, pieces, { host = "127.0.0.1", every = 0, end = false, quiet = 1000, from, heads } = {}) {
  const list = [pieces].flat().map((piece) => (typeof piece === "string" ? Buffer.from(piece, "latin1") : piece));
  const began = Date.now();
  return new Promise((resolve) => {
    const got = [];
    let timer;
    const socket = connect({ port, host, localAddress: from, allowHalfOpen: true });
    const done = (closed) => {
      clearTimeout(timer);
      clearTimeout(next);
      socket.destroy();
      resolve({ ...readAnswers(Buffer.concat(got), heads), closed, after: Date.now() - began });
    };
    const wait = () => {
      clearTimeout(timer);
      timer = setTimeout(() => done(false), quiet);
    };
    let next;
    const send = () => {
      const piece = list.shift();
      if (piece) socket.write(piece);
      if (list.length) next = setTimeout(send, every);
      else if (end) socket.end();
      wait();
    };
    socket.once("connect", send);
    socket.on("data", (piece) => {
      got.push(piece);
      wait();
    });
    socket.once("end", () => done(true));
    socket.on("error", () => done(true));
  });
}

/** A request as text; `headers` are lines. */
export function asText(line, headers = ["Host: curfew.example"], body = "") {
  return `${line}\r\n${headers.map((header) => `${header}\r\n`).join("")}\r\n${body}`;
}
