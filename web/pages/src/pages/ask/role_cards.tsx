import type { Role } from "../../api/types";
import { Badge } from "../../parts/badge";
import { Icon, type IconName } from "../../parts/icon";
import { isoWords, spanWords } from "../../time/span";
import { undoWords } from "../../words/requests";
import { heldOf, type Held } from "./held";

const approvalWords = (role: Role): string =>
  role.approvers.length
    ? role.approvers.map(({ need, from }) => `${need} of ${from.join(", ")} must approve`).join("; ")
    : "no approval needed";

/** What must be true of whoever asks; approval and justification are said where they are given. */
const demandIcons: Record<string, IconName> = {
  requires_context: "key",
  requires_context_aged: "key",
  requires_mfa: "key",
  requires_mfa_aged: "key",
  requires_device: "device",
  requires_risk: "shield",
};

/** The sentence of the API in the middle of a line, with "480 min" as people say it. */
function demandWords(says: string): string {
  const words = says.replace(/\b(\d+) min\b/g, (_, minutes) => spanWords(Number(minutes) * 60));
  return words.charAt(0).toLowerCase() + words.slice(1);
}

/** How often, and how many at once: said only of roles that a rule says it of. */
function limitWords({ limits }: Role): string[] {
  const words: string[] = [];
  if (limits.per_day) words.push(`${limits.per_day} times a day at most`);
  if (limits.cool_down) words.push(`${isoWords(limits.cool_down)} between two times`);
  if (limits.at_once?.role) words.push(`held by ${limits.at_once.role} at once`);
  if (limits.at_once?.person) words.push(`${limits.at_once.person} of your roles at once`);
  return words;
}

function Facts({ role }: { role: Role }) {
  const demands = role.requires.filter(({ code }) => code !== "requires_approval" && code !== "requires_justification");
  return (
    <ul class="facts">
      <li>
        <Icon name="wait" /> up to {isoWords(role.limits.longest)}
      </li>
      {limitWords(role).map((words) => (
        <li key={words}>
          <Icon name="wait" /> {words}
        </li>
      ))}
      <li>
        <Icon name="person" /> {approvalWords(role)}
      </li>
      {role.usable_within && (
        <li>
          <Icon name="wait" /> tools may take {isoWords(role.usable_within)} to see it
        </li>
      )}
      {demands.map(({ code, says }) => (
        <li key={code}>
          <Icon name={demandIcons[code] ?? "info"} /> {demandWords(says)}
        </li>
      ))}
    </ul>
  );
}

interface CardProps {
  role: Role;
  chosen: boolean;
  held: Held | undefined;
  onChoose: (chosen: boolean) => void;
}

function RoleCard({ role, chosen, held, onChoose }: CardProps) {
  const id = `role-${role.id}`;
  const barred = role.missing.some(({ verdict }) => verdict === "fail");
  const shut = Boolean(held) || barred;
  return (
    <div class={`role card${shut ? " held" : chosen ? " chosen" : ""}`}>
      <input
        type="checkbox"
        id={id}
        checked={chosen && !shut}
        disabled={shut}
        aria-describedby={`${id}-more`}
        onChange={(event) => onChoose(event.currentTarget.checked)}
      />
      <div>
        <label for={id}>{role.name}</label>
        {role.tier !== null && (
          <Badge tone={role.tier === 0 ? "bad" : "plain"}>
            Tier {role.tier}
            {role.tier === 0 && ": most sensitive"}
          </Badge>
        )}
        <div id={`${id}-more`}>
          {role.opens && <p>{role.opens}</p>}
          {role.roles && (
            <p>
              {role.roles.map(({ name }) => name).join(", then ")}. {undoWords(role.when_one_fails ?? "keep")}
            </p>
          )}
          <Facts role={role} />
          {!held &&
            role.missing.map(({ code, says, mend }) => (
              <p class="missing" key={code}>
                <Icon name={barred ? "cross" : "wait"} /> {says} {mend}
              </p>
            ))}
          {role.warnings.map(({ code, says }) => (
            <p class="small" key={code}>
              <Icon name="warn" /> {says}
            </p>
          ))}
        </div>
        {held && (
          <p class="held-note">
            <Badge tone="accent">{held.says}</Badge> <a href={`/requests/${held.request}`}>See how it stands</a>
          </p>
        )}
      </div>
    </div>
  );
}

interface Props {
  roles: Role[];
  chosen: string[];
  held: Map<string, Held>;
  onChange: (chosen: string[]) => void;
}

/** A bundle is asked for by itself. */
const withRole = (roles: Role[], chosen: string[], role: Role): string[] =>
  role.roles ? [role.id] : [...chosen.filter((id) => !roles.find((one) => one.id === id)?.roles), role.id];

/** The catalogue, by product. */
export function RoleCards({ roles, chosen, held, onChange }: Props) {
  const products = [...new Set(roles.map((role) => role.product ?? "Other"))];
  return (
    <>
      {products.map((product) => (
        <section class="product" key={product} aria-label={product}>
          <h3>{product}</h3>
          {roles
            .filter((role) => (role.product ?? "Other") === product)
            .map((role) => (
              <RoleCard
                key={role.id}
                role={role}
                chosen={chosen.includes(role.id)}
                held={heldOf(role, held)}
                onChoose={(add) =>
                  onChange(add ? withRole(roles, chosen, role) : chosen.filter((id) => id !== role.id))
                }
              />
            ))}
        </section>
      ))}
    </>
  );
}
