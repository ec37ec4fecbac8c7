/** One line of a hunk. Numbers count from 1 and are absent on the side where the line does not exist. */
export interface DiffLine {
  readonly kind: 'context' | 'added' | 'removed';
  readonly text: string;
  readonly oldLine?: number;
  readonly newLine?: number;
  /** True on the last line of a file that does not end with a line feed. */
  readonly noNewlineAtEnd?: true;
}

/** One stretch of a changed file. Lines count from 1; `section` is what git prints behind the second `@@`. */
export interface DiffHunk {
  readonly oldStart: number;
  readonly oldLines: number;
  readonly newStart: number;
  readonly newLines: number;
  readonly section: string;
  readonly lines: readonly DiffLine[];
}

/** One file of a change. `hunks` is empty for binary files, pure renames and files left out for size (`omitted`). */
export interface DiffFile {
  readonly path: string;
  readonly oldPath?: string;
  readonly status: 'added' | 'modified' | 'deleted' | 'renamed' | 'copied' | 'type-changed';
  readonly binary: boolean;
  readonly added: number;
  readonly removed: number;
  readonly hunks: readonly DiffHunk[];
  readonly omitted?: string;
}

/** A change between two revisions. `head` is null for the working tree. `base` and `head` are full commit ids. */
export interface Diff {
  readonly base: string;
  readonly head: string | null;
  readonly files: readonly DiffFile[];
}
