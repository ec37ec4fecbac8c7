import { existsSync, mkdirSync, realpathSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { CrewError } from '../model/crew-error.ts';
import type { Engine } from '../ports/engine.ts';
import { type FlagValues, type Terminal, textFlag } from './command.ts';
import { namedFolder } from './read-files.ts';
import { openEngine } from './wire.ts';

/** Runs are nobody else's; the settings of a project may be shared. */
const IGNORED = '*\n!config.yaml\n';

/** The folder that a run works in, as a real path: `--cwd`, else where the program was called. */
export function workspaceOf(values: FlagValues, terminal: Terminal): string {
  return realpathSync(namedFolder(terminal.cwd, textFlag(values, 'cwd') ?? '.'));
}

/** Opens the journal of a workspace; its state folder is made, and git is told to ignore it. Fails with JOURNAL_*. */
export async function openWorkspaceEngine(values: FlagValues, terminal: Terminal): Promise<Engine> {
  return openEngine(makeStateDir(values, terminal));
}

/** Makes the state folder of a workspace, and tells git to ignore it. Fails with JOURNAL_UNAVAILABLE. */
export function makeStateDir(values: FlagValues, terminal: Terminal): string {
  return makeStateFolder(stateDirOf(values, terminal));
}

/** Makes a state folder by its path, and tells git to ignore it. Fails with JOURNAL_UNAVAILABLE. */
export function makeStateFolder(stateDir: string): string {
  try {
    makeFolder(stateDir);
    const ignore = join(stateDir, '.gitignore');
    if (!existsSync(ignore)) writeFileSync(ignore, IGNORED);
  } catch (error) {
    const message = `the state folder \`${stateDir}\` cannot be made: ${(error as Error).message}`;
    throw new CrewError('JOURNAL_UNAVAILABLE', message, { cause: error });
  }
  return stateDir;
}

/** Whether a run was ever started with this state folder. */
export function hasJournal(values: FlagValues, terminal: Terminal): boolean {
  return existsSync(join(stateDirOf(values, terminal), 'runs.db'));
}

/** Opens the journal of a workspace where runs were started before. Fails with RUN_NOT_FOUND when there is none. */
export async function openExistingEngine(values: FlagValues, terminal: Terminal): Promise<Engine> {
  const stateDir = stateDirOf(values, terminal);
  if (hasJournal(values, terminal)) return openEngine(stateDir);
  throw new CrewError('RUN_NOT_FOUND', `no run was started here; there is no journal in \`${stateDir}\``);
}

/** Where the journal of a workspace is kept: `--state-dir`, `CREW_HOME`, else `.crew` in it. */
export function stateDirOf(values: FlagValues, terminal: Terminal): string {
  const chosen = textFlag(values, 'state-dir') ?? terminal.env.CREW_HOME;
  return chosen ? resolve(terminal.cwd, chosen) : join(workspaceOf(values, terminal), '.crew');
}

/** Not `recursive` of `mkdirSync`: where a folder refuses children with ENOENT, as /proc does, that never ends. */
function makeFolder(path: string): void {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() === true) return;
  if (dirname(path) !== path) makeFolder(dirname(path));
  try {
    mkdirSync(path);
  } catch (error) {
    // Another process may have been faster.
    if (!statSync(path, { throwIfNoEntry: false })?.isDirectory()) throw error;
  }
}
