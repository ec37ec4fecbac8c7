import { describe, expect, test } from 'vitest';
import { needsTrust, trustText } from '../../src/cli/trust-text.ts';
import { loadCrew } from '../../src/language/load-crew.ts';
import { BUILTIN_CATALOG } from '../../src/tools/catalog.ts';

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

  test('only servers and modules need it', () => {
    const of = (kind: string) => ({ toolsets: [{ name: 'a', file: 'a', source: { kind } }] }) as never;
    expect(needsTrust(of('builtin'))).toBe(false);
    expect(needsTrust(of('mcp'))).toBe(true);
    expect(needsTrust(of('module'))).toBe(true);
  });
});
