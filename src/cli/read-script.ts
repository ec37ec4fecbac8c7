import { CrewError } from '../model/crew-error.ts';
import type { Terminal } from './command.ts';
import { readNamedFile } from './read-files.ts';
import { loadDiagnosticReporters, loadLanguage, loadScriptSchema, loadValidation } from './wire.ts';

/** Reads the YAML file behind `script:FILE`. Fails with FILE_NOT_FOUND, or INPUT_INVALID and all that is wrong with it. */
export async function readScriptFile(path: string, terminal: Terminal): Promise<unknown> {
  const text = readNamedFile(terminal.cwd, path);
  const { loadYamlValue } = await loadLanguage();
  const { value, diagnostics } = loadYamlValue(path, text);
  if (value === undefined) {
    const { formatDiagnostics } = await loadDiagnosticReporters();
    const shown = formatDiagnostics(diagnostics, new Map([[path, text]]), { color: false });
    throw new CrewError('INPUT_INVALID', `\`${path}\` is no valid YAML:\n${shown}`);
  }
  const { validateValue, describeProblems } = await loadValidation();
  const problems = validateValue(await loadScriptSchema(), value);
  if (problems.length === 0) return value;
  throw new CrewError(
    'INPUT_INVALID',
    `\`${path}\` is no script of replies: ${describeProblems(problems, 5)}`,
  );
}
