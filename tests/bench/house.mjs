// What the bench measures in: a tenant with many people, a policy that lets them ask without a further sign-in, and Curfew.
import { setUpCurfew } from "../support/curfew.mjs";
import { AT_ONCE, GROUPS, startSandbox } from "../support/sandbox.mjs";

const MANY = 1e9;
const LIMITS = {
  calls_per_second: MANY,
  requests_per_hour: MANY,
  decisions_per_hour: MANY,
  exports_per_day: MANY,
  anonymous_per_minute: MANY,
  sign_ins_per_minute: MANY,
  connections: 2200, // one address may have half of them
};

export const roleName = (number) => `tool-${number}`;

/** Roles that ask for an approval and for nothing else. The first one can be had: its group is there. */
function policyWith(count) {
  const roles = {};
  for (let i = 0; i < count; i++) {
    const group = i ? `b0000000-0000-4000-8000-${String(i).padStart(12, "0")}` : GROUPS.contributors;
    roles[roleName(i)] = { name: `Tool ${i}`, product: "Microsoft Security Copilot", target: { kind: "group", group, access: "member" } };
  }
  const rule = {
    name: "Tools",
    roles: Object.keys(roles),
    who: ["soc analysts"],
    require: {},
    limits: { longest: "PT8H", default: "PT1H" },
    approval: { stages: [{ from: ["soc leads"], need: 1, within: "PT1H" }] },
  };
  return { people: { "soc analysts": { groups: [GROUPS.analysts] }, "soc leads": { groups: [GROUPS.leads] } }, roles, rules: [rule] };
}

export const startTenant = () => startSandbox({ switches: AT_ONCE, clock: false });

export const setUpHouse = (sandbox, roles) => setUpCurfew(sandbox, { policy: policyWith(roles), settings: { limits: LIMITS, notify: [] } });

/** Analysts, new in the tenant and signed in, one after the other: the sandbox's browser is one. */
export async function signInAnalysts(curfew, count) {
  const people = [];
  while (people.length < count) {
    const analyst = { name: `Bench Analyst ${people.length}`, groups: [GROUPS.analysts] };
    const { id } = await curfew.sandbox.control("POST", "/persons", analyst);
    people.push(await curfew.browser(id).signIn({ device: "" }));
  }
  return people;
}
