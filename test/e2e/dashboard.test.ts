import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { hasTmux } from '../machine.ts';
import { makeFolder } from '../tools/git-repository.ts';
import { crew, crewProgram, startNode } from './crew-process.ts';
import { crewLine, openTmuxShell, type TmuxShell } from './tmux-shell.ts';

/** A role that writes slowly, leave for a change, a question. */
const SAVE = `version: 1
crew: save
goal: Change something that a person has seen.
roles: { writer: { goal: Write. } }
tools: { change: builtin:change }
budget: { calls: 10 }
start: write
phases:
  write: { role: writer, task: Write the news of version two., next: apply }
  apply:
    tool: change.apply
    with:
      patch: "diff --git a/NEWS b/NEWS\\nnew file mode 100644\\n--- /dev/null\\n+++ b/NEWS\\n@@ -0,0 +1 @@\\n+{{ write }}\\n"
    on_error: refused
    next: ask
  ask: { human: "Tell everybody?", choices: [yes, no], next: done }
  done: { end: success, result: "told: {{ ask.choice }}" }
  refused: { end: failure, result: "{{ run.error.message }}" }
`;

let folder: string;
let shell: TmuxShell;
beforeEach(() => {
  folder = makeFolder();
  execFileSync('git', ['init', '-q'], { cwd: folder });
  writeFileSync(join(folder, 'save.crew.yaml'), SAVE);
  reply('The news: it reads files that are larger than memory.', 0);
});
afterEach(() => {
  shell?.close();
  rmSync(folder, { recursive: true, force: true });
});

function reply(text: string, delayMs: number): void {
  const replies = { version: 1, replies: [{ phase: 'write', text, delay_ms: delayMs }] };
  writeFileSync(join(folder, 'replies.yaml'), JSON.stringify(replies));
}

const RUN = 'run save.crew.yaml --model script:replies.yaml --run-id run1';

/** Longer than keys do not count. */
async function heard(): Promise<void> {
  await new Promise(resolve => setTimeout(resolve, 500));
}

