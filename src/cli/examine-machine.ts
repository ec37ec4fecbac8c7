import { execFile } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { promisify } from 'node:util';
import { sanitizeText } from '../reporters/sanitize.ts';
import { examineEmbedder } from './examine-embedder.ts';
import { examineMemory } from './examine-memory.ts';
import { examineModels } from './examine-models.ts';
import { examinePolicy, examineSettings } from './examine-settings.ts';
import { type ExaminedPlace, type Finding, wordsOf } from './finding.ts';
import { PROVIDER_KEYS, variableOf } from './provider-keys.ts';
import { sourceReader } from './read-files.ts';
import { isServerAddress, shownAddress } from './shown-address.ts';
import { loadMcpLock } from './wire.ts';
import { hasJournal, openExistingEngine, stateDirOf, workspaceOf } from './workspace.ts';

const run = promisify(execFile);
const PROGRAM_MS = 5_000;

/**
 * Looks at all that a run needs or may use: program, keys, servers of this machine, settings, journal, sandbox, terminal. Values
 * of keys are never shown. Fails with FILE_NOT_FOUND when there is no such workspace.
 */
export async function examineMachine(place: ExaminedPlace): Promise<readonly Finding[]> {
  workspaceOf(place.values, place.terminal);
  const looks: readonly ((place: ExaminedPlace) => readonly Finding[] | Promise<readonly Finding[]>)[] = [
    node,
    git,
    keys,
    examineModels,
    examineSettings,
    examinePolicy,
    servers,
    examineMemory,
    examineEmbedder,
    journal,
    sandbox,
    screen,
  ];
  // One that fails at once must not leave the others without anybody who waits for them.
  return (await Promise.all(looks.map(async look => look(place)))).flat();
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

function keys({ terminal: { env } }: ExaminedPlace): readonly Finding[] {
  return Object.entries(PROVIDER_KEYS).map(([provider, { key, url }]) => {
    const given = variableOf(env, url);
    const address = given ? `, ${url} is ${shownAddress(given)}` : '';
    if (given && !isServerAddress(given)) {
      const text = `${url} is \`${shownAddress(given)}\`, expected an address such as http://127.0.0.1:8000/v1`;
      return { about: provider, state: 'problem', text };
    }
    if (variableOf(env, key) !== undefined)
      return { about: provider, state: 'ok', text: `${key} is set${address}` };
    return { about: provider, state: address === '' ? 'note' : 'ok', text: `${key} is not set${address}` };
  });
}

/** Names and numbers alone: what starts servers is started by nobody here. */
async function servers({ terminal: { cwd } }: ExaminedPlace): Promise<readonly Finding[]> {
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

async function journal({ values, terminal }: ExaminedPlace): Promise<readonly Finding[]> {
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

function screen({ terminal }: ExaminedPlace): readonly Finding[] {
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
