// The four clouds (contract 1): each is spoken to at its own hosts, with tokens of its own scope and issuer, and no other is.
// Names lead nowhere here (tests/support/names_here.c), so whom Curfew would have called stands in why it could not.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { addAzure } from "../support/azure.mjs";
import { eventually, POLICY, setUpCurfew } from "../support/curfew.mjs";
import { delegated } from "../support/delegated.mjs";
import { AT_ONCE, startSandbox, TENANT } from "../support/sandbox.mjs";
import { specification } from "../support/spec.mjs";

const CLOUDS = {
  global: { login: "login.microsoftonline.com", graph: "graph.microsoft.com", arm: "management.azure.com", issuer: "sts.windows.net" },
  usgov: { login: "login.microsoftonline.us", graph: "graph.microsoft.us", arm: "management.usgovcloudapi.net", issuer: "sts.windows.net" },
  usgov_dod: { login: "login.microsoftonline.us", graph: "dod-graph.microsoft.us", arm: "management.usgovcloudapi.net", issuer: "sts.windows.net" },
  china: { login: "login.partner.microsoftonline.cn", graph: "microsoftgraph.chinacloudapi.cn", arm: "management.chinacloudapi.cn", issuer: "sts.chinacloudapi.cn" },
};
const HOSTS = /(?<=https?:\/\/|resolve host: )[\w-]+(\.[\w-]+)*/g;

const sandbox = await startSandbox({ switches: AT_ONCE });
const curfew = await setUpCurfew(sandbox);
mkdirSync(join(curfew.folder, "azure")); // the example policy with roles of Azure
writeFileSync(join(curfew.folder, "azure", "policy.json"), JSON.stringify(addAzure(JSON.parse(readFileSync(POLICY)))));

/** What doctor finds with these members of `entra` ("none": not there), and everything that it named a host. */
async function doctor(entra, policy) {
  const settings = structuredClone(curfew.settings);
  for (const [name, value] of Object.entries(entra)) {
    if (value === "none") delete settings.entra[name];
    else settings.entra[name] = value;
  }
  if (policy) settings.policies = policy;
  const config = join(curfew.folder, "cloud.json");
  writeFileSync(config, JSON.stringify(settings));
  const child = spawn(curfew.program, ["doctor", "--config", config, "--json"], {
    env: { ...process.env, CURFEW_TEST_CLOCK: sandbox.clockFile },
    stdio: ["ignore", "pipe", "inherit"],
  });
  let output = "";
  child.stdout.on("data", (piece) => (output += piece));
  await new Promise((resolve) => child.once("close", resolve));
  return JSON.parse(output).checks;
}

const says = (checks, check) => checks.filter((one) => one.check === check).map((one) => one.says);
const risk = ({ evidence }) => evidence.find(({ check }) => check === "user_risk");
const hostsOf = (texts) => [...new Set(texts.join(" ").match(HOSTS))];

const forms = async (mark) => (await sandbox.journal(mark)).filter(({ path }) => path.endsWith("/oauth2/v2.0/token")).map(({ body }) => body);

/** The example policy; nobody's risk is looked at in a cloud that does not know it. */
const withoutRisk = (policy) => policy.rules.forEach(({ require }) => delete require?.user_risk);

/** Curfew in mode `delegated` in one of the clouds, with the tenant to match. */
function stageIn(cloud, policy) {
  const china = cloud === "china";
  return delegated({
    policy: policy ?? (china ? withoutRisk : undefined),
    settings: { entra: { cloud } },
    switches: { china_issuer: china, identity_protection: !china },
  });
}

const cases = {};

