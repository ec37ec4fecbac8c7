import { TypeGuards } from 'liquidjs';
import type { PlainToken } from './condition-tree.ts';
import { readComputed, readField } from './read-field.ts';
import { joinFacts, narrowType, narrowVariants, pathKey } from './type-facts.ts';
import { type Frame, reportAt } from './type-frame.ts';
import {
  ANY,
  describeType,
  isUnclear,
  mayBeNull,
  NULL,
  unionOf,
  type ValueType,
  withoutNull,
} from './value-type.ts';

/** How a value is read: `strict` fails where it is absent, `test` and `default` take it for null. */
export type ReadingMode = 'strict' | 'test' | 'default';

/** What reading a path gives. */
export interface PathReading {
  /** The type where it is read, with all that conditions around have settled. */
  readonly type: ValueType;
  /** The type as the producer declares it. */
  readonly declared: ValueType;
  /** Absent when a part of the path is computed. */
  readonly path?: readonly (string | number)[];
  /** The last part as it is written, where a problem with the value is shown. */
  readonly last: PlainToken;
}

/** A path as LiquidJS has it: a name with what stands behind it. */
export interface PathToken extends PlainToken {
  readonly variable?: unknown;
  readonly props: readonly PlainToken[];
}

/** Gives the types of tokens inside brackets, which may be any values. */
type ReadToken = (token: PlainToken, frame: Frame) => void;

/** Reads a path step by step; each step that the type does not have, or may not have, is a problem. */
export function readPath(
  token: PathToken,
  frame: Frame,
  options: { mode: ReadingMode; readToken: ReadToken },
): PathReading {
  const [root, ...steps] = token.props;
  const name = root && partOf(root);
  if (token.variable !== undefined || root === undefined || typeof name !== 'string') {
    for (const part of token.props) options.readToken(part, frame);
    return { type: ANY, declared: ANY, last: token };
  }
  let reading = readRoot(name, root, frame, options.mode);
  for (const step of steps) {
    if (partOf(step) === undefined) options.readToken(step, frame);
    reading = readStep(reading, step, frame, options.mode);
  }
  return reading;
}

/** The name or index that a part writes; undefined when it is computed. */
function partOf(token: PlainToken): string | number | undefined {
  if (TypeGuards.isQuotedToken(token)) return token.content;
  if (TypeGuards.isNumberToken(token)) return token.content;
  return TypeGuards.isWordToken(token) ? token.content : undefined;
}

function readRoot(name: string, token: PlainToken, frame: Frame, mode: ReadingMode): PathReading {
  const local = frame.locals.get(name);
  const declared = local ? local.type : (frame.analysis.rootType(name) ?? ANY);
  const path = [local?.id ?? name];
  const fact = frame.facts.get(pathKey(path));
  if (local?.maybeAbsent === true && mode === 'strict' && fact?.defined !== true && fact?.present !== true) {
    const message = `\`${name}\` is not set on every way through the template`;
    reportAt(frame, token, {
      code: 'unassigned-variable',
      message,
      hint: 'assign it before the `if` or `for`',
    });
  }
  return { type: narrowType(declared, fact), declared, path, last: token };
}

function readStep(before: PathReading, token: PlainToken, frame: Frame, mode: ReadingMode): PathReading {
  const part = partOf(token);
  const throughNull = mayBeNull(before.type);
  if (throughNull && mode === 'strict' && before.path) {
    reportNull(before, frame, 'reading on from nothing gives nothing');
  }
  const holder = before.path ? narrowVariants(before.type, pathKey(before.path), frame.facts) : before.type;
  if (part === undefined) {
    const type = readComputed(holder);
    return { type, declared: type, last: token };
  }
  const reading = readField(holder, part);
  if (reading.missing) {
    if (!(reading.undeclared && mode === 'default')) reportMissing(before, token, reading.known, frame);
    return { type: ANY, declared: ANY, last: token };
  }
  const path = before.path && [...before.path, part];
  const fact = path && factAt(frame, path);
  const settled = fact?.defined === true || fact?.present === true || itemIsThere(before, part, frame);
  const absent = reading.optional && !settled;
  if (absent && mode === 'strict') reportOptional(before, token, frame);
  if (path && mode === 'strict') noteDefined(frame, path);
  // What was reported on the way is not said again of the end.
  const nullable = mode === 'strict' ? throughNull && !before.path : absent || throughNull;
  const declared = nullable ? unionOf([reading.type, NULL]) : reading.type;
  const type = narrowType(fact?.present === true ? reading.type : declared, fact);
  return { type, declared, last: token, ...(path ? { path } : {}) };
}

function factAt(frame: Frame, path: readonly (string | number)[]) {
  return frame.facts.get(pathKey(path));
}

/** A list that is known to have items has a first and a last one. */
function itemIsThere({ path }: PathReading, part: string | number, frame: Frame): boolean {
  if (path === undefined || !['first', 'last', '0', '-1'].includes(String(part))) return false;
  return ['first', 'last', '0', '-1'].some(one => factAt(frame, [...path, one])?.present === true);
}

function noteDefined(frame: Frame, path: readonly (string | number)[]): void {
  if (factAt(frame, path)?.defined === true) return;
  frame.facts = joinFacts(frame.facts, new Map([[pathKey(path), { defined: true }]]));
}

function reportMissing(before: PathReading, token: PlainToken, known: readonly string[], frame: Frame): void {
  const word = String(partOf(token));
  const holder = pathText(before);
  const type = withoutNull(before.declared);
  const isObject = type.every(one => one.kind === 'object');
  const message = isObject
    ? `${holder} has no field \`${word}\` by its schema`
    : `${holder} is ${describeType(type)}, which has no field \`${word}\``;
  const isText =
    type.every(one => one.kind === 'string') &&
    before.path?.length === 1 &&
    !before.path[0]?.toString().includes('#');
  const hint = isText ? `give \`${before.path?.[0]}\` an \`output\` schema with this field` : undefined;
  reportAt(frame, token, {
    code: 'unknown-field',
    message,
    ...(hint ? { hint } : { word, candidates: known }),
  });
}

function reportOptional(before: PathReading, token: PlainToken, frame: Frame): void {
  const word = String(partOf(token));
  const ofList = before.type.some(one => one.kind === 'array');
  const message = ofList
    ? `${pathText(before)} may be empty, and then has no \`${word}\``
    : `\`${word}\` may be absent in ${pathText(before)}, for its schema does not require it`;
  const hint = ofList
    ? 'ask with `{% if … %}`, write `| default: …`, or set `minItems` in the schema'
    : 'add it to `required` in the schema, ask with `{% if … %}`, or write `| default: …`';
  reportAt(frame, token, { code: 'optional-field', message, hint });
}

/** Says that a value may be null where that would be taken for an empty text in silence. */
export function reportNull(reading: PathReading, frame: Frame, consequence: string): void {
  if (isUnclear(reading.type)) return;
  const message = `${pathText(reading)} may be null, and ${consequence}`;
  const hint = 'ask with `{% if … %}`, or write `| default: …`';
  reportAt(frame, reading.last, { code: 'nullable-field', message, hint });
}

/** A path as its author would write it. */
function pathText({ path, last }: PathReading): string {
  if (path === undefined) return `\`${last.input.slice(last.begin, last.end)}\``;
  const [root = '', ...steps] = path.map(String);
  return `\`${[root.replace(/#\d+$/, ''), ...steps].join('.')}\``;
}
