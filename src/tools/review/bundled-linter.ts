import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { runProgram } from '../run-program.ts';
import type { Change, ReadableFile } from './change.ts';
import type { DraftFinding } from './draft-finding.ts';
import { findingFromLinter } from './linter-finding.ts';
import { LINTER_RULES } from './linter-rules.ts';
import { readOxlintReport } from './oxlint-report.ts';
import type { ReviewerReport } from './reviewer.ts';

/** Less noise: short circuits used as statements, and names that are meant to be unused. */
const OPTIONS: ReadonlyMap<string, object> = new Map([
  ['no-unused-expressions', { allowShortCircuit: true, allowTernary: true, allowTaggedTemplates: true }],
  [
    'no-unused-vars',
    { args: 'none', caughtErrors: 'none', varsIgnorePattern: '^_', ignoreRestSiblings: true },
  ],
]);
const TIMEOUT_MS = 60_000;
const CONFIGURATION = 'crewfile-oxlintrc.json';

/**
 * Runs the bundled oxlint on the new side of JavaScript and TypeScript files, copied into a folder of their own that is
 * removed afterwards, with exactly the rules that we have words for. No configuration of the repository is read.
 * Without oxlint, or when it fails, it says so in one notice.
 */
export async function reviewByBundledLinter(
  change: Change,
  files: readonly ReadableFile[],
  signal: AbortSignal,
): Promise<ReviewerReport> {
  const program = oxlintProgram();
  if (program === undefined)
    return nothing('oxlint is not installed: JavaScript and TypeScript were not linted');
  const folder = await mkdtemp(join(tmpdir(), 'crewfile-review-'));
  try {
    await writeFiles(folder, files);
    const args = [
      program,
      '--format',
      'json',
      '--config',
      CONFIGURATION,
      '--disable-nested-config',
      '--no-ignore',
      '.',
    ];
    const result = await runProgram({
      program: process.execPath,
      args,
      cwd: folder,
      signal,
      timeoutMs: TIMEOUT_MS,
      env: { ...process.env, NODE_OPTIONS: '' },
    });
    const messages = readOxlintReport(result.stdout.toString('utf8'), '');
    if (messages === undefined) return nothing(`oxlint failed: ${firstLine(result.stderr)}`);
    const findings: DraftFinding[] = messages
      .map(message => findingFromLinter(message, change))
      .filter(finding => finding !== undefined);
    return { name: 'oxlint', files: files.length, findings, notices: [] };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function oxlintProgram(): string | undefined {
  try {
    const require = createRequire(import.meta.url);
    const manifest = require.resolve('oxlint/package.json');
    return join(dirname(manifest), 'bin', 'oxlint');
  } catch {
    // Not installed, which the caller says to people.
    return undefined;
  }
}

async function writeFiles(folder: string, files: readonly ReadableFile[]): Promise<void> {
  await writeFile(join(folder, CONFIGURATION), JSON.stringify(oxlintConfiguration()));
  for (const path of new Set(files.map(file => dirname(join(folder, file.path))))) {
    await mkdir(path, { recursive: true });
  }
  for (const file of files) await writeFile(join(folder, file.path), file.text);
}

/** The configuration of the bundled linter: the rules of our table and nothing else. Pure. */
function oxlintConfiguration(): object {
  const rules = [...LINTER_RULES].map(([name, { plugin }]) => {
    const options = OPTIONS.get(name);
    const rule = plugin === 'eslint' ? name : `${plugin}/${name}`;
    return [rule, options === undefined ? 'error' : ['error', options]];
  });
  return {
    plugins: ['typescript', 'unicorn', 'oxc', 'react'],
    categories: { correctness: 'off' },
    rules: Object.fromEntries(rules),
  };
}

function nothing(notice: string): ReviewerReport {
  return { name: 'oxlint', files: 0, findings: [], notices: [notice] };
}

function firstLine(text: string): string {
  return text.split('\n')[0]?.slice(0, 200) || 'it wrote no report';
}
