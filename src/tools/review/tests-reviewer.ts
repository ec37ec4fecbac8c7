import { gitFailure, gitText, runGit } from '../git/run-git.ts';
import type { Change, ChangedFile } from './change.ts';
import type { DraftFinding } from './draft-finding.ts';
import { isSourceFile, isTestFile, isTestSource } from './file-kind.ts';
import type { ReviewerReport } from './reviewer.ts';
import { addedLines } from './text-rules.ts';

const MAX_NAMES = 60;
const MAX_GREP_BYTES = 8 * 1024 * 1024;
const FEW_LINES = 10;
const MANY_FILES = 3;
const SOURCE = 'tests';

const SCRIPT_EXPORT =
  /^export\s+(?:default\s+)?(?:abstract\s+)?(?:(?:async\s+)?function\s*\*?|class)\s+([A-Za-z_$][\w$]*)|^export\s+const\s+([A-Za-z_$][\w$]*)\s*(?::[^=]+)?=\s*(?:async\s*)?(?:function\b|\([^)]*\)\s*(?::[^=]+)?=>|[\w$]+\s*=>)/;
const PYTHON_EXPORT = /^(?:async\s+)?(?:def|class)\s+([A-Za-z]\w*)/;

/**
 * Looks at what a change does to tests: source that changes without any test, and new exported functions and classes
 * that no test file of the repository mentions. At most one finding a file.
 */
export async function reviewTests(change: Change, signal: AbortSignal): Promise<ReviewerReport> {
  const sources = [...change.files.values()].filter(
    file => isSourceFile(file.path) && !file.generated && file.added.size > 0,
  );
  if (sources.length === 0) return { name: SOURCE, files: 0, findings: [], notices: [] };
  const hasTests = await repositoryHasTests(change, signal);
  const untested = hasTests ? await untestedExports(change, sources, signal) : [];
  const bare = changeWithoutTests(change, sources, hasTests);
  const paths = new Set(untested.map(finding => finding.path));
  const findings = bare === undefined || paths.has(bare.path) ? untested : [...untested, bare];
  return { name: SOURCE, files: sources.length, findings, notices: [] };
}

async function repositoryHasTests(change: Change, signal: AbortSignal): Promise<boolean> {
  if ([...change.files.keys()].some(isTestSource)) return true;
  const { workspace } = change;
  const { head } = change.diff;
  const args =
    head === null
      ? ['ls-files', '-z', '--cached', '--others', '--exclude-standard']
      : ['ls-tree', '-r', '-z', '--name-only', head];
  return (await gitText({ workspace, signal, args }))
    .split('\0')
    .some(path => isSourceLike(path) && isTestFile(path));
}

function isSourceLike(path: string): boolean {
  return /\.\w+$/.test(path) && !/\.(md|json|ya?ml|txt|snap|png|svg)$/i.test(path);
}

interface UntestedFile {
  readonly path: string;
  readonly exported: readonly NewExport[];
}

interface NewExport {
  readonly name: string;
  readonly line: number;
}

async function untestedExports(
  change: Change,
  sources: readonly ChangedFile[],
  signal: AbortSignal,
): Promise<readonly DraftFinding[]> {
  const known = removedExports(change);
  const byFile = new Map<string, readonly NewExport[]>();
  const names = new Set<string>();
  for (const file of sources) {
    const fresh = newExports(file).filter(({ name }) => !known.has(name));
    if (fresh.length === 0 || names.size + fresh.length > MAX_NAMES) continue;
    byFile.set(file.path, fresh);
    for (const { name } of fresh) names.add(name);
  }
  if (names.size === 0) return [];
  const mentioned = await namesInTests(change, [...names], signal);
  const untested: UntestedFile[] = [];
  for (const [path, exported] of byFile) {
    const missing = exported.filter(({ name }) => !mentioned.has(name));
    if (missing.length > 0) untested.push({ path, exported: missing });
  }
  const severity = hasChangedTests(change) ? 'nit' : 'minor';
  const findings = untested.length > MANY_FILES ? [summaryFinding(untested)] : untested.map(untestedFinding);
  return findings.map(finding => ({ ...finding, severity }));
}

function newExports(file: ChangedFile): readonly NewExport[] {
  return addedLines(file).flatMap(({ line, text }) => {
    const name = exportedName(file, text);
    return name === undefined ? [] : [{ name, line }];
  });
}

function exportedName(file: Pick<ChangedFile, 'language'>, text: string): string | undefined {
  if (file.language === undefined) return undefined;
  if (file.language === 'python') return PYTHON_EXPORT.exec(text)?.[1];
  const match = SCRIPT_EXPORT.exec(text);
  return match?.[1] ?? match?.[2];
}

