// Azure of the sandbox's tenant.

/** Azure roles, and scopes to hold them at. */
export const AZURE = {
  responder: "3e150937-b8fe-4cfb-8069-0eaf05ecd056",
  contributor: "ab8e14d6-4a74-4a29-9ba8-549422addade", // of Microsoft Sentinel
  reader: "acdd72a7-3385-48ef-bd42-f606fba81ae7",
  userAccessAdministrator: "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9",
  subscription: "/subscriptions/5ab50000-0000-4000-8000-000000000001",
  group: "/subscriptions/5ab50000-0000-4000-8000-000000000001/resourceGroups/sentinel",
};

/** The application's own object, which holds roles as people do. */
export const APPLICATION = "a9910000-0000-4000-8000-000000000001";

const PROVIDER = "/providers/Microsoft.Authorization";
/** Calls of ARM at the resource group, as faults and journals match them. */
export const CALLS = {
  put: { method: "PUT", path: `${AZURE.group}${PROVIDER}/roleAssignmentScheduleRequests/*` },
  instances: { method: "GET", path: `${AZURE.group}${PROVIDER}/roleAssignmentScheduleInstances` },
  rules: { method: "GET", path: `${AZURE.group}${PROVIDER}/roleManagementPolicyAssignments` },
  everything: { path: "*/providers/Microsoft.Authorization/*" },
};

/** Adds two roles of Azure at the resource group: one that a lead approves, and one that needs nobody. */
export function addAzure(policy) {
  const role = (name, id) => ({ name, product: "Microsoft Sentinel", target: { kind: "azure_role", role: id, scope: AZURE.group } });
  policy.roles["sentinel-responder"] = role("Sentinel Responder", AZURE.responder);
  policy.roles["sentinel-contributor"] = role("Sentinel Contributor", AZURE.contributor);
  const rule = { who: ["soc analysts"], require: { mfa: { within: "PT8H" } }, limits: { longest: "PT8H", default: "PT1H", start_within: "PT1H" } };
  policy.rules.push(
    { ...rule, name: "Sentinel responder", roles: ["sentinel-responder"], approval: { stages: [{ from: ["soc leads"], need: 1, within: "PT1H" }] } },
    { ...rule, name: "Sentinel contributor", roles: ["sentinel-contributor"], approval: "none" },
  );
  return policy;
}

/** Gives a role of Azure outright: to Curfew's application, if nobody is named. */
export const give = (sandbox, role, scope, { principal = APPLICATION, ...more } = {}) =>
  sandbox.control("POST", "/assignments", { principal, azure_role: role, scope, ...more });
