import type { Finding } from "../../api/types";
import { Badge } from "../../parts/badge";
import { Ago } from "../../parts/time";
import { findingWords } from "../../words/findings";

/** One thing that nothing explains, and what to do about it. */
export function FindingCard({ role, finding }: { role: string; finding: Finding }) {
  const { label, tone } = findingWords(finding.kind);
  return (
    <li class="grant card">
      <header>
        <h3>{role}</h3>
        <Badge tone={finding.seen ? tone : "plain"}>{finding.seen ? label : `Going: ${label.toLowerCase()}`}</Badge>
      </header>
      <p>{finding.says}</p>
      {finding.mend && <p class="small">{finding.mend}</p>}
      <p class="small">
        Found <Ago at={finding.since} />.{!finding.seen && " The last reading did not show it any more."}
      </p>
    </li>
  );
}
