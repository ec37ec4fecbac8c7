import { CrewError } from '../model/crew-error.ts';
import type { JsonObject, JsonValue } from '../model/json.ts';
import type { Terminal } from './command.ts';
import { readNamedFile } from './read-files.ts';
import { loadDiagnosticReporters, loadLanguage, loadValidation } from './wire.ts';

const MEND_HINT = 'Mend the file at the place that is named.';

/**
 * Reads a YAML file that is no crew and checks it against its schema; `what` names it, as in `a script of replies`. Fails
 * with FILE_NOT_FOUND, or INPUT_INVALID and all that is wrong with it.
 */
export async function readYamlFile(
  path: string,
  terminal: Terminal,
  { schema, what }: { readonly schema: JsonObject; readonly what: string },
): Promise<JsonValue> {
  const text = readNamedFile(terminal.cwd, path);
  const { loadYamlValue } = await loadLanguage();
  const { value, diagnostics } = loadYamlValue(path, text);
  if (value === undefined) {
    const { formatDiagnostics } = await loadDiagnosticReporters();
    const shown = formatDiagnostics(diagnostics, new Map([[path, text]]), { color: false });
    throw new CrewError('INPUT_INVALID', `\`${path}\` is no valid YAML:\n${shown}`, { hint: MEND_HINT });
  }
  const { validateValue, describeProblems } = await loadValidation();
  const problems = validateValue(schema, value);
  if (problems.length === 0) return value;
  throw new CrewError('INPUT_INVALID', `\`${path}\` is no ${what}: ${describeProblems(problems, 5)}`, {
    hint: MEND_HINT,
  });
}
