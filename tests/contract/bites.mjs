// Goal: the judge that holds every test's exchanges against the contract lets nothing wrong by: each mistake below is made in an
// exchange that is right, and found.
import assert from "node:assert/strict";
import { ABSENT, isKnown, wrongAnswer, wrongEntries, wrongRequest } from "../support/contract.mjs";
import { GROUPS, PERSONS, ROLES } from "../support/sandbox.mjs";
import { specification } from "../support/spec.mjs";

if (!isKnown) {
  console.log(`contract/bites: ${ABSENT}`);
  process.exit(77);
}
const PIM = "/v1.0/identityGovernance/privilegedAccess/group";
const HEADERS = { Authorization: "sha256:0", "Content-Type": "application/json", "client-request-id": "0b1f3f06-7a0e-4f0e-9d64-3f6d0d3b0001" };
const schedule = { startDateTime: "2026-01-15T10:00:00Z", expiration: { type: "afterDateTime", endDateTime: "2026-01-15T11:00:00Z" } };
const group = { action: "adminAssign", principalId: PERSONS.ana, accessId: "member", groupId: GROUPS.owners, justification: "x", scheduleInfo: schedule, ticketInfo: { ticketNumber: "1", ticketSystem: "Curfew" } };
const role = { action: "adminAssign", principalId: PERSONS.ana, roleDefinitionId: ROLES.securityReader, directoryScopeId: "/", justification: "x", scheduleInfo: schedule };
const arm = { properties: { principalId: PERSONS.ana, roleDefinitionId: "/subscriptions/1/providers/Microsoft.Authorization/roleDefinitions/2", requestType: "SelfActivate", scheduleInfo: { startDateTime: "2026-01-15T10:00:00Z", expiration: { type: "AfterDuration", duration: "PT1H" } } } };

