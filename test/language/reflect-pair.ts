const SAID = { score: '{{ evaluation.score }}', feedback: '{{ evaluation.why }}' } as const;
/** A `reflect` with every key that it has: a tool and a command, which have the most. */
export const REFLECT = {
  evaluator: [
    { tool: 't.check', with: { a: 1 }, pass: 'evaluation.ok', ...SAID, name: 'first' },
    {
      command: ['node', '{{ inputs.file }}'],
      timeout: '2s',
      cwd: 'pack',
      artifact_as: 'it.js',
      copy: ['tests'],
      input: '{{ inputs.in }}',
      output_from: 'out.json',
      sandbox: { fs: ['ro:.'], net: 'host' },
    },
  ],
  trials: 5,
  keep: 'last',
  window: 'all',
  strategy: 'retry',
  lessons: 'off',
} as const;
/** What it becomes in a phase `it`. */
export const REFLECT_LOWERED = {
  evaluator: {
    kind: 'all',
    checks: [
      { kind: 'tool', name: 'first', tool: 't.check', with: { a: 1 }, pass: 'evaluation.ok', ...SAID },
      {
        kind: 'tool',
        name: 'node {{ inputs.file }}',
        tool: 'trial.run',
        with: {
          command: ['node', '{{ inputs.file }}'],
          timeout_ms: 2000,
          cwd: 'pack',
          artifact: '{{ it }}',
          artifact_as: 'it.js',
          copy: ['tests'],
          input: '{{ inputs.in }}',
          output_from: 'out.json',
          sandbox: { fs: ['ro:.'], net: 'host' },
        },
        pass: 'evaluation.passed',
        feedback: '{{ evaluation.said }}',
      },
    ],
  },
  trials: 5,
  keep: 'last',
  window: 'all',
  strategy: 'retry',
  lessons: 'off',
} as const;
