import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { makeFolder } from '../tools/git-repository.ts';
import { crew, type Ended } from './crew-process.ts';
import { crewLine, openTmuxShell, type TmuxShell } from './tmux-shell.ts';

const patch = (name: string): string =>
  `diff --git a/${name} b/${name}\nnew file mode 100644\n--- /dev/null\n+++ b/${name}\n@@ -0,0 +1 @@\n+hello\n`;
const CREW = `version: 1
crew: save
goal: Change three files.
roles: { writer: { goal: Change., tools: [change] } }
tools: { change: builtin:change }
start: write
phases:
  write: { role: writer, task: Change them., next: done }
  done: { end: success, result: "{{ write }}" }
`;
const apply = (name: string) => ({ tool: 'change.apply', args: { patch: patch(name) } });
const REPLIES = {
  version: 1,
  replies: [
    { phase: 'write', calls: [apply('a.txt'), apply('b.txt')] },
    { phase: 'write', calls: [apply('c.txt')] },
    { phase: 'write', text: 'done' },
  ],
};

let folder = '';
let shell: TmuxShell | undefined;
beforeEach(() => {
  folder = makeFolder();
  execFileSync('git', ['init', '-q', folder]);
  writeFileSync(join(folder, 'save.crew.yaml'), CREW);
  writeFileSync(join(folder, 'replies.yaml'), JSON.stringify(REPLIES));
});
afterEach(() => {
  shell?.close();
  shell = undefined;
  rmSync(folder, { recursive: true, force: true });
});

const call = (...args: readonly string[]): Promise<Ended> => crew(args, { from: folder });
const start = (...args: readonly string[]) =>
  call('run', 'save.crew.yaml', '--model', 'script:replies.yaml', '--run-id', 'run1', ...args);
const allow = async (rules: string): Promise<void> => {
  writeFileSync(join(folder, 'crew.policy.yaml'), `rules:\n${rules}`);
  await call('trust', 'crew.policy.yaml', '--yes');
};
const made = (): readonly boolean[] =>
  ['a.txt', 'b.txt', 'c.txt'].map(name => existsSync(join(folder, name)));

test('what the policy allows is done, what it denies is not, whatever flag is given', async () => {
  await allow('  - allow: change.apply\n');
  expect(await start()).toMatchObject({ code: 0 });
  expect(made()).toEqual([true, true, true]);
  for (const name of ['a.txt', 'b.txt', 'c.txt']) rmSync(join(folder, name));
  rmSync(join(folder, '.crew'), { recursive: true });
  await allow('  - deny: change.apply\n');
  const denied = await start('--approve-all', '--allow', 'change.apply');
  expect(denied.stderr).toContain(
    '! --approve-all: every tool is called without asking, but for what a policy denies, or the crew does because of untrusted words\n',
  );
  expect(denied.stderr).toContain('crew.policy.yaml:2');
  expect([denied.code, made()]).toEqual([0, [false, false, false]]);
});

test('a run names the policies that are in force in its first lines, with the rules that count', async () => {
  expect((await start('--approve-all')).stderr).not.toContain('policy  ');
  rmSync(join(folder, '.crew'), { recursive: true });
  for (const name of ['a.txt', 'b.txt', 'c.txt']) rmSync(join(folder, name));
  const rules = '  - allow: change.apply\n  - deny: "*.delete*"\n';
  writeFileSync(join(folder, 'crew.policy.yaml'), `rules:\n${rules}`);
  const narrowed = await start();
  expect(narrowed.stderr).toMatch(
    /^! `crew\.policy\.yaml` is not known to be trusted, .*\npolicy {2}crew\.policy\.yaml, 1 rule in force\ncrew {4}save/m,
  );
  rmSync(join(folder, '.crew'), { recursive: true });
  await allow(rules);
  expect((await start()).stderr).toMatch(/^policy {2}crew\.policy\.yaml, 2 rules in force\ncrew {4}save/m);
  rmSync(join(folder, '.crew'), { recursive: true });
  expect((await start('-q')).stderr).not.toContain('policy  ');
});

test('a policy with mistakes runs nothing and exits with 2', async () => {
  await allow('  - allow: "*.*"\n    unknown: 1\n');
  const ended = await start();
  expect([ended.code, made(), existsSync(join(folder, '.crew', 'runs.db'))]).toEqual([
    2,
    [false, false, false],
    false,
  ]);
  expect(ended.stderr).toContain('POLICY_INVALID');
});

