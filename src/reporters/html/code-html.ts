import { escapeHtml } from './escape-html.ts';

const MAX_COLORED = 20_000;
const HASH_COMMENTS = new Set([
  'py',
  'python',
  'sh',
  'bash',
  'shell',
  'yaml',
  'yml',
  'toml',
  'ruby',
  'rb',
  'dockerfile',
]);
const KEYWORDS = new Set(
  'abstract and as async await break case catch class const continue def default defer del do elif else enum except export extends false final finally fn for from func function go if impl implements import in interface is lambda let match mod module mut new nil none null or package pass private protected pub public raise readonly return self static struct super switch this throw true try type undefined use var void while with yield'.split(
    ' ',
  ),
);
/** Every alternative ends wherever the text ends, so that looking for its end never fails and the whole stays linear. */
const TOKENS =
  /(?<comment>\/\/[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|#[^\n]*)|(?<string>"(?:[^"\\\n]|\\[^\n])*"?|'(?:[^'\\\n]|\\[^\n])*'?|`(?:[^`\\]|\\[\s\S])*`?)|(?<number>\b\d[\w.]*)|(?<word>[A-Za-z_$][\w$]*)/g;

/** Code in a block, lightly coloured: comments, strings, numbers, words that languages share; a change by its lines. Pure. */
export function codeHtml(text: string, language: string): string {
  if (language === 'diff' || language === 'patch' || isDiff(text)) return diffHtml(text);
  const isPlain = language === '' || language === 'text' || language === 'txt' || language === 'markdown';
  const body = isPlain ? escapeHtml(text) : colored(text, language);
  return `<pre class="code"><code>${body}</code></pre>`;
}

/** Whether a text is a change in the unified format. Pure. */
export function isDiff(text: string): boolean {
  return /^(?:diff --git |@@ -\d)/m.test(text.slice(0, 2000));
}

function colored(text: string, language: string): string {
  const part = text.slice(0, MAX_COLORED);
  const hasHashComments = HASH_COMMENTS.has(language.toLowerCase());
  let html = '';
  let end = 0;
  for (const match of part.matchAll(TOKENS)) {
    const [token] = match;
    const style = styleOf(match, hasHashComments);
    if (style === undefined) continue;
    html += `${escapeHtml(part.slice(end, match.index))}<span class="${style}">${escapeHtml(token)}</span>`;
    end = match.index + token.length;
  }
  return html + escapeHtml(text.slice(end));
}

function styleOf({ 0: token, groups = {} }: RegExpMatchArray, hasHashComments: boolean): string | undefined {
  if (groups.comment !== undefined) return token.startsWith('#') && !hasHashComments ? undefined : 'c';
  if (groups.string !== undefined) return 's';
  if (groups.number !== undefined) return 'n';
  return KEYWORDS.has(token) ? 'k' : undefined;
}

function diffHtml(text: string): string {
  const lines = text.split('\n').map(line => `<span class="${lineStyle(line)}">${escapeHtml(line)}\n</span>`);
  return `<pre class="code diff"><code>${lines.join('')}</code></pre>`;
}

function lineStyle(line: string): string {
  if (/^(?:diff --git|index |--- |\+\+\+ |new file|deleted file|similarity|rename )/.test(line))
    return 'meta';
  if (line.startsWith('@@')) return 'hunk';
  if (line.startsWith('+')) return 'add';
  return line.startsWith('-') ? 'del' : 'ctx';
}
