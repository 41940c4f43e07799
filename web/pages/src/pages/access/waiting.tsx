import { useState } from "preact/hooks";
import type { AccessRequest } from "../../api/types";
import { Badge } from "../../parts/badge";
import { Button } from "../../parts/button";
import { Cancel } from "../../parts/cancel";
import { Left } from "../../parts/time";
import { isoWords } from "../../time/span";
import { rolesOf } from "../../words/requests";
import { requestWords } from "../../words/progress";
import { requestShown } from "../../words/states";

interface Props {
  request: AccessRequest;
  onChange: () => void;
}

/** A request that is being checked or waits for a decision. */
export function WaitingCard({ request, onChange }: Props) {
  const [cancelling, setCancelling] = useState(false);
  const { label, tone } = requestShown(request);
  return (
    <article class="grant card">
      <header>
        <h3>{rolesOf(request)}</h3>
        <Badge tone={tone}>{label}</Badge>
      </header>
      <p class="state">
        For {isoWords(request.duration)}. {requestWords(request)}
      </p>
      {request.state === "pending" && request.lapses_at && (
        <p class="small">
          Lapses in <Left until={request.lapses_at} /> if nobody decides.
        </p>
      )}
      <div class="buttons">
        <a class="button plain" href={`/requests/${request.id}`}>
          Details
        </a>
        <Button onClick={() => setCancelling(true)}>Cancel request</Button>
      </div>
      {cancelling && <Cancel request={request} onChange={onChange} onClose={() => setCancelling(false)} />}
    </article>
  );
}
