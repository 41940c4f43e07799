/** The cookies that an answer sets; the fetch of older Nodes (Debian 12) gives them as one text. */
export const cookiesOf = (headers) =>
  headers.getSetCookie?.() ?? (headers.get("set-cookie") ?? "").split(/, (?=[^;,]+=)/).filter(Boolean);
