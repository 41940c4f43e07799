import type { Role } from "../../api/types";
import { spanOf, spanWords } from "../../time/span";

const SHORTEST = 5 * 60;
const HOUR = 3600;

/** What holds for several roles together: the strictest of each. Times in seconds. */
export interface Terms {
  shortest: number;
  longest: number;
  usual: number;
  /** Characters that the justification must have. */
  least: number;
}

/** The API says the number in the sentence only. */
function leastOf(role: Role): number {
  const demand = role.requires.find(({ code }) => code === "requires_justification");
  return Number(/\d+/.exec(demand?.says ?? "")?.[0] ?? 1);
}

/** Whether all of it may be had before anybody approves it. */
export const mayBeUrgent = (roles: Role[]): boolean =>
  roles.length > 0 && roles.every(({ urgent }) => urgent) && roles.some(({ approvers }) => approvers.length > 0);

export function termsOf(roles: Role[], urgent: boolean): Terms {
  const spans = roles.map(({ limits }) => spanOf(limits.longest) ?? HOUR);
  if (urgent) spans.push(...roles.map((role) => spanOf(role.urgent?.longest ?? "") ?? HOUR));
  const longest = Math.min(...spans);
  const shortest = Math.max(SHORTEST, ...roles.map((role) => spanOf(role.limits.shortest) ?? SHORTEST));
  const suggested = Math.min(longest, ...roles.map((role) => spanOf(role.limits.default) ?? HOUR));
  const usual = Math.max(shortest, suggested);
  return { shortest, longest, usual, least: Math.max(1, ...roles.map(leastOf)) };
}

/** Times that are one tap away; the longest is always one of them. */
export function presetsOf({ shortest, longest }: Terms): number[] {
  const usual = [900, HOUR, 2 * HOUR, 4 * HOUR].filter((seconds) => seconds >= shortest && seconds < longest);
  return [...usual.slice(0, 3), longest];
}

export function durationError(seconds: number | null, { shortest, longest }: Terms): string | null {
  if (seconds === null) return "Write a time such as 1:30, 90 min or 2 h.";
  if (seconds < SHORTEST) return "Too short: Entra takes nothing below 5 min.";
  if (seconds < shortest) return `Too short: at least ${spanWords(shortest)} for what you chose.`;
  if (seconds > longest) return `Too long: at most ${spanWords(longest)} for what you chose.`;
  return null;
}

export const lengthOf = (text: string): number => [...text.trim()].length;

export function justificationError(text: string, { least }: Terms): string | null {
  const length = lengthOf(text);
  if (length === 0) return "Say why you need it.";
  return length < least ? `Say a little more: at least ${least} characters.` : null;
}
