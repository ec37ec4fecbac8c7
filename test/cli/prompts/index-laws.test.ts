import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { promptFolder } from '../../../src/cli/prompt-versions/prompt-folders.ts';
import { openHistory } from '../../../src/cli/prompt-versions/prompt-history.ts';
import { parsePromptRef } from '../../../src/cli/prompt-versions/prompt-ref.ts';
import { fc } from '../../laws.ts';
import { makeFolder, makeRepository, type TestRepository } from '../../tools/git-repository.ts';

const NAMES = ['a', 'b', '_p'] as const;
const file = (name: string): string => `prompts/${name}.prompt.md`;

type Step =
  | { readonly kind: 'write'; readonly name: (typeof NAMES)[number]; readonly words: string }
  | { readonly kind: 'remove' | 'rename'; readonly name: (typeof NAMES)[number] }
  | { readonly kind: 'branch' | 'back' | 'merge' };

const name = fc.constantFrom(...NAMES);
const words = fc.constantFrom('one', 'two', '{% render "p" %} three', 'a b c d e f g h {% render "p" %}');
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('write' as const), name, words }) },
  fc.record({ kind: fc.constantFrom('remove' as const, 'rename' as const), name }),
  fc.record({ kind: fc.constantFrom('branch' as const, 'back' as const, 'merge' as const) }),
);

function take(repository: TestRepository, step: Step, count: number): void {
  const attempt = (...args: readonly string[]): void => {
    try {
      repository.git(...args);
    } catch {
      // A merge with conflicts or a file that is not there: the step does nothing.
      repository.git('reset', '-q', '--hard');
    }
  };
  if (step.kind === 'branch') return attempt('checkout', '-q', '-B', 'side');
  if (step.kind === 'back') return attempt('checkout', '-q', 'main');
  if (step.kind === 'merge') return attempt('merge', '-q', '--no-ff', '-m', `Merge ${count}`, 'side');
  if (step.kind === 'write') repository.write(file(step.name), `${step.words}\n`);
  if (step.kind === 'remove') attempt('rm', '-q', file(step.name));
  if (step.kind === 'rename') attempt('mv', file(step.name), file('c'));
  repository.commit(`Step ${count}`);
}

test('an index that is brought on step by step has what one has that is made anew', async () => {
  const runs = { numRuns: 12 };
  const steps = fc.array(step, { minLength: 2, maxLength: 10 });
  await fc.assert(
    fc.asyncProperty(steps, async list => {
      const repository = makeRepository();
      const caches = [makeFolder(), makeFolder()];
      const [kept = '', fresh = ''] = caches;
      const lives = async (cacheDir: string) => {
        const folder = promptFolder(repository.path, 'prompts');
        const signal = new AbortController().signal;
        const history = await openHistory({ folder, cacheDir, signal });
        if ('problem' in history) throw new Error(history.problem);
        const rows = ['a', 'b', 'c', '_p'].map(stem =>
          history.lineage(`${stem}.prompt.md`).map(({ n: _number, ...row }) => row),
        );
        const byCommit = rows.map(list => list.toSorted((x, y) => (x.commit < y.commit ? -1 : 1)));
        return { byCommit, files: history.files(), committed: [...(await history.committed())] };
      };
      repository.commit('Start');
      for (const [count, one] of list.entries()) {
        take(repository, one, count);
        const anew = await lives(join(fresh, String(count)));
        expect(await lives(kept)).toEqual(anew);
      }
      for (const path of [repository.path, ...caches]) rmSync(path, { recursive: true });
    }),
    runs,
  );
}, 120_000);

test('a reference is read as its parts, and any text is read or refused with USAGE', () => {
  const stem = fc.stringMatching(/^_?[a-z][a-z0-9_-]{0,8}$/);
  const label = fc.stringMatching(/^[\p{L}\p{N}][\p{L}\p{N}._-]{0,8}$/u);
  const folder = fc.stringMatching(/^[a-z@ .]{1,6}(?:\/[a-z@]{1,6}){0,2}$/);
  const back = fc.nat(4);
  fc.assert(
    fc.property(stem, fc.option(label), fc.option(folder), back, (name, version, place, steps) => {
      const prefix = place === null ? '' : `${place}/`;
      const text = `${prefix}${name}${version === null ? '' : `@${version}`}${'^'.repeat(steps)}`;
      expect(parsePromptRef(text)).toEqual({
        text,
        ...(place === null ? {} : { folder: place }),
        file: `${name}.prompt.md`,
        stem: name,
        ...(version === null ? {} : { version }),
        back: steps,
      });
    }),
  );
  fc.assert(
    fc.property(fc.string(), text => {
      try {
        expect(parsePromptRef(text).stem).toMatch(/^_?[a-z]/);
      } catch (error) {
        expect(error).toMatchObject({ code: 'USAGE' });
      }
    }),
  );
});
