import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { crew, type Ended } from '../../e2e/crew-process.ts';
import { makeFolder } from '../../tools/git-repository.ts';

const CLERK = `version: 1
crew: notes
goal: Keep notes.
models: { default: "script:replies.yaml" }
memory: { embedder: none }
roles:
  clerk: { goal: Write down., memory: { levels: [user] } }
start: note
phases:
  note: { role: clerk, task: Note what I like., next: done }
  done: { end: success, result: "{{ note }}" }
`;
const BLOCK = CLERK.replace('levels: [user]', 'levels: [crew]').replace(
  'embedder: none',
  'embedder: none, blocks: { taste: { value: None., level: user } }',
);
const OUTER = `version: 1
crew: outer
goal: Have notes kept.
models: { default: offline }
start: keep
phases:
  keep: { parallel: { notes: { crew: notes.crew.yaml } }, next: done }
  done: { end: success }
`;
const REPLIES = 'version: 1\nreplies: [{ text: Lamps, times: 9 }]\n';

let root = '';
let folder = '';
const call = (...args: string[]): Promise<Ended> =>
  crew(args, { from: folder, env: { HOME: root, XDG_CONFIG_HOME: '' } });
const put = (name: string, text: string): void => writeFileSync(join(folder, name), text);
const own = (): string => join(root, '.config/crew/memory');

beforeEach(() => {
  root = makeFolder();
  folder = join(root, 'project');
  mkdirSync(folder);
  put('replies.yaml', REPLIES);
});

describe('what a person keeps for all projects', () => {
  test.each([
    ['a role', CLERK],
    ['a block', BLOCK],
  ])('is not touched by %s of a crew that nobody trusts', async (_what, text) => {
    put('notes.crew.yaml', text);
    const { code, stderr } = await call('run', 'notes.crew.yaml', '--no-input');
    expect(code).toBe(5);
    expect(stderr).toContain('error[CREW_UNTRUSTED]');
    expect(stderr).toContain('reads and changes what you keep for all your projects');
    expect(existsSync(own())).toBe(false);
  });

  test('is not touched by a crew inside another one either', async () => {
    put('notes.crew.yaml', CLERK);
    put('outer.crew.yaml', OUTER);
    const { code, stderr } = await call('run', 'outer.crew.yaml', '--no-input');
    expect([code, stderr]).toEqual([5, expect.stringContaining('CREW_UNTRUSTED')]);
    expect(existsSync(own())).toBe(false);
  });

  test('is shown before the crew is trusted, and then its runs may go on', async () => {
    put('notes.crew.yaml', BLOCK);
    const shown = await call('trust', 'notes.crew.yaml', '--yes');
    expect(shown.stderr).toMatch(/memory of yours\n +reads +and changes what you keep for all your projects/);
    expect(shown.stderr).toContain('notes: block taste');
    const ran = await call('run', 'notes.crew.yaml', '--no-input', '--run-id', 'run-one');
    expect([ran.code, ran.stderr]).toEqual([0, expect.stringContaining('run-one')]);
    const forked = await call('fork', 'run-one', '--at', '2', '--no-input');
    expect([forked.code, forked.stderr]).toEqual([0, expect.any(String)]);
  });

  test('lies where crew memory stats says', async () => {
    put('notes.crew.yaml', CLERK);
    const before = JSON.parse((await call('memory', 'stats', '--json')).stdout);
    expect(before.own).toEqual({ place: own(), notes: 0 });
    await call('run', 'notes.crew.yaml', '--trust');
    const after = JSON.parse((await call('memory', 'stats', '--json')).stdout);
    expect(after.own).toEqual({ place: own(), notes: 1 });
    const { stdout } = await call('memory', 'stats');
    expect(stdout).toContain(`for all projects  1 in ${own()}`);
  });

  test('is no matter for crews without that level', async () => {
    put('notes.crew.yaml', CLERK.replace('levels: [user]', 'levels: [role, crew, project]'));
    expect((await call('run', 'notes.crew.yaml', '--no-input')).code).toBe(0);
  });
});
