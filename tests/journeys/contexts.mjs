// An authentication context counts for whom the Conditional Access policy behind it binds, and for nobody else: Entra issues it
// to everybody whom no policy objects to. Included and excluded, people and groups, each through a whole request.
import assert from "node:assert/strict";
import { eventually, startCurfew } from "../support/curfew.mjs";
import { AT_ONCE, GROUPS, PERSONS, startSandbox } from "../support/sandbox.mjs";
import { specification } from "../support/spec.mjs";

const sandbox = await startSandbox({ switches: AT_ONCE });
const curfew = await startCurfew(sandbox);
const everybody = { include_users: ["All"], exclude_users: [], include_groups: [], exclude_groups: [] };
const nobody = { ...everybody, include_users: [] };

/** What is found of Ana's second factor when the policy behind c1 is about these people; her request is called off. */
async function found(people) {
  await sandbox.control("PATCH", "/ca/c1", people);
  await sandbox.clock.advance("PT11M"); // what was read of the policies is not believed any more
  const ana = await curfew.browser("ana").signIn();
  const { id } = await ana.ask();
  const factor = await eventually(async () => (await ana.request(id)).evidence.find(({ check }) => check === "mfa"), { what: "the evidence" });
  const { state, grants } = await ana.until(id, "pending", "refused");
  assert.equal(state, factor.verdict === "pass" ? "pending" : "refused");
  assert.deepEqual(grants, []);
  if (state === "pending") assert.equal((await ana.post(`/api/v1/requests/${id}/cancel`)).status, 200);
  return [factor.verdict, factor.code];
}

const BOUND = ["pass", "mfa_by_context"];
const NOT_BOUND = ["unknown", "mfa_context_unbacked"];

/** Whom the policy is about, and what her context is worth then. */
const cases = {
  "everybody": [everybody, BOUND],
  "everybody but others": [{ ...everybody, exclude_users: [PERSONS.ben], exclude_groups: [GROUPS.leads] }, BOUND],
  "everybody but her": [{ ...everybody, exclude_users: [PERSONS.ana] }, NOT_BOUND],
  "everybody but a group of hers": [{ ...everybody, exclude_groups: [GROUPS.analysts] }, NOT_BOUND],
  "nobody": [nobody, NOT_BOUND],
  "her by name": [{ ...nobody, include_users: [PERSONS.ana] }, BOUND],
  "others by name": [{ ...nobody, include_users: [PERSONS.ben] }, NOT_BOUND],
  "a group of hers": [{ ...nobody, include_groups: [GROUPS.analysts] }, BOUND],
  "a group of others": [{ ...nobody, include_groups: [GROUPS.leads] }, NOT_BOUND],
  "a group of hers, but not her": [{ ...nobody, include_groups: [GROUPS.analysts], exclude_users: [PERSONS.ana] }, NOT_BOUND],
  "her by name, but not a group of hers": [{ ...nobody, include_users: [PERSONS.ana], exclude_groups: [GROUPS.analysts] }, NOT_BOUND],
};

await specification(
  "journeys/contexts",
  Object.fromEntries(Object.entries(cases).map(([people, [policy, expected]]) => [
    `a policy for ${people}: her context ${expected === BOUND ? "counts" : "counts for nothing, and nothing is granted"}`,
    async () => assert.deepEqual(await found(policy), expected),
  ])),
);
