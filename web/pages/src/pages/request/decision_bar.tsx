import { useState } from "preact/hooks";
import { announce } from "../../announce";
import { Problem } from "../../api/problem";
import { act } from "../../api/session";
import type { AccessRequest, Me, Person } from "../../api/types";
import { Button } from "../../parts/button";
import { Chips } from "../../parts/chips";
import { Confirm } from "../../parts/confirm";
import { Reason, useReason } from "../../parts/reason";
import { clock } from "../../time/clock";
import { isoOf, spanOf, spanWords } from "../../time/span";
import { nameOf, placesOf, rolesOf } from "../../words/requests";

type Choice = "approve" | "deny";

const usual: Record<Choice, string[]> = {
  approve: ["Known incident", "Planned work", "Spoke with them"],
  deny: ["Not needed for this", "Ask for a lesser role", "I do not know of this"],
};

const SHORTER = [900, 1800, 3600, 2 * 3600, 4 * 3600];

interface ShorterProps {
  asked: number;
  chosen: number;
  onChoose: (seconds: number) => void;
}

function Shorter({ asked, chosen, onChoose }: ShorterProps) {
  const choices = [...SHORTER.filter((seconds) => seconds < asked).slice(-3), asked];
  if (choices.length < 2) return null;
  return (
    <div class="field">
      <span class="label" id="how-long">
        For how long
      </span>
      <Chips
        labelledBy="how-long"
        choices={choices.map((seconds) => ({
          value: seconds,
          says: `${spanWords(seconds)}${seconds === asked ? ", as asked" : ""}`,
        }))}
        chosen={chosen}
        onChoose={onChoose}
      />
    </div>
  );
}

interface PlaceProps {
  places: Person[];
  me: Me;
  chosen: string;
  onChoose: (id: string) => void;
}

/** In whose place it is decided: said where it is another's, asked where there is a choice. */
function Place({ places, me, chosen, onChoose }: PlaceProps) {
  const [only] = places;
  if (places.length < 2) return only && only.id !== me.id ? <p>You decide in the place of {nameOf(only)}.</p> : null;
  return (
    <div class="field">
      <span class="label" id="in-whose-place">
        In whose place
      </span>
      <Chips
        labelledBy="in-whose-place"
        choices={places.map((place) => ({ value: place.id, says: place.id === me.id ? "Your own" : nameOf(place) }))}
        chosen={chosen}
        onChoose={onChoose}
      />
    </div>
  );
}

interface Props {
  request: AccessRequest;
  me: Me;
  onDecided: (request: AccessRequest) => void;
  onLate: (says: string) => void;
}

interface DecideProps extends Props {
  choice: Choice;
  onClose: () => void;
}

function DecideDialog({ request, me, choice, onDecided, onLate, onClose }: DecideProps) {
  const reason = useReason(`decision.${request.id}`);
  const asked = spanOf(request.duration) ?? 0;
  const held = request.grants.some(({ mode }) => mode === "pim_approval");
  const [seconds, setSeconds] = useState(asked);
  /* A denial always says why. */
  const wanted = choice === "deny" || request.approval.some(({ state, reason }) => state === "asked" && reason);
  const places = placesOf(request, me, clock.now());
  const [place, setPlace] = useState(places[0]?.id ?? me.id);

  const decide = async () => {
    const shorter = choice === "approve" && seconds < asked ? { duration: isoOf(seconds) } : {};
    try {
      const inPlace = place === me.id ? {} : { for: place };
      const why = reason.said ? { reason: reason.said } : {};
      const body = { decision: choice, ...why, ...shorter, ...inPlace };
      onDecided(await act<AccessRequest>(`/api/v1/requests/${request.id}/decision`, body));
      announce(choice === "approve" ? "You approved." : "You denied.");
    } catch (failed) {
      if (!(failed instanceof Problem) || failed.code !== "conflict") throw failed;
      onLate(failed.message);
    }
    reason.sent();
  };

  return (
    <Confirm
      title={choice === "approve" ? "Approve this?" : "Deny this?"}
      does={choice === "approve" ? "Approve" : "Deny"}
      kind={choice === "approve" ? "primary" : "danger"}
      ready={() => !wanted || reason.demanded("Say why: the requester reads it, and it goes into the history.")}
      onDo={decide}
      onClose={onClose}
    >
      <p>
        {nameOf(request.requester)}: {rolesOf(request)}
        {choice === "deny" && ` for ${spanWords(asked)}`}
      </p>
      <Place places={places} me={me} chosen={place} onChoose={setPlace} />
      {held && <p>PIM holds this: you sign in once more, and your decision goes there in your name.</p>}
      {choice === "approve" && !held && <Shorter asked={asked} chosen={seconds} onChoose={setSeconds} />}
      <Reason id="decision-reason" usual={usual[choice]} optional={!wanted} {...reason.field} />
    </Confirm>
  );
}

/** Approve or deny: at the thumb on a phone. */
export function DecisionBar(props: Props) {
  const [choice, setChoice] = useState<Choice | null>(null);
  return (
    <div class="decision-bar" role="group" aria-label="Decide">
      {props.request.approval.some(({ signed }) => signed) && (
        <p class="small">Your decision will be signed: Entra will ask you to sign in again.</p>
      )}
      <Button kind="primary" onClick={() => setChoice("approve")}>
        Approve…
      </Button>
      <Button kind="danger" onClick={() => setChoice("deny")}>
        Deny…
      </Button>
      {choice && <DecideDialog {...props} choice={choice} key={choice} onClose={() => setChoice(null)} />}
    </div>
  );
}
