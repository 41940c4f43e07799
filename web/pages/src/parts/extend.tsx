import { useState } from "preact/hooks";
import { announce } from "../announce";
import { act } from "../api/session";
import type { AccessRequest, Grant } from "../api/types";
import { keep, kept } from "../keep";
import { go } from "../route";
import { useNow } from "../time/clock";
import { momentWords } from "../time/moment";
import { isoOf, readSpan, spanWords } from "../time/span";
import { Chips } from "./chips";
import { Confirm } from "./confirm";
import { Field } from "./field";

const USUAL = [1800, 3600, 2 * 3600, 4 * 3600];

interface Typed {
  duration: string;
  why: string;
}

interface HowLongProps {
  typed: string;
  error: string | undefined;
  onInput: (typed: string) => void;
}

function HowLong({ typed, error, onInput }: HowLongProps) {
  const seconds = readSpan(typed);
  const now = useNow();
  const until = seconds === null ? null : momentWords(new Date(now + seconds * 1000).toISOString());
  const hint = !error && seconds !== null && `${spanWords(seconds)}: until about ${until} if it starts now.`;
  return (
    <Field id="extend-duration" label="How long from its start" error={error} hint={hint}>
      {(ids) => (
        <>
          <Chips
            label="Usual times"
            choices={USUAL.map((value) => ({ value, says: spanWords(value) }))}
            chosen={seconds}
            onChoose={(value) => onInput(spanWords(value))}
          />
          <input
            {...ids}
            type="text"
            class="short"
            autocomplete="off"
            value={typed}
            onInput={(event) => onInput(event.currentTarget.value)}
          />
        </>
      )}
    </Field>
  );
}

interface Props {
  grant: Grant;
  onClose: () => void;
}

/** Asks for more time, before the end: a request of its own, with its own approval. */
export function Extend({ grant, onClose }: Props) {
  const name = `extend.${grant.id}`;
  const now = useNow();
  const [typed, setTyped] = useState<Typed>(() => kept<Typed>(name) ?? { duration: "", why: "" });
  const [wrong, setWrong] = useState<Partial<Typed>>({});
  const seconds = readSpan(typed.duration);
  const longer = grant.ends_at !== null && now + (seconds ?? 0) * 1000 > Date.parse(grant.ends_at);
  const write = (change: Partial<Typed>) => {
    setTyped({ ...typed, ...change });
    setWrong({});
    keep(name, { ...typed, ...change });
  };
  const ready = () => {
    const found: Partial<Typed> = {};
    if (!longer) found.duration = seconds === null ? "Say how long." : "You hold it longer than that already.";
    if (!typed.why.trim()) found.why = "Say why you need it longer.";
    setWrong(found);
    return !found.duration && !found.why;
  };
  return (
    <Confirm
      title={`More time for ${grant.role_name}?`}
      does="Ask for more time"
      onClose={onClose}
      ready={ready}
      onDo={async () => {
        const body = { duration: isoOf(seconds ?? 0), justification: typed.why.trim() };
        const request = await act<AccessRequest>(`/api/v1/grants/${grant.id}/extend`, body);
        keep(name, null);
        announce("Your request for more time was sent.");
        go(`/requests/${request.id}`);
      }}
    >
      <p>
        It is approved like any request. What you hold goes on meanwhile
        {grant.ends_at && `, until ${momentWords(grant.ends_at)}`}.
      </p>
      {grant.mode === "delegated" && (
        <p>You start it yourself, by signing in once more. What you hold ends then: expect a gap of a minute or two.</p>
      )}
      <HowLong typed={typed.duration} error={wrong.duration} onInput={(duration) => write({ duration })} />
      <Field id="extend-why" label="Why" error={wrong.why}>
        {(ids) => (
          <textarea
            {...ids}
            rows={3}
            maxLength={4096}
            value={typed.why}
            onInput={(event) => write({ why: event.currentTarget.value })}
          />
        )}
      </Field>
    </Confirm>
  );
}
