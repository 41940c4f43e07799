// The packages that tests use, in the folder that tests/browser/install.sh filled: the one that BROWSER_PACKAGES names, or
// else the one that tests/run.sh fills.
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const usual = join(dirname(fileURLToPath(import.meta.url)), "../../build/tests/browser");

function requireThere() {
  const folder = process.env.BROWSER_PACKAGES ?? usual;
  if (!existsSync(join(folder, "node_modules"))) throw new Error("BROWSER_PACKAGES must name the folder that tests/browser/install.sh filled");
  return createRequire(join(folder, "package.json"));
}

/** What require answers there. */
export const load = (name) => requireThere()(name);

/** The same for a package that can only be imported. */
export const loadModule = (name) => import(pathToFileURL(requireThere().resolve(name)).href);
