import { describe, expect, it } from 'vitest';
import { schemaProblems, validateValue } from '../../src/expressions/validate-value.ts';
import type { JsonValue } from '../../src/model/json.ts';
import { textMessage } from '../../src/model/message.ts';
import type { ModelRequest, ModelStreamPart } from '../../src/ports/language-model.ts';
import { matchesPhase } from '../../src/providers/phase-pattern.ts';
import { createScriptModel } from '../../src/providers/script.ts';
import { SCRIPT_SCHEMA, type ScriptReply } from '../../src/providers/script-schema.ts';
import { fc } from '../laws.ts';

function request(phase: string, role: string, turn: number): ModelRequest {
  const origin = { phase, role, turn, values: {} };
  return { messages: [], tools: [], maxTokens: 10, idempotencyKey: 'k', origin };
}

function scripted(...replies: ScriptReply[]) {
  return createScriptModel({ version: 1, replies }, 'replies.yaml');
}

type Scripted = ReturnType<typeof scripted>;

async function ask(
  model: Scripted,
  phase = 'p',
  role = 'r',
  turn = 1,
  signal = new AbortController().signal,
) {
  const parts: ModelStreamPart[] = [];
  for await (const part of model.generate(request(phase, role, turn), signal)) parts.push(part);
  return parts;
}

async function text(model: Scripted, phase = 'p', role = 'r', turn = 1): Promise<string> {
  const parts = await ask(model, phase, role, turn);
  return parts.map(part => (part.type === 'text' ? part.text : '')).join('');
}

describe('script: matching', () => {
  it('gives replies by phase, role and turn', async () => {
    const model = scripted(
      { phase: 'a', turn: 2, text: 'a2' },
      { phase: 'a', turn: 1, text: 'a1' },
      { role: 'lead', text: 'lead' },
      { text: 'anyone' },
    );
    expect(await text(model, 'a', 'x', 1)).toBe('a1');
    expect(await text(model, 'a', 'x', 2)).toBe('a2');
    expect(await text(model, 'b', 'lead', 1)).toBe('lead');
    expect(await text(model, 'b', 'lead', 1)).toBe('anyone');
  });

  it('uses up replies without turn, in order, `times` each', async () => {
    const model = scripted({ phase: 'p', text: 'one', times: 2 }, { phase: 'p', text: 'two' });
    expect([await text(model), await text(model), await text(model)]).toEqual(['one', 'one', 'two']);
  });

  it('finds a reply with turn again, so that a resumed run meets the same answers', async () => {
    const replies: ScriptReply[] = [{ text: 'first' }, { turn: 2, text: 'second' }];
    const before = scripted(...replies);
    expect([await text(before, 'p', 'r', 1), await text(before, 'p', 'r', 2)]).toEqual(['first', 'second']);
    const resumed = scripted(...replies);
    expect(await text(resumed, 'p', 'r', 2)).toBe('second');
    expect(await text(resumed, 'p', 'r', 2)).toBe('second');
  });

  it('gives a reply with `reads` only to a call that holds those words, and then first', async () => {
    const model = scripted({ turn: 1, text: 'plain' }, { reads: 'mind the gap', text: 'taught', times: 2 });
    const told = async (words: string): Promise<string> => {
      const asked = { ...request('p', 'r', 1), messages: [textMessage('user', words)] };
      let said = '';
      for await (const part of model.generate(asked, new AbortController().signal)) {
        if (part.type === 'text') said += part.text;
      }
      return said;
    };
    expect(await told('do it')).toBe('plain');
    expect(await told('do it, and mind the gap')).toBe('taught');
    model.recall?.({ phase: 'p', role: 'r', turn: 1, values: {} }, [textMessage('user', 'mind the gap')]);
    expect(await told('do it, and mind the gap')).toBe('plain');
  });

  it('uses up a reply with turn only when `times` is written', async () => {
    const model = scripted({ turn: 1, text: 'bad', times: 1 }, { turn: 1, text: 'good' });
    expect([await text(model), await text(model), await text(model)]).toEqual(['bad', 'good', 'good']);
  });

  it('refuses when nothing matches, and says what was asked', async () => {
    const model = scripted({ phase: 'other', text: 'x' });
    expect(await ask(model, 'x', 'y', 2)).toEqual([
      {
        type: 'failure',
        failure: {
          code: 'SCRIPT_EXHAUSTED',
          message:
            'expected a reply for phase `x`, role `y`, turn 2 in the script `replies.yaml`; no reply of it fits',
        },
      },
    ]);
  });

  it('says so when the replies that fit are used up', async () => {
    const model = scripted({ phase: 'p', text: 'x' }, { text: 'y', times: 2 }, { phase: 'q', text: 'z' });
    for (const expected of ['x', 'y', 'y']) expect(await text(model)).toBe(expected);
    expect(await ask(model)).toMatchObject([
      {
        failure: {
          message: expect.stringMatching(/; 2 replies would fit, but all their `times` are used up$/),
        },
      },
    ]);
  });
});

