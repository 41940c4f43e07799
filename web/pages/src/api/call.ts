import { clock } from "../time/clock";
import { Problem, type ProblemParts } from "./problem";

const PATIENCE_MS = 30_000;

export interface Answer<T> {
  status: number;
  body: T;
}

let whenNobody = () => {};

/** What happens at every 401: nobody is signed in, or nobody any more. */
export function atSignedOut(then: () => void): void {
  whenNobody = then;
}

interface Options {
  /** The page's own refreshing: it does not keep the session awake. */
  background?: boolean;
  signal?: AbortSignal;
  csrf?: string;
  /** The same key with the same body is done once, however often it is sent. */
  key?: string;
}

function headersOf(body: unknown, { background, csrf, key }: Options): HeadersInit {
  return {
    ...(body !== undefined && { "Content-Type": "application/json" }),
    ...(background && { "X-Background": "1" }),
    ...(csrf && { "X-CSRF-Token": csrf }),
    ...(key && { "Idempotency-Key": key }),
  };
}

/** The id in `Link: </api/v1/requests/ID>; rel="related"`. */
const relatedOf = (link: string | null): string | null =>
  /requests\/(\w{26})>; rel="related"/.exec(link ?? "")?.[1] ?? null;

async function problemOf(answer: Response): Promise<Problem> {
  const said = (await answer.json().catch(() => ({}))) as Partial<ProblemParts>;
  return new Problem({
    code: said.code ?? (answer.status === 503 ? "unavailable" : "broken"),
    status: answer.status,
    detail: said.detail ?? `Curfew answered ${answer.status}.`,
    errors: said.errors,
    related: relatedOf(answer.headers.get("Link")),
    instance: said.instance,
    after: Number(answer.headers.get("Retry-After")) || null,
  });
}

const unreachable = () =>
  new Problem({ code: "offline", status: 0, detail: "Curfew cannot be reached from this browser." });

/** Calls the API. Throws a Problem; an aborted call throws the AbortError of the browser. */
async function call(path: string, body: unknown, options: Options): Promise<Response> {
  const patience = new AbortController();
  const giveUp = () => patience.abort(options.signal?.reason);
  options.signal?.addEventListener("abort", giveUp);
  const timer = setTimeout(() => patience.abort(), PATIENCE_MS);
  const sent = Date.now();
  try {
    const answer = await fetch(path, {
      method: body === undefined ? "GET" : "POST",
      headers: headersOf(body, options),
      body: body === undefined ? undefined : JSON.stringify(body),
      signal: patience.signal,
    });
    clock.hear(answer.headers.get("Date"), sent, Date.now());
    if (answer.ok) return answer;
    if (answer.status === 401) whenNobody();
    throw await problemOf(answer);
  } catch (error) {
    if (error instanceof Problem || options.signal?.aborted) throw error;
    if (patience.signal.aborted)
      throw new Problem({ code: "slow", status: 0, detail: "Curfew did not answer in time." });
    throw unreachable();
  } finally {
    clearTimeout(timer);
    options.signal?.removeEventListener("abort", giveUp);
  }
}

export async function get<T>(path: string, options: Options = {}): Promise<T> {
  return (await (await call(path, undefined, options)).json()) as T;
}

export async function getText(path: string, options: Options = {}): Promise<string> {
  return (await call(path, undefined, options)).text();
}

export interface Download {
  name: string;
  bytes: Blob;
}

/** A whole file, under the name that the API gives it: one that breaks off on the way is none. */
export async function getFile(path: string): Promise<Download> {
  const answer = await call(path, undefined, {});
  const name = /filename="([^"]+)"/.exec(answer.headers.get("Content-Disposition") ?? "")?.[1] ?? "curfew";
  const bytes = await answer.blob().catch(() => {
    throw unreachable();
  });
  return { name, bytes };
}

export async function post<T>(path: string, body: unknown, options: Options = {}): Promise<Answer<T>> {
  const answer = await call(path, body, options);
  return { status: answer.status, body: (await answer.json()) as T };
}
