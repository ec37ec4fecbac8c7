import { describe, expect, test } from 'vitest';
import { messageText } from '../../src/model/message.ts';
import type { ModelRequest } from '../../src/ports/language-model.ts';
import { eventsOf, resultOf, suspensionOf } from './compact-events.ts';
import type { Reply } from './fake-model.ts';
import { runCrew } from './run-crew.ts';

const crew = (
  more = '',
  last = 'Mend {{ faults }} in {{ draft }}.',
) => `models: { quick: auto, careful: auto }
inputs: { topic: { type: string } }
start: note
phases:
  note:
    chain:
      - { name: draft, model: quick, prompt_template: "Write about {{ inputs.topic }}." }
      - { name: faults, model: careful, prompt_template: "Faults of: {{ previous_response }}" }
      - { model: quick, prompt_template: '${last}' }
    ${more}
    next: done
  done: { end: success, result: "{{ note }}" }
  failed: { end: failure, result: "{{ run.error.code }}" }
`;
const inputs = { topic: 'rain' };
const plain = (text: string): string =>
  text.replace('  failed: { end: failure, result: "{{ run.error.code }}" }\n', '');
const asked = (request: ModelRequest): string =>
  messageText(request.messages[1] ?? { from: 'user', parts: [] });
const say =
  (replies: { readonly [step: string]: Reply | readonly Reply[] }) =>
  ({ origin }: ModelRequest): Reply => {
    const given = replies[origin.role];
    if (given === undefined) throw new Error(`nobody expected step ${origin.role}`);
    return 'at' in given ? (given.at(origin.turn - 1) ?? {}) : (given as Reply);
  };

test('each step reads what was said before it, by place and by name, and the last response is the artifact', async () => {
  const run = await runCrew({
    yaml: plain(crew()),
    inputs,
    replies: say({
      draft: { text: 'It rains.' },
      faults: { text: 'too short' },
      step_3: { text: 'It rains a lot.' },
    }),
  });
  expect(resultOf(run)).toMatchObject({ result: 'It rains a lot.' });
  expect(run.modelRequests.map(asked)).toEqual([
    'Write about rain.',
    'Faults of: It rains.',
    'Mend too short in It rains..',
  ]);
});

test('each step is a conversation of its own without tools, with its model, and speaks under its name', async () => {
  const run = await runCrew({
    yaml: plain(crew()),
    inputs,
    replies: () => ({ text: 'x' }),
  });
  expect(run.modelRequests.map(({ messages, tools }) => [messages.length, tools.length])).toEqual([
    [2, 0],
    [2, 0],
    [2, 0],
  ]);
  expect(eventsOf(run, 'model.started').map(({ key, role, model }) => [key, role, model])).toEqual([
    ['note:1:1/step-1/model-1', 'draft', 'fake:quick'],
    ['note:1:1/step-2/model-1', 'faults', 'fake:careful'],
    ['note:1:1/step-3/model-1', 'step_3', 'fake:quick'],
  ]);
});

test('only the last step is typed, and it is asked to mend what does not fit', async () => {
  const output = 'output: { type: object, required: [n], properties: { n: { type: integer } } }';
  const run = await runCrew({
    yaml: plain(crew(output)),
    inputs,
    replies: say({
      draft: { text: 'words' },
      faults: { text: 'words' },
      step_3: [{ text: 'words' }, { text: '```json\n{"n": 3}\n```' }],
    }),
  });
  expect(resultOf(run)).toMatchObject({ result: { n: 3 } });
  expect(run.modelRequests.map(request => request.output?.name)).toEqual([
    undefined,
    undefined,
    'note',
    'note',
  ]);
});

describe('a step that fails', () => {
  test('because its model cannot be reached holds the run, and a resume goes on with it', async () => {
    const yaml = plain(crew());
    const first = await runCrew({
      yaml,
      inputs,
      replies: say({
        draft: { text: 'a' },
        faults: { failure: { code: 'PROVIDER_AUTH', message: 'no key' } },
      }),
    });
    expect(suspensionOf(first)).toMatchObject({ code: 'PROVIDER_AUTH' });
    const second = await runCrew({
      yaml,
      inputs,
      history: first.facts,
      resume: {},
      replies: say({ faults: { text: 'b' }, step_3: { text: 'c' } }),
    });
    expect(second.calledKeys).toEqual(['note:1:1/step-2/model-1-2', 'note:1:1/step-3/model-1']);
    expect(resultOf(second)).toMatchObject({ result: 'c' });
  });

  test('for good is the failure of the phase', async () => {
    const run = await runCrew({
      yaml: crew('on_error: failed'),
      inputs,
      replies: say({ draft: { text: 'a' }, faults: { text: 'x', finish: 'content_filter' } }),
    });
    expect(resultOf(run)).toMatchObject({ outcome: 'failure', result: 'CONTENT_FILTERED' });
  });

  test('because its prompt cannot be rendered is the failure of the phase too', async () => {
    const run = await runCrew({
      yaml: crew('on_error: failed', '{{ draft | divided_by: 0 }}'),
      inputs,
      replies: () => ({ text: '1' }),
    });
    expect(resultOf(run)).toMatchObject({ outcome: 'failure', result: 'TEMPLATE_FAILED' });
    expect(run.modelRequests).toHaveLength(2);
  });
});

test('what a model says is never read as a template', async () => {
  const run = await runCrew({ yaml: plain(crew()), inputs, replies: () => ({ text: '{{ run.id }}' }) });
  expect(run.modelRequests.map(asked).at(-1)).toBe('Mend {{ run.id }} in {{ run.id }}.');
});
