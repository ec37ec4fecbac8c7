import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { CrewError, type ErrorCode } from '../../src/model/crew-error.ts';
import type { PersonAskEffect } from '../../src/model/effect.ts';
import { compact, resultOf, suspensionOf } from './compact-events.ts';
import type { Replies } from './fake-model.ts';
import { type CrewRun, type CrewRunOptions, runCrew } from './run-crew.ts';

const PHASE = `budget: { tool_calls: 1 }
start: save
phases:
  save: { tool: kit.write, with: { text: hello }, next: done }
  done: { end: success, result: "{{ save }}" }
`;
const CALL = 'save:1:1/tool';

let folder = '';
let path = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'crewfile-unreached-'));
  path = join(folder, 'runs.db');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const outOfReach =
  (code: ErrorCode = 'MCP_LOGIN_NEEDED', notBegun = true) =>
  (): never => {
    throw new CrewError(code, 'nobody is logged in', { notBegun });
  };
const asked: PersonAskEffect[] = [];
const person = (effect: PersonAskEffect) => {
  asked.push(effect);
  return { choice: 'allow', text: null, by: 'ann' };
};
beforeEach(() => asked.splice(0));

const begin = (options: Partial<CrewRunOptions> = {}): Promise<CrewRun> =>
  runCrew({ yaml: PHASE, path, person, tools: { write: outOfReach() }, ...options });
const goOn = (options: Partial<CrewRunOptions> = {}): Promise<CrewRun> =>
  begin({ tools: {}, reopen: true, resume: {}, ...options });

test.each(['MCP_LOGIN_NEEDED', 'MCP_UNAVAILABLE', 'SANDBOX_MISSING', 'TOOL_CHANGED'] as const)(
  'a call that was not made for %s makes the run wait, and a resume makes it, asked and paid once',
  async code => {
    const first = await begin({ tools: { write: outOfReach(code) } });
    expect(suspensionOf(first)).toEqual({ code, message: 'nobody is logged in' });
    const run = await goOn();
    expect(resultOf(run)).toMatchObject({ outcome: 'success', result: 'hello' });
    expect(asked).toHaveLength(1);
    expect(run.outcome.type === 'ended' && run.outcome.state.ledger).toMatchObject({
      spent: { toolCalls: 1 },
      reserved: {},
    });
    expect(compact(run.events).slice(4)).toEqual([
      `tool.started ${CALL}`,
      `tool.ended ${CALL} failed`,
      'run.suspended',
      'run.resumed',
      `tool.started ${CALL}`,
      `tool.ended ${CALL} returned`,
      'phase.ended save completed',
      'transition.taken',
      'run.ended success',
    ]);
  },
);

test('it waits as often as it must, and each resume calls once', async () => {
  await begin();
  const again = await goOn({ tools: { write: outOfReach() } });
  expect([suspensionOf(again)?.code, again.toolCalls.length]).toEqual(['MCP_LOGIN_NEEDED', 1]);
  const run = await goOn();
  expect([resultOf(run)?.outcome, run.toolCalls.length]).toEqual(['success', 1]);
  const replayed = await runCrew({ yaml: PHASE, path, reopen: true, person });
  expect([resultOf(replayed)?.outcome, replayed.toolCalls.length]).toEqual(['success', 0]);
});

test('what had begun fails as ever, and so does what waiting does not mend', async () => {
  const begun = await begin({ tools: { write: outOfReach('MCP_UNAVAILABLE', false) } });
  expect(resultOf(begun)).toMatchObject({ outcome: 'error', failure: { code: 'MCP_UNAVAILABLE' } });
  const broken = await runCrew({ yaml: PHASE, person, tools: { write: outOfReach('TOOL_FAILED') } });
  expect(resultOf(broken)).toMatchObject({ outcome: 'error', failure: { code: 'TOOL_FAILED' } });
});

test('a phase with a way for failures goes it', async () => {
  const yaml = PHASE.replace('next: done }', 'on_error: lost, next: done }').concat(
    '  lost: { end: success, result: lost }\n',
  );
  expect(resultOf(await begin({ yaml }))).toMatchObject({ result: 'lost' });
});

test('a phase with `retry` tries first, then waits', async () => {
  const yaml = PHASE.replace('tool_calls: 1', 'tool_calls: 2').replace(
    'next: done }',
    'retry: { max: 1 }, next: done }',
  );
  const first = await begin({ yaml, tools: { write: outOfReach('MCP_UNAVAILABLE') } });
  expect([suspensionOf(first)?.code, first.toolCalls.length]).toEqual(['MCP_UNAVAILABLE', 2]);
  expect(resultOf(await goOn({ yaml }))).toMatchObject({ result: 'hello' });
});

const ROLE = `roles: { writer: { goal: Write., tools: [kit] } }
start: write
phases:
  write: { role: writer, task: Write., next: done }
  done: { end: success, result: "{{ write }}" }
`;
const replies: Replies = ({ origin }) =>
  origin.turn === 1 ? { calls: [{ tool: 'kit.write', args: { text: 'hello' } }] } : { text: 'written' };

test('a role is not told of what only a person can mend: its call waits, and no model is paid meanwhile', async () => {
  const first = await begin({ yaml: ROLE, replies });
  expect(suspensionOf(first)?.code).toBe('MCP_LOGIN_NEEDED');
  expect(first.modelRequests).toHaveLength(1);
  const run = await goOn({ yaml: ROLE, replies });
  expect(resultOf(run)).toMatchObject({ result: 'written' });
  expect([run.toolCalls.length, asked.length]).toEqual([1, 1]);
});

test('a role is told of a tool that is another one now, for it has others', async () => {
  const run = await begin({ yaml: ROLE, replies, tools: { write: outOfReach('TOOL_CHANGED') } });
  expect(resultOf(run)).toMatchObject({ result: 'written' });
});
