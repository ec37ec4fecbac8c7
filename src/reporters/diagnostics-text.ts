import type { Diagnostic, Severity } from '../model/diagnostic.ts';
import { displayWidth } from './display-width.ts';
import { paint, type Style } from './paint.ts';
import { sanitizeText } from './sanitize.ts';

const STYLES = { error: 'red', warning: 'yellow', info: 'blue' } as const satisfies Record<Severity, Style>;
const GUTTER = 5;
const LONGEST_LINE = 160;
const BEFORE_CARET = 60;
const SECRET_CODE = 'secret-in-file';

/**
 * Draws diagnostics for people, in the order given: a headline, the place, the line with a caret frame, the hint, and
 * at the end one line of counts. `sources` holds the text of each file; without it the frame is left out. Secrets that
 * diagnostics point at are masked, and control characters are shown as escapes. Empty without diagnostics. Pure.
 */
export function formatDiagnostics(
  diagnostics: readonly Diagnostic[],
  sources: ReadonlyMap<string, string>,
  options: { readonly color: boolean },
): string {
  if (diagnostics.length === 0) return '';
  const shown = maskSecrets(diagnostics, sources);
  const blocks = diagnostics.map(diagnostic => formatOne(diagnostic, shown, options.color));
  return `${blocks.join('\n')}\n${countDiagnostics(diagnostics)}\n`;
}

/** Says how many diagnostics there are, such as `2 errors, 1 warning`. Pure. */
export function countDiagnostics(diagnostics: readonly Diagnostic[]): string {
  const severities: readonly Severity[] = ['error', 'warning', 'info'];
  const counts = severities.map(severity => {
    const count = diagnostics.filter(row => row.severity === severity).length;
    const word = severity === 'info' ? 'note' : severity;
    return count === 0 ? '' : `${count} ${word}${count === 1 ? '' : 's'}`;
  });
  return counts.filter(text => text !== '').join(', ');
}

function maskSecrets(
  diagnostics: readonly Diagnostic[],
  sources: ReadonlyMap<string, string>,
): ReadonlyMap<string, string> {
  const shown = new Map(sources);
  for (const { code, range } of diagnostics) {
    const text = shown.get(range.file);
    if (code !== SECRET_CODE || text === undefined) continue;
    const { start, end } = range;
    const secret = text.slice(start.offset, end.offset);
    const mask = secret.replace(/[^\r\n]/g, '*');
    shown.set(range.file, text.slice(0, start.offset) + mask + text.slice(end.offset));
  }
  return shown;
}

function formatOne(diagnostic: Diagnostic, sources: ReadonlyMap<string, string>, color: boolean): string {
  const { code, severity, range, message, hint } = diagnostic;
  const style = STYLES[severity];
  const line = (text: string): string => sanitizeText(text, { keepNewlines: false });
  const headline = `${paint(`${severity}[${code}]`, style, color)}: ${paint(line(message), 'bold', color)}`;
  const place = `${line(range.file)}:${range.start.line}:${range.start.column}`;
  const rows = [headline, `${' '.repeat(GUTTER - 3)}${paint('-->', 'dim', color)} ${place}`];
  const text = sources.get(range.file);
  const frame = text === undefined || text === '' ? undefined : drawFrame(text, diagnostic);
  const advice = hint === undefined ? '' : line(hint);
  if (frame) {
    const bar = paint('|', 'dim', color);
    const number = paint(String(range.start.line).padStart(GUTTER), 'dim', color);
    const caret = paint(`${frame.caret}${advice === '' ? '' : ` ${advice}`}`, style, color);
    rows.push(`${number} ${bar} ${frame.source}`.trimEnd());
    rows.push(`${' '.repeat(GUTTER)} ${bar} ${frame.indent}${caret}`);
  } else if (advice !== '') {
    rows.push(`${' '.repeat(GUTTER)} ${paint('=', 'dim', color)} ${advice}`);
  }
  return `${rows.join('\n')}\n`;
}

interface Frame {
  readonly source: string;
  readonly indent: string;
  readonly caret: string;
}

function drawFrame(text: string, { range }: Diagnostic): Frame {
  const { start, end } = range;
  const lineStart = start.offset === 0 ? 0 : text.lastIndexOf('\n', start.offset - 1) + 1;
  const newline = text.indexOf('\n', start.offset);
  const lineEnd = newline === -1 ? text.length : newline;
  const whole = text.slice(lineStart, lineEnd).replace(/\r$/, '');
  const column = Math.min(start.offset - lineStart, whole.length);
  const cut = whole.length > LONGEST_LINE ? Math.max(0, column - BEFORE_CARET) : 0;
  const before = (cut > 0 ? '…' : '') + visible(whole.slice(cut, column));
  const rest = whole.slice(column, cut + LONGEST_LINE);
  const after = visible(rest) + (cut + LONGEST_LINE < whole.length ? '…' : '');
  const length = Math.max(1, Math.min(end.offset, lineStart + whole.length) - start.offset);
  const marked = displayWidth(visible(rest.slice(0, length)).trimEnd());
  return {
    source: before + after,
    indent: ' '.repeat(displayWidth(before)),
    caret: '^'.repeat(Math.max(1, marked)),
  };
}

/** A tab is drawn as two spaces, so that the caret stands right on every terminal. */
function visible(text: string): string {
  return sanitizeText(text.replaceAll('\t', '  '), { keepNewlines: false });
}
