import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { crew } from '../../e2e/crew-process.ts';
import { makeFolder } from '../../tools/git-repository.ts';

const CREW = `version: 1
crew: plain
goal: Be plain.
roles: { poet: { goal: Write. } }
start: write
phases: { write: { role: poet, task: "{{ inputs.none }}", next: done }, done: { end: success } }
`;

let from: string;
beforeAll(() => {
  from = makeFolder();
  writeFileSync(join(from, 'broken.crew.yaml'), CREW);
});

describe('a verb of `crew prompt` with --json', () => {
  test.each([
    ['what it looks for is not there', ['show', 'none'], 'PROMPT_UNKNOWN'],
    ['it is called wrongly', ['diff'], 'USAGE'],
    ['it has no such flag', ['list', '--nine'], 'USAGE'],
    ['there is no such verb', ['lsit'], 'USAGE'],
    ['no verb is named', [], 'USAGE'],
    ['the crew file is not there', ['render', 'none.crew.yaml'], 'FILE_NOT_FOUND'],
    ['the crew file has errors', ['render', 'broken.crew.yaml'], 'CREW_INVALID'],
  ])('tells a script where %s', async (_where, args, code) => {
    const { code: exit, stdout, stderr } = await crew(['prompt', ...args, '--json'], { from });
    expect(exit).toBe(2);
    const { version, error } = JSON.parse(stdout);
    expect({ version, code: error.code }).toEqual({ version: 1, code });
    expect(stderr).toContain(`error[${code}]: ${error.message}\n`);
  });

  test('leaves standard output empty without it, and where it is taken back', async () => {
    for (const flags of [[], ['--json', '--no-json'], ['--', '--json']]) {
      const { code, stdout } = await crew(['prompt', 'show', 'none', ...flags], { from });
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    }
  });
});