test('what waits is shown from another shell, and leave for all calls alike is leave for later ones too', async () => {
  expect((await start()).code).toBe(5);
  const pending = await call('pending');
  expect(pending.stdout).toContain('run run1 · save · waits');
  expect(pending.stdout.match(/wants to call `change\.apply`/g)).toHaveLength(2);
  const json = JSON.parse((await call('pending', 'run1', '--json')).stdout);
  expect(json.runs[0].questions[0]).toMatchObject({
    question: { kind: 'approval', binding: expect.any(String), destructive: false },
  });
  const ended = await call('approve', 'run1', '--all-like');
  expect(ended.stderr).toContain('allowed all other and later calls of `change.apply` in this run');
  expect([ended.code, made()]).toEqual([0, [true, true, true]]);
  expect((await call('pending')).stdout).toBe('nothing waits for an answer\n');
  const audit = await call('audit', 'list', 'run1');
  expect(audit.stdout).toMatch(
    /^#\d+ {2}\S+ {2}allowed by \S+ {2}change\.apply .*and all other calls of it/m,
  );
  expect(audit.stdout).toMatch(/allowed by policy {2}change\.apply .*a person allowed all calls of it/);
  expect(audit.stdout).toMatch(/3 decisions, \d+ facts, head [0-9a-f]{64}\n$/);
  expect((await call('audit', 'verify', 'run1')).code).toBe(0);
});

test('a refusal from another shell is told to the role with its reason', async () => {
  await start();
  const { runs } = JSON.parse((await call('pending', '--json')).stdout);
  const [first, second] = runs[0].questions.map(({ name }: { name: string }) => name);
  await call('reject', 'run1', first, '--why', 'not on a Friday', '--no-resume');
  const ended = await call('approve', 'run1', second);
  expect([ended.code, made()]).toEqual([5, [false, true, false]]);
  const shown = await call('audit', 'list', 'run1', '--json');
  const { decisions } = JSON.parse(shown.stdout);
  expect(decisions).toMatchObject([
    { decision: 'refused', why: 'not on a Friday', binding: expect.any(String) },
    { decision: 'allowed' },
  ]);
});

