import { Chips } from "../../parts/chips";
import { Field } from "../../parts/field";
import { useNow } from "../../time/clock";
import { momentWords } from "../../time/moment";
import { readSpan, spanWords } from "../../time/span";
import { presetsOf, type Terms } from "./terms";

interface Props {
  /** As typed; nothing: what the roles suggest. */
  typed: string;
  terms: Terms;
  error: string | null;
  onInput: (typed: string) => void;
}

/** For how long: one tap, or typed; what was understood is said back. */
export function Duration({ typed, terms, error, onInput }: Props) {
  const now = useNow();
  const seconds = typed.trim() ? readSpan(typed) : terms.usual;
  const end = seconds === null ? null : new Date(now + seconds * 1000).toISOString();
  return (
    <>
      <Chips
        label="Usual times"
        choices={presetsOf(terms).map((preset) => ({
          value: preset,
          says: `${spanWords(preset)}${preset === terms.longest ? " (longest)" : ""}`,
        }))}
        chosen={seconds}
        onChoose={(preset) => onInput(spanWords(preset))}
      />
      <Field
        id="duration"
        label="Or another time"
        error={error}
        hint={
          !error &&
          seconds !== null &&
          end &&
          `${spanWords(seconds)}: until about ${momentWords(end)} if it starts now.`
        }
      >
        {(ids) => (
          <input
            {...ids}
            type="text"
            class="short"
            autocomplete="off"
            placeholder={spanWords(terms.usual)}
            value={typed}
            onInput={(event) => onInput(event.currentTarget.value)}
          />
        )}
      </Field>
    </>
  );
}
