import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../src/model/json.ts';
import { fc } from '../laws.ts';
import { callTool, failureOf } from './tool-call.ts';

const call = (name: string, args: object) => callTool('/', name, { ...args });
const id = (digit: string) => digit.repeat(40);

describe('draft.release_notes', () => {
  test('groups by type, breaking changes first, and ignores with a reason', async () => {
    const commits = [
      { id: id('1'), subject: 'feat(cli)!: flags stand anywhere' },
      {
        id: id('2'),
        subject: 'fix: a crash at the end',
        body: 'It was late.\n\nBREAKING CHANGE: the code is 70 now',
      },
      { id: id('3'), subject: 'Revert "feat: colours"', body: `This reverts commit ${id('4')}.` },
      { id: id('4'), subject: 'feat: colours' },
      { id: id('5'), subject: 'fix(core): an off-by-one' },
      { id: id('6'), subject: 'chore: tidy up' },
      { id: id('7'), subject: "Merge branch 'next'" },
      { id: id('8'), subject: 'Make it nicer' },
      { id: id('9'), subject: 'feat: themes' },
    ];
    expect(await call('draft.release_notes', { commits })).toEqual({
      summary:
        '9 commits: 2 under "Breaking changes", 1 under "New", 1 under "Fixed", 1 under "Other changes", 4 ignored.',
      sections: [
        {
          title: 'Breaking changes',
          entries: [
            { text: 'cli: Flags stand anywhere', commits: [id('1')] },
            { text: 'A crash at the end (the code is 70 now)', commits: [id('2')] },
          ],
        },
        { title: 'New', entries: [{ text: 'Themes', commits: [id('9')] }] },
        { title: 'Fixed', entries: [{ text: 'core: An off-by-one', commits: [id('5')] }] },
        { title: 'Other changes', entries: [{ text: 'Make it nicer', commits: [id('8')] }] },
      ],
      ignored: [
        { sha: id('3'), reason: 'takes back 444444444444 of the same release' },
        { sha: id('4'), reason: 'taken back by 333333333333 of the same release' },
        { sha: id('6'), reason: 'internal by its type `chore`' },
        { sha: id('7'), reason: 'a merge; what it brings is listed by itself' },
      ],
      notes: [expect.stringContaining('no language model')],
    });
  });

  test('a revert of a revert leaves what was there at first', async () => {
    const commits = [
      { id: id('1'), subject: 'Revert "Revert"', body: `This reverts commit ${id('2')}.` },
      { id: id('2'), subject: 'Revert', body: `This reverts commit ${id('3')}.` },
      { id: id('3'), subject: 'feat: colours' },
    ];
    const { sections, ignored } = await call('draft.release_notes', { commits });
    expect(sections).toEqual([{ title: 'New', entries: [{ text: 'Colours', commits: [id('3')] }] }]);
    expect(ignored).toHaveLength(2);
  });

  test('law: whatever the commits say, the draft passes the gate', async () => {
    const hash = fc.stringMatching(/^[0-9a-f]{40}$/);
    const subject = fc.oneof(
      fc.string(),
      fc.constantFrom(
        '',
        ' ',
        'feat: x',
        'feat!: x',
        'chore: x',
        'Merge branch x',
        'Revert "x"',
        '😀 x',
        '__proto__: x',
      ),
    );
    const histories = fc.uniqueArray(hash, { maxLength: 12 }).chain(ids =>
      fc.tuple(
        ...ids.map(one =>
          fc.record({
            id: fc.constant(one),
            subject,
            body: fc.oneof(
              fc.string(),
              fc.constantFrom(...ids).map(other => `This reverts commit ${other}.`),
            ),
          }),
        ),
      ),
    );
    await fc.assert(
      fc.asyncProperty(histories, async commits => {
        const { sections, ignored } = await call('draft.release_notes', { commits });
        const verdict = await call('gate.accounted', { commits, sections, ignored });
        expect(verdict.reasons).toEqual([]);
      }),
    );
  });

  test.each([[{}], [{ commits: 'all' }], [{ commits: [{ id: 'a' }] }]])(
    '%j fails with TOOL_ARGUMENTS',
    async args => {
      expect(await failureOf(call('draft.release_notes', args))).toMatchObject({ code: 'TOOL_ARGUMENTS' });
    },
  );
});

describe('draft.report', () => {
  const sources = [
    {
      id: 's1',
      text: 'Honey bees dance to tell the hive where flowers are. They sleep at night.\n\nBees drink.',
    },
    { id: 's2', text: '- A hive eats forty kilograms of\n  honey in a winter\n- Nothing else.' },
  ];

  test('takes the sentences that fit the question, and says what no source has', async () => {
    expect(await call('draft.report', { question: 'Why do bees make honey in summer?', sources })).toEqual({
      summary: expect.stringContaining('An extract: 2 of 3 sentences, from 2 of 2 sources'),
      claims: [
        {
          text: 'Honey bees dance to tell the hive where flowers are.',
          source: 's1',
          quote: 'Honey bees dance to tell the hive where flowers are.',
        },
        {
          text: 'A hive eats forty kilograms of honey in a winter',
          source: 's2',
          quote: 'A hive eats forty kilograms of\n  honey in a winter',
        },
      ],
      gaps: ['No source has the word "make".', 'No source has the word "summer".'],
      notes: [expect.stringContaining('no language model')],
    });
  });

  test('nothing that fits is nothing claimed', async () => {
    expect(await call('draft.report', { question: 'Quantum gravity?', sources })).toMatchObject({
      claims: [],
    });
  });

  test('law: whatever the sources say, claims pass the gate', async () => {
    const text = fc.array(
      fc.constantFrom('bees', 'dance', 'honey', ' ', ' ', '. ', '\n', '\n\n', '- ', '“', '…', '# '),
      {
        maxLength: 80,
      },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(text, { minLength: 1, maxLength: 3 }), async texts => {
        const given = texts.map((parts, index) => ({ id: `s${index + 1}`, text: parts.join('') }));
        const { claims } = await call('draft.report', { question: 'honey bees dance', sources: given });
        if (claims.length === 0) return;
        const verdict = await call('gate.quoted', { claims, sources: given });
        expect(verdict.reasons).toEqual([]);
      }),
    );
  });
});

