import type { TestRepository } from '../tools/git-repository.ts';

/** The added lines of a change by new path, counted from 1, as git itself says; no code of the product is used. */
export function addedLines(
  repository: TestRepository,
  base: string,
  head: string,
): ReadonlyMap<string, ReadonlySet<number>> {
  const added = new Map<string, Set<number>>();
  let lines = new Set<number>();
  for (const row of repository.git('diff', '--unified=0', '--no-color', base, head).split('\n')) {
    const path = /^\+\+\+ b\/(.*)$/.exec(row)?.[1];
    if (path !== undefined) {
      lines = new Set();
      added.set(path, lines);
    }
    const hunk = /^@@ -\S+ \+(\d+)(?:,(\d+))? @@/.exec(row);
    const [, first, count = '1'] = hunk ?? [];
    for (let line = 0; first !== undefined && line < Number(count); line += 1)
      lines.add(Number(first) + line);
  }
  return added;
}
