import { shared } from "./state";

/** Which page a path is; the API knows the same paths (web/routes.c). */
export type Place =
  | { page: "ask" | "access" | "decide" | "history" | "watch" | "lost" }
  | { page: "request"; id: string }
  | { page: "link"; token: string };

export interface Address {
  path: string;
  query: string;
}

export function placeOf(path: string): Place {
  if (path === "/") return { page: "ask" };
  if (path === "/access") return { page: "access" };
  if (path === "/decide") return { page: "decide" };
  if (path === "/history") return { page: "history" };
  if (path === "/watch") return { page: "watch" };
  const request = /^\/requests\/([0-9A-Z]{26})$/.exec(path)?.[1];
  if (request) return { page: "request", id: request };
  const token = /^\/l\/([\w-]+)$/.exec(path)?.[1];
  if (token) return { page: "link", token };
  return { page: "lost" };
}

const here = (): Address => ({ path: location.pathname, query: location.search });

export const address = shared<Address>(here());

/** Goes to another page of these, or to the same with another query. */
export function go(to: string, { replace = false } = {}): void {
  if (replace) history.replaceState(null, "", to);
  else history.pushState(null, "", to);
  address.set(here());
}

/** Links between the pages need no load: they are plain links all the same, for new tabs and for copying. */
export function watchLinks(): void {
  addEventListener("popstate", () => address.set(here()));
  document.addEventListener("click", (event) => {
    if (event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey)
      return;
    const link = event.target instanceof Element ? event.target.closest("a") : null;
    if (!link || link.target || link.hasAttribute("download") || link.origin !== location.origin) return;
    if (link.hash || placeOf(link.pathname).page === "lost") return;
    event.preventDefault();
    go(link.pathname + link.search);
  });
}
