import type { AccessRequest, Approval, Me } from "../../api/types";
import { useNow } from "../../time/clock";
import { Icon } from "../../parts/icon";
import { Section } from "../../parts/section";
import { Moment } from "../../parts/time";
import { isoWords } from "../../time/span";
import { nameOf } from "../../words/requests";

type Delegate = Approval["approvers"][number]["delegates"][number];

/** Who may decide in an approver's place now. */
function InPlace({ delegates, me }: { delegates: Delegate[]; me: Me }) {
  const now = useNow();
  return (
    <>
      {delegates
        .filter(({ until }) => Date.parse(until) > now)
        .map((delegate) => (
          <p class="small" key={delegate.id}>
            {delegate.id === me.id ? "You decide" : `${nameOf(delegate)} decides`} in their place until{" "}
            <Moment at={delegate.until} />
          </p>
        ))}
    </>
  );
}

function Approver({ line, approver, me }: { line: Approval; approver: Approval["approvers"][number]; me: Me }) {
  const decided = line.decisions.find(({ by, for: place }) => (place ?? by).id === approver.id);
  return (
    <li class={decided?.decision}>
      <Icon name={decided ? (decided.decision === "approve" ? "check" : "cross") : "person"} />
      <div>
        <p>
          {nameOf(approver)}
          {approver.id === me.id && " (you)"}
          {decided && (
            <span class="muted">
              {decided.for && `: ${decided.by.id === me.id ? "you" : nameOf(decided.by)}, in their place,`}
              {decided.decision === "approve" ? " approved " : " denied "}
              <Moment at={decided.at} />
              {decided.duration && `, for ${isoWords(decided.duration)}`}
            </span>
          )}
        </p>
        {decided?.reason && <p class="quote">{decided.reason}</p>}
        {!decided && <InPlace delegates={approver.delegates} me={me} />}
        {approver.unreachable && !decided && <p class="small">Has no mail address: Curfew cannot tell them.</p>}
      </div>
    </li>
  );
}

/** How far a stage is; "" where it is the only one of its rule, and asked. */
function stageWords(line: Approval): string {
  if (line.state === "met") return "Agreed. ";
  if (line.state === "waiting") return "Later, when the stage before it has agreed. ";
  return line.given > 0 ? `${line.given} so far. ` : "";
}

/** Who can decide, and who has, stage after stage. */
export function Approvals({ request, me }: { request: AccessRequest; me: Me }) {
  return (
    <Section card title="Who decides">
      {request.approval.map((line) => (
        <div key={`${line.rule}/${line.stage}`}>
          <p class="small">
            {stageWords(line)}
            {line.need} of {line.approvers.length} must approve, by the rule &ldquo;{line.rule}&rdquo;
            {line.deny > 1 && `; ${line.deny} denials end the request`}
          </p>
          <ul class="people">
            {line.approvers.map((approver) => (
              <Approver line={line} approver={approver} me={me} key={approver.id} />
            ))}
          </ul>
        </div>
      ))}
    </Section>
  );
}
