import type { Cell, Line } from './line.ts';

const WORDS =
  'abstract as async await break case catch class const continue def default delete do elif else enum except export extends false finally fn for from func function if impl import in interface is lambda let match mut new nil none None not null or package pass private pub public raise return self static struct super switch this throw true True False try type undefined use var void while with yield';
const KEYWORDS = new Set(WORDS.split(' '));
const TOKEN =
  /(?<comment>\/\/.*|#(?!!\[).*|--\s.*|\/\*.*?\*\/)|(?<string>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`(?:[^`\\]|\\.)*`)|(?<number>\b\d[\w.]*)|(?<word>[A-Za-z_$][\w$]*)/g;

/** A line of code with its comments, texts, numbers and keywords in colours; knows no language in particular. Pure. */
export function highlightCode(text: string): Line {
  const cells: Cell[] = [];
  let end = 0;
  for (const match of text.slice(0, 2000).matchAll(TOKEN)) {
    const look = lookOf(match);
    if (look === undefined) continue;
    if (match.index > end) cells.push({ text: text.slice(end, match.index) });
    cells.push({ text: match[0], look });
    end = match.index + match[0].length;
  }
  return end < text.length ? [...cells, { text: text.slice(end) }] : cells;
}

function lookOf({ groups, 0: text }: RegExpMatchArray): Cell['look'] {
  if (groups?.comment !== undefined) return 'dim';
  if (groups?.string !== undefined) return 'green';
  if (groups?.number !== undefined) return 'yellow';
  return KEYWORDS.has(text) ? 'magenta' : undefined;
}

/** A line of a diff by its first character. Pure. */
export function highlightDiff(text: string): Line {
  if (/^(?:diff |index |--- |\+\+\+ |new file|deleted file|similarity|rename )/.test(text))
    return [{ text, look: 'bold' }];
  if (text.startsWith('@@')) return [{ text, look: 'cyan' }];
  if (text.startsWith('+')) return [{ text, look: 'green' }];
  return text.startsWith('-') ? [{ text, look: 'red' }] : [{ text }];
}
