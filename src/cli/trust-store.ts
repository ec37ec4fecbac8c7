import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { CrewError } from '../model/crew-error.ts';
import type { Terminal } from './command.ts';
import { personName } from './person-name.ts';
import { userFolder } from './user-folder.ts';
import { realWorld } from './world.ts';

/** A crew file that a person trusts, as long as its content has this hash. */
export interface TrustedCrew {
  /** Its real, absolute path. */
  readonly file: string;
  readonly hash: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly by: string;
}

const OWNER_ONLY_FILE = 0o600;
const OWNER_ONLY_FOLDER = 0o700;

/** Where a person's trust is kept: outside of every project, for a project must not vouch for itself. */
function trustFile(terminal: Pick<Terminal, 'env'>): string {
  return join(userFolder(terminal), 'trust.json');
}

/** The crew files that this person trusts, by path. Fails with FILE_UNREADABLE when the list is damaged. */
export function readTrust(terminal: Pick<Terminal, 'env'>): readonly TrustedCrew[] {
  const file = trustFile(terminal);
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return [];
    throw new CrewError('FILE_UNREADABLE', `\`${file}\` cannot be read: ${message}`);
  }
  const rows = rowsOf(text);
  if (rows !== undefined) return rows;
  throw new CrewError('FILE_UNREADABLE', `\`${file}\` is damaged; delete it, and trust again what you trust`);
}

/** Trusts a crew file with this content, instead of what was trusted at its path before. Fails with FILE_UNWRITABLE. */
export function addTrust(terminal: Pick<Terminal, 'env'>, crew: Pick<TrustedCrew, 'file' | 'hash'>): void {
  const others = readTrust(terminal).filter(({ file }) => file !== crew.file);
  writeTrust(terminal, [...others, { ...crew, at: realWorld.now(), by: personName() }]);
}

/** Trusts a crew file no more; says whether it was trusted. Fails with FILE_UNWRITABLE. */
export function removeTrust(terminal: Pick<Terminal, 'env'>, file: string): boolean {
  const rows = readTrust(terminal);
  const left = rows.filter(row => row.file !== file);
  if (left.length < rows.length) writeTrust(terminal, left);
  return left.length < rows.length;
}

function rowsOf(text: string): readonly TrustedCrew[] | undefined {
  try {
    const { version, crews } = JSON.parse(text) as { version?: unknown; crews?: unknown };
    return version === 1 && Array.isArray(crews) && crews.every(isRow) ? crews : undefined;
  } catch {
    return undefined;
  }
}

function isRow(row: Partial<TrustedCrew> | null): row is TrustedCrew {
  return typeof row?.file === 'string' && typeof row.hash === 'string' && typeof row.at === 'number';
}

function writeTrust(terminal: Pick<Terminal, 'env'>, rows: readonly TrustedCrew[]): void {
  const file = trustFile(terminal);
  const crews = rows.toSorted((left, right) => (left.file < right.file ? -1 : 1));
  replaceFile(file, `${JSON.stringify({ version: 1, crews }, null, 2)}\n`, OWNER_ONLY_FILE);
}

/** Writes a file as a whole, so that nobody ever reads a part of it. Fails with FILE_UNWRITABLE. */
export function replaceFile(file: string, text: string, mode: number): void {
  const fresh = `${file}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    mkdirSync(dirname(file), { recursive: true, mode: OWNER_ONLY_FOLDER });
    writeFileSync(fresh, text, { mode, flag: 'wx', flush: true });
    chmodSync(fresh, mode);
    renameSync(fresh, file);
  } catch (error) {
    rmSync(fresh, { force: true });
    throw new CrewError('FILE_UNWRITABLE', `\`${file}\` cannot be written: ${(error as Error).message}`, {
      cause: error,
    });
  }
}