/** What was exported before under the same name was only moved or changed. */
function removedExports(change: Change): ReadonlySet<string> {
  const names = new Set<string>();
  for (const file of change.files.values()) {
    for (const hunk of file.diff.hunks) {
      for (const line of hunk.lines) {
        const name = line.kind === 'removed' ? exportedName(file, line.text) : undefined;
        if (name !== undefined) names.add(name);
      }
    }
  }
  return names;
}

/** The names that occur as whole words in test files at the head of the change; one git process. */
async function namesInTests(
  change: Change,
  names: readonly string[],
  signal: AbortSignal,
): Promise<ReadonlySet<string>> {
  const { workspace } = change;
  const { head } = change.diff;
  const patterns = names.flatMap(name => ['-e', name]);
  const place = head === null ? ['--untracked'] : [];
  const args = ['grep', '-z', '-o', '-H', '-I', '-w', '-F', ...place, ...patterns];
  const result = await runGit({
    workspace,
    signal,
    args: head === null ? [...args, '--'] : [...args, head, '--'],
    maxStdoutBytes: MAX_GREP_BYTES,
  });
  // With too many matches nobody can say what is not mentioned.
  if (result.cut) return new Set(names);
  // Exit code 1 means that nothing was found.
  if (result.exitCode !== 0 && result.exitCode !== 1) throw gitFailure({ workspace, signal, args }, result);
  const found = new Set<string>();
  for (const record of result.stdout.toString('utf8').split('\n')) {
    const end = record.indexOf('\0');
    const path = record.slice(head === null ? 0 : head.length + 1, end);
    if (end !== -1 && isTestFile(path)) found.add(record.slice(end + 1));
  }
  return found;
}

function untestedFinding({ path, exported }: UntestedFile): DraftFinding {
  return {
    path,
    range: firstPlace(exported),
    severity: 'minor',
    category: 'tests',
    title: 'New export has no test',
    why: `No test file mentions ${nameList(exported)}, so nothing shows directly when it breaks.`,
    evidence: exported.slice(1, 6).map(({ line }) => `${path}:${line}`),
    confidence: 0.55,
    source: [`${SOURCE}:untested-export`],
  };
}

/** One remark for a large change, in which one for each file would bury everything else. */
function summaryFinding(files: readonly UntestedFile[]): DraftFinding {
  const [first] = files;
  const exported = files.flatMap(file => file.exported);
  return {
    ...untestedFinding({ path: first?.path ?? '', exported: first?.exported ?? [] }),
    title: 'New exports have no test',
    why: `No test file mentions ${nameList(exported)} of ${files.length} files, so nothing shows directly when they break.`,
    evidence: files.slice(1, 11).map(file => `${file.path}:${firstPlace(file.exported)[0]}`),
  };
}

function firstPlace(exported: readonly NewExport[]): readonly [number, number] {
  const line = exported[0]?.line ?? 1;
  return [line, line];
}

function nameList(exported: readonly NewExport[]): string {
  const named = exported.slice(0, 5).map(({ name }) => `\`${name}\``);
  return exported.length > 5 ? `${named.join(', ')} and ${exported.length - 5} more` : named.join(', ');
}

function hasChangedTests(change: Change): boolean {
  return [...change.files.values()].some(file => isTestSource(file.path) && file.diff.status !== 'deleted');
}

/** A blank line would be an odd place for a finding. */
function firstWrittenLine(file: ChangedFile): number | undefined {
  const added = file.diff.hunks.flatMap(hunk => hunk.lines).filter(line => line.kind === 'added');
  return (added.find(line => line.text.trim() !== '') ?? added[0])?.newLine;
}

function changeWithoutTests(
  change: Change,
  sources: readonly ChangedFile[],
  hasTests: boolean,
): DraftFinding | undefined {
  if (hasChangedTests(change)) return undefined;
  const lines = sources.reduce((sum, file) => sum + file.added.size, 0);
  const [largest] = [...sources].sort((one, two) => two.added.size - one.added.size);
  const line = largest === undefined ? undefined : firstWrittenLine(largest);
  if (largest === undefined || line === undefined || lines <= FEW_LINES) return undefined;
  const files = sources.length === 1 ? 'One source file changes' : `${sources.length} source files change`;
  return {
    path: largest.path,
    range: [line, line],
    severity: hasTests ? 'minor' : 'nit',
    category: 'tests',
    title: 'Change comes without tests',
    why: `${files} (${lines} lines) and no test does${hasTests ? '' : '; the repository has none'}, so nothing shows that it works or keeps working.`,
    evidence: [],
    confidence: 0.5,
    source: [`${SOURCE}:no-test-changed`],
  };
}
