import { existsSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { crew } from '../../e2e/crew-process.ts';
import { makeFolder } from '../../tools/git-repository.ts';

const CREW = `version: 1
crew: keeping
goal: Keep.
inputs: { topic: { type: string, default: herons } }
models: { default: "script:replies.yaml" }
memory: { blocks: { house: Quiet. } }
tools: { memory: builtin:memory }
roles:
  keeper: { goal: Keep., memory: true, tools: [memory] }
  guest: { goal: Look. }
budget: { calls: 60 }
start: keep
phases:
  keep: { role: keeper, task: "Keep {{ inputs.topic }} in {{ run.id }}.", next: look }
  look: { role: guest, task: Look., next: again }
  again: { role: keeper, task: "Keep {{ look }}.", next: done }
  done: { end: success }
`;

/** What is said is remembered, as that of `offline` would not be. */
const REPLIES = `version: 1
replies:
  - { phase: keep, text: The herons nest in the reeds of the lake., times: 9 }
  - { phase: look, text: There were three of them., times: 9 }
  - { phase: again, text: They keep to the reeds all year., times: 9 }
`;

interface Rendered {
  readonly messages: readonly { readonly from: string; readonly text: string }[];
  readonly tools: readonly { readonly name: string }[];
  readonly memory?: {
    readonly state: string;
    readonly place: string;
    readonly why: string;
    readonly blocks: readonly { readonly label: string; readonly version: number }[];
    readonly notes: readonly { readonly role: string; readonly kind: string; readonly gist: string }[];
    readonly remarks: readonly string[];
  };
}

function makePlace(text = CREW) {
  const from = makeFolder();
  writeFileSync(join(from, 'keeping.crew.yaml'), text);
  writeFileSync(join(from, 'replies.yaml'), REPLIES);
  const render = (...flags: string[]) => crew(['prompt', 'render', 'keeping.crew.yaml', ...flags], { from });
  const json = async (...flags: string[]): Promise<Rendered> => {
    const { code, stdout, stderr } = await render(...flags, '--json');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    return JSON.parse(stdout);
  };
  const run = async (...flags: string[]): Promise<string> => {
    const { code, stdout, stderr } = await crew(['run', 'keeping.crew.yaml', ...flags], { from });
    expect({ code, stdout }).toEqual({ code: 0, stdout });
    return /run (\S+)/.exec(stderr)?.[1] ?? stderr;
  };
  return { from, render, json, run, store: join(from, '.crew/memory') };
}

/** Every file below a folder with its size and its moment. */
function filesIn(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(entry => join(entry.parentPath, entry.name))
    .map(path => `${path} ${statSync(path).size} ${statSync(path).mtimeMs}`)
    .toSorted();
}

const exact = (text: string): string => text.replaceAll(/just now|\d+ minutes? ago/g, 'now');

describe('a prompt that is rendered with memory', () => {
  test('is that of a run which makes its memory, and makes none', async () => {
    const { json, render, store } = makePlace();
    const shown = await json('--phase', 'keep');
    expect(shown.messages[0]?.text).toContain('<block name="house"');
    expect(shown.memory).toMatchObject({
      state: 'new',
      place: '.crew/memory',
      blocks: [{ label: 'house', version: 0 }],
      notes: [],
    });
    const { stderr } = await render('--phase', 'keep');
    expect(stderr).toContain(
      'there is no memory at .crew/memory yet, so a run begins with what the crew declares\n' +
        'block `house`: as the crew declares it\n',
    );
    expect(stderr).toContain('`render` stands for the id of the run\n');
    expect(existsSync(store)).toBe(false);
  });

  test('is just what the next run sends, and leaves its memory as it is', async () => {
    const { from, json, run, render, store } = makePlace();
    await run('--run-id', 'run-one');
    await run('--run-id', 'run-two', '-i', 'topic=owls');
    const before = filesIn(store);
    const shown = await json('--phase', 'keep');
    expect(shown.memory?.notes.length).toBeGreaterThan(0);
    expect(shown.memory?.notes[0]).toMatchObject({ role: 'keeper', kind: 'observation' });
    const { stderr } = await render('--phase', 'keep');
    expect(stderr).toMatch(
      /^memory of \.crew\/memory, version \d+, as a run that begins now is told of it\n/,
    );
    expect(stderr).toMatch(/\nobservation \w+ \(.*words.*\): keep: /);
    expect(filesIn(store)).toEqual(before);
    await run('--run-id', 'run-three');
    const sent = await crew(['show', 'run-three', 'keep', '--prompt', '1', '--json'], { from });
    const { messages } = JSON.parse(sent.stdout) as { messages: { parts: { text: string }[] }[] };
    const texts = messages.map(({ parts }) => parts.map(({ text }) => text).join(''));
    expect(shown.messages.map(({ text }) => exact(text))).toEqual(
      texts.map(text => exact(text).replaceAll('run-three', 'render')),
    );
  });

  test('says what nobody can know before the run', async () => {
    const { json, run } = makePlace();
    await run();
    const later = await json('--phase', 'again');
    expect(later.memory?.remarks).toEqual([
      'what earlier phases of the same run remember is not known before it, and may be told at `again` as well',
    ]);
  });

  test('is that of a run without memory where it is off', async () => {
    const { json, render, store } = makePlace();
    const shown = await json('--phase', 'keep', '--memory', 'off');
    expect(shown.memory?.state).toBe('off');
    expect(shown.tools).toEqual([]);
    // What the author wrote into a block is the author's text.
    expect(shown.messages[0]?.text).toContain('Quiet.');
    expect((await json('--phase', 'keep')).tools.length).toBeGreaterThan(3);
    const { stderr } = await render('--phase', 'keep', '--memory', 'off');
    expect(stderr).toMatch(/^a run without memory is shown/);
    expect(existsSync(store)).toBe(false);
    const { code } = await render('--phase', 'keep', '--memory', 'maybe');
    expect(code).toBe(2);
  });

  test('says nothing of memory where the role has none', async () => {
    const { json } = makePlace();
    expect((await json('--phase', 'look')).memory).toBeUndefined();
  });

  test('asks nobody for a memory at an address', async () => {
    const { json } = makePlace(CREW.replace('memory: {', 'memory: { store: "s3://bucket/memory",'));
    const shown = await json('--phase', 'keep');
    const why = 'it is at s3://bucket/memory, and who only looks asks no server';
    expect(shown.memory).toMatchObject({ state: 'unread', why });
    expect(shown.messages[0]?.text).not.toContain('Quiet.');
  });

  test('finds notes by words where a server makes the vectors, and says so', async () => {
    const { from, run, json } = makePlace();
    await run();
    const text = CREW.replace('memory: {', 'memory: { embedder: "openai:text-embedding-3-small",');
    writeFileSync(join(from, 'keeping.crew.yaml'), text);
    const shown = await json('--phase', 'keep');
    expect(shown.memory?.remarks[0]).toContain('notes are found by words alone');
  });
});
