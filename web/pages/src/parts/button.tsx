import type { ComponentChildren } from "preact";

interface Props {
  children: ComponentChildren;
  kind?: "primary" | "plain" | "danger" | "quiet";
  submit?: boolean;
  /** At work: it stays where it is and can be read, and does nothing a second time. */
  busy?: boolean;
  /** Not usable now; what says why has this id. */
  blocked?: string | false | undefined;
  pressed?: boolean;
  onClick?: () => void;
}

export function Button({ children, kind = "plain", submit, busy, blocked, pressed, onClick }: Props) {
  const still = busy || Boolean(blocked);
  return (
    <button
      type={submit ? "submit" : "button"}
      class={`button ${kind}`}
      aria-disabled={still || undefined}
      aria-busy={busy || undefined}
      aria-pressed={pressed}
      aria-describedby={blocked || undefined}
      onClick={(event) => {
        if (still) event.preventDefault();
        else onClick?.();
      }}
    >
      {children}
    </button>
  );
}
