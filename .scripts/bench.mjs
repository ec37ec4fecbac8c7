// Measures commands against an empty Node, and crews against plain loops that ask the same model server. Each figure is a
// pair on the same machine, five times; shown are the median and the worst, and the load of the machine. Nothing is
// asserted here; figures of other machines are not comparable.
//   npm run bench                       all of it
//   npm run bench -- commands           how long commands take
//   npm run bench -- orchestration      crews against plain loops
//   npm run bench -- dashboard          what the dashboard takes
//   npm run bench -- prompts            how long versions of prompts take to be read
//   npm run bench -- memory [SIZE …]    how fast a memory is, by how many notes it has
//   npm run bench -- memory-recall FILE how well notes are found; the file is that of a public data set, see there
//   npm run bench -- reflexion PATH     crews with `reflect` on tasks that were recorded; a git directory, see there
import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { benchCommands } from './bench/commands.mjs';
import { benchDashboard } from './bench/dashboard.mjs';
import { benchMemory } from './bench/memory.mjs';
import { benchMemoryRecall } from './bench/memory-recall.mjs';
import { benchOrchestration } from './bench/orchestration.mjs';
import { benchPrompts } from './bench/prompts.mjs';
import { benchReflexion } from './bench/reflexion.mjs';
import { PAIRS, ROOT } from './bench/report.mjs';

const PARTS = {
  commands: benchCommands,
  orchestration: benchOrchestration,
  dashboard: benchDashboard,
  memory: benchMemory,
  prompts: benchPrompts,
};

const [first, ...rest] = process.argv.slice(2);
if (first === 'memory') {
  await benchMemory(rest);
  process.exit();
}
if (first === 'memory-recall') {
  await benchMemoryRecall(rest);
  process.exit();
}
if (!existsSync(join(ROOT, 'dist/cli/crew.js')))
  throw new Error('there is no dist/; run `npm run build` first');
if (first === 'reflexion') {
  await benchReflexion(rest);
  process.exit();
}
const asked = process.argv.slice(2);
const unknown = asked.find(part => !Object.hasOwn(PARTS, part));
if (unknown !== undefined)
  throw new Error(`expected ${Object.keys(PARTS).join(' or ')}, found \`${unknown}\``);
const { node } = process.versions;
process.stdout.write(`${availableParallelism()} cores, Node ${node}, ${PAIRS} pairs of each measurement\n`);
for (const part of asked.length === 0 ? Object.keys(PARTS) : asked) await PARTS[part]();
