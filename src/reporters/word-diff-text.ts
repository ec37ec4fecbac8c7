import { wordDiff } from '../model/word-diff.ts';
import { paint } from './paint.ts';
import { sanitizeText } from './sanitize.ts';

/** Characters of what is the same that are shown on either side of a change. */
const CONTEXT = 120;

/**
 * What became of a text, word by word, for people: what went in red, what came in green; without colour in `[-…-]` and
 * `{+…+}`, with more dashes and pluses where the texts have such marks themselves, which the first line says then. Of long
 * stretches that are the same only the ends are shown. White space that changed alone is not marked; where nothing else did,
 * that is said. Foreign text is sanitised. Empty for equal texts. Pure.
 */
export function formatWordDiff(
  before: string,
  after: string,
  { color }: { readonly color: boolean },
): string {
  if (before === after) return '';
  const changes = wordDiff(before, after);
  if (changes.every(({ kind, text }) => kind === 'same' || text.trim() === '')) {
    return `${paint('(only white space differs)', 'dim', color)}\n`;
  }
  const times = marksNeeded(sanitizeText(before), sanitizeText(after));
  const shown = changes.map(({ kind, text }, index) => {
    const last = changes[index - 1];
    const isInstead = kind === 'in' && last?.kind === 'out' && sameLead(text, last.text);
    if (kind !== 'same') return marked(kind, sanitizeText(text), { times: color ? 0 : times, isInstead });
    const isFirst = index === 0;
    const isLast = index === changes.length - 1;
    return shortened(sanitizeText(text), { isFirst, isLast, color });
  });
  const isUnusual = !color && times > 1;
  const legend = isUnusual ? `(${markedBy('out', times, 'went')}, ${markedBy('in', times, 'came')})\n` : '';
  const joined = `${legend}${shown.join('')}`;
  return joined.endsWith('\n') ? joined : `${joined}\n`;
}

const MARKS = { out: ['[', '-', ']', 'red'], in: ['{', '+', '}', 'green'] } as const;
const OWN_MARKS = [/\[(-+)/g, /(?<!-)(-+)\]/g, /\{(\++)/g, /(?<!\+)(\++)\}/g];

/** How many dashes and pluses make marks that neither text has. */
function marksNeeded(...texts: readonly string[]): number {
  let longest = 0;
  for (const text of texts)
    for (const mark of OWN_MARKS)
      for (const [, signs = ''] of text.matchAll(mark)) longest = Math.max(longest, signs.length);
  return longest + 1;
}

function markedBy(kind: 'out' | 'in', times: number, words: string): string {
  const [open, sign, close] = MARKS[kind];
  return `${open}${sign.repeat(times)}${words}${sign.repeat(times)}${close}`;
}

function sameLead(left: string, right: string): boolean {
  const lead = (text: string): string => /^\s*/.exec(text)?.[0] ?? '';
  return lead(left) === lead(right) && left.trim() !== '' && right.trim() !== '';
}

/**
 * White space stays outside of the marks; what stands in the place of something follows it after a space. Without `times`
 * there are colours instead of marks.
 */
function marked(
  kind: 'out' | 'in',
  text: string,
  { times, isInstead }: { readonly times: number; readonly isInstead: boolean },
): string {
  const [, , , style] = MARKS[kind];
  const [, lead = '', words = '', tail = ''] = /^(\s*)([\s\S]*?)(\s*)$/.exec(text) ?? [];
  if (words === '') return kind === 'in' ? text : '';
  const inColor = (line: string): string => paint(line, style, true);
  const shown = times === 0 ? words.split('\n').map(inColor).join('\n') : markedBy(kind, times, words);
  return `${isInstead ? ' ' : lead}${shown}${tail}`;
}

function shortened(
  text: string,
  {
    isFirst,
    isLast,
    color,
  }: { readonly isFirst: boolean; readonly isLast: boolean; readonly color: boolean },
): string {
  const gap = paint('…', 'dim', color);
  const head = isFirst ? '' : text.slice(0, CONTEXT);
  const tail = isLast ? '' : text.slice(-CONTEXT);
  if (head.length + tail.length >= text.length) return text;
  const start = head === '' ? '' : cutBack(head);
  const end = tail === '' ? '' : cutFront(tail);
  return `${start}${start === '' ? '' : ' '}${gap}${end === '' ? '' : ' '}${end}`;
}

/** At the end of a word. */
function cutBack(text: string): string {
  return text.replace(/\s+\S*$/u, '');
}

function cutFront(text: string): string {
  return text.replace(/^\S*\s+/u, '');
}
