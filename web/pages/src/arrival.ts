import { cameBack, whereBefore } from "./api/session";
import { draft } from "./pages/ask/draft";
import { address, go, placeOf } from "./route";
import { shared } from "./state";

/** The code of what went wrong on the way back from Entra, until it is read. */
export const arrivalProblem = shared<string | null>(new URLSearchParams(location.search).get("problem"));

/** The code is shown once: a reload or a copied address does not repeat it. */
export function takeProblem(): void {
  const { pathname } = location;
  if (arrivalProblem.get() && (pathname === "/" || pathname.startsWith("/requests/"))) go(pathname, { replace: true });
}

/** Somebody is signed in: back to where they were; what was sent on the way is no draft any more. */
export function arrive(person: string): void {
  const place = placeOf(address.get().path);
  if (cameBack() && place.page === "request") draft.forget(person);
  const where = whereBefore();
  if (where && address.get().path === "/" && !arrivalProblem.get()) go(where, { replace: true });
}
