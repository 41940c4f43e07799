// Malformed and ambiguous requests over raw sockets (security.md 2.3 e): none is carried out, none makes a second one be heard.
import assert from "node:assert/strict";
import { startCurfew } from "../support/curfew.mjs";
import { AT_ONCE, startSandbox } from "../support/sandbox.mjs";
import { specification } from "../support/spec.mjs";
import { asText, wire } from "../support/wire.mjs";

const sandbox = await startSandbox({ switches: AT_ONCE });
const curfew = await startCurfew(sandbox);
const PROXY = "127.0.0.9";
const behind = await startCurfew(sandbox, { settings: { proxies: [PROXY] } });
const REFUSED = [400, 404, 405, 408, 411, 413, 414, 415, 431, 501, 505]; // 505 is libmicrohttpd's own
const HOST = "Host: curfew.example";
const SECOND = asText("GET /readyz HTTP/1.1");
const POST = "POST /api/v1/requests HTTP/1.1";
const CHUNKS = "0\r\n\r\n";

/** Two programs could read each of these differently (RFC 9112, 11.2); the second request rides in its body or behind it. */
const SMUGGLING = {
  "two lengths that differ": asText(POST, [HOST, "Content-Length: 0", `Content-Length: ${SECOND.length}`]),
  "two lengths that agree": asText(POST, [HOST, "Content-Length: 5", "Content-Length: 5"], "hello"),
  "a list of lengths": asText(POST, [HOST, "Content-Length: 0, 0"]),
  "a length with a sign": asText(POST, [HOST, "Content-Length: +0"]),
  "a negative length": asText(POST, [HOST, "Content-Length: -1"]),
  "a hexadecimal length": asText(POST, [HOST, "Content-Length: 0x0"]),
  "an empty length": asText(POST, [HOST, "Content-Length:"]),
  "a length of words": asText(POST, [HOST, "Content-Length: none"]),
  "a length beyond 64 bits": asText(POST, [HOST, "Content-Length: 18446744073709551616"]),
  "a length with a space inside": asText(POST, [HOST, "Content-Length: 1 0"]),
  "a space before the colon of a length": asText(POST, [HOST, "Content-Length : 0"]),
  "a length and chunks": asText(POST, [HOST, "Content-Length: 5", "Transfer-Encoding: chunked"], CHUNKS),
  "chunks and a length": asText(POST, [HOST, "Transfer-Encoding: chunked", `Content-Length: ${SECOND.length}`], CHUNKS),
  "chunks": asText(POST, [HOST, "Transfer-Encoding: chunked"], CHUNKS),
  "chunks twice": asText(POST, [HOST, "Transfer-Encoding: chunked", "Transfer-Encoding: chunked"], CHUNKS),
  "chunks behind identity": asText(POST, [HOST, "Transfer-Encoding: identity, chunked"], CHUNKS),
  "an encoding nobody knows": asText(POST, [HOST, "Transfer-Encoding: xchunked", "Content-Length: 0"]),
  "chunks in odd letters": asText(POST, [HOST, "tRANSFER-eNCODING: ChUnKeD"], CHUNKS),
  "chunks behind a tab": asText(POST, [HOST, "Transfer-Encoding:\tchunked"], CHUNKS),
  "chunks in a folded line": asText(POST, [HOST, "Transfer-Encoding:\r\n chunked", "Content-Length: 0"], CHUNKS),
  "a space before the colon of chunks": asText(POST, [HOST, "Transfer-Encoding : chunked"], CHUNKS),
  "chunks in an older version": asText("POST /api/v1/requests HTTP/1.0", [HOST, "Transfer-Encoding: chunked"], CHUNKS),
  "a bare CR before a second header": asText("GET /healthz HTTP/1.1", [HOST, "X: a\rContent-Length: 5"], "hello"),
  "a NUL in a value": asText("GET /healthz HTTP/1.1", [HOST, "X: a\0b"]),
  "two hosts": asText("GET /healthz HTTP/1.1", [HOST, "Host: other.example"]),
  "no host": asText("GET /healthz HTTP/1.1", ["X: y"]),
  "a body behind GET": asText("GET /healthz HTTP/1.1", [HOST, `Content-Length: ${SECOND.length}`]),
  "a header without a colon": asText("GET /healthz HTTP/1.1", [HOST, "Content-Length 5"], "hello"),
};

