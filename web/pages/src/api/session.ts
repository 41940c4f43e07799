import { keep, kept } from "../keep";
import { shared } from "../state";
import { atSignedOut, get, post } from "./call";
import { asProblem, Problem } from "./problem";
import type { Me } from "./types";

/** Who is signed in. `over`: somebody was, in this tab. */
export type Session =
  | { phase: "asking" }
  | { phase: "out"; over: boolean }
  | { phase: "in"; me: Me }
  | { phase: "unreachable"; problem: Problem };

export const session = shared<Session>({ phase: "asking" });

export function me(): Me | null {
  const now = session.get();
  return now.phase === "in" ? now.me : null;
}

/** Asks who is signed in; this browser's other tabs may have changed it. */
export async function lookWho(background = false): Promise<void> {
  try {
    session.set({ phase: "in", me: await get<Me>("/api/v1/me", { background }) });
    keep("known", true);
  } catch (error) {
    const problem = asProblem(error);
    if (problem.status !== 401 && !me()) session.set({ phase: "unreachable", problem });
  }
}

/* The page is hidden behind the sign-in screen, and what was typed is kept. */
atSignedOut(() => session.set({ phase: "out", over: kept<boolean>("known") === true }));

/** To Entra, and back to where the person is now. */
export function signIn(): void {
  keep("where", location.pathname + location.search);
  location.assign("/auth/sign-in");
}

/** Where the person was before a sign-in; once. */
export function whereBefore(): string | null {
  const where = kept<string>("where");
  keep("where", null);
  return where;
}

/** To Entra with a change that is made on the way back. The page is left, so nothing ever follows. `sends`: what was typed goes with it. */
function leaveFor(to: string, sends: boolean): Promise<never> {
  if (sends) keep("sent", true);
  location.assign(to);
  return new Promise(() => {});
}

/** Whether this load is the way back from a change; once. */
export function cameBack(): boolean {
  const sent = kept<boolean>("sent") === true;
  keep("sent", null);
  return sent;
}

export async function signOut(): Promise<void> {
  await act("/auth/sign-out", {});
  location.assign("/");
}

interface Manner {
  key?: string;
  signal?: AbortSignal;
}

async function send<T>(path: string, body: unknown, csrf: string | undefined, manner: Manner): Promise<T> {
  const answer = await post<T | { go: string }>(path, body, { csrf, ...manner });
  return answer.status === 202 ? leaveFor((answer.body as { go: string }).go, path === "/api/v1/requests") : (answer.body as T);
}

/**
 * A change; where it needs a fresh sign-in, the page is left for it. A session that was renewed in another tab has another
 * anti-forgery token: it is asked for once, and only for the same person the change is sent again.
 */
export async function act<T>(path: string, body: unknown, manner: Manner = {}): Promise<T> {
  const before = me();
  try {
    return await send<T>(path, body, before?.csrf, manner);
  } catch (error) {
    if (!(error instanceof Problem) || error.code !== "denied") throw error;
    await lookWho();
    const now = me();
    if (!now || now.id !== before?.id || now.csrf === before.csrf) throw error;
    return send<T>(path, body, now.csrf, manner);
  }
}
