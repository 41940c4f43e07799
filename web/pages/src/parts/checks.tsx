import type { Evidence } from "../api/types";
import { checkName, sourceName } from "../words/checks";
import { Icon, type IconName } from "./icon";
import { Moment } from "./time";

/** How a piece of evidence is shown; `sign_in` is a no that the fresh sign-in mends. */
export type Mark = Evidence["verdict"] | "sign_in";

const marks: Record<Mark, { icon: IconName; says: string }> = {
  pass: { icon: "check", says: "Passed" },
  fail: { icon: "cross", says: "Not passed" },
  unknown: { icon: "wait", says: "Not known yet" },
  sign_in: { icon: "key", says: "Needs a fresh sign-in" },
};

function Check({ piece, mark = piece.verdict }: { piece: Evidence; mark?: Mark }) {
  return (
    <li class={`check ${mark}`}>
      <span class="mark">
        <Icon name={marks[mark].icon} />
        <span class="unseen">{marks[mark].says}: </span>
      </span>
      <div>
        <p>
          <strong>{checkName(piece.check)}</strong> {piece.says}
        </p>
        {mark !== "pass" && piece.mend && <p class="mend">{piece.mend}</p>}
        <p class="source">
          {sourceName(piece.source)}
          {piece.observed_at && (
            <>
              , <Moment at={piece.observed_at} seconds />
            </>
          )}
        </p>
      </div>
    </li>
  );
}

const order: Record<Mark, number> = { fail: 0, unknown: 1, sign_in: 2, pass: 3 };

interface Props {
  evidence: Evidence[];
  markOf?: (piece: Evidence) => Mark;
  /** The checks that are read even when they passed; the others fold away then. */
  always: string[];
}

/** What was found out, the worst first. */
export function Checks({ evidence, markOf = (piece) => piece.verdict, always }: Props) {
  const sorted = [...evidence].sort((a, b) => order[markOf(a)] - order[markOf(b)]);
  const isShown = (piece: Evidence) => markOf(piece) !== "pass" || always.includes(piece.check);
  const shown = sorted.filter(isShown);
  const folded = sorted.filter((piece) => !isShown(piece));
  return (
    <>
      {shown.length > 0 && (
        <ul class="checks">
          {shown.map((piece, index) => (
            <Check piece={piece} mark={markOf(piece)} key={`${piece.code}${index}`} />
          ))}
        </ul>
      )}
      {folded.length > 0 && (
        <details class="fold">
          <summary>
            <Icon name="check" /> {folded.length} {shown.length ? "more " : ""}
            {folded.length === 1 ? "check" : "checks"} passed
          </summary>
          <ul class="checks">
            {folded.map((piece, index) => (
              <Check piece={piece} key={`${piece.code}${index}`} />
            ))}
          </ul>
        </details>
      )}
    </>
  );
}
