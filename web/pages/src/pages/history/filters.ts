/** What of the history is shown: kept in the address, under the names that the API has for it. */
export const FIELDS = ["from", "to", "actor", "subject", "role", "action", "request"] as const;

export type Field = (typeof FIELDS)[number];
export type Filters = Partial<Record<Field, string>>;

export function filtersOf(query: string): Filters {
  const found = new URLSearchParams(query);
  const filters: Filters = {};
  for (const field of FIELDS) {
    const value = found.get(field);
    if (value) filters[field] = value;
  }
  return filters;
}

export function queryOf(filters: Filters, more: Record<string, string> = {}): string {
  const query = new URLSearchParams();
  for (const field of FIELDS) if (filters[field]) query.set(field, filters[field] as string);
  for (const [name, value] of Object.entries(more)) query.set(name, value);
  const text = query.toString();
  return text ? `?${text}` : "";
}
