import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";

interface Props {
  title: ComponentChildren;
  /** On a ground of its own. */
  card?: boolean;
  children: ComponentChildren;
}

/** A part of a page under a heading, by which screen readers name it. */
export function Section({ title, card, children }: Props) {
  const heading = useId();
  return (
    <section class={card ? "card" : undefined} aria-labelledby={heading}>
      <h2 id={heading}>{title}</h2>
      {children}
    </section>
  );
}
