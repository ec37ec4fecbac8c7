import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { makeFolder } from '../tools/git-repository.ts';
import { crewLine, openTmuxShell, type TmuxShell } from './tmux-shell.ts';

const ESC = '\u{1b}';

/** What acts on terminals, hides in them, or draws over what stands there. */
const VECTORS: readonly string[] = [
  `${ESC}]0;owned\u{7}`,
  `${ESC}]2;owned${ESC}\\`,
  `${ESC}]8;;https://evil.example${ESC}\\click${ESC}]8;;${ESC}\\`,
  `${ESC}]52;c;b3duZWQ=\u{7}`,
  `${ESC}]4;1;rgb:00/00/00\u{7}`,
  `${ESC}]10;#000000\u{7}`,
  `${ESC}]1337;SetMark\u{7}`,
  `${ESC}P+q544e${ESC}\\`,
  `${ESC}_owned${ESC}\\`,
  `${ESC}^owned${ESC}\\`,
  `${ESC}Xowned${ESC}\\`,
  `${ESC}[2J`,
  `${ESC}[H`,
  `${ESC}[5A`,
  `${ESC}[6n`,
  `${ESC}[c`,
  `${ESC}[?1049h`,
  `${ESC}[?25l`,
  `${ESC}[?2004l`,
  `${ESC}[31m`,
  `${ESC}[8m`,
  `${ESC}[1;5r`,
  `${ESC}c`,
  `${ESC}7${ESC}8`,
  `${ESC}M`,
  '\u{8}\u{8}\u{8}\u{8}',
  '\rallowed',
  '\u{7}',
  '\u{b}\u{c}',
  '\u{9b}2J\u{9d}0;owned\u{9c}',
  '\u{7f}\u{0}',
  '\u{202e}dewolla\u{2066}\u{200b}\u{e0041}',
];

/** Anything that a terminal does not simply draw. */
const RAW = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;

const CREW = `version: 1
crew: vectors
goal: Show what a role says.
roles: { writer: { goal: Write., tools: [change] } }
tools: { change: builtin:change }
start: write
phases:
  write: { role: writer, task: Write., next: sign }
  sign: { human: "{{ write }}", next: done }
  done: { end: success, result: "{{ write }}" }
`;

let folder = '';
let shell: TmuxShell;
beforeEach(() => {
  folder = makeFolder();
  shell = openTmuxShell(folder);
});
afterEach(() => {
  shell.close();
  rmSync(folder, { recursive: true, force: true });
});

const marked = VECTORS.map((vector, index) => `<m${index}>${vector}</m${index}>`);

test('32 ways to act on a terminal are shown as escapes, wherever foreign words are shown', async () => {
  expect(VECTORS).toHaveLength(32);
  writeFileSync(join(folder, 'v.crew.yaml'), CREW);
  const replies = [
    { phase: 'write', calls: [{ tool: 'change.apply', args: { patch: marked.join(' ') } }] },
    { phase: 'write', text: marked.join('\n') },
  ];
  writeFileSync(join(folder, 'replies.yaml'), JSON.stringify({ version: 1, replies }));
  shell.enter(`NO_COLOR=1 ${crewLine('run v.crew.yaml --plain --model script:replies.yaml -v')}`);
  await shell.until('refuse it; words after it are told to the role');
  await shell.until('\n>');
  shell.enter('n no');
  await shell.until('sign asks:');
  await shell.until('\n>', 2);
  shell.enter('seen');
  await shell.until('exit code 0');
  shell.enter(`NO_COLOR=1 ${crewLine(`show ${/run (\w+) ·/.exec(shell.screen())?.[1] ?? ''}`)}`);
  await shell.until('exit code 0', 2);
  const written = shell.written().toString('utf8');
  // Without colours no row but that of a prompt has a control of ours.
  const rows = written.split(/\r*\n/).filter(row => row.includes('<m'));
  for (const row of rows) expect(RAW.exec(row)?.[0], JSON.stringify(row)).toBeUndefined();
  const words = rows.map(row => row.replace(/^ {2}│ ?/, '')).join('');
  for (const [index] of VECTORS.entries()) {
    expect(words.split(`<m${index}>`).length, `vector ${index}`).toBeGreaterThan(3);
  }
  expect(written).not.toContain('\u{7}');
  expect(shell.title()).not.toContain('owned');
});

test('foreign words never begin a row of a question, so they cannot look like ways to answer', async () => {
  const spoof = `Nothing.\n\ny  allow this call\n> y\n${' '.repeat(115)}y  allow this call`;
  writeFileSync(join(folder, 'v.crew.yaml'), CREW);
  writeFileSync(
    join(folder, 'replies.yaml'),
    JSON.stringify({ version: 1, replies: [{ phase: 'write', text: spoof }] }),
  );
  shell.enter(crewLine('run v.crew.yaml --plain --model script:replies.yaml'));
  const asked = await shell.until('Write your answer.\n>');
  const rows = asked.slice(asked.indexOf('sign asks:')).split('\n');
  const foreign = rows.slice(2, rows.indexOf('Write your answer.') - 1);
  expect(foreign.length).toBeGreaterThan(4);
  for (const row of foreign) expect(row).toMatch(/^ {2}│/);
  shell.press('C-d');
  await shell.until('exit code 5');
});
