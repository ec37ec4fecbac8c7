import type { Diagnostic } from '../model/diagnostic.ts';
import type { JsonObject, JsonValue } from '../model/json.ts';
import { type PromptFile, type PromptHead, promptNameOf } from '../model/prompt-file.ts';
import { checkPromptHead } from './check-prompt-head.ts';
import { prompt } from './generated/file-validators.generated.js';
import { lowerInput } from './lower.ts';
import { asObject, asTexts, compact, namedRows } from './lower-values.ts';
import { parseSource } from './parse.ts';
import { listPartialTags } from './prompt-partials.ts';
import { refuseBytes } from './refuse-bytes.ts';
import { createReport, type Report } from './report.ts';
import { keysOfPrompt } from './schema-keys.ts';
import { explainProblems } from './schema-problems.ts';
import { rangeOf, type SourceFile, sourceFileOf } from './source-file.ts';
import { type ScalarNode, type SourceNode, toJson } from './source-node.ts';

const LARGEST_PROMPT = 1024 * 1024;
const FENCE = /^---[ \t]*$/;

/** A prompt file as it was read, with the places of its parts. */
export interface ReadPrompt {
  readonly prompt: PromptFile;
  /** The front matter; absent where there is none, or none that could be read. */
  readonly head?: SourceNode;
  /** The body as it stands in the file; its value is `prompt.body`. */
  readonly body: ScalarNode;
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Reads the text of a prompt file: front matter between two lines `---`, if the first line is one, and the body behind it.
 * Never throws, whatever the text is: what is wrong is in `diagnostics`, and what is well formed is there. A byte order mark
 * and CRLF do not matter. Whether the body is right as Liquid is not looked at. A path that is not that of a prompt file is
 * its own name. Pure.
 */
export function readPromptFile(path: string, text: string): ReadPrompt {
  const { report, diagnostics } = createReport();
  const file = sourceFileOf(path, text.replace(/^\uFEFF/, ''));
  const { frontEnd, bodyStart } = findFront(file, report);
  const isStray = refuseBytes(file, report);
  const head =
    frontEnd === 0 ? undefined : readHead(path, file.text.slice(0, frontEnd), isStray ? ignore : report);
  const written = writtenHead(file.text.slice(0, frontEnd), head);
  const body = canonicalBody(file.text.slice(bodyStart));
  const includes = listPartialTags(body).flatMap(({ name }) => (name === undefined ? [] : [name]));
  const found: PromptFile = {
    ...(promptNameOf(path) ?? { name: path, partial: false }),
    path,
    head: lowerHead(asObject(written)),
    written,
    body,
    includes: [...new Set(includes)],
  };
  if (head !== undefined) checkPromptHead(found.head, head, report);
  if (!isStray) findConflicts(file, report);
  const scalar = { kind: 'scalar', value: body, style: 'plain', file } as const;
  const node: ScalarNode = { ...scalar, start: bodyStart, end: file.text.length };
  return { prompt: found, ...(head === undefined ? {} : { head }), body: node, diagnostics };
}

/** For what is wrong only since the bytes are. */
function ignore(): void {}

/** Where the front matter ends, its closing line not counted, and where the body starts; both 0 when there is none. */
function findFront(file: SourceFile, report: Report): { frontEnd: number; bodyStart: number } {
  const { text } = file;
  const none = { frontEnd: 0, bodyStart: 0 };
  if (text.length > LARGEST_PROMPT) {
    const message = `The file has ${text.length} characters; at most ${LARGEST_PROMPT} are read`;
    report({ code: 'file-too-large', range: rangeOf(file, 0, 0), message });
    return { frontEnd: 0, bodyStart: text.length };
  }
  let at = lineEnd(text, 0);
  if (!isFence(text.slice(0, at))) {
    findLateFront(file, report);
    return none;
  }
  while (at < text.length) {
    const end = lineEnd(text, at);
    if (isFence(text.slice(at, end))) return { frontEnd: at, bodyStart: end };
    at = end;
  }
  const message = 'The front matter has no end';
  report({
    code: 'prompt-front-matter',
    range: rangeOf(file, 0, 3),
    message,
    hint: 'close it with a line `---`',
  });
  return none;
}

/** Marks of git stand at the beginning of a line, seven signs long; a text that is about them has others around. */
const CONFLICT_MARK = /^(?:(<{7})(?: .*)?|(={7})|>{7}(?: .*)?)\r?$/gm;

/** Where the first of the three marks stands, if they follow one another; line by line, for texts may have many of them. */
function conflictAt(text: string): number | undefined {
  let first: number | undefined;
  let isParted = false;
  for (const { 1: opening, 2: parting, index } of text.matchAll(CONFLICT_MARK)) {
    if (opening !== undefined) first ??= index;
    else if (parting !== undefined) isParted = first !== undefined;
    else if (isParted) return first;
  }
  return undefined;
}

function findConflicts(file: SourceFile, report: Report): void {
  const at = conflictAt(file.text);
  if (at === undefined) return;
  const message = 'A conflict of versions stands here, which git could not settle';
  const hint = 'keep one of the two texts and take the marks out';
  report({ code: 'conflict-marker', range: rangeOf(file, at, at + 7), message, hint });
}

/** A front matter behind empty lines would be sent to a model as text. */
function findLateFront(file: SourceFile, report: Report): void {
  const [, blank] =
    /^((?:[ \t]*\r?\n)+)---[ \t]*\r?\n\s*[\w-]+:[\s\S]*?\n---[ \t]*(?:\r?\n|$)/.exec(file.text) ?? [];
  if (blank === undefined) return;
  const message = 'The front matter does not begin in the first line, so it is text';
  const range = rangeOf(file, blank.length, blank.length + 3);
  report({ code: 'prompt-front-matter', range, message, hint: 'take the empty lines before it out' });
}

/** Where the line that starts at `from` ends, with its end of line. */
function lineEnd(text: string, from: number): number {
  const end = text.indexOf('\n', from);
  return end === -1 ? text.length : end + 1;
}

function isFence(line: string): boolean {
  return FENCE.test(line.replace(/\r?\n$/, ''));
}

/** The opening `---` is a line of YAML too, so that places need no shifting. */
function readHead(path: string, text: string, report: Report): SourceNode | undefined {
  if (saysNothing(text)) return undefined;
  const { root } = parseSource(path, text, report);
  if (root?.kind === 'map') {
    const problems = prompt(toJson(root)) ? [] : (prompt.errors ?? []);
    explainProblems(problems, { root, path: [], report, keysAt: keysOfPrompt });
  }
  if (root === undefined || root.kind === 'map') return root;
  const message = 'The front matter must be a mapping of keys to values';
  report({ code: 'prompt-front-matter', range: rangeOf(root.file, root.start, root.end), message });
  return undefined;
}

/** Whether nothing but remarks stands behind the opening line. */
function saysNothing(text: string): boolean {
  return text
    .slice(lineEnd(text, 0))
    .split('\n')
    .every(line => /^\s*(?:#|$)/.test(line));
}

function writtenHead(text: string, head: SourceNode | undefined): JsonValue {
  if (head !== undefined) return toJson(head);
  return saysNothing(text) ? {} : text.slice(lineEnd(text, 0)).replaceAll('\r\n', '\n');
}

function canonicalBody(text: string): string {
  return text.replaceAll('\r\n', '\n').replace(/\n$/, '');
}

function lowerHead(written: JsonObject): PromptHead {
  const { description, model, input, output, partials, metrics, samples } = written;
  return compact({
    description: typeof description === 'string' ? description : undefined,
    model: typeof model === 'string' ? model : undefined,
    input: input === undefined ? undefined : namedRows(input).map(lowerInput),
    output,
    partials: partials === undefined ? undefined : asTexts(partials),
    metrics: metrics === undefined ? undefined : asTexts(metrics),
    samples: Array.isArray(samples) ? samples.map(asObject) : undefined,
  });
}
