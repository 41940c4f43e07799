import { useEffect, useRef } from "preact/hooks";
import { announce } from "../../announce";
import { useLive } from "../../api/live";
import { grantOver, paceOfGrants, paceOfRequests, requestOver } from "../../api/pace";
import type { AccessRequest, Grant, List, Me } from "../../api/types";
import { GrantCard } from "../../parts/grant_card";
import { Loaded } from "../../parts/loaded";
import { PageTitle } from "../../parts/page_title";
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

/** What one person holds, waits for, and held lately. */
export function Access({ me }: { me: Me }) {
  const grants = useLive<List<Grant>>("/api/v1/grants?limit=50", (list) => paceOfGrants(list.items));
  const mine = useLive<List<AccessRequest>>("/api/v1/requests?mine=true&limit=30", (list) =>
    paceOfRequests(list.items),
  );
  useChangesSaid(grants.value?.items);
  const refresh = () => {
    grants.refresh();
    mine.refresh();
  };
  const products = new Map(
    mine.value?.items.flatMap((request) =>
      request.named_roles.map((role) => [`${request.id} ${role.id}`, role.product] as const),
    ),
  );

  return (
    <>
      <PageTitle
        title="My access"
        beside={
          <a href="/" class="button plain">
            Ask for access
          </a>
        }
      />
      <Loaded live={grants} lines={4}>
        {({ items }) => {
          const live = items.filter((grant) => !grantOver(grant));
          const waiting = (mine.value?.items ?? []).filter((request) =>
            ["checking", "pending"].includes(request.state),
          );
          return (
            <>
              <section aria-labelledby="held">
                <h2 id="held">Held now</h2>
                {live.length === 0 && <p class="empty">You hold nothing at the moment.</p>}
                <div class="grid">
                  {live.map((grant) => (
                    <GrantCard grant={grant} may="release" onChange={refresh} key={grant.id}>
                      <p class="small">
                        {products.get(`${grant.request} ${grant.role}`)} ·{" "}
                        <a href={`/requests/${grant.request}`}>Details</a>
                      </p>
                    </GrantCard>
                  ))}
                </div>
              </section>
              {waiting.length > 0 && (
                <section aria-labelledby="waiting">
                  <h2 id="waiting">Asked for</h2>
                  <div class="grid">
                    {waiting.map((request) => (
                      <WaitingCard request={request} onChange={refresh} key={request.id} />
                    ))}
                  </div>
                </section>
              )}
            </>
          );
        }}
      </Loaded>
      <section aria-labelledby="past">
        <h2 id="past">Lately</h2>
        <Loaded live={mine} lines={3}>
          {({ items }) => {
            const past = items.filter(requestOver).slice(0, 10);
            return past.length ? (
              <ul class="rows">
                {past.map((request) => (
                  <PastRow request={request} key={request.id} />
                ))}
              </ul>
            ) : (
              <p class="empty">Nothing has ended yet.</p>
            );
          }}
        </Loaded>
      </section>
      {me.roles.includes("Curfew.Admin") && <Everybody />}
    </>
  );
}
