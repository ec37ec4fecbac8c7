import { execFile } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { CrewError } from '../model/crew-error.ts';
import { sanitizeText } from '../reporters/sanitize.ts';
import { type BrokenFile, brokenPolicies, brokenSettings } from './check-policy.ts';
import { autoModelHere } from './choose-models-here.ts';
import type { CommandCall } from './command.ts';
import { findLocalServers } from './local-servers.ts';
import { PROVIDER_KEYS } from './provider-keys.ts';
import { configPaths, readConfig } from './read-config.ts';
import { sourceReader } from './read-files.ts';
import { policyPaths, readPolicy } from './read-policy.ts';
import { loadMcpLock } from './wire.ts';
import { hasJournal, openExistingEngine, stateDirOf } from './workspace.ts';

/** What was found of one thing: `note` is good to know, `problem` keeps something from working. */
export interface Finding {
  readonly about: string;
  readonly state: 'ok' | 'note' | 'problem';
  readonly text: string;
}

type Place = Pick<CommandCall, 'values' | 'terminal'>;

const run = promisify(execFile);
const PROGRAM_MS = 5_000;

/** Looks at all that a run needs or may use: program, keys, servers of this machine, settings, journal, sandbox, terminal. Values of keys are never shown. */
export async function examineMachine(place: Place): Promise<readonly Finding[]> {
  const looks = [
    node,
    git,
    keys,
    models,
    localServers,
    settings,
    policy,
    servers,
    memory,
    journal,
    sandbox,
    screen,
  ];
  return (await Promise.all(looks.map(look => look(place)))).flat();
}

function node(): readonly Finding[] {
  return [{ about: 'node', state: 'ok', text: process.versions.node }];
}

async function git(): Promise<readonly Finding[]> {
  const version = await outputOf('git', ['--version']);
  if (version !== undefined)
    return [{ about: 'git', state: 'ok', text: version.replace(/^git version /, '') }];
  return [{ about: 'git', state: 'note', text: 'not found; crews that look at changes need it' }];
}

function keys({ terminal: { env } }: Place): readonly Finding[] {
  return Object.entries(PROVIDER_KEYS).map(([provider, { key, url }]) => {
    const address = env[url] ? `, ${url} is ${env[url]}` : '';
    if (env[key]) return { about: provider, state: 'ok', text: `${key} is set${address}` };
    return { about: provider, state: address === '' ? 'note' : 'ok', text: `${key} is not set${address}` };
  });
}

async function models({ terminal: { env } }: Place): Promise<readonly Finding[]> {
  const { use, reason } = await autoModelHere(env);
  return [{ about: 'auto', state: use === 'offline' ? 'note' : 'ok', text: `stands for ${use}: ${reason}` }];
}

async function localServers({ terminal: { env } }: Place): Promise<readonly Finding[]> {
  const servers = await findLocalServers(env);
  if (servers.length === 0)
    return [{ about: 'local models', state: 'note', text: 'no server answers at the usual ports' }];
  return servers.map(({ name, provider, url, models: list, chats }) => {
    const count = `${list.length} ${list.length === 1 ? 'model' : 'models'}`;
    const use = chats === undefined ? 'none that can chat' : `use it: --model ${provider}:${chats}`;
    const text = `${name} at ${new URL(url).host}, ${count}; ${use}`;
    return { about: 'local models', state: chats === undefined ? 'note' : 'ok', text };
  });
}

async function settings({ values, terminal }: Place): Promise<readonly Finding[]> {
  try {
    const broken = await brokenSettings({ values, terminal });
    if (broken.length > 0) return broken.map(file => brokenFinding('settings', file));
    // What is wrong in them is listed by the command that uses them; here it counts that they can be read.
    const layers = await readConfig(values, { ...terminal, stderr: () => undefined });
    const text =
      layers.length === 0 ? `none; they may stand in ${configPaths(values, terminal).join(' or ')}` : '';
    return [{ about: 'settings', state: 'ok', text: text || layers.map(({ origin }) => origin).join(', ') }];
  } catch (error) {
    return [{ about: 'settings', state: 'problem', text: wordsOf(error) }];
  }
}

async function policy({ values, terminal }: Place): Promise<readonly Finding[]> {
  const places = policyPaths(values, terminal).join(' or ');
  try {
    const broken = await brokenPolicies({ values, terminal });
    if (broken.length > 0) return broken.map(file => brokenFinding('policy', file));
    const read = await readPolicy(values, { ...terminal, stderr: () => undefined }, { untrusted: 'silent' });
    const none = `none; what may change something is asked for; rules may stand in ${places}`;
    return [{ about: 'policy', state: 'ok', text: read === undefined ? none : `${read.rules.length} rules` }];
  } catch (error) {
    return [{ about: 'policy', state: 'problem', text: wordsOf(error) }];
  }
}

