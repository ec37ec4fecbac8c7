import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { CrewError } from '../model/crew-error.ts';
import type { Terminal } from './command.ts';
import { personName } from './person-name.ts';
import { userFolder } from './user-folder.ts';
import { realWorld } from './world.ts';

/** A crew file or a project's policy that a person trusts, as long as its content has this hash. */
export interface TrustedCrew {
  /** Its real, absolute path. */
  readonly file: string;
  readonly hash: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly by: string;
}

/** What a person let start, in runs whose crew file may be gone by now. */
export interface TrustedStarts {
  /** The real, absolute path of the crew file or policy that they trusted, or `run ID` for a recorded run. */
  readonly file: string;
  /** Hashes, as `programStarts` and `policyStart` give them. */
  readonly starts: readonly string[];
  readonly at: number;
  readonly by: string;
}

interface Trust {
  readonly crews: readonly TrustedCrew[];
  readonly runs: readonly TrustedStarts[];
}

const NOTHING: Trust = { crews: [], runs: [] };
const OWNER_ONLY_FILE = 0o600;
const OWNER_ONLY_FOLDER = 0o700;

/** Where a person's trust is kept: outside of every project, for a project must not vouch for itself. */
function trustFile(terminal: Pick<Terminal, 'env'>): string {
  return join(userFolder(terminal), 'trust.json');
}

/**
 * The crew files and policies that this person trusts, and what their runs may start. Fails with FILE_UNREADABLE when the
 * list is damaged.
 */
export function readTrust(terminal: Pick<Terminal, 'env'>): Trust {
  const file = trustFile(terminal);
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return NOTHING;
    throw new CrewError('FILE_UNREADABLE', `\`${file}\` cannot be read: ${message}`);
  }
  const rows = rowsOf(text);
  if (rows !== undefined) return rows;
  throw new CrewError('FILE_UNREADABLE', `\`${file}\` is damaged; delete it, and trust again what you trust`);
}

/** Trusts a crew file with this content, instead of what was trusted at its path before. Fails with FILE_UNWRITABLE. */
export function addTrust(terminal: Pick<Terminal, 'env'>, crew: Pick<TrustedCrew, 'file' | 'hash'>): void {
  const { crews, runs } = readTrust(terminal);
  const others = crews.filter(({ file }) => file !== crew.file);
  writeTrust(terminal, { crews: [...others, { ...crew, ...signed() }], runs });
}

/**
 * Remembers what runs of a crew file may start, so that they can go on without it. What is known already is not written
 * again. Fails with FILE_UNREADABLE or FILE_UNWRITABLE.
 */
export function addStarts(
  terminal: Pick<Terminal, 'env'>,
  { file, starts }: Pick<TrustedStarts, 'file' | 'starts'>,
): void {
  if (starts.length === 0) return;
  const { crews, runs } = readTrust(terminal);
  if (runs.some(row => row.file === file && includesAll(row.starts, starts))) return;
  writeTrust(terminal, { crews, runs: [...runs, { file, starts, ...signed() }] });
}

/** Whether the person let all of this start together. Fails with FILE_UNREADABLE. */
export function mayStart(terminal: Pick<Terminal, 'env'>, starts: readonly string[]): boolean {
  if (starts.length === 0) return true;
  return readTrust(terminal).runs.some(row => includesAll(row.starts, starts));
}

/** Trusts a file no more, nor the runs that began with it; says whether it was trusted. Fails with FILE_UNWRITABLE. */
export function removeTrust(terminal: Pick<Terminal, 'env'>, file: string): boolean {
  const { crews, runs } = readTrust(terminal);
  const left: Trust = {
    crews: crews.filter(row => row.file !== file),
    runs: runs.filter(row => row.file !== file),
  };
  const removed = left.crews.length < crews.length || left.runs.length < runs.length;
  if (removed) writeTrust(terminal, left);
  return removed;
}

function signed(): Pick<TrustedCrew, 'at' | 'by'> {
  return { at: realWorld.now(), by: personName() };
}

function includesAll(known: readonly string[], starts: readonly string[]): boolean {
  return starts.every(start => known.includes(start));
}

function rowsOf(text: string): Trust | undefined {
  try {
    const {
      version,
      crews,
      runs = [],
    } = JSON.parse(text) as {
      readonly version?: unknown;
      readonly crews?: unknown;
      readonly runs?: unknown;
    };
    if (version !== 1 || !Array.isArray(crews) || !crews.every(isCrew)) return undefined;
    return Array.isArray(runs) && runs.every(isStarts) ? { crews, runs } : undefined;
  } catch {
    return undefined;
  }
}

function isCrew(row: Partial<TrustedCrew> | null): row is TrustedCrew {
  return typeof row?.file === 'string' && typeof row.hash === 'string' && typeof row.at === 'number';
}

function isStarts(row: Partial<TrustedStarts> | null): row is TrustedStarts {
  return (
    typeof row?.file === 'string' &&
    Array.isArray(row.starts) &&
    row.starts.every(start => typeof start === 'string')
  );
}

function writeTrust(terminal: Pick<Terminal, 'env'>, { crews, runs }: Trust): void {
  const file = trustFile(terminal);
  const byFile = (left: { readonly file: string }, right: { readonly file: string }): number =>
    left.file < right.file ? -1 : 1;
  const sorted = { version: 1, crews: crews.toSorted(byFile), runs: runs.toSorted(byFile) };
  replaceFile(file, `${JSON.stringify(sorted, null, 2)}\n`, OWNER_ONLY_FILE);
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
    removeIfThere(fresh);
    throw new CrewError('FILE_UNWRITABLE', `\`${file}\` cannot be written: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

/** What could not be written is often in no folder at all, which is said already. */
function removeIfThere(file: string): void {
  if (existsSync(file)) rmSync(file, { force: true });
}
