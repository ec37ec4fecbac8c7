import { blankSource } from './blank-source.ts';
import type { Breach, SourceFile, Tree } from './breach.ts';
import { importBreaches, roomOf } from './import-rules.ts';
import { sourceBreaches } from './source-rules.ts';
import { treeBreaches } from './tree-rules.ts';

/** Holds a repository against the plan of the house. Breaches come sorted by file and line. */
export function findBreaches(tree: Tree): Breach[] {
  const found = [...tree].flatMap(([path, text]) => {
    if (!/^src\/.+\.tsx?$/.test(path)) return [];
    const file: SourceFile = { path, room: roomOf(path), ...blankSource(text) };
    // What a program wrote is only held to the import table.
    return path.includes('.generated.')
      ? importBreaches(file)
      : [...importBreaches(file), ...sourceBreaches(file)];
  });
  return [...found, ...treeBreaches(tree)].sort(
    (left, right) => left.file.localeCompare(right.file) || left.line - right.line,
  );
}

/** One line for people. */
export function breachLine({ file, line, rule, message }: Breach): string {
  return `${file}:${line} ${rule}: ${message}`;
}