describe('script: patterns of phases', () => {
  it('gives a reply to every phase that its pattern fits, and to no other', async () => {
    const model = scripted(
      { phase: 'explain.*', text: 'item', times: 9 },
      { phase: 'build/*', text: 'inside', times: 9 },
      { phase: 'look.sec*', text: 'part', times: 9 },
      { text: 'other', times: 99 },
    );
    expect([await text(model, 'explain.0'), await text(model, 'explain.12')]).toEqual(['item', 'item']);
    expect([await text(model, 'build/design'), await text(model, 'look.security')]).toEqual([
      'inside',
      'part',
    ]);
    for (const phase of [
      'explain',
      'explain.0.a',
      'explain/0',
      'build/a.b',
      'build/a/b',
      'look.style',
      'x.look.sec',
    ])
      expect(await text(model, phase)).toBe('other');
  });

  it('prefers the reply that names the very phase, while it has any left', async () => {
    const model = scripted(
      { phase: 'explain.*', turn: 1, text: 'any' },
      { phase: 'explain.1', text: 'one' },
      { phase: '*.*', text: 'unused' },
    );
    expect(await text(model, 'explain.0')).toBe('any');
    expect([await text(model, 'explain.1'), await text(model, 'explain.1')]).toEqual(['one', 'any']);
  });

  it('keeps `turn` before none and the order of the file among patterns and replies for any phase', async () => {
    const model = scripted(
      { text: 'first' },
      { phase: 'a.*', text: 'second' },
      { phase: '*.b', turn: 3, text: 'third turn', times: 1 },
    );
    expect(await text(model, 'a.b', 'r', 3)).toBe('third turn');
    expect([await text(model, 'a.b', 'r', 3), await text(model, 'a.b', 'r', 3)]).toEqual(['first', 'second']);
  });

  it('takes `*` as any text of one segment and all else as it stands', () => {
    const word = fc
      .array(fc.constantFrom('a', 'b', '[', '\\', '(', '+', '0'), { maxLength: 4 })
      .map(all => all.join(''));
    const segment = fc.array(word, { minLength: 1, maxLength: 4 });
    const path = fc.array(fc.tuple(segment, fc.constantFrom('.', '/')), { minLength: 1, maxLength: 3 });
    const written = (rows: [string[], string][], star: (index: number) => string): string =>
      rows
        .map(([words, mark]) => words.map((one, i) => (i === 0 ? one : star(i) + one)).join('') + mark)
        .join('');
    fc.assert(
      fc.property(path, fc.array(word, { minLength: 4, maxLength: 4 }), (rows, fillings) => {
        const pattern = written(rows, () => '*');
        expect(
          matchesPhase(
            pattern,
            written(rows, index => fillings[index] ?? ''),
          ),
        ).toBe(true);
        if (pattern.includes('*'))
          expect(
            matchesPhase(
              pattern,
              written(rows, () => '.'),
            ),
          ).toBe(false);
        expect(matchesPhase(pattern, `${written(rows, () => '')}c`)).toBe(false);
      }),
    );
  });

  it.each([
    ['a*a', 'a', false],
    ['a*a', 'aa', true],
    ['a*b*b', 'ab', false],
    ['a*b*c', 'abbc', true],
    ['**', '', true],
    ['*', 'a.b', false],
  ])('the pattern %s and the phase %s: %s', (pattern, phase, fits) => {
    expect(matchesPhase(pattern, phase)).toBe(fits);
  });
});

