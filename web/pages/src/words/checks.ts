/** Short names for what is checked, and for who said so. */
const checks: Record<string, string> = {
  membership: "May ask.",
  account: "Account.",
  mfa: "Sign-in.",
  device: "Device.",
  user_risk: "Risk.",
  pim: "Entra PIM.",
  approvers: "Approvers.",
  limits: "Limits.",
  clock: "Clock.",
  eligibility: "Eligibility.",
  pim_rules: "PIM's rules.",
  on_behalf: "In your name.",
};

const sources: Record<string, string> = {
  "sign-in": "from the sign-in",
  entra: "Microsoft Entra",
  intune: "Microsoft Intune",
  identity_protection: "Identity Protection",
  conditional_access: "Conditional Access",
  pim: "Privileged Identity Management",
  policy: "Curfew's policy",
};

export const checkName = (check: string): string => checks[check] ?? `${check.replaceAll("_", " ")}.`;
export const sourceName = (source: string): string => sources[source] ?? source;
