import { shared } from "./state";

/** What a screen reader says next, without moving the focus. */
export const announced = shared("");

export function announce(words: string): void {
  announced.set(words);
}
