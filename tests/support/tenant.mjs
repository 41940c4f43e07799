// Who and what is in the sandbox's tenant, by their fixed ids (tests/sandbox/tenant.json).

export const TENANT = "7e4a0000-0000-4000-8000-000000000001";
export const CURFEW = "a9900000-0000-4000-8000-000000000001";
export const PLANNER = "a9900000-0000-4000-8000-000000000002"; // an unrelated registration
export const WORKBENCH = "a9900000-0000-4000-8000-000000000003"; // whom tests call Graph as: Curfew's own may only what it needs
export const SECRETS = {
  [CURFEW]: "sandbox-secret-of-curfew",
  [PLANNER]: "sandbox-secret-of-the-planner",
  [WORKBENCH]: "sandbox-secret-of-the-workbench",
};
export const GRAPH_SCOPE = "https://graph.microsoft.com/.default";
export const ARM_SCOPE = "https://management.azure.com/user_impersonation";
export const PERSONS = {
  ana: "9e450000-0000-4000-8000-000000000001",
  ben: "9e450000-0000-4000-8000-000000000002",
  lena: "9e450000-0000-4000-8000-000000000003",
  marc: "9e450000-0000-4000-8000-000000000004",
  priya: "9e450000-0000-4000-8000-000000000005",
  tom: "9e450000-0000-4000-8000-000000000006",
  nils: "9e450000-0000-4000-8000-000000000007",
  gus: "9e450000-0000-4000-8000-000000000008",
};
export const GROUPS = {
  analysts: "64090000-0000-4000-8000-000000000001",
  nightShift: "64090000-0000-4000-8000-000000000002",
  leads: "64090000-0000-4000-8000-000000000003",
  owners: "64090000-0000-4000-8000-000000000004",
  contributors: "64090000-0000-4000-8000-000000000005",
  breakGlass: "64090000-0000-4000-8000-000000000006",
};
export const ROLES = {
  securityOperator: "5f2222b1-57c3-48ba-8ad5-d4759f1fde6f",
  securityReader: "5d6b6bb7-de71-4623-b4af-96380a352509",
  globalReader: "f2ef992c-3afb-46b9-b7cf-a126ee74c451",
  privilegedRoleAdministrator: "e8611ab8-c189-46e8-94e1-60213ab1f814",
  globalAdministrator: "62e90394-69f5-4237-9190-012177145e10",
};
