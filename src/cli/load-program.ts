import { resolve } from 'node:path';
import type { Budget } from '../model/crew.ts';
import { CrewError } from '../model/crew-error.ts';
import type { Program } from '../model/program.ts';
import type { Terminal } from './command.ts';
import { missingFile, sourceReader } from './read-files.ts';
import { loadCompiler, loadDiagnosticReporters, loadLanguage } from './wire.ts';

/**
 * Loads, checks and compiles a crew file; `budget` goes over the file's own ceilings. Warnings are shown and do not
 * stop it. Fails with FILE_NOT_FOUND, or CREW_INVALID after all diagnostics were shown.
 */
export async function loadProgram(path: string, terminal: Terminal, budget: Budget = {}): Promise<Program> {
  const { loadCrew, catalog } = await loadLanguage();
  const readSource = sourceReader(terminal.cwd);
  if (readSource(path) === undefined) throw missingFile(terminal.cwd, path, 'crew file');
  const { crew, sourceMap, diagnostics, sources } = loadCrew({ path, readSource, catalog });
  if (diagnostics.length > 0) {
    const { formatDiagnostics } = await loadDiagnosticReporters();
    terminal.stderr(`${formatDiagnostics(diagnostics, sources, { color: terminal.stderrColor })}\n`);
  }
  if (crew === undefined) throw new CrewError('CREW_INVALID', `\`${path}\` has errors, so nothing was run`);
  const { compileCrew } = await loadCompiler();
  const budgeted = { ...crew, budget: { ...crew.budget, ...budget } };
  return compileCrew(budgeted, { sourceMap, catalog, folder: resolve(terminal.cwd) });
}