/* Requests that are right. */
const RIGHT = {
  "an assignment to a group": { api: "graph", method: "POST", path: `${PIM}/assignmentScheduleRequests`, query: {}, headers: HEADERS, body: group },
  "an assignment of a role": { api: "graph", method: "POST", path: "/v1.0/roleManagement/directory/roleAssignmentScheduleRequests", query: {}, headers: HEADERS, body: role },
  "a list of instances": { api: "graph", method: "GET", path: `${PIM}/assignmentScheduleInstances`, query: { $filter: `groupId eq '${GROUPS.owners}' and principalId eq '${PERSONS.ana}'` }, headers: HEADERS, body: null },
  "a list of members": { api: "graph", method: "GET", path: `/v1.0/groups/${GROUPS.leads}/transitiveMembers`, query: { $select: "id,displayName,mail", $top: "999" }, headers: HEADERS, body: null },
  "an activation in Azure": { api: "graph", method: "PUT", path: "/subscriptions/1/providers/Microsoft.Authorization/roleAssignmentScheduleRequests/2", query: { "api-version": "2020-10-01" }, headers: HEADERS, body: arm },
  "a token": { api: "login", method: "POST", path: "/tenant/oauth2/v2.0/token", query: {}, headers: { "Content-Type": "application/x-www-form-urlencoded" }, body: { grant_type: "client_credentials", client_id: "1", client_assertion: "sha256:0", client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer", scope: "https://graph.microsoft.com/.default" } },
  "a sign-in": { api: "login", method: "GET", path: "/tenant/oauth2/v2.0/authorize", query: { client_id: "1", response_type: "code", redirect_uri: "https://x/auth/callback", scope: "openid" }, headers: {}, body: null },
};
const expiration = (more) => ({ scheduleInfo: { ...schedule, expiration: more } });
const batch = (request) => ({ path: "/v1.0/$batch", body: { requests: [{ id: "1", ...request }] } });

/* What is changed, and what must be said. Members of query, headers and body are merged in; undefined takes one away. */
const MISTAKES = {
  "an assignment to a group": {
    "a member that nobody knows": [{ body: { reason: "x" } }, /"reason"/],
    "a member deeper down that nobody knows": [{ body: { scheduleInfo: { ...schedule, end: "x" } } }, /"end"/],
    "a member of another case": [{ body: { principalID: PERSONS.ana, principalId: undefined } }, /"principalID"/],
    "an enum's value that does not exist": [{ body: { action: "adminGrant" } }, /\/action/],
    "an access that does not exist": [{ body: { accessId: "admin" } }, /\/accessId/],
    "an expiration that does not exist": [{ body: expiration({ type: "afterTime" }) }, /\/scheduleInfo\/expiration\/type/],
    "a duration that is none": [{ body: expiration({ type: "afterDuration", duration: "1 hour" }) }, /duration/],
    "a time that is none": [{ body: { scheduleInfo: { ...schedule, startDateTime: "tomorrow" } } }, /startDateTime/],
    "a time without a zone": [{ body: { scheduleInfo: { ...schedule, startDateTime: "2026-01-15T10:00:00" } } }, /startDateTime/],
    "a number for a text": [{ body: { justification: 1 } }, /\/justification/],
    "a text for an object": [{ body: { ticketInfo: "INC1" } }, /\/ticketInfo/],
    "a list for an object": [{ body: { scheduleInfo: [schedule] } }, /\/scheduleInfo/],
    ...Object.fromEntries(["action", "principalId", "accessId", "groupId"].map((name) => [`no ${name}`, [{ body: { [name]: undefined } }, new RegExp(`"${name}"`)]])),
    "no body": [{ body: null }, /the body is missing/],
    "a body that is no object": [{ body: "text" }, /must be/],
    "another version": [{ path: `/beta${PIM.slice(5)}/assignmentScheduleRequests` }, /not in the contract/],
    "another method": [{ method: "PUT" }, /not in the contract/],
    "a path that does not exist": [{ path: `${PIM}/assignmentRequests` }, /not in the contract/],
    "a slash too many": [{ path: `${PIM}/assignmentScheduleRequests/` }, /not in the contract/],
    "a query that it does not take": [{ query: { $filter: "x" } }, /\$filter/],
    "no token": [{ headers: { Authorization: undefined } }, /Authorization/],
    "another content type": [{ headers: { "Content-Type": "text/plain" } }, /Content-Type/],
    "a header that nobody knows": [{ headers: { "x-curfew": "1" } }, /x-curfew/],
    "a header of other calls": [{ headers: { ConsistencyLevel: "eventual" } }, /consistencylevel/],
    "a correlation id that is none": [{ headers: { "client-request-id": "1" } }, /client-request-id/],
    "an instruction that nobody knows": [{ headers: { Prefer: "respond-async" } }, /prefer/],
  },
  "an assignment of a role": {
    "a group's member": [{ body: { groupId: GROUPS.owners } }, /"groupId"/],
    "an action that does not exist": [{ body: { action: "assign" } }, /\/action/],
    "a duration that is none": [{ body: expiration({ type: "afterDuration", duration: "PT1X" }) }, /duration/],
    "no role": [{ body: { roleDefinitionId: undefined } }, /roleDefinitionId/],
  },
  "a list of instances": {
    "no filter": [{ query: { $filter: undefined } }, /\$filter is missing/],
    "a filter on what does not exist": [{ query: { $filter: "groupID eq '1'" } }, /groupID is no property/],
    "an option that does not exist": [{ query: { $search: "x" } }, /\$search/],
    "an option without its sign": [{ query: { filter: "x" } }, /filter/],
    "an option twice": [{ query: { $filter: ["groupId eq '1'", "groupId eq '2'"] } }, /repeated/],
    "a body": [{ body: { groupId: "1" } }, /there is a body/],
  },
  "a list of members": {
    "a selection of what does not exist": [{ query: { $select: "id,email" } }, /email is no property/],
    "a page size that is no number": [{ query: { $top: "many" } }, /\$top/],
    "an order by what does not exist": [{ query: { $orderby: "name" } }, /name is no property|\$orderby/],
  },
  "an activation in Azure": {
    "Graph's spelling of the kind": [{ body: { properties: { ...arm.properties, requestType: "selfActivate" } } }, /requestType/],
    "no version": [{ query: { "api-version": undefined } }, /api-version is missing/],
    "a version that does not exist": [{ query: { "api-version": "2020-10-02" } }, /api-version/],
    "no role": [{ body: { properties: { ...arm.properties, roleDefinitionId: undefined } } }, /roleDefinitionId/],
    "a path that does not exist": [{ path: "/subscriptions/1/providers/Microsoft.Authorization/assignments/2" }, /not in the contract/],
  },
  "a token": {
    "a grant that does not exist": [{ body: { grant_type: "password" } }, /grant_type/],
    "no client": [{ body: { client_id: undefined } }, /client_id/],
    "a member that nobody knows": [{ body: { resource: "x" } }, /"resource"/],
    "JSON": [{ headers: { "Content-Type": "application/json" } }, /Content-Type/],
    "another path": [{ path: "/tenant/oauth2/token" }, /not in the contract/],
    "a token of its own": [{ headers: { Authorization: "x" } }, /authorization/],
  },
  "a sign-in": {
    "an option that does not exist": [{ query: { audience: "x" } }, /audience/],
    "no redirect": [{ query: { redirect_uri: undefined } }, /redirect_uri is missing/],
  },
};

const clean = (value) => (value && typeof value === "object" ? JSON.parse(JSON.stringify(value)) : value); // takes undefined members out

function changed(entry, change) {
  const merged = (name) => (name in change && change[name] && typeof change[name] === "object" && !Array.isArray(change[name]) ? { ...entry[name], ...change[name] } : name in change ? change[name] : entry[name]);
  return clean({ ...entry, ...change, query: merged("query"), headers: merged("headers"), body: merged("body") });
}

const cases = {};
for (const [what, entry] of Object.entries(RIGHT)) {
  cases[`${what} is right as it is`] = async () => assert.deepEqual(wrongRequest(entry), []);
  for (const [mistake, [change, says]] of Object.entries(MISTAKES[what])) {
    cases[`${what} with ${mistake} is wrong`] = async () => {
      const wrong = wrongRequest(changed(entry, change));
      assert.ok(wrong.some((one) => says.test(one)), `said ${JSON.stringify(wrong)}`);
    };
  }
}

const posted = { ...RIGHT["an assignment to a group"], status: 201, answer: { ...group, id: "1", status: "Provisioned", createdDateTime: "2026-01-15T10:00:00.1234567Z" }, answer_headers: { "Content-Type": "application/json" } };
const refused = { ...posted, status: 400, answer: { error: { code: "RoleAssignmentExists", message: "…", innerError: {} } } };

Object.assign(cases, {
  async "an answer is right as it is, and each mistake in it is wrong"() {
    assert.deepEqual([...wrongAnswer(posted), ...wrongAnswer(refused)], []);
    const mistakes = [
      { status: 200 },
      { status: 302 },
      { answer: null },
      { answer: [] },
      { answer: { ...posted.answer, state: "x" } },
      { answer: { ...posted.answer, accessId: "admin" } },
      { answer: { ...posted.answer, createdDateTime: "15 January" } },
      { answer: { ...posted.answer, scheduleInfo: { expiration: { duration: "an hour" } } } },
      { answer_headers: { "Content-Type": "text/html" } },
    ];
    for (const change of mistakes) assert.ok(wrongAnswer({ ...posted, ...change }).length, JSON.stringify(change));
    assert.ok(wrongAnswer({ ...refused, answer: { error: { code: "x" } } }).length);
    assert.ok(wrongAnswer({ ...refused, answer: { code: "x", message: "y" } }).length);
  },

  async "the type that a member names is the one that it is held against"() {
    const rule = { "@odata.type": "#microsoft.graph.unifiedRoleManagementPolicyExpirationRule", id: "Expiration_Admin_Assignment", isExpirationRequired: true, maximumDuration: "PT8H" };
    const entry = (more) => ({ api: "graph", method: "GET", path: "/v1.0/policies/roleManagementPolicies/1/rules", status: 200, answer: { value: [{ ...rule, ...more }] }, answer_headers: {} });
    assert.deepEqual(wrongAnswer(entry({})), []);
    assert.ok(wrongAnswer(entry({ enabledRules: [] })).length, "another rule's member");
    assert.ok(wrongAnswer(entry({ isExpirationRequired: "yes" })).length);
  },

  async "what is inside of a batch is held too"() {
    const outer = { ...RIGHT["an assignment to a group"] };
    const right = batch({ method: "GET", url: `/users/${PERSONS.ana}?$select=id,accountEnabled` });
    assert.deepEqual(wrongRequest({ ...outer, ...right }), []);
    for (const [inner, says] of [
      [{ method: "GET", url: "/people" }, /not in the contract/],
      [{ method: "GET", url: `/users/${PERSONS.ana}?$select=name` }, /name is no property/],
      [{ method: "POST", url: "/identityGovernance/privilegedAccess/group/assignmentScheduleRequests", headers: { "content-type": "application/json" }, body: { ...group, action: "x" } }, /\/action/],
    ])
      assert.ok(wrongRequest({ ...outer, ...batch(inner) }).some((one) => says.test(one)), JSON.stringify(inner));
  },

  async "an answer that a fault changed is let by, its request is not"() {
    const faulty = { ...posted, body: { ...group, reason: "x" }, answer: "<html>", fault: { kind: "spoil" } };
    const { requests, answers } = wrongEntries([faulty]);
    assert.equal(requests.length, 1);
    assert.deepEqual(answers, []);
    assert.equal(wrongEntries([{ ...faulty, fault: undefined }]).answers.length, 1);
  },
});

await specification("contract/bites", cases);
