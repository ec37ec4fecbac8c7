import { statSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import type { ConfigLayer } from '../model/config.ts';
import { CrewError } from '../model/crew-error.ts';
import type { FlagValues, Terminal } from './command.ts';
import { envSettings, oddVariables } from './env-settings.ts';
import { missingFile, sourceReader } from './read-files.ts';
import { userFolder } from './user-folder.ts';
import { loadConfigEditor, loadConfigReader, loadDiagnosticReporters } from './wire.ts';
import { workspaceOf } from './workspace.ts';

/**
 * Reads the settings of the environment (`CREW_…`), of the `config.yaml` of the project (`.crew/` in the workspace) and of
 * the person (`$XDG_CONFIG_HOME/crew`, else `~/.config/crew`), nearest first; what is not there is left out. All mistakes are
 * shown. Fails with CONFIG_INVALID, USAGE, FILE_UNREADABLE, or FILE_NOT_FOUND for a folder in the place of a file.
 */
export async function readConfig(values: FlagValues, terminal: Terminal): Promise<readonly ConfigLayer[]> {
  tellOddVariables(values, terminal);
  const readSource = sourceReader(terminal.cwd);
  const files = configPaths(values, terminal).flatMap(path => {
    const text = readSource(path);
    if (text !== undefined) return [{ path, text, isVariable: false }];
    if (isFolder(resolve(terminal.cwd, path))) throw missingFile(terminal.cwd, path);
    return [];
  });
  const found = [...(await variablesAsFiles(terminal.env)), ...files];
  if (found.length === 0) return [];
  const { loadConfig } = await loadConfigReader();
  const loaded = found.map(each => ({ ...each, ...loadConfig(each.path, each.text) }));
  const diagnostics = loaded.flatMap(each => each.diagnostics);
  if (diagnostics.length > 0) {
    const { formatDiagnostics } = await loadDiagnosticReporters();
    const sources = new Map(found.map(({ path, text }) => [path, text]));
    terminal.stderr(`${formatDiagnostics(diagnostics, sources, { color: terminal.stderrColor })}\n`);
  }
  return loaded.map(({ path, values: read, isVariable }) => {
    if (read !== undefined) return { origin: path, values: read, ...(isVariable ? { isVariable } : {}) };
    throw new CrewError('CONFIG_INVALID', `\`${path}\` has errors, so nothing was run`);
  });
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

/** Some commands read the settings for several things; a person is told once. */
const TOLD = new WeakSet<Terminal>();

function tellOddVariables(values: FlagValues, terminal: Terminal): void {
  if (values.quiet === true || TOLD.has(terminal)) return;
  TOLD.add(terminal);
  for (const line of oddVariables(terminal.env)) terminal.stderr(`settings: ${line}\n`);
}

/** Each variable as a file of one setting, so that it is checked as one. */
async function variablesAsFiles(env: Terminal['env']) {
  const settings = envSettings(env);
  if (settings.length === 0) return [];
  const { editConfig } = await loadConfigEditor();
  return settings.map(({ variable, key, value }) => ({
    path: variable,
    text: editConfig('', key, value),
    isVariable: true as const,
  }));
}

/** Where settings may stand, the project's file and then the person's, each as a person would write it from the current folder. */
export function configPaths(values: FlagValues, terminal: Terminal): readonly [string, string] {
  const project = join(workspaceOf(values, terminal), '.crew', 'config.yaml');
  const inside = relative(terminal.cwd, project);
  return [inside.startsWith('..') ? project : inside, join(userFolder(terminal), 'config.yaml')];
}
