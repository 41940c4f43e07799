// How the product's files are compiled, without what they leave: node tests/compile_commands.mjs BUILD [lines]
// As compile_commands.json for clang-tidy, or as one command a line.
import { readFileSync } from "node:fs";
import { join } from "node:path";

const [build, form] = process.argv.slice(2);
const gccOnly = / -(Wtrampolines|fzero-call-used-regs=[a-z-]+|fstrict-flex-arrays=[0-9])(?= )/g;
const leaves = / (-MD|-M[TF] \S+|-o \S+|-Werror)(?= )/g;
const entries = JSON.parse(readFileSync(join(build, "compile_commands.json"), "utf8"))
  .filter(({ file, command }) => / -o CMakeFiles\//.test(command) && !file.startsWith(build)) // not as tests build it again
  .map(({ directory, file, command }) => ({ directory, file, command: command.replace(leaves, "") }));
if (form === "lines") for (const { directory, command } of entries) console.log(`cd ${directory} && ${command}`);
else console.log(JSON.stringify(entries.map((entry) => ({ ...entry, command: entry.command.replace(gccOnly, "") })), null, 1));
