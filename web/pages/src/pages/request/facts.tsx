import type { AccessRequest } from "../../api/types";
import { Ago, Moment } from "../../parts/time";
import { isoWords } from "../../time/span";
import { decisionsOf, undoWords } from "../../words/requests";

/** Who, what, why, for how long. */
export function Facts({ request }: { request: AccessRequest }) {
  const shortened = decisionsOf(request).some(({ duration }) => duration !== null);
  return (
    <section class="card facts-card" aria-label="What was asked">
      <blockquote>{request.justification ?? "The justification was erased."}</blockquote>
      <dl>
        <div>
          <dt>For</dt>
          <dd>
            <strong>{isoWords(request.duration)}</strong>
            {shortened && " (shortened by the approver)"}
          </dd>
        </div>
        {request.ticket && (
          <div>
            <dt>Ticket</dt>
            <dd>{request.ticket}</dd>
          </div>
        )}
        {request.start && (
          <div>
            <dt>From</dt>
            <dd>
              <Moment at={request.start} />
            </dd>
          </div>
        )}
        <div>
          <dt>Asked</dt>
          <dd>
            <Ago at={request.submitted_at} />
          </dd>
        </div>
      </dl>
      {request.bundle && (
        <p class="small">
          {request.bundle.name} is asked for as one: {request.named_roles.map(({ name }) => name).join(", then ")}.{" "}
          {undoWords(request.bundle.when_one_fails)}
        </p>
      )}
      {request.named_roles.map((role) => (
        <div class="opens" key={role.id}>
          <h2>{role.name} opens</h2>
          <p>
            {role.opens ?? "The catalogue does not say what it opens."}{" "}
            {role.product && <span class="small">{role.product}</span>}
          </p>
          {role.extends && (
            <p class="small">
              More time for what was held already when this was asked for
              {role.extends.ends_at && (
                <>
                  , until <Moment at={role.extends.ends_at} />
                </>
              )}
              .
            </p>
          )}
        </div>
      ))}
    </section>
  );
}
