import { wordDiff } from '../model/word-diff.ts';
import { paint } from './paint.ts';
import { sanitizeText } from './sanitize.ts';

/** Characters of what is the same that are shown on either side of a change. */
const CONTEXT = 120;

/**
 * What became of a text, word by word, for people: what went in red, what came in green; without colour in `[-…-]` and
 * `{+…+}`. Of long stretches that are the same only the ends are shown. Foreign text is sanitised. Empty for equal texts. Pure.
 */
export function formatWordDiff(
  before: string,
  after: string,
  { color }: { readonly color: boolean },
): string {
  if (before === after) return '';
  const changes = wordDiff(before, after);
  const shown = changes.map(({ kind, text }, index) => {
    const last = changes[index - 1];
    const isInstead = kind === 'in' && last?.kind === 'out' && sameLead(text, last.text);
    if (kind !== 'same') return marked(kind, sanitizeText(text), { color, isInstead });
    const isFirst = index === 0;
    const isLast = index === changes.length - 1;
    return shortened(sanitizeText(text), { isFirst, isLast, color });
  });
  const joined = shown.join('');
  return joined.endsWith('\n') ? joined : `${joined}\n`;
}

const MARKS = { out: ['[-', '-]', 'red'], in: ['{+', '+}', 'green'] } as const;

function sameLead(left: string, right: string): boolean {
  const lead = (text: string): string => /^\s*/.exec(text)?.[0] ?? '';
  return lead(left) === lead(right) && left.trim() !== '' && right.trim() !== '';
}

/** White space stays outside of the marks; what stands in the place of something follows it after a space. */
function marked(
  kind: 'out' | 'in',
  text: string,
  { color, isInstead }: { readonly color: boolean; readonly isInstead: boolean },
): string {
  const [open, close, style] = MARKS[kind];
  const [, lead = '', words = '', tail = ''] = /^(\s*)([\s\S]*?)(\s*)$/.exec(text) ?? [];
  if (words === '') return kind === 'in' ? text : '';
  const lines = color ? words.split('\n').map(line => paint(line, style, true)) : [];
  const shown = color ? lines.join('\n') : `${open}${words}${close}`;
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
