import type { FilterImplOptions, Liquid } from 'liquidjs';
import { cutToTokens } from '../model/cut-to-tokens.ts';
import { diffLines } from './diff-lines.ts';

/** A filter that Liquid has not, or not like this; what it does is in the language reference. */
export interface OwnFilter {
  readonly name: string;
  /** How it is written. */
  readonly usage: string;
  readonly meaning: string;
  /** What stands behind the colon. */
  readonly argument: 'number' | 'optional number' | 'text';
  /** The largest number; the smallest is 0. */
  readonly most?: number;
  readonly apply: (value: unknown, argument: unknown) => string;
}

const MOST_JSON_INDENT = 10;
const MOST_INDENT = 100;
const MOST_TOKENS = 10_000_000;

/** What Liquid writes for a value inside text: objects and lists as JSON, null as nothing. Pure. */
export function writtenText(value: unknown): string {
  if (value === null || value === undefined) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** Every filter of ours, one row each; all give a text, and the same text always. */
export const OWN_FILTERS: readonly OwnFilter[] = [
  {
    name: 'json',
    usage: 'value | json: 2',
    argument: 'optional number',
    most: MOST_JSON_INDENT,
    meaning: `The value as JSON text; with a number on lines of their own, indented by so many blanks, 0 to ${MOST_JSON_INDENT}.`,
    apply: (value, indent) =>
      JSON.stringify(
        value ?? null,
        null,
        indent === undefined ? 0 : wholeAt(indent, 'json', MOST_JSON_INDENT),
      ),
  },
  {
    name: 'truncate_tokens',
    usage: 'text | truncate_tokens: 500',
    argument: 'number',
    most: MOST_TOKENS,
    meaning:
      'The beginning of the text with at most so many tokens, 0 to 10,000,000, counted by one rule for all models and cut behind a word; `…` says that something was cut.',
    apply: (value, tokens) =>
      cutToTokens(writtenText(value), wholeAt(tokens, 'truncate_tokens', MOST_TOKENS), 'word'),
  },
  {
    name: 'indent',
    usage: 'text | indent: 4',
    argument: 'number',
    most: MOST_INDENT,
    meaning: `The text with so many blanks, 0 to ${MOST_INDENT}, before every line but the first one and empty ones.`,
    apply: (value, width) => {
      const blanks = ' '.repeat(wholeAt(width, 'indent', MOST_INDENT));
      return writtenText(value).replace(/\n(?=[^\n\r])/g, `\n${blanks}`);
    },
  },
  {
    name: 'diff',
    usage: 'old | diff: new',
    argument: 'text',
    meaning:
      'What makes the second text of the first, line by line: `-` before lines that go, `+` before those that come, three lines around them; nothing where the lines are the same. At most 2,000 lines are written.',
    apply: (value, other) => diffLines(writtenText(value), writtenText(other)),
  },
];

/** The filter of ours of a name; undefined for every other one. Pure. */
export function ownFilter(name: string): OwnFilter | undefined {
  return OWN_FILTERS.find(one => one.name === name);
}

/** Adds the filters to an engine. */
export function addOwnFilters(engine: Liquid): void {
  for (const { name, apply } of OWN_FILTERS) {
    const filter: FilterImplOptions = function (this, value: unknown, argument: unknown) {
      const text = apply(value, argument);
      this.context.memoryLimit.use(text.length);
      return text;
    };
    engine.registerFilter(name, filter);
  }
}

function isWhole(value: number, most: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= most;
}

function wholeAt(value: unknown, filter: string, most: number): number {
  if (typeof value === 'number' && isWhole(value, most)) return value;
  throw new Error(
    `\`${filter}\` takes a whole number from 0 to ${most}, but got ${JSON.stringify(value) ?? 'nothing'}`,
  );
}

/** An argument as it is written: a text, or a number, or something that is known only in a run. */
export interface FilterArgument {
  readonly isText: boolean;
  readonly number?: number;
}

/** What is wrong with the argument of a filter of ours, as far as its text tells; undefined when nothing is. Pure. */
export function ownFilterProblem(name: string, args: readonly FilterArgument[]): string | undefined {
  const filter = ownFilter(name);
  if (filter === undefined) return undefined;
  const { argument, usage } = filter;
  const [first, second] = args;
  if (first === undefined && argument !== 'optional number') return `\`${name}\` needs a value: \`${usage}\``;
  if (second !== undefined) return `\`${name}\` takes one value: \`${usage}\``;
  if (argument === 'text') return undefined;
  if (first?.isText === true) return `\`${name}\` takes a number, not a text: \`${usage}\``;
  const { number } = first ?? {};
  if (number === undefined || filter.most === undefined || isWhole(number, filter.most)) return undefined;
  return `\`${name}\` takes a whole number from 0 to ${filter.most}, not ${number}`;
}
