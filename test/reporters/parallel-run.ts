import type { ModelDelta, Reporter, RunEvent } from '../../src/model/run-event.ts';

/** What a reporter is told, in order. */
export type Step =
  | { readonly event: RunEvent }
  | { readonly delta: ModelDelta }
  | { readonly notice: string };

const START = 1_750_000_000_000;
const usage = (inputTokens: number, outputTokens: number, cachedInputTokens = 0) => ({
  inputTokens,
  outputTokens,
  cachedInputTokens,
});

/** A run with parallel branches, a retry, a repair, a rejected artifact, a failed tool, interleaved streams and a failed branch. */
export const PARALLEL_RUN: readonly Step[] = [
  {
    event: {
      type: 'run.started',
      at: START,
      runId: 'k3f9x2ab',
      crew: 'code-review',
      goal: 'Find the defects in a change that its author would want to fix before merging.',
      programHash: '3f2a9c1b77aa',
      inputs: { range: 'HEAD~1..HEAD', focus: 'only what users notice', paths: ['src', 'test'] },
      models: {
        default: { use: 'openai:gpt-5-mini', reason: 'OPENAI_API_KEY is set' },
        judge: { use: 'offline', reason: 'the flag --model judge=offline' },
      },
    },
  },
  { notice: 'oxlint is not installed, so its checks are left out' },
  { event: { type: 'phase.started', at: START + 20, phase: 'collect', kind: 'tool', visit: 1 } },
  {
    event: {
      type: 'tool.started',
      at: START + 20,
      key: 't1',
      phase: 'collect',
      tool: 'git.diff',
      args: { range: 'HEAD~1..HEAD' },
    },
  },
  {
    event: {
      type: 'tool.ended',
      at: START + 140,
      key: 't1',
      phase: 'collect',
      tool: 'git.diff',
      outcome: 'returned',
      value: { base: 'a', head: 'b', files: [{}, {}, {}] },
      ms: 118,
    },
  },
  {
    event: {
      type: 'phase.ended',
      at: START + 141,
      phase: 'collect',
      outcome: 'completed',
      artifact: { files: [{}, {}, {}] },
    },
  },
  { event: { type: 'phase.started', at: START + 150, phase: 'inspect', kind: 'parallel', visit: 1 } },
  ...['security', 'correctness'].map(
    (branch): Step => ({
      event: {
        type: 'phase.started',
        at: START + 150,
        phase: `inspect.${branch}`,
        kind: 'role',
        visit: 1,
        role: `${branch}_reviewer`,
      },
    }),
  ),
  {
    event: {
      type: 'model.started',
      at: START + 151,
      key: 'm1',
      phase: 'inspect.security',
      role: 'security_reviewer',
      model: 'default',
      turn: 1,
    },
  },
  {
    event: {
      type: 'model.started',
      at: START + 151,
      key: 'm2',
      phase: 'inspect.correctness',
      role: 'correctness_reviewer',
      model: 'default',
      turn: 1,
    },
  },
  {
    delta: {
      key: 'm1',
      phase: 'inspect.security',
      role: 'security_reviewer',
      text: 'The change builds an SQL ',
    },
  },
  {
    delta: {
      key: 'm2',
      phase: 'inspect.correctness',
      role: 'correctness_reviewer',
      text: 'I look at the ca',
    },
  },
  {
    delta: {
      key: 'm1',
      phase: 'inspect.security',
      role: 'security_reviewer',
      text: 'text from input.\n\nI check who ',
    },
  },
  {
    delta: {
      key: 'm2',
      phase: 'inspect.correctness',
      role: 'correctness_reviewer',
      text: 'llers of `parse` first.\n',
    },
  },
  { delta: { key: 'm1', phase: 'inspect.security', role: 'security_reviewer', text: 'wrote it.' } },
  {
    event: {
      type: 'model.ended',
      at: START + 2_300,
      key: 'm1',
      phase: 'inspect.security',
      role: 'security_reviewer',
      outcome: 'answered',
      text: 'The change builds an SQL text from input.\n\nI check who wrote it.',
      toolCalls: 1,
      usage: usage(3412, 88, 1200),
      costMicroUsd: 1_029,
      ms: 2149,
    },
  },
  {
    event: {
      type: 'tool.started',
      at: START + 2_300,
      key: 't2',
      phase: 'inspect.security',
      role: 'security_reviewer',
      tool: 'git.blame',
      args: { path: 'src/db/query builder.ts', lines: [12, 14] },
    },
  },
  {
    event: {
      type: 'tool.ended',
      at: START + 2_334,
      key: 't2',
      phase: 'inspect.security',
      tool: 'git.blame',
      outcome: 'failed',
      failure: { code: 'OUTSIDE_WORKSPACE', message: 'expected a path inside the workspace, found `/etc`' },
      ms: 34,
    },
  },
  {
    event: {
      type: 'model.ended',
      at: START + 2_400,
      key: 'm2',
      phase: 'inspect.correctness',
      role: 'correctness_reviewer',
      outcome: 'failed',
      failure: { code: 'PROVIDER_OVERLOADED', message: 'expected an answer, found HTTP 529 `overloaded`' },
      ms: 2249,
    },
  },
  {
    event: {
      type: 'phase.retried',
      at: START + 2_410,
      phase: 'inspect.correctness',
      attempt: 2,
      failure: { code: 'PROVIDER_OVERLOADED', message: 'expected an answer, found HTTP 529 `overloaded`' },
    },
  },
  {
    event: {
      type: 'model.started',
      at: START + 2_420,
      key: 'm3',
      phase: 'inspect.security',
      role: 'security_reviewer',
      model: 'default',
      turn: 2,
    },
  },
  {
    delta: {
      key: 'm3',
      phase: 'inspect.security',
      role: 'security_reviewer',
      text: 'Now the report.\n```json\n{"findings": [{"path": "src/db.ts"}',
    },
  },
  { delta: { key: 'm3', phase: 'inspect.security', role: 'security_reviewer', text: ']}\n```\n' } },
  {
    event: {
      type: 'model.ended',
      at: START + 4_000,
      key: 'm3',
      phase: 'inspect.security',
      role: 'security_reviewer',
      outcome: 'answered',
      text: 'Now the report.\n```json\n{"findings": [{"path": "src/db.ts"}]}\n```\n',
      toolCalls: 0,
      usage: usage(3900, 240, 3400),
      costMicroUsd: 2_000,
      ms: 1580,
    },
  },
  {
    event: {
      type: 'artifact.repaired',
      at: START + 4_001,
      phase: 'inspect.security',
      how: ['took the fenced block', 'closed a bracket'],
    },
  },
  {
    event: {
      type: 'artifact.rejected',
      at: START + 4_002,
      phase: 'inspect.security',
      repair: 1,
      reason: '/findings/0 must have required property `range`',
    },
  },
  {
    event: {
      type: 'phase.ended',
      at: START + 62_500,
      phase: 'inspect.security',
      outcome: 'completed',
      artifact: { findings: [{}] },
    },
  },
  {
    event: {
      type: 'phase.ended',
      at: START + 62_900,
      phase: 'inspect.correctness',
      outcome: 'failed',
      failure: { code: 'PROVIDER_OVERLOADED', message: 'expected an answer, found HTTP 529 `overloaded`' },
    },
  },
  {
    event: {
      type: 'phase.ended',
      at: START + 63_000,
      phase: 'inspect',
      outcome: 'completed',
      artifact: { security: {}, correctness: null },
    },
  },
  {
    event: {
      type: 'phase.started',
      at: START + 63_000,
      phase: 'merge',
      kind: 'role',
      visit: 2,
      role: 'lead',
    },
  },
  {
    event: {
      type: 'model.started',
      at: START + 63_000,
      key: 'm4',
      phase: 'merge',
      role: 'lead',
      model: 'judge',
      turn: 1,
    },
  },
  {
    event: {
      type: 'model.ended',
      at: START + 63_010,
      key: 'm4',
      phase: 'merge',
      role: 'lead',
      outcome: 'answered',
      text: '{\n  "findings": []\n}',
      toolCalls: 0,
      usage: usage(0, 0),
      costMicroUsd: 0,
      ms: 4,
    },
  },
  {
    event: {
      type: 'phase.ended',
      at: START + 63_020,
      phase: 'merge',
      outcome: 'completed',
      artifact: { findings: [], notices: [] },
    },
  },
  {
    event: {
      type: 'run.ended',
      at: START + 63_030,
      outcome: 'success',
      phase: 'approved',
      result: { findings: [] },
      spend: { calls: 4, toolCalls: 2, usage: usage(7312, 328, 4600), costMicroUsd: null },
    },
  },
];

/** Tells a reporter all steps. */
export function tellAll(reporter: Reporter, steps: readonly Step[]): void {
  for (const step of steps) {
    if ('event' in step) reporter.onEvent(step.event);
    else if ('delta' in step) reporter.onDelta?.(step.delta);
    else reporter.onNotice?.(step.notice);
  }
}