describe.runIf(hasTmux)('crew run in a terminal', () => {
  test('shows what goes on, is answered in place, and prints the result in the normal screen', async () => {
    shell = openTmuxShell(folder, { columns: 120, rows: 40 });
    shell.enter(crewLine(RUN));
    const asked = await shell.until('apply wants to call change.apply');
    expect(asked).toContain('? waits for you');
    expect(asked).toContain('✓ write');
    expect(asked).toContain('+The news: it reads files that are larger than memory.');
    await heard();
    shell.press('y');
    await shell.until('ask asks you');
    await heard();
    shell.press('2');
    await shell.until('✓ success');
    const meanwhile = await crew(['show', 'run1', '--json'], { from: folder });
    expect(JSON.parse(meanwhile.stdout)).toMatchObject({ active: false, status: 'success' });
    shell.press('q');
    const end = await shell.until('exit code 0');
    expect(end).toContain('crew    save · run run1');
    expect(end).toContain('spent   ✓ success · 1 model call');
    expect(end).toContain('look    crew replay run1');
    expect(end).toContain('told: no');
    expect(end).not.toContain('╭─');
    const written = shell.written().toString('utf8');
    expect(written).toContain('\u001b[?1049h');
    expect(written.lastIndexOf('\u001b[?1049l')).toBeGreaterThan(written.lastIndexOf('\u001b[?1049h'));
    for (const clear of ['\u001b[2J', '\u001b[3J']) expect(written).not.toContain(clear);
  });

  test('a call is refused with a reason', async () => {
    shell = openTmuxShell(folder, { columns: 80, rows: 24 });
    shell.enter(crewLine(RUN));
    await shell.until('apply wants to call change.apply');
    await heard();
    shell.press('r');
    await shell.until('Why not?');
    shell.enter('not today');
    await shell.until('✗ ended in failure');
    shell.press('q');
    expect(await shell.until('exit code 1')).toContain('not today');
  });

  test('the exact prompt, a search, help, and another size', async () => {
    shell = openTmuxShell(folder, { columns: 120, rows: 40 });
    shell.enter(crewLine(RUN));
    await shell.until('apply wants to call change.apply');
    await heard();
    shell.press('l');
    await shell.until('put aside');
    shell.press('p');
    const prompt = await shell.until('Exact prompt of');
    expect(prompt).toContain('Write the news of version two.');
    shell.press('Escape');
    await shell.until('2 Conversation');
    shell.press('/');
    shell.enter('larger than');
    await shell.until('n N');
    expect(shell.screen()).toContain('▌');
    shell.press('?');
    await shell.until('Look around');
    shell.press('q');
    execFileSync('tmux', ['-S', join(folder, 'tmux'), 'resize-window', '-x', '80', '-y', '24']);
    const narrow = await shell.until('✓ write › ? apply');
    expect(narrow.split('\n').every(row => row.length <= 80)).toBe(true);
    shell.press('s');
    await shell.until('s once more');
    shell.press('s');
    expect(await shell.until('exit code 130')).toContain('crew resume run1');
  });

  test('Ctrl+Z gives the terminal to the shell, and fg comes back', async () => {
    shell = openTmuxShell(folder, { columns: 100, rows: 30 });
    shell.enter('set -m');
    shell.enter(crewLine(RUN));
    await shell.until('apply wants to call change.apply');
    shell.press('C-z');
    await shell.until('exit code');
    expect(shell.screen()).not.toContain('╭─');
    shell.enter('echo in the shell; fg');
    await shell.until('apply wants to call change.apply');
    await heard();
    shell.press('n');
    await shell.until('✗ ended in failure');
    shell.press('q');
    await shell.until('$ ');
  });

  test('a kill gives the terminal back, and the run can be resumed', async () => {
    shell = openTmuxShell(folder, { columns: 100, rows: 30 });
    shell.enter(crewLine(RUN));
    await shell.until('apply wants to call change.apply');
    const stopped = await crew(['stop', 'run1'], { from: folder });
    expect(stopped.code).toBe(0);
    const end = await shell.until('exit code 143');
    expect(end).toContain('Stopped. Go on with: crew resume run1');
    expect(end).toContain('spent   stopped · 1 model call');
    expect(end).not.toContain('╭─');
    shell.enter(crewLine('resume run1'));
    await shell.until('apply wants to call change.apply');
    await heard();
    shell.press('n');
    await shell.until('✗ ended in failure');
    shell.press('q');
    await shell.until('exit code 1\n');
  });

  test('whoever leaves is told line by line, and asked at the prompt', async () => {
    reply('The news.', 2500);
    shell = openTmuxShell(folder, { columns: 100, rows: 30 });
    shell.enter(crewLine(RUN));
    await shell.until('1 Procedure');
    shell.press('q');
    await shell.until('crew watch run1 opens the dashboard again');
    await shell.until('refuse it; words after it are told to the role\n>');
    shell.enter('n');
    expect(await shell.until('exit code 1')).toContain('✗ failure at refused');
  });

  test('a dashboard that breaks is taken away, and the run goes on line by line', async () => {
    reply('The news.', 1500);
    const hook = `import { registerHooks } from 'node:module';
let frames = 0;
globalThis.breakFrames = () => { frames += 1; if (frames > 3) throw new Error('boom'); };
registerHooks({ load(url, context, next) {
  const loaded = next(url, context);
  if (!url.includes('open-dashboard')) return loaded;
  const source = String(loaded.source).replace('function frameLines(view, ui, nowMs) {', '$& globalThis.breakFrames();');
  return { ...loaded, source };
} });
`;
    writeFileSync(join(folder, 'break.mjs'), hook);
    shell = openTmuxShell(folder, { columns: 100, rows: 30 });
    shell.enter(
      `'${process.execPath}' --import ./break.mjs '${crewProgram()}' ${RUN} --allow 'change.*'; echo "exit code $?"`,
    );
    await shell.until('! the dashboard broke (boom); the run goes on, told line by line');
    await shell.until('2  no\n>');
    shell.enter('yes');
    expect(await shell.until('exit code 0')).toContain('told: yes');
  });

  test('an ending that nobody looks at closes by itself', async () => {
    writeFileSync(
      join(folder, 'short.crew.yaml'),
      'version: 1\ncrew: short\ngoal: Be short.\nroles: { writer: { goal: Write. } }\nstart: write\nphases:\n  write: { role: writer, task: Write., next: done }\n  done: { end: success, result: "{{ write }}" }\n',
    );
    shell = openTmuxShell(folder, { columns: 100, rows: 30 });
    shell.enter(crewLine('run short.crew.yaml --model script:replies.yaml'));
    await shell.until(/closes in \d+ s, any key keeps it/);
    expect(await shell.until('exit code 0')).toContain('The news: it reads');
  });

  test('an ending that somebody looks at stays', async () => {
    shell = openTmuxShell(folder, { columns: 100, rows: 30 });
    shell.enter(crewLine(`${RUN} --allow 'change.*'`));
    await shell.until('ask asks you');
    await heard();
    shell.press('1');
    await shell.until(/closes in \d s, any key keeps it/);
    shell.press('2');
    await shell.until('q leave and print the result');
    await new Promise(resolve => setTimeout(resolve, 9000));
    expect(shell.screen()).toContain('2 Conversation');
    shell.press('q');
    await shell.until('exit code 0');
  });

  test('whoever leaves a paused run lets it go on', async () => {
    reply('The news.', 1500);
    shell = openTmuxShell(folder, { columns: 100, rows: 30 });
    shell.enter(crewLine(RUN));
    await shell.until('1 Procedure');
    shell.press('Space');
    await shell.until('paused: nothing new begins');
    shell.press('q');
    await shell.until('The run was paused; it goes on now.');
    await shell.until('refuse it; words after it are told to the role\n>');
    shell.enter('n');
    await shell.until('exit code 1');
  });
});

