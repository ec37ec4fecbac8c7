import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { hasTmux } from '../machine.ts';
import { makeFolder } from '../tools/git-repository.ts';
import { crew } from './crew-process.ts';
import { crewLine, openTmuxShell, type TmuxShell } from './tmux-shell.ts';

const SIGN = `version: 1
crew: sign
goal: Sign off.
inputs: { what: { type: string, default: it } }
start: approve
phases:
  approve:
    human: "May {{ inputs.what }} go out?"
    choices: [release, stop]
    next: [{ when: approve.choice == "release", to: name }, { to: stopped }]
  name: { human: Which name?, next: released }
  released: { end: success, result: "released as {{ name.text }}" }
  stopped: { end: failure, result: stopped }
`;
const TWO = `version: 1
crew: two
goal: Ask twice at once.
start: both
phases:
  both:
    parallel:
      a: { crew: one.crew.yaml, inputs: { what: a } }
      b: { crew: one.crew.yaml, inputs: { what: b } }
    next: done
  done: { end: success, result: "{{ both.a }} {{ both.b }}" }
`;
const ONE = `version: 1
crew: one
goal: Ask once.
inputs: { what: { type: string } }
start: ask
phases:
  ask: { human: "Who does {{ inputs.what }}?", next: done }
  done: { end: success, result: "{{ ask.text }}" }
`;
const LATE = `version: 1
crew: late
goal: Ask for a second.
start: ask
phases:
  ask: { human: Go on?, choices: [yes, no], default: no, timeout: 1s, next: done }
  done: { end: success, result: "took {{ ask.choice }}" }
`;

let folder = '';
let shell: TmuxShell | undefined;
beforeEach(() => {
  folder = makeFolder();
  const files = { sign: SIGN, two: TWO, one: ONE, late: LATE };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, `${name}.crew.yaml`), text);
});
afterEach(() => {
  shell?.close();
  shell = undefined;
  rmSync(folder, { recursive: true, force: true });
});

const plainLine = (args: string) => crewLine(`${args} --plain`);
const runIdOn = (screen: string) => /· run (\w+) ·/.exec(screen)?.[1] ?? '';

test('a person at the terminal is asked, told what is allowed, and asked again', async context => {
  if (!hasTmux) return context.skip('tmux is not installed');
  shell = openTmuxShell(folder);
  shell.enter(plainLine('run sign.crew.yaml -i what=release'));
  const asked = await shell.until('\n>');
  expect(asked).toMatch(/approve asks:\n\n {2}│ May release go out\?\n\n1 {2}release\n2 {2}stop\n/);
  shell.enter('9');
  await shell.until('expected one of 1 (release), 2 (stop)');
  shell.enter('rel');
  await shell.until('name asks:');
  shell.enter('');
  await shell.until('expected some words');
  shell.enter('Crewfile 2');
  const end = await shell.until('exit code 0');
  expect(end).toContain('released as Crewfile 2');
});

test('Ctrl+C at the prompt stops the run, and a resume asks again', async context => {
  if (!hasTmux) return context.skip('tmux is not installed');
  shell = openTmuxShell(folder);
  shell.enter(plainLine('run sign.crew.yaml'));
  const runId = runIdOn(await shell.until('\n>'));
  shell.press('C-c');
  const stopped = await shell.until('exit code 130');
  expect(stopped).toContain(`Stopped. Go on with: crew resume ${runId}`);
  shell.enter(plainLine(`resume ${runId}`));
  await shell.until('\n>', 2);
  shell.enter('2');
  expect(await shell.until('exit code 1\n')).toContain('stopped');
});

test('the end of input at the prompt leaves the run waiting', async context => {
  if (!hasTmux) return context.skip('tmux is not installed');
  shell = openTmuxShell(folder);
  shell.enter(plainLine('run sign.crew.yaml'));
  await shell.until('\n>');
  shell.press('C-d');
  const waits = await shell.until('exit code 5');
  expect(waits).toContain('PERSON_NEEDED');
});

test('an answer from another shell is taken while the first one asks, also for a later question', async context => {
  if (!hasTmux) return context.skip('tmux is not installed');
  shell = openTmuxShell(folder);
  shell.enter(plainLine('run two.crew.yaml'));
  const runId = runIdOn(await shell.until('Who does a?\n\nWrite your answer.\n>'));
  const second = await crew(['answer', runId, 'Bob', '--question', 'both.b/ask'], { from: folder });
  expect([second.code, second.stdout]).toEqual([0, '']);
  expect(second.stderr).toContain('answered `both.b/ask`; the run takes it where it is at work');
  await shell.until('`both.b/ask` was answered in another shell');
  const listed = await crew(['answer', runId], { from: folder });
  expect(listed.stdout).toContain('both.a/ask asks:');
  expect(listed.stdout).not.toContain('both.b/ask asks:');
  expect((await crew(['answer', runId, 'Ann'], { from: folder })).code).toBe(0);
  const end = await shell.until('exit code 0');
  expect(end).toContain('`both.a/ask` was answered in another shell');
  expect(end).toContain('Ann Bob');
});

test('when the time is over at the prompt the default is taken', async context => {
  if (!hasTmux) return context.skip('tmux is not installed');
  shell = openTmuxShell(folder);
  shell.enter(plainLine('run late.crew.yaml'));
  await shell.until('\n>');
  const end = await shell.until('exit code 0');
  expect(end).toContain('took no');
  expect(end).toMatch(/ask +│ ● default after 1\.0 s: no\n/);
});

