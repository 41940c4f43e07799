import type { ComponentChildren } from "preact";
import type { AccessRequest } from "../api/types";

interface Props {
  requests: AccessRequest[];
  /** What is said when there are none. */
  empty: string;
  children: (request: AccessRequest) => ComponentChildren;
}

/** Requests, one line each. */
export function Rows({ requests, empty, children }: Props) {
  if (!requests.length) return <p class="empty">{empty}</p>;
  return <ul class="rows">{requests.map(children)}</ul>;
}
