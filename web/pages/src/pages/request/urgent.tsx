import { useState } from "preact/hooks";
import { announce } from "../../announce";
import { act } from "../../api/session";
import type { AccessRequest, Me, Review } from "../../api/types";
import { Button } from "../../parts/button";
import { Confirm } from "../../parts/confirm";
import { Notice } from "../../parts/notice";
import { Reason, useReason } from "../../parts/reason";
import { Section } from "../../parts/section";
import { Left, Moment } from "../../parts/time";
import { nameOf, owesReview } from "../../words/requests";

type Outcome = "justified" | "unjustified";

const usual: Record<Outcome, string[]> = {
  justified: ["Known incident", "Nobody could be reached", "Spoke with them"],
  unjustified: ["It could have waited", "I know of no incident", "More than was needed"],
};

interface Props {
  request: AccessRequest;
  me: Me;
  onReviewed: (request: AccessRequest) => void;
}

function ReviewDialog({ request, outcome, onReviewed, onClose }: Omit<Props, "me"> & { outcome: Outcome; onClose: () => void }) {
  const reason = useReason(`review.${request.id}`);
  return (
    <Confirm
      title={outcome === "justified" ? "It was justified?" : "It was not justified?"}
      does={outcome === "justified" ? "It was justified" : "It was not justified"}
      kind={outcome === "justified" ? "primary" : "danger"}
      ready={() => reason.demanded()}
      onDo={async () => {
        onReviewed(await act<AccessRequest>(`/api/v1/requests/${request.id}/review`, { outcome, reason: reason.said }));
        reason.sent();
        announce("Your review is made.");
      }}
      onClose={onClose}
    >
      <p>{nameOf(request.requester)} reads it. From then on they can have something before approval again.</p>
      <Reason id="review-reason" usual={usual[outcome]} {...reason.field} />
    </Confirm>
  );
}

function ReviewLine({ review, owed }: { review: Review; owed: boolean }) {
  if (review.by && review.at)
    return (
      <li>
        <p>
          {nameOf(review.by)}: {review.outcome === "justified" ? "it was justified" : "it was not justified"}{" "}
          <span class="muted">
            <Moment at={review.at} />
          </span>
        </p>
        {review.reason && <p class="quote">{review.reason}</p>}
      </li>
    );
  const who = review.reviewers.map(nameOf).join(", ");
  return (
    <li>
      <p>
        {owed ? `One of ${who} reviews it, by the rule \u201c${review.rule}\u201d` : "No review is owed: access never came about."}
        {owed && (
          <span class="muted">
            {" "}
            <Left until={review.due_at} /> left
          </span>
        )}
      </p>
    </li>
  );
}

/** That it was had before anybody approved it, who knows, and the review that it owes. */
export function UrgentNotice({ request, me, onReviewed }: Props) {
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  const { urgent } = request;
  if (!urgent || request.state !== "approved") return null;
  const mine = owesReview(request, me.id);
  return (
    <Section card title="Before approval">
      {urgent.owed && (
        <Notice
          tone={urgent.overdue ? "bad" : "wait"}
          title={urgent.overdue ? "A review is overdue." : mine ? "You owe this a review." : "A review is owed."}
        >
          <p>Until it is made, {nameOf(request.requester)} can have nothing else before approval.</p>
        </Notice>
      )}
      {urgent.passed_over.length > 0 && (
        <p class="small">Passed over and told: {urgent.passed_over.map(nameOf).join(", ")}.</p>
      )}
      <ul class="people">
        {urgent.reviews.map((review) => (
          <ReviewLine review={review} owed={urgent.owed} key={review.rule} />
        ))}
      </ul>
      {mine && (
        <div class="buttons">
          <Button kind="primary" onClick={() => setOutcome("justified")}>
            It was justified…
          </Button>
          <Button kind="danger" onClick={() => setOutcome("unjustified")}>
            It was not…
          </Button>
        </div>
      )}
      {outcome && (
        <ReviewDialog
          request={request}
          outcome={outcome}
          onReviewed={onReviewed}
          onClose={() => setOutcome(null)}
          key={outcome}
        />
      )}
    </Section>
  );
}
