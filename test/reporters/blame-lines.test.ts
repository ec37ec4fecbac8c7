import { describe, expect, test } from 'vitest';
import type { MemoryChange } from '../../src/model/memory.ts';
import { blameLines } from '../../src/reporters/blame-lines.ts';
import { fc } from '../laws.ts';

const BY = { runId: 'r', phase: 'p', role: 'lead', key: 'k', author: 'm' };

function edit(id: string, before: string, after: string): MemoryChange {
  return { id, at: 1, by: BY, what: 'block', target: 'crew:c rules', action: 'edit', before, after };
}

function blamed(changes: readonly MemoryChange[]) {
  return blameLines(changes).map(({ text, change }) => [text, change?.id ?? '-']);
}

describe('who wrote each line', () => {
  test('is the change that last touched it', () => {
    const changes = [edit('a', '', 'one\ntwo'), edit('b', 'one\ntwo', 'one\n2\nthree')];
    expect(blamed(changes)).toEqual([
      ['one', 'a'],
      ['2', 'b'],
      ['three', 'b'],
    ]);
  });

  test('is nobody for what was declared', () => {
    expect(blamed([edit('a', 'kept', 'new\nkept')])).toEqual([
      ['new', 'a'],
      ['kept', '-'],
    ]);
  });

  test('leaves out changes without a text', () => {
    const { after: _after, before: _before, ...pin } = edit('x', '', '');
    expect(blamed([pin, edit('a', '', 'one')])).toEqual([['one', 'a']]);
  });

  test('always adds up to the last text', () => {
    const texts = fc.array(fc.array(fc.constantFrom('a', 'b', 'c', ''), { maxLength: 6 }), {
      minLength: 1,
      maxLength: 8,
    });
    fc.assert(
      fc.property(texts, versions => {
        const values = ['', ...versions.map(lines => lines.join('\n'))];
        const changes = values
          .slice(1)
          .map((after, index) => edit(String(index), values[index] ?? '', after));
        const lines = blameLines(changes);
        expect(lines.map(({ text }) => text).join('\n')).toBe(values.at(-1));
      }),
    );
  });
});
