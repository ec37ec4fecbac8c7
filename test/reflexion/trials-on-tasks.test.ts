import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { compileCrew, loadCrew, type RunEvent, runCrew } from '../../src/index.ts';
import { startOpenAiServer } from '../loopback/openai-server.ts';
import type { LoopbackServer, Reply } from '../loopback/reply.ts';
import { JUDGE, RECORDED_TASKS, type RecordedTask } from './recorded-tasks.ts';

/**
 * What trials come to is known before: the model is a server that answers what was recorded, the implementation after the last
 * reflection that it is shown, and the evaluator is a command. `npm run bench -- reflexion` does the same with hundreds of
 * recorded tasks of others.
 */
const TRIALS = 3;
/** Each time that it hangs costs all the time that it may take, so it is tried once, and it alone has little time. */
const HANGING = 'hangs-at-first';
const QUICK = RECORDED_TASKS.filter(({ name }) => name !== HANGING);

let workspace: string;
let server: LoopbackServer;
let written: Map<string, number>;
beforeAll(async () => {
  workspace = realpathSync(mkdtempSync(join(tmpdir(), 'crew-recorded-')));
  writeFileSync(join(workspace, 'judge.mjs'), JUDGE);
  server = await startOpenAiServer(({ promptText }) => reply(promptText));
});
afterAll(async () => {
  await server.close();
  rmSync(workspace, { recursive: true, force: true });
});

/** Whoever does not read reflections is given the first implementation again. */
function reply(prompt: string): Reply {
  const name = /\[task ([\w-]+)\]/.exec(prompt)?.[1];
  const task = RECORDED_TASKS.find(each => each.name === name);
  if (task === undefined) throw new Error(`nobody recorded \`${name}\``);
  if (prompt.includes('Write that lesson')) {
    const nth = (written.get(task.name) ?? 0) + 1;
    written.set(task.name, nth);
    return { text: `[reflection ${nth}] ${task.reflections[nth - 1] ?? 'I do not know.'}` };
  }
  const read = [...prompt.matchAll(/\[reflection (\d+)\]/g)].map(match => Number(match[1]));
  const last = task.implementations.length - 1;
  return { text: task.implementations[Math.min(last, Math.max(0, ...read))] ?? '' };
}

const crew = (settings: string, timeout: string) => `version: 1
crew: recorded
goal: Solve tasks.
inputs: { name: { type: string }, prompt: { type: string }, tests: { type: string }, node: { type: string } }
models: { default: "openai:recorded" }
roles: { coder: { goal: Write a module that exports f. } }
budget: { calls: 100, tokens: 10m }
start: solve
phases:
  solve:
    role: coder
    task: "[task {{ inputs.name }}] {{ inputs.prompt }}"
    reflect:
      evaluator:
        command: ["{{ inputs.node }}", judge.mjs]
        artifact_as: solution.mjs
        copy: [judge.mjs]
        input: "{{ inputs.tests }}"
        timeout: ${timeout}
        score: "{{ evaluation.json.score | default: 0 }}"
      ${settings}
    next: done
  done: { end: success, result: "{{ solve }}" }
`;

interface Outcome {
  readonly task: RecordedTask;
  readonly code: string;
  readonly events: readonly RunEvent[];
}

async function programOf(settings: string, timeout: string) {
  const path = join(workspace, 'recorded.crew.yaml');
  writeFileSync(path, crew(settings.replaceAll(', ', '\n      '), timeout));
  return await compileCrew(await loadCrew(path));
}

async function solveAll(
  tasks: readonly RecordedTask[],
  tests: 'ownTests' | 'realTests',
  settings: string,
): Promise<readonly Outcome[]> {
  written = new Map();
  const patient = await programOf(settings, '60s');
  const hasty = await programOf(settings, '4s');
  const env = { OPENAI_API_KEY: 'none', OPENAI_BASE_URL: server.baseUrl, PATH: process.env.PATH };
  return Promise.all(
    tasks.map(async task => {
      const events: RunEvent[] = [];
      const { name, prompt } = task;
      const program = name === HANGING ? hasty : patient;
      const inputs = { name, prompt, tests: JSON.stringify(task[tests]), node: process.execPath };
      const onEvent = (event: RunEvent) => events.push(event);
      const outcome = await runCrew({ program, inputs, workspace, env, allow: ['trial.run'], onEvent });
      if (outcome.outcome !== 'success') throw new Error(`${name}: ${JSON.stringify(outcome)}`);
      return { task, code: String(outcome.result), events };
    }),
  );
}

/** By the tests that count, asked in this process: all implementations but one end. */
async function solved(outcomes: readonly Outcome[]): Promise<readonly string[]> {
  const rows = await Promise.all(
    outcomes.map(async ({ task, code }) => {
      if (code.includes('while (n % 2')) return [];
      const { f } = await import(`data:text/javascript,${encodeURIComponent(code)}`);
      const holds = task.realTests.every(each => new Function('f', `return ${each}`)(f) === true);
      return holds ? [task.name] : [];
    }),
  );
  return rows.flat();
}

const FIRST = ['right-at-once', 'spoiled-by-a-wrong-test'];

test.each([
  ['one attempt', 'realTests', 'trials: 1', FIRST],
  [
    'own tests, the last attempt kept',
    'ownTests',
    `trials: ${TRIALS}, keep: last`,
    ['right-at-once', 'mended-by-a-reflection', 'mended-by-two-reflections'],
  ],
  [
    'own tests, the best attempt kept',
    'ownTests',
    `trials: ${TRIALS}`,
    ['right-at-once', 'mended-by-a-reflection', 'mended-by-two-reflections', 'best-in-the-middle'],
  ],
  ['reflections that nobody reads', 'realTests', `trials: ${TRIALS}, strategy: retry`, FIRST],
] as const)(
  '%s: exactly these are solved',
  { timeout: 120_000 },
  async (_title, tests, settings, expected) => {
    expect(await solved(await solveAll(QUICK, tests, settings))).toEqual(expected);
  },
);

test('the tests that count: all are solved that can be, also what hangs at first, with no call that is not needed', {
  timeout: 120_000,
}, async () => {
  const before = server.requests.length;
  const outcomes = await solveAll(RECORDED_TASKS, 'realTests', `trials: ${TRIALS}`);
  expect(await solved(outcomes)).toEqual([
    'right-at-once',
    'mended-by-a-reflection',
    'spoiled-by-a-wrong-test',
    'mended-by-two-reflections',
    'best-in-the-middle',
    'hangs-at-first',
  ]);
  const trials = outcomes.map(({ events }) => events.filter(({ type }) => type === 'trial.judged').length);
  expect(trials).toEqual([1, 2, 1, 3, 3, 2, 2]);
  // One for each attempt, one for each lesson between two.
  const needed = trials.reduce((sum, count) => sum + count + (count - 1), 0);
  expect(server.requests.length - before).toBe(needed);
});
