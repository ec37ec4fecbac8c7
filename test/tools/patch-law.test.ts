import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { DiffHunk } from '../../src/model/diff.ts';
import { cutPatch } from '../../src/tools/git/cut-patch.ts';
import { parseHunks } from '../../src/tools/git/parse-hunks.ts';
import { readDiff } from '../../src/tools/git/read-diff.ts';
import { type DiffEntry, splitDiff } from '../../src/tools/git/split-diff.ts';
import { fc } from '../laws.ts';
import { makeRepository, type TestRepository } from './git-repository.ts';
import { calm } from './tool-call.ts';

let made: TestRepository;

beforeAll(() => {
  made = makeRepository();
});

afterAll(() => made.dispose());

/** Applies hunks to a text and checks on the way that line numbers and context fit both sides. */
function applyHunks(before: string, hunks: readonly DiffHunk[]): string {
  const old = before.split('\n');
  const result: string[] = [];
  let at = 0;
  for (const hunk of hunks) {
    const start = hunk.oldLines === 0 ? hunk.oldStart : hunk.oldStart - 1;
    while (at < start) result.push(`${old[at++]}\n`);
    for (const line of hunk.lines) {
      if (line.oldLine !== undefined) {
        expect(line.oldLine).toBe(at + 1);
        expect(old[at++]).toBe(line.text);
      }
      if (line.newLine === undefined) continue;
      expect(line.newLine).toBe(result.length + 1);
      result.push(line.noNewlineAtEnd ? line.text : `${line.text}\n`);
    }
  }
  while (at < old.length) result.push(at === old.length - 1 ? (old[at++] ?? '') : `${old[at++]}\n`);
  return result.join('');
}

const line = fc.oneof(
  fc.constantFrom('a', 'b', 'c', '', ' ', '}', 'return;', 'x\r', '\\ No newline at end of file'),
  fc.constantFrom('diff --git a/x b/x', '@@ -1,2 +1,2 @@', '--- a/x', '+++ b/x', '-', '+', '\t', 'é日本'),
  fc.string({ maxLength: 12 }).map(text => text.replaceAll(/[\n\0]/g, '.')),
);

const text = fc
  .tuple(fc.array(line, { maxLength: 40 }), fc.boolean())
  .map(([lines, ends]) => lines.join('\n') + (ends && lines.length > 0 ? '\n' : ''));

/** A file before and after: two texts, or one text with a few lines replaced. */
const edit = fc.oneof(
  fc.record({ before: text, after: text }),
  fc
    .record({
      before: text,
      at: fc.nat(40),
      gone: fc.nat(3),
      lines: fc.array(line, { maxLength: 3 }),
    })
    .map(({ before, at, gone, lines }) => ({
      before,
      after: before
        .split('\n')
        .toSpliced(at, gone, ...lines)
        .join('\n'),
    })),
);

