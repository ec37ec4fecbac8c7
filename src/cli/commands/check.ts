import type { LoadedCrew } from '../../language/load-crew.ts';
import { CrewError } from '../../model/crew-error.ts';
import type { Diagnostic } from '../../model/diagnostic.ts';
import type { Program } from '../../model/program.ts';
import { promptNameOf } from '../../model/prompt-file.ts';
import { checkConfig, checkPolicy, isConfigName, isPolicyName, policyRemarks } from '../check-policy.ts';
import type { Command, CommandCall, Terminal } from '../command.ts';
import { FROZEN_FLAG } from '../flags.ts';
import { folderLister, missingFile, sourceReader } from '../read-files.ts';
import { requireFrozen } from '../require-frozen.ts';
import { loadCompiler, loadCrewTestReader, loadDiagnosticReporters, loadLanguage } from '../wire.ts';
import { loadPromptChecker } from '../wire-views.ts';

/** `crew check FILE…`: shows everything that is wrong with crews, SOPs, tests, policies and settings, before a token is spent. */
export const checkCommand: Command = {
  name: 'check',
  usage: 'check FILE...',
  summary: 'show what is wrong with crews, SOPs, tests and policies',
  flags: {
    sarif: { type: 'boolean', help: 'write a SARIF 2.1.0 log instead of text' },
    ...FROZEN_FLAG,
  },
  run: check,
};

async function check({ positionals, values, terminal }: CommandCall): Promise<number> {
  if (positionals.length === 0) {
    throw new CrewError('USAGE', 'expected crew files, such as `crew check crews/*.crew.yaml`');
  }
  const diagnostics: Diagnostic[] = [];
  const sources = new Map<string, string>();
  const crews: { readonly path: string; readonly loaded: LoadedCrew }[] = [];
  for (const path of positionals) {
    const checked = await checkFile(path, { values, terminal });
    if ('toolsets' in checked) crews.push({ path, loaded: checked });
    for (const [name, text] of checked.sources) sources.set(name, text);
    diagnostics.push(...checked.diagnostics);
  }
  const { formatDiagnostics, formatDiagnosticsJson, formatDiagnosticsSarif } =
    await loadDiagnosticReporters();
  const notLocked = values.frozen === true ? await frozenProblem(crews, { values, terminal }) : undefined;
  const bad = diagnostics.some(diagnostic => diagnostic.severity === 'error');
  if (values.sarif === true) {
    const { DIAGNOSTIC_CODES } = await loadLanguage();
    const meanings = new Map<string, string>(
      Object.entries(DIAGNOSTIC_CODES).map(([code, { meaning }]) => [code, meaning]),
    );
    const meaningOf = (code: string): string | undefined => meanings.get(code);
    terminal.stdout(formatDiagnosticsSarif(diagnostics, { version: terminal.version, meaningOf }));
  } else if (values.json === true) terminal.stdout(withError(formatDiagnosticsJson(diagnostics), notLocked));
  else if (diagnostics.length > 0) {
    terminal.stdout(formatDiagnostics(diagnostics, sources, { color: terminal.stdoutColor }));
  } else if (values.quiet !== true && notLocked === undefined) {
    terminal.stdout(
      `${positionals.length === 1 ? positionals[0] : `${positionals.length} files`}: no problems\n`,
    );
  }
  const remarks = crews.length === 0 ? [] : await policyRemarks(crews, positionals, { values, terminal });
  for (const remark of remarks) terminal.stderr(`! ${remark}\n`);
  if (notLocked !== undefined) throw notLocked;
  return bad ? 2 : 0;
}

/** What `--frozen` refuses; everything that is found is shown before it. */
async function frozenProblem(
  crews: Parameters<typeof programsOf>[0],
  call: Pick<CommandCall, 'values' | 'terminal'>,
): Promise<CrewError | undefined> {
  try {
    await requireFrozen(await programsOf(crews, call.terminal), call);
    return undefined;
  } catch (error) {
    if (error instanceof CrewError && error.code === 'PROMPT_NOT_LOCKED') return error;
    throw error;
  }
}

/** The document with what stops the command beside the diagnostics. Pure. */
function withError(document: string, error: CrewError | undefined): string {
  if (error === undefined) return document;
  const { code, message } = error;
  return `${JSON.stringify({ ...JSON.parse(document), error: { code, message } }, null, 2)}\n`;
}

/** The programs of the crews without errors. */
async function programsOf(
  crews: readonly { readonly loaded: LoadedCrew }[],
  terminal: Terminal,
): Promise<readonly Program[]> {
  const [{ compileCrew }, { catalog }] = await Promise.all([loadCompiler(), loadLanguage()]);
  return crews.flatMap(({ loaded: { crew, sourceMap } }) =>
    crew === undefined ? [] : [compileCrew(crew, { sourceMap, catalog, folder: terminal.cwd })],
  );
}

/**
 * What a file is, is told by its name: `*.prompt.md`, `*.sop.yaml`, `*.crewtest.yaml`, `*.policy.yaml` and `policy.yaml`, `config.yaml`;
 * everything else is a crew.
 */
async function checkFile(path: string, place: Pick<CommandCall, 'values' | 'terminal'>) {
  const { terminal } = place;
  const { loadCrew, loadSop, catalog } = await loadLanguage();
  const readSource = sourceReader(terminal.cwd);
  const text = readSource(path);
  if (text === undefined) throw missingFile(terminal.cwd, path);
  const sources: ReadonlyMap<string, string> = new Map([[path, text]]);
  if (isPolicyName(path)) return { diagnostics: await checkPolicy({ path, text }, place), sources };
  if (isConfigName(path)) return { diagnostics: await checkConfig(path, text), sources };
  if (/\.crewtest\.ya?ml$/.test(path)) {
    const { loadCrewTests } = await loadCrewTestReader();
    return { diagnostics: loadCrewTests(path, text).diagnostics, sources };
  }
  if (promptNameOf(path) !== undefined) {
    const { loadPrompt } = await loadPromptChecker();
    const alone = loadPrompt({ path, readSource, listFolder: folderLister(terminal.cwd) });
    return { diagnostics: alone.diagnostics, sources: alone.sources };
  }
  const options = { path, readSource, listFolder: folderLister(terminal.cwd), catalog };
  return /\.sop\.ya?ml$/.test(path) ? loadSop(options) : loadCrew(options);
}
