import { describe, expect, test } from 'vitest';
import { loadCrew } from '../../src/language/load-crew.ts';
import { loadPolicies } from '../../src/language/load-policy.ts';
import { lowerMcpServer } from '../../src/language/lower-mcp-server.ts';
import { serverIdentity } from '../../src/language/server-identity.ts';
import { fc } from '../laws.ts';
import { CATALOG, sourceOf } from './catalog.ts';

const load = (...texts: readonly string[]) =>
  loadPolicies(
    texts.map((text, index) => ({ path: `${index}.yaml`, text })),
    CATALOG,
  );

describe('a policy', () => {
  test('says what its keys say, and each rule knows its place', () => {
    const { policy, diagnostics } = load(`default: deny
nonInteractive: deny
servers:
  mail: { mcp: { command: npx, args: [mail] }, trust: annotations }
  text: { module: ./text.js, sha256: ${'ab'.repeat(32)} }
rules:
  - deny: "*.delete*"
  - ask: { annotations: { destructiveHint: true } }
  - allow:
      tool: mail.send
      args:
        to: { in: [ada, bob] }
        url: { host: example.org }
        size: { max: 3 }
        path: { under: ./docs }
        subject: { eq: { deep: [1, null] } }
        name: { glob: "a*" }
        id: { regex: "[0-9]+" }
      others: allow
`);
    expect(diagnostics).toEqual([]);
    const mail = serverIdentity(lowerMcpServer({ command: 'npx', args: ['mail'], timeout: '5s' }));
    expect(policy).toEqual({
      default: 'deny',
      nonInteractive: 'deny',
      servers: {
        mail: { identity: mail, trust: 'annotations' },
        text: { identity: 'ab'.repeat(32), trust: 'none' },
      },
      rules: [
        { effect: 'deny', tool: '*.delete*', at: '0.yaml:7' },
        { effect: 'ask', tool: '*.*', annotations: { destructiveHint: true }, at: '0.yaml:8' },
        {
          effect: 'allow',
          tool: 'mail.send',
          args: {
            to: { kind: 'in', values: ['ada', 'bob'] },
            url: { kind: 'host', hosts: ['example.org'] },
            size: { kind: 'max', limit: 3 },
            path: { kind: 'under', folder: './docs' },
            subject: { kind: 'eq', value: { deep: [1, null] } },
            name: { kind: 'glob', pattern: 'a*' },
            id: { kind: 'regex', pattern: '[0-9]+' },
          },
          others: 'allow',
          at: '0.yaml:9',
        },
      ],
    });
  });

  test('that says nothing asks, waits and has no rules', () => {
    const nothing = { default: 'ask', nonInteractive: 'pause', servers: {}, rules: [] };
    for (const text of ['', '# later\n', '{}', 'version: 1', '\uFEFFrules: []']) {
      expect(load(text)).toEqual({ policy: nothing, leftOut: 0, diagnostics: [] });
    }
  });

  test.each(['- a\n', 'just text', '3'])('that is %j is refused', text => {
    expect(load(text).policy).toBeUndefined();
    expect(load(text).diagnostics[0]?.severity).toBe('error');
  });

  test('never throws, whatever its text is', () => {
    const words = fc.constantFrom(
      'rules:',
      '- ',
      'deny: ',
      'allow: ',
      '*.*',
      '{',
      '}',
      '\n',
      '  ',
      'args: ',
      'eq: ',
      'servers:',
      'a: ',
      '[',
      ']',
      '"',
      '&a ',
      '*a',
      'mcp: ',
      'null',
    );
    fc.assert(
      fc.property(fc.array(words, { maxLength: 30 }), parts => {
        const { policy, diagnostics } = load(parts.join(''));
        expect(policy === undefined).toBe(diagnostics.some(({ severity }) => severity === 'error'));
      }),
      { numRuns: 500 },
    );
  });
});

