import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { makeFolder } from '../tools/git-repository.ts';
import { crew, type Ended } from './crew-process.ts';

const MODULE_CREW = `version: 1
crew: touching
goal: Touch a file.
tools:
  text:
    module: ./text.mjs
    tools:
      touch: { description: Touches a file., input: { type: object, properties: { name: { type: string } } } }
start: ask
phases:
  ask: { human: May it?, choices: [yes], next: touch }
  touch: { tool: text.touch, with: { name: touched.txt }, next: done }
  done: { end: success, result: "{{ touch }}" }
`;
const MODULE = `import { writeFileSync } from 'node:fs';
export function touch({ name }, { workspace }) {
  writeFileSync(\`\${workspace}/\${name}\`, 'x');
  return 'touched';
}
`;
const TESTS = `version: 1
crew: touching.crew.yaml
tests:
  touches: { answers: { ask: ["yes"] }, allow: [text.touch], expect: { outcome: success } }
`;

let root = '';
let folder = '';
beforeEach(() => {
  root = makeFolder();
  folder = join(root, 'project');
  mkdirSync(folder);
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** A person with settings of their own; the first one unless another is named. */
const by = (who: string) => ({
  call: (...args: readonly string[]): Promise<Ended> =>
    crew(args, { from: folder, env: { HOME: join(root, who) } }),
});
const ada = by('ada');
const eve = by('eve');
const touched = (): boolean => existsSync(join(folder, 'touched.txt'));

describe('a recorded run that runs code', () => {
  beforeEach(async () => {
    writeFileSync(join(folder, 'touching.crew.yaml'), MODULE_CREW);
    writeFileSync(join(folder, 'text.mjs'), MODULE);
  });
  const begin = (who: ReturnType<typeof by>, ...more: readonly string[]) =>
    who.call('run', 'touching.crew.yaml', '--allow', 'text.touch', '--run-id', 'run1', ...more);

  test.each([
    ['resume', ['answer', 'run1', 'yes', '--no-resume'], ['resume', 'run1']],
    ['answer', undefined, ['answer', 'run1', 'yes']],
    ['fork', ['answer', 'run1', 'yes', '--no-resume'], ['fork', 'run1']],
  ])('of somebody else does not go on by `crew %s`', async (_command, before, command) => {
    expect((await begin(eve, '--trust')).code).toBe(5);
    if (before !== undefined) expect((await ada.call(...before)).code).toBe(0);
    const refused = await ada.call(...command);
    expect(refused.stderr).toContain('error[CREW_UNTRUSTED]: run `run1` would start servers or run code');
    expect(refused.stderr).toMatch(/`crew (resume|fork) run1 --trust`/);
    expect([refused.code, touched()]).toEqual([5, false]);
    if (command[0] === 'fork') return;
    expect(await ada.call('resume', 'run1', '--trust')).toMatchObject({ code: 0, stdout: 'touched\n' });
  });

  test('does not go on after an import either, and does once the same crew file is trusted', async () => {
    await begin(eve, '--trust');
    await eve.call('answer', 'run1', 'yes', '--no-resume');
    await eve.call('export', 'run1', '--out', 'run1.ndjson');
    rmSync(join(folder, '.crew'), { recursive: true });
    expect((await ada.call('import', 'run1.ndjson')).code).toBe(0);
    expect((await ada.call('answer', 'run1', 'yes')).code).toBe(5);
    expect(touched()).toBe(false);
    expect((await ada.call('trust', 'touching.crew.yaml', '--yes')).code).toBe(0);
    expect(await ada.call('resume', 'run1')).toMatchObject({ code: 0 });
    expect(touched()).toBe(true);
  });

  test.each([['--trust'], [undefined]])('of one’s own goes on without a question (%s)', async flag => {
    if (flag === undefined) await ada.call('trust', 'touching.crew.yaml', '--yes');
    expect((await begin(ada, ...(flag === undefined ? [] : [flag]))).code).toBe(5);
    rmSync(join(folder, 'touching.crew.yaml'));
    expect(await ada.call('answer', 'run1', 'yes')).toMatchObject({ code: 0, stdout: 'touched\n' });
  });

  test('is not let on by a journal that calls an unfinished run over', async () => {
    await begin(eve, '--trust');
    await eve.call('answer', 'run1', 'yes', '--no-resume');
    const database = new DatabaseSync(join(folder, '.crew', 'runs.db'));
    database.exec("UPDATE runs SET status = 'success'");
    database.close();
    const ended = await ada.call('resume', 'run1');
    expect(ended.code).toBe(3);
    expect(ended.stderr).toContain('JOURNAL_DAMAGED');
    expect(touched()).toBe(false);
  });

  test('shows its result to anybody once it is over', async () => {
    await begin(eve, '--trust');
    await eve.call('answer', 'run1', 'yes');
    expect(await ada.call('resume', 'run1')).toMatchObject({ code: 0, stdout: 'touched\n' });
  });

  test('is trusted no more when its crew file is not', async () => {
    await ada.call('trust', 'touching.crew.yaml', '--yes');
    await begin(ada);
    expect((await ada.call('trust', '--revoke', 'touching.crew.yaml')).code).toBe(0);
    expect((await ada.call('answer', 'run1', 'yes')).code).toBe(5);
  });

  test('runs in tests only when it is trusted', async () => {
    writeFileSync(join(folder, 'touching.crewtest.yaml'), TESTS);
    const refused = await ada.call('test');
    expect(refused.code).toBe(5);
    expect(refused.stderr).toContain('`crew trust touching.crew.yaml`');
    expect((await ada.call('test', '--trust')).code).toBe(0);
    await ada.call('trust', 'touching.crew.yaml', '--yes');
    expect((await ada.call('test')).code).toBe(0);
  });
});

describe('the policy of a project', () => {
  const CREW = `version: 1
crew: save
goal: Write a file.
tools: { change: builtin:change }
start: write
phases:
  write: { tool: change.apply, with: { patch: "{{ inputs.patch }}" }, next: done }
  done: { end: success, result: written }
inputs: { patch: { type: string } }
`;
  const PATCH =
    'diff --git a/a.txt b/a.txt\nnew file mode 100644\n--- /dev/null\n+++ b/a.txt\n@@ -0,0 +1 @@\n+hello\n';
  const written = (): boolean => existsSync(join(folder, 'a.txt'));
  const run = (who: ReturnType<typeof by>, ...more: readonly string[]) =>
    who.call('run', 'save.crew.yaml', '--inputs', 'inputs.json', '--run-id', 'run1', ...more);
  const allow = (rules: string): void => writeFileSync(join(folder, 'crew.policy.yaml'), rules);
  beforeEach(() => {
    execFileSync('git', ['init', '-q', folder]);
    writeFileSync(join(folder, 'save.crew.yaml'), CREW);
    writeFileSync(join(folder, 'inputs.json'), JSON.stringify({ patch: PATCH }));
    allow('rules: [{ allow: change.apply }]\n');
  });

  test('allows nothing until the person trusts it, and says so in one line', async () => {
    const waiting = await run(ada);
    expect([waiting.code, written()]).toEqual([5, false]);
    const told = waiting.stderr.split('\n').filter(line => line.includes('crew.policy.yaml'));
    expect(told).toEqual([
      '! `crew.policy.yaml` is not known to be trusted, so what it allows does not count: crew trust crew.policy.yaml',
    ]);
    const shown = await ada.call('trust', 'crew.policy.yaml');
    expect(shown.code).toBe(5);
    expect(shown.stderr).toContain('policy crew.policy.yaml\n  allow    change.apply\n');
    expect(shown.stderr).toContain('  │ rules: [{ allow: change.apply }]');
    expect((await ada.call('trust', 'crew.policy.yaml', '--yes')).code).toBe(0);
    const resumed = await ada.call('resume', 'run1');
    expect([resumed.code, written(), resumed.stderr.includes('crew.policy.yaml')]).toEqual([0, true, false]);
  });

  test('allows nothing any more once it has changed or its trust is withdrawn', async () => {
    await ada.call('trust', 'crew.policy.yaml', '--yes');
    expect((await ada.call('trust', '--list')).stdout).toContain(join(folder, 'crew.policy.yaml'));
    allow('rules: [{ allow: change.apply }, { allow: change.check }]\n');
    const changed = await run(ada);
    expect(changed.code).toBe(5);
    expect(changed.stderr).toContain('`crew.policy.yaml` has changed since you trusted it');
    allow('rules: [{ allow: change.apply }]\n');
    await ada.call('trust', '--revoke', 'crew.policy.yaml');
    expect([(await ada.call('resume', 'run1')).code, written()]).toEqual([5, false]);
  });

  test('counts with --trust, and in the same run without it, but in no other', async () => {
    writeFileSync(
      join(folder, 'save.crew.yaml'),
      CREW.replace('start: write', 'start: ask').replace(
        'phases:',
        'phases:\n  ask: { human: Go?, choices: [yes], next: write }',
      ),
    );
    expect((await run(ada, '--trust')).code).toBe(5);
    const other = await eve.call('answer', 'run1', 'yes', '--no-resume');
    expect(other.code).toBe(0);
    expect(await ada.call('resume', 'run1')).toMatchObject({ code: 0 });
    expect(written()).toBe(true);
    rmSync(join(folder, 'a.txt'));
    await ada.call('run', 'save.crew.yaml', '--inputs', 'inputs.json', '--run-id', 'run2');
    expect([(await ada.call('answer', 'run2', 'yes')).code, written()]).toEqual([5, false]);
  });

  test('denies and refuses without any trust, and needs none for it', async () => {
    allow('default: deny\nrules: [{ deny: change.check }]\n');
    const ended = await run(ada);
    expect(ended.stderr).not.toContain('crew trust');
    expect([ended.code, written()]).toEqual([1, false]);
    const needless = await ada.call('trust', 'crew.policy.yaml');
    expect(needless).toMatchObject({ code: 0 });
    expect(needless.stderr).toContain('allows nothing, so it needs no trust');
  });

  test('is not needed for one’s own rules, which count unasked', async () => {
    mkdirSync(join(root, 'ada/.config/crew'), { recursive: true });
    copyFileSync(join(folder, 'crew.policy.yaml'), join(root, 'ada/.config/crew/policy.yaml'));
    rmSync(join(folder, 'crew.policy.yaml'));
    expect([(await run(ada)).code, written()]).toEqual([0, true]);
    expect(readFileSync(join(folder, 'a.txt'), 'utf8')).toBe('hello\n');
  });
});
