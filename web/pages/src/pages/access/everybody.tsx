import { useLive } from "../../api/live";
import { grantOver, paceOfRequests } from "../../api/pace";
import type { AccessRequest, List } from "../../api/types";
import { Badge } from "../../parts/badge";
import { Loaded } from "../../parts/loaded";
import { Section } from "../../parts/section";
import { Left } from "../../parts/time";
import { nameOf } from "../../words/requests";
import { grantShown } from "../../words/states";

const PATH = "/api/v1/requests?state=approved&limit=100";

/** For administrators: what is live for anybody, from where it can be revoked. */
export function Everybody() {
  const approved = useLive<List<AccessRequest>>(PATH, (list) => paceOfRequests(list.items));
  return (
    <Section title="Everybody&rsquo;s access">
      <Loaded live={approved} lines={3}>
        {({ items }) => {
          const live = items.flatMap((request) =>
            request.grants.filter((grant) => !grantOver(grant)).map((grant) => ({ request, grant })),
          );
          return live.length ? (
            <ul class="rows">
              {live.map(({ request, grant }) => (
                <li key={grant.id}>
                  <a href={`/requests/${request.id}`}>
                    <span class="what">
                      {nameOf(request.requester)}: {grant.role_name}
                    </span>
                    {request.urgent && <Badge tone="bad">Urgent</Badge>}
                    <Badge tone={grantShown(grant).tone}>{grantShown(grant).label}</Badge>
                    <span class="when small">
                      {grant.state === "active" && grant.ends_at && <Left until={grant.ends_at} />}
                    </span>
                  </a>
                </li>
              ))}
            </ul>
          ) : (
            <p class="empty">Nobody holds anything through Curfew at the moment.</p>
          );
        }}
      </Loaded>
    </Section>
  );
}
