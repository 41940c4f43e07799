import type { ComponentChildren } from "preact";

export type Tone = "plain" | "good" | "bad" | "wait" | "accent";

export function Badge({ tone = "plain", children }: { tone?: Tone; children: ComponentChildren }) {
  return <span class={`badge ${tone}`}>{children}</span>;
}
