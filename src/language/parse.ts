import { Composer, type CST, type Document, LineCounter, Parser } from 'yaml';
import { convertDocument } from './convert-document.ts';
import { isStrayText, refuseBytes } from './refuse-bytes.ts';
import type { Report } from './report.ts';
import { rangeOf, type SourceFile, sourceFileOf } from './source-file.ts';
import type { SourceNode } from './source-node.ts';
import { explainYamlError } from './yaml-problems.ts';

const LARGEST_FILE = 1024 * 1024;
const DEEPEST_NESTING = 64;

interface ParsedFile {
  readonly file: SourceFile;
  /** Absent when the text could not be read as YAML; that was reported. */
  readonly root?: SourceNode;
}

/**
 * Reads one YAML text into nodes with places. Never throws: what is wrong is reported. A text holds at most 1 MiB,
 * 64 levels and one document; a byte order mark and CRLF are fine. Pure.
 */
export function parseSource(path: string, text: string, report: Report): ParsedFile {
  const lines = new LineCounter();
  const file: SourceFile = { path, text, lines };
  if (text.length > LARGEST_FILE) {
    lines.addNewLine(0);
    const message = `The file has ${text.length} characters; at most ${LARGEST_FILE} are read`;
    report({ code: 'file-too-large', range: rangeOf(file, 0, 0), message });
    return { file };
  }
  if (isStrayText(text)) {
    refuseBytes(sourceFileOf(path, text), report);
    return { file };
  }
  const tokens = [...new Parser(lines.addNewLine).parse(text)];
  const tooDeep = findTooDeep(tokens);
  if (tooDeep) {
    const message = `The nesting is deeper than ${DEEPEST_NESTING} levels`;
    report({ code: 'too-deep', range: rangeOf(file, tooDeep.offset, tooDeep.offset + 1), message });
    return { file };
  }
  const document = composeFirst(file, tokens, report);
  const root = document && convertDocument(document, file, report);
  return root ? { file, root } : { file };
}

function composeFirst(file: SourceFile, tokens: CST.Token[], report: Report): Document.Parsed | undefined {
  const composer = new Composer({ keepSourceTokens: true, uniqueKeys: false, strict: true });
  const documents = [...composer.compose(tokens)];
  const [document, second] = documents;
  const problem = documents.flatMap(one => one.errors).sort((left, right) => left.pos[0] - right.pos[0])[0];
  if (problem) {
    const { code, message, hint } = explainYamlError(problem, file.text);
    report({ code, range: rangeOf(file, problem.pos[0], problem.pos[1]), message, hint });
    return undefined;
  }
  if (second) {
    const start = second.range?.[0] ?? 0;
    const message = 'The file holds more than one YAML document';
    const hint = 'write one crew or procedure in a file and take out `---`';
    report({ code: 'several-documents', range: rangeOf(file, start, start + 3), message, hint });
  }
  if (document?.contents) return document;
  report({ code: 'empty-file', range: rangeOf(file, 0, 0), message: 'The file is empty' });
  return undefined;
}

/** The CST is walked with a list, not by recursion, so that a deep text cannot exhaust the stack. */
function findTooDeep(tokens: readonly CST.Token[]): CST.Token | undefined {
  const open: { token: CST.Token; depth: number }[] = tokens.map(token => ({ token, depth: 0 }));
  for (let entry = open.pop(); entry; entry = open.pop()) {
    if (entry.depth > DEEPEST_NESTING) return entry.token;
    for (const token of childTokens(entry.token)) open.push({ token, depth: entry.depth + 1 });
  }
  return undefined;
}

function childTokens(token: CST.Token): CST.Token[] {
  if (token.type === 'document') return token.value ? [token.value] : [];
  if (!('items' in token)) return [];
  return token.items.flatMap(item =>
    [item.key, item.value].filter(child => child !== undefined && child !== null),
  );
}
