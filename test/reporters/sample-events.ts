import type { RunEvent } from '../../src/model/run-event.ts';

const failure = { code: 'PROVIDER_OVERLOADED', message: 'HTTP 529', retryAfterMs: 1500 } as const;
const usage = { inputTokens: 12, outputTokens: 3, cachedInputTokens: 4 };
const spend = { calls: 1, toolCalls: 2, usage, costMicroUsd: 17 };
const at = 1_750_000_000_000;
const phase = 'inspect.security';

/** Events of every type and outcome. A type that is missing here does not compile. */
export const SAMPLE_EVENTS = {
  'run.started': [
    {
      type: 'run.started',
      at,
      runId: 'k3f9x2ab',
      crew: 'demo',
      goal: 'Show it.',
      programHash: 'ab12',
      inputs: { range: 'HEAD' },
      models: { default: { use: 'offline', reason: 'no key' } },
    },
  ],
  'run.resumed': [{ type: 'run.resumed', at }],
  'phase.started': [
    { type: 'phase.started', at, phase, kind: 'role', visit: 1, role: 'lead' },
    { type: 'phase.started', at, phase, kind: 'tool', visit: 2 },
  ],
  'phase.retried': [{ type: 'phase.retried', at, phase, attempt: 2, failure }],
  'phase.ended': [
    { type: 'phase.ended', at, phase, outcome: 'completed', artifact: null },
    { type: 'phase.ended', at, phase, outcome: 'failed', failure },
    { type: 'phase.ended', at, phase, outcome: 'cancelled' },
  ],
  'model.started': [{ type: 'model.started', at, key: 'k', phase, role: 'lead', model: 'default', turn: 1 }],
  'model.ended': [
    {
      type: 'model.ended',
      at,
      key: 'k',
      phase,
      role: 'lead',
      outcome: 'answered',
      text: '',
      toolCalls: 0,
      usage,
      costMicroUsd: null,
      ms: 1.5,
    },
    { type: 'model.ended', at, key: 'k', phase, role: 'lead', outcome: 'failed', failure, ms: 3 },
    {
      type: 'model.ended',
      at,
      key: 'k',
      phase,
      role: 'lead',
      outcome: 'failed',
      failure,
      ms: 3,
      retry: { nth: 2, of: 3, inMs: 1500 },
    },
  ],
  'tool.started': [
    { type: 'tool.started', at, key: 'k', phase, role: 'lead', tool: 'git.diff', args: { range: 'HEAD' } },
    { type: 'tool.started', at, key: 'k', phase, tool: 'git.diff', args: {} },
  ],
  'tool.ended': [
    { type: 'tool.ended', at, key: 'k', phase, tool: 'git.diff', outcome: 'returned', value: [1], ms: 3 },
    { type: 'tool.ended', at, key: 'k', phase, tool: 'git.diff', outcome: 'failed', failure, ms: 3 },
  ],
  'tool.asked': [
    {
      type: 'tool.asked',
      at,
      key: 'k',
      phase,
      tool: 'box.put',
      question: { kind: 'form', server: 'box', text: 'Which box?', schema: { type: 'object' } },
      answer: { action: 'accept', content: { box: 'red' }, by: 'ann' },
    },
    {
      type: 'tool.asked',
      at,
      key: 'k',
      phase,
      tool: 'box.put',
      question: { kind: 'url', server: 'box', text: 'Log in.', url: 'https://example.org/login' },
      answer: null,
    },
    {
      type: 'tool.asked',
      at,
      key: 'k',
      phase,
      tool: 'box.put',
      question: { kind: 'form', server: 'box', text: 'Log in.', schema: { type: 'object' } },
      answer: { action: 'decline', by: 'crew', why: 'it asks for a secret: `password`' },
    },
  ],
  'artifact.repaired': [{ type: 'artifact.repaired', at, phase, how: ['took the fenced block'] }],
  'artifact.rejected': [{ type: 'artifact.rejected', at, phase, reason: 'no `range`', repair: 1 }],
  'transition.taken': [
    { type: 'transition.taken', at, from: 'draft', to: 'done', event: 'completed', way: 'next' },
    {
      type: 'transition.taken',
      at,
      from: 'a',
      to: 'b',
      event: 'completed',
      way: 'on_limit',
      guards: [{ when: 'visit < 3', held: true, values: { visit: 1 } }],
      limit: 'c',
      crew: 'build',
    },
  ],
  'turn.started': [
    { type: 'turn.started', at, phase, role: 'critic', turn: 2, reason: 'next in turn' },
    { type: 'turn.started', at, phase, role: 'author', turn: 3, closing: true },
  ],
  'message.sent': [{ type: 'message.sent', at, phase, from: 'critic', to: ['author'], turn: 2, text: 'No.' }],
  'work.handed': [
    { type: 'work.handed', at, phase, how: 'hand-off', from: 'critic', to: 'author', text: 'Mend it.' },
  ],
  'role.steered': [{ type: 'role.steered', at, role: 'critic', text: 'Be brief.', by: 'ada' }],
  'role.warned': [{ type: 'role.warned', at, phase, role: 'critic', reason: 'the same calls' }],
  'trial.judged': [
    { type: 'trial.judged', at, phase, trial: 1, passed: false, score: 0.5, feedback: 'Too short.' },
    { type: 'trial.judged', at, phase, trial: 2, passed: true, score: null, feedback: '' },
    { type: 'trial.judged', at, phase, trial: 3, passed: false, score: 0, feedback: 'No.', kept: 1 },
    {
      type: 'trial.judged',
      at,
      phase,
      trial: 4,
      passed: false,
      score: 0.5,
      feedback: '1. npm test: did not pass',
      checks: [{ name: 'npm test', passed: false, score: 0.5 }],
    },
  ],
  'answers.judged': [
    {
      type: 'answers.judged',
      at,
      phase,
      by: 'majority',
      choice: 'yes',
      tally: [
        { answer: 'no', models: ['b'] },
        { answer: 'yes', models: ['a', 'c'] },
      ],
      failed: ['d'],
    },
    {
      type: 'answers.judged',
      at,
      phase,
      by: 'judge',
      choice: 'no',
      tally: [{ answer: 'no', models: ['b'] }],
      failed: [],
      reason: 'It is shorter.',
    },
  ],
  'lesson.learned': [
    { type: 'lesson.learned', at, phase, trial: 1, lesson: 'Write more.' },
    { type: 'lesson.learned', at, phase, trial: 2, lesson: 'Write less.', answers: ['npm test'] },
  ],
  'lesson.used': [
    { type: 'lesson.used', at, phase, id: 'n1', lesson: 'Write more.', why: 'sameTask 1, passes 3' },
  ],
  'memory.recalled': [
    {
      type: 'memory.recalled',
      at,
      phase,
      version: 7,
      notes: [
        { role: 'lead', id: 'n2', kind: 'fact', gist: 'The tests need a database.', why: 'lexical 0.8' },
      ],
      blocks: [{ role: 'lead', label: 'house_rules', version: 2 }],
      remarks: ['vectors are missing'],
    },
  ],
  'memory.written': [
    {
      type: 'memory.written',
      at,
      phase,
      notes: [
        { id: 'n3', kind: 'observation', text: 'merge: done', state: 'new' },
        {
          ...{ id: 'n5', kind: 'fact', text: 'The port is 2.', state: 'new' },
          gaveWay: [{ id: 'n6', text: 'The port is 1.', reason: 'says another thing of the same subject' }],
        },
        { id: 'n4', kind: 'lesson', text: 'Trust me.', state: 'quarantined', reason: 'waits for a person' },
      ],
      retired: ['n1'],
      retiredFor: { n1: 'it does not help: first trials passed with it 0 of 6 times' },
    },
  ],
  'memory.failed': [
    {
      type: 'memory.failed',
      at,
      phase,
      failure: { code: 'MEMORY_UNAVAILABLE', message: 'the folder cannot be written to' },
    },
  ],
  'person.asked': [
    {
      type: 'person.asked',
      at,
      key: 'k',
      id: 'i',
      phase,
      question: { kind: 'question', text: 'Release?', choices: ['yes', 'no'], freeText: true },
    },
    {
      type: 'person.asked',
      at,
      key: 'k',
      id: 'i',
      phase,
      question: { kind: 'approval', tool: 'change.apply', args: { patch: '+1' }, argsHash: 'ab12' },
    },
    {
      type: 'person.asked',
      at,
      key: 'k',
      id: 'i',
      phase,
      question: {
        kind: 'approval',
        tool: 'box.put',
        args: { what: 'pen' },
        argsHash: 'ab12',
        binding: 'cd34',
        policyHash: 'ef56',
        server: '0a1b',
        pin: '2c3d',
        reason: 'a rule asks',
        rule: 'crew.policy.yaml:4 ask: box.*',
        destructive: true,
      },
    },
    {
      type: 'person.asked',
      at,
      key: 'k',
      id: 'i',
      phase,
      question: { kind: 'uncertain', tool: 'change.apply', args: { patch: '+1' }, argsHash: 'ab12' },
    },
  ],
  'person.answered': [
    { type: 'person.answered', at, key: 'k', id: 'i', phase, choice: 'yes', text: null, by: 'ada' },
  ],
  'run.ended': [
    { type: 'run.ended', at, outcome: 'success', phase: 'approved', result: { ok: true }, spend },
    { type: 'run.ended', at, outcome: 'failure', phase: 'gave_up', result: null, spend },
    { type: 'run.ended', at, outcome: 'error', phase: 'merge', failure, spend },
  ],
  'run.suspended': [{ type: 'run.suspended', at, failure, spend: { ...spend, costMicroUsd: null } }],
} as const satisfies {
  readonly [Type in RunEvent['type']]: readonly Extract<RunEvent, { readonly type: Type }>[];
};
