import { useState } from "preact/hooks";
import type { Live } from "../../api/live";
import type { AccessRequest, Me } from "../../api/types";
import { AdviceList, hasAdvice } from "../../parts/advice";
import { Badge } from "../../parts/badge";
import { Button } from "../../parts/button";
import { Cancel, cancellable } from "../../parts/cancel";
import { Checks } from "../../parts/checks";
import { GrantCard } from "../../parts/grant_card";
import { Notice } from "../../parts/notice";
import { PageTitle } from "../../parts/page_title";
import { Section } from "../../parts/section";
import { useNow } from "../../time/clock";
import { isoWords } from "../../time/span";
import { nameOf, rolesOf } from "../../words/requests";
import { Approvals } from "./approvals";
import { DecisionBar } from "./decision_bar";
import { Facts } from "./facts";
import { OutcomeNotice } from "./outcome";
import { sightOf } from "./sight";
import { Timeline } from "./timeline";
import { UrgentNotice } from "./urgent";

/** What an approver weighs; the other checks are of interest when they fail. */
const WEIGHED = ["mfa", "device", "user_risk"];

interface Props {
  request: AccessRequest;
  live: Live<AccessRequest>;
  me: Me;
  onDecided: () => void;
}

function Heading({ request, own }: { request: AccessRequest; own: boolean }) {
  const roles = rolesOf(request);
  const asks = request.state === "pending" ? "asks for" : "asked for";
  const what = `${roles} for ${isoWords(request.duration)}`;
  return (
    <PageTitle
      title={own ? roles : `${nameOf(request.requester)}: ${roles}`}
      beside={request.urgent && <Badge tone="bad">Urgent: before approval</Badge>}
    >
      {own ? what : `${nameOf(request.requester)} ${asks} ${what}`}
    </PageTitle>
  );
}

/** What was found out, and what should be known of its roles themselves. */
function Found({ request }: { request: AccessRequest }) {
  return (
    <>
      <Section card title="What was checked">
        {request.evidence.length ? (
          <Checks evidence={request.evidence} always={WEIGHED} />
        ) : (
          <p class="muted">Curfew is still looking.</p>
        )}
      </Section>
      {request.named_roles.flatMap((role) =>
        role.warnings.map(({ code, says, mend }) => (
          <Notice tone="wait" title={says} key={`${role.id} ${code}`}>
            {mend && <p>{mend}</p>}
          </Notice>
        )),
      )}
    </>
  );
}

/** One request, complete: what somebody needs to decide, to wait, or to understand afterwards. */
export function RequestView({ request, live, me, onDecided }: Props) {
  const [cancelling, setCancelling] = useState(false);
  const [late, setLate] = useState<string | null>(null);
  const taken = (now: AccessRequest) => (live.take(now), onDecided());
  const sight = sightOf(request, me, useNow());
  const holder = sight.own ? null : nameOf(request.requester);
  return (
    <div class={`request${sight.mayDecide ? " deciding" : ""}`}>
      <Heading request={request} own={sight.own} />
      <OutcomeNotice request={request} sight={sight} me={me} late={late} />
      <div class="columns">
        <div class="main">
          <Facts request={request} />
          <Found request={request} />
          {request.advice && hasAdvice(request.advice) && (
            <Section card title="To weigh">
              <AdviceList advice={request.advice} />
            </Section>
          )}
        </div>
        <div class="side">
          {request.grants.map((grant) => (
            <GrantCard
              grant={grant}
              key={grant.id}
              holder={holder}
              may={sight.own ? "release" : sight.mayRevoke ? "revoke" : "look"}
              onChange={live.refresh}
            />
          ))}
          <UrgentNotice request={request} me={me} onReviewed={taken} />
          {request.approval.length > 0 && <Approvals request={request} me={me} />}
          <Section card title="Steps">
            <Timeline request={request} />
          </Section>
          {sight.own && cancellable(request) && (
            <Button onClick={() => setCancelling(true)}>Cancel this request</Button>
          )}
          {sight.auditor && (
            <p>
              <a href={`/history?request=${request.id}`}>All that was recorded about this request</a>
            </p>
          )}
        </div>
      </div>
      {sight.mayDecide && (
        <DecisionBar
          request={request}
            me={me}
          onDecided={taken}
          onLate={(says) => {
            setLate(says);
            live.refresh();
            onDecided();
          }}
        />
      )}
      {cancelling && <Cancel request={request} onChange={live.take} onClose={() => setCancelling(false)} />}
    </div>
  );
}
