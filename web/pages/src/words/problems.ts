/** What the codes of problems mean to a person, and what they can do. */
interface Help {
  /** Instead of the API's own sentence. */
  says?: string;
  mend?: string;
}

const help: Record<string, Help> = {
  offline: {
    says: "Curfew cannot be reached.",
    mend: "Look at your network. What you typed is kept. Access that is live still ends at its time by itself.",
  },
  slow: { says: "Curfew takes longer than it should.", mend: "Try again: what is sent twice is done once." },
  unavailable: { mend: "Try again in a minute. What you typed is kept." },
  too_many: {
    says: "That was too often in a short time.",
    mend: "Wait a while, then try again. What you typed is kept.",
  },
  step_up_needed: { mend: "Sign in again: you come back to this page, and nothing you typed is lost." },
  not_found: {
    says: "There is nothing here for you.",
    mend: "The address may be wrong, or the link may be too old, or for somebody else than you are signed in as.",
  },
  nobody_can_approve: { mend: "Ask the owner of the policy to name more approvers." },
  already_held: { mend: "Look under My access until when." },
  broken: { says: "Curfew made a mistake.", mend: "Try again. If it stays, give the number to your administrator." },
};

/** What a sign-in that went wrong left in `/?problem=…`. */
const arrivals: Record<string, Required<Help>> = {
  sign_in_lost: {
    says: "The sign-in was interrupted, or took longer than ten minutes.",
    mend: "Sign in again. If it happens each time, allow cookies for this site.",
  },
  sign_in_used: {
    says: "That sign-in was used already.",
    mend: "Sign in again from here, not from the browser's history.",
  },
  sign_in_declined: { says: "The sign-in was cancelled.", mend: "Nothing was changed. Sign in when you are ready." },
  not_signed_in: {
    says: "The sign-in did not work.",
    mend: "Try again. If it stays, ask your administrator: the reason is in Curfew's log.",
  },
  guest: {
    says: "Guest accounts cannot use Curfew.",
    mend: "Sign in with an account of this organisation.",
  },
  somebody_else: {
    says: "You came back as somebody else than you were before.",
    mend: "Nothing was sent. Sign in with the account that you began with.",
  },
  purpose_over: {
    says: "The fresh sign-in took longer than ten minutes, or was used already.",
    mend: "Nothing was sent. Send your request again.",
  },
  step_up_needed: {
    says: "Entra wants a stronger sign-in than the one you brought.",
    mend: "Sign in again, with the method that your organisation asks for.",
  },
  unavailable: {
    says: "Curfew or Microsoft Entra could not do that at the moment.",
    mend: "Nothing was changed. Try again in a minute.",
  },
  conflict: {
    says: "You have asked for this role already, or hold it.",
    mend: "Nothing was sent. Look under My access.",
  },
  refused_by_policy: {
    says: "The policy does not allow this request any more.",
    mend: "Nothing was sent. Look at what is marked below and change it.",
  },
  too_many: {
    says: "You have asked too often in the last hour.",
    mend: "Nothing was sent. Wait a while, then send it again.",
  },
  pim_not_approver: {
    says: "You are no approver of this role in PIM.",
    mend: "A denial stands here all the same. An approval does not count: somebody who is an approver there can still give it.",
  },
  approval_unproven: {
    says: "What you signed does not prove this approval.",
    mend: "Your approval was not written down, and your administrator has an alarm. Decide again.",
  },
  pim_decided_already: {
    says: "Somebody has decided on this in PIM already.",
    mend: "Your approval was not written down. What was approved there alone is taken away.",
  },
  pim_outcome_unknown: {
    says: "PIM did not say whether it took your decision.",
    mend: "It is not sent again. Curfew reads until it knows: look here again in a few minutes.",
  },
  pim_holds_not_yet: {
    says: "PIM does not hold this any more, or not yet.",
    mend: "Your approval was not written down. A denial stands.",
  },
  pim_refused: {
    says: "PIM did not take your decision.",
    mend: "An approval does not count: try again, or ask your administrator, who finds PIM's answer in the history. A denial stands.",
  },
  pim_unread: { says: "PIM did not answer.", mend: "Your approval was not written down: try again in a minute. A denial stands." },
  on_behalf_no_consent: {
    says: "Nobody has consented to Curfew acting in the name of people.",
    mend: "Your approval was not written down: ask your administrator to grant consent. A denial stands.",
  },
  on_behalf_step_up: {
    says: "Entra wants another sign-in before Curfew may act in your name.",
    mend: "Your approval was not written down: decide again, and do what the sign-in page asks for. A denial stands.",
  },
  on_behalf_unavailable: {
    says: "Entra's sign-in service did not answer.",
    mend: "Your approval was not written down: try again in a minute. A denial stands.",
  },
  on_behalf_refused: {
    says: "Entra did not let Curfew act in your name.",
    mend: "Your approval was not written down: try again, or ask your administrator. A denial stands.",
  },
  invalid: { says: "Something in the request is not right.", mend: "Nothing was sent. Look at what is marked below." },
};

/** What became of a decision that was to be made by the sign-in. */
const decisions: Record<string, Required<Help>> = {
  conflict: { says: "Your decision came too late, or the request has changed.", mend: "Nothing was decided by you: it stands below how it is now." },
  denied: { says: "You are not an approver of this request any more.", mend: "Nothing was decided." },
  not_found: { says: "You are not an approver of this request any more.", mend: "Nothing was decided." },
  refused_by_policy: { says: "The policy does not allow this decision.", mend: "Nothing was decided. Decide again for a shorter time." },
  too_many: { says: "You have decided too often in the last hour.", mend: "Nothing was decided. Wait a while, then decide again." },
  unavailable: { says: "Curfew or Microsoft Entra could not do that at the moment.", mend: "Nothing was decided. Try again in a minute." },
  mfa_missing: { says: "Your sign-in was without multifactor authentication.", mend: "Nothing was decided. Decide again and use your second factor." },
  mfa_context_missing: { says: "Your sign-in was not as strong as this role demands.", mend: "Nothing was decided. Decide again, with the stronger method." },
  mfa_context_unbacked: { says: "What your sign-in proves counts for nothing at the moment.", mend: "Nothing was decided. Ask your administrator to look at Conditional Access." },
  mfa_context_unread: { says: "Entra did not say what your sign-in proves.", mend: "Nothing was decided. Try again in a minute." },
  mfa_unseen: { says: "Your sign-in did not prove when you used your second factor.", mend: "Nothing was decided. Decide again and sign in when Entra asks for it." },
  mfa_stale: { says: "Your second factor was used too long ago.", mend: "Nothing was decided. Decide again and sign in when Entra asks for it." },
};

export const helpWith = (code: string): Help => help[code] ?? {};

/** `decided`: it was a decision that the sign-in was for. */
export const arrivalHelp = (code: string, decided?: boolean): Required<Help> =>
  (decided ? decisions[code] : undefined) ??
  arrivals[code] ?? { says: "That did not work.", mend: "Nothing was sent. Try again." };
