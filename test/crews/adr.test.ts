import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { JsonObject } from '../../src/model/json.ts';
import {
  copyExample,
  delivering,
  type ExampleWorkspace,
  resultText,
  runShipped,
  tasksOf,
} from './run-shipped.ts';

const DECISION: JsonObject = JSON.parse(
  readFileSync(new URL('../../examples/24-adr/decision.json', import.meta.url), 'utf8'),
);
const FILE = 'examples/24-adr/decisions/0002-keep-the-journal-of-orders-in-sqlite.md';

let example: ExampleWorkspace;
beforeAll(() => {
  example = copyExample('24-adr');
});
afterAll(() => example.dispose());

const run = (replies?: string, inputs = DECISION) =>
  runShipped('adr', {
    workspace: example.path,
    inputs,
    ...(replies === undefined ? {} : { replies: `24-adr/${replies}.yaml` }),
  });

test('offline the form is filled with what people said, and it says so', async () => {
  const done = await run();
  expect([done.outcome.outcome, done.end]).toEqual(['success', 'done']);
  const text = resultText(done);
  expect(text).toMatch(/^# 2\. Keep the journal of orders in SQLite\n\nStatus: proposed\n/);
  expect(text).toContain(
    'Chosen option: SQLite, because: one file with transactions; no server to look after.',
  );
  expect(text).toContain('- [Load of the journal](../material/load.md)');
  expect(text).toContain(`<!-- For ${FILE}.`);
  expect(text).toContain('no language model wrote or judged anything');
});

test('offline a decision that nobody has made stays open, and the run fails with a skeleton', async () => {
  const done = await run(undefined, { title: 'Use tabs', options: [{ name: 'Tabs' }, { name: 'Spaces' }] });
  expect([done.outcome.outcome, done.end]).toEqual(['failure', 'incomplete']);
  expect(done.phases).toEqual(['workspace', 'collect', 'write', 'check', 'write', 'check']);
  const text = resultText(done);
  expect(text).toContain('- the section decision is still open: "TODO"');
  expect(text).toContain('# 1. Use tabs');
  expect(text).not.toContain('Chosen option: Tabs');
});

test('an architect whose record is complete is shown', async () => {
  const done = await run('replies');
  expect(done.phases).toEqual(['workspace', 'collect', 'write', 'check']);
  expect(resultText(done)).toContain('This page follows [the first one](0001-write-decisions-down.md).');
  expect(resultText(done)).not.toContain('no language model');
});

test('an architect who loses an option and takes a number is told so, and mends it', async () => {
  const done = await run('mended.replies');
  expect(done.phases).toEqual(['workspace', 'collect', 'write', 'check', 'write', 'check']);
  expect([done.outcome.outcome, done.end]).toEqual(['success', 'done']);
});

test('an architect who does not listen ends in failure', async () => {
  const done = await run('stubborn.replies');
  expect([done.outcome.outcome, done.end]).toEqual(['failure', 'incomplete']);
  expect(resultText(done)).toContain('the given option "PostgreSQL" is not considered');
});

test('the architect is shown the material, the records and what the gate found', async () => {
  const model = delivering([{ file: FILE, text: '# 2. X', notes: [] }]);
  await runShipped('adr', { workspace: example.path, inputs: DECISION, model });
  const [first, second] = tasksOf(model);
  expect(first).toContain('On the busiest day 40 orders a second were written.');
  expect(first).toContain('- examples/24-adr/decisions/0001-write-decisions-down.md');
  expect(second).toContain('- there is no section context');
});

test('a choice that is none of the options is not taken over', async () => {
  const done = await run(undefined, { ...DECISION, chosen: 'MongoDB' });
  expect([done.outcome.outcome, done.end]).toEqual(['failure', 'incomplete']);
  expect(resultText(done)).toContain('no option is chosen');
});
