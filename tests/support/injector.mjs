// The other side of tests/crash/injector.c: which step of curfew-test is its last, or fails.
import { closeSync, openSync, readSync, writeSync } from "node:fs";

export const DOING = { write: 1, sync: 2, truncate: 4, remove: 8, rename: 16, make: 32, send: 64, receive: 128 };
export const PLACES = { store: 1, wal: 2, keys: 4, folder: 8, outside: 16, inside: 32 };
const MODES = { leave: 0, before: 1, after: 2, fail: 3 };
const ERRORS = { EIO: 5, ENOSPC: 28, EROFS: 30, EDQUOT: 122 };
const MEMBERS = ["mode", "doing", "places", "at", "times", "error", "port", "count", "struck", "last_doing", "last_place", "synced"];

/** Everything that a disk remembers. */
export const DURABLE = ["write", "sync", "truncate", "remove", "rename", "make"];
export const DISK = ["store", "wal", "keys", "folder"];

const mask = (names, bits) => names.reduce((all, name) => all | bits[name], 0);
const nameOf = (bit, bits) => Object.keys(bits).find((name) => bits[name] === bit);

export class Injector {
  /** `file` is made; `port` is the one that counts as outside. */
  constructor(file, port) {
    if (!process.env.INJECTOR_LIBRARY) throw new Error("INJECTOR_LIBRARY must name the library of tests/crash");
    Object.assign(this, { file, port, handle: openSync(file, "w+") });
    this.environment = { LD_PRELOAD: process.env.INJECTOR_LIBRARY, INJECTOR: file };
    this.leave();
  }

  set(members) {
    const numbers = new Int32Array(MEMBERS.length);
    for (const [name, value] of Object.entries({ port: this.port, ...members })) numbers[MEMBERS.indexOf(name)] = value;
    writeSync(this.handle, new Uint8Array(numbers.buffer), 0, numbers.byteLength, 0);
  }

  get() {
    const numbers = new Int32Array(MEMBERS.length);
    readSync(this.handle, new Uint8Array(numbers.buffer), 0, numbers.byteLength, 0);
    return Object.fromEntries(MEMBERS.map((name, i) => [name, numbers[i]]));
  }

  /** Nothing happens to it any more. */
  leave() {
    this.set({});
  }

  /** From now on: steps `doing` in `places` are counted, and the process ends `before` or `after` the one numbered `at` (0: none). */
  kill(when, at, doing = DURABLE, places = DISK) {
    this.set({ mode: MODES[when], at, doing: mask(doing, DOING), places: mask(places, PLACES) });
  }

  /** From now on: such steps fail with `error`, from the one numbered `at`, `times` times (0: until `leave`). */
  fail(error, { at = 1, times = 0, doing = DURABLE, places = DISK } = {}) {
    this.set({ mode: MODES.fail, at, times, error: ERRORS[error], doing: mask(doing, DOING), places: mask(places, PLACES) });
  }

  /** How many steps were counted, and what the struck one was, in words. */
  get count() {
    return this.get().count;
  }

  get struck() {
    const { struck, last_doing, last_place } = this.get();
    return struck ? `${nameOf(last_doing, DOING)} of ${nameOf(last_place, PLACES)}` : null;
  }

  close() {
    closeSync(this.handle);
  }
}
