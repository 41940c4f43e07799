import { useEffect, useState } from "preact/hooks";
import { getText } from "../../api/call";

/** A text of the API, read once; null while it is not there, or cannot be had. */
export function useText(path: string): string | null {
  const [text, setText] = useState<string | null>(null);
  useEffect(() => {
    const stop = new AbortController();
    getText(path, { signal: stop.signal, background: true }).then(setText, () => {});
    return () => stop.abort();
  }, [path]);
  return text;
}