function brokenFinding(about: string, { path, first, count }: BrokenFile): Finding {
  const { line, column } = first.range.start;
  const more = count === 1 ? '' : `, and ${count - 1} more`;
  return {
    about,
    state: 'problem',
    text: `${path}:${line}:${column}: ${first.message}${more}: crew check ${path}`,
  };
}

/** Names and numbers alone: what starts servers is started by nobody here. */
async function servers({ terminal: { cwd } }: Place): Promise<readonly Finding[]> {
  const locks = LOCK_PLACES.flatMap(path => {
    const text = sourceReader(cwd)(path);
    return text === undefined ? [] : [{ path, text }];
  });
  if (locks.length === 0) return [{ about: 'mcp servers', state: 'note', text: 'none accepted here' }];
  const { readLock } = await loadMcpLock();
  return locks.map(({ path, text }) => {
    const { lock } = readLock(text);
    if (lock === undefined) return { about: 'mcp servers', state: 'problem', text: `${path} cannot be read` };
    const names = [...lock.servers.values()].map(
      ({ aliases, tools }) => `${aliases.join(', ')} (${tools.length} tools)`,
    );
    const shown = sanitizeText(names.join(', '), { keepNewlines: false });
    const told = shown === '' ? 'none accepted' : `${shown}; \`crew tools doctor FILE\` tries them`;
    return { about: 'mcp servers', state: 'ok', text: `${path}: ${told}` };
  });
}

/** Where crews mostly stand. */
const LOCK_PLACES = ['crew.lock', 'crews/crew.lock'];

function memory({ values, terminal }: Place): readonly Finding[] {
  const folder = join(stateDirOf(values, terminal), 'memory');
  const kept = existsSync(folder) ? `kept in ${folder}` : `nothing kept yet; it will be in ${folder}`;
  const missing = MEMORY_PACKAGES.filter(name => !isInstalled(name));
  if (missing.length === 0) return [{ about: 'memory', state: 'ok', text: kept }];
  return [{ about: 'memory', state: 'note', text: `${kept}; not installed: ${missing.join(', ')}` }];
}

/** The store, and sentence vectors as a peer that may be left out. */
const MEMORY_PACKAGES = ['@lancedb/lancedb', '@energetic-ai/embeddings'];

function isInstalled(name: string): boolean {
  try {
    import.meta.resolve(name);
    return true;
  } catch {
    return false;
  }
}

async function journal({ values, terminal }: Place): Promise<readonly Finding[]> {
  const folder = stateDirOf(values, terminal);
  if (!hasJournal(values, terminal)) {
    return [{ about: 'runs', state: 'ok', text: `none yet; they will be kept in ${folder}` }];
  }
  try {
    accessSync(folder, constants.W_OK);
    const engine = await openExistingEngine(values, terminal);
    try {
      const runs = engine.list();
      const open = runs.filter(({ status }) => status === 'open').length;
      return [{ about: 'runs', state: 'ok', text: `${runs.length} in ${folder}, ${open} not finished` }];
    } finally {
      engine.close();
    }
  } catch (error) {
    return [{ about: 'runs', state: 'problem', text: wordsOf(error) }];
  }
}

/** Having the program is not enough: some systems let nobody make a namespace. */
async function sandbox(): Promise<readonly Finding[]> {
  const version = await outputOf('bwrap', ['--version']);
  if (version === undefined) {
    const text =
      'bubblewrap (`bwrap`) is not installed; crews that ask for a sandbox will not start their servers';
    return [{ about: 'sandbox', state: 'note', text }];
  }
  const tried = await outputOf('bwrap', ['--unshare-all', '--ro-bind', '/', '/', '/bin/true']);
  if (tried !== undefined) return [{ about: 'sandbox', state: 'ok', text: version }];
  return [
    { about: 'sandbox', state: 'problem', text: `${version} is there, but this system does not let it work` },
  ];
}

function screen({ terminal }: Place): readonly Finding[] {
  const { interactive, stdoutIsTerminal, columns, rows = 0, stderrColor } = terminal;
  if (!interactive)
    return [{ about: 'terminal', state: 'note', text: 'none; what needs an answer makes a run wait' }];
  const size = `${columns}×${rows}`;
  const look = `${stderrColor ? 'colours' : 'no colours'}${stdoutIsTerminal ? '' : ', stdout goes elsewhere'}`;
  const small = columns < 80 || rows < 24;
  const text = `${size}, ${look}${small ? '; the dashboard wants 80×24' : ''}`;
  return [{ about: 'terminal', state: small ? 'note' : 'ok', text }];
}

async function outputOf(command: string, args: readonly string[]): Promise<string | undefined> {
  try {
    const { stdout } = await run(command, [...args], { timeout: PROGRAM_MS });
    return stdout.trim();
  } catch {
    return undefined;
  }
}

function wordsOf(error: unknown): string {
  if (error instanceof CrewError) return `${error.code}: ${error.message}`;
  return error instanceof Error ? error.message : String(error);
}