const MALFORMED = {
  "a version that is not there yet": asText("GET /healthz HTTP/1.9"),
  "the version before": asText("GET /healthz HTTP/1.0"),
  "the version after": "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
  "lines that end in LF alone": "GET /healthz HTTP/1.1\nHost: curfew.example\n\n",
  "one line that ends in LF alone": "GET /healthz HTTP/1.1\r\nHost: curfew.example\nX: y\r\n\r\n",
  "a folded header": asText("GET /healthz HTTP/1.1", [HOST, "X: y\r\n z"]),
  "no version": "GET /healthz\r\n\r\n",
  "TRACE": asText("TRACE /healthz HTTP/1.1"),
  "CONNECT": asText("CONNECT other.example:443 HTTP/1.1"),
  "PUT": asText("PUT /healthz HTTP/1.1", [HOST, "Content-Length: 0"]),
  "a method in small letters": asText("get /healthz HTTP/1.1"),
  "a method with a NUL": asText("GET\0 /healthz HTTP/1.1"),
  "OPTIONS of everything": asText("OPTIONS * HTTP/1.1"),
  "an absolute address": asText("GET http://curfew.example/healthz HTTP/1.1"),
  "a path that begins without a slash": asText("GET healthz HTTP/1.1"),
  "an address with a space": asText("GET /healthz x HTTP/1.1"),
  "an encoded NUL": asText("GET /healthz%00 HTTP/1.1"),
  "encoded letters": asText("GET /%68ealthz HTTP/1.1"),
  "encoded dots": asText("GET /api/%2e%2e/healthz HTTP/1.1"),
  "dots": asText("GET /api/../healthz HTTP/1.1"),
  "an encoded slash": asText("GET /api%2fv1/openapi.json HTTP/1.1"),
  "a broken escape": asText("GET /healthz%zz HTTP/1.1"),
  "an overlong slash": asText("GET /api/..%c0%af/healthz HTTP/1.1"),
  "raw bytes": asText("GET /healthz\xc3\xa9 HTTP/1.1"),
  "parameters in the path": asText("GET /healthz;a=b HTTP/1.1"),
  "a backslash": asText("GET /\\evil.example HTTP/1.1"),
  "two slashes": asText("GET //evil.example HTTP/1.1"),
  "a fragment": asText("GET /healthz#x HTTP/1.1"),
  "a broken escape in a query": asText("GET /healthz?a=%zz HTTP/1.1"),
  "an encoded NUL in a query": asText("GET /healthz?a=%00 HTTP/1.1"),
  "an encoded line in a query": asText("GET /healthz?a=%0d%0aX:y HTTP/1.1"),
  "a query that is no UTF-8": asText("GET /healthz?%ff=1 HTTP/1.1"),
  "more of a query than anything takes": asText(`GET /healthz?${"a&".repeat(40)}b HTTP/1.1`),
  "a header without a name": asText("GET /healthz HTTP/1.1", [HOST, ": x"]),
  "a header name with a space": asText("GET /healthz HTTP/1.1", [HOST, "X Y: z"]),
  "a header name with a control": asText("GET /healthz HTTP/1.1", [HOST, "X\x01: z"]),
  "an escape character in a value": asText("GET /healthz HTTP/1.1", [HOST, "X: \x1b[2J"]),
  "two cookies headers": asText("GET /healthz HTTP/1.1", [HOST, "Cookie: a=b", "Cookie: c=d"]),
  "two origins": asText("GET /healthz HTTP/1.1", [HOST, "Origin: a", "Origin: b"]),
  "a POST without a length": asText(POST, [HOST]),
  "100,000 headers": asText("GET /healthz HTTP/1.1", [HOST, ...Array(100000).fill("X: y")]),
  "65 headers": asText("GET /healthz HTTP/1.1", [HOST, ...Array(65).fill("X: y")]),
  "64 KiB of address": asText(`GET /${"a".repeat(65536)} HTTP/1.1`),
  "3 KiB of address": asText(`GET /${"a".repeat(3072)} HTTP/1.1`),
  "64 KiB of one header": asText("GET /healthz HTTP/1.1", [HOST, `X: ${"y".repeat(65536)}`]),
  "1 GiB that never comes": asText(POST, [HOST, "Content-Length: 1073741824"]),
  "a body for an address that takes none": asText("POST /healthz HTTP/1.1", [HOST, "Content-Length: 5"], "hello"),
  "a body for nowhere": asText("POST /nowhere HTTP/1.1", [HOST, "Content-Length: 5"], "hello"),
  "TLS": "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
  "nothing but zeros": "\0".repeat(200),
};

