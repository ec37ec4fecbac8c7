import { describe, expect, it } from 'vitest';
import type { ToolSpec } from '../../src/model/tool-spec.ts';
import { decideConsent } from '../../src/policy/consent.ts';
import { DEFAULT_POLICY } from '../../src/policy/default-policy.ts';
import { type Call, decide, requestOf, rulesOf, type ShortRule, TOOLSETS } from './call.ts';

type Row = readonly [title: string, call: Call, consent: 'allow' | 'ask' | 'deny'];

const ALLOW_WORK: readonly ShortRule[] = [
  ['allow', 'post.send', { args: { a: { kind: 'under', folder: './work' } } }],
];

const DEFAULTS: readonly Row[] = [
  ['a built-in that changes nothing', { tool: 'git.diff' }, 'allow'],
  ['a built-in that changes something', { tool: 'files.write' }, 'ask'],
  ['a module that says it changes nothing', { tool: 'text.count' }, 'ask'],
  ['a server', { tool: 'mail.send' }, 'ask'],
  [
    'a server that says it changes nothing',
    { tool: 'mail.read', annotations: { readOnlyHint: true } },
    'ask',
  ],
  [
    'a trusted server that says it changes nothing',
    { tool: 'web.get', annotations: { readOnlyHint: true } },
    'allow',
  ],
  ['a trusted server that says nothing', { tool: 'web.get' }, 'ask'],
  ['what is granted', { tool: 'files.write', grants: ['files.write'] }, 'allow'],
  ['what is granted with its toolset', { tool: 'files.write', grants: ['files.*'] }, 'allow'],
  ['what is granted with everything', { tool: 'mail.send', grants: ['*.*'] }, 'allow'],
  [
    'what another grant is near to',
    { tool: 'files.write', grants: ['files.writ', 'file.*', 'files', '*'] },
    'ask',
  ],
  ['a default of deny', { tool: 'files.write', policy: { default: 'deny' } }, 'deny'],
  [
    'a default of deny, granted',
    { tool: 'files.write', policy: { default: 'deny' }, grants: ['*.*'] },
    'deny',
  ],
  ['a default of deny, read only', { tool: 'git.diff', policy: { default: 'deny' } }, 'allow'],
  [
    'a default of deny, allowed',
    { tool: 'mail.send', policy: { default: 'deny' }, user: [['allow', 'post.send']] },
    'allow',
  ],
  ['words of an untrusted phase', { tool: 'git.diff', taint: 'fetch' }, 'deny'],
  [
    'words of an untrusted phase, allowed',
    { tool: 'mail.send', taint: 'fetch', user: [['allow', 'post.*']], grants: ['*.*'] },
    'deny',
  ],
];

const ORDER: readonly Row[] = [
  [
    'deny over ask and allow',
    {
      tool: 'mail.send',
      user: [
        ['allow', 'post.*'],
        ['ask', 'post.*'],
        ['deny', 'post.s*'],
      ],
    },
    'deny',
  ],
  [
    'ask over allow',
    {
      tool: 'mail.send',
      user: [
        ['allow', 'post.send'],
        ['ask', '*.*'],
      ],
    },
    'ask',
  ],
  ['allow over the default', { tool: 'mail.send', user: [['allow', 'post.send']] }, 'allow'],
  ['ask over what changes nothing', { tool: 'git.diff', user: [['ask', 'git.*']] }, 'ask'],
  ['deny over what changes nothing', { tool: 'git.diff', user: [['deny', 'git.diff']] }, 'deny'],
  [
    'deny over a grant',
    { tool: 'mail.send', user: [['deny', 'post.send']], grants: ['*.*', 'mail.send'] },
    'deny',
  ],
  ['a grant over ask', { tool: 'mail.send', user: [['ask', 'post.send']], grants: ['mail.send'] }, 'allow'],
  [
    'a rule for something else',
    {
      tool: 'mail.send',
      user: [
        ['allow', 'post.read'],
        ['deny', 'post.sen'],
      ],
    },
    'ask',
  ],
  ['a wildcard in the middle', { tool: 'mail.send_all_now', user: [['allow', 'post.s*all*w']] }, 'allow'],
  [
    'a wildcard never stands for less than nothing',
    { tool: 'mail.aba', user: [['allow', 'post.ab*ba']] },
    'ask',
  ],
  ['a wildcard goes over dots of the tool', { tool: 'mail.box.delete', user: [['deny', 'post.*']] }, 'deny'],
  ['a wildcard for all toolsets', { tool: 'mail.delete_all', user: [['deny', '*.delete*']] }, 'deny'],
];

