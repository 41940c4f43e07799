import type { Advice } from "../api/types";
import { isoWords, spanWords } from "../time/span";
import { Badge } from "./badge";
import { Button } from "./button";
import { Icon } from "./icon";

interface Props {
  advice: Advice;
  /** Where it can be followed at once: another role instead, another time. */
  onInstead?: (asked: string, lesser: string) => void;
  onShorter?: (duration: string) => void;
}

/** "for 95 min at most" as people say it. */
const minutesWords = (says: string): string =>
  says.replace(/\b(\d+) min\b/g, (_, minutes) => spanWords(Number(minutes) * 60));

/** Whether there is anything to weigh. */
export const hasAdvice = ({ tier, lesser, duration, together }: Advice): boolean =>
  tier !== null || lesser.length > 0 || duration !== null || together.length > 0;

/** What lets somebody get by with less, and what the role means beside what they hold. */
export function AdviceList({ advice, onInstead, onShorter }: Props) {
  const { tier, lesser, duration, together } = advice;
  if (!hasAdvice(advice)) return null;
  return (
    <ul class="advice" aria-label="To weigh">
      {tier !== null && (
        <li>
          <Icon name="shield" />
          <span>
            <Badge tone={tier === 0 ? "bad" : "plain"}>
              Tier {tier}
              {tier === 0 && ": most sensitive"}
            </Badge>
          </span>
        </li>
      )}
      {lesser.map((role) => (
        <li key={role.id}>
          <Icon name="info" />
          <span>
            {role.says} {role.opens && <span class="muted">It opens: {role.opens}</span>}
          </span>
          {onInstead && (
            <Button kind="quiet" onClick={() => onInstead(role.for, role.id)}>
              Ask for {role.name} instead
            </Button>
          )}
        </li>
      ))}
      {duration && (
        <li>
          <Icon name="wait" />
          <span>{minutesWords(duration.says)}</span>
          {onShorter && (
            <Button kind="quiet" onClick={() => onShorter(duration.suggested)}>
              Ask for {isoWords(duration.suggested)}
            </Button>
          )}
        </li>
      )}
      {together.map((role) => (
        <li key={role.id}>
          <Icon name="key" />
          <span>{role.says}</span>
        </li>
      ))}
    </ul>
  );
}
