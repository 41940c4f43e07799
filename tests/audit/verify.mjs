// A second verifier of proof bundles, written from broker/audit/README.md alone: Node and its crypto, nothing of Curfew's.
// It stops at the first finding, and does not judge whether lives were lawful (5) or the log is recent (6).
import { createHash, createPublicKey, verify as verifySignature } from "node:crypto";
import { readFileSync } from "node:fs";

const SIGNATURE = 1, MISMATCH = 2, FORKED = 3, GAP = 4, UNLAWFUL = 5, UNREADABLE = 64;
const NAMES = ["checkpoint", "prev-checkpoint", "leaves.b64", "records.jsonl", "records.csv", "policy.txt", "MANIFEST"];

class Finding extends Error {
  constructor(code, says) {
    super(says);
    this.code = code;
  }
}
function must(holds, code, says) {
  if (!holds) throw new Finding(code, says);
}

const sha256 = (...pieces) => pieces.reduce((hash, piece) => hash.update(piece), createHash("sha256")).digest();
const leafOf = (record) => sha256("\0", record);
const text = (bytes) => new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
const number = (digits) => (/^(0|[1-9]\d{0,15})$/.test(digits) && Number.isSafeInteger(+digits) ? +digits : NaN);

function base64(written) {
  const bytes = Buffer.from(written, "base64");
  return bytes.toString("base64") === written ? bytes : Buffer.alloc(0);
}

/** The lines of a text whose last line has its end. */
function lines(whole, code, name) {
  must(whole === "" || whole.endsWith("\n"), code, `${name}: its last line has no end`);
  return whole.split("\n").slice(0, -1);
}

function header(name, size) {
  const block = Buffer.alloc(512);
  const octal = (value, digits) => value.toString(8).padStart(digits, "0");
  const fields = { 0: name, 100: "0000644", 108: "0000000", 116: "0000000", 124: octal(size, 11), 136: octal(0, 11),
    148: "        ", 156: "0", 257: "ustar", 263: "00", 329: "0000000", 337: "0000000" };
  for (const [at, value] of Object.entries(fields)) block.write(value, +at, "latin1");
  block.write(octal(block.reduce((sum, byte) => sum + byte), 6) + "\0", 148, "latin1");
  return block;
}

function readTar(tar) {
  const files = {};
  let at = 0;
  const proofName = () => /^((?:approvals|jwks)\/[\w.]+)\0/.exec(tar.toString("latin1", at, at + 100))?.[1];
  const take = (name) => {
    const size = parseInt(tar.toString("latin1", at + 124, at + 135), 8);
    must(size >= 0 && tar.subarray(at, at + 512).equals(header(name, size)), UNREADABLE, `no header of ${name}`);
    const end = at + 512 + size;
    at = end + (-size & 511);
    must(at <= tar.length && !tar.subarray(end, at).some(Boolean), UNREADABLE, `${name} ends wrongly`);
    return tar.subarray(end - size, end);
  };
  files.proofs = [];
  for (const name of NAMES) {
    if (name === "prev-checkpoint" && !tar.subarray(at, at + 16).equals(Buffer.from(name + "\0"))) continue;
    for (let proof = proofName(); name === "policy.txt" && proof; proof = proofName()) files.proofs.push([proof, take(proof)]);
    files[name] = take(name);
  }
  must(tar.length === at + 1024 && !tar.subarray(at).some(Boolean), UNREADABLE, "the archive ends wrongly");
  return files;
}

function readKey(written) {
  const [, name, id, rest] = /^([!-*,-~]{1,128})\+([0-9a-f]{8})\+([^ ]+)$/.exec(written) ?? [];
  const bytes = base64(rest ?? "");
  if (bytes.length !== 33 || bytes[0] !== 1) return undefined;
  if (sha256(name, "\n", bytes).toString("hex", 0, 4) !== id) return undefined;
  const der = Buffer.concat([Buffer.from("302a300506032b6570032100", "hex"), bytes.subarray(1)]);
  return { name, id, key: createPublicKey({ key: der, format: "der", type: "spki" }) };
}

function readPolicy(bytes) {
  const keys = [];
  for (const line of lines(bytes.toString("latin1"), UNREADABLE, "the policy")) {
    if (line === "" || line.startsWith("#")) continue;
    const [key, first, last, more] = line.split(" ");
    keys.push({ ...readKey(key), first: number(first), last: last === "-" ? Infinity : number(last) });
    must(keys.at(-1).key && more === undefined && keys.at(-1).first <= keys.at(-1).last, UNREADABLE, "no key");
  }
  must(keys.length > 0 && keys.length <= 32, UNREADABLE, "no keys, or too many");
  return keys;
}

