import { expect, it } from 'vitest';
import type { ArgumentMatcher } from '../../src/model/policy.ts';
import { type Call, decide, type ShortRule } from './call.ts';

type Row = readonly [title: string, call: Call, consent: 'allow' | 'ask' | 'deny'];

const eq = (value: never): ArgumentMatcher => ({ kind: 'eq', value });
const oneOf = (...values: never[]): ArgumentMatcher => ({ kind: 'in', values });
const under = (folder: string): ArgumentMatcher => ({ kind: 'under', folder });
const glob = (pattern: string): ArgumentMatcher => ({ kind: 'glob', pattern });
const regex = (pattern: string): ArgumentMatcher => ({ kind: 'regex', pattern });
const host = (...hosts: string[]): ArgumentMatcher => ({ kind: 'host', hosts });
const max = (limit: number): ArgumentMatcher => ({ kind: 'max', limit });

/** One user's rule on one argument `a` of `mail.send`. */
const allowA = (matcher: ArgumentMatcher, others?: 'allow' | 'deny'): readonly ShortRule[] => [
  ['allow', 'post.send', { args: { a: matcher }, ...(others ? { others } : {}) }],
];
const denyA = (matcher: ArgumentMatcher): readonly ShortRule[] => [
  ['deny', 'post.send', { args: { a: matcher } }],
];
const send = (a: unknown, user: readonly ShortRule[], more: Partial<Call> = {}): Call => ({
  tool: 'mail.send',
  args: { a } as never,
  user,
  ...more,
});

