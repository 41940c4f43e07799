// How much of policies and broker/access the tests of one build ran: node tests/coverage.mjs BUILD
// BUILD was configured with COVERAGE=ON; each process of the tests added its counts when it ended. With --begin what was counted
// before is thrown away. A line for each folder; with VERBOSE one for each file as well, the least covered first.
import { execFileSync } from "node:child_process";
import { readdirSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";

const begin = process.argv.includes("--begin");
const build = resolve(process.argv.filter((word) => word !== "--begin")[2]);
const FOLDERS = { policies: "policies.dir", "broker/access": "access.dir" };
const PER_CALL = 1 << 28;

const percent = ({ hit, all }) => `${all ? ((100 * hit) / all).toFixed(1) : "0.0"} %`;

function filesIn(folder, ending) {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true }).filter((one) => one.isFile() && one.name.endsWith(ending)).map((one) => join(one.path, one.name));
  } catch {
    return []; // it was not built
  }
}

/** Lines and branches of one object's source. */
function count(notes) {
  const said = execFileSync("gcov", ["--json-format", "--stdout", "--branch-probabilities", notes], { cwd: build, maxBuffer: PER_CALL, stdio: ["ignore", "pipe", "ignore"] });
  const found = [];
  for (const text of said.toString().split("\n").filter(Boolean))
    for (const { file, lines } of JSON.parse(text).files) {
      const name = file.match(/(?:^|\/)((?:policies|broker\/access)\/[^/]+\.c)$/)?.[1];
      if (!name) continue; // a header's
      const branches = lines.flatMap((line) => line.branches);
      found.push({
        name,
        lines: { hit: lines.filter((line) => line.count > 0).length, all: lines.length },
        branches: { hit: branches.filter((branch) => branch.count > 0).length, all: branches.length },
      });
    }
  return found;
}

const sum = (files, what) => files.reduce((all, file) => ({ hit: all.hit + file[what].hit, all: all.all + file[what].all }), { hit: 0, all: 0 });

for (const [folder, objects] of Object.entries(FOLDERS)) {
  const at = join(build, "CMakeFiles", objects);
  if (begin) {
    for (const counts of filesIn(at, ".gcda")) rmSync(counts);
    continue;
  }
  const files = filesIn(at, ".gcno").flatMap(count);
  files.sort((one, other) => one.lines.hit / one.lines.all - other.lines.hit / other.lines.all);
  if (process.env.VERBOSE)
    for (const file of files) console.log(`  ${percent(file.lines).padStart(7)} of lines, ${percent(file.branches).padStart(7)} of branches  ${file.name}`);
  console.log(`coverage of ${folder}: ${percent(sum(files, "lines"))} of lines, ${percent(sum(files, "branches"))} of branches`);
}
