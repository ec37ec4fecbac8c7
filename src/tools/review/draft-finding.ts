import type { JsonValue } from '../../model/json.ts';
import {
  CATEGORIES,
  type Finding,
  type FindingCategory,
  type FindingSeverity,
  SEVERITIES,
  type Suggestion,
} from '../../model/review.ts';

/** A finding before it has been checked against the change and got its id. */
export type DraftFinding = Omit<Finding, 'id'>;

const MAX_TITLE = 120;
const MAX_WHY = 2000;
const MAX_EVIDENCE = 20;
const MAX_SUGGESTION = 20_000;

/**
 * Reads what a role or a tool delivered as a finding; undefined when it names no path, no lines or says nothing.
 * Missing parts get cautious values: severity `minor`, category `bug`, confidence 0.5, source `agent`. Texts are cut to
 * 120 (title), 2,000 (why) and 20,000 (suggestion) characters, evidence to 20 lines. Pure.
 */
export function readDraftFinding(value: JsonValue): DraftFinding | undefined {
  const path = textOf(field(value, 'path'))?.replace(/^\.\//, '');
  const range = rangeOf(field(value, 'range'));
  const why = textOf(field(value, 'why'))?.slice(0, MAX_WHY);
  const title = textOf(field(value, 'title'))?.slice(0, MAX_TITLE);
  const words = why ?? title;
  if (path === undefined || range === undefined || words === undefined) return undefined;
  const suggestion = suggestionOf(field(value, 'suggestion'));
  const muted = textOf(field(value, 'muted'));
  return {
    path,
    range,
    severity: memberOf<FindingSeverity>(SEVERITIES, field(value, 'severity')) ?? 'minor',
    category: memberOf<FindingCategory>(CATEGORIES, field(value, 'category')) ?? 'bug',
    title: title ?? firstWords(words),
    why: words,
    evidence: textsOf(field(value, 'evidence')).slice(0, MAX_EVIDENCE),
    confidence: confidenceOf(field(value, 'confidence')),
    source: sourceOf(field(value, 'source')),
    ...(suggestion === undefined ? {} : { suggestion }),
    ...(muted === undefined ? {} : { muted }),
  };
}

/** A foreign object's own field, or undefined. Pure. */
export function field(value: JsonValue | undefined, name: string): JsonValue | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  return Object.hasOwn(value, name) ? (value as { readonly [key: string]: JsonValue })[name] : undefined;
}

/** A text that says something, without blanks at its ends; undefined for anything else. Pure. */
export function textOf(value: JsonValue | undefined): string | undefined {
  if (typeof value !== 'string') return undefined;
  const text = value.trim();
  return text === '' ? undefined : text;
}

/** The value if it is one of `members`. Pure. */
export function memberOf<T extends string>(
  members: readonly T[],
  value: JsonValue | undefined,
): T | undefined {
  return members.find(member => member === value);
}

/** At most eight words of a text, on one line. Pure. */
export function firstWords(text: string, limit = 8): string {
  const words = text.trim().split(/\s+/);
  return words
    .slice(0, limit)
    .join(' ')
    .replace(/[.,;:]+$/, '')
    .slice(0, MAX_TITLE);
}

function rangeOf(value: JsonValue | undefined): readonly [number, number] | undefined {
  if (typeof value === 'number') return rangeOf([value, value]);
  if (!Array.isArray(value)) return undefined;
  const [first, last = first] = value as readonly JsonValue[];
  if (!isLine(first) || !isLine(last)) return undefined;
  return first <= last ? [first, last] : [last, first];
}

function isLine(value: JsonValue | undefined): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 1;
}

function suggestionOf(value: JsonValue | undefined): Suggestion | undefined {
  const range = rangeOf(field(value, 'range'));
  const text = field(value, 'text');
  if (range === undefined || typeof text !== 'string') return undefined;
  return { range, text: text.slice(0, MAX_SUGGESTION) };
}

function textsOf(value: JsonValue | undefined): readonly string[] {
  if (!Array.isArray(value)) return [];
  return (value as readonly JsonValue[]).map(textOf).filter(text => text !== undefined);
}

function confidenceOf(value: JsonValue | undefined): number {
  if (typeof value !== 'number' || !Number.isFinite(value)) return 0.5;
  return Math.min(1, Math.max(0, value));
}

function sourceOf(value: JsonValue | undefined): readonly string[] {
  const texts = typeof value === 'string' ? textsOf([value]) : textsOf(value);
  return texts.length === 0 ? ['agent'] : texts;
}
