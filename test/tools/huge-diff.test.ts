import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readDiff } from '../../src/tools/git/read-diff.ts';
import { readFilesAt } from '../../src/tools/git/read-files-at.ts';
import { makeRepository, type TestRepository } from './git-repository.ts';
import { callTool, calm, failureOf } from './tool-call.ts';

const FILES = 10_000;
const LINES = 100;

let made: TestRepository;

/** Two commits that touch 10,000 files with 50 MB of added lines, made by one process. */
beforeAll(() => {
  made = makeRepository();
  const line = (index: number) => `const value${index} = '${'x'.repeat(32)}';\n`;
  const parts: string[] = [];
  const commit = (mark: number, lines: number) => {
    parts.push(
      `commit refs/heads/main\nmark :${mark}\ncommitter A <a@example.com> 1900000000 +0000\ndata 1\nx\n`,
    );
    if (mark > 1) parts.push(`from :${mark - 1}\n`);
    for (let file = 0; file < FILES; file += 1) {
      const content = line(file).repeat(lines);
      parts.push(
        `M 644 inline src/f${String(file).padStart(5, '0')}.ts\ndata ${content.length}\n${content}\n`,
      );
    }
  };
  commit(1, 1);
  commit(2, 1 + LINES);
  made.gitWithInput(parts.join(''), 'fast-import', '--quiet');
}, 120_000);

afterAll(() => made.dispose());

test('a huge change becomes a small artifact with exact counts', async () => {
  const change = await callTool(made.path, 'git.diff', { range: 'main~1..main' });
  expect(change).toMatchObject({ files_changed: FILES, added: FILES * LINES, removed: 0, truncated: true });
  expect(change.files.length).toBe(2000);
  expect(Buffer.byteLength(change.patch)).toBeLessThanOrEqual(120_000);
  expect(change.patch).toMatch(/\[\d+ more files left out/);
  expect(change.notices).toEqual([
    expect.stringMatching(
      /the patch is cut to 120000 bytes, but only as text for models: .* static reviewers read the files/,
    ),
    expect.stringContaining('the first 2000 of 10000'),
  ]);
  expect(JSON.stringify(change).length).toBeLessThan(600_000);
});

test('a huge change is parsed up to the limit and listed beyond it', async () => {
  const maxTotalBytes = 4 * 1024 * 1024;
  const diff = await readDiff({ workspace: made.path, range: 'main~1..main', signal: calm(), maxTotalBytes });
  expect(diff.files.length).toBe(FILES);
  expect(diff.files.every(file => file.added === LINES)).toBe(true);
  const parsed = diff.files.filter(file => file.omitted === undefined);
  expect(parsed.length).toBeGreaterThan(500);
  expect(parsed.every(file => file.hunks[0]?.lines.length === LINES + 1)).toBe(true);
  expect(diff.files.at(-1)?.omitted).toContain('in all');
});

test('the contents of all its files are read at once', async () => {
  const paths = Array.from({ length: FILES }, (_, file) => `src/f${String(file).padStart(5, '0')}.ts`);
  const contents = await readFilesAt({ workspace: made.path, revision: 'main', paths, signal: calm() });
  expect([...contents.values()].filter(content => content.kind === 'text').length).toBe(FILES);
});

test('aborting in the middle ends it and leaves no git', async () => {
  const abort = new AbortController();
  const reading = failureOf(readDiff({ workspace: made.path, range: 'main~1..main', signal: abort.signal }));
  setTimeout(() => abort.abort(), 50);
  expect((await reading).code).toBe('TOOL_FAILED');
  expect(childrenNamedGit()).toEqual([]);
});

/** Linux only: elsewhere there is nothing to read, and the test sees no child. */
function childrenNamedGit(): readonly string[] {
  try {
    const children = readFileSync(`/proc/self/task/${process.pid}/children`, 'utf8').trim().split(' ');
    return children.filter(pid => pid !== '' && readFileSync(`/proc/${pid}/comm`, 'utf8').startsWith('git'));
  } catch {
    return [];
  }
}
