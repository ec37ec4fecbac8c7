import type { JsonSchema, JsonValue } from '../model/json.ts';
import { type CoercedValue, coerceValue } from './coerce-value.ts';
import { validateValue } from './validate-value.ts';

/** Longer answers are prose, whatever they begin with. */
const MAX_WORD = 200;
const FENCE = /^```[a-z]*\n([^`]*)\n?```$/i;
const MARKS: readonly (readonly [string, string])[] = [
  ['"', '"'],
  ["'", "'"],
  ['`', '`'],
  ['*', '*'],
  ['_', '_'],
  ['“', '”'],
  ['‘', '’'],
];
const LITERAL_TYPES: ReadonlySet<unknown> = new Set(['boolean', 'number', 'integer', 'null']);

/**
 * Reads an answer that is one bare word where the schema wants one scalar: a text of an `enum` or `const` in any case, or
 * the literal of a boolean or a number. Around it a fence, quotes, backticks, asterisks, underscores and a final full stop
 * are no part of it. The word is the whole answer, never one out of a sentence. Undefined when the schema wants something
 * else, or when no word or more than one of them matches. `text` is trimmed. Deterministic.
 */
export function readBareWord(text: string, schema: JsonSchema): CoercedValue | undefined {
  if (text.length > MAX_WORD || typeof schema !== 'object') return undefined;
  const words = allowedWords(schema);
  if (words === undefined && !wantsLiteral(schema)) return undefined;
  for (const word of undressed(text)) {
    const value = words === undefined ? coerceValue(schema, word)?.value : matchingWord(words, word);
    if (value === undefined || validateValue(schema, value).length > 0) continue;
    return { value, repairs: [`took the bare word ${JSON.stringify(text)} as ${JSON.stringify(value)}`] };
  }
  return undefined;
}

/** The scalars of an `enum` or a `const`; undefined when the schema has neither, or lists and objects are among them. */
function allowedWords(schema: Exclude<JsonSchema, boolean>): readonly JsonValue[] | undefined {
  const allowed = Object.hasOwn(schema, 'const') ? [schema.const] : schema.enum;
  if (!Array.isArray(allowed)) return undefined;
  const scalars = (allowed as JsonValue[]).filter(each => each === null || typeof each !== 'object');
  return scalars.length === allowed.length ? scalars : undefined;
}

function wantsLiteral({ type }: Exclude<JsonSchema, boolean>): boolean {
  const types: readonly unknown[] = Array.isArray(type) ? type : [type];
  return types.length > 0 && types.every(each => LITERAL_TYPES.has(each));
}

function matchingWord(words: readonly JsonValue[], word: string): JsonValue | undefined {
  const exact = words.filter(each => String(each) === word);
  if (exact.length === 1) return exact[0];
  const lower = word.toLowerCase();
  const similar = words.filter(each => String(each).toLowerCase() === lower);
  return similar.length === 1 ? similar[0] : undefined;
}

/** The text, then with one thing fewer around it each time. */
function undressed(text: string): readonly string[] {
  const found = [text];
  for (let word = withoutOne(text); word !== undefined; word = withoutOne(word)) found.push(word);
  return found;
}

function withoutOne(word: string): string | undefined {
  const fenced = FENCE.exec(word)?.[1];
  if (fenced !== undefined) return fenced.trim();
  const pair = MARKS.find(([open, close]) => isAround(word, open, close));
  if (pair !== undefined) return word.slice(pair[0].length, -pair[1].length).trim();
  return word.endsWith('.') && !word.endsWith('..') ? word.slice(0, -1).trim() : undefined;
}

function isAround(word: string, open: string, close: string): boolean {
  return word.length > open.length + close.length && word.startsWith(open) && word.endsWith(close);
}
