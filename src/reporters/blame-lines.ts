import { compareLines } from '../model/compare-lines.ts';
import type { MemoryChange } from '../model/memory.ts';

/** A line of a text with the change that it comes from; undefined for a line that was there from the beginning. */
export interface BlamedLine {
  readonly text: string;
  readonly change?: MemoryChange;
}

/**
 * Each line of what a text is now, with the change that last wrote it. `changes` are all changes of that text, oldest first;
 * a change without texts is left out. Pure.
 */
export function blameLines(changes: readonly MemoryChange[]): readonly BlamedLine[] {
  const edits = changes.filter(change => change.after !== undefined);
  const first = edits[0]?.before ?? '';
  let blamed: readonly BlamedLine[] = first === '' ? [] : first.split('\n').map(text => ({ text }));
  for (const change of edits) {
    const before = blamed.map(({ text }) => text).join('\n');
    const kept = blamed.values();
    blamed = compareLines(before, change.after ?? '').flatMap(({ kind, text }): BlamedLine[] => {
      if (kind === 'added') return [{ text, change }];
      const { value } = blamed.length === 0 ? { value: undefined } : kept.next();
      return kind === 'same' ? [value ?? { text, change }] : [];
    });
  }
  return blamed;
}
