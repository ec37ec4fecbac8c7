import { describe, expect, test } from 'vitest';
import { foreignRows } from '../../src/cli/foreign-lines.ts';
import { needsTrust, trustText } from '../../src/cli/trust-text.ts';
import { loadCrew } from '../../src/language/load-crew.ts';
import { displayWidth } from '../../src/reporters/display-width.ts';
import { sanitizeText } from '../../src/reporters/sanitize.ts';
import { BUILTIN_CATALOG } from '../../src/tools/catalog.ts';
import { fc } from '../laws.ts';

function textOf(tools: string, columns = 100): string {
  const yaml = `version: 1
crew: shown
goal: Show it.
tools:
${tools}
start: done
phases: { done: { end: success } }
`;
  const loaded = loadCrew({
    path: 'shown.crew.yaml',
    readSource: path => (path === 'shown.crew.yaml' ? yaml : undefined),
    catalog: BUILTIN_CATALOG,
  });
  const subject = { file: 'shown.crew.yaml', rows: [], workspace: '/nowhere', columns };
  return trustText(loaded, subject);
}

describe('what a person is shown of a crew file', () => {
  test('has the whole command, what it sees and where it is held', () => {
    const text =
      textOf(`  one: { mcp: { command: run me, args: ["-c", "rm -rf '$HOME'", ""], env: [B, A], cwd: ./x,
    variables: { LEVEL: "1 2" }, roots: true, sandbox: { fs: ["rw:./out"], net: host } } }`);
    expect(text.split('\n').slice(0, 8)).toEqual([
      'MCP server one',
      `  starts   "run me" -c "rm -rf '$HOME'" ""`,
      '  in       ./x',
      '  sees     HOME, PATH, SHELL, TERM, A, B',
      '  sets     LEVEL="1 2"',
      '  is told  the folder of the workspace',
      '  sandbox  rw:./out; the network of this machine',
      '  tools    not accepted yet',
    ]);
  });

  test('has addresses, headers, tokens and logins of remote servers, and shells', () => {
    const text =
      textOf(`  a: { mcp: { url: "https://mcp.example.com/mcp", headers: { X-Tenant: docs }, bearer_env: TOKEN } }
  b: { mcp: { url: "https://mcp.example.com/other", oauth: {} } }
  c: { builtin: shell, sandbox: { fs: [], net: none } }
  d: builtin:shell
  e: builtin:git`);
    for (const row of [
      'address  https://mcp.example.com/mcp',
      'sends    X-Tenant: docs',
      'token    the value of TOKEN',
      'logs in  with OAuth 2.1, as you',
      'sandbox  no files of yours; no network',
      'sandbox  none: it may do whatever you may do',
    ]) {
      expect(text).toContain(`\n  ${row}\n`);
    }
    expect(text).not.toContain('git');
  });

  test('has no row that the crew file made up: no control characters, no wrapped rows', () => {
    const arg = String.raw`"a\n  sandbox  all is well\u001b[2K\u202e${'x'.repeat(120)}  tools    harmless"`;
    const text = textOf(`  one: { mcp: { command: sh, args: [${arg}] } }`, 60);
    expect(text).not.toMatch(/\p{Cc}(?<!\n)|\u202e/u);
    const rows = text.split('\n');
    expect(rows.filter(row => /^ {2}(sandbox|tools) /.test(row))).toEqual([
      '  sandbox  none: it may do whatever you may do',
      '  tools    not accepted yet',
    ]);
    for (const row of rows) expect([...row].length <= 60 || row.startsWith('content')).toBe(true);
    expect(text.replaceAll('\n  │ ', '')).toContain('x'.repeat(120));
  });

  test('is wrapped between words, each row with its mark, and nothing is lost', () => {
    const words =
      'a tool that reads   every note of the folder and of all folders below it, whatever they hold';
    const rows = foreignRows(`${words}\n${'y'.repeat(100)} end`, 40);
    expect(rows.slice(0, 3)).toEqual([
      '  │ a tool that reads   every note of ',
      '  │ the folder and of all folders below ',
      '  │ it, whatever they hold',
    ]);
    for (const row of rows) expect(row).toMatch(/^ {2}│ .{1,36}$/);
    const said = rows.map(row => row.slice(4)).join('');
    expect(said).toBe(`${words}${'y'.repeat(100)} end`);
  });

  test('has the same words as the text, wherever rows break, and no row is wider', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 300 }), fc.integer({ min: 20, max: 80 }), (text, columns) => {
        const line = sanitizeText(text, { keepNewlines: false });
        const rows = foreignRows(line, columns);
        expect(rows.map(row => row.slice(4)).join('')).toBe(line.replaceAll('\t', '  ').trimEnd());
        for (const row of rows) {
          expect(row.startsWith('  │')).toBe(true);
          expect(displayWidth(row)).toBeLessThan(columns + 1);
        }
      }),
    );
  });

  test('only servers and modules need it', () => {
    const of = (kind: string) => ({ toolsets: [{ name: 'a', file: 'a', source: { kind } }] }) as never;
    expect(needsTrust(of('builtin'))).toBe(false);
    expect(needsTrust(of('mcp'))).toBe(true);
    expect(needsTrust(of('module'))).toBe(true);
  });
});
