import { type ComparedPart, compareParts } from './compare-parts.ts';

/** One line of a comparison: in both texts, only in the second, only in the first. */
export type ComparedLine = ComparedPart;

/** The lines of two texts, one after the other, with as many as possible taken as the same. Pure. */
export function compareLines(before: string, after: string): readonly ComparedLine[] {
  return compareParts(before.split('\n'), after.split('\n'));
}
