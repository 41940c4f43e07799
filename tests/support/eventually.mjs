// Waiting for what is to happen, never for a time.
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Tries until `look` answers something true, and returns that; throws what it said last. */
export async function eventually(look, { seconds = 30, every = 50, what = "it" } = {}) {
  const until = Date.now() + seconds * 1000;
  let last;
  while (Date.now() < until) {
    try {
      const found = await look();
      if (found) return found;
      last = found;
    } catch (error) {
      last = error;
    }
    await sleep(every);
  }
  throw new Error(`${what} did not come about in ${seconds} s: ${last?.stack ?? JSON.stringify(last)}`);
}
