import type { ComponentChildren } from "preact";

interface Choice<T> {
  value: T;
  says: ComponentChildren;
}

interface Props<T> {
  /** The name of the group, or the id of what names it. */
  label?: string;
  labelledBy?: string;
  choices: Choice<T>[];
  /** Left out where a tap does something and leaves nothing chosen. */
  chosen?: T | null;
  onChoose: (value: T) => void;
}

/** What is chosen most, one tap each. */
export function Chips<T extends string | number>({ label, labelledBy, choices, chosen, onChoose }: Props<T>) {
  return (
    <div class="chips" role="group" aria-label={label} aria-labelledby={labelledBy}>
      {choices.map(({ value, says }) => (
        <button
          type="button"
          class="chip"
          key={value}
          aria-pressed={chosen === undefined ? undefined : value === chosen}
          onClick={() => onChoose(value)}
        >
          {says}
        </button>
      ))}
    </div>
  );
}
