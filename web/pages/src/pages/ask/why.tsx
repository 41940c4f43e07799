import { Field } from "../../parts/field";
import type { Draft } from "./draft";
import { lengthOf, type Terms } from "./terms";

interface Props {
  filled: Draft;
  terms: Terms;
  /** Whether somebody decides by what is written here. */
  decided: boolean;
  wrong: { justification: string | null; ticket: string | null };
  onChange: (part: Partial<Draft>) => void;
}

const spelled = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? "" : "s"}`;

/** What for: the words that an approver decides by, and the ticket that they belong to. */
export function Why({ filled, terms, decided, wrong, onChange }: Props) {
  const length = lengthOf(filled.justification);
  return (
    <fieldset class="card">
      <legend>
        <h2>Why?</h2>
      </legend>
      <Field
        id="justification"
        label="What you need it for"
        error={wrong.justification}
        hint={
          length < terms.least
            ? `${length} of at least ${spelled(terms.least, "character")}`
            : decided
              ? "Your approver decides by this."
              : "It is kept in the history."
        }
      >
        {(wired) => (
          <textarea
            {...wired}
            rows={3}
            maxLength={4096}
            value={filled.justification}
            onInput={(event) => onChange({ justification: event.currentTarget.value })}
          />
        )}
      </Field>
      <Field
        id="ticket"
        label={
          <>
            Ticket <span class="optional">(optional)</span>
          </>
        }
        error={wrong.ticket}
      >
        {(wired) => (
          <input
            {...wired}
            type="text"
            class="short"
            maxLength={100}
            autocomplete="off"
            value={filled.ticket}
            onInput={(event) => onChange({ ticket: event.currentTarget.value })}
          />
        )}
      </Field>
    </fieldset>
  );
}
