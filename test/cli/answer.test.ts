import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { crew, type Ended } from '../e2e/crew-process.ts';
import { makeFolder } from '../tools/git-repository.ts';

const SIGN = `version: 1
crew: sign
goal: Sign off.
start: approve
phases:
  approve:
    human: "May it go out?"
    choices: [release, write again, stop]
    next: [{ when: approve.choice == "release", to: name }, { to: stopped }]
  name: { human: Which name?, next: released }
  released: { end: success, result: { choice: "{{ approve.choice }}", name: "{{ name.text }}" } }
  stopped: { end: failure, result: "{{ approve }}" }
`;

const save = (text: string): string =>
  `diff --git a/${text}.txt b/${text}.txt\\nnew file mode 100644\\n--- /dev/null\\n+++ b/${text}.txt\\n@@ -0,0 +1 @@\\n+a  b\\n`;
const SAVES = `version: 1
crew: saves
goal: Change two things.
tools: { change: builtin:change }
start: one
phases:
  one: { tool: change.apply, with: { patch: "${save('one')}" }, on_error: two, next: two }
  two: { tool: change.apply, with: { patch: "${save('two')}" }, on_error: none, next: done }
  done: { end: success, result: both }
  none: { end: failure }
`;
const BOTH = `version: 1
crew: both
goal: Change two things at once.
tools: { change: builtin:change }
start: save
phases:
  save:
    parallel:
      a: { tool: change.apply, with: { patch: "${save('one')}" } }
      b: { tool: change.apply, with: { patch: "${save('two')}" } }
    next: done
  done: { end: success, result: both }
`;

/** Wants to change something. */
const SAVE = `version: 1
crew: save
goal: Apply a change.
tools: { change: builtin:change }
start: apply
phases:
  apply:
    tool: change.apply
    with: { patch: "diff --git a/new.txt b/new.txt\\nnew file mode 100644\\n--- /dev/null\\n+++ b/new.txt\\n@@ -0,0 +1 @@\\n+hello\\n" }
    on_error: refused
    next: done
  done: { end: success, result: "{{ apply }}" }
  refused: { end: failure, result: "{{ run.error }}" }
`;

