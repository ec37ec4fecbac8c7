import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Fact } from '../../src/model/fact.ts';
import { makeFolder } from '../tools/git-repository.ts';
import { crew, type Ended } from './crew-process.ts';

const CREW = `version: 1
crew: keep
goal: Keep things.
memory:
  embedder: none
  blocks: { board: { value: "Board:", level: run } }
roles:
  clerk: { goal: Keep., tools: [memory], memory: { levels: [run, crew], observe: false } }
tools: { memory: builtin:memory }
budget: { calls: 90 }
start: first
phases:
  first: { role: clerk, task: Keep a lamp., next: second }
  second: { role: clerk, task: Keep a kettle., next: look }
  look: { role: clerk, task: Look for gadgets., next: done }
  done: { end: success, result: "{{ look }}" }
`;
const keep = (phase: string, what: string) => `
  - phase: ${phase}
    turn: 1
    calls:
      - { tool: memory.archive_insert, args: { content: The ${what} is a gadget., level: run } }
      - { tool: memory.insert, args: { block: board, text: ${what} } }
  - { phase: ${phase}, turn: 2, text: "kept the ${what}" }`;
const LOOK = `
  - { phase: look, turn: 1, text: looked }
`;
const first = keep('first', 'lamp');
const second = keep('second', 'kettle');
const nothing = '\n  - { phase: second, text: kept nothing }';

let folder = '';
let original = '';
const call = (...args: readonly string[]): Promise<Ended> => crew(args, { from: folder });
const script = (name: string, ...parts: readonly string[]) =>
  writeFileSync(join(folder, name), `version: 1\nreplies:${parts.join('')}${LOOK}`);

async function factsOf(runId: string): Promise<readonly Fact[]> {
  const { stdout } = await call('export', runId);
  const [, ...facts] = stdout.trim().split('\n');
  return facts.map(line => JSON.parse(line));
}

/** What the clerk was reminded of as it began to look. */
async function seenIn(runId: string) {
  const facts = await factsOf(runId);
  const recalled = facts.find(fact => fact.type === 'memory.recalled' && fact.key === 'look:1/recall');
  const [role] = recalled?.type === 'memory.recalled' ? recalled.recalled.roles : [];
  return {
    notes: role?.notes.map(({ text }) => text).toSorted(),
    board: role?.blocks.map(({ value }) => value).join(),
  };
}

/** How many facts there were when a piece of work began to be reminded. */
async function beginningOf(runId: string, phase: string): Promise<string> {
  const facts = await factsOf(runId);
  return String(facts.findIndex(fact => 'key' in fact && fact.key === `${phase}:1/recall`));
}

async function fork(runId: string, at: string, replies: string): Promise<string> {
  const ended = await call('fork', runId, '--at', at, '--model', `script:${replies}`, '--json');
  expect(JSON.parse(ended.stdout)).toMatchObject({ outcome: 'success', result: 'looked' });
  expect(ended.stderr).toContain(`keeps the first ${at} of`);
  return JSON.parse(ended.stdout).runId;
}

const LAMP = 'The lamp is a gadget.';
const KETTLE = 'The kettle is a gadget.';
const POT = 'The pot is a gadget.';

beforeAll(async () => {
  folder = makeFolder();
  writeFileSync(join(folder, 'keep.crew.yaml'), CREW);
  script('both.yaml', first, second);
  script('neither.yaml', '\n  - { phase: first, text: kept nothing }', nothing);
  script('pot.yaml', keep('second', 'pot'));
  const ended = await call('run', 'keep.crew.yaml', '--model', 'script:both.yaml', '--json');
  original = JSON.parse(ended.stdout).runId;
  expect(await seenIn(original)).toEqual({ notes: [KETTLE, LAMP], board: 'Board:\nlamp\nkettle' });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('a fork sees in notes and blocks what its original had kept by then, and nothing that came later', async () => {
  expect(await seenIn(await fork(original, '1', 'neither.yaml'))).toEqual({ notes: [], board: 'Board:' });
  const half = await beginningOf(original, 'second');
  const early = await fork(original, half, 'neither.yaml');
  expect(await seenIn(early)).toEqual({ notes: [LAMP], board: 'Board:\nlamp' });
  const late = await fork(original, await beginningOf(original, 'look'), 'neither.yaml');
  expect(await seenIn(late)).toEqual({ notes: [KETTLE, LAMP], board: 'Board:\nlamp\nkettle' });
});

test('a fork of a fork has the past of both; nobody sees what it writes; replays know of it too', async () => {
  const half = await beginningOf(original, 'second');
  const child = await fork(original, half, 'pot.yaml');
  const own = { notes: [LAMP, POT], board: 'Board:\nlamp\npot' };
  expect(await seenIn(child)).toEqual(own);
  const late = await fork(child, await beginningOf(child, 'look'), 'neither.yaml');
  expect(await seenIn(late)).toEqual(own);
  const early = await fork(child, half, 'neither.yaml');
  expect(await seenIn(early)).toEqual({ notes: [LAMP], board: 'Board:\nlamp' });
  const again = await fork(original, await beginningOf(original, 'look'), 'neither.yaml');
  expect(await seenIn(again)).toEqual({ notes: [KETTLE, LAMP], board: 'Board:\nlamp\nkettle' });
  const replayed = await call('replay', late, '--speed', 'max');
  expect(replayed.stdout + replayed.stderr).toContain(POT);
  expect(replayed.code).toBe(0);
});
