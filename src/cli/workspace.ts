import { existsSync, mkdirSync, realpathSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { CrewError } from '../model/crew-error.ts';
import type { Engine } from '../ports/engine.ts';
import { type FlagValues, type Terminal, textFlag } from './command.ts';
import { namedFolder } from './read-files.ts';
import { openEngine } from './wire.ts';

/** The folder that a run works in, as a real path: `--cwd`, else where the program was called. */
export function workspaceOf(values: FlagValues, terminal: Terminal): string {
  return realpathSync(namedFolder(terminal.cwd, textFlag(values, 'cwd') ?? '.'));
}

/** Opens the journal of a workspace; its state folder is made, and git is told to ignore it. Fails with JOURNAL_*. */
export async function openWorkspaceEngine(values: FlagValues, terminal: Terminal): Promise<Engine> {
  const stateDir = stateDirOf(values, terminal);
  try {
    mkdirSync(stateDir, { recursive: true });
    const ignore = join(stateDir, '.gitignore');
    if (!existsSync(ignore)) writeFileSync(ignore, '*\n');
  } catch (error) {
    const message = `the state folder \`${stateDir}\` cannot be made: ${(error as Error).message}`;
    throw new CrewError('JOURNAL_UNAVAILABLE', message, { cause: error });
  }
  return openEngine(stateDir);
}

/** Opens the journal of a workspace where runs were started before. Fails with RUN_NOT_FOUND when there is none. */
export async function openExistingEngine(values: FlagValues, terminal: Terminal): Promise<Engine> {
  const stateDir = stateDirOf(values, terminal);
  if (existsSync(join(stateDir, 'runs.db'))) return openEngine(stateDir);
  throw new CrewError('RUN_NOT_FOUND', `no run was started here; there is no journal in \`${stateDir}\``);
}

function stateDirOf(values: FlagValues, terminal: Terminal): string {
  const chosen = textFlag(values, 'state-dir') ?? terminal.env.CREW_HOME;
  return chosen ? resolve(terminal.cwd, chosen) : join(workspaceOf(values, terminal), '.crew');
}
