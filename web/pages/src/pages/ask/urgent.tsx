import type { Role } from "../../api/types";
import { isoWords } from "../../time/span";

interface Props {
  roles: Role[];
  chosen: boolean;
  error: string | null;
  onChoose: (urgent: boolean) => void;
}

/** What cannot wait for approval, and what that costs. */
export function UrgentChoice({ roles, chosen, error, onChoose }: Props) {
  const reviews = roles.flatMap(({ urgent }) => urgent?.reviews ?? []);
  const who = [...new Set(reviews.flatMap(({ from }) => from))].join(", ");
  const within = isoWords(reviews[0]?.within ?? "");
  return (
    <fieldset class="card">
      <legend>
        <h2>Can it wait?</h2>
      </legend>
      <div class="choice">
        <input
          type="checkbox"
          id="urgent"
          checked={chosen}
          aria-describedby="urgent-more"
          onChange={(event) => onChoose(event.currentTarget.checked)}
        />
        <label for="urgent">It cannot wait for approval</label>
      </div>
      {error && (
        <p class="error" role="alert">
          {error}
        </p>
      )}
      <p class="small" id="urgent-more">
        You get it at once, for at most {isoWords(roles[0]?.urgent?.longest ?? "")}. Everybody whose approval is passed
        over is told, and one of {who} reviews it within {within}. Until then you can have nothing else like this.
      </p>
    </fieldset>
  );
}
