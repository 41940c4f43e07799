import type { AccessRequest } from "../../api/types";
import { Icon, type IconName } from "../../parts/icon";
import { Moment } from "../../parts/time";
import { stepsOf, type Step } from "./steps";

const icons: Record<Step["state"], IconName | null> = { done: "check", now: "wait", bad: "cross", next: null };
const states: Record<Step["state"], string> = { done: "", now: "Now: ", bad: "", next: "Still to come: " };

/** What happened, what happens now, and what comes. */
export function Timeline({ request }: { request: AccessRequest }) {
  return (
    <ol class="timeline">
      {stepsOf(request).map((step) => {
        const icon = icons[step.state];
        return (
          <li class={step.state} key={step.title}>
            <span class="dot">{icon && <Icon name={icon} />}</span>
            <span>
              {states[step.state] && <span class="unseen">{states[step.state]}</span>}
              {step.title}
            </span>
            {step.at && (
              <span class="when small">
                <Moment at={step.at} seconds={step.state !== "next"} />
              </span>
            )}
          </li>
        );
      })}
    </ol>
  );
}
