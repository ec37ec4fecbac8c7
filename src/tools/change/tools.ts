import type { Tool } from '../../ports/tool.ts';
import { changeApply } from './apply.ts';
import { changeCheck } from './check.ts';
import { changeTest } from './test.ts';

/** The tools of `builtin:change`, one row each: the first ones that run foreign code or write files. */
export const CHANGE_TOOLS: readonly Tool[] = [changeTest, changeCheck, changeApply];
