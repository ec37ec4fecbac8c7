import type { Tool } from '../../ports/tool.ts';
import { draftAdr } from './adr.ts';
import { draftArguments } from './arguments.ts';
import { draftReleaseNotes } from './release-notes.ts';
import { draftReport } from './report.ts';

/** The tools of `builtin:draft`, one row each: first drafts by rules, for people without a language model and for models. */
export const DRAFT_TOOLS: readonly Tool[] = [draftReport, draftReleaseNotes, draftAdr, draftArguments];
