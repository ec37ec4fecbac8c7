import type { LoadedCrew } from '../language/load-crew.ts';
import { CrewError } from '../model/crew-error.ts';
import { promptNameOf } from '../model/prompt-file.ts';
import type { Terminal } from './command.ts';
import { folderLister, missingFile, sourceReader } from './read-files.ts';
import { loadDiagnosticReporters, loadLanguage } from './wire.ts';

/** Reads a crew file with all that is wrong with it. Fails with FILE_NOT_FOUND, or USAGE for a prompt file. */
export async function readCrewFile(path: string, terminal: Terminal): Promise<LoadedCrew> {
  const { loadCrew, catalog } = await loadLanguage();
  if (promptNameOf(path) !== undefined) {
    throw new CrewError('USAGE', `\`${path}\` is a prompt file; name a crew that uses it`);
  }
  const readSource = sourceReader(terminal.cwd);
  if (readSource(path) === undefined) throw missingFile(terminal.cwd, path, 'crew file');
  return loadCrew({ path, readSource, listFolder: folderLister(terminal.cwd), catalog });
}

/** Shows what is wrong with a crew file on stderr, if anything is. */
export async function showDiagnostics(
  { diagnostics, sources }: Pick<LoadedCrew, 'diagnostics' | 'sources'>,
  terminal: Terminal,
): Promise<void> {
  if (diagnostics.length === 0) return;
  const { formatDiagnostics } = await loadDiagnosticReporters();
  terminal.stderr(`${formatDiagnostics(diagnostics, sources, { color: terminal.stderrColor })}\n`);
}