/** Refused by one answer at most, and the connection is over: what stands behind it is not heard. */
async function refused(what, bytes, [{ port }, from] = [curfew]) {
  const { answers, closed } = await wire(port, bytes + SECOND, { from });
  const statuses = answers.map(({ status }) => status);
  assert.ok(answers.length <= 1, `${what}: answered ${statuses}`);
  assert.ok(statuses.every((status) => REFUSED.includes(status)), `${what}: answered ${statuses}`);
  assert.ok(closed, `${what}: the connection stays open`);
  return statuses[0];
}

const each = (vectors, way) => async () => {
  const failed = [];
  for (const [what, bytes] of Object.entries(vectors)) await refused(what, bytes, way).catch((error) => failed.push(error.message));
  assert.deepEqual(failed, []);
};

await specification("journeys/web_wire", {
  async "each of the 28 requests that two programs could read differently"() {
    assert.equal(Object.keys(SMUGGLING).length, 28);
    await each(SMUGGLING)();
  },

  "each malformed request": each(MALFORMED),

  "all of them behind a proxy": each({ ...SMUGGLING, ...MALFORMED }, [behind, PROXY]),

  async "a thousand requests at once are answered one by one, in order"() {
    const pairs = Array.from({ length: 500 }, () => asText("GET /healthz HTTP/1.1") + asText("GET /nowhere HTTP/1.1"));
    const { answers, closed } = await wire(curfew.port, pairs.join(""), { quiet: 5000, end: true });
    assert.equal(answers.length, 1000);
    assert.ok(closed);
    answers.forEach(({ status }, i) => assert.equal(status, i % 2 ? 404 : 200));
  },

  async "Expect: 100-continue is refused before the body where the body is too large, and otherwise answered"() {
    const head = (length) => asText(POST, [HOST, "Expect: 100-continue", "Content-Type: application/json", `Content-Length: ${length}`]);
    const large = await wire(curfew.port, head(1 << 20));
    assert.deepEqual(large.answers.map(({ status }) => status), [413]);
    assert.ok(large.closed);
    const small = await wire(curfew.port, [head(2), "{}"], { every: 200 });
    assert.deepEqual(small.answers.map(({ status }) => status), [100, 401]);
  },

  async "an upgrade to HTTP/2 is not taken up"() {
    const { answers } = await wire(curfew.port, asText("GET /healthz HTTP/1.1", [HOST, "Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAMAAABk"]));
    assert.deepEqual(answers.map(({ status }) => status), [200]);
  },

  async "a client that closes its half is still answered"() {
    const { answers, closed } = await wire(curfew.port, asText("GET /healthz HTTP/1.1"), { end: true });
    assert.deepEqual(answers.map(({ status }) => status), [200]);
    assert.ok(closed);
  },

  async "a body for each route that is one byte too long: 413 before it came"() {
    for (const [path, limit] of [
      ["/auth/sign-out", 1024],
      ["/api/v1/requests", 16384],
      ["/api/v1/requests/x/cancel", 1024],
      ["/api/v1/requests/x/decision", 8192],
      ["/api/v1/grants/x/activate", 1024],
      ["/api/v1/grants/x/release", 1024],
      ["/api/v1/grants/x/revoke", 8192],
    ]) {
      const head = (length) => asText(`POST ${path} HTTP/1.1`, [HOST, `Content-Length: ${length}`]);
      const over = await wire(curfew.port, head(limit + 1));
      assert.deepEqual([over.answers[0]?.status, over.closed], [413, true], path);
      assert.equal(JSON.parse(over.answers[0].body).code, "too_large");
      const fits = await wire(curfew.port, [head(limit), "x".repeat(limit)]);
      assert.equal(fits.answers[0]?.status, 401, path);
    }
  },

  async "OPTIONS and 405 say what an address does"() {
    const allow = async (line) => {
      const { answers } = await wire(curfew.port, asText(line, [HOST, ...(line.startsWith("POST") ? ["Content-Length: 0"] : [])]), { quiet: 300 });
      return [answers[0]?.status, answers[0]?.of("allow")];
    };
    assert.deepEqual(await allow("OPTIONS /api/v1/requests HTTP/1.1"), [204, "GET, HEAD, POST, OPTIONS"]);
    assert.deepEqual(await allow("OPTIONS /auth/callback HTTP/1.1"), [204, "GET, OPTIONS"]);
    assert.deepEqual(await allow("OPTIONS /nowhere HTTP/1.1"), [404, undefined]);
    assert.deepEqual(await allow("POST /healthz HTTP/1.1"), [405, "GET, HEAD, OPTIONS"]);
    assert.deepEqual(await allow("GET /auth/sign-out HTTP/1.1"), [405, "POST, OPTIONS"]);
    assert.deepEqual(await allow("HEAD /auth/callback HTTP/1.1"), [405, "GET, OPTIONS"]);
  },
});
