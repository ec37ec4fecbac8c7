import type { SgNode } from '@ast-grep/napi';
import { type Change, linesOf, type ReadableFile, readableFiles } from './change.ts';
import type { DraftFinding } from './draft-finding.ts';
import { findDuplicateBlocks } from './duplicate-blocks.ts';
import { countLines, isSourceFile } from './file-kind.ts';
import { type NestingKinds, nestedStatements } from './nesting.ts';
import type { ReviewerReport } from './reviewer.ts';
import { loadSyntaxParser, type SyntaxParser } from './syntax.ts';
import { yieldToOthers } from './yield-to-others.ts';

const MAX_FUNCTION_LINES = 80;
const MAX_DEPTH = 4;
const MAX_PARAMETERS = 6;
/** Many small remarks about depth drown the rest, so a change hears of its worst places only. */
const MAX_DEEP_PLACES = 2;
const NEW_SHARE = 0.8;
const MAX_FILE_LINES = 500;

const SCRIPT: NestingKinds = {
  functions: [
    'function_declaration',
    'generator_function_declaration',
    'function_expression',
    'arrow_function',
    'method_definition',
  ],
  controls: [
    'if_statement',
    'for_statement',
    'for_in_statement',
    'while_statement',
    'do_statement',
    'try_statement',
    'switch_statement',
  ],
};
const PYTHON: NestingKinds = {
  functions: ['function_definition'],
  controls: [
    'if_statement',
    'for_statement',
    'while_statement',
    'try_statement',
    'with_statement',
    'match_statement',
  ],
};

/**
 * Looks at the shape of what a change adds outside tests: functions of more than 80 lines, at least 80 % of them
 * new, or with more than 6 parameters, the two worst functions with statements nested more than 4 deep, files that grow
 * past 500 lines, blocks of 10 lines that occur twice.
 */
export async function reviewDesign(change: Change, signal: AbortSignal): Promise<ReviewerReport> {
  const files = readableFiles(change).filter(file => isSourceFile(file.path));
  const findings: DraftFinding[] = files.flatMap(grownFile);
  findings.push(...duplicates(files));
  const parser = files.some(file => file.language !== undefined) ? await loadSyntaxParser() : undefined;
  const deep: DeepPlace[] = [];
  for (const file of files) {
    signal.throwIfAborted();
    if (parser !== undefined) {
      const shape = shapeOfFunctions(parser, file);
      findings.push(...shape.findings);
      deep.push(...shape.deep);
    }
    await yieldToOthers();
  }
  findings.push(...worstNesting(deep));
  return { name: 'design', files: files.length, findings, notices: [] };
}

interface Remark {
  readonly file: ReadableFile;
  readonly line: number;
  readonly rule: string;
  readonly severity: 'minor' | 'nit';
  readonly title: string;
  readonly why: string;
  readonly evidence?: readonly string[];
}

function remark(given: Remark): DraftFinding {
  return {
    path: given.file.path,
    range: [given.line, given.line],
    severity: given.severity,
    category: 'design',
    title: given.title,
    why: given.why,
    evidence: given.evidence ?? [],
    confidence: 0.7,
    source: [`design:${given.rule}`],
  };
}

function grownFile(file: ReadableFile): readonly DraftFinding[] {
  const now = countLines(file.text);
  const before = now - file.diff.added + file.diff.removed;
  const line = Math.min(...file.added);
  if (now <= MAX_FILE_LINES || before > MAX_FILE_LINES || !Number.isFinite(line)) return [];
  return [
    remark({
      file,
      line,
      rule: 'large-file',
      severity: 'nit',
      title: 'File grows past 500 lines',
      why: `It had ${before} lines and now has ${now}; a reader has to know more and more of it to change a part.`,
    }),
  ];
}

function duplicates(files: readonly ReadableFile[]): readonly DraftFinding[] {
  const byPath = new Map(files.map(file => [file.path, file]));
  return findDuplicateBlocks(files).flatMap(block => {
    const file = byPath.get(block.path);
    if (file === undefined) return [];
    const lines = block.range[1] - block.range[0] + 1;
    const original = `${block.original}:${block.originalLine}`;
    return remark({
      file,
      line: block.range[0],
      rule: 'duplicate-block',
      severity: 'minor',
      title: 'Added code is a copy',
      why: `About ${lines} lines are the same as those this change adds at ${original}; a fix in one will be forgotten in the other.`,
      evidence: [original],
    });
  });
}

interface Shape {
  readonly findings: readonly DraftFinding[];
  readonly deep: readonly DeepPlace[];
}

