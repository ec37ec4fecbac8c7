import { jsonrepair } from 'jsonrepair';
import type { JsonSchema, JsonValue } from '../model/json.ts';
import { type CoercedValue, coerceValue } from './coerce-value.ts';
import { findJsonRegions, type JsonRegion } from './json-regions.ts';
import { leaveOutUnasked } from './leave-out-unasked.ts';
import { readBareWord } from './read-bare-word.ts';
import { describeProblems, validateValue } from './validate-value.ts';

/** What a model's final text holds: a value that fits, with all that was done to get it, or why there is none. */
export type OutputReading =
  | { readonly ok: true; readonly value: JsonValue; readonly repairs: readonly string[] }
  | { readonly ok: false; readonly problem: string };

/** Longest answer that is looked at, in UTF-16 units. */
const MAX_TEXT = 8_000_000;
const MAX_REGIONS = 50;
/** Deeper values would overflow the stack of those that walk them. */
const MAX_DEPTH = 200;
const MAX_PROBLEMS = 10;

/** A value that stands in the text, before it is held against the schema. */
interface Candidate {
  readonly value: JsonValue;
  readonly repairs: readonly string[];
}

/**
 * Reads the artifact out of a model's final text. Exact JSON first; then JSON inside fences or prose, mended syntax,
 * a wrapper of one key, a bare word where one scalar is wanted, and changes of type that lose nothing, each named in
 * `repairs`. Nothing is guessed: text that
 * ends early, that leaves something out with `...`, or that holds two different values that fit is a problem, worded so
 * that a model can mend its answer. Of the `last` answer that will be asked for, properties that the schema does not have
 * are left out, and named. A value that is returned always fits `schema`. Deterministic.
 */
export function readOutput(
  text: string,
  schema: JsonSchema,
  options: { readonly last?: boolean } = {},
): OutputReading {
  const fit = options.last === true ? lastFit : fitValue;
  const trimmed = text.trim();
  if (trimmed === '') return { ok: false, problem: 'the answer is empty' };
  if (trimmed.length > MAX_TEXT) {
    return { ok: false, problem: `the answer has ${trimmed.length} characters; the limit is ${MAX_TEXT}` };
  }
  const exact = parsed(trimmed);
  if (exact !== undefined)
    return orBareWord(fitted([{ value: exact, repairs: [] }], schema, fit), trimmed, schema);
  if (wantsText(schema)) return orBareWord(plainText(trimmed, schema), trimmed, schema);
  const bare = readBareWord(trimmed, schema);
  if (bare !== undefined) return { ok: true, ...bare };
  const regions = findJsonRegions(trimmed, MAX_REGIONS);
  const cut = regions.at(-1);
  if (cut?.closed === false) {
    return { ok: false, problem: 'the JSON ends early: a text, list or object in it is never closed' };
  }
  const candidates = regions.flatMap(region => readRegion(trimmed, region));
  if (candidates.length > 0) return fitted(candidates, schema, fit);
  if (regions.some(region => region.elided)) {
    return { ok: false, problem: 'the JSON leaves something out with `...`; write all of it' };
  }
  return { ok: false, problem: 'the answer holds no JSON' };
}

function orBareWord(reading: OutputReading, text: string, schema: JsonSchema): OutputReading {
  if (reading.ok) return reading;
  const bare = readBareWord(text, schema);
  return bare === undefined ? reading : { ok: true, ...bare };
}

function readRegion(text: string, region: JsonRegion): readonly Candidate[] {
  const source = text.slice(region.start, region.end);
  const around = region.start === 0 && region.end === text.length;
  const repairs = around ? [] : ['took the JSON out of the text around it'];
  const exact = parsed(source);
  if (exact !== undefined) return [{ value: exact, repairs }];
  if (region.elided) return [];
  const mended = mendedSyntax(source);
  return mended === undefined ? [] : [{ value: mended, repairs: [...repairs, 'mended the JSON syntax'] }];
}

/** Mends commas, quotes, comments and the like; gives nothing when that would fill a gap with null. */
function mendedSyntax(source: string): JsonValue | undefined {
  let repaired: string;
  try {
    repaired = jsonrepair(source);
  } catch {
    // What cannot be mended is reported by the caller as text without JSON.
    return undefined;
  }
  const value = parsed(repaired);
  if (value === undefined) return undefined;
  if (isDeeperThan(value, MAX_DEPTH)) return undefined;
  const nullsWritten = source.match(/\b(?:null|None)\b/g)?.length ?? 0;
  return countNulls(value) > nullsWritten ? undefined : value;
}

