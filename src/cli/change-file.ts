import { readFileSync, realpathSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { CrewError } from '../model/crew-error.ts';
import { lockOthersOut } from '../tools/lock-others-out.ts';
import { replaceFile } from './trust-store.ts';
import { makeStateFolder } from './workspace.ts';

/** Who holds a file reads and writes it, which takes no time; git was asked before. */
const LOCK_TIMEOUT_MS = 60_000;
const MODE = 0o644;

/**
 * Replaces a file that several processes change, by what `change` makes of what stands in it at that moment (undefined where
 * it is not there); what `change` leaves as it is, or gives undefined for, is not written. No other process of this product
 * changes it meanwhile. The path is absolute, and its folder is there. Fails with FILE_UNWRITABLE, FILE_UNREADABLE,
 * JOURNAL_UNAVAILABLE, and as `change` does, which then writes nothing.
 */
export async function changeFile(
  file: string,
  change: (text: string | undefined) => Promise<string | undefined>,
): Promise<void> {
  const unlock = await lock(file);
  try {
    const before = readThere(file);
    const after = await change(before);
    if (after !== undefined && after !== before) replaceFile(file, after, MODE);
  } finally {
    unlock();
  }
}

function readThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return undefined;
    throw new CrewError('FILE_UNREADABLE', `\`${file}\` cannot be read: ${message}`, { cause: error });
  }
}

/** The guard stands in the state folder beside the file, so that version control sees nothing of it. */
async function lock(file: string): Promise<() => void> {
  const beside = realpathSync(dirname(file));
  const folder = makeStateFolder(basename(beside) === '.crew' ? beside : join(beside, '.crew'));
  return lockOthersOut(join(folder, `${basename(file)}.guard`), {
    what: `\`${file}\``,
    timeoutMs: LOCK_TIMEOUT_MS,
  });
}
