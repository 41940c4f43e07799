import { useState } from "preact/hooks";
import { keep, kept } from "../keep";
import { Chips } from "./chips";
import { Field } from "./field";

/** A reason as it is typed, kept under a name until it was sent: nothing typed is lost. */
export function useReason(name: string) {
  const [value, setValue] = useState(() => kept<string>(name) ?? "");
  const [error, setError] = useState<string | null>(null);
  return {
    said: value.trim(),
    field: {
      value,
      error,
      onInput(typed: string) {
        setValue(typed);
        setError(null);
        keep(name, typed);
      },
    },
    /** Whether there is one; where not, the field says that it is needed. */
    demanded(says = "Say why: it goes into the history.") {
      if (!value.trim()) setError(says);
      return Boolean(value.trim());
    },
    sent: () => keep(name, null),
  };
}

interface Props {
  id: string;
  value: string;
  onInput: (value: string) => void;
  /** Reasons that are given often, one tap each. */
  usual: string[];
  error: string | null | undefined;
  optional?: boolean;
}

/** Why: a tap on what is usual, or words of one's own. */
export function Reason({ id, value, onInput, usual, error, optional }: Props) {
  return (
    <Field id={id} label={optional ? "Reason (optional)" : "Reason"} error={error}>
      {(ids) => (
        <>
          <Chips
            label="What is usual"
            choices={usual.map((reason) => ({ value: reason, says: reason }))}
            chosen={value}
            onChoose={(reason) => onInput(reason === value ? "" : reason)}
          />
          <textarea
            {...ids}
            rows={2}
            maxLength={2000}
            placeholder="Or in your own words"
            value={value}
            onInput={(event) => onInput(event.currentTarget.value)}
          />
        </>
      )}
    </Field>
  );
}
