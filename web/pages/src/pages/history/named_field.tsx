import { useEffect, useId, useState } from "preact/hooks";
import { Field } from "../../parts/field";
import { idOf } from "./people";

interface Props {
  id: string;
  label: string;
  /** The id that is filtered by; nothing: everybody. */
  value: string;
  names: Map<string, string>;
  isId?: RegExp;
  onChange: (id: string) => void;
}

/** Filters by a name that was seen, or by any id. */
export function NamedField({ id, label, value, names, isId, onChange }: Props) {
  const shown = names.get(value) ?? value;
  const [typed, setTyped] = useState(shown);
  const [error, setError] = useState<string | null>(null);
  const list = useId();
  useEffect(() => {
    setTyped(shown);
    setError(null);
  }, [shown]);
  return (
    <Field id={id} label={label} error={error}>
      {(ids) => (
        <>
          <input
            {...ids}
            type="text"
            list={list}
            autocomplete="off"
            placeholder="Any"
            value={typed}
            onInput={(event) => setTyped(event.currentTarget.value)}
            onChange={(event) => {
              const found = idOf(event.currentTarget.value, names, isId);
              setError(found === null ? "Not seen yet: choose from the list, or give the id." : null);
              if (found !== null && found !== value) onChange(found);
            }}
          />
          <datalist id={list}>
            {[...new Set(names.values())].sort().map((name) => (
              <option value={name} key={name} />
            ))}
          </datalist>
        </>
      )}
    </Field>
  );
}
