// The public door: what stands here is stable, nothing else is.
import { resolve } from 'node:path';
import { folderLister, sourceReader } from './cli/read-files.ts';
import { type CrewOutcome, type RunProgramOptions, runProgram } from './cli/run-program.ts';
import { loadCompiler, loadLanguage } from './cli/wire.ts';
import type { LoadedCrew } from './language/load-crew.ts';
import { CrewError } from './model/crew-error.ts';
import type { Diagnostic } from './model/diagnostic.ts';
import type { Program } from './model/program.ts';

export type { CrewOutcome, RunProgramOptions } from './cli/run-program.ts';
export type { LoadedCrew } from './language/load-crew.ts';
export type { Crew } from './model/crew.ts';
export type { CodedFailure, CrewError, ErrorCode } from './model/crew-error.ts';
export type { Diagnostic, SourceRange } from './model/diagnostic.ts';
export type { JsonObject, JsonValue } from './model/json.ts';
export type { Program } from './model/program.ts';
export type { Finding, Review } from './model/review.ts';
export type { ModelDelta, RunEvent, Spend } from './model/run-event.ts';
export type { ToolSpec } from './model/tool-spec.ts';
export type { LanguageModel, ModelRequest, ModelStreamPart } from './ports/language-model.ts';
export type { Tool, ToolContext } from './ports/tool.ts';

/** What `runCrew` takes: a crew file or a compiled crew, and what the run needs. */
export type RunCrewOptions = RunProgramOptions &
  (
    | { readonly path: string; readonly program?: never }
    | { readonly program: Program; readonly path?: never }
  );

/**
 * Reads a crew file with all that it includes. `path` is relative to `cwd`, or else to the current folder. The author's
 * mistakes are diagnostics in the answer; fails with FILE_NOT_FOUND or FILE_UNREADABLE.
 */
export async function loadCrew(path: string, options: { readonly cwd?: string } = {}): Promise<LoadedCrew> {
  const language = await loadLanguage();
  const cwd = options.cwd ?? process.cwd();
  const readSource = sourceReader(cwd);
  if (readSource(path) === undefined)
    throw new CrewError('FILE_NOT_FOUND', `there is no crew file \`${path}\``);
  const loaded = language.loadCrew({
    path,
    readSource,
    listFolder: folderLister(cwd),
    catalog: language.catalog,
  });
  return { ...loaded, folder: resolve(options.cwd ?? process.cwd()) };
}

/** Everything that is wrong with a crew file, errors and warnings; empty when nothing is. Fails as `loadCrew` does. */
export async function checkCrew(
  path: string,
  options: { readonly cwd?: string } = {},
): Promise<readonly Diagnostic[]> {
  return (await loadCrew(path, options)).diagnostics;
}

/** Compiles a loaded crew to plain JSON that runs without its files, but for modules, which it names. Fails with CREW_INVALID when a diagnostic is an error. */
export async function compileCrew({ crew, sourceMap, diagnostics, folder }: LoadedCrew): Promise<Program> {
  if (crew === undefined) {
    const errors = diagnostics.filter(({ severity }) => severity === 'error');
    throw new CrewError('CREW_INVALID', errors.map(({ code, message }) => `${code}: ${message}`).join('\n'));
  }
  const [{ catalog }, compiler] = await Promise.all([loadLanguage(), loadCompiler()]);
  return compiler.compileCrew(crew, { sourceMap, catalog, folder });
}

/**
 * Runs a crew in a journal and says how it ended. Models are chosen as `crew run` chooses them, so without a choice
 * nothing is spent. Fails with a coded `CrewError` before the run begins; what goes wrong in it is in the outcome.
 *
 * @example
 * ```ts
 * import { checkCrew, runCrew } from 'crewfile';
 *
 * const path = 'examples/01-hello-role/hello.crew.yaml';
 * console.log(await checkCrew(path));
 *
 * const outcome = await runCrew({
 *   path,
 *   inputs: { name: 'Ada' },
 *   models: { default: 'script:examples/01-hello-role/replies.yaml' },
 *   onEvent: event => console.log(event.type),
 * });
 * console.log(outcome.outcome === 'success' ? outcome.result : outcome);
 * ```
 */
export async function runCrew({ path, program, ...options }: RunCrewOptions): Promise<CrewOutcome> {
  return runProgram(program ?? (await compileCrew(await loadCrew(path))), options);
}
