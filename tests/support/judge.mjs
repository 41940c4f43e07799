// node judge.mjs JOURNAL: whether the sandbox's journal has only what the contract has (contract.mjs), for tests in C.
import { holdJournal } from "./contract.mjs";

try {
  holdJournal(process.argv[2], ({ api, app }) => api === "login" || app === "Curfew");
} catch (error) {
  console.error(error.message);
  process.exit(1);
}
