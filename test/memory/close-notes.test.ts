import { expect, test } from 'vitest';
import { closeNotesAmong } from '../../src/memory/close-notes.ts';
import { noteHash } from '../../src/memory/note-hash.ts';
import { placeAmong } from '../../src/memory/note-place.ts';
import type { MemoryNote, NoteKind } from '../../src/model/memory.ts';
import { noteOf } from '../contracts/memory-notes.ts';
import { fc } from '../laws.ts';

const words = fc.array(fc.constantFrom('the', 'port', 'ports', 'is', '80', '`a`', 'not', 'open', '5 May'), {
  maxLength: 5,
});
const notes = fc.array(
  fc.record({
    words,
    kind: fc.constantFrom<NoteKind>('fact', 'decision', 'observation'),
    scope: fc.constantFrom('project', 'crew:demo'),
    tags: fc.subarray(['subject:port', 'subject:host', 'other']),
    trust: fc.constantFrom(1, 2),
  }),
  { maxLength: 12 },
);

test('among the close notes is all that would be found among all of them', () => {
  fc.assert(
    fc.property(notes, given => {
      const all = given.map(({ words: said, ...more }, at): MemoryNote => {
        const text = said.join(' ');
        return noteOf(`n${at}`, { ...more, text, hash: noteHash(text), seq: at + 1 });
      });
      const close = closeNotesAmong(all);
      const stored = (some: readonly MemoryNote[]) =>
        all.filter(note => some.includes(note)).map(note => ({ note, vector: Float32Array.of(1) }));
      for (const note of all) {
        const newcomer = { note, vector: Float32Array.of(1) };
        expect(placeAmong(newcomer, stored(close.of(note)))).toEqual(placeAmong(newcomer, stored(all)));
      }
    }),
  );
});
