import { access } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { CrewError } from '../../model/crew-error.ts';
import { readFilesAt } from '../git/read-files-at.ts';
import { runProgram } from '../run-program.ts';
import { readBiomeReport } from './biome-report.ts';
import type { Change, ReadableFile } from './change.ts';
import type { DraftFinding } from './draft-finding.ts';
import { readEslintReport } from './eslint-report.ts';
import { findingFromLinter, type LinterMessage } from './linter-finding.ts';
import { parseJson, readOxlintReport } from './oxlint-report.ts';
import type { ReviewerReport } from './reviewer.ts';

const TIMEOUT_MS = 60_000;
const CREDENTIAL = /KEY|TOKEN|SECRET|PASS(WORD|WD|PHRASE)?$|CREDENTIAL|_AUTH/i;

/** A linter that a repository can bring along. `read` gives undefined for what is no report of it. */
export interface OwnLinter {
  readonly name: string;
  readonly configurations: readonly string[];
  readonly args: (paths: readonly string[]) => readonly string[];
  readonly read: (text: string, folder: string) => readonly LinterMessage[] | undefined;
}

const ESLINT_ENDINGS = ['js', 'mjs', 'cjs', 'ts', 'mts', 'cts'];
const ESLINTRC_ENDINGS = ['.js', '.cjs', '.yaml', '.yml', '.json', ''];

/** The linters in the order in which they are preferred. */
const OWN_LINTERS: readonly OwnLinter[] = [
  {
    name: 'eslint',
    configurations: [
      ...ESLINT_ENDINGS.map(ending => `eslint.config.${ending}`),
      ...ESLINTRC_ENDINGS.map(ending => `.eslintrc${ending}`),
    ],
    args: paths => ['--format', 'json', '--no-error-on-unmatched-pattern', '--', ...paths],
    read: (text, folder) => readEslintReport(parseJson(text), folder),
  },
  {
    name: 'biome',
    configurations: ['biome.json', 'biome.jsonc', '.biome.json', '.biome.jsonc'],
    args: paths => [
      'lint',
      '--reporter=json',
      '--max-diagnostics=2000',
      '--no-errors-on-unmatched',
      '--colors=off',
      ...paths.map(path => `./${path}`),
    ],
    read: (text, folder) => readBiomeReport(parseJson(text), folder),
  },
  {
    name: 'oxlint',
    configurations: ['.oxlintrc.json', '.oxlintrc.jsonc', 'oxlint.config.ts'],
    args: paths => ['--format', 'json', '--no-error-on-unmatched-pattern', ...paths.map(path => `./${path}`)],
    read: readOxlintReport,
  },
];

/** The linter that a repository brings along, when both its configuration and its binary are there. */
export async function findOwnLinter(workspace: string): Promise<OwnLinter | undefined> {
  for (const linter of OWN_LINTERS) {
    if (!(await exists(binary(workspace, linter)))) continue;
    if (await isConfigured(workspace, linter)) return linter;
  }
  return undefined;
}

/** The name of the first linter that a repository has a configuration of and no binary. */
export async function findMissingLinter(workspace: string): Promise<string | undefined> {
  for (const linter of OWN_LINTERS) {
    if (await exists(binary(workspace, linter))) continue;
    if (await isConfigured(workspace, linter)) return linter.name;
  }
  return undefined;
}

async function isConfigured(workspace: string, linter: OwnLinter): Promise<boolean> {
  for (const configuration of linter.configurations) {
    if (await exists(join(workspace, configuration))) return true;
  }
  return false;
}

/**
 * Whether the working tree has the files as they are at the head of the change, so that a linter that runs in place
 * sees what is reviewed.
 */
export async function isCheckedOut(
  change: Change,
  files: readonly ReadableFile[],
  signal: AbortSignal,
): Promise<boolean> {
  if (change.diff.head === null) return true;
  const paths = files.map(file => file.path);
  try {
    const contents = await readFilesAt({ workspace: change.workspace, revision: null, paths, signal });
    return files.every(file => {
      const content = contents.get(file.path);
      return content?.kind === 'text' && content.text === file.text;
    });
  } catch (error) {
    // A file of the change whose place in the working tree is now a link that leads outside.
    if (error instanceof CrewError && !signal.aborted) return false;
    throw error;
  }
}

/**
 * Runs the repository's own linter in place on the changed files. This executes code and configuration of the
 * repository, which one notice says. A linter that fails gives a report without files and a notice with its words.
 */
export async function reviewByOwnLinter(options: {
  readonly linter: OwnLinter;
  readonly change: Change;
  readonly files: readonly ReadableFile[];
  readonly signal: AbortSignal;
}): Promise<ReviewerReport & { readonly failed: boolean }> {
  const { linter, change, files, signal } = options;
  const { workspace } = change;
  const result = await runProgram({
    program: binary(workspace, linter),
    args: linter.args(files.map(file => file.path)),
    cwd: workspace,
    env: linterEnvironment(),
    signal,
    timeoutMs: TIMEOUT_MS,
  }).catch((error: unknown) => {
    if (error instanceof CrewError && !signal.aborted) return error;
    throw error;
  });
  const messages =
    result instanceof CrewError ? undefined : linter.read(result.stdout.toString('utf8'), workspace);
  if (messages === undefined) {
    const said = result instanceof CrewError ? result.message : firstLine(result.stderr);
    const notice = `the repository's own ${linter.name} failed, so the bundled linter ran instead: ${said}`;
    return { name: linter.name, files: 0, findings: [], notices: [notice], failed: true };
  }
  const findings: DraftFinding[] = messages
    .map(message => findingFromLinter(message, change))
    .filter(finding => finding !== undefined);
  const notice = `the repository's own ${linter.name} was run with its configuration, which executes code of the repository`;
  return { name: linter.name, files: files.length, findings, notices: [notice], failed: false };
}

/**
 * The environment without anything that looks like a credential, because the linter runs code of the repository. The
 * binary is often a script that asks for `node`; it gets this one rather than an older one on the PATH.
 */
function linterEnvironment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !CREDENTIAL.test(name));
  const path = `${dirname(process.execPath)}${delimiter}${process.env.PATH ?? ''}`;
  return { ...Object.fromEntries(kept), PATH: path };
}

function binary(workspace: string, linter: OwnLinter): string {
  return join(workspace, 'node_modules', '.bin', linter.name);
}

async function exists(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch {
    // Not there or not ours to read: both mean that it cannot be used.
    return false;
  }
}

function firstLine(text: string): string {
  return (
    text
      .split('\n')
      .find(line => line.trim() !== '')
      ?.slice(0, 200) ?? 'it wrote no report'
  );
}