/** The text of a note that a key of this name signed; `name` and `size` are found out from that text. */
function openNote(bytes, policy, about) {
  let whole = "";
  try {
    whole = text(bytes);
  } catch {
    // not UTF-8: no note
  }
  const parts = /^([^]*\n)\n([^]+)$/.exec(whole); // greedy: the last empty line divides
  must(parts && bytes.length <= 262144 && !/[\0-\x09\x0b-\x1f]/.test(whole), SIGNATURE, "not a note");
  const signatures = lines(parts[2], SIGNATURE, "a note").map((line) => {
    const [, name, written] = /^\u2014 ([^ +]+) ([^ ]+)$/.exec(line) ?? [];
    const signature = base64(written ?? "");
    must(signature.length > 4 && signature.length <= 8192, SIGNATURE, "not a signature line");
    return { name, id: signature.toString("hex", 0, 4), signature: signature.subarray(4) };
  });
  const read = about(parts[1]);
  let signed = false;
  for (const key of policy) {
    for (const line of signatures.filter((one) => one.name === key.name && one.id === key.id)) {
      must(verifySignature(null, parts[1], key.key, line.signature), SIGNATURE, `not signed by ${key.name}`);
      signed ||= key.name === read.name && key.first <= read.size && read.size <= key.last;
    }
  }
  must(signed, SIGNATURE, `nobody trusted signed as ${read.name}`);
  return read;
}

function readCheckpoint(written) {
  const [name, size, root, ...more] = lines(written, SIGNATURE, "a checkpoint");
  const read = { name, size: number(size), root: base64(root ?? "") };
  must(name && name.length <= 128 && read.size >= 0 && read.root.length === 32 && !more.length, SIGNATURE, "no checkpoint");
  return read;
}

function readManifest(written, size) {
  const [title, origin, own, range, filter, records, ...files] = lines(written, SIGNATURE, "the manifest");
  const value = (line, word) => (line?.startsWith(word + " ") ? line.slice(word.length + 1) : "");
  const [first, end] = value(range, "range").split(" ").map(number);
  const read = { origin: value(origin, "origin"), size, first, end, own: number(value(own, "size")),
    filter: value(filter, "filter"), records: number(value(records, "records")),
    files: Object.fromEntries(files.map((line) => [line.slice(66), line.slice(0, 64)])) };
  const right = NAMES.slice(0, 6).filter((name) => name !== "prev-checkpoint" || read.files[name]).join();
  const digests = files.every((line) => /^[0-9a-f]{64} {2}/.test(line)) && files.length === Object.keys(read.files).length;
  must(title === "curfew bundle v1" && read.origin && first <= end && end <= read.own && read.filter && digests &&
    read.records >= 0 && Object.keys(read.files).join() === right, SIGNATURE, "not a manifest");
  return read;
}

/** The roots of a tree at each of these sizes, RFC 6962; `leaf` reads one leaf hash. */
function grow(size, leaf, at) {
  const stack = []; // roots of perfect subtrees, with their widths
  for (let index = 0; ; index++) {
    at(index, () => stack.reduceRight((right, { hash }) => (right ? sha256("\x01", hash, right) : hash), undefined) ?? sha256(""));
    if (index === size) return;
    let node = { hash: leaf(index), width: 1 };
    for (; stack.at(-1)?.width === node.width; ) {
      const left = stack.pop();
      node = { hash: sha256("\x01", left.hash, node.hash), width: 2 * node.width };
    }
    stack.push(node);
  }
}

function canonical(value, depth = 16) {
  if (value === null || value === true || value === false) return String(value);
  if (typeof value === "number") return Number.isSafeInteger(value) ? String(value) : "";
  if (typeof value === "string") return /[\0-\x08\x0b-\x1f\x7f-\x9f]/.test(value) ? "" : JSON.stringify(value);
  if (depth === 0 || value === undefined) return "";
  if (Array.isArray(value)) return `[${value.map((one) => canonical(one, depth - 1)).join()}]`;
  const names = Object.keys(value).sort();
  if (!names.every((name) => /^[a-z0-9_]+$/.test(name))) return "";
  return `{${names.map((name) => `"${name}":${canonical(value[name], depth - 1)}`).join()}}`;
}

const isText = (value) => typeof value === "string";
const isTextOrNull = (value) => value === null || isText(value);

