/** What outlives a sign-in: kept in this tab only, gone with it, and removed by the browser at sign-out. */
export function keep(name: string, value: unknown): void {
  try {
    if (value === null) sessionStorage.removeItem(`curfew.${name}`);
    else sessionStorage.setItem(`curfew.${name}`, JSON.stringify(value));
  } catch {
    // a browser that keeps nothing loses drafts, and nothing else
  }
}

export function kept<T>(name: string): T | null {
  try {
    const text = sessionStorage.getItem(`curfew.${name}`);
    return text === null ? null : (JSON.parse(text) as T);
  } catch {
    return null;
  }
}