test('`--no-input` asks nobody, and is no negation of `--input`', async context => {
  if (!hasTmux) return context.skip('tmux is not installed');
  shell = openTmuxShell(folder);
  shell.enter(plainLine('run sign.crew.yaml --no-input -i what=release'));
  const end = await shell.until('exit code 5');
  expect(end).toContain('asks: May release go out?');
  expect(end).not.toContain('\n>');
});

test('what was typed before a question was shown is no answer to it', async context => {
  if (!hasTmux) return context.skip('tmux is not installed');
  writeFileSync(
    join(folder, 'save.crew.yaml'),
    `version: 1
crew: save
goal: Change something.
roles: { writer: { goal: Write. } }
tools: { change: builtin:change }
start: write
phases:
  write: { role: writer, task: Write., next: apply }
  apply: { tool: change.apply, with: { patch: x }, on_error: refused, next: refused }
  refused: { end: failure, result: "{{ run.error.code }}" }
`,
  );
  writeFileSync(
    join(folder, 'replies.yaml'),
    'version: 1\nreplies: [{ phase: write, text: ok, delay_ms: 1500 }]\n',
  );
  shell = openTmuxShell(folder);
  shell.enter(plainLine('run save.crew.yaml --model script:replies.yaml'));
  await shell.until('│ ▸ writer');
  shell.enter('y');
  await shell.until('refuse it; words after it are told to the role\n>');
  await sleep(300);
  expect(shell.screen()).not.toContain('exit code 1');
  shell.enter('n');
  expect(await shell.until('exit code 1')).toContain('CONSENT_DENIED');
});

const PAIR = `version: 1
crew: pair
goal: Ask for a second, then for leave.
tools: { change: builtin:change }
start: ask
phases:
  ask: { human: Go on?, choices: [yes, no], default: no, timeout: 2s, next: apply }
  apply: { tool: change.apply, with: { patch: x }, on_error: refused, next: refused }
  refused: { end: failure, result: "{{ run.error.code }}" }
`;

test('what was typed and not entered goes with the question that it was typed under', async context => {
  if (!hasTmux) return context.skip('tmux is not installed');
  writeFileSync(join(folder, 'pair.crew.yaml'), PAIR);
  shell = openTmuxShell(folder);
  shell.enter(plainLine('run pair.crew.yaml'));
  await shell.until('\n>');
  shell.press('y');
  await shell.until('\n> y');
  await shell.until('refuse it; words after it are told to the role\n>');
  shell.press('Enter');
  await shell.until('expected `y`, `A` or `n`');
  shell.enter('n');
  expect(await shell.until('exit code 1')).toContain('CONSENT_DENIED');
});

const BUSY = `version: 1
crew: busy
goal: Ask while others work.
roles: { writer: { goal: Write. } }
start: both
phases:
  both:
    parallel:
      asked: { crew: one.crew.yaml, inputs: { what: it } }
      works: { role: writer, task: Write. }
    next: done
  done: { end: success, result: "{{ both.asked }}" }
`;

test('what happens while a question is open is shown above it, and what was typed stays', async context => {
  if (!hasTmux) return context.skip('tmux is not installed');
  writeFileSync(join(folder, 'busy.crew.yaml'), BUSY);
  const reply = '{ phase: both.works, text: written, delay_ms: 3000 }';
  writeFileSync(join(folder, 'busy.replies.yaml'), `version: 1\nreplies: [${reply}]\n`);
  shell = openTmuxShell(folder);
  shell.enter(plainLine('run busy.crew.yaml --model script:busy.replies.yaml'));
  await shell.until('Write your answer.\n>');
  shell.press('Ann');
  await shell.until('\n> Ann');
  const told = await shell.until('both.works           │ ✓');
  expect(told).toMatch(/Write your answer\.\n( .*│.*\n)+> Ann$/);
  shell.enter('a');
  expect(await shell.until('exit code 0')).toContain('Anna');
});

test('one refusal of two says how the run waits after all that happened', async () => {
  const call = '{ tool: shell.run, args: { command: [echo, x] } }';
  writeFileSync(
    join(folder, 'calls.crew.yaml'),
    `version: 1
crew: calls
goal: Call twice.
roles: { clerk: { goal: Work., tools: [shell] } }
tools: { shell: builtin:shell }
start: work
phases:
  work: { role: clerk, task: Do it., next: done }
  done: { end: success }
`,
  );
  writeFileSync(
    join(folder, 'calls.yaml'),
    `version: 1\nreplies:\n  - { phase: work, turn: 1, calls: [${call}, ${call}] }\n`,
  );
  const run = await crew(['run', 'calls.crew.yaml', '--model', 'script:calls.yaml'], { from: folder });
  const commands = [...run.stderr.matchAll(/crew reject (\S+) --question (\S+)/g)];
  for (const [, runId = '', id = ''] of commands.toReversed().slice(0, 1)) {
    const { code, stderr } = await crew(['reject', runId, '--question', id], { from: folder });
    expect(code).toBe(5);
    expect(stderr).toMatch(/● .*: deny[\s\S]*\nwaits [\s\S]*\nresume /);
    expect(stderr).not.toMatch(/\nresume [\s\S]*●/);
  }
  expect(commands).toHaveLength(2);
});
