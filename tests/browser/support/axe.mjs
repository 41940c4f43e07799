// axe-core in the page, in both colour schemes: accessibility that a machine can see.
import { packaged } from "./chromium.mjs";

const { source } = packaged("axe-core");

/** Throws what axe finds wrong with the page as it is now. */
export async function accessible({ page }, name) {
  const found = [];
  for (const colorScheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await page.evaluate(source);
    const { violations } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"] }));
    for (const { id, help, nodes } of violations)
      for (const node of nodes)
        found.push(`${name}, ${colorScheme}: ${id}: ${help}\n  ${node.html}\n  ${node.failureSummary}`);
  }
  await page.emulateMedia({ colorScheme: "light" });
  if (found.length) throw new Error(found.join("\n"));
}
