import { CrewError } from '../../model/crew-error.ts';
import type { JsonObject } from '../../model/json.ts';
import type { ToolContext } from '../../ports/tool.ts';
import { countArgument, optionalTextArgument, textsArgument } from '../arguments.ts';
import { openRepository, type Repository } from '../git/repository.ts';
import { requireCommit } from '../git/resolve-range.ts';
import { type FileChange, fileChangesArgument } from './file-changes.ts';

const DEFAULT_TIMEOUT_S = 120;

/** The arguments that the tools which run a command share. */
export interface ChangeCall {
  readonly repository: Repository;
  /** Id of the base. */
  readonly commit: string;
  readonly tests: readonly FileChange[];
  readonly command: readonly string[];
  readonly timeoutMs: number;
}

/**
 * Reads the arguments of a call and finds its base.
 * Fails with TOOL_ARGUMENTS, NOT_A_REPOSITORY, REVISION_UNKNOWN, HISTORY_SHALLOW, TOOL_MISSING.
 */
export async function openChange(args: JsonObject, context: ToolContext): Promise<ChangeCall> {
  const command = textsArgument(args, 'command');
  if ((command[0] ?? '') === '' || command.some(word => word.includes('\0'))) {
    throw new CrewError('TOOL_ARGUMENTS', 'expected `command` to be a program and its arguments');
  }
  const tests = fileChangesArgument(args, 'tests');
  const repository = await openRepository(context.workspace, context.signal);
  const commit = await requireCommit(repository, optionalTextArgument(args, 'base') ?? 'HEAD');
  const timeoutMs = (countArgument(args, 'timeout_s') ?? DEFAULT_TIMEOUT_S) * 1000;
  return { repository, commit, tests, command, timeoutMs };
}
