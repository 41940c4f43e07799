import { useLive, type Live } from "../../api/live";
import { RESTING } from "../../api/pace";
import type { AccessRequest, List, Me } from "../../api/types";
import { Badge } from "../../parts/badge";
import { Icon } from "../../parts/icon";
import { Loaded } from "../../parts/loaded";
import { PageTitle } from "../../parts/page_title";
import { Rows } from "../../parts/rows";
import { Section } from "../../parts/section";
import { Left } from "../../parts/time";
import { isoWords } from "../../time/span";
import { nameOf, owesReview, rolesOf } from "../../words/requests";
import { Delegations } from "./delegations";
import { LateRow } from "./lately";
import { waitsFor } from "./waits";

const LATELY = "/api/v1/requests?approvable=true&limit=20";

function Waiting({ request }: { request: AccessRequest }) {
  const doubts = request.evidence.filter(({ verdict }) => verdict !== "pass").length;
  return (
    <article class="card waiting">
      <h3>
        <a href={`/requests/${request.id}`}>
          {nameOf(request.requester)}: {rolesOf(request)}
        </a>
      </h3>
      <p class="quote">{request.justification}</p>
      <p class="facts">
        <span>
          <Icon name="wait" /> for {isoWords(request.duration)}
        </span>
        {request.ticket && <span>Ticket {request.ticket}</span>}
        <span class={doubts ? "bad" : "good"}>
          <Icon name={doubts ? "warn" : "check"} /> {doubts ? `${doubts} checks did not pass` : "all checks passed"}
        </span>
      </p>
      {request.lapses_at && (
        <p class="small">
          Lapses in <Left until={request.lapses_at} />
        </p>
      )}
      <span class="open" aria-hidden="true">
        Look and decide <Icon name="next" />
      </span>
    </article>
  );
}

function Queue({ requests }: { requests: AccessRequest[] }) {
  if (!requests.length) return <p class="empty">Nothing waits for you. You get a mail as soon as something does.</p>;
  return (
    <div class="grid">
      {[...requests]
        .sort((a, b) => (a.lapses_at ?? "").localeCompare(b.lapses_at ?? ""))
        .map((request) => (
          <Waiting request={request} key={request.id} />
        ))}
    </div>
  );
}

/** What waits for a decision of this person, and what they were asked before. */
export function Decide({ me, queue, reviews }: { me: Me; queue: Live<List<AccessRequest>>; reviews: AccessRequest[] }) {
  const lately = useLive<List<AccessRequest>>(LATELY, () => RESTING);
  const count = queue.value?.items.filter((request) => waitsFor(request, me)).length;
  return (
    <>
      <PageTitle title="Decide" />
      <Section title={<>Waiting for you {count !== undefined && <Badge>{count}</Badge>}</>}>
        <Loaded live={queue} lines={4}>
          {({ items }) => <Queue requests={items.filter((request) => waitsFor(request, me))} />}
        </Loaded>
      </Section>
      {reviews.length > 0 && (
        <Section
          title={
            <>
              To review <Badge tone="bad">{reviews.length}</Badge>
            </>
          }
        >
          <Rows requests={reviews} empty="">
            {(request) => <LateRow request={request} key={request.id} />}
          </Rows>
        </Section>
      )}
      <Section title="Lately">
        <Loaded live={lately} lines={3}>
          {({ items }) => (
            <Rows requests={items.filter((request) => !waitsFor(request, me) && !owesReview(request, me.id))} empty="Nothing was decided yet.">
              {(request) => <LateRow request={request} key={request.id} />}
            </Rows>
          )}
        </Loaded>
      </Section>
      <Delegations me={me} />
    </>
  );
}
