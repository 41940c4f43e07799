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
