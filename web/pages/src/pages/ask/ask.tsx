import { useEffect, useRef, useState } from "preact/hooks";
import { useLive } from "../../api/live";
import { RESTING } from "../../api/pace";
import type { List, Me, Role } from "../../api/types";
import { arrivalProblem } from "../../arrival";
import { Button } from "../../parts/button";
import { Field } from "../../parts/field";
import { Loaded } from "../../parts/loaded";
import { Notice } from "../../parts/notice";
import { PageTitle } from "../../parts/page_title";
import { ProblemNotice } from "../../parts/problem_notice";
import { isoOf, readSpan } from "../../time/span";
import { complaintWords } from "../../words/complaints";
import { arrivalHelp } from "../../words/problems";
import { draft, type Draft } from "./draft";
import { Duration } from "./duration";
import { useHeld } from "./held";
import { RoleCards } from "./role_cards";
import { durationError, justificationError, lengthOf, termsOf } from "./terms";
import { useSend } from "./use_send";
import { useVerdict } from "./use_verdict";
import { VerdictPanel } from "./verdict";

interface Catalogue extends List<Role> {
  /** False: Entra did not say which groups the person is in, so roles may be missing. */
  complete: boolean;
}

function Arrival() {
  const code = arrivalProblem.use();
  if (!code) return null;
  const { says, mend } = arrivalHelp(code);
  return (
    <Notice tone="bad" title={says} said action={<Button onClick={() => arrivalProblem.set(null)}>Close</Button>}>
      <p>{mend}</p>
    </Notice>
  );
}

function Nothing() {
  return (
    <Notice title="There is nothing that you may ask for.">
      <p>
        The policy names no role for you. If you think it should, ask whoever looks after Curfew in your organisation.
      </p>
    </Notice>
  );
}

function AskForm({ catalogue, me }: { catalogue: Catalogue; me: Me }) {
  const [filled, setFilled] = useState(() => draft.of(me.id));
  const [tried, setTried] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  const held = useHeld();
  const send = useSend();

  const roles = catalogue.items.filter((role) => filled.roles.includes(role.id) && !held.has(role.id));
  const terms = termsOf(roles.length ? roles : catalogue.items);
  const seconds = filled.duration.trim() ? readSpan(filled.duration) : terms.usual;
  const durationWrong = roles.length || filled.duration ? durationError(seconds, terms) : null;
  const justificationWrong = justificationError(filled.justification, terms);
  const ids = roles.map((role) => role.id);
  const look = useVerdict(ids, durationWrong ? null : seconds, terms.least);
  const said = send.problem ?? look.problem;
  const length = lengthOf(filled.justification);

  useEffect(() => draft.keep(me.id, filled), [filled]);
  const change = (part: Partial<Draft>) => {
    setFilled((before) => ({ ...before, ...part }));
    send.clear();
  };
  const complaint = (field: string) => complaintWords(said?.of(field));

  const submit = (event: Event) => {
    event.preventDefault();
    setTried(true);
    if (!roles.length || durationWrong || justificationWrong || seconds === null) {
      setTimeout(() => form.current?.querySelector<HTMLElement>("[aria-invalid], .choose [type=checkbox]")?.focus());
      return;
    }
    const ticket = filled.ticket.trim();
    void send.send({
      roles: ids,
      duration: isoOf(seconds),
      justification: filled.justification.trim(),
      ...(ticket && { ticket }),
    });
  };

  return (
    <form class="ask" ref={form} onSubmit={submit} noValidate>
      <div class="steps">
        <fieldset class="choose">
          <legend>
            <h2>What do you need?</h2>
          </legend>
          {tried && !roles.length && <p class="error">Choose at least one role.</p>}
          {complaint("roles") && <p class="error">{complaint("roles")}</p>}
          <RoleCards
            roles={catalogue.items}
            chosen={filled.roles}
            held={held}
            onChange={(chosen) => change({ roles: chosen })}
          />
        </fieldset>
        <fieldset class="card">
          <legend>
            <h2>For how long?</h2>
          </legend>
          <Duration
            typed={filled.duration}
            terms={terms}
            error={durationWrong ?? complaint("duration")}
            onInput={(duration) => change({ duration })}
          />
        </fieldset>
        <fieldset class="card">
          <legend>
            <h2>Why?</h2>
          </legend>
          <Field
            id="justification"
            label="What you need it for"
            error={(tried && justificationWrong) || complaint("justification")}
            hint={
              length >= terms.least
                ? "Your approver decides by this."
                : `${length} of at least ${terms.least} characters`
            }
          >
            {(wired) => (
              <textarea
                {...wired}
                rows={3}
                maxLength={4096}
                value={filled.justification}
                onInput={(event) => change({ justification: event.currentTarget.value })}
              />
            )}
          </Field>
          <Field
            id="ticket"
            label={
              <>
                Ticket <span class="optional">(optional)</span>
              </>
            }
            error={complaint("ticket")}
          >
            {(wired) => (
              <input
                {...wired}
                type="text"
                class="short"
                maxLength={100}
                autocomplete="off"
                value={filled.ticket}
                onInput={(event) => change({ ticket: event.currentTarget.value })}
              />
            )}
          </Field>
        </fieldset>
      </div>
      <aside class="verdict card" aria-label="What would come of it">
        <h2>What would come of it</h2>
        <VerdictPanel roles={roles} seconds={durationWrong ? null : seconds} look={look} />
        {send.problem && <ProblemNotice problem={send.problem} />}
        <Button kind="primary" submit busy={send.busy}>
          {look.verdict?.needs_sign_in ? "Sign in again and ask" : "Ask for access"}
        </Button>
      </aside>
    </form>
  );
}

/** Asking: from "I need this" to a verdict in one form. */
export function Ask({ me }: { me: Me }) {
  const catalogue = useLive<Catalogue>("/api/v1/roles", () => RESTING * 5);
  return (
    <>
      <PageTitle title="Ask for access" />
      <Arrival />
      <Loaded live={catalogue} lines={6}>
        {(value) => (
          <>
            {!value.complete && (
              <Notice tone="wait" title="Some roles may be missing.">
                <p>Entra did not say which groups you are in. Curfew asks again by itself.</p>
              </Notice>
            )}
            {value.items.length ? <AskForm catalogue={value} me={me} /> : value.complete && <Nothing />}
          </>
        )}
      </Loaded>
    </>
  );
}
