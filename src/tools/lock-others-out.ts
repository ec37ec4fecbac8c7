import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { CrewError } from '../model/crew-error.ts';

const POLL_MS = 20;

/** What is locked, in the words of messages, and how long somebody waits for it. */
export interface LockedThing {
  readonly what: string;
  readonly timeoutMs: number;
}

/**
 * Locks out other processes of this product; the answer unlocks. The lock is the system's lock on an empty database at `path`,
 * so a process that was killed holds none. Whoever has waited too long fails with FILE_UNWRITABLE, which says that `what` cannot
 * be changed.
 */
export async function lockOthersOut(path: string, { what, timeoutMs }: LockedThing): Promise<() => void> {
  const refuse = (why: string, cause: unknown): CrewError =>
    new CrewError('FILE_UNWRITABLE', `${what} cannot be changed: ${why}`, { cause });
  const database = openGuard(path, refuse);
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    try {
      database.exec('BEGIN EXCLUSIVE');
      return () => database.close();
    } catch (error) {
      const isHeld = error instanceof Error && /locked|busy/i.test(error.message);
      if (isHeld && performance.now() < deadline) {
        await sleep(POLL_MS);
        continue;
      }
      database.close();
      throw refuse(isHeld ? 'another process has been changing it for too long' : String(error), error);
    }
  }
}

function openGuard(path: string, refuse: (why: string, cause: unknown) => CrewError): DatabaseSync {
  try {
    return new DatabaseSync(path);
  } catch (error) {
    throw refuse(`\`${path}\` cannot be opened: ${(error as Error).message}`, error);
  }
}
