import { dirname, join } from 'node:path';
import { CrewError } from '../../model/crew-error.ts';
import type { CrewTestFile, CrewTestResult } from '../../model/crewtest.ts';
import type { Diagnostic } from '../../model/diagnostic.ts';
import type { Program } from '../../model/program.ts';
import { type Command, type CommandCall, type Terminal, textFlag } from '../command.ts';
import { crewTestsAt } from '../find-crewtests.ts';
import { FROZEN_FLAG, MEMORY_FLAG, TRUST_FLAG } from '../flags.ts';
import { type CheckedCrew, loadCheckedCrew } from '../load-program.ts';
import { openProgress, type ProgressBar } from '../open-progress.ts';
import { readCrewFile } from '../read-crew-file.ts';
import { readNamedFile } from '../read-files.ts';
import { requireFrozen } from '../require-frozen.ts';
import { requireTrust } from '../require-trust.ts';
import { requirePlace } from '../result-output.ts';
import { runCrewTest, type TestToRun } from '../run-crewtest.ts';
import { loadCrewTestReader, loadDiagnosticReporters } from '../wire.ts';
import { loadCrewTestReporters } from '../wire-views.ts';
import { makeStateDir } from '../workspace.ts';
import { writeOut } from '../write-out.ts';

/** `crew test [PATH...]`: runs the tests of crews without a model over the network. */
export const testCommand: Command = {
  name: 'test',
  usage: 'test [PATH...]',
  summary: 'run the tests in *.crewtest.yaml files, here and below',
  flags: {
    only: { type: 'string', value: 'TEXT', help: 'run only tests whose names contain TEXT' },
    ...TRUST_FLAG,
    ...FROZEN_FLAG,
    ...MEMORY_FLAG,
    junit: { type: 'string', value: 'FILE', help: 'also write the results to FILE as JUnit XML' },
  },
  run: test,
};

const AT_ONCE = 2;

async function test({ positionals, values, terminal }: CommandCall): Promise<number> {
  const junit = textFlag(values, 'junit');
  if (junit !== undefined) requirePlace(terminal.cwd, junit, '--junit');
  const places = positionals.length > 0 ? positionals : ['.'];
  const paths = places.flatMap(place => crewTestsAt(terminal.cwd, place));
  if (paths.length === 0)
    throw new CrewError('USAGE', `there is no \`*.crewtest.yaml\` in or below ${places.join(', ')}`);
  const files = await loadFiles(paths, terminal);
  const programs = await loadPrograms(files, terminal);
  await requireFrozen(
    [...programs.values()].map(({ program }) => program),
    { values, terminal },
  );
  const folders = join(makeStateDir(values, terminal), 'tests');
  const only = textFlag(values, 'only') ?? '';
  const tests = files.flatMap(({ path, file }) =>
    file.tests
      .filter(({ name }) => name.includes(only))
      .map(each => ({
        file: path,
        crew: file.crew,
        test: each,
        ...programOf(programs, path, file),
        terminal,
        memory: textFlag(values, 'memory') !== 'off',
        folders,
      })),
  );
  if (tests.length === 0) throw new CrewError('USAGE', `no test has \`${only}\` in its name`);
  await requireTrusted(tests, { values, terminal });
  const reporters = await loadCrewTestReporters();
  const start = performance.now();
  const json = values.json === true;
  const progress = openProgress({ label: 'testing', total: tests.length }, values, terminal);
  const results = await runAll(tests, { progress, ...(json || values.quiet === true ? {} : { terminal }) });
  progress.end();
  const ms = Math.round(performance.now() - start);
  if (junit !== undefined) writeOut(reporters.formatJunit(results), junit, terminal);
  if (json) terminal.stdout(`${JSON.stringify(reporters.crewTestDocument(results, ms), null, 2)}\n`);
  else terminal.stdout(reporters.formatCrewTestTotal(results, { ms, color: terminal.stdoutColor }));
  return results.some(({ problems }) => problems.length > 0) ? 1 : 0;
}

