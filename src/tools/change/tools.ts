import type { Tool } from '../../ports/tool.ts';
import { changeApply } from './apply.ts';
import { changeCheck } from './check.ts';
import { changeRequirements } from './requirements.ts';
import { changeTest } from './test.ts';

/** The tools of `builtin:change`, one row each; those that run foreign code or write files are not read-only. */
export const CHANGE_TOOLS: readonly Tool[] = [changeRequirements, changeTest, changeCheck, changeApply];
