import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  copyExample,
  type ExampleWorkspace,
  resultText,
  runShipped,
  type ShippedRun,
} from './run-shipped.ts';

const inputs = { proposal: 'The reading room opens on Sundays.', material: ['examples/25-debate/material'] };

let example: ExampleWorkspace;
beforeAll(() => {
  example = copyExample('25-debate');
});
afterAll(() => example.dispose());

const run = (replies?: string, given = inputs): Promise<ShippedRun> =>
  runShipped('debate', {
    workspace: example.path,
    inputs: given,
    ...(replies === undefined ? {} : { replies: `25-debate/${replies}.yaml` }),
  });

test('offline the arguments stand side by side, and no winner is declared', async () => {
  const done = await run();
  expect([done.outcome.outcome, done.end]).toEqual(['success', 'laid_out']);
  const text = resultText(done);
  expect(text).toContain('No winner is declared.');
  expect(text).toContain('- F1: The building is heated on Sundays anyway. [s1]');
  expect(text).toContain('- A3: 61 readers come for the quiet and fear that it will be gone. [s2]');
  expect(text).toContain('no language model read or weighed them');
});

test('both sides are heard in turn, and the verdict quotes what was argued', async () => {
  const done = await run('replies');
  expect([done.outcome.outcome, done.end]).toEqual(['success', 'decided']);
  const speakers = done.events.flatMap(event =>
    event.type === 'model.started' && event.phase.startsWith('hearing') ? [event.role] : [],
  );
  expect(speakers).toEqual(['advocate', 'opponent', 'advocate', 'judge']);
  expect(resultText(done)).toContain('**Verdict: against.**');
  expect(resultText(done)).toContain('[A1: “Nobody has promised the money beyond eight months.”]');
  expect(resultText(done)).toContain('[turn 3: “I concede A1 for longer than eight months.”]');
});

test('a judge who quotes what nobody argued is told so, and mends it', async () => {
  const done = await run('mended.replies');
  expect([done.outcome.outcome, done.end]).toEqual(['success', 'decided_later']);
  expect(resultText(done)).not.toContain('Nobody has promised any money at all.');
  expect(resultText(done)).not.toContain('I concede A1 and with it the proposal.');
  const weighed = done.events.find(event => event.type === 'phase.ended' && event.phase === 'weighed');
  expect(JSON.stringify(weighed)).toContain('does not stand in `turn 3`');
  expect(resultText(done)).toContain('[turn 3: “I concede A1 for longer than eight months.”]');
});

test('a judge who does not listen is not shown', async () => {
  const done = await run('stubborn.replies');
  expect([done.outcome.outcome, done.end]).toEqual(['failure', 'refused']);
  expect(resultText(done)).toContain('does not stand in `A1`');
});

test('material without any argument ends in failure offline', async () => {
  const done = await run(undefined, { ...inputs, material: ['examples/25-debate/replies.yaml'] });
  expect([done.outcome.outcome, done.end]).toEqual(['failure', 'ungrounded']);
  expect(resultText(done)).toContain('there is no claim');
});
