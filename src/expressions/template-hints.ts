import { REMOVED_FILTERS, REMOVED_TAGS } from './template-engine.ts';

/** What to write instead. `jinja` says that the text is another template language's or a programming language's. */
interface SyntaxHint {
  readonly text: string;
  readonly jinja: boolean;
}

const WITHOUT_FILES = 'write the text here; in a prompt file `{% render "name" %}` puts a partial in';

/** Tags of Jinja that Liquid has under another name, or not at all. */
const FOREIGN_TAGS: ReadonlyMap<string, string> = new Map([
  ['elif', 'Liquid writes `{% elsif … %}`'],
  ['elseif', 'Liquid writes `{% elsif … %}`'],
  ['set', 'Liquid writes `{% assign name = value %}`'],
  ['macro', 'Liquid has no macros; write the text out, or use `{% for %}`'],
  ['call', 'Liquid has no macros; write the text out'],
  ['import', WITHOUT_FILES],
  ['from', WITHOUT_FILES],
  ['autoescape', 'text is never escaped; leave the tag out'],
  ['trans', 'Liquid has no translations; write the text as it is'],
  ['extends', WITHOUT_FILES],
  ['with', 'Liquid writes `{% assign name = value %}`'],
  ['filter', 'Liquid writes `{% capture text %}…{% endcapture %}{{ text | filter }}`'],
  ['do', 'Liquid has no statements; code belongs in a tool'],
]);

/** Spellings of other languages that Liquid refuses; the first that the text has is explained. */
const FOREIGN_SPELLINGS: readonly (readonly [RegExp, string])[] = [
  [
    /^~?\s*[#^/]\s*\w/,
    'Liquid writes `{% if x %}…{% endif %}` and `{% for x in xs %}…{% endfor %}`, and `{% comment %}` for remarks',
  ],
  [/^\{[^{}]*$/, 'text is never escaped; two braces are enough'],
  [/\|\s*map\s*\(/, 'Liquid writes `| map: "field"`'],
  [/\|\s*(?:select|reject)(?:attr)?\s*\(/, 'Liquid writes `| where: "field", value`'],
  [/\|\s*\w+\s*\(/, 'Liquid writes filter arguments after a colon: `| join: ", "`'],
  [/&&/, 'Liquid writes `and`'],
  [/\|\|/, 'Liquid writes `or`, and `| default: x` for a fallback'],
  [/[=!]==/, 'Liquid writes `==` and `!=`'],
  [/(?:^|[^!=<>])=(?!=)/, 'Liquid compares with `==`'],
  [/!(?!=)/, 'Liquid writes `not`'],
  [/[\w\])]\.\w+\(/, 'Liquid calls no methods; use a filter such as `| upcase` or `| split: ","`'],
  [/\w\(/, 'Liquid calls no functions; use a filter, or let a tool compute the value'],
  [/\?/, 'Liquid writes `{% if x %}a{% else %}b{% endif %}`'],
  [/~/, 'Liquid joins text with `| append: x`'],
  [/\+/, 'Liquid adds with `| plus: x` and joins text with `| append: x`'],
  [/[*/%]/, 'Liquid computes with `| times: x`, `| divided_by: x` and `| modulo: x`'],
  [/\{/, 'Liquid has no object literals; pass the value as an input'],
  [/\(/, 'Liquid has no parentheses; use several ways out, or nested `{% if %}` in a text'],
  [/^-?\s*for\s+\w+\s*,/, 'Liquid writes `{% for pair in object %}` with `pair[0]` and `pair[1]`'],
  [/\S\s+if\s+\S/, 'Liquid writes `{% if x %}a{% else %}b{% endif %}`'],
];

/** What to write instead of a filter that is not offered, when that is known. Pure. */
export function removedFilterHint(name: string): string | undefined {
  const removed = REMOVED_FILTERS.get(name);
  if (removed !== undefined) return removed;
  if (name === 'tojson' || name === 'to_json') return 'Liquid writes `| json`';
  if (name === 'length' || name === 'count') return 'Liquid writes `| size`';
  if (name === 'upper') return 'Liquid writes `| upcase`';
  if (name === 'lower') return 'Liquid writes `| downcase`';
  if (name === 'e' || name === 'safe') return 'text is never escaped; leave the filter out';
  if (name === 'trim') return 'Liquid writes `| strip`';
  return undefined;
}

/** The hint for a syntax error that LiquidJS reported, found in the text of the tag or output where it stands. Pure. */
export function syntaxHint(
  source: string,
  mode: 'text' | 'condition',
  error: { readonly offset: number; readonly length: number; readonly message: string },
): SyntaxHint | undefined {
  if (mode === 'condition' && source.trim() === '') {
    return { text: 'write a condition such as `verdict == "approve"`', jinja: false };
  }
  if (mode === 'condition' && /\{\{|\{%/.test(source)) {
    return { text: 'a condition is written without `{{ }}` and `{% %}`', jinja: false };
  }
  const tag = /^tag "([^"]*)" not found$/.exec(error.message)?.[1];
  if (tag !== undefined) return tagHint(tag);
  if (error.message.startsWith('unexpected "if'))
    return { text: 'Liquid writes `{% elsif … %}`', jinja: true };
  if (error.message.endsWith('not closed')) return undefined;
  const inside = mode === 'condition' ? source : insideDelimiters(source, error.offset);
  const text = withoutQuotes(inside);
  const spelling = FOREIGN_SPELLINGS.find(([pattern]) => pattern.test(text));
  return spelling === undefined ? undefined : { text: spelling[1], jinja: true };
}

function tagHint(tag: string): SyntaxHint | undefined {
  const foreign = FOREIGN_TAGS.get(tag);
  if (foreign !== undefined) return { text: foreign, jinja: true };
  const removed = REMOVED_TAGS.get(tag);
  return removed === undefined ? undefined : { text: removed, jinja: false };
}

/** The text between the delimiters around an offset, without them. */
function insideDelimiters(source: string, offset: number): string {
  const begin = Math.max(source.lastIndexOf('{{', offset), source.lastIndexOf('{%', offset));
  // Of three braces the first two are the delimiter.
  const isTriple = begin > 0 && source.startsWith('{{{', begin - 1);
  const start = begin === -1 ? offset : begin + (isTriple ? 1 : 2);
  const ends = ['}}', '%}'].map(mark => source.indexOf(mark, start)).filter(end => end !== -1);
  const end = ends.length === 0 ? source.length : Math.min(...ends);
  const inside = source.slice(start, end);
  // `{% assign x = … %}` has the one equals sign that is right.
  return inside.replace(/^-?\s*assign\s+\w+\s*=/, '');
}

function withoutQuotes(text: string): string {
  return text.replace(/"[^"]*"|'[^']*'/g, '""');
}
