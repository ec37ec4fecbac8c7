import { expect, test } from 'vitest';
import type { Diagnostic } from '../../src/model/diagnostic.ts';
import { formatDiagnosticsJson } from '../../src/reporters/diagnostics-json.ts';
import { countDiagnostics, formatDiagnostics } from '../../src/reporters/diagnostics-text.ts';

function at(text: string, word: string, row: Partial<Diagnostic> = {}): Diagnostic {
  const offset = text.indexOf(word);
  const line = text.slice(0, offset).split('\n').length;
  const column = offset - text.lastIndexOf('\n', offset - 1);
  const start = { line, column, offset };
  const end = { line, column: column + word.length, offset: offset + word.length };
  return {
    code: 'unknown-role',
    severity: 'error',
    range: { file: 'a.yaml', start, end },
    message: 'No',
    ...row,
  };
}

function format(text: string, rows: readonly Diagnostic[], color = false): string {
  return formatDiagnostics(rows, new Map([['a.yaml', text]]), { color });
}

test('a diagnostic is drawn as headline, place, line, caret and hint', () => {
  const text = 'roles:\n  a: 1\n  transitions: { author: [critc] }\n';
  const row = at(text, 'critc', {
    message: '`critc` is not a role of this crew',
    hint: 'did you mean `critic`?',
  });
  expect(format(text, [row])).toBe(
    [
      'error[unknown-role]: `critc` is not a role of this crew',
      '  --> a.yaml:3:27',
      '    3 |   transitions: { author: [critc] }',
      '      |                           ^^^^^ did you mean `critic`?',
      '',
      '1 error',
      '',
    ].join('\n'),
  );
});

function caretLine(text: string, word: string): { readonly source: string; readonly caret: string } {
  const [, , source = '', caret = ''] = format(text, [at(text, word)]).split('\n');
  return { source, caret };
}

test('tabs before the word keep the caret right', () => {
  const { source, caret } = caretLine('a:\t\tbad', 'bad');
  expect(caret.indexOf('^')).toBe(source.indexOf('bad'));
});

test('wide characters count as two columns', () => {
  const { source, caret } = caretLine('世界: bad', 'bad');
  expect(caret.indexOf('^')).toBe(source.indexOf('bad') + 2);
  expect(caretLine('a: 世界', '世界').caret.trimEnd().endsWith(' ^^^^')).toBe(true);
});

test('control characters of the author are shown as escapes and move the caret', () => {
  const { source, caret } = caretLine('a: \u001b[31m bad', 'bad');
  expect(source).not.toContain('\u001b');
  expect(caret.indexOf('^')).toBe(source.indexOf('bad'));
  const shown = format('x', [at('x', 'x', { message: 'the text \u001b]0;x\u0007', hint: '\u202e' })]);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that there are none is the point.
  expect(shown).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
});

test('a long line is shown around the word', () => {
  const text = `a: ${'x'.repeat(5000)} bad ${'y'.repeat(5000)}`;
  const { source, caret } = caretLine(text, 'bad');
  expect(source.length).toBeLessThan(200);
  expect(caret.indexOf('^')).toBe(source.indexOf('bad'));
});

test('a range of several lines is marked on its first', () => {
  const text = 'a: one\n  two\n';
  expect(format(text, [at(text, 'one\n  two')])).toContain('    1 | a: one\n      |    ^^^\n');
});

test('secrets are masked in every frame', () => {
  const text = 'a: hunter2, b: x';
  const rows = [at(text, 'hunter2', { code: 'secret-in-file' }), at(text, 'x')];
  expect(format(text, rows)).not.toContain('hunter2');
});

test('CRLF and an end of file without a newline are drawn', () => {
  expect(format('a: bad\r\nb: 1', [at('a: bad\r\nb: 1', 'bad')])).toContain('    1 | a: bad\n');
  expect(format('a', [at('a', '')])).toContain('^');
});

test('without the text there is no frame, but the hint', () => {
  const row = at('a', 'a', { hint: 'Look again' });
  expect(formatDiagnostics([row], new Map(), { color: false })).toContain('      = Look again\n');
});

test('colour is only there when it is asked for', () => {
  expect(format('a', [at('a', 'a')], true)).toContain('\u001b[31m');
  expect(format('a', [at('a', 'a')], false)).not.toContain('\u001b');
});

test('the summary counts each severity', () => {
  const row = (severity: Diagnostic['severity']): Diagnostic => at('a', 'a', { severity });
  expect(countDiagnostics([row('warning'), row('error'), row('error'), row('info')])).toBe(
    '2 errors, 1 warning, 1 note',
  );
  expect(format('a', [])).toBe('');
});

test('JSON is one document with the diagnostics as they are', () => {
  const row = at('a', 'a');
  expect(JSON.parse(formatDiagnosticsJson([row]))).toEqual({ version: 1, diagnostics: [row] });
});