const ARGUMENTS: readonly Row[] = [
  ['eq', send('x', allowA(eq('x' as never))), 'allow'],
  ['eq of another value', send('y', allowA(eq('x' as never))), 'ask'],
  ['eq of another type', send('1', allowA(eq(1 as never))), 'ask'],
  ['eq of 1.0 and 1', send(JSON.parse('1.0'), allowA(eq(1 as never))), 'allow'],
  ['eq of 0 and -0', send(-0, allowA(eq(0 as never))), 'allow'],
  ['eq of null and nothing', { ...send(null, allowA(eq(null as never))), args: {} }, 'ask'],
  [
    'eq of a number that JSON rounds',
    send(JSON.parse('9007199254740993'), allowA(eq(JSON.parse('9007199254740992') as never))),
    'ask',
  ],
  [
    'deny of a number that JSON rounds',
    send(JSON.parse('9007199254740993'), denyA(eq(JSON.parse('9007199254740992') as never))),
    'deny',
  ],
  ['eq of too large a number', send(JSON.parse('1e400'), allowA(eq(null as never))), 'ask'],
  ['eq of objects in another order', send({ c: 1, b: [2] }, allowA(eq({ b: [2], c: 1 } as never))), 'allow'],
  ['eq of a decomposed text', send('cafe\u0301', allowA(eq('caf\u00e9' as never))), 'allow'],
  ['eq of a look-alike', send('аdmin', denyA(eq('admin' as never))), 'ask'],
  ['in', send(2, allowA(oneOf(1 as never, 2 as never))), 'allow'],
  ['not in', send(3, allowA(oneOf(1 as never, 2 as never))), 'ask'],
  ['in, each item of a list', send(['a', 'b'], allowA(oneOf('a' as never, 'b' as never))), 'allow'],
  ['in, one item is not', send(['a', 'c'], allowA(oneOf('a' as never, 'b' as never))), 'ask'],
  ['deny when one item of a list is', send(['c', 'a'], denyA(eq('a' as never))), 'deny'],
  ['allow of an empty list', send([], allowA(oneOf('a' as never))), 'ask'],
  ['max', send(5, allowA(max(5))), 'allow'],
  ['over max', send(5.000001, allowA(max(5))), 'ask'],
  ['max of a text', send('4', allowA(max(5))), 'ask'],
  ['deny by max of a text', send('4', denyA(max(5))), 'deny'],
  ['max of infinity', send(JSON.parse('1e999'), allowA(max(5))), 'ask'],
  ['glob', send('docs/a.md', allowA(glob('docs/*.md'))), 'allow'],
  ['glob is anchored', send('x/docs/a.md', allowA(glob('docs/*.md'))), 'ask'],
  ['a star stops at a slash', send('docs/b/a.md', allowA(glob('docs/*.md'))), 'ask'],
  ['two stars do not', send('docs/b/a.md', allowA(glob('docs/**.md'))), 'allow'],
  ['a glob does not go up', send('docs/../../etc/x.md', allowA(glob('docs/**.md'))), 'ask'],
  ['a glob does not hide a way up from deny', send('docs/../x.md', denyA(glob('docs/**'))), 'deny'],
  ['a glob is no regular expression', send('docs/aXmd', allowA(glob('docs/a.md'))), 'ask'],
  ['a glob over lines', send('ls\nrm -rf /', allowA(glob('ls*'))), 'ask'],
  ['regex', send('AB-12', allowA(regex('[A-Z]+-[0-9]+'))), 'allow'],
  ['a regex means the whole text', send('x AB-12', allowA(regex('[A-Z]+-[0-9]+'))), 'ask'],
  ['a regex ends at the end, not at a line', send('AB-12\nrm', allowA(regex('[A-Z]+-[0-9]+$'))), 'ask'],
  ['a broken regex allows nothing', send('(', allowA(regex('('))), 'ask'],
  ['a broken regex lets nothing past', send('(', denyA(regex('('))), 'deny'],
  ['host', send('https://api.example.org/x?y#z', allowA(host('api.example.org'))), 'allow'],
  ['another host', send('https://example.org', allowA(host('api.example.org'))), 'ask'],
  ['a host below', send('https://a.b.example.org', allowA(host('*.example.org'))), 'allow'],
  ['the host itself is not below', send('https://example.org', allowA(host('*.example.org'))), 'ask'],
  ['a host that ends alike', send('https://badexample.org', allowA(host('*.example.org'))), 'ask'],
  ['under', send('work/a', allowA(under('./work'))), 'allow'],
  ['under, the folder itself', send('./work/', allowA(under('work'))), 'allow'],
  ['not under', send('other/a', allowA(under('./work'))), 'ask'],
  ['a folder that begins alike', send('workshop/a', allowA(under('./work'))), 'ask'],
  ['an absolute path under', send('/work/work/a', allowA(under('./work'))), 'allow'],
  ['another argument', { ...send('x', allowA(eq('x' as never))), args: { a: 'x', b: 1 } }, 'ask'],
  [
    'another argument with others: allow',
    { ...send('x', allowA(eq('x' as never), 'allow')), args: { a: 'x', b: 1 } },
    'allow',
  ],
  [
    'another argument that is empty',
    { ...send('x', allowA(eq('x' as never))), args: { a: 'x', b: {} } },
    'ask',
  ],
  ['the argument is not there', { ...send('x', allowA(eq('x' as never), 'allow')), args: { b: 1 } }, 'ask'],
  [
    'another argument is no way around a deny',
    { ...send('x', denyA(eq('x' as never))), args: { a: 'x', b: 1 } },
    'deny',
  ],
  [
    'deny with others: deny',
    {
      ...send('x', []),
      args: { a: 'x', b: 1 },
      user: [['deny', 'post.send', { args: { a: eq('x' as never) }, others: 'deny' }]],
    },
    'ask',
  ],
  [
    'args: {} means no arguments',
    { tool: 'mail.send', args: { a: 1 }, user: [['allow', 'post.send', { args: {} }]] },
    'ask',
  ],
  ['args: {} and no arguments', { tool: 'mail.send', user: [['allow', 'post.send', { args: {} }]] }, 'allow'],
  [
    'a member of an argument',
    {
      tool: 'mail.send',
      args: { m: { to: 'x' } },
      user: [['allow', 'post.send', { args: { 'm.to': eq('x' as never) } }]],
    },
    'allow',
  ],
  [
    'another member of an argument',
    {
      tool: 'mail.send',
      args: { m: { to: 'x', cc: 'y' } },
      user: [['allow', 'post.send', { args: { 'm.to': eq('x' as never) } }]],
    },
    'ask',
  ],
  [
    'a member of each item',
    {
      tool: 'mail.send',
      args: { m: [{ to: 'x' }, { to: 'z' }] },
      user: [['allow', 'post.send', { args: { 'm.to': eq('x' as never) } }]],
    },
    'ask',
  ],
  [
    'a deny of a member of one item',
    {
      tool: 'mail.send',
      args: { m: [{ to: 'x' }, { to: 'z' }] },
      user: [['deny', 'post.send', { args: { 'm.to': eq('z' as never) } }]],
    },
    'deny',
  ],
  [
    'a key with a dot and a member of the same name',
    {
      tool: 'mail.send',
      args: { 'm.to': 'x', m: { to: 'y' } },
      user: [['allow', 'post.send', { args: { 'm.to': eq('x' as never) } }]],
    },
    'ask',
  ],
  [
    'arguments named like a prototype',
    { tool: 'mail.send', args: JSON.parse('{"__proto__":{"a":"x"}}'), user: allowA(eq('x' as never)) },
    'ask',
  ],
  [
    'a rule on __proto__',
    {
      tool: 'mail.send',
      args: JSON.parse('{"__proto__":"x"}'),
      user: [['deny', 'post.send', { args: JSON.parse('{"__proto__":{"kind":"eq","value":"x"}}') }]],
    },
    'deny',
  ],
  [
    'a rule on constructor',
    { tool: 'mail.send', args: {}, user: [['allow', 'post.send', { args: { constructor: glob('**') } }]] },
    'ask',
  ],
];

const TRAPS: readonly Row[] = [
  ['a pattern that V8 would be at for years', send(`${'a'.repeat(50_000)}!`, allowA(regex('(a+)+'))), 'ask'],
  ['the same in a deny', send(`${'a'.repeat(50_000)}!`, denyA(regex('(a+)+'))), 'ask'],
  ['a text that is too long to be looked at', send('a'.repeat(100_001), allowA(regex('a*'))), 'ask'],
  ['the same is not let past a deny', send('b'.repeat(100_001), denyA(regex('a*'))), 'deny'],
  ['a glob of many stars', send('a'.repeat(10_000), allowA(glob(`${'a*'.repeat(50)}b`))), 'ask'],
  ['half a character', send('\ud800', allowA(regex('.'))), 'ask'],
];

it.each([...ARGUMENTS, ...TRAPS])('consent: %s', (_title, call, consent) => {
  expect(decide(call).consent).toBe(consent);
});
