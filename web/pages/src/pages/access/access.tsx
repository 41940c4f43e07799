import { useEffect, useRef } from "preact/hooks";
import { announce } from "../../announce";
import { useLive } from "../../api/live";
import { grantOver, paceOfGrants, paceOfRequests, requestOver } from "../../api/pace";
import type { AccessRequest, Grant, List, Me } from "../../api/types";
import { GrantCard } from "../../parts/grant_card";
import { Loaded } from "../../parts/loaded";
import { PageTitle } from "../../parts/page_title";
import { Rows } from "../../parts/rows";
import { Section } from "../../parts/section";
import { grantShown } from "../../words/states";
import { Everybody } from "./everybody";
import { PastRow } from "./past";
import { WaitingCard } from "./waiting";

/** Says aloud what changed on the page since it was last drawn. */
function useChangesSaid(grants: Grant[] | undefined): void {
  const before = useRef(new Map<string, string>());
  useEffect(() => {
    if (!grants) return;
    const now = new Map(grants.map((grant) => [grant.id, grant.state]));
    for (const grant of grants) {
      const was = before.current.get(grant.id);
      if (was && was !== grant.state) announce(`${grant.role_name}: ${grantShown(grant).label}.`);
    }
    before.current = now;
  }, [grants]);
}

const waits = ({ state }: AccessRequest): boolean => ["checking", "pending"].includes(state);

interface HeldProps {
  grants: Grant[];
  requests: AccessRequest[];
  onChange: () => void;
}

function Held({ grants, requests, onChange }: HeldProps) {
  const productOf = (grant: Grant) =>
    requests.find(({ id }) => id === grant.request)?.named_roles.find(({ id }) => id === grant.role)?.product;
  return (
    <Section title="Held now">
      {grants.length === 0 && <p class="empty">You hold nothing at the moment.</p>}
      <div class="grid">
        {grants.map((grant) => (
          <GrantCard grant={grant} may="release" onChange={onChange} key={grant.id}>
            <p class="small">
              {productOf(grant)} · <a href={`/requests/${grant.request}`}>Details</a>
            </p>
          </GrantCard>
        ))}
      </div>
    </Section>
  );
}

function Waiting({ requests, onChange }: { requests: AccessRequest[]; onChange: () => void }) {
  if (!requests.length) return null;
  return (
    <Section title="Asked for">
      <div class="grid">
        {requests.map((request) => (
          <WaitingCard request={request} onChange={onChange} key={request.id} />
        ))}
      </div>
    </Section>
  );
}

/** What one person holds, waits for, and held lately. */
export function Access({ me }: { me: Me }) {
  const grants = useLive<List<Grant>>("/api/v1/grants?limit=50", (list) => paceOfGrants(list.items));
  const mine = useLive<List<AccessRequest>>("/api/v1/requests?mine=true&limit=30", (list) =>
    paceOfRequests(list.items),
  );
  const requests = mine.value?.items ?? [];
  useChangesSaid(grants.value?.items);
  const refresh = () => {
    grants.refresh();
    mine.refresh();
  };
  const ask = (
    <a href="/" class="button plain">
      Ask for access
    </a>
  );

  return (
    <>
      <PageTitle title="My access" beside={ask} />
      <Loaded live={grants} lines={4}>
        {({ items }) => (
          <>
            <Held grants={items.filter((grant) => !grantOver(grant))} requests={requests} onChange={refresh} />
            <Waiting requests={requests.filter(waits)} onChange={refresh} />
          </>
        )}
      </Loaded>
      <Section title="Lately">
        <Loaded live={mine} lines={3}>
          {({ items }) => (
            <Rows requests={items.filter(requestOver).slice(0, 10)} empty="Nothing has ended yet.">
              {(request) => <PastRow request={request} key={request.id} />}
            </Rows>
          )}
        </Loaded>
      </Section>
      {me.roles.includes("Curfew.Admin") && <Everybody />}
    </>
  );
}
