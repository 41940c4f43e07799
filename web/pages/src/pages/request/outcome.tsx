import type { AccessRequest, Me } from "../../api/types";
import { Notice } from "../../parts/notice";
import { Left } from "../../parts/time";
import { whenWords } from "../../time/moment";
import { decidedWords, decisionsOf, nameOf } from "../../words/requests";
import { requestWords } from "../../words/progress";
import type { Sight } from "./sight";

function Pending({ request, sight, me }: { request: AccessRequest; sight: Sight; me: Me }) {
  const held = request.grants.some(({ mode }) => mode === "pim_approval");
  const mine = decisionsOf(request).find(({ by }) => by.id === me.id);
  const left = request.lapses_at && (
    <>
      <Left until={request.lapses_at} /> left; then it lapses and no access is given.
    </>
  );
  if (mine)
    return (
      <Notice tone="good" title={`You approved ${whenWords(mine.at)}.`} said>
        <p>
          {held ? "More approvals are needed, or PIM has not said yet that it took yours." : "More approvals are needed."} {left}
        </p>
      </Notice>
    );
  return (
    <Notice tone="wait" title={sight.mayDecide ? "This waits for your decision." : "This waits for approval."}>
      <p>
        {sight.own && requestWords(request)} {left}
      </p>
    </Notice>
  );
}

interface Props {
  request: AccessRequest;
  sight: Sight;
  me: Me;
  /** What the API said to a decision that came too late. */
  late: string | null;
}

/** How the request stands, in one sentence. */
export function OutcomeNotice({ request, sight, me, late }: Props) {
  const decided = decidedWords(request);
  const reason = decisionsOf(request).find(({ decision }) => decision === "deny")?.reason;
  if (late && request.state !== "pending")
    return (
      <Notice title="Somebody decided before you." said>
        <p>{decided ? `${decided}. ` : late} Nothing is left to do for you.</p>
      </Notice>
    );
  switch (request.state) {
    case "checking":
      return (
        <Notice tone="wait" title="This is being checked.">
          <p>{requestWords(request)}</p>
        </Notice>
      );
    case "pending":
      return <Pending request={request} sight={sight} me={me} />;
    case "approved":
      return (
        <Notice
          tone="good"
          title={decided ? `${decided}.` : request.urgent ? "Given before anybody approved it." : "Approved by the policy: nobody needs to be asked."}
          said
        />
      );
    case "denied":
      return (
        <Notice tone="bad" title={`${decided ?? "Denied"}.`} said>
          {reason && <p class="quote">{reason}</p>}
        </Notice>
      );
    case "refused":
      return (
        <Notice tone="bad" title={request.why_says ?? "This was refused."} said>
          <p>
            {request.why_mend} {sight.own && <a href="/">Ask again</a>}
          </p>
        </Notice>
      );
    case "lapsed":
      return (
        <Notice title="Nobody decided in time." said>
          <p>No access was given. {sight.own && <a href="/">Ask again</a>}</p>
        </Notice>
      );
    default:
      return <Notice title={sight.own ? "You cancelled this." : `${nameOf(request.requester)} cancelled this.`} said />;
  }
}
