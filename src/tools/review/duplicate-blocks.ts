import type { ChangedFile } from './change.ts';
import { addedLines } from './text-rules.ts';

const WINDOW = 10;
const MIN_DISTINCT = 6;
const MIN_CHARACTERS = 200;

/** Two places of a change with the same added lines; the second is the copy. Lines count from 1, both ends included. */
export interface DuplicateBlock {
  readonly path: string;
  readonly range: readonly [number, number];
  readonly original: string;
  readonly originalLine: number;
}

interface Place {
  readonly path: string;
  readonly line: number;
  readonly text: string;
}

/**
 * Finds blocks of at least 10 added lines that occur twice in a change, blank lines and blanks aside; blocks that are
 * short or say little are passed over. At most one a file. Deterministic.
 */
export function findDuplicateBlocks(files: readonly ChangedFile[]): readonly DuplicateBlock[] {
  const first = new Map<string, readonly Place[]>();
  const blocks = new Map<string, DuplicateBlock>();
  for (const file of files) {
    for (const run of runsOf(file)) {
      for (let at = 0; at + WINDOW <= run.length; at += 1) {
        const window = run.slice(at, at + WINDOW);
        const key = window.map(place => place.text).join('\n');
        const original = first.get(key);
        if (original === undefined) first.set(key, window);
        else if (saysMuch(window) && !overlaps(original, window)) addBlock(blocks, original, window);
      }
    }
  }
  return [...blocks.values()];
}

/** Runs of neighbouring added lines that are not blank. */
function runsOf(file: ChangedFile): readonly (readonly Place[])[] {
  const runs: Place[][] = [];
  let current: Place[] = [];
  let last = -1;
  for (const { line, text } of addedLines(file)) {
    if (line !== last + 1) {
      current = [];
      runs.push(current);
    }
    last = line;
    const normalised = text.replace(/\s+/g, ' ').trim();
    if (normalised !== '') current.push({ path: file.path, line, text: normalised });
  }
  return runs;
}

function saysMuch(window: readonly Place[]): boolean {
  const distinct = new Set(window.map(place => place.text));
  const characters = window.reduce((sum, place) => sum + place.text.length, 0);
  const imports = window.filter(place =>
    /^(import|from|export .* from|#include|use)\b/.test(place.text),
  ).length;
  return distinct.size >= MIN_DISTINCT && characters >= MIN_CHARACTERS && imports < WINDOW / 2;
}

function overlaps(one: readonly Place[], two: readonly Place[]): boolean {
  const last = one.at(-1);
  const start = two[0];
  return last !== undefined && start !== undefined && last.path === start.path && start.line <= last.line;
}

function addBlock(
  blocks: Map<string, DuplicateBlock>,
  original: readonly Place[],
  copy: readonly Place[],
): void {
  const start = copy[0];
  const end = copy.at(-1);
  const source = original[0];
  if (start === undefined || end === undefined || source === undefined) return;
  const known = blocks.get(start.path);
  if (known === undefined) {
    blocks.set(start.path, {
      path: start.path,
      range: [start.line, end.line],
      original: source.path,
      originalLine: source.line,
    });
  } else if (start.line <= known.range[1] && known.original === source.path) {
    blocks.set(start.path, { ...known, range: [known.range[0], end.line] });
  }
}
