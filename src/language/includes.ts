import type { SourceRange } from '../model/diagnostic.ts';
import type { JsonObject, JsonSchema, JsonValue } from '../model/json.ts';
import { type ListFolder, type ReadSource, resolveSourcePath } from '../model/source.ts';
import type { DiagnosticCode } from './diagnostic-codes.ts';
import { asObject } from './lower-values.ts';
import { refuseBytes } from './refuse-bytes.ts';
import { quote, type Report } from './report.ts';
import { sourceFileOf } from './source-file.ts';

const MOST_SCHEMA_NODES = 20_000;
const DEEPEST_SCHEMA = 64;
const LARGEST_SCHEMA = 1024 * 1024;

/** What is read while files are included; `sources` fills with the text of every file. */
export interface IncludeReader {
  readonly readSource: ReadSource;
  /** Names what stands in a folder, for suggestions; absent where folders cannot be looked into. */
  readonly listFolder?: ListFolder;
  readonly sources: Map<string, string>;
  readonly report: Report;
}

interface Inlining {
  readonly reader: IncludeReader;
  /** The place of the `output` that all of it is for. */
  readonly range: SourceRange;
  readonly documents: Map<string, JsonValue>;
  /** The includes that are being inlined, outermost first. */
  readonly stack: readonly string[];
  readonly file: string;
  /** In the outermost document references such as `#/$defs/x` stay as they are. */
  readonly outermost: boolean;
  readonly count: { nodes: number };
}

/** Stops an inlining whose cause was reported. */
class InliningStopped extends Error {}

/** Says why a path cannot be included, or undefined when it may be tried. Only relative files are. Pure. */
export function refusedInclude(path: string): string | undefined {
  if (/^[A-Za-z][A-Za-z0-9+.-]*:/.test(path)) return `${quote(path)} is a URL; only files are included`;
  if (path.startsWith('/') || path.includes('\\')) return `${quote(path)} is not a relative path with \`/\``;
  return undefined;
}

/**
 * Puts the files that an `output` schema refers to in its place: a `$ref` to a relative file, also nested, becomes
 * that file's content. Undefined when something could not be included; the cause was reported once, at `range`.
 */
export function inlineSchema(
  written: JsonValue,
  at: { readonly file: string; readonly range: SourceRange },
  reader: IncludeReader,
): JsonSchema | undefined {
  if (typeof written === 'boolean') return written;
  const state: Inlining = {
    reader,
    ...at,
    documents: new Map(),
    stack: [],
    outermost: true,
    count: { nodes: 0 },
  };
  try {
    const target = soleFile(written);
    if (target === undefined) return asObject(inlineValue(written, state, 0));
    // A file that is the whole schema is the outermost document itself, so its own `#/…` references stay.
    const path = includePath(target, state);
    const content = readDocument(path, state);
    const inner = { ...state, file: path, stack: [`${path}#`] };
    const schema = inlineValue(content, inner, 0);
    return typeof schema === 'boolean' ? schema : withoutIdentity(asObject(schema));
  } catch (error) {
    if (error instanceof InliningStopped) return undefined;
    throw error;
  }
}

function soleFile(written: JsonValue): string | undefined {
  const schema = asObject(written);
  const target = schema.$ref;
  const alone = Object.keys(schema).length === 1 && typeof target === 'string' && !target.includes('#');
  return alone ? target : undefined;
}

function withoutIdentity(schema: JsonObject): JsonObject {
  const { $schema: _schema, $id: _id, ...rest } = schema;
  return rest;
}

function inlineValue(value: JsonValue, state: Inlining, depth: number): JsonValue {
  state.count.nodes += 1;
  if (state.count.nodes > MOST_SCHEMA_NODES || depth > DEEPEST_SCHEMA) {
    const limits = `${MOST_SCHEMA_NODES} values or ${DEEPEST_SCHEMA} levels`;
    stop(state, 'invalid-output-schema', `The schema has more than ${limits} after its files are put in`);
  }
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(item => inlineValue(item, state, depth + 1));
  const rows = Object.entries(value).map(
    ([key, item]) => [key, inlineValue(item, state, depth + 1)] as const,
  );
  const schema: JsonObject = Object.fromEntries(rows);
  const target = asObject(value).$ref;
  if (typeof target !== 'string' || (state.outermost && state.stack.length <= 1 && target.startsWith('#')))
    return schema;
  return mergeReference(schema, resolveReference(target, state, depth));
}

