/** What went wrong with a call: as the API says it (RFC 9457), or that no answer came (`offline`, `slow`). */
export interface Complaint {
  field: string;
  says: string;
}

export interface ProblemParts {
  code: string;
  status: number;
  detail: string;
  errors?: Complaint[];
  /** The request that stands in the way, where the API names one. */
  related?: string | null;
  instance?: string;
  /** After how many seconds asking again makes sense, where the API says so. */
  after?: number | null;
}

export class Problem extends Error {
  readonly code: string;
  readonly status: number;
  readonly errors: Complaint[];
  readonly related: string | null;
  readonly instance: string | null;
  readonly after: number | null;

  constructor({ code, status, detail, errors = [], related = null, instance, after = null }: ProblemParts) {
    super(detail);
    this.code = code;
    this.status = status;
    this.errors = errors;
    this.related = related;
    this.instance = instance ?? null;
    this.after = after;
  }

  /** What is said of one field of the form; `roles` covers `roles[0]`. */
  of(field: string): string | null {
    return this.errors.find((error) => error.field === field || error.field.startsWith(`${field}[`))?.says ?? null;
  }

  /** Whether asking again later, unchanged, may go well. */
  get passes(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }
}

export function asProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  return new Problem({ code: "broken", status: 500, detail: error instanceof Error ? error.message : String(error) });
}
