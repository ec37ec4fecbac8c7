import { describe, expect, it } from 'vitest';
import { ChatToolCalls } from '../../src/providers/chat-tool-calls.ts';
import { toolNames } from '../../src/providers/tool-names.ts';
import { fc } from '../laws.ts';

const NAMES = toolNames({ tools: [], messages: [] });

function gathered(pieces: readonly unknown[]) {
  const calls = new ChatToolCalls('call_7');
  for (const piece of pieces) calls.add(piece);
  return calls.finished(NAMES);
}

describe('tool calls of Chat Completions', () => {
  it('are the same however their arguments are cut', () => {
    const call = fc.record({ path: fc.string(), line: fc.integer() });
    fc.assert(
      fc.property(
        fc.array(call, { minLength: 1, maxLength: 4 }),
        fc.integer({ min: 1, max: 9 }),
        (all, size) => {
          const heads = all.map((_args, index) => ({
            index,
            id: `id${index}`,
            function: { name: `tool${index}`, arguments: '' },
          }));
          const tails = all.map((args, index) => {
            const text = JSON.stringify(args);
            const cuts = Array.from({ length: Math.ceil(text.length / size) }, (_, at) =>
              text.slice(at * size, (at + 1) * size),
            );
            return cuts.map(cut => ({ index, function: { arguments: cut } }));
          });
          // Interleaved, as parallel calls may arrive.
          const longest = Math.max(...tails.map(tail => tail.length));
          const mixed = Array.from({ length: longest }, (_, at) =>
            tails.flatMap(tail => tail.slice(at, at + 1)),
          ).flat();
          expect(gathered([...heads, ...mixed])).toEqual(
            all.map((args, index) => ({ id: `id${index}`, tool: `tool${index}`, args })),
          );
        },
      ),
    );
  });

  it('are told apart when every one has index 0', () => {
    const calls = gathered([
      { index: 0, id: 'a', function: { name: 'one', arguments: '{}' } },
      { index: 0, id: 'b', function: { name: 'two', arguments: '{"x":' } },
      { index: 0, function: { arguments: '1}' } },
    ]);
    expect(calls).toEqual([
      { id: 'a', tool: 'one', args: {} },
      { id: 'b', tool: 'two', args: { x: 1 } },
    ]);
  });

  it('are one when id and name come with every piece', () => {
    const piece = (text: string) => ({ index: 0, id: 'a', function: { name: 'one', arguments: text } });
    expect(gathered([piece('{"x"'), piece(':1}')])).toEqual([{ id: 'a', tool: 'one', args: { x: 1 } }]);
  });

  it('are read without an index', () => {
    const calls = gathered([
      { id: 'a', function: { name: 'one', arguments: '{"x":' } },
      { function: { arguments: '1}' } },
      { id: 'b', function: { name: 'two', arguments: '{}' } },
    ]);
    expect(calls.map(({ tool, args }) => ({ tool, args }))).toEqual([
      { tool: 'one', args: { x: 1 } },
      { tool: 'two', args: {} },
    ]);
  });

  it('get distinct ids when the server gives none or one twice', () => {
    const calls = gathered([
      { index: 0, id: '', function: { name: 'one', arguments: '' } },
      { index: 1, function: { name: 'two', arguments: '' } },
      { index: 2, id: 'a', function: { name: 'three', arguments: '' } },
      { index: 3, id: 'a', function: { name: 'four', arguments: '' } },
    ]);
    expect(calls.map(call => call.id)).toEqual(['call_7_0', 'call_7_1', 'a', 'call_7_3']);
  });

  it('may have their arguments as an object', () => {
    expect(gathered([{ function: { name: 'one', arguments: { x: 1 } } }])[0]?.args).toEqual({ x: 1 });
  });

  it.each([null, 3, 'text', [], {}])('never break on a piece that is %j', piece => {
    expect(() => gathered([piece])).not.toThrow();
  });
});
