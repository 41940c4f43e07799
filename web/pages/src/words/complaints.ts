import { isoWords } from "../time/span";

/** What the API says of one field, as a sentence: "is longer than … at most PT4H" becomes "This is longer than … at most 4 h." */
export function complaintWords(says: string | null | undefined): string | null {
  if (!says) return null;
  const words = says.replace(/\bP(?:\d+D)?(?:T[\dHMS]+)?\b/g, isoWords);
  return /^(is|are|must|has|have|holds|goes)\b/.test(words)
    ? `This ${words}.`
    : `${words[0]?.toUpperCase()}${words.slice(1)}.`;
}