/** The record, when its bytes are exactly those of a record; it is built again from the members that one has. */
function readRecord(bytes) {
  let written, record;
  try {
    written = text(bytes);
    record = JSON.parse(written);
  } catch {
    return undefined;
  }
  const { actor, at, code, detail, from, grant, prev, request, role, seq, subject, to, v } = record ?? {};
  const by = { kind: actor?.kind, oid: actor?.oid, tid: actor?.tid };
  const whom = subject && { oid: subject.oid, tid: subject.tid };
  const again = { actor: by, at, code, detail, from, grant, prev, request, role, seq, subject: whom, to, v };
  const right = bytes.length <= 65536 && canonical(again) === written && v === 1 && seq >= 0 &&
    [by.kind, at, code].every(isText) && [from, grant, prev, request, role, to, by.oid, by.tid].every(isTextOrNull) &&
    isText(by.oid) === isText(by.tid) && isText(prev) === seq > 0 && (whom ? isText(whom.oid) && isText(whom.tid) : whom === null) &&
    typeof detail === "object" && !Array.isArray(detail) && /^\d{4}-.{18}Z$/.test(at) &&
    !Number.isNaN(Date.parse(at)) && new Date(at).toISOString() === at;
  return right ? again : undefined;
}

const CSV_HEADER = "seq,at,code,actor_kind,actor_tid,actor_oid,subject_tid,subject_oid,request,grant,role,from,to,detail,leaf\r\n";