function shapeOfFunctions(parser: SyntaxParser, file: ReadableFile): Shape {
  const root = file.language === undefined ? undefined : parser.parse(file.language, file.text)?.root();
  if (root === undefined) return { findings: [], deep: [] };
  const kinds = file.language === 'python' ? PYTHON : SCRIPT;
  const functions = root.findAll({ rule: { any: kinds.functions.map(kind => ({ kind })) } });
  const code = countCode(file, root);
  const added = functions.filter(node => file.added.has(firstLine(node)));
  const findings = [
    ...added.flatMap(node => longFunction(file, node, code)),
    ...added.flatMap(node => manyParameters(file, node)),
  ];
  return { findings, deep: deepPlaces(file, root, kinds) };
}

function firstLine(node: SgNode): number {
  return node.range().start.line + 1;
}

function longFunction(file: ReadableFile, node: SgNode, code: CodeCounts): readonly DraftFinding[] {
  const first = firstLine(node);
  const last = node.range().end.line + 1;
  const lines = (code.all[last] ?? 0) - (code.all[first - 1] ?? 0);
  const written = (code.added[last] ?? 0) - (code.added[first - 1] ?? 0);
  // A new first line around old code, such as a renamed function, is not a new function.
  if (lines <= MAX_FUNCTION_LINES || written < lines * NEW_SHARE) return [];
  return [
    remark({
      file,
      line: first,
      rule: 'long-function',
      severity: 'minor',
      title: 'Added function is very long',
      why: `${nameOf(node)} has ${lines} lines of code; nobody holds that many in mind, so the next change breaks a case.`,
    }),
  ];
}

/** For each line, how many lines of code, and how many added ones, there are up to it. */
interface CodeCounts {
  readonly all: readonly number[];
  readonly added: readonly number[];
}

/** Counts lines that are not blank, comments or docstrings. */
function countCode(file: ReadableFile, root: SgNode): CodeCounts {
  const docstrings = new Set<number>();
  for (const node of root.findAll({ rule: { kind: 'string', inside: { kind: 'expression_statement' } } })) {
    const { start, end } = node.range();
    for (let line = start.line; line <= end.line; line += 1) docstrings.add(line + 1);
  }
  const all = [0];
  const added = [0];
  for (const [index, text] of linesOf(file.text).entries()) {
    const line = index + 1;
    const isCode = !docstrings.has(line) && !/^\s*($|\/\/|\/\*|\*|#)/.test(text);
    all.push((all[index] ?? 0) + (isCode ? 1 : 0));
    added.push((added[index] ?? 0) + (isCode && file.added.has(line) ? 1 : 0));
  }
  return { all, added };
}

function manyParameters(file: ReadableFile, node: SgNode): readonly DraftFinding[] {
  const parameters = (node.field('parameters')?.namedChildren() ?? []).filter(
    child => child.kind() !== 'comment' && !/^(self|cls|\*|\/)$/.test(child.text()),
  );
  if (parameters.length <= MAX_PARAMETERS) return [];
  return [
    remark({
      file,
      line: firstLine(node),
      rule: 'many-parameters',
      severity: 'nit',
      title: 'Function takes many parameters',
      why: `${nameOf(node)} takes ${parameters.length}; callers mix up their order. Pass one object.`,
    }),
  ];
}

/** The first too deep statement of a function; `worst` is the depth of the deepest added one in it. */
interface DeepPlace {
  readonly file: ReadableFile;
  readonly line: number;
  readonly depth: number;
  readonly worst: number;
}

function deepPlaces(file: ReadableFile, root: SgNode, kinds: NestingKinds): readonly DeepPlace[] {
  const byOwner = new Map<number, DeepPlace>();
  for (const { line, depth, owner } of nestedStatements(root, kinds)) {
    if (depth <= MAX_DEPTH || !file.added.has(line)) continue;
    const first = byOwner.get(owner) ?? { file, line, depth, worst: depth };
    byOwner.set(owner, { ...first, worst: Math.max(first.worst, depth) });
  }
  return [...byOwner.values()];
}

function worstNesting(places: readonly DeepPlace[]): readonly DraftFinding[] {
  const worst = [...places].sort((one, two) => two.worst - one.worst).slice(0, MAX_DEEP_PLACES);
  return worst.map(({ file, line, depth }) =>
    remark({
      file,
      line,
      rule: 'deep-nesting',
      severity: 'nit',
      title: 'Statement is nested very deep',
      why: `It stands inside ${depth - 1} others; which conditions hold here can hardly be seen. Return early or split it.`,
    }),
  );
}

function nameOf(node: SgNode): string {
  const name = node.field('name')?.text() ?? node.parent()?.field('name')?.text();
  return name === undefined ? 'It' : `\`${name}\``;
}
