import type { Tool } from '../ports/tool.ts';
import { filesList } from './files/list.ts';
import { filesRead } from './files/read.ts';
import { filesSearch } from './files/search.ts';
import { gitBlame } from './git/blame.ts';
import { gitDiff } from './git/diff.ts';
import { gitFile } from './git/file.ts';
import { gitLog } from './git/log.ts';
import { gitShow } from './git/show.ts';

/** Every tool that is built in, one row each; `catalog.ts` has their specs. */
const TOOLS: readonly Tool[] = [
  gitDiff,
  gitLog,
  gitShow,
  gitBlame,
  gitFile,
  filesRead,
  filesList,
  filesSearch,
];

/** Gives the built-in tools by name, such as `git.diff`. */
export function createBuiltinTools(): ReadonlyMap<string, Tool> {
  return new Map(TOOLS.map(tool => [tool.spec.name, tool]));
}
