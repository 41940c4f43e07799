import { useEffect, useState } from "preact/hooks";

/** A value that several parts of the page show: whoever uses it is drawn again when it changes. */
export interface Shared<T> {
  get(): T;
  set(value: T): void;
  use(): T;
}

export function shared<T>(first: T): Shared<T> {
  let value = first;
  const listeners = new Set<(value: T) => void>();
  return {
    get: () => value,
    set(next) {
      value = next;
      for (const listen of [...listeners]) listen(next);
    },
    use() {
      const [shown, show] = useState(() => value);
      useEffect(() => {
        const listen = (next: T) => show(() => next);
        listeners.add(listen);
        listen(value);
        return () => void listeners.delete(listen);
      }, []);
      return shown;
    },
  };
}
