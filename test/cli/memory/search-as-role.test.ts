import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { FlagValues } from '../../../src/cli/command.ts';
import { searchMemory } from '../../../src/cli/memory/search.ts';
import { callOf, memoryWith, note } from './remembering.ts';

const CREW = `version: 1
crew: house
goal: Keep the house.
memory: { scoring: newest }
roles:
  clerk: { goal: Keep it., memory: { levels: [crew, user], recall: 2 } }
  cook: { goal: Cook. }
budget: { calls: 20 }
start: keep
phases:
  keep: { role: clerk, task: Keep it., next: serve }
  serve: { role: cook, task: Cook it., next: done }
  done: { end: success }
`;

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'crew-as-role-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const NOTES = [
  note('role1', { scope: 'role:house/clerk', text: 'my lamp' }),
  note('crew1', { text: 'a lamp of the house', createdAt: 1 }),
  note('user1', { scope: 'user', text: 'I like lamps' }),
  note('crew2', { text: 'bells, and nothing else', createdAt: 2 }),
  note('project1', { scope: 'project', text: 'lamps of the project' }),
];

async function searched(values: FlagValues) {
  const { call, out, said } = callOf(['lamp'], { json: true, ...values });
  const here = { ...call, terminal: { ...call.terminal, cwd: folder } };
  const ended = await searchMemory(here, await memoryWith(NOTES)).catch((error: unknown) => error);
  const found = out() === '' ? {} : JSON.parse(out());
  const ids = (found.notes ?? []).map(({ id }: { id: string }) => id);
  return { ended, ids, remarks: found.remarks, said: said() };
}

describe('a search as a role', () => {
  test('looks where the crew file in the workspace says, as that crew scores, for so many', async () => {
    writeFileSync(join(folder, 'another.crew.yaml'), 'version: 1\nbroken');
    writeFileSync(join(folder, 'house.crew.yaml'), CREW);
    expect(await searched({ role: 'house/clerk' })).toMatchObject({ ids: ['user1', 'crew2'], remarks: [] });
    expect((await searched({ role: 'house/clerk', limit: '9' })).ids).toEqual(['user1', 'crew2', 'crew1']);
  });

  test('takes the crew file that is named, and the role alone then', async () => {
    writeFileSync(join(folder, 'elsewhere.yaml'), CREW);
    for (const role of ['clerk', 'house/clerk'])
      expect((await searched({ role, crew: 'elsewhere.yaml' })).ids).toEqual(['user1', 'crew2']);
    expect((await searched({ role: 'barn/clerk', crew: 'elsewhere.yaml' })).ended).toMatchObject({
      code: 'USAGE',
      message: '`elsewhere.yaml` is the crew `house`, and not `barn`',
    });
    expect((await searched({ role: 'clerk', crew: 'gone.yaml' })).ended).toMatchObject({
      code: 'FILE_NOT_FOUND',
    });
  });

  test('says so where no crew file tells, and looks where roles do that declare nothing', async () => {
    const { ids, remarks } = await searched({ role: 'house/clerk' });
    expect(ids.toSorted()).toEqual(['crew1', 'project1', 'role1']);
    expect(remarks).toEqual([expect.stringMatching(/No crew file here is the crew `house`.*--crew FILE/)]);
  });

  test('is refused for a role that is not there, or remembers nothing, and with other scopes', async () => {
    writeFileSync(join(folder, 'house.crew.yaml'), CREW);
    const refused: readonly (readonly [FlagValues, string])[] = [
      [{ role: 'house/clerc' }, 'the crew `house` has no role `clerc`; did you mean `clerk`?'],
      [{ role: 'house/cook' }, 'the role `cook` of the crew `house` has no memory'],
      [{ role: 'clerk' }, '--role is CREW/ROLE here, and `clerk` is none'],
      [
        { role: 'house/clerk', scope: ['user'] },
        'expected `--scope` or `--role`, found both: a role has its own scopes',
      ],
      [{ crew: 'house.crew.yaml' }, '`--crew` is for `--role ROLE`'],
    ];
    for (const [values, message] of refused)
      expect((await searched(values)).ended).toMatchObject({ code: 'USAGE', message });
  });
});
