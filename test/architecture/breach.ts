import { type BlankedSource, lineAt } from './blank-source.ts';

/** A place where the house is not as it was agreed. */
export interface Breach {
  readonly file: string;
  readonly line: number;
  readonly rule: string;
  readonly message: string;
}

/** The files of a repository by path, from its root, with their text. */
export type Tree = ReadonlyMap<string, string>;

/** A TypeScript file of `src/`. `room` is its folder, or `index` for the public door. */
export interface SourceFile extends BlankedSource {
  readonly path: string;
  readonly room: string;
}

/** Every match of a pattern in the code of a file, as a breach. */
export function breachesAt(
  file: SourceFile,
  pattern: RegExp,
  describe: (match: RegExpMatchArray) => Omit<Breach, 'file' | 'line'> | undefined,
): Breach[] {
  return [...file.code.matchAll(pattern)].flatMap(match => {
    const described = describe(match);
    if (described === undefined) return [];
    return [{ file: file.path, line: lineAt(file.text, match.index), ...described }];
  });
}
