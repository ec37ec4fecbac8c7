import { randomBytes } from 'node:crypto';
import { chmod, lstat, mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { CrewError } from '../../../model/crew-error.ts';
import { lockOthersOut } from '../../lock-others-out.ts';
import { jsonObject } from './read-document.ts';

/** What an authorization server gave us for one server. Times in milliseconds since 1970. */
export interface Grant {
  /** The server as the person wrote it. */
  readonly server: string;
  readonly issuer: string;
  readonly resource: string;
  /** Whose it is: of the client that a crew names, for a person or for itself, or of the one that was found for us. */
  readonly holder: 'named' | 'itself' | 'found';
  readonly clientId: string;
  readonly accessToken: string;
  readonly refreshToken?: string;
  readonly expiresAt?: number;
  /** The scopes that were granted, as far as the server said; else those that were asked for. */
  readonly scope?: string;
}

/** Us, as an authorization server registered us. */
export interface RegisteredClient {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret?: string;
  readonly secretExpiresAt?: number;
  readonly authMethod?: string;
  readonly redirectUri: string;
  readonly scope?: string;
}

/** All that logins leave on disk. */
export interface Logins {
  readonly grants: readonly Grant[];
  readonly clients: readonly RegisteredClient[];
}

/** The logins of a person, for all processes of that person. */
export interface TokenStore {
  /** Fails with FILE_UNREADABLE when what is there is damaged or belongs to somebody else. */
  readonly read: () => Promise<Logins>;
  /**
   * Works on the logins while no other process does; what `change` returns is stored, undefined stores nothing. Fails as
   * `read` does, with FILE_UNWRITABLE, and as `change` does, which then stores nothing.
   */
  readonly update: (change: (logins: Logins) => Promise<Logins | undefined>) => Promise<void>;
}

const NOTHING: Logins = { grants: [], clients: [] };
const NOT_THERE = new Set(['ENOENT', 'ENOTDIR', 'EACCES']);
const OWNER_ONLY_FILE = 0o600;
const OWNER_ONLY_FOLDER = 0o700;
/** A refresh asks three servers at most, each for half a minute; whoever waits longer waits for nothing. */
const LOCK_TIMEOUT_MS = 120_000;

/**
 * The logins in one file, 0600 in a folder 0700, replaced as a whole. A mode that lets others read is mended and told by
 * `notice`; a file or folder of another person, or one that is a link, is refused.
 */
export function createTokenStore(file: string, notice: (text: string) => void): TokenStore {
  const folder = dirname(file);
  const read = async (): Promise<Logins> => {
    if (!(await isOurs(folder, OWNER_ONLY_FOLDER, notice))) return NOTHING;
    if (!(await isOurs(file, OWNER_ONLY_FILE, notice))) return NOTHING;
    return parse(file, await readFile(file, 'utf8'));
  };
  const update: TokenStore['update'] = async change => {
    await writing(file, () => mkdir(folder, { recursive: true, mode: OWNER_ONLY_FOLDER }));
    await isOurs(folder, OWNER_ONLY_FOLDER, notice);
    const unlock = await lock(join(folder, 'lock'));
    try {
      const changed = await change(await read());
      if (changed !== undefined) await writing(file, () => replace(file, changed));
    } finally {
      unlock();
    }
  };
  return { read, update };
}

/** False when it is not there. Fails with FILE_UNREADABLE when it is not ours alone and cannot be made so. */
async function isOurs(path: string, mode: number, notice: (text: string) => void): Promise<boolean> {
  const found = await lstat(path).catch((error: NodeJS.ErrnoException) => {
    // A home that cannot even be looked into, as programs of a system have it, holds no logins.
    if (error.code !== undefined && NOT_THERE.has(error.code)) return undefined;
    throw unreadable(path, error.message);
  });
  if (found === undefined) return false;
  const isKind = mode === OWNER_ONLY_FOLDER ? found.isDirectory() : found.isFile();
  if (!isKind) throw unreadable(path, 'it is a link or no file, and tokens are only kept in what is ours');
  // Windows has no owners and modes of this kind; its folders of users are private.
  if (process.getuid === undefined) return true;
  if (found.uid !== process.getuid()) throw unreadable(path, 'it belongs to another user');
  if ((found.mode & 0o077) !== 0) {
    await chmod(path, mode);
    notice(`${path} could be read by others; it is yours alone now`);
  }
  return true;
}

function parse(file: string, text: string): Logins {
  const { version, grants, clients } = (jsonObject(text) ?? {}) as { [field: string]: unknown };
  if (version !== 1 || !Array.isArray(grants) || !Array.isArray(clients)) {
    throw unreadable(file, 'it is damaged; delete it and log in again');
  }
  return { grants: grants.filter(isGrant), clients: clients.filter(isClient) };
}

function isGrant(value: unknown): value is Grant {
  return hasTexts(value, ['server', 'issuer', 'resource', 'holder', 'clientId', 'accessToken']);
}

function isClient(value: unknown): value is RegisteredClient {
  return hasTexts(value, ['issuer', 'clientId', 'redirectUri']);
}

function hasTexts(value: unknown, names: readonly string[]): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const fields = new Map<string, unknown>(Object.entries(value));
  return names.every(name => typeof fields.get(name) === 'string');
}

async function replace(file: string, logins: Logins): Promise<void> {
  const next = `${file}.${randomBytes(6).toString('hex')}`;
  try {
    const handle = await open(next, 'wx', OWNER_ONLY_FILE);
    try {
      await handle.writeFile(`${JSON.stringify({ version: 1, ...logins }, null, 2)}\n`);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(next, file);
  } catch (error) {
    await rm(next, { force: true });
    throw error;
  }
}

async function lock(path: string): Promise<() => void> {
  const unlock = await lockOthersOut(path, { what: 'the file of logins', timeoutMs: LOCK_TIMEOUT_MS });
  await chmod(path, OWNER_ONLY_FILE);
  return unlock;
}

async function writing<Result>(path: string, write: () => Promise<Result>): Promise<Result> {
  try {
    return await write();
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new CrewError('FILE_UNWRITABLE', `Cannot keep logins in \`${path}\`: ${why}`, { cause: error });
  }
}

function unreadable(path: string, why: string): CrewError {
  return new CrewError('FILE_UNREADABLE', `Cannot read the logins in \`${path}\`: ${why}`);
}
