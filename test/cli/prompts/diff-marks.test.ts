import { expect, test } from 'vitest';
import { makePromptRepository } from './prompt-repository.ts';

test('the words that differ give a script each change with its kind, whatever marks the text has itself', async () => {
  const repository = makePromptRepository();
  repository.prompt('[-keep-] {+it+} one');
  repository.write('prompts/_style.prompt.md', 'Be short.\n');
  repository.commit('One');
  repository.prompt('[-keep-] {+it+} two');
  repository.write('prompts/_style.prompt.md', 'Be brief.\n');
  interface Compared {
    readonly before: string;
    readonly after: string;
    readonly changes: readonly { readonly kind: string; readonly text: string }[];
  }
  const diff = await repository.json<Pick<Compared, 'changes'> & Record<'partials' | 'samples', Compared[]>>(
    'prompt',
    'diff',
    'merge',
  );
  expect(diff.changes.slice(-4)).toEqual([
    { kind: 'same', text: expect.stringMatching(/\[-keep-\] \{\+it\+\}$/) },
    { kind: 'out', text: ' one' },
    { kind: 'in', text: ' two' },
    { kind: 'same', text: '\n' },
  ]);
  for (const { before, after, changes } of [...diff.partials, ...diff.samples]) {
    const told = (kind: string) =>
      changes.flatMap(one => (one.kind === 'same' || one.kind === kind ? [one.text] : [])).join('');
    expect([told('out'), told('in')]).toEqual([before, after]);
  }
  expect([diff.partials.length, diff.samples.length]).toEqual([1, 1]);
  const { stdout } = await repository.crew('prompt', 'diff', 'merge');
  expect(stdout).toContain('[-keep-] {+it+} [--one--] {++two++}');
  repository.dispose();
});
