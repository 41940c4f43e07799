import { useRef } from "preact/hooks";
import { useLive } from "../../api/live";
import { RESTING } from "../../api/pace";
import type { List, Me, Role } from "../../api/types";
import { ArrivalNotice } from "../../parts/arrival_notice";
import { Button } from "../../parts/button";
import { Loaded } from "../../parts/loaded";
import { Notice } from "../../parts/notice";
import { PageTitle } from "../../parts/page_title";
import { ProblemNotice } from "../../parts/problem_notice";
import { isoWords } from "../../time/span";
import { Duration } from "./duration";
import { RoleCards } from "./role_cards";
import { mayBeUrgent } from "./terms";
import { UrgentChoice } from "./urgent";
import { useAsk } from "./use_ask";
import { VerdictPanel, wouldBeRefused } from "./verdict";
import { Why } from "./why";

interface Catalogue extends List<Role> {
  /** False: Entra did not say which groups the person is in, so roles may be missing. */
  complete: boolean;
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

/** The roles with a lesser one in the place of one that was asked for. */
function instead(roles: string[], asked: string, lesser: string): string[] {
  return [...roles.filter((id) => id !== asked && id !== lesser), lesser];
}

function AskForm({ catalogue, me }: { catalogue: Role[]; me: Me }) {
  const { filled, change, held, urgent, roles, terms, seconds, look, wrong, submit, busy, problem } = useAsk(catalogue, me);
  const form = useRef<HTMLFormElement>(null);

  const onSubmit = (event: Event) => {
    event.preventDefault();
    if (submit()) return;
    const wrong = roles.length ? "[aria-invalid]" : ".choose [type=checkbox]:enabled";
    setTimeout(() => form.current?.querySelector<HTMLElement>(wrong)?.focus()); // once it is drawn
  };

  return (
    <form class="ask" ref={form} onSubmit={onSubmit} noValidate>
      <div class="steps">
        <fieldset class="choose">
          <legend>
            <h2>What do you need?</h2>
          </legend>
          {wrong.roles && (
            <p class="error" role="alert">
              {wrong.roles}
            </p>
          )}
          <RoleCards
            roles={catalogue}
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
            error={wrong.duration}
            onInput={(duration) => change({ duration })}
          />
        </fieldset>
        {mayBeUrgent(roles) && (
          <UrgentChoice roles={roles} chosen={urgent} error={wrong.urgent} onChoose={(urgent) => change({ urgent })} />
        )}
        <Why
          filled={filled}
          terms={terms}
          decided={!urgent && roles.some((role) => role.approvers.length > 0)}
          wrong={wrong}
          onChange={change}
        />
      </div>
      <aside class="verdict card" aria-label="What would come of it">
        <h2>What would come of it</h2>
        <VerdictPanel
          roles={roles}
          seconds={seconds}
          look={look}
          urgent={urgent}
          onInstead={(asked, lesser) => change({ roles: instead(filled.roles, asked, lesser) })}
          onShorter={(duration) => change({ duration: isoWords(duration) })}
        />
        {problem && <ProblemNotice problem={problem} />}
        <Button kind={look.verdict && wouldBeRefused(look.verdict) ? "plain" : "primary"} submit busy={busy}>
          {look.verdict?.needs_sign_in ? "Sign in again and ask" : urgent ? "Take it now" : "Ask for access"}
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
      <ArrivalNotice />
      <Loaded live={catalogue} lines={6}>
        {(value) => (
          <>
            {!value.complete && (
              <Notice tone="wait" title="Some roles may be missing.">
                <p>Entra did not say which groups you are in. Curfew asks again by itself.</p>
              </Notice>
            )}
            {value.items.length ? <AskForm catalogue={value.items} me={me} /> : value.complete && <Nothing />}
          </>
        )}
      </Loaded>
    </>
  );
}
