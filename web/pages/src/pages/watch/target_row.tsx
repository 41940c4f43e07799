import type { Watched } from "../../api/types";
import { Badge, type Tone } from "../../parts/badge";
import { Ago } from "../../parts/time";
import { nameOf } from "../../words/requests";

function stateOf({ read_at, late, findings }: Watched): { label: string; tone: Tone } {
  if (!read_at) return { label: "Not read yet", tone: late ? "bad" : "wait" };
  if (late) return { label: "Out of date", tone: "bad" };
  if (!findings.length) return { label: "Explained", tone: "good" };
  return { label: findings.length === 1 ? "1 finding" : `${findings.length} findings`, tone: "bad" };
}

/** One target: whether all that was read is explained, and how fresh that is. */
export function TargetRow({ item }: { item: Watched }) {
  const { label, tone } = stateOf(item);
  const { emergency } = item;
  return (
    <li>
      <div class="row">
        <span class="what">{item.role_name}</span>
        <Badge tone={tone}>{label}</Badge>
        <span class="small">
          {emergency.length > 0 && `Held by emergency accounts: ${emergency.map(nameOf).join(", ")}`}
        </span>
        <span class="when small">{item.read_at && <Ago at={item.read_at} />}</span>
      </div>
    </li>
  );
}