for (const [cloud, { login, graph, arm, issuer }] of Object.entries(CLOUDS)) {
  cases[`${cloud}: people and Curfew itself are sent to the cloud's own sign-in host`] = async () => {
    const checks = await doctor({ cloud, authority: "none", graph: "none" });
    const said = [...says(checks, "issuer"), ...says(checks, "token")];
    assert.deepEqual(hostsOf(said), [login], said.join("\n"));
    for (const path of ["/v2.0/.well-known", "/.well-known"])
      assert.ok(said.some((one) => one.includes(`https://${login}/${TENANT}${path}/openid-configuration: `)), `${path}: ${said}`);
  };

  cases[`${cloud}: Graph is asked at the cloud's own host, with a token of that scope`] = async () => {
    const mark = await sandbox.mark();
    const said = says(await doctor({ cloud, graph: "none" }), "graph");
    assert.deepEqual(hostsOf(said), [graph], said.join("\n"));
    const asked = await forms(mark);
    assert.deepEqual([...new Set(asked.map(({ scope }) => scope))], [`https://${graph}/.default`]);
  };

  cases[`${cloud}: Azure Resource Manager is asked at the cloud's own host, with a token of that scope`] = async () => {
    const mark = await sandbox.mark();
    const said = says(await doctor({ cloud, arm: "none" }, "azure"), "role").filter((one) => one.startsWith("Role sentinel-"));
    assert.deepEqual(hostsOf(said), [arm], said.join("\n"));
    const scopes = new Set((await forms(mark)).map(({ scope }) => scope));
    assert.deepEqual([...scopes].sort(), [`https://${graph}/.default`, `https://${arm}/.default`].sort());
  };

  cases[`${cloud}: tokens for Curfew's own API are believed of the cloud's own issuer and of no other`] = async () => {
    for (const china of [false, true]) {
      await sandbox.switches({ china_issuer: china });
      const [found] = (await doctor({ cloud })).filter(({ check, about }) => check === "issuer" && about === "v1.0");
      const right = china === (issuer === CLOUDS.china.issuer);
      assert.equal(found.health, right ? "ok" : "WRONG", found.says);
      if (!right) assert.ok(found.says.includes(`https://${issuer}/${TENANT}/ is about another issuer`), found.says);
    }
    await sandbox.switches({ china_issuer: false });
  };

  cases[`${cloud}: a person asks, starts it and gives it back, and every token on the way is of the cloud's own scope`] = async () => {
    const stage = await stageIn(cloud);
    const mark = await stage.sandbox.mark();
    const waiting = await stage.waits("copilot-owner");
    await stage.start(waiting);
    await stage.people.ana.untilGrant(waiting.request.id, "active");
    await stage.over(waiting);
    const entries = (await stage.sandbox.journal(mark)).filter(({ path }) => path.endsWith("/oauth2/v2.0/token"));
    const behalf = entries.filter(({ body }) => body.requested_token_use === "on_behalf_of");
    assert.ok(behalf.length > 0 && behalf.every(({ body, status }) => status === 200 && body.scope === `https://${graph}/.default`));
    const others = (await stage.sandbox.journal()).filter(({ body }) => body?.grant_type === "client_credentials");
    assert.ok(others.length > 0 && others.every(({ body, status }) => status === 200 && body.scope === `https://${graph}/.default`));
    await stage.curfew.stop();
  };
}

await specification("journeys/clouds", {
  ...cases,

  async "china: its sign-in host is a setting, for the sources name two; Graph and its scope stay China's"() {
    const said = says(await doctor({ cloud: "china", authority: "https://login.chinacloudapi.cn", graph: "none" }), "issuer");
    assert.deepEqual(hostsOf(said), ["login.chinacloudapi.cn"], said.join("\n"));
  },

  async "china: a rule that looks at somebody's risk is said by doctor and at the start, and lets nobody in"() {
    const policy = (checks) => checks.filter(({ check, about }) => check === "policy" && about === "user_risk");
    assert.deepEqual(policy(await doctor({ cloud: "usgov" })), []);
    const checks = await doctor({ cloud: "china" });
    const [found] = policy(checks);
    assert.equal(found.health, "WRONG");
    assert.match(found.says, /user_risk.* china has no Identity Protection/);
    assert.ok(!checks.some(({ check, says: it }) => check === "permission" && /IdentityRiskyUser.* (is missing|not granted)/.test(it)));
    const stage = await stageIn("china", () => {});
    const { ana } = stage.people;
    assert.ok(stage.curfew.log.some(({ event, why }) => event === "policy.risk_unknowable" && /lets nobody in/.test(why)));
    const { id } = await ana.ask({ roles: ["copilot-owner"] });
    await eventually(async () => risk(await ana.request(id)), { what: "the evidence" });
    await stage.later("PT11M");
    const request = await ana.until(id, "refused");
    assert.deepEqual([risk(request).verdict, risk(request).code, request.grants], ["unknown", "risk_unread", []]);
    assert.equal((await stage.effects(0, "assign")).length, 0);
    await stage.curfew.stop();
  },
}, { seconds: 120 });
