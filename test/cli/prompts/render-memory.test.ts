import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { crew } from '../../e2e/crew-process.ts';
import { makeFolder } from '../../tools/git-repository.ts';

const CREW = `version: 1
crew: keeping
goal: Keep.
memory: { blocks: { house: Quiet. } }
roles: { keeper: { goal: Keep., memory: true }, guest: { goal: Look. } }
start: keep
phases:
  keep: { role: keeper, task: Keep., next: look }
  look: { role: guest, task: Look., next: done }
  done: { end: success }
`;

test('says that what a role remembers is not shown, where it has a memory', async () => {
  const from = makeFolder();
  writeFileSync(join(from, 'keeping.crew.yaml'), CREW);
  const render = (...flags: string[]) => crew(['prompt', 'render', 'keeping.crew.yaml', ...flags], { from });
  const shown = await render('--phase', 'keep');
  expect(shown.stderr).toContain(
    'a run with memory tells `keeper` its blocks, notes and lessons as well; `crew memory list` shows what there is',
  );
  const json = await render('--phase', 'keep', '--json');
  expect(JSON.parse(json.stdout)).toMatchObject({ role: 'keeper', notShown: ['memory'] });
  const other = await render('--phase', 'look');
  expect(other.stderr).not.toContain('memory');
});
