import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { announce } from "../announce";
import { asProblem, type Problem } from "../api/problem";
import { act } from "../api/session";
import { grantOver } from "../api/pace";
import type { Grant } from "../api/types";
import { useNow } from "../time/clock";
import { momentWords } from "../time/moment";
import { grantWords } from "../words/progress";
import { endedWords, grantShown, isHeld } from "../words/states";
import { Badge } from "./badge";
import { Button } from "./button";
import { Confirm } from "./confirm";
import { Extend } from "./extend";
import { Notice } from "./notice";
import { ProblemNotice } from "./problem_notice";
import { Reason, useReason } from "./reason";
import { Remaining } from "./remaining";
import { When } from "./time";
import { Watched } from "./watched";

const usualRevokes = ["No longer needed", "Asked for by mistake", "Looks like misuse"];

interface EndProps {
  grant: Grant;
  onChange: () => void;
  onClose: () => void;
}

function GiveBack({ grant, onChange, onClose }: EndProps) {
  const started = grant.state !== "waiting";
  const another = started ? grant.also_until : null;
  return (
    <Confirm
      title={`${started ? "Give back" : "Cancel"} ${grant.role_name}?`}
      does={started ? "Give it back" : "Cancel it"}
      onClose={onClose}
      onDo={async () => {
        await act<Grant>(`/api/v1/grants/${grant.id}/release`, {});
        announce(`${grant.role_name} is ${started ? "given back" : "cancelled"}.`);
        onChange();
      }}
    >
      <p>
        {!started
          ? "It has not started, and then it never will."
          : another
            ? `You hold the same by another grant, until ${momentWords(another)}: that one stays.`
            : "Your access is removed now instead of at its end."}{" "}
        If you need it again, you ask again.
      </p>
    </Confirm>
  );
}

function Revoke({ grant, holder, onChange, onClose }: EndProps & { holder: string | null }) {
  const reason = useReason(`revoke.${grant.id}`);
  return (
    <Confirm
      title={`Revoke ${grant.role_name}?`}
      does="Revoke now"
      kind="danger"
      onClose={onClose}
      ready={() => reason.demanded()}
      onDo={async () => {
        await act<Grant>(`/api/v1/grants/${grant.id}/revoke`, { reason: reason.said });
        reason.sent();
        announce(`${grant.role_name} is revoked.`);
        onChange();
      }}
    >
      <p>{holder ?? "Its holder"} loses this access as soon as Entra removes it, and is told.</p>
      <Reason id="revoke-reason" usual={usualRevokes} {...reason.field} />
    </Confirm>
  );
}

/** Leaves for the sign-in that starts it; says so where it cannot be started, or could not the last time. */
function Start({ grant, onChange, children }: { grant: Grant; onChange: () => void; children: ComponentChildren }) {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const start = async () => {
    setBusy(true);
    setProblem(null);
    try {
      await act<never>(`/api/v1/grants/${grant.id}/activate`, {});
    } catch (error) {
      setProblem(asProblem(error));
      setBusy(false);
      onChange();
    }
  };
  return (
    <>
      {grant.why_says && (
        <Notice tone="bad" title={grant.why_says}>
          {grant.why_mend && <p>{grant.why_mend}</p>}
        </Notice>
      )}
      {problem && <ProblemNotice problem={problem} />}
      <div class="buttons">
        <Button kind="primary" busy={busy} onClick={() => void start()}>
          Start now
        </Button>
        {children}
      </div>
    </>
  );
}

interface Props {
  grant: Grant;
  /** What somebody may do who looks: its holder gives it back, approvers and administrators revoke. */
  may: "release" | "revoke" | "look";
  /** Whom it belongs to, where that is not the reader. */
  holder?: string | null;
  onChange: () => void;
  children?: ComponentChildren;
}

/** Access to one role: how it stands, how long it lasts, and ending it. */
export function GrantCard({ grant, may, holder = null, onChange, children }: Props) {
  const [asking, setAsking] = useState(false);
  const [extending, setExtending] = useState(false);
  const now = useNow();
  const { label, tone } = grantShown(grant);
  const over = grantOver(grant);
  const live = grant.state === "active" && grant.starts_at && grant.ends_at;
  const close = () => setAsking(false);
  const endable = !over && grant.state !== "ending" && may !== "look" && !isHeld(grant); // then its request is cancelled
  const lastsLongest = Boolean(grant.ends_at && (grant.also_until ?? "") < grant.ends_at);
  const extensible = grant.state === "active" && grant.mode !== "pim_approval" && lastsLongest;
  const end =
    may === "release" ? (
      <Button onClick={() => setAsking(true)}>{grant.state === "waiting" ? "Cancel" : "Give back"}</Button>
    ) : (
      <Button kind="danger" onClick={() => setAsking(true)}>
        Revoke
      </Button>
    );
  return (
    <article class={`grant card ${grant.state}`}>
      <header>
        <h3>{grant.role_name}</h3>
        <Badge tone={tone}>{label}</Badge>
      </header>
      {live && grant.starts_at && grant.ends_at && <Remaining from={grant.starts_at} until={grant.ends_at} />}
      {!over && (
        <p class="state">
          {grant.ends_at && grant.state === "active" && (
            <>
              Ends by itself <When at={grant.ends_at} />.{" "}
            </>
          )}
          {grantWords(grant, now, holder)}
        </p>
      )}
      {over && (
        <p class="state">
          {endedWords(grant, holder)} {grant.why_mend}{" "}
          {grant.ended_at && (
            <span class="muted">
              Ended <When at={grant.ended_at} />.
            </span>
          )}
        </p>
      )}
      {grant.state === "ended" && grant.seen === "unknown" && (
        <p class="small">Whether it was ever live is not known: the directory could not be read in time.</p>
      )}
      <Watched grant={grant} holder={holder} />
      {children}
      {endable && grant.needs && may === "release" && (
        <Start grant={grant} onChange={onChange}>
          {end}
        </Start>
      )}
      {endable && !(grant.needs && may === "release") && (
        <div class="buttons">
          {extensible && may === "release" && <Button onClick={() => setExtending(true)}>More time…</Button>}
          {end}
        </div>
      )}
      {extending && <Extend grant={grant} onClose={() => setExtending(false)} />}
      {asking && may === "release" && <GiveBack grant={grant} onChange={onChange} onClose={close} />}
      {asking && may === "revoke" && <Revoke grant={grant} holder={holder} onChange={onChange} onClose={close} />}
    </article>
  );
}
