import { expect, test } from 'vitest';
import { createAskInCall } from '../../src/cli/ask-in-call.ts';
import { createTerminalTurns } from '../../src/cli/terminal-turns.ts';
import { fieldText } from '../../src/model/field-text.ts';
import { asksForSecret, formFields, readField } from '../../src/model/form-field.ts';
import type { JsonObject } from '../../src/model/json.ts';
import type { ToolQuestion } from '../../src/model/person-question.ts';
import type { AskedInCall } from '../../src/runtime/executor.ts';

const effect = {
  type: 'tool.call',
  key: 'a:1:1/tool',
  tool: 'box.put',
  args: {},
  repeatable: false,
} as const;
const signal = new AbortController().signal;

/** A person who types these lines, then ends the input. */
async function answer(question: ToolQuestion, lines: readonly string[], interactive = true) {
  const left = [...lines];
  let shown = '';
  const ask = createAskInCall({
    terminal: {
      columns: 80,
      stderr: text => {
        shown += text;
      },
      readLine: async () => left.shift(),
    },
    interactive,
    turns: createTerminalTurns(),
  });
  const asked: AskedInCall = { effect, question };
  const given = await ask(asked, signal);
  return { given, shown, left };
}

const form = (properties: JsonObject, required: readonly string[] = []): ToolQuestion => ({
  kind: 'form',
  server: 'box',
  text: 'Which box?\n> y',
  schema: { type: 'object', properties, required: [...required] },
});

test('a form is asked field by field, and what is typed has the types of its fields', async () => {
  const question = form(
    {
      name: { type: 'string', minLength: 2, description: 'What to call it' },
      size: { type: 'integer', minimum: 1 },
      color: { type: 'string', enum: ['red', 'blue'] },
      sealed: { type: 'boolean', default: true },
      note: { type: 'string' },
      tags: { type: 'array', items: { enum: ['a', 'b'] } },
    },
    ['name', 'size', 'color'],
  );
  const lines = ['maybe', 'y', '', 'x', 'pen', '1.5', '0', '3', '7', '2', '', '', '1, b'];
  const { given, shown, left } = await answer(question, lines);
  const content = { name: 'pen', size: 3, color: 'blue', sealed: true, tags: ['a', 'b'] };
  expect(given).toMatchObject({ action: 'accept', content });
  expect(left).toEqual([]);
  expect(shown).toContain('the server `box` asks, in the middle of `box.put`; these are its words:');
  expect(shown).toContain('  │ Which box?\n  │ > y\n');
  expect(shown).toContain('  │ name: What to call it\n(text, at least 2 characters; needed)\n');
  expect(shown).toContain('  │ size\n(a whole number, at least 1; needed)\n');
  expect(shown).toContain('(one of these, by its number or text; needed)\n1  red\n2  blue\n');
  expect(shown).toContain('  │ sealed\n(`y` or `n`; Enter alone takes true)\n');
  expect(shown).toContain('  │ note\n(text; Enter alone leaves it out)\n');
});

test('nobody is asked without a terminal, and whoever leaves or declines gives nothing', async () => {
  const question = form({ name: { type: 'string' } }, ['name']);
  expect((await answer(question, ['y', 'pen'], false)).given).toBeUndefined();
  expect((await answer(question, ['n'])).given).toMatchObject({ action: 'decline' });
  expect((await answer(question, [])).given).toMatchObject({ action: 'cancel' });
  expect((await answer(question, ['y'])).given).toMatchObject({ action: 'cancel' });
});

test.each([
  ['password', {}],
  ['apiKey', {}],
  ['api_key', {}],
  ['TOKEN', {}],
  ['x', { title: 'Your secret' }],
  ['x', { title: 'API key' }],
  ['accessToken', {}],
  ['x', { format: 'password' }],
  ['ｐａｓｓｗｏｒｄ', {}],
  ['otp', {}],
  ['pin', {}],
  ['x', { title: 'PIN code' }],
  ['ssh-key', {}],
  ['userCredentials', {}],
])('a form that asks for a secret is declined unasked: %s %j', async (name, more) => {
  const { given, shown, left } = await answer(form({ [name]: { type: 'string', ...more } }), [
    'y',
    'hunter2',
  ]);
  expect(given).toMatchObject({ action: 'decline', by: 'crew', why: `it asks for a secret: \`${name}\`` });
  expect(left).toHaveLength(2);
  expect(shown).toContain('declined: it asks for a secret');
});

test.each([
  'name',
  'keyboard',
  'monkey',
  'company',
  'author',
  'compass',
  'pinned',
  'tokens_left',
  'tokenizer',
  'key',
])('`%s` is no secret', name => {
  const [field] = formFields({ properties: { [name]: { type: 'string' } } }) ?? [];
  expect(field && asksForSecret(field)).toBe(false);
});

test.each(['A phone number, pin or any other text', 'the token ring to join', 'Never a password'])(
  'a description is prose, and nothing is declined for it: %s',
  async description => {
    const { given } = await answer(form({ x: { type: 'string', description } }), ['y', 'blue']);
    expect(given).toMatchObject({ action: 'accept' });
  },
);

test('an address is shown with its host, and is never opened', async () => {
  const url = 'https://safe.example@evil.example/login?next=https://safe.example';
  const question: ToolQuestion = { kind: 'url', server: 'box', text: 'Log in.', url };
  const { given, shown } = await answer(question, ['y']);
  expect(given).toMatchObject({ action: 'accept' });
  expect(shown).toContain('a page of the host `evil.example`, which is not opened for you');
  for (const bad of ['javascript:alert(1)', 'file:///etc/passwd', 'no address', '']) {
    const declined = await answer({ ...question, url: bad }, ['y']);
    expect([declined.given?.action, declined.left]).toEqual(['decline', ['y']]);
  }
});

test('what is no form is declined, and numbers that are none are asked again', () => {
  expect(formFields(true)).toBeUndefined();
  expect(formFields({ properties: { a: true } })).toBeUndefined();
  const [field] = formFields({ properties: { a: { type: 'number' } }, required: ['a'] }) ?? [];
  if (field === undefined) throw new Error('there is a field');
  expect([readField(field, '1e400'), readField(field, ''), readField(field, '-2.5')]).toEqual([
    { problem: 'expected a number' },
    { problem: 'expected a number' },
    { value: -2.5 },
  ]);
});

test.each([
  [{ type: 'integer', minimum: 1, maximum: 5 }, 'a whole number, from 1 to 5'],
  [{ type: 'number', maximum: 1.5 }, 'a number, at most 1.5'],
  [{ type: 'number' }, 'a number'],
  [{ type: 'string', format: 'email' }, 'an e-mail address'],
  [{ type: 'string', format: 'toString', minLength: 0, maxLength: 9 }, 'text, from 0 to 9 characters'],
  [{ type: 'array', items: { enum: ['a'] }, minItems: 1 }, 'any of these, with commas, at least 1 of them'],
])('what may be entered is said: %j', (schema, text) => {
  const [field] = formFields({ properties: { x: schema } }) ?? [];
  expect(field && fieldText(field)).toBe(text);
});
