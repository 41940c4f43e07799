// Deciding: what a policy demands of one person for one role, however many rules and roles there are beside it.
import { run } from "./programs.mjs";

export async function measureDecide(sandbox, size, note) {
  const [us] = await run(`${process.env.BENCH_PROGRAMS}/bench_decide`);
  note({ name: "decide", ratio: 1000 / us.many, goal: 1, ours: us.many, limit: 1000, unit: "µs" });
  note({ name: "decide_beside_other_rules", ratio: us.alone / us.many, goal: 0.5, ours: us.many, limit: us.alone, unit: "µs" });
  const each = us.all / us.rules;
  const fewest = us.many / us.mentions;
  note({ name: "decide_for_each_rule", ratio: fewest / each, goal: null, ours: each, limit: fewest, unit: "µs" });
}