describe('script: streams', () => {
  it('streams text in a few whole chunks, then usage and finish', async () => {
    const parts = await ask(scripted({ text: 'a👩‍🚀bcdefgh' }));
    const chunks = parts.filter(part => part.type === 'text');
    expect(chunks.length).toBeGreaterThan(1);
    expect(chunks.map(part => part.text).join('')).toBe('a👩‍🚀bcdefgh');
    for (const { text: chunk } of chunks) expect(chunk.isWellFormed()).toBe(true);
    expect(parts.slice(-2).map(part => part.type)).toEqual(['usage', 'finish']);
  });

  it('sends JSON, calls and finish reasons', async () => {
    expect(await text(scripted({ json: { a: [1, null] } }))).toBe('{"a":[1,null]}');
    const called = await ask(scripted({ calls: [{ tool: 'git.diff', args: { range: 'x' } }] }), 'p', 'r', 3);
    expect(called).toMatchObject([
      { type: 'tool-call', call: { id: 'script_3_1', tool: 'git.diff', args: { range: 'x' } } },
      { type: 'usage' },
      { type: 'finish', reason: 'tool_calls' },
    ]);
    expect((await ask(scripted({ text: 'cut', finish: 'length' }))).at(-1)).toEqual({
      type: 'finish',
      reason: 'length',
    });
  });

  it('fails as written, after its text', async () => {
    const model = scripted({ text: 'half', failure: { code: 'PROVIDER_OVERLOADED', message: 'busy' } });
    const parts = await ask(model);
    expect(parts.at(-1)).toEqual({
      type: 'failure',
      failure: { code: 'PROVIDER_OVERLOADED', message: 'busy' },
    });
    expect(parts.filter(part => part.type === 'finish')).toEqual([]);
    const odd = await ask(scripted({ failure: { code: 'constructor', message: 'm' } }));
    expect(odd).toMatchObject([{ type: 'failure', failure: { code: 'PROVIDER_REFUSED' } }]);
  });

  it('stops at once when interrupted, also while it waits and between chunks', async () => {
    const interrupted = [{ type: 'failure', failure: { code: 'RUN_INTERRUPTED' } }];
    expect(await ask(scripted({ text: 'x' }), 'p', 'r', 1, AbortSignal.abort())).toMatchObject(interrupted);
    const controller = new AbortController();
    const waiting = ask(scripted({ text: 'x', delay_ms: 600_000 }), 'p', 'r', 1, controller.signal);
    controller.abort();
    expect(await waiting).toMatchObject(interrupted);
    const during = new AbortController();
    const types: string[] = [];
    for await (const part of scripted({ text: 'abcdefgh' }).generate(request('p', 'r', 1), during.signal)) {
      types.push(part.type);
      during.abort();
    }
    expect(types).toEqual(['text', 'failure']);
  });
});

describe('a script in a new process', () => {
  it('goes on behind the replies that were given before', async () => {
    const script = { version: 1, replies: [{ text: 'first' }, { text: 'second' }] } as const;
    const model = createScriptModel(script, 'test');
    model.recall?.(request('p', 'r', 1).origin);
    const texts: string[] = [];
    for await (const part of model.generate(request('p', 'r', 1), new AbortController().signal)) {
      if (part.type === 'text') texts.push(part.text);
    }
    expect(texts.join('')).toBe('second');
  });
});

describe('SCRIPT_SCHEMA', () => {
  const file = (reply: JsonValue) => ({ version: 1, replies: [reply] });

  it('is a schema, and takes every kind of reply', () => {
    expect(schemaProblems(SCRIPT_SCHEMA)).toEqual([]);
    const replies: JsonValue[] = [
      { phase: 'p', role: 'r', turn: 1, text: 't', times: 2, delay_ms: 5 },
      { json: null },
      { text: 'x', calls: [{ tool: 'a.b', args: {} }] },
      { failure: { code: 'PROVIDER_TIMEOUT', message: 'm' } },
      { finish: 'length' },
    ];
    expect(validateValue(SCRIPT_SCHEMA, { version: 1, replies, 'x-note': 1 })).toEqual([]);
  });

  it.each([
    { phase: 'p' },
    { text: 'a', json: 1 },
    { text: 'a', trun: 1 },
    { text: 'a', turn: 0 },
    { failure: { code: 'NOPE', message: '' } },
    { calls: [] },
  ])('refuses %j', reply => {
    expect(validateValue(SCRIPT_SCHEMA, file(reply))).not.toEqual([]);
  });
});
