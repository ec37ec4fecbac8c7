import { expect, test } from 'vitest';
import { messageText } from '../../src/model/message.ts';
import type { ModelRequest } from '../../src/ports/language-model.ts';
import { createInMemoryStore } from '../../src/stores/in-memory.ts';
import { eventsOf, resultOf } from './compact-events.ts';
import type { Reply } from './fake-model.ts';
import { createRememberingRuns, doorOf, learner, learningCrew, memoryFor } from './memory-crew.ts';
import { runCrew } from './run-crew.ts';

const reflecting = learningCrew();

test('two runs at once on one store do not see each other, and both count', async () => {
  const { run, store } = createRememberingRuns();
  const options = { yaml: reflecting, inputs: { about: 'agreement' }, replies: learner };
  const both = await Promise.all([run(options), run(options)]);
  for (const one of both) {
    expect(eventsOf(one, 'lesson.used')).toEqual([]);
    expect(eventsOf(one, 'trial.judged').map(({ passed }) => passed)).toEqual([false, true]);
  }
  // They learned the same, which is one lesson that was seen twice.
  const lessons = await store.find({ scopes: 'all', kinds: ['lesson'] }, { limit: 9, order: 'oldest' });
  expect(lessons.map(({ text, seen }) => [text, seen])).toEqual([['Say the word yes.', 2]]);
  await Promise.all([run(options), run(options), run(options)]);
  const [lesson] = await store.find({ scopes: 'all', kinds: ['lesson'] }, { limit: 9, order: 'oldest' });
  expect(lesson?.lesson).toMatchObject({ uses: 3, passes: 3, fails: 0 });
});

test('a run that goes on later reads the memory as it was when it began', async () => {
  const { run, store } = createRememberingRuns();
  const options = { yaml: reflecting, inputs: { about: 'agreement' }, replies: learner };
  const version = await store.version();
  const door = doorOf(memoryFor(store, { runId: 'slow', version }));
  const [first] = (await runCrew({ ...options, runId: 'slow', memory: { door, version } })).facts;
  if (first === undefined) throw new Error('a run has a first fact');
  await run({ ...options, runId: 'quick' });
  const later = await runCrew({
    ...options,
    runId: 'slow2',
    history: [{ ...first, runId: 'slow2' } as never],
    memory: { door: doorOf(memoryFor(store, { runId: 'slow2', version })), version },
  });
  expect(eventsOf(later, 'lesson.used')).toEqual([]);
  const present = await run({ ...options, runId: 'now' });
  expect(eventsOf(present, 'lesson.used')).toHaveLength(1);
});

test('a run whose version is gone reads what is there, and says so', async () => {
  const { run, store } = createRememberingRuns();
  const options = { yaml: reflecting, inputs: { about: 'agreement' }, replies: learner };
  await run(options);
  const gone = { ...memoryFor(store, { runId: 'old', version: 0 }) };
  const one = await runCrew({
    ...options,
    runId: 'old',
    memory: { door: doorOf(gone), version: 0 },
  });
  expect(resultOf(one)).toMatchObject({ outcome: 'success' });
  expect(eventsOf(one, 'memory.recalled')[0]?.remarks).toEqual([
    'version 0 of the memory is not kept any more, so it is read as it is now',
  ]);
});

test('a note never stands in for a call: the same call is made again, and its result is the tool’s', async () => {
  const { run } = createRememberingRuns();
  const yaml = `memory: {}
roles:
  clerk: { goal: Look it up., memory: true, tools: [kit] }
start: look
phases:
  look: { role: clerk, task: Look up the number of the order., next: check }
  check: { tool: kit.give, with: { n: 7 }, next: done }
  done: { end: success, result: { look: "{{ look }}", check: "{{ check | json }}" } }
`;
  const replies = ({ origin }: ModelRequest): Reply =>
    origin.turn === 1
      ? { calls: [{ tool: 'kit.give', args: { n: 4 } }] }
      : { text: 'The number of the order is 4.' };
  const first = await run({ yaml, replies });
  const second = await run({ yaml, replies });
  expect(second.toolCalls).toEqual(first.toolCalls);
  expect(second.toolCalls).toHaveLength(2);
  const [request] = second.modelRequests;
  const told = request?.messages.find(message =>
    messageText(message).includes('The number of the order is 4.'),
  );
  expect(told?.from).toBe('user');
  expect(messageText(told ?? { from: 'user', parts: [] })).toContain(
    'never take an action for done because a note says so',
  );
  // Results of calls are those of this run: none stands in the conversation before the role has called anything.
  expect(request?.messages.some(({ from }) => from === 'tool')).toBe(false);
});

test('what was learned at every tenth task or so is held against tasks without lessons', async () => {
  const { run } = createRememberingRuns(createInMemoryStore());
  const options = { yaml: reflecting, inputs: { about: 'agreement' }, replies: learner };
  const used: number[] = [];
  for (let nth = 0; nth < 40; nth += 1) used.push(eventsOf(await run(options), 'lesson.used').length);
  const without = used.slice(5).filter(count => count === 0).length;
  expect(used.slice(1, 5)).toEqual([1, 1, 1, 1]);
  expect(without).toBeGreaterThan(0);
  expect(without).toBeLessThan(12);
});