let folder = '';
beforeEach(() => {
  folder = makeFolder();
  execFileSync('git', ['init', '--quiet', folder]);
  writeFileSync(join(folder, 'sign.crew.yaml'), SIGN);
  writeFileSync(join(folder, 'save.crew.yaml'), SAVE);
  writeFileSync(join(folder, 'saves.crew.yaml'), SAVES);
  writeFileSync(join(folder, 'both.crew.yaml'), BOTH);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const call = (...args: readonly string[]): Promise<Ended> => crew(args, { from: folder });

/** Starts a run that comes to wait, and gives its id. */
async function waitingRun(file: string): Promise<string> {
  const ended = await call('run', file);
  expect(ended.code).toBe(5);
  const id = /· run (\w+) ·/.exec(ended.stderr)?.[1] ?? '';
  expect(id).not.toBe('');
  return id;
}

const resultOf = ({ stdout }: Ended): unknown => JSON.parse(stdout);

test('without a terminal a run that asks exits 5 and says with which commands it goes on', async () => {
  const ended = await call('run', 'sign.crew.yaml');
  expect(ended.code).toBe(5);
  const id = /· run (\w+) ·/.exec(ended.stderr)?.[1];
  expect(ended.stderr).toContain('PERSON_NEEDED `approve` waits for an answer: May it go out?');
  expect(ended.stderr).toContain(`crew answer ${id} ANSWER`);
  expect(ended.stderr).toContain(`crew resume ${id}`);
  expect(ended.stdout).toBe('');
  const save = await call('run', 'save.crew.yaml', '--cwd', '.');
  const saving = /· run (\w+) ·/.exec(save.stderr)?.[1];
  expect(save.code).toBe(5);
  expect(save.stderr).toContain('CONSENT_REQUIRED');
  expect(save.stderr).toContain(`crew answer ${saving} --cwd .\` shows the call and the exact commands`);
  expect(save.stderr).toContain(`crew approve ${saving} --cwd .`);
  expect(save.stderr).toContain(`crew reject ${saving} --cwd .`);
});

test('`crew answer RUN` shows what waits, and changes nothing', async () => {
  const id = await waitingRun('sign.crew.yaml');
  const shown = await call('answer', id);
  const asked = 'approve asks:\n\n  │ May it go out?\n\n1  release\n2  write again\n3  stop\n';
  const [, name] = /--question ([0-9a-f]{8}) ANSWER\n$/.exec(shown.stdout) ?? [];
  expect(shown.stdout).toBe(`${asked}\ncrew answer ${id} --question ${name} ANSWER\n`);
  const json = resultOf(await call('answer', id, '--json'));
  expect(json).toMatchObject({
    version: 1,
    questions: [
      { name, phase: 'approve', question: { kind: 'question', choices: ['release', 'write again', 'stop'] } },
    ],
  });
  expect((await call('answer', id)).stdout).toBe(shown.stdout);
});

test('a choice is given by its number, its text or how it begins; words where there are no choices', async () => {
  for (const answer of ['1', 'release', 'RELE']) {
    const id = await waitingRun('sign.crew.yaml');
    expect((await call('answer', id, answer)).code).toBe(5);
    const done = await call('answer', id.slice(0, 6), 'the', 'second', 'one');
    expect(done.code).toBe(0);
    expect(resultOf(done)).toEqual({ choice: 'release', name: 'the second one' });
  }
});

test('an answer that the question does not allow is refused with what it allows, and leaves nothing', async () => {
  const id = await waitingRun('sign.crew.yaml');
  for (const answer of ['perhaps', '4', '0', 'releases']) {
    const wrong = await call('answer', id, answer);
    expect(wrong.code).toBe(2);
    expect(wrong.stderr).toContain('expected one of 1 (release), 2 (write again), 3 (stop)');
  }
  expect((await call('answer', id, '3')).code).toBe(1);
});

test('`approve` and `reject` take the choice that means it, and say so where none does', async () => {
  const approved = await waitingRun('sign.crew.yaml');
  expect((await call('approve', approved)).code).toBe(5);
  const unclear = await call('approve', approved);
  expect(unclear.code).toBe(2);
  expect(unclear.stderr).toContain('crew answer RUN ANSWER');
  const rejected = await waitingRun('sign.crew.yaml');
  const worded = await call('reject', rejected, '--why', 'too late');
  expect(worded.code).toBe(2);
  expect(worded.stderr).toContain('the answer `stop` takes no words with it');
  const ended = await call('reject', rejected);
  expect(ended.code).toBe(1);
  expect(resultOf(ended)).toMatchObject({ choice: 'stop' });
});

test('a tool call is shown with its exact arguments, and runs once it is allowed', async () => {
  const id = await waitingRun('save.crew.yaml');
  const shown = await call('answer', id);
  expect(shown.stdout).toContain('apply wants to call `change.apply`');
  expect(shown.stdout).toContain('+++ b/new.txt');
  expect(shown.stdout).toMatch(/sha256 of the arguments: [0-9a-f]{64}/);
  const done = await call('approve', id);
  expect(done.code).toBe(0);
  expect(resultOf(done)).toMatchObject({ files: [{ path: 'new.txt', status: 'added' }] });
  expect(readFileSync(join(folder, 'new.txt'), 'utf8')).toBe('hello\n');
  // Later it can be seen what was allowed.
  const hash = /sha256 of the arguments: ([0-9a-f]{64})/.exec(shown.stdout)?.[1] ?? '';
  const why = (await call('why', id)).stdout;
  expect(why).toMatch(/apply: \w+ answered\n +allow\n +change\.apply patch="diff.*\n/);
  expect(why).toContain(`sha256 of the arguments: ${hash}`);
  const show = (await call('show', id)).stdout;
  expect(show).toMatch(/\nAnswered\n {2}#\d+ +apply +\w+: allow +change\.apply patch="diff/);
  expect(show).toContain(`(sha256 ${hash.slice(0, 12)}…)`);
});

test('a refusal is told with its reason', async () => {
  const id = await waitingRun('save.crew.yaml');
  const ended = await call('reject', id, '--why', 'not on Friday');
  expect(ended.code).toBe(1);
  expect(resultOf(ended)).toMatchObject({
    code: 'CONSENT_DENIED',
    message: 'a person refused this call: not on Friday',
  });
  expect(existsSync(join(folder, 'new.txt'))).toBe(false);
});

test('what names no question that waits allows nothing and refuses nothing; a reason is given by `--why`', async () => {
  const id = await waitingRun('both.crew.yaml');
  const [a = '', b = ''] = await waitingIds(id);
  for (const command of ['approve', 'reject']) {
    for (const words of [['wrongid'], ['done'], ['6627728db71c'], [a.slice(0, 7)]]) {
      const wrong = await call(command, id, ...words);
      expect([wrong.code, wrong.stdout]).toEqual([2, '']);
      expect(wrong.stderr).toContain(`\`${words[0]}\` of run \`${id}\` asks nothing`);
      expect(wrong.stderr).toMatch(new RegExp(`what waits:\\n  ${a}  save\\.a: .*\\n  ${b}  save\\.b: `));
    }
    for (const words of [
      [a, 'because'],
      ['not', 'now'],
    ]) {
      const worded = await call(command, id, ...words);
      expect(worded.code).toBe(2);
      expect(worded.stderr).toContain('a reason is given with `--why TEXT`');
    }
    for (const words of [[b], ['save.b']]) {
      const twice = await call(command, id, '--question', a, ...words);
      expect(twice.code).toBe(2);
      expect(twice.stderr).toContain(`\`--question ${a}\` and \`${words[0]}\` both name a question`);
    }
  }
  expect(await waitingIds(id)).toEqual([a, b]);
  const named = await call('approve', id, 'save.b', '--why', 'it is small', '--no-resume');
  expect(named.stderr).toMatch(/^allowed change\.apply .*two\.txt/);
  expect(await waitingIds(id)).toEqual([a]);
});

test('what is printed when a run waits are commands that work as they stand, also for the second question', async () => {
  const id = await waitingRun('saves.crew.yaml');
  const [first = ''] = await waitingIds(id);
  const second = await call('approve', id, first);
  expect(second.code).toBe(5);
  expect(second.stderr).not.toMatch(/`crew (approve|reject) \S+`/);
  const [, command = ''] =
    /^answer +two: change\.apply\n +crew (approve .*)\n +crew reject /m.exec(second.stderr) ?? [];
  expect((await call(...command.split(' '))).code).toBe(0);
  expect(existsSync(join(folder, 'two.txt'))).toBe(true);
});

/** The short ids of what waits, in order. */
async function waitingIds(id: string): Promise<readonly string[]> {
  const { questions } = resultOf(await call('answer', id, '--json')) as {
    readonly questions: readonly { readonly name: string }[];
  };
  return questions.map(question => question.name);
}

test('leave does not go to a call that came up after another answer, unless it is named', async () => {
  const id = await waitingRun('saves.crew.yaml');
  const [first = ''] = await waitingIds(id);
  // One person refuses the first call; another one, who saw only that, allows what waits.
  expect((await call('reject', id, first, '--why', 'no')).code).toBe(5);
  for (const args of [
    ['approve', id],
    ['answer', id, 'y'],
    ['reject', id],
  ]) {
    const unseen = await call(...args);
    expect(unseen.code).toBe(2);
    expect(unseen.stderr).toContain('may be one that you have not seen');
    expect(unseen.stderr).toMatch(/ {2}[0-9a-f]{8} {2}two: change\.apply \{"patch":"diff .*\+a {2}b\\n"\}/);
  }
  for (const args of [[first], ['--question', first], ['--question', 'one']]) {
    const late = await call('approve', id, ...args);
    expect(late.code).toBe(2);
    expect(late.stderr).toContain('`one` of run');
    expect(late.stderr).toContain('was answered already; what waits:');
  }
  expect((await call('approve', id, 'ffffffff')).stderr).toContain('asks nothing (any more)');
  expect(existsSync(join(folder, 'two.txt'))).toBe(false);
  const [second = ''] = await waitingIds(id);
  const done = await call('approve', id, second);
  expect(done.code).toBe(0);
  expect(done.stderr).toMatch(/^allowed change\.apply \{"patch":".*two\.txt.*\+a {2}b\\n"\}\n/);
  expect([existsSync(join(folder, 'one.txt')), existsSync(join(folder, 'two.txt'))]).toEqual([false, true]);
});

test('of several calls that wait each is answered by its id, one by one, and one resume takes all', async () => {
  const id = await waitingRun('both.crew.yaml');
  const unclear = await call('approve', id);
  expect(unclear.code).toBe(2);
  expect(unclear.stderr).toContain('several questions wait; name one with `--question ID`');
  const [a = '', b = '', ...others] = await waitingIds(id);
  expect(others).toEqual([]);
  expect((await call('approve', id, b, '--no-resume')).stderr).toMatch(/^allowed change\.apply .*two\.txt/);
  expect(await waitingIds(id)).toEqual([a]);
  const unseen = await call('approve', id);
  expect(unseen.stderr).toContain('may be one that you have not seen');
  expect((await call('approve', id, b)).stderr).toContain('was answered already');
  expect((await call('approve', id, '--question', a, '--no-resume')).code).toBe(0);
  expect((await call('answer', id)).stdout).toBe('nothing waits for an answer\n');
  const done = await call('resume', id);
  expect(done.code).toBe(0);
  expect([existsSync(join(folder, 'one.txt')), existsSync(join(folder, 'two.txt'))]).toEqual([true, true]);
});

test('`--no-resume` only leaves the answer; a resume takes it without asking', async () => {
  const id = await waitingRun('sign.crew.yaml');
  const left = await call('answer', id, 'stop', '--no-resume', '--state-dir', '.crew');
  expect(left.code).toBe(0);
  expect(left.stderr).toContain(`go on with: crew resume ${id} --state-dir .crew\n`);
  const again = await call('answer', id, 'release');
  expect(again.code).toBe(2);
  expect(again.stderr).toContain('was answered already');
  const done = await call('resume', id);
  expect(done.code).toBe(1);
  expect(resultOf(done)).toMatchObject({ choice: 'stop' });
});

test('an answer after the time of its question is not taken, and is told what counts', async () => {
  const late = (more: string) => `version: 1
crew: late
goal: Ask for a moment.
start: ask
phases:
  ask: { human: Go on?, choices: [yes, no], timeout: 1s, ${more}next: done }
  done: { end: success, result: "took {{ ask.choice }}" }
`;
  writeFileSync(join(folder, 'late.crew.yaml'), late('default: no, '));
  writeFileSync(join(folder, 'lost.crew.yaml'), late(''));
  const id = await waitingRun('late.crew.yaml');
  const lost = await waitingRun('lost.crew.yaml');
  await sleep(1000);
  const answered = await call('answer', id, 'yes');
  expect(answered.code).toBe(2);
  expect(answered.stderr).toContain(
    `the answer to \`ask\` came too late; the default counts: no; go on with: crew resume ${id}`,
  );
  expect((await call('answer', lost, 'yes')).stderr).toContain(
    'the phase fails, because it has no `default`',
  );
  const done = await call('resume', id);
  expect(done.stdout).toBe('took no\n');
  expect((await call('why', id)).stdout).toContain(
    'ask: nobody answered in 1.0 s, so the default was taken\n',
  );
});

test('a run that goes on shows what is new; what was told before is counted, or told with `--verbose`', async () => {
  const id = await waitingRun('sign.crew.yaml');
  const next = (await call('answer', id, '1', '--cwd', '.')).stderr;
  const earlier = `…       3 earlier events; crew logs ${id} --cwd . shows them\n`;
  expect(next).toContain(earlier);
  expect(next.match(/^waits /gm)).toHaveLength(1);
  expect(next.match(/asks: May it go out\?/g)).toHaveLength(1);
  expect(next).toMatch(/resumed after[\s\S]*: release\n[\s\S]*asks: Which name\?/);
  expect((await call('resume', id, '--verbose')).stderr.match(/^waits /gm)).toHaveLength(3);
  const ended = await call('answer', id, 'Two');
  expect(ended.stderr.match(/^spent /gm)).toHaveLength(1);
  const again = await call('resume', id);
  expect(again.code).toBe(0);
  expect(again.stdout).toBe(ended.stdout);
  expect(again.stderr).toMatch(/… {7}\d+ earlier events; crew logs \w+ shows them\n\nspent {3}✓ success/);
});

test('a run that is over, a question that is none and a run that is none are said', async () => {
  const id = await waitingRun('sign.crew.yaml');
  const other = await call('answer', id, '1', '--question', 'name');
  expect(other.code).toBe(2);
  expect(other.stderr).toContain('`name` of run');
  expect(other.stderr).toContain('what waits:\n');
  expect(other.stderr).toMatch(/ {2}[0-9a-f]{8} {2}approve: May it go out\?/);
  expect((await call('answer', id, 'stop', '--question', 'approve')).code).toBe(1);
  for (const command of ['answer', 'approve', 'reject']) {
    const over = await call(command, id, ...(command === 'answer' ? ['1'] : []));
    expect(over.code).toBe(2);
    expect(over.stderr).toContain('waits for no answer');
  }
  expect((await call('answer', 'zz', '1')).stderr).toContain('RUN_NOT_FOUND');
  expect((await call('approve')).code).toBe(2);
});

test('several questions at once are told apart by `--question`', async () => {
  const inner = SIGN.replace('crew: sign', 'crew: inner');
  writeFileSync(join(folder, 'inner.crew.yaml'), inner);
  writeFileSync(
    join(folder, 'two.crew.yaml'),
    `version: 1
crew: two
goal: Ask twice.
start: both
phases:
  both:
    parallel:
      a: { crew: inner.crew.yaml }
      b: { crew: inner.crew.yaml }
    on_error: done
    next: done
  done: { end: success, result: "{{ run.error.message }}" }
`,
  );
  const id = await waitingRun('two.crew.yaml');
  const unclear = await call('answer', id, '1');
  expect(unclear.code).toBe(2);
  expect(unclear.stderr).toMatch(
    /name one with `--question ID`:\n {2}[0-9a-f]{8} {2}both\.a\/approve: May it go out\?\n {2}[0-9a-f]{8} {2}both\.b\/approve/,
  );
  expect((await call('answer', id, '1', '--question', 'both.b/approve')).code).toBe(5);
  expect((await call('answer', id)).stdout).toMatch(/both\.a\/approve asks:[\s\S]*both\.b\/name asks:/);
  const ended = await call('reject', id, '--question', 'both.a/approve');
  expect(ended.code).toBe(0);
  expect(ended.stdout).toContain('both.a/stopped');
});

test('`--allow` lets a call out unasked; a tool that is none is refused with a suggestion', async () => {
  const wrong = await call('run', 'save.crew.yaml', '--allow', 'change.aply');
  expect(wrong.code).toBe(2);
  expect(wrong.stderr).toContain('`--allow change.aply`: the crew has no such tool');
  expect(wrong.stderr).toContain('change.apply');
  for (const grant of ['change.apply', 'change.*']) {
    const allowed = await call('run', 'save.crew.yaml', '--allow', grant);
    expect(allowed.stderr).not.toContain('wants to call');
    expect(allowed.code).toBe(0);
    rmSync(join(folder, 'new.txt'));
  }
  const id = await waitingRun('save.crew.yaml');
  const resumed = await call('resume', id, '--allow', 'change.*');
  expect(resumed.code).toBe(0);
});

test('with `--json` the result is one document, also of a run that waits', async () => {
  const waits = await call('run', 'sign.crew.yaml', '--json');
  expect(waits.code).toBe(5);
  expect(resultOf(waits)).toMatchObject({ failure: { code: 'PERSON_NEEDED' } });
  const { runId } = resultOf(waits) as { readonly runId: string };
  const ended = await call('answer', runId, 'stop', '--json');
  expect(resultOf(ended)).toMatchObject({ outcome: 'failure', result: { choice: 'stop' } });
});
