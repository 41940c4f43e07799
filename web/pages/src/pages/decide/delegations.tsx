import { useState } from "preact/hooks";
import { announce } from "../../announce";
import { useLive } from "../../api/live";
import { RESTING } from "../../api/pace";
import { act } from "../../api/session";
import type { Delegation, List, Me } from "../../api/types";
import { Badge, type Tone } from "../../parts/badge";
import { Button } from "../../parts/button";
import { Confirm } from "../../parts/confirm";
import { Loaded } from "../../parts/loaded";
import { Section } from "../../parts/section";
import { momentWords } from "../../time/moment";
import { nameOf } from "../../words/requests";
import { NameDialog } from "./name_delegate";

const PATH = "/api/v1/delegations?limit=20";

const shown: Record<Delegation["state"], { label: string; tone: Tone }> = {
  ahead: { label: "Ahead", tone: "wait" },
  in_force: { label: "Now", tone: "good" },
  over: { label: "Over", tone: "plain" },
};

const says = ({ approver, delegate }: Delegation, me: Me): string =>
  approver.id === me.id ? `${nameOf(delegate)} in your place` : `You in ${nameOf(approver)}\u2019s place`;

interface RowProps {
  delegation: Delegation;
  me: Me;
  onEnd: () => void;
}

function Row({ delegation, me, onEnd }: RowProps) {
  const { label, tone } = shown[delegation.state];
  return (
    <li>
      <div class="row">
        <span class="what">{says(delegation, me)}</span>
        <Badge tone={tone}>{label}</Badge>
        <span class="small">
          {momentWords(delegation.from)} to {momentWords(delegation.ended_at ?? delegation.until)}
          {delegation.ended_at && ", ended early"}
        </span>
        <span class="when">
          {delegation.state !== "over" && (
            <Button kind="quiet" onClick={onEnd}>
              End<span class="unseen">: {says(delegation, me)}</span>
            </Button>
          )}
        </span>
      </div>
    </li>
  );
}

interface EndProps {
  delegation: Delegation;
  me: Me;
  onEnded: () => void;
  onClose: () => void;
}

function EndDialog({ delegation, me, onEnded, onClose }: EndProps) {
  const mine = delegation.approver.id === me.id;
  return (
    <Confirm
      title={mine ? `End that ${nameOf(delegation.delegate)} decides in your place?` : `Stop deciding in ${nameOf(delegation.approver)}\u2019s place?`}
      does="End it now"
      kind="danger"
      onClose={onClose}
      onDo={async () => {
        await act<Delegation>(`/api/v1/delegations/${delegation.id}/end`, {});
        announce("It is ended.");
        onEnded();
      }}
    >
      <p>{nameOf(mine ? delegation.delegate : delegation.approver)} is told. What was decided stays as it is.</p>
    </Confirm>
  );
}

/** Who decides in whose place, as far as it is about this person. */
export function Delegations({ me }: { me: Me }) {
  const live = useLive<List<Delegation>>(PATH, () => RESTING);
  const [naming, setNaming] = useState(false);
  const [ending, setEnding] = useState<Delegation | null>(null);
  return (
    <Section title="While somebody is away">
      <Loaded live={live} lines={2}>
        {({ items }) =>
          items.length ? (
            <ul class="rows">
              {items.map((delegation) => (
                <Row delegation={delegation} me={me} key={delegation.id} onEnd={() => setEnding(delegation)} />
              ))}
            </ul>
          ) : (
            <p class="empty">Nobody decides in your place. Name somebody before you are away.</p>
          )
        }
      </Loaded>
      <p>
        <Button onClick={() => setNaming(true)}>Name somebody&hellip;</Button>
      </p>
      {naming && <NameDialog onNamed={live.refresh} onClose={() => setNaming(false)} />}
      {ending && <EndDialog delegation={ending} me={me} onEnded={live.refresh} onClose={() => setEnding(null)} />}
    </Section>
  );
}
