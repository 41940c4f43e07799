// The bench: how near Curfew comes to what the machine can do. Each figure stands beside its limit, measured in the same
// run. Prints a line of JSON for each figure, then a table. `--tiny` only shows that all of it works.
import assert from "node:assert/strict";
import { specification } from "../support/spec.mjs";
import { measureDecide } from "./decide.mjs";
import { measureDecision } from "./decision.mjs";
import { measureExport } from "./export.mjs";
import { startTenant } from "./house.mjs";
import { measureMemory } from "./memory.mjs";
import { measureReads } from "./reads.mjs";
import { measureSubmissions } from "./submissions.mjs";

const FULL = {
  rounds: 4,
  reads: 10,
  read_seconds: 0.5,
  analysts: 256,
  roles: 10,
  one: 250,
  many: 2200,
  clients: 64,
  decisions: 9,
  events: 1000000,
  connections: 1000,
};
const TINY = {
  rounds: 1,
  reads: 1,
  read_seconds: 0.1,
  analysts: 4,
  roles: 4,
  one: 3,
  many: 12,
  clients: 4,
  decisions: 1,
  events: 2000,
  connections: 20,
};
const size = process.argv.includes("--tiny") ? TINY : FULL;
const figures = [];

function note({ name, ratio, goal, ours, limit, unit }) {
  const figure = { name, ratio, goal, ours, limit, unit };
  assert.ok(figure.ours > 0 && figure.limit > 0, JSON.stringify(figure));
  figures.push(figure);
  console.log(JSON.stringify(figure));
}

function printTable() {
  const text = (number) => (number === null ? "" : number >= 100 ? number.toFixed(0) : number.toFixed(2));
  const rows = figures.map(({ name, ratio, goal, ours, limit, unit }) => [name, text(ratio), text(goal), text(ours), text(limit), unit,
    goal === null ? "" : ratio >= goal ? "reached" : "MISSED"]);
  const all = [["figure", "ratio", "goal", "ours", "limit", "unit", ""], ...rows];
  const widths = all[0].map((_, column) => Math.max(...all.map((row) => row[column].length)));
  console.log();
  for (const row of all) console.log(row.map((cell, i) => (i && i < 5 ? cell.padStart(widths[i]) : cell.padEnd(widths[i]))).join("  ").trimEnd());
  console.log();
}

const sandbox = await startTenant();
const measure = (what) => () => what(sandbox, size, note);

await specification("bench/bench", {
  "memory at rest and under many connections": measure(measureMemory),
  "what a policy demands": measure(measureDecide),
  "reading one request": measure(measureReads),
  "submitting requests, durably": measure(measureSubmissions),
  "from the decision to the write to Graph": measure(measureDecision),
  "exporting a long history": measure(measureExport),
  "all together": printTable,
}, { seconds: 300 });
