import type { JsonObject } from '../../model/json.ts';
import { MAX_MEMORY_RESULT_TOKENS } from '../../model/limits.ts';
import type { PastMessage, PastRuns } from '../../model/past-message.ts';
import { fitRows } from './fit-rows.ts';
import type { MemoryCaller } from './memory-caller.ts';
import { rankMessages } from './rank-messages.ts';
import { readArguments } from './read-arguments.ts';

/** Reads what was said in the run that is under way, and in earlier ones of its crew, oldest first. */
export type ReadPast = (asked: {
  readonly runId: string;
  readonly runs: PastRuns;
}) => Promise<readonly PastMessage[]>;

/** What stands around the rows of a result. */
const FRAME_TOKENS = 40;

/**
 * Finds past messages and tool results. A role whose memory reaches further than itself hears what the others of its crew said;
 * others hear only what stood in their own conversations. Earlier runs are looked at by who remembers beyond the run.
 */
export async function searchPast(
  past: ReadPast,
  caller: MemoryCaller,
  args: JsonObject,
): Promise<JsonObject> {
  const read = readArguments(args);
  const { origin, crew, levels } = caller;
  const asked = (['this', 'earlier', 'all'] as const).find(each => each === read.text('runs')) ?? 'all';
  const remembers = levels.some(level => level !== 'run');
  if (!remembers && asked === 'earlier') return { results: [], found: 0 };
  const messages = await past({ runId: origin.runId, runs: remembers ? asked : 'this' });
  const reachesOthers = levels.some(level => level !== 'run' && level !== 'role');
  const role = read.text('role') || undefined;
  const visible = messages.filter(
    message =>
      message.crew === crew &&
      (reachesOthers || message.role === origin.role) &&
      (role === undefined || message.role === role),
  );
  const found = rankMessages(read.text('query') ?? '', visible);
  const shown = found.slice(0, read.count('limit') ?? 5);
  const rows = shown.map(({ message, excerpt }) => ({
    run: message.runId,
    phase: message.phase,
    role: message.role,
    at: new Date(message.at).toISOString(),
    what: message.what,
    ...(message.tool === undefined ? {} : { tool: message.tool }),
    text: excerpt,
  }));
  const results = fitRows(rows, { key: 'text', maxTokens: MAX_MEMORY_RESULT_TOKENS - FRAME_TOKENS });
  const isStrange = shown.slice(0, results.length).some(({ message }) => message.untrusted === true);
  return { results: [...results], found: found.length, ...(isStrange ? { untrusted: true } : {}) };
}
