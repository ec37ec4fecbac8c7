import { expect, test } from 'vitest';
import type { JsonObject } from '../../src/model/json.ts';
import { fc } from '../laws.ts';
import { callTool, failureOf } from './tool-call.ts';

const traced = (args: JsonObject) => callTool('/', 'gate.traced', args);

const REQUIREMENTS = [
  { id: 'R1', priority: 'P0', text: 'orders can be cancelled' },
  { id: 'R2', priority: 'P1' },
];

test('a requirement with a task and a test passes, one of another priority needs neither', async () => {
  const result = await traced({
    requirements: REQUIREMENTS,
    tasks: [{ id: 'T1', requirements: ['R1'] }],
    tests: [{ name: 'cancels', requirements: ['R1'] }],
  });
  expect(result).toEqual({ ok: true, reasons: [], checked: 1, missing: [], unknown: [] });
});

test('what is missing is named, once for the task and once for the test', async () => {
  const result = await traced({ requirements: REQUIREMENTS, tasks: [], tests: [] });
  expect(result.ok).toBe(false);
  expect(result.missing).toEqual([
    { requirement: 'R1', what: 'task' },
    { requirement: 'R1', what: 'test' },
  ]);
  expect(result.reasons).toEqual(['R1 has no task', 'R1 has no test']);
});

test('a made-up id does not pass and is named with what names it', async () => {
  const result = await traced({
    requirements: REQUIREMENTS,
    tasks: [{ requirements: ['R1', 'R9', 'R9'] }],
    tests: [{ name: 'cancels', requirements: ['R1', 'constructor'] }],
  });
  expect(result.ok).toBe(false);
  expect(result.unknown).toEqual([
    { requirement: 'R9', what: 'task', by: '#1' },
    { requirement: 'constructor', what: 'test', by: 'cancels' },
  ]);
});

test('nothing to gate is no pass', async () => {
  const requirements = [{ id: 'R1', priority: 'p0' }];
  const result = await traced({ requirements, tasks: [], tests: [] });
  expect(result).toMatchObject({ ok: false, checked: 0, missing: [], unknown: [] });
  expect(result.reasons).toEqual(['there is no requirement of priority P0']);
});

test('one id for two requirements is no pass, because one task would stand for both', async () => {
  const result = await traced({
    requirements: [
      { id: 'R1', priority: 'P0' },
      { id: 'R1', priority: 'P0' },
    ],
    tasks: [{ requirements: ['R1'] }],
    tests: [{ requirements: ['R1'] }],
  });
  expect(result).toMatchObject({ ok: false, reasons: ['the id R1 stands for more than one requirement'] });
});

test('another priority can be gated', async () => {
  const result = await traced({ requirements: REQUIREMENTS, tasks: [], tests: [], priority: 'P1' });
  expect(result.missing.map((item: { requirement: string }) => item.requirement)).toEqual(['R2', 'R2']);
});

test('arguments that are no lists of objects are refused', async () => {
  const failure = await failureOf(traced({ requirements: [null], tasks: [], tests: [] }));
  expect(failure.code).toBe('TOOL_ARGUMENTS');
});

const id = fc.constantFrom('R1', 'R2', 'R3', 'R4', '__proto__', 'R01');
const requirement = fc.record({ id, priority: fc.constantFrom('P0', 'P1') });
const tracing = fc.record({ id: fc.string(), requirements: fc.array(id, { maxLength: 4 }) });

test('law: it passes exactly when each gated requirement has both links and no id is unknown or repeated', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(requirement, { maxLength: 4 }),
      fc.array(tracing, { maxLength: 4 }),
      fc.array(tracing, { maxLength: 4 }),
      async (requirements, tasks, tests) => {
        const result = await traced({ requirements, tasks, tests });
        const known = requirements.map(item => item.id);
        const gated = requirements.filter(item => item.priority === 'P0').map(item => item.id);
        const named = [...tasks, ...tests].flatMap(item => item.requirements);
        const has = (list: readonly { readonly requirements: readonly string[] }[], wanted: string) =>
          list.some(item => item.requirements.includes(wanted));
        const expected =
          gated.length > 0 &&
          new Set(known).size === known.length &&
          named.every(name => known.includes(name)) &&
          gated.every(name => has(tasks, name) && has(tests, name));
        expect(result.ok).toBe(expected);
        expect(result.ok).toBe(result.reasons.length === 0);
        // A list in another order says the same.
        const turned = await traced({
          requirements,
          tasks: [...tasks].reverse(),
          tests: [...tests].reverse(),
        });
        expect(turned.missing).toEqual(result.missing);
        expect(turned.ok).toBe(result.ok);
      },
    ),
    { numRuns: 400 },
  );
});
