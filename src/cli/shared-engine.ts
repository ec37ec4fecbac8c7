import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { Engine } from '../ports/engine.ts';
import type { FlagValues, Terminal } from './command.ts';
import { openWorkspaceEngine, stateDirOf } from './workspace.ts';

/** A journal file that may be in use by several runs; `file` tells it from another one made later under its path. */
interface Shared {
  readonly engine: Engine;
  readonly file: number;
  users: number;
  closing: NodeJS.Timeout | undefined;
}

/** An engine, and what must be called once when it is not needed any more. */
export interface BorrowedEngine {
  readonly engine: Engine;
  readonly release: () => void;
}

/** The next run of a program that makes many mostly comes soon; opening and closing costs more than a short run. */
const KEPT_OPEN_MS = 250;
const shared = new Map<string, Shared>();

/**
 * Lends the journal file of a workspace: runs of this process that are under way at the same time, or soon after each
 * other, have it open once. Does not keep the process alive. Fails with JOURNAL_*.
 */
export async function borrowEngine(places: FlagValues, terminal: Terminal): Promise<BorrowedEngine> {
  const stateDir = stateDirOf(places, terminal);
  const known = inUse(stateDir) ?? (await open(stateDir, places, terminal));
  clearTimeout(known.closing);
  known.users += 1;
  return { engine: known.engine, release: () => release(stateDir, known) };
}

function inUse(stateDir: string): Shared | undefined {
  const known = shared.get(stateDir);
  return known?.file === fileOf(stateDir) ? known : undefined;
}

async function open(stateDir: string, places: FlagValues, terminal: Terminal): Promise<Shared> {
  const engine = await openWorkspaceEngine(places, terminal);
  // Somebody else may have opened it in the meantime.
  const other = inUse(stateDir);
  if (other !== undefined) {
    engine.close();
    return other;
  }
  const opened = { engine, file: fileOf(stateDir) ?? 0, users: 0, closing: undefined };
  shared.set(stateDir, opened);
  return opened;
}

function release(stateDir: string, known: Shared): void {
  known.users -= 1;
  if (known.users > 0) return;
  known.closing = setTimeout(() => {
    if (shared.get(stateDir) === known) shared.delete(stateDir);
    known.engine.close();
  }, KEPT_OPEN_MS).unref();
}

function fileOf(stateDir: string): number | undefined {
  return statSync(join(stateDir, 'runs.db'), { throwIfNoEntry: false })?.ino;
}
