import type { RunEvent } from '../../src/model/run-event.ts';
import type { ViewSetup } from '../../src/tui/view.ts';

const AT = 1_750_000_000_000;
const part = (id: string) => ({ id, detail: '' });

/** A review crew: collect, three reviewers at once, a loop between draft and judge, a person at the end. */
export const SETUP: ViewSetup = {
  chart: {
    name: 'code-review',
    start: 'collect',
    nodes: [
      { id: 'collect', kind: 'tool', detail: 'git.diff', parts: [], partWays: [], order: 'one-by-one' },
      {
        id: 'inspect',
        kind: 'parallel',
        detail: 'at once',
        parts: ['static', 'security', 'tests'].map(part),
        partWays: [],
        order: 'at-once',
      },
      { id: 'merge', kind: 'role', detail: 'lead', parts: [], partWays: [], order: 'one-by-one' },
      { id: 'fix', kind: 'crew', detail: 'fix.crew.yaml', parts: [], partWays: [], order: 'one-by-one' },
      {
        id: 'approved',
        kind: 'end',
        detail: 'success',
        outcome: 'success',
        parts: [],
        partWays: [],
        order: 'one-by-one',
      },
      {
        id: 'refused',
        kind: 'end',
        detail: 'failure',
        outcome: 'failure',
        parts: [],
        partWays: [],
        order: 'one-by-one',
      },
    ],
    edges: [
      { from: 'collect', to: 'inspect', via: 'next', label: '' },
      { from: 'inspect', to: 'merge', via: 'next', label: '' },
      { from: 'merge', to: 'fix', via: 'next', label: 'merge.verdict == "fix"' },
      { from: 'merge', to: 'approved', via: 'next', label: 'else' },
      { from: 'merge', to: 'refused', via: 'on_error', label: 'on error' },
      { from: 'fix', to: 'inspect', via: 'next', label: '' },
    ],
  },
  crews: new Map([
    [
      'fix',
      {
        name: 'fix',
        start: 'edit',
        nodes: [
          { id: 'edit', kind: 'role', detail: 'author', parts: [], partWays: [], order: 'one-by-one' },
          {
            id: 'done',
            kind: 'end',
            detail: 'success',
            outcome: 'success',
            parts: [],
            partWays: [],
            order: 'one-by-one',
          },
        ],
        edges: [{ from: 'edit', to: 'done', via: 'next', label: '' }],
      },
    ],
  ]),
  roles: [
    { name: 'security', model: 'default' },
    { name: 'tests', model: 'default' },
    { name: 'lead', model: 'judge' },
    { name: 'author', model: 'default' },
  ],
  budget: { calls: 60, tokens: 300_000, costMicroUsd: 2_000_000, timeMs: 900_000 },
  plan: {
    calls: 41,
    undisturbedCalls: 20,
    toolCalls: 60,
    inputTokens: 210_000,
    outputTokens: 60_000,
    costMicroUsd: 1_900_000,
    timeMs: Number.POSITIVE_INFINITY,
  },
  flags: '',
};

const usage = (input: number, output: number) => ({
  inputTokens: input,
  outputTokens: output,
  cachedInputTokens: 0,
});