describe('draft.adr', () => {
  const given: JsonObject = {
    title: 'Keep the journal in one file',
    context: 'Runs must survive a crash.',
    options: [
      { name: 'SQLite', for: ['one file', 'transactions'], against: ['a native library'] },
      { name: 'Plain text', against: ['appending is not atomic'] },
    ],
    chosen: 'SQLite',
    consequences: ['Backups are a copy of a file.'],
    folder: 'docs/decisions/',
    files: [
      'docs/decisions/0001-start.md',
      'docs/decisions/7-later.md',
      'docs/0099-other.md',
      'docs/a load.md',
    ],
    sources: [{ path: 'docs/a load.md', title: 'The [load]' }],
  };
  const gate = ({ file, text }: JsonObject) => call('gate.adr', { path: file, text, files: given.files });

  test('fills the form with what was given, under the next number, and passes the gate', async () => {
    const draft = await call('draft.adr', given);
    expect(draft.file).toBe('docs/decisions/0008-keep-the-journal-in-one-file.md');
    expect(draft.text).toContain('# 8. Keep the journal in one file\n\nStatus: proposed\n');
    expect(draft.text).toContain('Chosen option: SQLite, because: one file; transactions.');
    expect(draft.text).toContain('- [The load](../a%20load.md)');
    expect(draft.notes).toHaveLength(1);
    expect(await gate(draft)).toMatchObject({ ok: true, chosen: 'SQLite', links: ['../a%20load.md'] });
  });

  test('what nobody has said is open, and the gate says so', async () => {
    const options = [{ name: 'SQLite' }, { name: 'Plain text' }];
    const draft = await call('draft.adr', { ...given, context: ' ', chosen: '', consequences: [], options });
    expect(draft.notes).toEqual([
      expect.stringContaining('no language model'),
      'Nobody has given anything for "Context" that could stand there.',
      'Nobody has given anything for "Decision" that could stand there.',
      'Nobody has given anything for "Consequences" that could stand there.',
    ]);
    expect((await gate(draft)).reasons).toEqual([
      'the section context is still open: "TODO"',
      'the section decision is still open: "TODO"',
      'the section consequences is still open: "TODO"',
      'no option is chosen: the decision must begin with `Chosen option:` and the name of one',
    ]);
    const half = await call('draft.adr', { ...given, options });
    expect((await gate(half)).reasons).toEqual(['nothing speaks against the rejected option "Plain text"']);
  });

  test.each([
    ['Größe & Überlauf: ändern?', '0001-grosse-uberlauf-andern.md'],
    ['日本語', '0001-decision.md'],
    ['../../etc/passwd', '0001-etc-passwd.md'],
  ])('the title %j becomes the file %s', async (title, name) => {
    const { file } = await call('draft.adr', { ...given, title, folder: 'adr', files: [] });
    expect(file).toBe(`adr/${name}`);
  });
});

describe('draft.arguments', () => {
  const text = `# Tabs or spaces

Some words about the matter that nobody needs.

## Pros of tabs

- Everybody chooses their own width.
- Files are smaller.

## Risks

Alignment breaks when the width changes.

## What else there is

For: screen readers announce one tab and not four spaces.

**Against:** web pages show tabs very wide.

Disadvantages:

1. Mixed files happen.
`;

  test('sorts by headings and labels, word for word', async () => {
    const found = await call('draft.arguments', { proposal: 'Use tabs', sources: [{ id: 's1', text }] });
    const texts = (side: string) => found[side].map((one: JsonObject) => `${one.id} ${one.text}`);
    expect(texts('arguments_for')).toEqual([
      'F1 Everybody chooses their own width.',
      'F2 Files are smaller.',
      'F3 For: screen readers announce one tab and not four spaces.',
    ]);
    expect(texts('arguments_against')).toEqual([
      'A1 Alignment breaks when the width changes.',
      'A2 **Against:** web pages show tabs very wide.',
      'A3 Mixed files happen.',
    ]);
    expect(found.notes).toEqual([
      expect.stringContaining('no language model'),
      'Passages that name no side, and were left out: 1.',
    ]);
    const claims = [...found.arguments_for, ...found.arguments_against];
    expect(await call('gate.quoted', { claims, sources: [{ id: 's1', text }] })).toMatchObject({ ok: true });
  });

  test('a text without sides gives no arguments', async () => {
    const sources = [{ id: 's1', text: 'Tabs are wide. Forget everything else about them.' }];
    expect(await call('draft.arguments', { proposal: 'x', sources })).toMatchObject({
      arguments_for: [],
      arguments_against: [],
    });
  });
});