interface LoadedFile {
  readonly path: string;
  readonly file: CrewTestFile;
}

/** Fails with CREWTEST_INVALID after all mistakes in all files were shown. */
async function loadFiles(paths: readonly string[], terminal: Terminal): Promise<readonly LoadedFile[]> {
  const { loadCrewTests } = await loadCrewTestReader();
  const diagnostics: Diagnostic[] = [];
  const sources = new Map<string, string>();
  const files: LoadedFile[] = [];
  for (const path of paths) {
    const text = readNamedFile(terminal.cwd, path);
    sources.set(path, text);
    const { file, diagnostics: found } = loadCrewTests(path, text);
    diagnostics.push(...found);
    if (file !== undefined) files.push({ path, file });
  }
  if (diagnostics.length > 0) {
    const { formatDiagnostics } = await loadDiagnosticReporters();
    terminal.stderr(`${formatDiagnostics(diagnostics, sources, { color: terminal.stderrColor })}\n`);
  }
  if (files.length === paths.length) return files;
  throw new CrewError('CREWTEST_INVALID', 'the tests have errors, so nothing was run');
}

interface LoadedProgram {
  readonly checked: CheckedCrew;
  readonly program: Program;
}

/** Each crew is compiled once, whatever the number of its tests. */
async function loadPrograms(
  files: readonly LoadedFile[],
  terminal: Terminal,
): Promise<ReadonlyMap<string, LoadedProgram>> {
  const programs = new Map<string, LoadedProgram>();
  const silent = { ...terminal, stderr: () => undefined };
  for (const { path, file } of files) {
    const crew = join(dirname(path), file.crew);
    if (programs.has(crew)) continue;
    // Warnings of a crew are the business of `crew check`; errors are shown.
    const checked = await loadCheckedCrew(crew, silent).catch(error => {
      if (error instanceof CrewError && error.code === 'CREW_INVALID') return loadCheckedCrew(crew, terminal);
      throw error;
    });
    programs.set(crew, { checked, program: checked.compile(checked.crew) });
  }
  return programs;
}

/** Tests with replies run what their crews start; those with a cassette run nothing. Fails with CREW_UNTRUSTED. */
async function requireTrusted(
  tests: readonly TestToRun[],
  { values, terminal }: Pick<CommandCall, 'values' | 'terminal'>,
): Promise<void> {
  const driven = tests.filter(({ test }) => test.model.kind !== 'cassette');
  const crews = new Set(driven.map(({ file, crew }) => join(dirname(file), crew)));
  for (const file of crews) {
    await requireTrust({ file, loaded: await readCrewFile(file, terminal), values, terminal });
  }
}

function programOf(
  programs: ReadonlyMap<string, LoadedProgram>,
  path: string,
  file: CrewTestFile,
): LoadedProgram {
  const program = programs.get(join(dirname(path), file.crew));
  if (program === undefined) throw new Error(`${file.crew} was not loaded`);
  return program;
}

/** Runs two tests at once and shows them in the order of the files. */
async function runAll(
  tests: readonly TestToRun[],
  { terminal, progress }: { readonly terminal?: Terminal; readonly progress: ProgressBar },
): Promise<readonly CrewTestResult[]> {
  const { formatCrewTest } = await loadCrewTestReporters();
  const results: CrewTestResult[] = [];
  let next = 0;
  let shown = 0;
  const show = (): void => {
    for (let result = results[shown]; result !== undefined; result = results[shown]) {
      const isFirst = results[shown - 1]?.file !== result.file;
      const text = formatCrewTest(result, { color: terminal?.stdoutColor === true });
      progress.above(() => terminal?.stdout(isFirst ? `${result.file}\n${text}` : text));
      shown += 1;
    }
  };
  const work = async (): Promise<void> => {
    for (let own = next++; own < tests.length; own = next++) {
      const chosen = tests[own] as TestToRun;
      results[own] = await runCrewTest(chosen);
      show();
      progress.step(1, chosen.test.name);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return results;
}
