// `curfew health`, which containers and service managers ask: yes while it serves, over HTTP and HTTPS; no, and why, when
// it does not.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createServer } from "node:http";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort, setUpCurfew, startCurfew } from "../support/curfew.mjs";
import { startSandbox } from "../support/sandbox.mjs";
import { finally_, specification } from "../support/spec.mjs";

const sandbox = await startSandbox();
const folder = mkdtempSync(join(tmpdir(), "curfew-health-"));
finally_(() => rmSync(folder, { recursive: true, force: true }));
const health = (curfew) => curfew.run("health", "--config", curfew.config);

/** A certificate for a name that is not this machine's. */
function certificate() {
  const [key, cert] = ["tls.key.pem", "tls.cert.pem"].map((name) => join(folder, name));
  const words = "req -x509 -newkey rsa:2048 -days 2 -nodes -subj /CN=curfew.example.com".split(" ");
  execFileSync("openssl", [...words, "-keyout", key, "-out", cert], { stdio: "ignore" });
  chmodSync(cert, 0o600);
  return { tls_certificate_file: cert, tls_key_file: key };
}

await specification("journeys/health", {
  async "yes while it serves, and no when it has ended"() {
    const curfew = await startCurfew(sandbox);
    assert.deepEqual(await health(curfew), { code: 0, output: "" });
    await curfew.stop();
    const { code, output } = await health(curfew);
    assert.equal(code, 1);
    assert.match(output, /^not healthy: http:\/\/127\.0\.0\.1:\d+\/healthz: /);
  },

  async "over HTTPS, on every address of the machine, whatever name the certificate bears"() {
    for (const [any, own] of [["0.0.0.0", "127.0.0.1"], ["[::]", "[::1]"]]) {
      const listen = `${any}:${await freePort()}`;
      const curfew = await setUpCurfew(sandbox, { settings: { listen, ...certificate(), public_url: "https://curfew.example.com" } });
      assert.ok((await health(curfew)).output.includes(`https://${own}:`));
      await curfew.start();
      assert.deepEqual(await health(curfew), { code: 0, output: "" });
      await curfew.stop();
    }
  },

  async "behind a proxy that brings HTTPS, and that is asked for nothing here"() {
    const listen = `0.0.0.0:${await freePort()}`;
    const curfew = await startCurfew(sandbox, { settings: { listen, proxies: ["192.0.2.1"], public_url: "https://curfew.example.com" } });
    assert.deepEqual(await health(curfew), { code: 0, output: "" });
    await curfew.stop();
  },

  async "no when something else answers there"() {
    const curfew = await setUpCurfew(sandbox);
    const other = createServer((_, answer) => answer.writeHead(503).end());
    await new Promise((resolve) => other.listen(curfew.port, "127.0.0.1", resolve));
    const { code, output } = await health(curfew);
    other.close();
    assert.deepEqual([code, output], [1, `not healthy: http://127.0.0.1:${curfew.port}/healthz: 503\n`]);
  },

  async "settings that cannot be read are said"() {
    const curfew = await setUpCurfew(sandbox, { settings: { listen: "here" } });
    const { code, output } = await health(curfew);
    assert.equal(code, 1);
    assert.match(output, /listen: "here" is not an address and a port/);
  },
});
