import { CATEGORIES, type Review, SEVERITIES } from '../model/review.ts';

type Fields = { readonly [name: string]: (value: unknown) => boolean };

const isText = (value: unknown): boolean => typeof value === 'string';
const isCount = (value: unknown): boolean => Number.isInteger(value) && Number(value) >= 0;
const isTexts = (value: unknown): boolean => Array.isArray(value) && value.every(isText);
const oneOf = (words: readonly unknown[]) => (value: unknown) => words.includes(value);
const optional = (check: (value: unknown) => boolean) => (value: unknown) =>
  value === undefined || check(value);

const RANGE: Fields = { base: isText, head: isText };
const SUMMARY: Fields = {
  what: isText,
  risk: oneOf(['low', 'medium', 'high']),
  effort: oneOf([1, 2, 3, 4, 5]),
  tests: oneOf(['yes', 'no', 'n/a']),
  verdict: oneOf(['approve', 'comment', 'request_changes']),
};
const SUGGESTION: Fields = { range: isLineRange, text: isText };
const FINDING: Fields = {
  id: isText,
  path: value => isText(value) && value !== '',
  range: isLineRange,
  severity: oneOf(SEVERITIES),
  category: oneOf(CATEGORIES),
  title: isText,
  why: isText,
  evidence: isTexts,
  suggestion: optional(value => hasFields(value, SUGGESTION)),
  confidence: value => typeof value === 'number' && value >= 0 && value <= 1,
  source: isTexts,
  muted: optional(isText),
};
const DROPPED: Fields = {
  outsideDiff: isCount,
  duplicates: isCount,
  badSuggestions: isCount,
  overLimit: isCount,
};
const REVIEW: Fields = {
  range: value => hasFields(value, RANGE),
  summary: value => hasFields(value, SUMMARY),
  findings: value => Array.isArray(value) && value.every(finding => hasFields(finding, FINDING)),
  dropped: value => hasFields(value, DROPPED),
  notices: isTexts,
};

/**
 * Tells whether a result is a review that the review formats can print: every field that they read is there and in its
 * limits. Fields beyond these do not matter. Pure.
 */
export function isReview(value: unknown): value is Review {
  return hasFields(value, REVIEW);
}

function hasFields(value: unknown, fields: Fields): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return Object.entries(fields).every(([name, check]) =>
    check(Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : undefined),
  );
}

function isLineRange(value: unknown): boolean {
  if (!Array.isArray(value) || value.length !== 2) return false;
  const [start, end] = value;
  return Number.isSafeInteger(start) && Number.isSafeInteger(end) && start >= 1 && end >= start;
}
