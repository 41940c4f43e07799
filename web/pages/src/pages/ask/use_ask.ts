import { useEffect, useState } from "preact/hooks";
import type { Me, Role } from "../../api/types";
import { isoOf, readSpan } from "../../time/span";
import { complaintWords } from "../../words/complaints";
import { draft, type Draft } from "./draft";
import { heldOf, useHeld } from "./held";
import { durationError, justificationError, mayBeUrgent, termsOf } from "./terms";
import { useSend } from "./use_send";
import { useVerdict } from "./use_verdict";

/** The form: what is filled in, what follows from it, what is wrong with it, and sending it. */
export function useAsk(catalogue: Role[], me: Me) {
  const [filled, setFilled] = useState(() => draft.of(me.id));
  const [tried, setTried] = useState(false);
  const held = useHeld();
  const send = useSend();
  useEffect(() => draft.keep(me.id, filled), [filled]);

  const open = (role: Role) => !heldOf(role, held) && !role.missing.some(({ verdict }) => verdict === "fail");
  const roles = catalogue.filter((role) => filled.roles.includes(role.id) && open(role));
  const ids = roles.map((role) => role.id);
  const urgent = filled.urgent && mayBeUrgent(roles);
  const terms = termsOf(roles.length ? roles : catalogue, urgent);
  const typed = filled.duration.trim() ? readSpan(filled.duration) : terms.usual;
  const mistaken = {
    roles: roles.length ? null : "Choose at least one role.",
    duration: roles.length || filled.duration ? durationError(typed, terms) : null,
    justification: justificationError(filled.justification, terms),
  };
  const seconds = mistaken.duration ? null : typed;
  const look = useVerdict(ids, seconds, terms.least, urgent);
  const said = (field: string) => complaintWords((send.problem ?? look.problem)?.of(field));

  /** Sends it, unless something is wrong with it; says whether it went. */
  const submit = (): boolean => {
    setTried(true);
    if (mistaken.roles || mistaken.justification || seconds === null) return false;
    const ticket = filled.ticket.trim();
    void send.send({
      roles: ids,
      duration: isoOf(seconds),
      justification: filled.justification.trim(),
      ...(ticket && { ticket }),
      ...(urgent && { urgent }),
    });
    return true;
  };

  return {
    filled,
    change(part: Partial<Draft>) {
      setFilled((before) => ({ ...before, ...part }));
      send.clear();
    },
    held,
    urgent,
    roles,
    terms,
    seconds,
    look,
    /** What is shown as wrong: what is still empty only once it was sent. */
    wrong: {
      roles: (tried && mistaken.roles) || said("roles"),
      duration: mistaken.duration ?? said("duration"),
      urgent: said("urgent"),
      justification: (tried && mistaken.justification) || said("justification"),
      ticket: said("ticket"),
    },
    submit,
    busy: send.busy,
    problem: send.problem,
  };
}