describe('the policies of a person and of a project together', () => {
  const mail = (trust: string) => `servers: { mail: { mcp: { command: npx }, trust: ${trust} } }\n`;

  test('have the rules of both, and the stricter of what each has once', () => {
    const { policy } = load(
      `${mail('none')}default: deny\nrules: [{ deny: mail.send }]`,
      'nonInteractive: deny\nrules: [{ allow: mail.* }]',
    );
    expect(policy).toMatchObject({ default: 'deny', nonInteractive: 'deny' });
    expect(policy?.rules.map(({ effect, tool, at }) => [effect, tool, at])).toEqual([
      ['deny', 'mail.send', '0.yaml:3'],
      ['allow', 'mail.*', '1.yaml:2'],
    ]);
  });

  test.each([
    ['another server', 'servers: { mail: { mcp: { command: evil } } }\n'],
    ['more trust', mail('annotations')],
  ])('keep a name of the person from standing for %s', (_, text) => {
    const { policy, diagnostics } = load(mail('none'), text);
    expect(policy).toBeUndefined();
    expect(diagnostics.map(({ code, range }) => [code, range.file])).toEqual([
      ['server-redefined', '1.yaml'],
    ]);
  });

  test('may say the same twice', () => {
    expect(load(mail('none'), mail('none')).diagnostics).toEqual([]);
  });

  test('show the mistakes of both, the first file first', () => {
    const { diagnostics } = load('rules: [{ deny: nope.x }]', 'default: maybe');
    expect(diagnostics.map(({ code, range }) => [code, range.file])).toEqual([
      ['unknown-toolset', '0.yaml'],
      ['invalid-value', '1.yaml'],
    ]);
  });
});

test('the rules of a crew come with their places, and a crew without rules has no word of them', () => {
  const crew = (policy: string) => `version: 1
crew: a
goal: b
tools: { git: builtin:git }
${policy}start: s
phases:
  s: { tool: git.log, next: done }
  done: { end: success }
`;
  const read = (text: string) =>
    loadCrew({ path: 'a.yaml', readSource: sourceOf({ 'a.yaml': text }), catalog: CATALOG }).crew;
  expect(read(crew('policy: [{ ask: git.* }]\n'))?.policy).toEqual([
    { effect: 'ask', tool: 'git.*', at: 'a.yaml:5' },
  ]);
  expect(Object.keys(read(crew('')) ?? {})).not.toContain('policy');
});

describe('a policy that nobody vouches for', () => {
  const OWN = `servers:
  mail: { mcp: { command: mail }, trust: annotations }
rules:
  - allow: files.read
`;
  const FOREIGN = `default: deny
nonInteractive: deny
servers:
  post: { mcp: { command: mail }, trust: annotations }
  evil: { mcp: { command: evil }, trust: annotations }
  shut: { mcp: { command: shut } }
rules:
  - allow: files.write
  - deny: "*.delete*"
  - ask: files.read
  - allow: mail.send
`;
  const narrowed = (own: string) =>
    loadPolicies(
      [
        { path: 'own.yaml', text: own },
        { path: 'foreign.yaml', text: FOREIGN, onlyNarrows: true },
      ],
      CATALOG,
    );

  test('denies and asks, but allows nothing and lets no server be believed', () => {
    const { policy, leftOut } = narrowed(OWN);
    expect(leftOut).toBe(3);
    expect(policy).toMatchObject({ default: 'deny', nonInteractive: 'deny' });
    expect(policy?.rules.map(({ effect, tool }) => `${effect} ${tool}`)).toEqual([
      'allow files.read',
      'deny *.delete*',
      'ask files.read',
    ]);
    const trust = Object.entries(policy?.servers ?? {}).map(([name, server]) => [name, server.trust]);
    expect(Object.fromEntries(trust)).toEqual({
      mail: 'annotations',
      post: 'annotations',
      evil: 'none',
      shut: 'none',
    });
  });

  test('puts no server of its own behind a name that a rule of the person allows', () => {
    const { policy, leftOut } = narrowed(`${OWN}  - allow: evil.send\n`);
    expect(policy?.rules.filter(({ tool }) => tool === 'evil.send')).toEqual([]);
    expect(leftOut).toBe(4);
  });

  test('leaves nothing out where it only narrows', () => {
    const files = [{ path: 'foreign.yaml', text: 'rules: [{ deny: files.write }]', onlyNarrows: true }];
    expect(loadPolicies(files, CATALOG)).toMatchObject({
      leftOut: 0,
      policy: { rules: [{ effect: 'deny' }] },
    });
  });
});
