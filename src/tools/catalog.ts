import { MEMORY_TOOL_SPECS } from '../model/memory-tool-specs.ts';
import type { ToolCatalog } from '../model/tool-spec.ts';
import { CHANGE_SPECS } from './change/specs.ts';
import { DRAFT_SPECS } from './draft/specs.ts';
import { FILES_SPECS } from './files/specs.ts';
import { GATE_SPECS } from './gate/specs.ts';
import { GIT_SPECS } from './git/specs.ts';
import { REVIEW_SPECS } from './review/specs.ts';
import { SHELL_SPECS } from './shell/specs.ts';
import { SOURCES_SPECS } from './sources/specs.ts';
import { TRIAL_SPECS } from './trial/specs.ts';

/** What `builtin:<name>` offers, one row per toolset. Imports specs only, so that checking a crew loads no tool. */
export const BUILTIN_CATALOG: ToolCatalog = new Map([
  ['git', GIT_SPECS],
  ['files', FILES_SPECS],
  ['review', REVIEW_SPECS],
  ['sources', SOURCES_SPECS],
  ['draft', DRAFT_SPECS],
  ['change', CHANGE_SPECS],
  ['gate', GATE_SPECS],
  ['shell', SHELL_SPECS],
  ['trial', TRIAL_SPECS],
  ['memory', MEMORY_TOOL_SPECS],
]);