/** The run up to the moment when it writes and waits at once. */
export const STORY: readonly RunEvent[] = [
  {
    type: 'run.started',
    at: AT,
    runId: 'k3f9x2ab',
    crew: 'code-review',
    goal: 'Find the defects in a change that its author would want to fix before merging.',
    programHash: 'ab12cd34',
    inputs: { range: 'HEAD~1..HEAD' },
    models: {
      default: { use: 'openai:gpt-5-mini', reason: 'flag' },
      judge: { use: 'anthropic:claude-sonnet-4-5', reason: 'crew file' },
    },
  },
  { type: 'phase.started', at: AT + 10, phase: 'collect', kind: 'tool', visit: 1 },
  {
    type: 'tool.started',
    at: AT + 12,
    key: 't1',
    phase: 'collect',
    tool: 'git.diff',
    args: { range: 'HEAD~1..HEAD' },
  },
  {
    type: 'tool.ended',
    at: AT + 50,
    key: 't1',
    phase: 'collect',
    tool: 'git.diff',
    outcome: 'returned',
    value: { files: [1, 2, 3], patch: 'diff --git a/a b/a' },
    ms: 38,
  },
  { type: 'phase.ended', at: AT + 52, phase: 'collect', outcome: 'completed', artifact: { files: ['a.ts'] } },
  { type: 'transition.taken', at: AT + 52, from: 'collect', to: 'inspect', event: 'completed', way: 'next' },
  { type: 'phase.started', at: AT + 53, phase: 'inspect', kind: 'parallel', visit: 1 },
  { type: 'phase.started', at: AT + 54, phase: 'inspect.static', kind: 'tool', visit: 1 },
  { type: 'phase.started', at: AT + 54, phase: 'inspect.security', kind: 'role', visit: 1, role: 'security' },
  { type: 'phase.started', at: AT + 54, phase: 'inspect.tests', kind: 'role', visit: 1, role: 'tests' },
  {
    type: 'phase.ended',
    at: AT + 640,
    phase: 'inspect.static',
    outcome: 'completed',
    artifact: { findings: [] },
  },
  {
    type: 'model.started',
    at: AT + 700,
    key: 'm1',
    phase: 'inspect.security',
    role: 'security',
    model: 'default',
    turn: 1,
  },
  {
    type: 'model.started',
    at: AT + 701,
    key: 'm2',
    phase: 'inspect.tests',
    role: 'tests',
    model: 'default',
    turn: 1,
  },
  {
    type: 'model.ended',
    at: AT + 4200,
    key: 'm1',
    phase: 'inspect.security',
    role: 'security',
    outcome: 'answered',
    text: 'I want to see how `join` is used.\n\n- the path comes from the **request**\n- nothing checks it\n\n```ts\nconst file = join(root, request.path); // 名前 👩‍👩‍👧 é\n```',
    toolCalls: 1,
    usage: usage(3400, 210),
    costMicroUsd: 12_400,
    ms: 3500,
  },
  {
    type: 'tool.started',
    at: AT + 4210,
    key: 't2',
    phase: 'inspect.security',
    role: 'security',
    tool: 'git.show',
    args: { revision: 'HEAD', path: 'src/serve.ts' },
  },
  {
    type: 'tool.ended',
    at: AT + 4260,
    key: 't2',
    phase: 'inspect.security',
    tool: 'git.show',
    outcome: 'returned',
    value: 'export function serve() {}',
    ms: 50,
  },
  {
    type: 'model.started',
    at: AT + 4300,
    key: 'm3',
    phase: 'inspect.security',
    role: 'security',
    model: 'default',
    turn: 2,
  },
  {
    type: 'tool.started',
    at: AT + 9000,
    key: 't3',
    phase: 'inspect.tests',
    role: 'tests',
    tool: 'files.write',
    args: { path: 'test/serve.test.ts', content: "import { serve } from '../src/serve.ts';\n" },
  },
  {
    type: 'person.asked',
    at: AT + 9010,
    key: 'q1',
    id: 'q1',
    phase: 'inspect.tests',
    question: {
      kind: 'approval',
      tool: 'files.write',
      role: 'tests',
      args: { path: 'test/serve.test.ts', content: "import { serve } from '../src/serve.ts';\n" },
      argsHash: '3fa2bb9011',
      reason: 'it writes files',
      rule: 'crew.policy.yaml:4',
    },
  },
];

/** What is being written right now. */
export const DELTA = {
  key: 'm3',
  phase: 'inspect.security',
  role: 'security',
  text: 'The path is joined without a check, so `..` leaves the root.\nThis is a path traversal:',
} as const;

/** The time of the run at which frames are drawn. */
export const NOW_MS = 12_000;
