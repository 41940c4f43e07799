import type { ComponentChildren } from "preact";
import { Icon, type IconName } from "./icon";

type Tone = "info" | "good" | "bad" | "wait";

const icons: Record<Tone, IconName> = { info: "info", good: "check", bad: "warn", wait: "wait" };

interface Props {
  tone?: Tone;
  title: ComponentChildren;
  children?: ComponentChildren;
  action?: ComponentChildren;
  /** Said by screen readers as soon as it appears. */
  said?: boolean;
  id?: string;
}

export function Notice({ tone = "info", title, children, action, said, id }: Props) {
  return (
    <div class={`notice ${tone}`} role={said ? (tone === "bad" ? "alert" : "status") : undefined} id={id}>
      <Icon name={icons[tone]} />
      <div>
        <p class="title">{title}</p>
        {children && <div class="more">{children}</div>}
      </div>
      {action && <div class="action">{action}</div>}
    </div>
  );
}
