import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";

interface Props {
  title: ComponentChildren;
  children: ComponentChildren;
}

/** A card that is open where there is room, and folded on a phone. */
export function Panel({ title, children }: Props) {
  const [open, setOpen] = useState(() => matchMedia("(min-width: 48rem)").matches);
  return (
    <details class="panel card" open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        <h2>{title}</h2>
      </summary>
      <div class="content">{children}</div>
    </details>
  );
}
