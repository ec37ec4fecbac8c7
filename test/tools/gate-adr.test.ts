import { describe, expect, test } from 'vitest';
import { fc } from '../laws.ts';
import { callTool } from './tool-call.ts';

const PATH = 'docs/decisions/0003-one-file.md';
const FILES = [
  'docs/decisions/0001-start.md',
  'docs/decisions/0002-go on.md',
  'docs/load.md',
  'src/a.ts',
  'README.md',
];
const RECORD = `# 3. Keep the journal in one file

Status: accepted

## Context

Runs must survive a crash. See [the load](../load.md#peak) and [the code](../../src), not [the web](https://example.com).

\`\`\`md
[no link](nowhere.md)
## Decision
\`\`\`

## Options considered

### SQLite

- For: one file, and transactions.
- Against: a native library.

### SQLite on a server

- Against: somebody has to keep it running.

### Plain text

- Rejected because appending is not atomic.

## Decision

Chosen option: "SQLite", because it is one file. It was chosen over "SQLite on a server".

## Consequences

- Backups are a copy of a file.
`;

const judge = (text: string, more: object = {}) =>
  callTool('/', 'gate.adr', { path: PATH, text, files: FILES, ...more });

describe('gate.adr', () => {
  test('passes a complete record and says what it read', async () => {
    expect(await judge(RECORD)).toEqual({
      ok: true,
      reasons: [],
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
      repeated: false,
      number: 3,
      title: 'Keep the journal in one file',
      status: 'accepted',
      options: ['SQLite', 'SQLite on a server', 'Plain text'],
      chosen: 'SQLite',
      links: ['../load.md#peak', '../../src'],
      unjudged: [],
    });
  });

  test('says when it has refused the very same record before', async () => {
    const first = await judge('# 3. Nothing\n');
    expect(first).toMatchObject({ ok: false, repeated: false });
    const refused = String(first.sha256);
    expect(await judge('# 3. Nothing\n', { refused })).toMatchObject({ ok: false, repeated: true });
    expect(await judge('# 3. Nothing else\n', { refused })).toMatchObject({ ok: false, repeated: false });
    expect(await judge('# 3. Nothing\n', { refused, path: 'docs/decisions/0009-x.md' })).toMatchObject({
      repeated: false,
    });
    expect(await judge('# 3. Nothing\n', { refused: '' })).toMatchObject({ repeated: false });
  });

  test('reads the form of MADR', async () => {
    const madr = `# Keep it in one file\n\n## Status\n\nProposed\n\n## Context and Problem Statement\n\nRuns must survive a crash.\n
## Considered Options\n\n* SQLite\n* Plain text\n  * Bad, because appending is not atomic\n
## Decision Outcome\n\nChosen option: **SQLite**, because it is one file.\n\n### Positive Consequences\n
## Consequences\n\nBackups are a copy of a file.\n`;
    expect(await judge(madr)).toMatchObject({ ok: true, chosen: 'SQLite', number: 3 });
  });

  test.each<[string, string, string, string]>([
    ['no title', '# 3. Keep the journal in one file', '', 'there is no title'],
    ['another number', '# 3.', '# 4.', 'the title has the number 4, the file name 3'],
    ['no status', 'Status: accepted', '', 'there is no status'],
    ['an unknown status', 'Status: accepted', 'Status: maybe', 'there is no status'],
    ['no context', '## Context', '## Background', 'there is no section context'],
    [
      'an open part',
      'Runs must survive',
      'TODO: say why. Runs must survive',
      'context is still open: "TODO"',
    ],
    ['an empty part', '- Backups are a copy of a file.', '- …', 'the section consequences says nothing'],
    ['a choice that is no option', 'option: "SQLite"', 'option: "Postgres"', 'no option is chosen'],
    [
      'a choice that is not said',
      'Chosen option: "SQLite", because',
      'SQLite, because',
      'no option is chosen',
    ],
    [
      'nothing against a rejected one',
      '- Against: somebody has',
      '- For: somebody has',
      'rejected option "SQLite on a server"',
    ],
    ['a choice with a longer name', 'option: "SQLite"', 'option: "SQLite on a server"', undefined as never],
    ['two options of one name', '### Plain text', '### sqlite', 'the option "sqlite" is there twice'],
    ['a dead link', '../load.md', '../gone.md', 'the link "../gone.md#peak" leads to no file'],
    ['a link out of the workspace', '../load.md', '../../../load.md', 'leads to no file of the workspace'],
  ])('%s', async (_name, from, to, reason) => {
    const text = RECORD.replace(from, to);
    expect(text).not.toBe(RECORD);
    const verdict = await judge(text);
    if (reason === undefined) expect(verdict).toMatchObject({ ok: true, chosen: 'SQLite on a server' });
    else expect(verdict.reasons.join('\n')).toContain(reason);
  });

  test.each([
    ['docs/decisions/0001-again.md', 'the number 1 is taken by docs/decisions/0001-start.md'],
    ['docs/decisions/1-again.md', 'the number 1 is taken by docs/decisions/0001-start.md'],
    ['docs/decisions/one-file.md', 'does not begin with a number'],
    ['docs/decisions/0003-one-file.txt', 'is no Markdown file'],
  ])('refuses the path %s', async (path, reason) => {
    const verdict = await judge(RECORD, { path });
    expect(verdict.reasons.join('\n')).toContain(reason);
  });

  test('the same number in another folder is free, and so is one that other files have', async () => {
    const files = [...FILES, 'docs/other/0003-one-file.md', 'docs/decisions/0003-picture.png'];
    expect(await judge(RECORD, { files })).toMatchObject({ ok: true });
  });

  test('a link may be escaped', async () => {
    const text = RECORD.replace('../load.md#peak', '0002-go%20on.md');
    expect(await judge(text)).toMatchObject({ ok: true });
    expect(await judge(RECORD.replace('../load.md', '%E0%A4%A'))).toMatchObject({ ok: false });
  });

  test('reads the long form of MADR, and names with marks inside', async () => {
    const madr = `# Use snake_case names

Status: accepted

## Context

Names differ between the modules.

## Considered Options

* \`snake_case\`
* \`camelCase\`

## Decision Outcome

Chosen option: "\`snake_case\`", because most names have it.

## Pros and Cons of the Options

### \`snake_case\`

* Good, because most names have it

### \`camelCase\`

* Good, because it is short
* **Bad**, because no name has it

## Consequences

Names have to be changed.
`;
    const given = { given_options: ['snake_case', '`camelCase`'], given_choice: 'snake_case' };
    expect(await judge(madr, given)).toMatchObject({ ok: true, options: ['snake_case', 'camelCase'] });
  });

  test('what people said may not get lost', async () => {
    const given = { given_options: ['sqlite', 'Plain text'], given_choice: 'SQLITE ' };
    expect(await judge(RECORD, given)).toMatchObject({ ok: true });
    const other = { given_options: ['Postgres'], given_choice: 'Plain text' };
    expect((await judge(RECORD, other)).reasons).toEqual([
      'the given option "Postgres" is not considered',
      'the given choice is "Plain text", the record chooses "SQLite"',
    ]);
    expect(await judge(RECORD, { given_options: [], given_choice: '' })).toMatchObject({ ok: true });
  });

  test('with a list that is not complete, a link that it lacks is not judged, and said', async () => {
    const partial = { partial: true, files: [] };
    expect(await judge(RECORD, partial)).toMatchObject({
      ok: true,
      unjudged: ['../load.md#peak', '../../src'],
    });
    const outside = RECORD.replace('../load.md', '../../../load.md');
    expect(await judge(outside, partial)).toMatchObject({ ok: false, unjudged: ['../../src'] });
  });

  test('one option is none to choose from', async () => {
    const [head = '', tail = ''] = RECORD.split('### SQLite on a server');
    const text = head + tail.slice(tail.indexOf('## Decision'));
    expect((await judge(text)).reasons).toContain('two or more options are expected, found 1');
  });

  test('any text gets a verdict, also a long one', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom(...RECORD.split(/(?<=\n)/), '# ', '](', '```\n', '[', '\r\n', 'Status')),
        async lines => {
          const verdict = await judge(lines.join(''));
          expect(verdict.ok).toBe(verdict.reasons.length === 0);
        },
      ),
    );
    for (const part of ['](', '[', '# ', '### a\n', '- ', 'status', '*', 'chosen option', '\n']) {
      expect((await judge(part.repeat(20_000))).ok).toBe(false);
    }
  });
});