const CREW: readonly Row[] = [
  ['a crew that allows does not', { tool: 'mail.send', crew: [['allow', 'mail.*']] }, 'ask'],
  ['a crew that asks about what changes nothing', { tool: 'git.diff', crew: [['ask', 'git.*']] }, 'ask'],
  ['a crew that denies', { tool: 'git.diff', crew: [['deny', 'git.*']] }, 'deny'],
  [
    'a crew that denies what the user allows',
    { tool: 'mail.send', user: [['allow', 'post.*']], crew: [['deny', 'mail.send']] },
    'deny',
  ],
  [
    'a crew that asks what the user allows',
    { tool: 'mail.send', user: [['allow', 'post.*']], crew: [['ask', 'mail.*']] },
    'ask',
  ],
  [
    'a crew that allows what the user denies',
    { tool: 'mail.send', user: [['deny', 'post.*']], crew: [['allow', 'mail.*']] },
    'deny',
  ],
  [
    'a crew that asks, granted',
    { tool: 'mail.send', crew: [['ask', 'mail.*']], grants: ['mail.send'] },
    'allow',
  ],
  ['a crew that denies, granted', { tool: 'mail.send', crew: [['deny', 'mail.*']], grants: ['*.*'] }, 'deny'],
  ['rules of a crew mean its own alias', { tool: 'vcs.diff', crew: [['deny', 'git.diff']] }, 'allow'],
  [
    'a crew that speaks of something else narrows nothing',
    { tool: 'git.diff', crew: [['deny', 'files.*']] },
    'allow',
  ],
];

const NAMES: readonly Row[] = [
  ['a built-in under another alias', { tool: 'vcs.diff', user: [['deny', 'git.diff']] }, 'deny'],
  ['an alias is no name of the user', { tool: 'mail.send', user: [['allow', 'mail.send']] }, 'ask'],
  ['an alias that looks like a built-in', { tool: 'vcs.diff', user: [['deny', 'vcs.diff']] }, 'allow'],
  ['a server of another identity', { tool: 'mail.send', user: [['allow', 'net.send']] }, 'ask'],
  ['a module by its name', { tool: 'text.count', user: [['allow', 'words.count']] }, 'allow'],
  [
    'a server that nobody named, by a wildcard',
    { tool: 'mail.send', user: [['deny', 'p*.send']], policy: { servers: {} } },
    'ask',
  ],
  [
    'a server that nobody named, by all',
    { tool: 'mail.send', user: [['deny', '*.send']], policy: { servers: {} } },
    'deny',
  ],
  ['a Cyrillic look-alike of a tool', { tool: 'mail.sеnd', user: [['allow', 'post.send']] }, 'ask'],
  ['another case', { tool: 'mail.Send', user: [['allow', 'post.send']] }, 'ask'],
  ['full-width letters', { tool: 'mail.ｓｅｎｄ', user: [['allow', 'post.send']] }, 'ask'],
  ['a zero-width space', { tool: 'mail.send\u200b', user: [['allow', 'post.send']] }, 'ask'],
  ['a ligature', { tool: 'mail.ﬁle', user: [['allow', 'post.file']] }, 'ask'],
  [
    'a composed and a decomposed letter',
    { tool: 'mail.cafe\u0301', user: [['allow', 'post.caf\u00e9']] },
    'allow',
  ],
  ['the name of a prototype', { tool: 'mail.constructor', user: [['allow', 'post.toString']] }, 'ask'],
];

