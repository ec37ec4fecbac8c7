import { MEMORY_TOOL_SPECS } from '../../model/memory-tool-specs.ts';
import type { Program } from '../../model/program.ts';
import type { Tool } from '../../ports/tool.ts';
import type { OpenMemory } from '../open-memory.ts';
import { findNotes, getNote, insertNote } from './archive-tools.ts';
import { insertLines, type MemoryAct, replaceText, rethinkText, viewBlocks } from './block-tools.ts';
import { callerOf } from './memory-caller.ts';
import { type ReadPast, searchPast } from './recall-search.ts';

/** What the tools of memory work with. */
export interface MemoryToolsOptions {
  /** Opens the memory of the run; called at the first use. */
  readonly open: () => Promise<OpenMemory>;
  /** The crew whose roles call. */
  readonly program: Program;
  /** What was said in runs of the crew; nothing is found when left out. */
  readonly past?: ReadPast | undefined;
}

/**
 * The tools of `builtin:memory` for one crew, by name. Who calls, and what of the memory is theirs, follows from the origin of
 * the call and from the program, never from the arguments. They fail with MEMORY_*, and with TOOL_ARGUMENTS for a moment that is
 * none.
 */
export function createMemoryTools({ open, program, past }: MemoryToolsOptions): ReadonlyMap<string, Tool> {
  const recall: MemoryAct = (_memory, caller, args) => searchPast(past ?? (async () => []), caller, args);
  const acts: ReadonlyMap<string, MemoryAct> = new Map([
    ['memory.view', viewBlocks],
    ['memory.insert', insertLines],
    ['memory.replace', replaceText],
    ['memory.rethink', rethinkText],
    ['memory.recall_search', recall],
    ['memory.archive_insert', insertNote],
    ['memory.archive_search', findNotes],
    ['memory.archive_get', getNote],
  ]);
  const tools = MEMORY_TOOL_SPECS.map((spec): Tool => {
    const act = acts.get(spec.name);
    if (act === undefined) throw new Error(`nothing does what ${spec.name} says`);
    return { spec, call: async (args, context) => act(await open(), callerOf(program, context), args) };
  });
  return new Map(tools.map(tool => [tool.spec.name, tool]));
}
