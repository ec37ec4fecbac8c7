// Crews with `reflect` on recorded tasks, whose model is a server that answers what the recording holds, and whose evaluators
// are commands. What the crews solve must be what a plain loop over the recording says, call for call.
//   npm run bench -- reflexion PATH     PATH is a bare git directory of noahshinn/reflexion with its history
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { readTasks } from './reflexion-log.mjs';
import { startRecordedModel } from './reflexion-server.mjs';
import { ROOT } from './report.mjs';

const TRIALS = 5;
const WORKERS = 2 * availableParallelism();
const PYTHON = execFileSync('python3', ['-c', 'import sys; print(sys.executable)'], {
  encoding: 'utf8',
}).trim();
const JUDGE = join(ROOT, '.scripts/bench/judge.py');

/** What is compared. `tests` judge the trials; what is delivered is always counted by the real ones. */
const RUNS = [
  { title: 'one attempt', tests: 'real', trials: 1 },
  { title: 'tests that the model wrote, last kept', tests: 'own', keep: 'last' },
  { title: 'tests that the model wrote, best kept', tests: 'own' },
  { title: 'real tests, best kept', tests: 'real' },
  { title: 'real tests, strategy retry', tests: 'real', strategy: 'retry' },
  { title: 'real tests, strategy last_attempt', tests: 'real', strategy: 'last_attempt' },
];

const crewOf = ({ trials = TRIALS, keep = 'best', strategy = 'reflexion' }) => `version: 1
crew: recorded
goal: Solve programming tasks.
inputs:
  name: { type: string }
  prompt: { type: string }
  tests: { type: string }
models: { default: "openai:recorded" }
roles: { coder: { goal: Write Python that does what its docstring says. } }
budget: { calls: 100, tokens: 10m }
start: solve
phases:
  solve:
    role: coder
    task: "[task {{ inputs.name }}] Complete this function; answer with code only.\\n\\n{{ inputs.prompt }}"
    reflect:
      evaluator:
        command: ["${PYTHON}", judge.py]
        artifact_as: solution.py
        copy: [judge.py]
        input: "{{ inputs.tests }}"
        timeout: 10m
        score: "{{ evaluation.json.score }}"
      strategy: ${strategy}
      trials: ${trials}
      keep: ${keep}
    next: done
  done: { end: success, result: "{{ solve }}" }
`;

