import type { AccessRequest } from "../../api/types";
import { Badge } from "../../parts/badge";
import { Ago } from "../../parts/time";
import { outcomeOf, rolesOf } from "../../words/requests";

/** One line for a request that is over. */
export function PastRow({ request }: { request: AccessRequest }) {
  const outcome = outcomeOf(request);
  return (
    <li>
      <a href={`/requests/${request.id}`}>
        <span class="what">{rolesOf(request)}</span>
        {request.urgent && <Badge tone="bad">Urgent</Badge>}
        <Badge tone={outcome.tone}>{outcome.label}</Badge>
        <span class="small">{outcome.says}</span>
        <span class="when small">
          <Ago at={outcome.at} />
        </span>
      </a>
    </li>
  );
}
