import { useState } from "preact/hooks";
import { announce } from "../../announce";
import { Problem } from "../../api/problem";
import { act } from "../../api/session";
import type { Delegation } from "../../api/types";
import { Confirm } from "../../parts/confirm";
import { Field } from "../../parts/field";
import { Reason } from "../../parts/reason";
import { clock } from "../../time/clock";
import { fromLocal } from "../../time/local";
import { momentWords } from "../../time/moment";
import { complaintWords } from "../../words/complaints";
import { nameOf } from "../../words/requests";

const USUAL = ["On leave", "Off shift", "Away at a course"];

const FIELDS = ["delegate", "from", "until", "reason"] as const;
type Name = (typeof FIELDS)[number];
type Errors = Partial<Record<Name, string | null>>;

interface Props {
  onNamed: () => void;
  onClose: () => void;
}

interface InputProps {
  name: Name;
  label: string;
  hint?: string;
  type: "text" | "datetime-local";
  value: string;
  error: string | null | undefined;
  onInput: (value: string) => void;
}

function Input({ name, label, hint, type, value, error, onInput }: InputProps) {
  return (
    <Field id={`delegation-${name}`} label={label} hint={hint} error={error}>
      {(ids) => (
        <input
          {...ids}
          type={type}
          autocomplete="off"
          value={value}
          onInput={(event) => onInput(event.currentTarget.value)}
        />
      )}
    </Field>
  );
}

const missing = (form: Record<Name, string>): Errors => ({
  ...(!form.delegate.trim() && { delegate: "Say who." }),
  ...(!form.until && { until: "Say until when." }),
  ...(!form.reason.trim() && { reason: "Say why: they read it, and it goes into the history." }),
});

/** Naming somebody who decides in one's place: who, from when, until when, and why. */
export function NameDialog({ onNamed, onClose }: Props) {
  const [form, setForm] = useState({ delegate: "", from: "", until: "", reason: "" });
  const [errors, setErrors] = useState<Errors>({});
  const set = (name: Name) => (value: string) => {
    setForm({ ...form, [name]: value });
    setErrors({ ...errors, [name]: null });
  };
  const name = async () => {
    const { delegate, from, until, reason } = form;
    const body = {
      delegate: delegate.trim(),
      ...(from && { from: fromLocal(from) }),
      until: fromLocal(until),
      reason: reason.trim(),
    };
    try {
      const made = await act<Delegation>("/api/v1/delegations", body);
      announce(`${nameOf(made.delegate)} decides in your place until ${momentWords(made.until)}.`);
      onNamed();
    } catch (failed) {
      if (failed instanceof Problem)
        setErrors(Object.fromEntries(FIELDS.map((field) => [field, complaintWords(failed.of(field))])));
      throw failed;
    }
  };
  const input = (field: Name) => ({ name: field, value: form[field], error: errors[field], onInput: set(field) });
  return (
    <Confirm
      title="Name somebody who decides in your place"
      does="Name them"
      ready={() => {
        const found = missing(form);
        setErrors(found);
        return !Object.keys(found).length;
      }}
      onDo={name}
      onClose={onClose}
    >
      <p>You can still decide yourself: whoever is first decides for you both. They cannot hand it on.</p>
      <Input {...input("delegate")} label="Who" type="text" hint="The name that they sign in with, as name@company." />
      <Input {...input("from")} label="From" type="datetime-local" hint="From now on, if you leave it empty." />
      <Input {...input("until")} label="Until" type="datetime-local" hint={`Such as ${momentWords(new Date(clock.now() + 86_400_000).toISOString())}; 90 days at most.`} />
      <Reason id="delegation-reason" value={form.reason} onInput={set("reason")} usual={USUAL} error={errors.reason} />
    </Confirm>
  );
}
