import type { ReadPast } from '../memory/tools/recall-search.ts';
import { CrewError } from '../model/crew-error.ts';
import type { ForkOrigin } from '../model/fact.ts';
import type { PastMessage } from '../model/past-message.ts';
import type { Engine } from '../ports/engine.ts';
import { loadPastReader } from './wire-memory.ts';

/** So many earlier runs of a crew are looked at, the latest first. */
const MOST_RUNS = 20;

/** What of an engine is read; recorded runs are only looked at. */
type RunReads = Pick<Engine, 'list' | 'read'>;

/**
 * Reads what was said in runs that an engine keeps: in the one that is under way as far as it is recorded, and in the latest
 * earlier ones of the same crew, oldest first. A run that is gone or cannot be read is left out. What was read of an earlier
 * run is kept for the next time.
 */
export function createReadPast(reads: RunReads): ReadPast {
  const over = new Map<string, readonly PastMessage[]>();
  return async ({ runId, runs }) => {
    const ids = runs === 'this' ? [] : earlierRuns(reads, runId);
    const messages: PastMessage[] = [];
    for (const id of ids) {
      const known = over.get(id) ?? (await messagesOf(reads, id));
      over.set(id, known);
      messages.push(...known);
    }
    return runs === 'earlier' ? messages : [...messages, ...(await messagesOf(reads, runId))];
  };
}

/**
 * Those of the same crew that began before it, oldest first. A fork began when the first of the runs did that it comes from; what
 * it has of those stands in its own journal, and the rest of them is not its past.
 */
function earlierRuns(reads: RunReads, runId: string): readonly string[] {
  const headers = reads.list();
  const own = headers.find(each => each.runId === runId);
  if (own === undefined) return [];
  const { began, origins } = originsOf(reads, runId, own.createdAt);
  return headers
    .filter(each => each.crew === own.crew && !origins.has(each.runId) && each.createdAt <= began)
    .toSorted((one, other) => other.createdAt - one.createdAt)
    .slice(0, MOST_RUNS)
    .map(each => each.runId)
    .toReversed();
}

/** A run and all that it comes from, and when the first of these began. */
function originsOf(
  reads: RunReads,
  runId: string,
  createdAt: number,
): { readonly began: number; readonly origins: ReadonlySet<string> } {
  const [first] = reads.read(runId).facts;
  const origins = new Set([runId]);
  if (first?.type !== 'run.started' || first.forkedFrom === undefined) return { began: createdAt, origins };
  for (let origin: ForkOrigin | undefined = first.forkedFrom; origin; origin = origin.forkedFrom) {
    origins.add(origin.runId);
  }
  return { began: first.at, origins };
}

async function messagesOf(reads: RunReads, runId: string): Promise<readonly PastMessage[]> {
  const { foldRun, readMessages } = await loadPastReader();
  try {
    const { program, facts } = reads.read(runId);
    return readMessages(foldRun(program, facts));
  } catch (error) {
    if (error instanceof CrewError) return [];
    throw error;
  }
}