describe.runIf(hasTmux)('crew watch and crew replay', () => {
  test('a run of another terminal is watched and answered, and stopped from there', async () => {
    shell = openTmuxShell(folder, { columns: 100, rows: 30 });
    shell.enter(crewLine(`${RUN} --plain`));
    await shell.until('refuse it; words after it are told to the role\n>');
    const other = join(folder, 'other');
    mkdirSync(other);
    const second = openTmuxShell(other, { columns: 110, rows: 32 });
    try {
      second.enter(crewLine(`watch run1 --cwd '${folder}'`));
      await second.until('apply wants to call change.apply');
      await heard();
      second.press('y');
      await second.until('the run takes it where it is at work');
      await second.until('ask asks you');
      await heard();
      second.press('q');
      expect(await second.until('exit code 0')).toContain('come back with: crew watch run1');
      second.enter(crewLine(`watch run1 --cwd '${folder}'`));
      await second.until('ask asks you');
      await heard();
      second.press('l');
      second.press('s');
      second.press('s');
      await shell.until('exit code 143');
      expect(await second.until('nobody works on it')).not.toContain('● ask');
    } finally {
      second.close();
    }
  });

  test('a finished run is played, step by step', async () => {
    await crew([...RUN.split(' '), '--allow', 'change.*'], { from: folder });
    await crew(['answer', 'run1', 'yes'], { from: folder });
    shell = openTmuxShell(folder, { columns: 100, rows: 30 });
    shell.enter(crewLine('replay run1 --speed max'));
    await shell.until('✓ success');
    shell.press('{');
    await shell.until('0 of');
    shell.press(']');
    await shell.until('● write');
    shell.press('}');
    await shell.until('✓ success');
    shell.press('q');
    expect(await shell.until('exit code 0')).toContain(
      'run run1 was played again: success; what it did: crew show run1',
    );
  });
});

test('without a terminal nothing of the dashboard is loaded', async () => {
  const hook = `import { registerHooks } from 'node:module'; registerHooks({ load(url, context, next) { process.stderr.write('LOADED ' + url + '\\n'); return next(url, context); } });`;
  const hooked = ['--import', `data:text/javascript,${encodeURIComponent(hook)}`];
  const args = [crewProgram(), ...RUN.split(' ')];
  const { stderr } = await startNode([...hooked, ...args], { from: folder }).ended;
  const loaded = stderr.split('\n').filter(line => line.startsWith('LOADED '));
  expect(loaded.length).toBeGreaterThan(3);
  expect(loaded.filter(line => /open-dashboard|\/ink\/|\/react/.test(line))).toEqual([]);
});
