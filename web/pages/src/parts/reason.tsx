import { Chips } from "./chips";
import { Field } from "./field";

interface Props {
  id: string;
  value: string;
  onInput: (value: string) => void;
  /** Reasons that are given often, one tap each. */
  usual: string[];
  error: string | null | undefined;
}

/** Why: a tap on what is usual, or words of one's own. */
export function Reason({ id, value, onInput, usual, error }: Props) {
  return (
    <Field id={id} label="Reason" error={error}>
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