const HINTS: readonly Row[] = [
  [
    'no hint is destructive',
    { tool: 'web.put', user: [['deny', '*.*', { annotations: { destructiveHint: true } }]] },
    'deny',
  ],
  [
    'the word of nobody is destructive',
    {
      tool: 'mail.put',
      annotations: { destructiveHint: false },
      user: [['deny', '*.*', { annotations: { destructiveHint: true } }]],
    },
    'deny',
  ],
  [
    'the word of a trusted server',
    {
      tool: 'web.put',
      annotations: { destructiveHint: false },
      user: [['deny', '*.*', { annotations: { destructiveHint: true } }]],
    },
    'ask',
  ],
  [
    'what changes nothing destroys nothing',
    {
      tool: 'web.put',
      annotations: { readOnlyHint: true, destructiveHint: true },
      user: [['deny', '*.*', { annotations: { destructiveHint: true } }]],
    },
    'allow',
  ],
  [
    'an allow by a hint that nobody vouches for',
    {
      tool: 'mail.put',
      annotations: { idempotentHint: true },
      user: [['allow', 'post.*', { annotations: { idempotentHint: true } }]],
    },
    'ask',
  ],
  [
    'an allow by a hint of a trusted server',
    {
      tool: 'web.put',
      annotations: { idempotentHint: true },
      user: [['allow', 'net.*', { annotations: { idempotentHint: true } }]],
    },
    'allow',
  ],
  [
    'an absent hint reaches the open world',
    { tool: 'web.put', user: [['deny', '*.*', { annotations: { openWorldHint: true } }]] },
    'deny',
  ],
  [
    'a built-in that writes and does not say that it keeps what is there is destructive',
    { tool: 'files.write', user: [['deny', '*.*', { annotations: { destructiveHint: true } }]] },
    'deny',
  ],
  [
    'a module that says it reads',
    { tool: 'text.count', user: [['deny', '*.*', { annotations: { readOnlyHint: false } }]] },
    'deny',
  ],
];

const TABLES = { DEFAULTS, ORDER, CREW, NAMES, HINTS };

describe.each(Object.entries(TABLES))('consent: %s', (_, rows) => {
  it.each(rows)('%s', (_title, call, consent) => {
    expect(decide(call).consent).toBe(consent);
  });
});

describe('a decision', () => {
  it('names the rule and its place', () => {
    const decision = decide({
      tool: 'mail.send',
      user: [
        ['allow', '*.*'],
        ['deny', 'post.s*'],
      ],
    });
    expect(decision).toMatchObject({
      consent: 'deny',
      reason: 'a rule of your policy denies it',
      rule: { text: 'deny: post.s*', at: 'crew.policy.yaml:2' },
    });
  });

  it('says when the crew is stricter than the user', () => {
    const decision = decide({ tool: 'git.diff', crew: [['ask', 'git.*']] });
    expect(decision).toMatchObject({ reason: 'a rule of the crew wants a person to be asked' });
  });

  it('asks for the real places of paths and folders before it decides by them', () => {
    const request = requestOf({ tool: 'mail.send', args: { a: ['a', 'b/c'] }, user: ALLOW_WORK });
    expect(decideConsent(request)).toMatchObject({ consent: 'resolve', paths: ['a', 'b/c', './work'] });
    expect(decideConsent({ ...request, places: {} })).toMatchObject({ consent: 'ask' });
  });

  it('looks for a path of a server where the server works', () => {
    const user: readonly ShortRule[] = [
      ['allow', 'sub.write', { args: { path: { kind: 'under', folder: './work' } } }],
    ];
    const request = requestOf({ tool: 'sub.write', args: { path: 'a' }, user });
    expect(decideConsent(request)).toMatchObject({ paths: ['inner/a', './work'] });
  });

  it('asks for no places that cannot change it', () => {
    const rules = ALLOW_WORK;
    expect(decideConsent(requestOf({ tool: 'mail.read', args: { a: 'x' }, user: rules })).consent).toBe(
      'ask',
    );
    expect(decideConsent(requestOf({ tool: 'mail.send', args: { b: 'x' }, user: rules })).consent).toBe(
      'ask',
    );
  });

  it('is that of before there were policies, by default', () => {
    const programs = [{ toolsets: TOOLSETS }];
    const request = (tool: string) => ({ ...requestOf({ tool }), programs, policy: DEFAULT_POLICY });
    expect(decideConsent(request('git.diff')).consent).toBe('allow');
    expect(decideConsent(request('text.count')).consent).toBe('ask');
    expect(decideConsent(request('files.write')).consent).toBe('ask');
  });
});

