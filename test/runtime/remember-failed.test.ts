import { expect, test } from 'vitest';
import { messageText } from '../../src/model/message.ts';
import { createRememberingRuns } from './memory-crew.ts';

const CREW = `memory: {}
roles:
  writer: { goal: Write., memory: true }
start: draft
phases:
  draft:
    role: writer
    task: "Write of the heron."
    reflect: { evaluator: { expression: 'draft == "yes"' }, trials: 2, strategy: retry }
    next: done
  done: { end: success, result: "{{ draft }}" }
`;

test('what passed no trial is recalled as failed, and how it was decided says which one was kept', async () => {
  const { run, store } = createRememberingRuns();
  await run({ yaml: CREW, replies: () => ({ text: 'The heron is a fish.' }) });
  const notes = await store.find({ scopes: 'all' }, { limit: 9, order: 'oldest' });
  const decision = notes.find(({ kind }) => kind === 'decision');
  expect(decision).toMatchObject({ outcome: 'fail' });
  expect(decision?.text).toContain('- none of 2 trials passed, trial 1 was kept');
  const later = await run({ yaml: CREW, replies: () => ({ text: 'yes' }) });
  const [request] = later.modelRequests;
  const said = (request?.messages ?? []).map(messageText).join('\n');
  const row = said.split('\n').find(line => line.includes('The heron is a fish.')) ?? '{}';
  expect(JSON.parse(row)).toMatchObject({ kind: 'observation', outcome: 'failed' });
  expect(said).toContain('did not pass what it was judged by');
});
