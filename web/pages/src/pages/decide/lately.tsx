import type { AccessRequest } from "../../api/types";
import { Badge } from "../../parts/badge";
import { Ago } from "../../parts/time";
import { decidedWords, nameOf, rolesOf } from "../../words/requests";
import { requestShown } from "../../words/states";

/** One line for a request that does not wait for the reader any more. */
export function LateRow({ request }: { request: AccessRequest }) {
  const { label, tone } = requestShown(request);
  return (
    <li>
      <a href={`/requests/${request.id}`}>
        <span class="what">
          {nameOf(request.requester)}: {rolesOf(request)}
        </span>
        {request.urgent && <Badge tone="bad">Urgent</Badge>}
        <Badge tone={tone}>{label}</Badge>
        <span class="small">{decidedWords(request)}</span>
        <span class="when small">
          <Ago at={request.submitted_at} />
        </span>
      </a>
    </li>
  );
}
