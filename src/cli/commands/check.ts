import { CrewError } from '../../model/crew-error.ts';
import type { Diagnostic } from '../../model/diagnostic.ts';
import type { Command, CommandCall, Terminal } from '../command.ts';
import { missingFile, sourceReader } from '../read-files.ts';
import { loadCrewTestReader, loadDiagnosticReporters, loadLanguage } from '../wire.ts';

/** `crew check FILE…`: shows everything that is wrong with crew and SOP files, before a token is spent. */
export const checkCommand: Command = {
  name: 'check',
  usage: 'check FILE...',
  summary: 'show what is wrong with crew and SOP files',
  flags: { sarif: { type: 'boolean', help: 'write a SARIF 2.1.0 log instead of text' } },
  run: check,
};

async function check({ positionals, values, terminal }: CommandCall): Promise<number> {
  if (positionals.length === 0) {
    throw new CrewError('USAGE', 'expected crew files, such as `crew check crews/*.crew.yaml`');
  }
  const diagnostics: Diagnostic[] = [];
  const sources = new Map<string, string>();
  for (const path of positionals) {
    const checked = await checkFile(path, terminal);
    for (const [name, text] of checked.sources) sources.set(name, text);
    diagnostics.push(...checked.diagnostics);
  }
  const { formatDiagnostics, formatDiagnosticsJson, formatDiagnosticsSarif } =
    await loadDiagnosticReporters();
  const bad = diagnostics.some(diagnostic => diagnostic.severity === 'error');
  if (values.sarif === true) {
    const { DIAGNOSTIC_CODES } = await loadLanguage();
    const meanings = new Map<string, string>(
      Object.entries(DIAGNOSTIC_CODES).map(([code, { meaning }]) => [code, meaning]),
    );
    const meaningOf = (code: string): string | undefined => meanings.get(code);
    terminal.stdout(formatDiagnosticsSarif(diagnostics, { version: terminal.version, meaningOf }));
  } else if (values.json === true) terminal.stdout(formatDiagnosticsJson(diagnostics));
  else if (diagnostics.length > 0) {
    terminal.stdout(formatDiagnostics(diagnostics, sources, { color: terminal.stdoutColor }));
  } else if (values.quiet !== true) {
    terminal.stdout(
      `${positionals.length === 1 ? positionals[0] : `${positionals.length} files`}: no problems\n`,
    );
  }
  return bad ? 2 : 0;
}

/** A file is taken as an SOP or as tests by its name, `*.sop.yaml`, `*.crewtest.yaml`; everything else is a crew. */
async function checkFile(path: string, terminal: Terminal) {
  const { loadCrew, loadSop, catalog } = await loadLanguage();
  const readSource = sourceReader(terminal.cwd);
  const text = readSource(path);
  if (text === undefined) throw missingFile(terminal.cwd, path);
  if (/\.crewtest\.ya?ml$/.test(path)) {
    const { loadCrewTests } = await loadCrewTestReader();
    return { ...loadCrewTests(path, text), sources: new Map([[path, text]]) };
  }
  const options = { path, readSource, catalog };
  return /\.sop\.ya?ml$/.test(path) ? loadSop(options) : loadCrew(options);
}