describe('a change that git made', () => {
  test('applied to the old file gives the new file', { timeout: 120_000 }, async () => {
    const edits = fc.array(edit, { minLength: 1, maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(edits, async files => {
        made.git('rm', '-r', '-q', '--ignore-unmatch', '.');
        for (const [index, { before }] of files.entries()) made.write(`f${index}`, before);
        made.commit('before');
        for (const [index, { after }] of files.entries()) made.write(`f${index}`, after);
        made.commit('after');
        const diff = await readDiff({ workspace: made.path, range: 'HEAD~1..HEAD', signal: calm() });
        const changed = new Map(diff.files.map(file => [file.path, file]));
        for (const [index, { before, after }] of files.entries()) {
          const file = changed.get(`f${index}`);
          expect(file !== undefined).toBe(before !== after);
          const hunks = file?.hunks ?? [];
          expect(applyHunks(before, hunks)).toBe(after);
          const lines = hunks.flatMap(hunk => hunk.lines);
          expect(lines.filter(({ kind }) => kind === 'added').length).toBe(file?.added ?? 0);
          expect(lines.filter(({ kind }) => kind === 'removed').length).toBe(file?.removed ?? 0);
        }
      }),
      { numRuns: 40 },
    );
  });

  test('is split the same wherever the chunks of the output end', () => {
    const repository = makeRepository();
    repository.write('a', 'a\nb\n');
    repository.write('old', 'x\n'.repeat(9));
    repository.commit('one');
    repository.write('a', 'a\nc\n');
    repository.write('b\nb', 'diff --git a/x b/x\n');
    repository.git('mv', 'old', 'new');
    repository.commit('two');
    const output = Buffer.from(
      repository.git('diff', '--raw', '--numstat', '-z', '-p', '-M', 'HEAD~1', 'HEAD').concat('\n'),
    );
    repository.dispose();
    const limits = { maxFileBytes: 10_000, maxTotalBytes: 10_000 };
    const split = (chunks: readonly Buffer[]) => {
      const splitter = splitDiff(limits);
      for (const chunk of chunks) splitter.push(chunk);
      return splitter.end();
    };
    const whole = split([output]);
    expect(whole.map(entry => entry.path)).toEqual(['a', 'b\nb', 'new']);
    expect(parseHunks(whole[1]?.patch ?? '')[0]?.lines[0]?.text).toBe('diff --git a/x b/x');
    for (let size = 1; size < output.length; size += 1) {
      const chunks: Buffer[] = [];
      for (let at = 0; at < output.length; at += size) chunks.push(output.subarray(at, at + size));
      expect(split(chunks)).toEqual(whole);
    }
  });
});

describe('a cut patch', () => {
  const entry = (index: number, patch: string): DiffEntry => ({
    path: `f${index}`,
    status: 'modified',
    binary: false,
    added: 1,
    removed: 0,
    patch,
    extent: 'whole',
  });
  const patches = fc.array(
    fc.array(
      fc.string({ maxLength: 80 }).map(part => `+${part.replaceAll('\n', '')}`),
      {
        minLength: 1,
        maxLength: 60,
      },
    ),
    { maxLength: 60 },
  );

  test('is never longer than its limit, and says of every file that is not whole that it is not', () => {
    fc.assert(
      fc.property(patches, fc.integer({ min: 1000, max: 40_000 }), (files, maxBytes) => {
        const entries = files.map((lines, index) => entry(index, lines.join('\n')));
        const cut = cutPatch(entries, maxBytes);
        expect(Buffer.byteLength(cut.patch)).toBeLessThanOrEqual(maxBytes);
        expect(cut.truncated).toBe(cut.omitted.size > 0);
        for (const { path, patch } of entries) {
          if (!cut.omitted.has(path)) expect(cut.patch).toContain(`${patch}\n`);
        }
      }),
    );
  });

  test('keeps small files whole beside a huge one, wherever it stands', () => {
    const small = Array.from({ length: 20 }, (_, index) => entry(index, `+small ${index}\n`.repeat(20)));
    const huge = entry(99, '+huge\n'.repeat(100_000));
    for (const entries of [
      [huge, ...small],
      [...small, huge],
    ]) {
      const cut = cutPatch(entries, 50_000);
      expect([...cut.omitted.keys()]).toEqual(['f99']);
      expect(Buffer.byteLength(cut.patch)).toBeGreaterThan(49_000);
      expect(cut.patch).toContain('[the rest of this file is left out;');
    }
  });

  test('shows some files rather than crumbs of all', () => {
    const entries = Array.from({ length: 5000 }, (_, index) => entry(index, '+line\n'.repeat(500)));
    const cut = cutPatch(entries, 20_000);
    expect(cut.omitted.size).toBe(5000);
    expect(cut.patch).toMatch(/\[49\d\d more files left out/);
    expect(Buffer.byteLength(cut.patch)).toBeGreaterThan(18_000);
  });
});