type Fit = (value: JsonValue, schema: JsonSchema) => CoercedValue | undefined;

function fitted(candidates: readonly Candidate[], schema: JsonSchema, fitOf: Fit): OutputReading {
  if (candidates.some(({ value }) => isDeeperThan(value, MAX_DEPTH))) {
    return { ok: false, problem: `the JSON is nested deeper than ${MAX_DEPTH} levels` };
  }
  const fitting = new Map<string, { value: JsonValue; repairs: readonly string[] }>();
  for (const candidate of candidates) {
    const fit = fitOf(candidate.value, schema);
    if (fit === undefined) continue;
    const key = canonicalText(fit.value);
    if (!fitting.has(key)) {
      fitting.set(key, { value: fit.value, repairs: [...candidate.repairs, ...fit.repairs] });
    }
  }
  const [first] = fitting.values();
  if (first === undefined) return { ok: false, problem: misfit(candidates, schema) };
  if (fitting.size > 1) {
    return {
      ok: false,
      problem: `the answer holds ${fitting.size} different JSON values that fit; write only the final one`,
    };
  }
  return { ok: true, ...first };
}

/** The value as it is, or with its types mended, or what its only key wraps. */
function fitValue(value: JsonValue, schema: JsonSchema): CoercedValue | undefined {
  if (validateValue(schema, value).length === 0) return { value, repairs: [] };
  const unwrapped = unwrappedFit(value, schema, 2);
  return unwrapped ?? coerceValue(schema, value);
}

function lastFit(value: JsonValue, schema: JsonSchema): CoercedValue | undefined {
  return fitValue(value, schema) ?? leaveOutUnasked(schema, value);
}

function unwrappedFit(value: JsonValue, schema: JsonSchema, depth: number): CoercedValue | undefined {
  if (depth === 0 || value === null || typeof value !== 'object' || Array.isArray(value)) return undefined;
  const [entry, ...others] = Object.entries(value);
  if (entry === undefined || others.length > 0) return undefined;
  const [name, inner] = entry;
  const repair = `took the value out of \`${name}\``;
  const fit = coerceValue(schema, inner) ?? unwrappedFit(inner, schema, depth - 1);
  return fit === undefined ? undefined : { value: fit.value, repairs: [repair, ...fit.repairs] };
}

function misfit(candidates: readonly Candidate[], schema: JsonSchema): string {
  // The longest value is the one that was meant; short ones are often quotations.
  const [meant] = [...candidates].sort(
    (a, b) => JSON.stringify(b.value).length - JSON.stringify(a.value).length,
  );
  const problems = meant === undefined ? [] : validateValue(schema, meant.value);
  return `the JSON does not fit the schema:\n${describeProblems(problems, MAX_PROBLEMS)}`;
}

function wantsText(schema: JsonSchema): boolean {
  return typeof schema === 'object' && schema.type === 'string';
}

/** Where the artifact is a text, the answer itself is it, whatever it quotes. */
function plainText(text: string, schema: JsonSchema): OutputReading {
  const problems = validateValue(schema, text);
  if (problems.length === 0) return { ok: true, value: text, repairs: ['took the plain text as the value'] };
  return {
    ok: false,
    problem: `the text does not fit the schema:\n${describeProblems(problems, MAX_PROBLEMS)}`,
  };
}

function parsed(text: string): JsonValue | undefined {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    // Not JSON is an answer here, not a failure.
    return undefined;
  }
}

function isDeeperThan(value: JsonValue, levels: number): boolean {
  if (value === null || typeof value !== 'object') return false;
  return levels === 0 || Object.values(value).some((item: JsonValue) => isDeeperThan(item, levels - 1));
}

function countNulls(value: JsonValue): number {
  if (value === null) return 1;
  if (typeof value !== 'object') return 0;
  return Object.values(value).reduce<number>((sum, item) => sum + countNulls(item as JsonValue), 0);
}

function canonicalText(value: JsonValue): string {
  return JSON.stringify(value, (_key, item: JsonValue) =>
    item !== null && typeof item === 'object' && !Array.isArray(item)
      ? Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)))
      : item,
  );
}
