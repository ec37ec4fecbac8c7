import { describe, expect, test } from 'vitest';
import { lowerPhase } from '../../src/language/lower-phase.ts';
import { splitCommand } from '../../src/language/split-command.ts';
import type { Phase } from '../../src/model/crew.ts';
import type { JsonSchema, JsonValue } from '../../src/model/json.ts';
import { runsCommands, withTrialToolset } from '../../src/model/trial-tool.ts';

const lower = (written: JsonValue): Phase =>
  lowerPhase('it', written, (_path, schema) => schema as JsonSchema);

test.each([
  [{ schema: { type: 'string' } }, { kind: 'schema', schema: { type: 'string' } }],
  [{ expression: 'it.ok' }, { kind: 'expression', condition: 'it.ok' }],
  [
    { role: 'critic', task: 'Judge' },
    { kind: 'role', role: 'critic', task: 'Judge' },
  ],
])('the evaluator %j is read', (written, lowered) => {
  const phase = lower({ role: 'a', task: 'b', reflect: { evaluator: written } });
  const reflect = { evaluator: lowered, trials: 3, keep: 'best', window: 1, strategy: 'reflexion' };
  expect(phase).toMatchObject({ reflect });
});

test.each([
  ['npm test', ['npm', 'test']],
  [`node -e 'a b' "c \\"d\\"" e=1`, ['node', '-e', 'a b', 'c "d"', 'e=1']],
  [
    'run {{ inputs.a | default: "x y" }} -{{ inputs.b }}',
    ['run', '{{ inputs.a | default: "x y" }}', '-{{ inputs.b }}'],
  ],
])('the command %j is split at spaces, as no shell would do it otherwise', (command, words) => {
  const phase = lower({ role: 'a', task: 'b', reflect: { evaluator: { command } } });
  expect(phase).toMatchObject({ reflect: { evaluator: { with: { command: words, timeout_ms: 60_000 } } } });
});

test('a list of checks keeps its order, also with one in it', () => {
  const evaluator = [{ command: 'npm test' }, { role: 'critic', task: 'Judge', name: 'taste' }];
  const phase = lower({ role: 'a', task: 'b', reflect: { evaluator } });
  expect(phase).toMatchObject({
    reflect: {
      evaluator: {
        kind: 'all',
        checks: [
          { name: 'npm test', tool: 'trial.run' },
          { kind: 'role', name: 'taste' },
        ],
      },
    },
  });
  expect(lower({ role: 'a', task: 'b', reflect: { evaluator: evaluator.slice(1) } })).toMatchObject({
    reflect: { evaluator: { kind: 'all', checks: [{ kind: 'role' }] } },
  });
});

describe('a command that needs a shell', () => {
  test.each([
    'npm test | tail',
    'a && b',
    'a; b',
    'a > b',
    'echo $HOME',
    'a `b`',
    'ls *',
    'cd ~',
    'A=1 npm test',
    "it's",
    '"',
    ' ',
    '',
  ])('%j is none', text => {
    expect(splitCommand(text)).toHaveProperty('problem');
  });

  test.each([
    ['\'|\' "&&"', ['|', '&&']],
    ['a="b c"', undefined],
    ["sh -c 'a | b'", ['sh', '-c', 'a | b']],
    ["x '' y", ['x', '', 'y']],
    ['{{ inputs.a | upcase }}', ['{{ inputs.a | upcase }}']],
  ])('%s is one when it is quoted', (text, words) => {
    if (words === undefined) expect(splitCommand(text)).toHaveProperty('problem');
    else expect(splitCommand(text)).toEqual({ words });
  });
});

describe('the toolset that commands need', () => {
  const sop = (evaluator: JsonValue) =>
    ({
      name: 's',
      start: 'it',
      roles: [],
      phases: [lower({ role: 'a', task: 'b', reflect: { evaluator } })],
    }) as const;
  const crew = { name: 'c', goal: 'g', inputs: [], models: [], roles: [], budget: {} } as const;

  test('is there when one of the checks is a command, and only then', () => {
    expect(runsCommands(sop([{ expression: 'a' }, { command: 'b' }]))).toBe(true);
    expect(runsCommands(sop([{ expression: 'a' }]))).toBe(false);
    const added = withTrialToolset({ ...crew, toolsets: [], sop: sop({ command: 'b' }) });
    expect(added.toolsets).toEqual([{ name: 'trial', source: { kind: 'builtin', name: 'trial' } }]);
  });

  test('is not there twice', () => {
    const toolsets = [{ name: 'trial', source: { kind: 'builtin', name: 'trial' } }] as const;
    expect(withTrialToolset({ ...crew, toolsets, sop: sop({ command: 'b' }) }).toolsets).toEqual(toolsets);
  });
});