/** Runs the comparison and prints one line for each way of judging. */
export async function benchReflexion([repository]) {
  if (repository === undefined)
    throw new Error('expected the path of a bare git directory: npm run bench -- reflexion PATH');
  const tasks = readTasks(repository);
  const folder = mkdtempSync(join(tmpdir(), 'crew-bench-'));
  const server = await startRecordedModel(tasks);
  const solvedBefore = tasks.filter(task => task.isSolved).length;
  print(`${tasks.length} recorded tasks, ${solvedBefore} solved as they were recorded; ${WORKERS} at once`);
  try {
    const matrix = judgeAll(tasks);
    const otherwise = tasks.filter((task, index) => task.isSolved !== (matrix[index].at(-1).real === 1));
    print(
      `${otherwise.length} recorded verdicts are not borne out: ${otherwise.map(each => each.name).join(', ')}`,
    );
    for (const run of RUNS) {
      const expected = tasks.map((_task, index) => replay(matrix[index], run));
      const found = await runAll(tasks, { run, folder, server });
      const solved = found.map((code, index) => verdictOf(matrix[index], tasks[index], code));
      tell(run, { expected, solved, counts: server.takeCounts(), total: tasks.length });
    }
  } finally {
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** As the authors ran them: the names of types are there for the tests that the model wrote, and for those only. */
function ownTests(task) {
  return { head: 'from typing import *', tests: task.ownTests };
}

function realTests(task) {
  return { head: '', tests: task.realTests };
}

/** Scores of every recorded implementation, by its own tests and the real ones. */
function judgeAll(tasks) {
  const rows = tasks.flatMap(task =>
    task.implementations.flatMap(solution => [
      { solution, ...ownTests(task) },
      { solution, ...realTests(task) },
    ]),
  );
  const shares = JSON.parse(
    execFileSync(PYTHON, [JUDGE, 'many'], {
      input: JSON.stringify(rows),
      encoding: 'utf8',
      maxBuffer: 1 << 26,
    }),
  );
  let at = 0;
  return tasks.map(({ implementations }) =>
    implementations.map(() => {
      at += 2;
      return { own: shares[at - 2], real: shares[at - 1] };
    }),
  );
}

/** What a plain loop does with the recording. */
function replay(row, { tests, trials = TRIALS, keep = 'best', strategy = 'reflexion' }) {
  const attemptAt = trial => row[Math.min(row.length - 1, strategy === 'reflexion' ? trial : 0)];
  let kept;
  for (let trial = 0; trial < trials; trial += 1) {
    const attempt = attemptAt(trial);
    const score = attempt[tests];
    const reflections = strategy === 'reflexion' ? trial : 0;
    if (score === 1) return { solved: attempt.real === 1, implementations: trial + 1, reflections };
    if (kept === undefined || keep === 'last' || score > kept.score) kept = { score, attempt };
  }
  const reflections = strategy === 'reflexion' ? trials - 1 : 0;
  return { solved: kept.attempt.real === 1, implementations: trials, reflections };
}

async function runAll(tasks, { run, folder, server }) {
  const { compileCrew, loadCrew, runCrew } = await import(join(ROOT, 'dist/index.js'));
  const workspace = mkdtempSync(join(folder, 'run-'));
  copyFileSync(JUDGE, join(workspace, 'judge.py'));
  writeFileSync(join(workspace, 'recorded.crew.yaml'), crewOf(run));
  const loaded = await loadCrew('recorded.crew.yaml', { cwd: workspace });
  if (loaded.crew === undefined) throw new Error(JSON.stringify(loaded.diagnostics));
  const program = await compileCrew(loaded);
  const env = { OPENAI_API_KEY: 'none', OPENAI_BASE_URL: server.url, PATH: process.env.PATH };
  const found = [];
  await inParallel(tasks, async (task, index) => {
    const tests = JSON.stringify(run.tests === 'own' ? ownTests(task) : realTests(task));
    const inputs = { name: task.name, prompt: task.prompt, tests };
    const outcome = await runCrew({ program, inputs, workspace, env, allow: ['trial.run'] });
    if (outcome.outcome !== 'success') throw new Error(`${task.name}: ${JSON.stringify(outcome)}`);
    found[index] = outcome.result;
  });
  return found;
}

/** An artifact is one of the implementations, so what the real tests say of it is known. */
function verdictOf(row, task, code) {
  const nth = task.implementations.findIndex(each => each.trim() === String(code).trim());
  if (nth < 0) throw new Error(`${task.name}: the artifact is none of its implementations`);
  return row[nth].real === 1;
}

function tell({ title }, { expected, solved, counts, total }) {
  const sum = key => expected.reduce((all, each) => all + Number(each[key]), 0);
  const count = solved.filter(Boolean).length;
  const differ = solved.filter((each, index) => each !== expected[index].solved).length;
  const calls = counts.implementations + counts.reflections;
  const extra = calls - sum('implementations') - sum('reflections');
  const share = ((100 * count) / total).toFixed(1);
  const row = [`${title}:`.padEnd(40), `${count} of ${total} (${share} %)`.padEnd(22)];
  print(
    `${row.join('')}expected ${sum('solved')}, ${differ} differ · ${calls} model calls, ${extra} too many`,
  );
}

async function inParallel(jobs, work) {
  let next = 0;
  const worker = async () => {
    for (let at = next++; at < jobs.length; at = next++) await work(jobs[at], at);
  };
  await Promise.all(Array.from({ length: Math.min(WORKERS, jobs.length) }, worker));
}

function print(line) {
  process.stdout.write(`${line}\n`);
}
