import type { RunEvent } from '../../src/model/run-event.ts';
import type { Journal } from '../../src/ports/engine.ts';
import type { Executor } from '../../src/runtime/executor.ts';
import type { RunOptions, RunOutcome } from '../../src/runtime/run.ts';
import { driveRun } from '../../src/runtime/run.ts';

class Forgotten extends Error {}

/** Whether tests run in the always-suspending mode. */
export const ALWAYS_SUSPEND = process.env.ALWAYS_SUSPEND === '1';

/**
 * Drives a run that forgets everything after each fact for which no call is under way: the journal is closed, opened
 * again and replayed by a loop that knows nothing but its facts. Each replay must tell the same events, byte for byte;
 * the watchers hear each of them once.
 */
export async function driveForgetting(options: RunOptions, reopen: () => Journal): Promise<RunOutcome> {
  const told: string[] = [];
  let { journal } = options;
  for (;;) {
    let heard = 0;
    const onEvent = (event: RunEvent): void => {
      const text = JSON.stringify(event);
      const before = told[heard];
      heard += 1;
      if (before === text) return;
      if (before !== undefined) throw new Error(`a replay tells ${text}, the run told ${before}`);
      told.push(text);
      options.onEvent(event);
    };
    try {
      return await driveRun({ ...options, ...forgetful(journal, options.execute), onEvent });
    } catch (error) {
      if (!(error instanceof Forgotten)) throw error;
      journal.close();
      journal = reopen();
    }
  }
}

/** A journal that fails with `Forgotten` where a run can be cut off without losing a call. */
function forgetful(journal: Journal, execute: Executor): Pick<RunOptions, 'journal' | 'execute'> {
  const underWay = new Set<string>();
  let live = 0;
  const next: Journal['next'] = async () => {
    if (live > 0 && underWay.size === 0 && !journal.ready()) throw new Forgotten();
    const record = await journal.next();
    if (!record.replayed) live += 1;
    if ('key' in record.fact) underWay.delete(record.fact.key);
    return record;
  };
  const watched: Executor = (effect, signal) => {
    if (effect.type !== 'timer.start') {
      underWay.add(effect.key);
      signal.addEventListener('abort', () => underWay.delete(effect.key), { once: true });
    }
    return execute(effect, signal);
  };
  return { journal: forwarding(journal, next), execute: watched };
}

function forwarding(journal: Journal, next: Journal['next']): Journal {
  return new Proxy(journal, {
    get: (target, name) => {
      if (name === 'next') return next;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}
