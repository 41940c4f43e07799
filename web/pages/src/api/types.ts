/** The JSON of the API as the pages read it; openapi.json describes it in full. Moments are RFC 3339, spans ISO 8601. */

export interface Person {
  id: string;
  name: string | null;
}

export interface Me extends Person {
  roles: string[];
  csrf: string;
  sign_in: { at: string };
  session_ends_at: string;
  safe_mode: boolean;
}

/** A role of a bundle. */
export interface MemberRole {
  id: string;
  name: string;
  product: string;
  opens: string | null;
}

/** A role of the catalogue, or a bundle of roles, as this person may ask for it. */
export interface Role {
  id: string;
  name: string;
  product: string | null;
  opens: string | null;
  tier: number | null;
  /**
   * "delegated": who holds it starts it, by signing in once more. "pim_approval": asking starts it, and PIM holds it until
   * it is approved there.
   */
  activation: string;
  limits: {
    shortest: string;
    longest: string;
    default: string;
    per_day?: number;
    cool_down?: string;
    at_once?: { person?: number; role?: number };
  };
  /** What stands in the way of asking for it now. */
  missing: Evidence[];
  /** Of a bundle: its roles, in the order in which they start. */
  roles?: MemberRole[];
  /** Of a bundle: "keep" or "undo" the others when one is not given. */
  when_one_fails?: string;
  /** How this person may have it before anybody approves it, if at all. */
  urgent?: { longest: string; reviews: { rule: string; within: string; from: string[] }[] } | null;
  requires: { code: string; says: string }[];
  approvers: { rule: string; need: number; within: string; from: string[] }[];
  usable_within: string | null;
  warnings: Warning[];
}

export interface Evidence {
  check: string;
  verdict: "pass" | "fail" | "unknown";
  code: string;
  says: string;
  mend: string | null;
  source: string;
  observed_at: string | null;
}

/** What a look at live access found wrong. */
export interface Doubt extends Evidence {
  since: string;
  revokes_at: string | null;
  revoked: boolean;
}

/** What should be known of a role itself. */
export interface Warning {
  code: string;
  says: string;
  mend: string | null;
}

/** What lets somebody get by with less; it decides nothing. */
export interface Advice {
  tier: number | null;
  lesser: { for: string; id: string; name: string; opens: string | null; says: string }[];
  duration: { suggested: string; says: string } | null;
  together: { id: string; says: string }[];
}

/** What a request would become. */
export interface Verdict {
  state: string;
  needs_sign_in: boolean;
  evidence: Evidence[];
  advice: Advice;
}

export interface Why {
  why: string | null;
  why_says: string | null;
  why_mend: string | null;
}

export interface Decision {
  by: Person;
  /** The approver in whose place it was made; null: their own. */
  for: Person | null;
  decision: "approve" | "deny";
  reason: string | null;
  duration: string | null;
  at: string;
}

/** One rule's approval: who may decide, and who has. */
export interface Approval {
  stage: number;
  rule: string;
  /** Stages of one rule are asked one after the other. */
  state: "waiting" | "asked" | "met";
  need: number;
  given: number;
  /** So many denials end the request. */
  deny: number;
  due_at: string | null;
  escalated_at: string | null;
  /** Approving takes a reason. */
  reason: boolean;
  /** Deciding takes a sign-in whose token says what was decided. */
  signed: boolean;
  approvers: (Person & {
    unreachable?: boolean;
    /** Who was asked to decide in their place, and until when they may. */
    delegates: (Person & { until: string })[];
  })[];
  decisions: Decision[];
}

/** Somebody decides in an approver's place for a time. */
export interface Delegation {
  id: string;
  state: "ahead" | "in_force" | "over";
  approver: Person;
  delegate: Person;
  from: string;
  until: string;
  reason: string | null;
  ended_at: string | null;
}

export interface Grant extends Why {
  id: string;
  request: string;
  role: string;
  role_name: string;
  state: string;
  start_by: string | null;
  starts_at: string | null;
  ends_at: string | null;
  ended_at: string | null;
  seen: string;
  /** Who activates it: Curfew ("application") or its holder ("delegated", and "pim_approval" when they ask). */
  mode: string;
  /** "sign_in": its holder starts it, by signing in once more. */
  needs: string | null;
  /** What is wrong while it is live, or what it was taken away for. */
  doubts: Doubt[];
  sign_out: { state: string; at: string } | null;
  /** Until when what was opened before may go on. */
  lingers: { until: string; longest: string; says: string } | null;
  usable_by: string | null;
  /** Until when other grants that are in force give the same access, without this one; null: none does. */
  also_until: string | null;
  /** Of a bundle: the role that is to be active before. */
  waits_for: string | null;
  directory: { status: string | null; request_id: string | null; seen_at: string | null };
}

/** A look afterwards, that one rule wants at access before approval. */
export interface Review {
  rule: string;
  due_at: string;
  reviewers: Person[];
  by: Person | null;
  outcome: "justified" | "unjustified" | null;
  reason: string | null;
  at: string | null;
}

/** Access before approval: who is told, and whether a review is owed. */
export interface Urgent {
  owed: boolean;
  overdue: boolean;
  reviews: Review[];
  passed_over: Person[];
}

export interface NamedRole {
  id: string;
  name: string;
  product: string;
  opens: string | null;
  warnings: Warning[];
  /** What was held of it already when it was asked for: this is more time for that. */
  extends?: { grant: string; ends_at: string | null };
}

export interface AccessRequest extends Why {
  id: string;
  state: string;
  requester: Person;
  roles: string[];
  named_roles: NamedRole[];
  /** What these are the roles of, where they were asked for as one. */
  urgent: Urgent | null;
  bundle: { id: string; name: string; opens: string | null; when_one_fails: string } | null;
  duration: string;
  start: string | null;
  justification: string | null;
  ticket: string | null;
  submitted_at: string;
  check_until: string | null;
  lapses_at: string | null;
  policy_version: string;
  evidence: Evidence[];
  /** Null once it is decided. */
  advice: Advice | null;
  approval: Approval[];
  grants: Grant[];
}

export interface Actor {
  kind: string;
  oid: string | null;
  name?: string | null;
}

/** One record of the history. */
export interface Event {
  seq: number;
  at: string;
  code: string;
  actor: Actor;
  subject: { oid: string; name?: string | null } | null;
  request: string | null;
  grant: string | null;
  role: string | null;
  role_name: string | null;
  from: string | null;
  to: string | null;
  detail: Record<string, unknown> | null;
}

/** Something in the directory that nothing explains. */
export interface Finding {
  id: string;
  kind: string;
  says: string;
  mend: string | null;
  since: string;
  /** false: the last readings did not show it. */
  seen: boolean;
}

/** A target of the catalogue, as it is watched. */
export interface Watched {
  target: string;
  role_name: string;
  read_at: string | null;
  /** Not read for so long that what happened since is not known. */
  late: boolean;
  emergency: Person[];
  findings: Finding[];
}

export interface Watch extends List<Watched> {
  lag_seconds: number;
  /** Whether anybody is told of what is found. */
  told: boolean;
}

export interface List<T> {
  items: T[];
  cursor: string | null;
}