describe('a crew inside a crew', () => {
  const inner = { toolsets: { g: 'git', w: { module: 'w.js', sha256: 'w' } } } as const;
  const request = (outer: readonly ShortRule[], own: readonly ShortRule[] = []) => ({
    ...requestOf({ tool: 'git.diff' }),
    spec: { name: 'g.diff', description: '', inputSchema: true, readOnly: true },
    programs: [
      { toolsets: TOOLSETS, policy: rulesOf(outer) },
      { ...inner, policy: rulesOf(own) },
    ],
  });

  it('is narrowed by the rules around it, whatever its aliases are', () => {
    expect(decideConsent(request([['deny', 'vcs.*']])).consent).toBe('deny');
    expect(decideConsent(request([['deny', 'g.*']])).consent).toBe('allow');
    expect(decideConsent(request([['ask', '*.d*']])).consent).toBe('ask');
  });

  it('narrows further, and never widens', () => {
    expect(decideConsent(request([['ask', 'git.*']], [['deny', 'g.*']])).consent).toBe('deny');
    expect(decideConsent(request([['ask', 'git.*']], [['allow', 'g.*']])).consent).toBe('ask');
  });
});

describe('why it is asked', () => {
  it.each<[Call, string]>([
    [{ tool: 'files.write' }, 'the tool may change something, and no rule allows it'],
    [{ tool: 'mail.send' }, 'nobody vouches for the tool, and no rule allows it'],
    [{ tool: 'web.get' }, 'the tool may change something, and no rule allows it'],
    [
      { tool: 'mail.read', annotations: { readOnlyHint: true } },
      'the tool says that it only reads, but nobody vouches for it, and no rule allows it',
    ],
    [
      { tool: 'mail.add', annotations: { destructiveHint: false } },
      'the tool says that it destroys nothing, but nobody vouches for it, and no rule allows it',
    ],
  ])('%j', (call, reason) => {
    expect(decide(call)).toMatchObject({ consent: 'ask', reason });
  });
});

describe('a tool that works on what the crew remembers', () => {
  const insert: ToolSpec = {
    name: 'memory.insert',
    description: 'Puts lines into a block.',
    inputSchema: {},
    readOnly: false,
    memory: 'edits',
  };
  const ruling = (spec: ToolSpec, rules: readonly ShortRule[], otherwise: 'ask' | 'deny' = 'ask') =>
    decideConsent({
      spec,
      args: {},
      programs: [{ toolsets: { memory: 'memory' } }],
      policy: { ...DEFAULT_POLICY, default: otherwise, rules: rulesOf(rules) },
      grants: [],
    }).consent;

  it('needs no leave, unless a rule wants it or denies it', () => {
    expect(ruling(insert, [])).toBe('allow');
    expect(ruling(insert, [], 'deny')).toBe('allow');
    expect(ruling(insert, [['deny', 'memory.insert']])).toBe('deny');
    expect(ruling(insert, [['ask', 'memory.*']])).toBe('ask');
  });

  it('is one of ours: a server or module gains nothing by claiming it', () => {
    for (const source of ['mcp', 'module'] as const) {
      expect(ruling({ ...insert, source }, [])).toBe('ask');
    }
  });
});
