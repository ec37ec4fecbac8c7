import type { MemoryNote } from '../model/memory.ts';
import { subjectKeys } from './note-subject.ts';
import { noteWords, saysAllOf } from './note-words.ts';

/** Notes at hand, among which those are found at once that may be what a newcomer repeats or contradicts. */
export interface CloseNotes {
  /** Those of its scope and kind with its hash, with something of its subject, or all of whose words it says too. */
  readonly of: (newcomer: MemoryNote) => readonly MemoryNote[];
}

/**
 * Sorts notes so that the close ones of each need no search: nothing is left out that `placeAmong` would find among all of
 * them. A note is looked for by the rarest of its words, which whoever says all of it says too. Pure.
 */
export function closeNotesAmong(notes: readonly MemoryNote[]): CloseNotes {
  const words = new Map(notes.map(note => [note, noteWords(note.text)]));
  const counts = new Map<string, number>();
  for (const set of words.values()) for (const word of set) counts.set(word, (counts.get(word) ?? 0) + 1);
  const rarest = (set: ReadonlySet<string>): string =>
    [...set].reduce(
      (least, word) => ((counts.get(word) ?? 0) < (counts.get(least) ?? Infinity) ? word : least),
      '',
    );
  const byMark = new Map<string, MemoryNote[]>();
  const byWord = new Map<string, MemoryNote[]>();
  for (const [note, set] of words) {
    for (const mark of marksOf(note)) put(byMark, mark, note);
    put(byWord, rarest(set), note);
  }
  return {
    of: newcomer => {
      const said = words.get(newcomer) ?? noteWords(newcomer.text);
      const marked = marksOf(newcomer).flatMap(mark => byMark.get(mark) ?? []);
      const repeated = ['', ...said]
        .flatMap(word => byWord.get(word) ?? [])
        .filter(note => saysAllOf(said, words.get(note) ?? NO_WORDS));
      return [...new Set([...marked, ...repeated])].filter(
        ({ id, scope, kind }) => id !== newcomer.id && scope === newcomer.scope && kind === newcomer.kind,
      );
    },
  };
}

const NO_WORDS: ReadonlySet<string> = new Set();

function marksOf(note: MemoryNote): readonly string[] {
  return [note.hash, ...subjectKeys(note)];
}

function put(lists: Map<string, MemoryNote[]>, key: string, note: MemoryNote): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [note]);
  else list.push(note);
}
