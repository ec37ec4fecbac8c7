import { describe, expect, it } from 'vitest';
import { gistOf } from '../../src/memory/note-gist.ts';
import { noteHash, noteId } from '../../src/memory/note-hash.ts';
import { fc } from '../laws.ts';

describe('the gist', () => {
  it.each([
    ['The cache lacks the tenant. More follows.', 'The cache lacks the tenant.'],
    [
      '# Findings\n\n- **Leak** in `parser.ts`: it never closes. Then more.',
      'Leak in parser.ts: it never closes.',
    ],
    ['Use e.g. SQLite 3.45. It is fast.', 'Use e.g. SQLite 3.45.'],
    ['1. First step\n2. Second step', 'First step'],
    ['snake_case_names stay', 'snake_case_names stay'],
    ['# Only a title', 'Only a title'],
    ['   \n---\n', ''],
  ])('of %j is %j', (text, expected) => {
    expect(gistOf(text)).toBe(expected);
  });

  it('is one line of at most 200 characters, of whatever text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 600 }), text => {
        const gist = gistOf(text);
        expect(gist.length).toBeLessThanOrEqual(200);
        expect(gist).not.toMatch(/[\n\r]/);
      }),
    );
  });
});

describe('the hash', () => {
  it.each([
    ['The build needs Node 24.', '  the build  needs\nnode 24 '],
    ['ﬁle', 'file'],
    ['Done!', 'done'],
  ])('is the same for %j and %j', (one, other) => {
    expect(noteHash(one)).toBe(noteHash(other));
  });

  it.each([
    ['-5 degrees', '5 degrees'],
    ['port 8080', 'port 8081'],
    ['a b', 'ab'],
  ])('is another for %j and %j', (one, other) => {
    expect(noteHash(one)).not.toBe(noteHash(other));
  });

  it('of a wish depends on its run, effect and key, each for itself', () => {
    const ids = [
      noteId({ runId: 'a', effect: 'b', key: 'c' }),
      noteId({ runId: 'ab', effect: '', key: 'c' }),
      noteId({ runId: 'a', effect: 'bc', key: '' }),
    ];
    expect(new Set(ids).size).toBe(3);
  });
});
