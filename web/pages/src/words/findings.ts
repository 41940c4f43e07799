import type { Tone } from "../parts/badge";

interface Shown {
  label: string;
  tone: Tone;
}

const kinds: Record<string, Shown> = {
  unexplained: { label: "Not by Curfew", tone: "bad" },
  permanent: { label: "Outlasts a grant", tone: "bad" },
  late: { label: "Being removed", tone: "wait" },
  missing: { label: "Taken away", tone: "wait" },
  last_owner: { label: "Last owner", tone: "bad" },
  policy_weaker: { label: "Weaker rules", tone: "bad" },
};

export const findingWords = (kind: string): Shown => kinds[kind] ?? { label: kind, tone: "bad" };
