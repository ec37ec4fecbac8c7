import { CrewError } from '../../model/crew-error.ts';

const MAX_KEPT = 12;

/**
 * Work that several tool calls ask for at the same time and that is then done once. Invariants:
 * 1. The same key runs once while it is under way, and while it is kept (the last 12, if `keep`).
 * 2. A caller whose signal aborts gets its own rejection at once; the others go on.
 * 3. The work is aborted when its last caller has gone.
 * 4. Work that failed is not kept.
 */
export interface SharedWork {
  share<T>(request: ShareRequest<T>): Promise<T>;
}

/** Work that callers who name the same key share. */
interface ShareRequest<T> {
  readonly key: string;
  /** Whether the result may be used by callers that come later. */
  readonly keep: boolean;
  readonly signal: AbortSignal;
  readonly work: (signal: AbortSignal) => Promise<T>;
}

interface Entry {
  readonly result: Promise<unknown>;
  readonly controller: AbortController;
  waiting: number;
  settled: boolean;
}

/** Makes an empty keeper of shared work. */
export function createSharedWork(): SharedWork {
  const entries = new Map<string, Entry>();
  const begin = <T>(request: ShareRequest<T>): Entry => {
    const controller = new AbortController();
    const result = request.work(controller.signal);
    const entry: Entry = { result, controller, waiting: 0, settled: false };
    const drop = () => {
      if (entries.get(request.key) === entry) entries.delete(request.key);
    };
    result.then(
      () => {
        entry.settled = true;
        if (!request.keep) drop();
      },
      // The callers see the failure; here it only must not stay.
      drop,
    );
    entries.set(request.key, entry);
    for (const [key, old] of entries) {
      if (entries.size <= MAX_KEPT) break;
      if (old.settled) entries.delete(key);
    }
    return entry;
  };
  return {
    share: async request => {
      if (request.signal.aborted) throw abortFailure(request.signal);
      const known = entries.get(request.key);
      const entry = known ?? begin(request);
      return (await waitFor(entry, request.signal, () => {
        entries.delete(request.key);
        entry.controller.abort(request.signal.reason);
      })) as never;
    },
  };
}

async function waitFor(entry: Entry, signal: AbortSignal, abandon: () => void): Promise<unknown> {
  entry.waiting += 1;
  let onAbort: () => void = () => undefined;
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(abortFailure(signal));
    signal.addEventListener('abort', onAbort, { once: true });
  });
  try {
    return await Promise.race([entry.result, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
    entry.waiting -= 1;
    if (entry.waiting === 0 && !entry.settled && signal.aborted) abandon();
  }
}

function abortFailure(signal: AbortSignal): CrewError {
  if (signal.reason instanceof CrewError) return signal.reason;
  return new CrewError('TOOL_FAILED', 'the review was stopped before it finished', { cause: signal.reason });
}
