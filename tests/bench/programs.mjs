// The programs of the bench: each is run, its lines of JSON are its answer.
import { execFile, spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { finally_ } from "../support/spec.mjs";

const program = (name) => `${process.env.BENCH_PROGRAMS}/bench_${name}`;

/** Runs to the end and answers its lines, parsed. */
export function run(command, ...words) {
  return new Promise((resolve, reject) => {
    execFile(command, words.map(String), { maxBuffer: 1 << 26 }, (error, output, errors) => {
      if (error) reject(new Error(`${command} ${words.join(" ")}: ${error.code ?? error.signal}\n${output}${errors.slice(0, 2000)}`));
      else resolve(output.trim().split("\n").filter(Boolean).map((line) => JSON.parse(line)));
    });
  });
}

/** Starts one that runs until its input ends; answers its first line and `end`. */
async function hold(name, ...words) {
  const child = spawn(program(name), words.map(String), { stdio: ["pipe", "pipe", "inherit"] });
  const ended = new Promise((resolve) => child.once("exit", resolve));
  const end = () => {
    child.stdin.end();
    return ended;
  };
  finally_(end);
  const first = await Promise.race([
    new Promise((resolve) => createInterface(child.stdout).once("line", resolve)),
    ended.then((code) => {
      throw new Error(`${name} ended with ${code}`);
    }),
  ]);
  return { first: JSON.parse(first), end };
}

/** An HTTP request as it goes over the wire, of a person who signed in (tests/support/curfew.mjs). */
export function request(browser, method, path, body) {
  const { curfew, jar, csrf } = browser;
  const text = body === undefined ? "" : JSON.stringify(body);
  const head = [
    `${method} ${path} HTTP/1.1`,
    `Host: ${new URL(curfew.origin).host}`,
    `Cookie: ${[...jar].map(([name, value]) => `${name}=${value}`).join("; ")}`,
  ];
  if (method === "POST")
    head.push("Content-Type: application/json", `Origin: ${curfew.origin}`, "Sec-Fetch-Site: same-origin",
      `X-CSRF-Token: ${csrf}`, `Content-Length: ${Buffer.byteLength(text)}`);
  return `${head.join("\r\n")}\r\n\r\n${text}`;
}

function written(curfew, requests) {
  const file = `${curfew.folder}/requests`;
  writeFileSync(file, requests.map((one) => `${one}\0`).join(""));
  return file;
}

/** Sends requests over so many connections, for so many seconds or (0) each once; all must be answered with `status`. */
export async function load(curfew, { port = curfew.port, connections, seconds = 0, status, requests }) {
  const [result] = await run(program("client"), "load", port, connections, seconds, status, written(curfew, requests));
  return { ...result, rate: result.answers / result.seconds };
}

/** Opens connections, has one request answered on each, and keeps them open until `end`. */
export function keepOpen(curfew, connections, one) {
  return hold("client", "hold", curfew.port, connections, written(curfew, [one]));
}

/** Takes one answer of any length and throws it away. */
export async function download(curfew, one) {
  const [result] = await run(program("client"), "take", curfew.port, written(curfew, [one]));
  if (!result.whole) throw new Error("the download broke off");
  return result;
}

/** Libmicrohttpd alone, answering so many bytes; `port` and `end`. */
export async function bareAnswer(bytes) {
  const { first, end } = await hold("bare_answer", bytes);
  return { port: first, end };
}

/** Writes the submissions of a store once more, as fast as SQLite can: `runs` are [clients, count], in order. */
export async function bareWriter(from, to, runs) {
  const results = await run(program("bare_writer"), from, to, ...runs.map((one) => one.join(":")));
  return results.map((result) => ({ ...result, rate: result.answers / result.seconds }));
}

export const fillHistory = (folder, origin, tenant, events) => run(program("history"), folder, origin, tenant, events);

/** Resident memory of a process in MiB. */
export function residentMemory({ pid }) {
  return Number(readFileSync(`/proc/${pid}/status`, "latin1").match(/VmRSS:\s+(\d+) kB/)[1]) / 1024;
}