test('the audit says by which flag a call was let out, why a person was asked, and what waits to be taken', async () => {
  await start();
  const { runs } = JSON.parse((await call('pending', '--json')).stdout);
  const [first] = runs[0].questions.map(({ name }: { name: string }) => name);
  await call('reject', 'run1', first, '--no-resume');
  const left = await call('audit', 'list', 'run1');
  expect(left.stdout).toMatch(
    /^left {2}\S+ {2}refused by \S+ {2}change\.apply \{.*a\.txt.*\)\n0 decisions, /m,
  );
  expect(left.stdout).toContain('1 answer waits for `crew resume run1` to take it');
  expect(JSON.parse((await call('audit', 'list', 'run1', '--json')).stdout)).toMatchObject({
    decisions: [],
    left: [{ decision: 'refused', tool: 'change.apply' }],
  });
  await call('resume', 'run1');
  await call('resume', 'run1', '--allow', 'change.*');
  const listed = await call('audit', 'list', 'run1');
  expect(listed.stdout).not.toContain('answer waits');
  expect(listed.stdout).toMatch(
    /refused by \S+ {2}change\.apply .*\(asked because the tool may change something, and no rule allows it; sha256/,
  );
  expect(listed.stdout).toMatch(
    /allowed by --allow change\.\* {2}change\.apply .*it was allowed for the run by `--allow change\.\*`/,
  );
  const { decisions } = JSON.parse((await call('audit', 'list', 'run1', '--json')).stdout);
  expect(decisions[0]).toMatchObject({ decision: 'refused', asked: expect.stringContaining('may change') });
  expect(decisions[0]).not.toHaveProperty('why');
  rmSync(join(folder, '.crew'), { recursive: true });
  for (const name of ['b.txt', 'c.txt']) rmSync(join(folder, name));
  await start('--approve-all');
  expect((await call('audit', 'list', 'run1')).stdout).toMatch(
    /allowed by --approve-all {2}change\.apply .*by `--approve-all`/,
  );
});

test('leave that was left under another policy is asked for again', async () => {
  await start();
  const { runs } = JSON.parse((await call('pending', '--json')).stdout);
  const [first] = runs[0].questions.map(({ name }: { name: string }) => name);
  await call('approve', 'run1', first, '--no-resume');
  await allow('  - ask: change.*\n');
  const resumed = await call('resume', 'run1');
  expect([resumed.code, made()]).toEqual([5, [false, false, false]]);
  const again = await call('pending', 'run1');
  expect(again.stdout.match(/crew\.policy\.yaml:2/g)).toHaveLength(2);
});

test('`nonInteractive: deny` refuses instead of waiting', async () => {
  writeFileSync(join(folder, 'crew.policy.yaml'), 'nonInteractive: deny\n');
  const ended = await start();
  expect([ended.code, made()]).toEqual([0, [false, false, false]]);
  expect(ended.stderr).toContain('nonInteractive: deny');
});

test('at the terminal a call that may destroy something is allowed by a code that only the prompt has', async () => {
  writeFileSync(join(folder, 'save.crew.yaml'), CREW.replaceAll('change', 'shell'));
  const touch = (name: string) => ({ tool: 'shell.run', args: { command: ['touch', name] } });
  const replies = [
    { phase: 'write', calls: [touch('a.txt'), touch('b.txt')] },
    { phase: 'write', calls: [touch('c.txt')] },
    { phase: 'write', text: 'done' },
  ];
  writeFileSync(join(folder, 'replies.yaml'), JSON.stringify({ version: 1, replies }));
  shell = openTmuxShell(folder);
  shell.enter(crewLine('run save.crew.yaml --plain --model script:replies.yaml --run-id run1'));
  const first = await shell.until('\n>');
  const [, code = ''] = /^([0-9a-f]{4}) {4}allow this call: it may destroy/m.exec(first) ?? [];
  expect(code).toMatch(/^[0-9a-f]{4}$/);
  expect(first).toContain('which may destroy something');
  shell.enter('y');
  await shell.until(`expected the code \`${code}\``);
  shell.enter('A');
  await shell.until(`expected the code \`${code}\``, 2);
  expect(made()).toEqual([false, false, false]);
  shell.enter(code);
  const second = await shell.until('sha256 of the arguments', 2);
  const codes = [...second.matchAll(/^([0-9a-f]{4}) {4}allow this call/gm)].map(([, each]) => each);
  await shell.until('\n>', 4);
  shell.enter(code === codes[1] ? 'n' : code);
  await shell.until(`expected the code \`${codes[1]}\``);
  shell.enter(`A ${codes[1]}`);
  expect(await shell.until('exit code 0')).toContain('done');
  expect(made()).toEqual([true, true, true]);
});

test('`A` at the terminal allows all calls of the tool, and a long argument comes page by page', async () => {
  const long = Array.from({ length: 300 }, (_, nth) => `+line ${nth}`).join('\n');
  const args = { patch: patch('a.txt').replace('@@ -0,0 +1 @@\n+hello', `@@ -0,0 +1,300 @@\n${long}`) };
  const replies = [{ phase: 'write', calls: [{ tool: 'change.apply', args }] }, ...REPLIES.replies.slice(1)];
  writeFileSync(join(folder, 'replies.yaml'), JSON.stringify({ version: 1, replies }));
  shell = openTmuxShell(folder, { columns: 100, rows: 20 });
  shell.enter(crewLine('run save.crew.yaml --plain --model script:replies.yaml'));
  await shell.until('more of');
  shell.press('Enter');
  let pages = 1;
  for (;;) {
    const seen = await shell.until('');
    if (seen.includes('rows, all of them above')) break;
    if (seen.split('; Enter shows them --').length - 1 <= pages) {
      await new Promise(resolve => setTimeout(resolve, 50));
      continue;
    }
    pages += 1;
    shell.press('Enter');
  }
  await shell.until('all other calls of this tool in this run');
  await shell.until('\n>');
  const rows = shell
    .screen()
    .split('\n')
    .filter(row => row.startsWith('  │ '));
  // The terminal does not tell spaces at the end of a row from none.
  const shown = rows
    .map(row => row.slice(4))
    .join('')
    .replaceAll(' ', '');
  expect(shown).toContain(args.patch.replaceAll(/\s/g, ''));
  shell.enter('A');
  await shell.until('exit code 0');
  expect(made()).toEqual([true, false, true]);
  expect(readFileSync(join(folder, 'a.txt'), 'utf8').split('\n')).toHaveLength(301);
}, 60_000);
