import { sanitizeText } from './sanitize.ts';

/** More than anybody reads on one line, and little enough for hostile text to stay cheap. */
const MAX_CHARACTERS = 20_000;

const BACKTICKS = /`+/g;
const MENTION = /^@[A-Za-z0-9][\w/-]*/;
const WORD = /[\w/]/;

/**
 * Foreign text as one line of Markdown that keeps emphasis and closed code spans, and cannot do more: no HTML, entities,
 * links, images or mentions, no open backticks. Newlines become spaces, invisible characters visible.
 * Only the first 20,000 characters are taken. Pure.
 */
export function markdownInline(text: string): string {
  const line = sanitizeText(text.slice(0, MAX_CHARACTERS), { keepNewlines: false }).trim();
  const pieces: string[] = [];
  for (let index = 0; index < line.length; ) {
    const { markdown, taken } = nextPiece(line, index);
    // Two code spans that touch would be read as one run of backticks.
    if (markdown.startsWith('`') && pieces.at(-1)?.endsWith('`')) pieces.push(' ');
    if (markdown !== '') pieces.push(markdown);
    index += taken;
  }
  return pieces.join('');
}

/** Foreign text as a code span that nothing in it can close; also for text with backticks. Pure. */
export function codeSpan(text: string): string {
  const line = sanitizeText(text, { keepNewlines: false });
  if (line === '') return '` `';
  const fence = '`'.repeat(freeFenceLength(line));
  const padding = /^`|`$|^ .* $/.test(line) ? ' ' : '';
  return `${fence}${padding}${line}${padding}${fence}`;
}

/** The shortest fence that no run of backticks in the text equals. */
function freeFenceLength(text: string): number {
  const lengths = new Set(text.match(BACKTICKS)?.map(run => run.length));
  let length = 1;
  while (lengths.has(length)) length += 1;
  return length;
}

/** What stands in a code span: one space on both sides belongs to the fence. */
function spanText(inside: string): string {
  return /^ .*\S.* $/.test(inside) ? inside.slice(1, -1) : inside;
}

/** The length of the longest run of backticks in a text. Pure. */
export function longestBackticks(text: string): number {
  return Math.max(0, ...(text.match(BACKTICKS) ?? []).map(run => run.length));
}

interface Piece {
  readonly markdown: string;
  /** UTF-16 units of the line that the piece stands for. */
  readonly taken: number;
}

function nextPiece(line: string, index: number): Piece {
  const rest = line.slice(index);
  const character = rest[0] ?? '';
  if (character === '\\') return backslashPiece(rest);
  if (character === '`') return backtickPiece(rest, inAddress(line, index));
  if (character === '<' && /^<[A-Za-z/!?]/.test(rest)) {
    return { markdown: inAddress(line, index) ? '&lt;' : '\\<', taken: 1 };
  }
  if (character === '&' && /^&#?\w+;/.test(rest)) return { markdown: '\\&', taken: 1 };
  if (character === ']' && /^\][([:]/.test(rest)) return { markdown: '\\]', taken: 1 };
  if (character === '@' && !WORD.test(line[index - 1] ?? '')) return mentionPiece(rest);
  return { markdown: character, taken: 1 };
}

/** A name after `@` would call that person; as code it does not. */
function mentionPiece(rest: string): Piece {
  const mention = MENTION.exec(rest)?.[0];
  if (mention === undefined) return { markdown: '@', taken: 1 };
  return { markdown: codeSpan(mention), taken: mention.length };
}

/** A bare web address takes backslashes and backticks with it, so neither escapes nor code spans hold there. */
function inAddress(line: string, index: number): boolean {
  return /:\/\/|www\./i.test(line.slice(line.lastIndexOf(' ', index) + 1, index));
}

/**
 * A backslash is an escape before an ASCII mark and plain text before a letter; before a backtick or at the end it becomes
 * text; before what we escape ourselves it is dropped.
 */
function backslashPiece(rest: string): Piece {
  const next = rest[1] ?? '`';
  if (next === '<' || next === '@') return { markdown: '', taken: 1 };
  if (next === '`') return { markdown: '\\\\', taken: 1 };
  return /[!-/:-@[-_{-~]/.test(next) ? { markdown: `\\${next}`, taken: 2 } : { markdown: '\\', taken: 1 };
}

function backtickPiece(rest: string, isAddress: boolean): Piece {
  const run = /^`+/.exec(rest)?.[0] ?? '`';
  if (isAddress) return { markdown: '\\`'.repeat(run.length), taken: run.length };
  for (const match of rest.slice(run.length).matchAll(BACKTICKS)) {
    if (match[0] !== run) continue;
    const taken = run.length + match.index + run.length;
    // Written anew with the shortest fence: three backticks at the start of a line look like a code block to some.
    return { markdown: codeSpan(spanText(rest.slice(run.length, taken - run.length))), taken };
  }
  return { markdown: '\\`'.repeat(run.length), taken: run.length };
}
