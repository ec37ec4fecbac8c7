import type { Tool } from '../ports/tool.ts';
import { CHANGE_TOOLS } from './change/tools.ts';
import { DRAFT_TOOLS } from './draft/tools.ts';
import { filesList } from './files/list.ts';
import { filesRead } from './files/read.ts';
import { filesSearch } from './files/search.ts';
import { GATE_TOOLS } from './gate/tools.ts';
import { gitBlame } from './git/blame.ts';
import { gitDiff } from './git/diff.ts';
import { gitFile } from './git/file.ts';
import { gitLog } from './git/log.ts';
import { gitShow } from './git/show.ts';
import { createReviewTools } from './review/tools.ts';
import { createShellTools } from './shell/tools.ts';
import { sourcesCollect } from './sources/collect.ts';
import { sourcesSearch } from './sources/search.ts';
import { TRIAL_TOOLS } from './trial/tools.ts';

/** The tools of `builtin:git`, `builtin:files`, `builtin:change`, `builtin:gate`, `builtin:shell` and `builtin:trial`, one row each; `catalog.ts` has the specs. */
const TOOLS: readonly Tool[] = [
  gitDiff,
  gitLog,
  gitShow,
  gitBlame,
  gitFile,
  filesRead,
  filesList,
  filesSearch,
  sourcesCollect,
  sourcesSearch,
  ...DRAFT_TOOLS,
  ...CHANGE_TOOLS,
  ...GATE_TOOLS,
  ...createShellTools(),
  ...TRIAL_TOOLS,
];

/** Gives the built-in tools by name, such as `git.diff`; those of `builtin:review` share their work within one call of this. */
export function createBuiltinTools(): ReadonlyMap<string, Tool> {
  return new Map([...TOOLS, ...createReviewTools()].map(tool => [tool.spec.name, tool]));
}