/** What stands beside a `$ref` holds as well; remarks beside it win. */
function mergeReference(schema: JsonObject, content: JsonValue): JsonValue {
  const { $ref: _ref, ...beside } = schema;
  const keys = Object.keys(beside);
  if (keys.length === 0) return content;
  const remarks = keys.every(key => key === 'description' || key === 'title');
  if (remarks && typeof content === 'object') return { ...asObject(content), ...beside };
  return { ...beside, allOf: [...(Array.isArray(beside.allOf) ? beside.allOf : []), content] };
}

function resolveReference(target: string, state: Inlining, depth: number): JsonValue {
  const [filePart = '', pointer = ''] = target.split('#');
  const path = filePart === '' ? state.file : includePath(filePart, state);
  const name = `${path}#${pointer}`;
  if (state.stack.includes(name)) {
    const chain = [...state.stack.slice(state.stack.indexOf(name)), name].map(one => one.replace(/#$/, ''));
    stop(state, 'include-cycle', `The schema includes itself: ${chain.map(quote).join(' → ')}`);
  }
  const document = readDocument(path, state);
  const inner = { ...state, file: path, outermost: false, stack: [...state.stack, name] };
  const content = inlineValue(partAt(document, pointer, name, state), inner, depth + 1);
  if (typeof content === 'boolean') return content;
  const { $defs: _inlined, ...rest } = withoutIdentity(asObject(content));
  return rest;
}

function partAt(document: JsonValue, pointer: string, name: string, state: Inlining): JsonValue {
  let part: JsonValue | undefined = document;
  for (const step of pointer.split('/').slice(1)) {
    const key = step.replaceAll('~1', '/').replaceAll('~0', '~');
    const holder: JsonObject = Array.isArray(part)
      ? Object.fromEntries(Object.entries(part))
      : asObject(part);
    part = Object.hasOwn(holder, key) ? holder[key] : undefined;
  }
  if (part !== undefined) return part;
  return stop(state, 'invalid-output-schema', `There is no ${quote(name)} to refer to`);
}

function includePath(target: string, state: Inlining): string {
  const refusal = refusedInclude(target);
  if (refusal !== undefined) stop(state, 'include-not-relative', refusal);
  return resolveSourcePath(state.file, target);
}

function readDocument(path: string, state: Inlining): JsonValue {
  const known = state.documents.get(path);
  if (known !== undefined) return known;
  const text = state.reader.readSource(path);
  if (text === undefined) return stop(state, 'file-not-found', `The file ${quote(path)} does not exist`);
  state.reader.sources.set(path, text);
  if (text.length > LARGEST_SCHEMA) {
    return stop(
      state,
      'file-too-large',
      `The file ${quote(path)} has ${text.length} characters; at most ${LARGEST_SCHEMA} are read`,
    );
  }
  if (refuseBytes(sourceFileOf(path, text.replace(/^\uFEFF/, '')), state.reader.report)) {
    throw new InliningStopped();
  }
  const document = parseJson(text);
  if (document === undefined) return stop(state, 'invalid-json', `The file ${quote(path)} is not valid JSON`);
  state.documents.set(path, document);
  return document;
}

function parseJson(text: string): JsonValue | undefined {
  try {
    // Dropping `__proto__` keeps the parsed keys ordinary ones.
    return JSON.parse(text.replace(/^\uFEFF/, ''), (key, value: JsonValue) =>
      key === '__proto__' ? undefined : value,
    );
  } catch {
    return undefined;
  }
}

function stop(state: Inlining, code: DiagnosticCode, message: string): never {
  state.reader.report({ code, range: state.range, message });
  throw new InliningStopped();
}