function cell(value) {
  if (value === null) return "";
  const safe = /^[=+\-@\t\r\n\0'\uFF1D\uFF0B\uFF0D\uFF20]/.test(value) ? "'" + value : value;
  return value === "" || /[",;\t\r\n]/.test(value) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

function row(record, leaf) {
  const { actor, subject, detail } = record;
  const inner = (value) => (value === null ? null : JSON.stringify(value).slice(1, -1));
  return [String(record.seq), ...[record.at, record.code, actor.kind, actor.tid, actor.oid, subject?.tid ?? null,
    subject?.oid ?? null, record.request, record.grant, record.role, record.from, record.to].map(inner),
    detail && canonical(detail), leaf].map(cell).join() + "\r\n";
}

const base64url = (written) => {
  const bytes = Buffer.from(written ?? "", "base64url");
  return bytes.toString("base64url") === written ? bytes : Buffer.alloc(0);
};

/** The token of a signed decision: the key set that the record names signed it, and it says what the record says. */
function checkToken(record, token, keySet) {
  const { commitment } = record.detail.signed, { seq, actor, subject } = record;
  const says = { code: commitment.decision === "approve" ? "decision.approved" : "decision.denied", request: commitment.request,
    actor: { kind: "person", oid: commitment.approver, tid: commitment.tid }, subject: { oid: commitment.requester, tid: commitment.tid } };
  must(canonical({ code: record.code, request: record.request, actor, subject }) === canonical(says) && commitment.v === 1 &&
    commitment.duration >= 0 && commitment.start_by >= 0, UNLAWFUL, `record ${seq}: something else was signed`);
  const parts = token.toString("latin1").split(".");
  let head, claims, keys;
  try {
    [head, claims] = parts.slice(0, 2).map((part) => JSON.parse(text(base64url(part))));
    keys = JSON.parse(text(keySet)).keys.filter(({ kid, kty }) => kid === head.kid && kty === "RSA");
  } catch {
    // neither is right
  }
  must(parts.length === 3 && keys?.length === 1 && head.alg === "RS256", SIGNATURE, `approvals/${seq}.jws: no such key`);
  const signed = verifySignature("sha256", Buffer.from(`${parts[0]}.${parts[1]}`), createPublicKey({ key: keys[0], format: "jwk" }), base64url(parts[2]));
  must(signed, SIGNATURE, `approvals/${seq}.jws: not signed by that key`);
  const nonce = sha256("curfew-decision-v1\n", canonical(commitment)).toString("base64url");
  const at = Date.parse(record.at) / 1000;
  must(claims.nonce === nonce && claims.tid === commitment.tid && claims.oid === commitment.approver && claims.ver === "2.0" &&
    claims.iat <= at + 60 && claims.iat >= at - 601 && claims.exp >= at - 60, SIGNATURE, `approvals/${seq}.jws: it says something else`);
}

/** Takes the token of a record, and its key set where it comes first, from the files that stand in the order of the records. */
function checkProof(record, proofs, keySets) {
  const { token, keys } = record.detail.signed;
  const hex = (written) => base64(typeof written === "string" ? written : "").toString("hex");
  must(hex(token).length === 64 && hex(keys).length === 64 && record.detail.signed.commitment, UNLAWFUL, `record ${record.seq}: no digests`);
  const take = (name, digest) => {
    const [own, bytes] = proofs.shift() ?? [];
    must(own === name && sha256(bytes).toString("hex") === digest, MISMATCH, `${name} is not the one that was recorded`);
    return bytes;
  };
  const own = take(`approvals/${record.seq}.jws`, hex(token));
  if (!keySets.has(keys)) keySets.set(keys, take(`jwks/${hex(keys)}.json`, hex(keys)));
  checkToken(record, own, keySets.get(keys));
}

function checkRecords(files, manifest, leafLine) {
  const keySets = new Map();
  let csv = files["records.csv"], records = files["records.jsonl"], next = manifest.first, count = 0;
  const skipRow = (written, says) => {
    const bytes = Buffer.from(written);
    must(csv.subarray(0, bytes.length).equals(bytes), MISMATCH, says);
    csv = csv.subarray(bytes.length);
  };
  skipRow(CSV_HEADER, "records.csv begins wrongly");
  for (let end = records.indexOf(10); end >= 0; end = records.indexOf(10), count++) {
    const bytes = records.subarray(0, end), record = readRecord(bytes), leaf = leafOf(bytes).toString("base64");
    records = records.subarray(end + 1);
    must(record, MISMATCH, `record ${next} is not canonical`);
    const { seq } = record;
    must(seq >= next && seq < manifest.end && (seq === next || manifest.filter !== "-"), GAP, `record ${next} is missing`);
    must(leafLine(seq) === leaf, MISMATCH, `record ${seq} is not the one that was logged`);
    must(seq === 0 || record.prev === leafLine(seq - 1), GAP, `record ${seq} names another before it`);
    skipRow(row(record, leaf), `record ${seq} has another row`);
    if (record.detail?.signed) checkProof(record, files.proofs, keySets);
    next = seq + 1;
  }
  must(!records.length && (manifest.filter !== "-" || next === manifest.end), GAP, `record ${next} is missing`);
  must(count === manifest.records, GAP, "another number of records was exported");
  must(!csv.length, MISMATCH, "there are rows without a record");
  must(!files.proofs.length, MISMATCH, "there are proofs that no record names");
}

/** Throws a Finding with the exit code and what was found, unless all is fine. */
export function verify(tar, { policy, held } = {}) {
  const files = readTar(tar);
  const keys = readPolicy(policy ?? files["policy.txt"]);
  const now = openNote(files.checkpoint, keys, readCheckpoint);
  const manifest = openNote(files.MANIFEST, keys, (written) =>
    ({ ...readManifest(written, now.size), name: now.name + "/export" }));
  must(manifest.origin === now.name && manifest.own === now.size, MISMATCH, "the manifest is about another checkpoint");
  const older = [held, files["prev-checkpoint"]].filter(Boolean).map((note) => openNote(note, keys, readCheckpoint));
  for (const { name, size } of older) must(name === now.name && size <= now.size, FORKED, "an older checkpoint does not fit");
  const leaves = files["leaves.b64"].toString("latin1");
  must(leaves.length === 45 * now.size, MISMATCH, "leaves.b64 has another length");
  const leafLine = (seq) => leaves.slice(45 * seq, 45 * seq + 44);
  grow(now.size, (seq) => {
    const leaf = base64(leafLine(seq));
    must(leaf.length === 32 && leaves[45 * seq + 44] === "\n", MISMATCH, `the leaf hash of ${seq} is none`);
    return leaf;
  }, (size, root) => {
    for (const old of older) must(old.size !== size || old.root.equals(root()), FORKED, `forked before ${size}`);
    must(size !== now.size || now.root.equals(root()), MISMATCH, "not the leaves of the checkpoint");
  });
  checkRecords(files, manifest, leafLine);
  for (const name of NAMES.slice(0, 6)) {
    const digest = files[name] && sha256(files[name]).toString("hex");
    must(digest === manifest.files[name], MISMATCH, `${name} is not as the manifest has it`);
  }
}

/** The code of what was found first, 0 when all is fine. */
export function codeOf(tar, options) {
  try {
    verify(tar, options);
    return 0;
  } catch (finding) {
    if (finding instanceof Finding) return finding.code;
    throw finding;
  }
}
