import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { crew, startCrew } from '../e2e/crew-process.ts';
import { makeFolder } from '../tools/git-repository.ts';

const HEAD = (name: string): string => `version: 1
crew: ${name}
goal: Be explained.
budget: { calls: 90, tool_calls: 40 }
`;

/** A loop with a condition, a limit and a way out of errors. */
const LOOP = `${HEAD('loop')}tools: { files: builtin:files }
inputs: { most: { type: integer, default: 9 } }
start: look
phases:
  look:
    tool: files.list
    with: { path: . }
    max_visits: 2
    on_limit: read
    next:
      - { when: visit > inputs.most, to: done }
      - { to: look }
  read:
    tool: files.read
    with: { path: gone.md }
    on_error: mend
    next: done
  mend: { tool: files.list, with: { path: . }, next: done }
  done: { end: success }
`;
const BROKEN = `${HEAD('broken')}tools: { files: builtin:files }
start: read
phases:
  read: { tool: files.read, with: { path: gone.md }, retry: 1, next: done }
  done: { end: success }
`;
const SUBSCRIBED = `${HEAD('subscribed')}tools: { files: builtin:files }
start: first
phases:
  first: { tool: files.list, with: { path: . }, next: stalled }
  second: { tool: files.list, with: { path: . }, subscribe: [first], next: stalled }
  stalled: { end: failure }
`;
const NESTED = `${HEAD('nested')}start: build
phases:
  build: { crew: loop.crew.yaml, next: done }
  done: { end: success }
`;
const TALK = `${HEAD('talking')}roles:
  author: { goal: Defend. }
  critic: { goal: Doubt. }
start: debate
phases:
  debate:
    talk: [author, critic]
    task: Settle it.
    speaker: handoff
    until: { text: AGREED }
    max_turns: 6
    by: author
    next: approve
  approve: { human: May it go out?, choices: [yes, no], next: [{ when: approve.choice == "yes", to: out }, { to: kept }] }
  out: { end: success, result: "{{ debate }}" }
  kept: { end: failure }
`;
const REPLIES = `version: 1
replies:
  - { phase: debate, role: author, turn: 1, calls: [{ tool: hand_off_to_critic, args: { brief: Find the flaw. } }] }
  - { phase: debate, role: critic, turn: 1, text: AGREED }
  - { phase: debate, text: Settled. }
`;
const SLOW = `${HEAD('slow')}tools:
  mine:
    module: wait.js
    tools: { wait: { description: Waits., input: { type: object } } }
start: first
phases:
  first: { tool: mine.wait, with: { ms: 1 }, next: second }
  second: { tool: mine.wait, with: { ms: 600000 }, next: done }
  done: { end: success }
`;
const WAIT =
  'export const wait = ({ ms }) => new Promise(done => setTimeout(() => done({ waited: ms }), ms));\n';

let folder: string;
const here = (...args: readonly string[]) => crew(args, { from: folder });

beforeAll(() => {
  folder = makeFolder();
  const files = {
    'loop.crew.yaml': LOOP,
    'broken.crew.yaml': BROKEN,
    'subscribed.crew.yaml': SUBSCRIBED,
    'nested.crew.yaml': NESTED,
    'talk.crew.yaml': TALK,
    'replies.yaml': REPLIES,
    'slow.crew.yaml': SLOW,
    'wait.js': WAIT,
  };
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs a crew to wherever it comes, and gives the id of the run. */
async function runOf(file: string, ...flags: readonly string[]): Promise<string> {
  const { stderr } = await here('run', file, '--model', 'offline', ...flags);
  return idIn(stderr);
}

function idIn(stderr: string): string {
  const [id] = /(?<=run )[0-9a-f]{12}/.exec(stderr) ?? [];
  if (id === undefined) throw new Error(`no run began:\n${stderr}`);
  return id;
}

/** What `crew why` says, without numbers of facts and times. */
async function whyOf(...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await here('why', ...args);
  expect([code, stderr]).toEqual([0, '']);
  return stdout.replace(/^#\d+ +[\d.]+ m?s {2}/gm, '- ');
}

describe.concurrent('crew why', () => {
  test('explains each step of a loop, a limit and an error, with values and the line that says so', async () => {
    const id = await runOf('loop.crew.yaml');
    expect(await whyOf(id)).toBe(`- the run began  loop.crew.yaml:7:8
               \`start\` is \`look\`
- look → look  because no condition before it held (\`next\`)  loop.crew.yaml:16:15
               did not hold: visit > inputs.most (visit = 1, inputs.most = 9)
- look → read  because \`look\` has no visits left (\`on_limit\`)  loop.crew.yaml:13:15
               did not hold: visit > inputs.most (visit = 2, inputs.most = 9)
               \`max_visits\` of \`look\` is 2
- read → mend  because \`read\` failed (\`on_error\`)  loop.crew.yaml:20:15
               FILE_NOT_FOUND: expected a file, found none: \`gone.md\`
- mend → done  because \`mend\` completed (\`next\`)  loop.crew.yaml:22:54
- the run ended in success at done  loop.crew.yaml:23:3
`);
  });

  test('a condition that held is shown with what it read', async () => {
    const id = await runOf('loop.crew.yaml', '-i', 'most=0');
    expect(
      await whyOf(id),
    ).toContain(`- look → done  because its condition held (\`next\`)  loop.crew.yaml:15:42
               held: visit > inputs.most (visit = 1, inputs.most = 0)
`);
  });

  test('a phase narrows it to what leads there and what leads away', async () => {
    const id = await runOf('loop.crew.yaml');
    const heads = (await whyOf(id, 'read')).split('\n').filter(line => line.startsWith('- '));
    expect(heads.map(line => line.split('  ')[0])).toEqual(['- look → read', '- read → mend']);
  });

  test('a run that failed says for which failure, and what could have caught it', async () => {
    const id = await runOf('broken.crew.yaml');
    expect(await whyOf(id)).toMatch(
      /the run ended by an error of read {2}broken\.crew\.yaml:8:3\n +FILE_NOT_FOUND: .*\n +`read` has no `on_error`\n$/,
    );
  });

  test('a subscriber is entered because of what is new', async () => {
    const id = await runOf('subscribed.crew.yaml');
    expect(await whyOf(id)).toContain(
      '- first → second  because an artifact that it watches is new (`subscribe`)  subscribed.crew.yaml:9:50',
    );
    expect(await whyOf(id)).toContain('               new: `first`\n');
  });

  test('a crew inside is explained by its whole path', async () => {
    const id = await runOf('nested.crew.yaml');
    const text = await whyOf(id);
    expect(text).toContain('- build/look → build/read  because `look` has no visits left (`on_limit`)\n');
    expect(text).toContain('               `max_visits` of `look` is 2\n');
    expect(text).toContain('- build → done  because `build` completed (`next`)  nested.crew.yaml:7:');
    const heads = (await whyOf(id, 'build/read')).split('\n').filter(line => line.startsWith('- '));
    expect(heads).toHaveLength(2);
  });

  test('turns of a conversation have their reasons; a run that waits says for what, and what people said', async () => {
    const { code, stderr } = await here('run', 'talk.crew.yaml', '--model', 'script:replies.yaml');
    expect(code, stderr).toBe(5);
    const id = idIn(stderr);
    const waiting = await whyOf(id);
    expect(waiting).toContain(
      "- debate: turn 1 is author's\n               because it opens the conversation\n",
    );
    expect(waiting).toContain('- debate: author handed over to critic\n               Find the flaw.\n');
    expect(waiting).toContain("- debate: turn 2 is critic's\n               because `author` handed over\n");
    expect(waiting).toContain(
      '- debate: author writes the artifact\n               because the reply contains "AGREED"\n',
    );
    expect(waiting).toMatch(
      /- the run stopped here, to be resumed\n +PERSON_NEEDED: .*\n +Answer with `crew answer RUN/,
    );
    expect((await here('answer', id, 'yes')).code).toBe(0);
    const answered = await whyOf(id, 'approve');
    expect(answered).toMatch(/- approve: .+ answered\n +yes\n/);
    expect(answered).toContain('held: approve.choice == "yes" (approve.choice = "yes")');
  });

  test('--json has the same as data', async () => {
    const id = await runOf('loop.crew.yaml');
    const { stdout } = await here('why', id, '--json');
    const document = JSON.parse(stdout) as { reasons: { seq: number; event: { type: string } }[] };
    expect(document).toMatchObject({ version: 1, runId: id, crew: 'loop' });
    expect(document.reasons.map(({ event }) => event.type)).toEqual([
      'run.started',
      ...Array.from({ length: 4 }, () => 'transition.taken'),
      'run.ended',
    ]);
    expect(document.reasons[2]).toMatchObject({
      seq: 3,
      event: { from: 'look', to: 'read', way: 'on_limit', limit: 'look', guards: [{ held: false }] },
      written: { file: 'loop.crew.yaml', start: { line: 13, column: 15 } },
      details: ['`max_visits` of `look` is 2'],
    });
  });

  test('a run at work in another process is explained as far as it has come', async () => {
    const running = startCrew(['run', 'slow.crew.yaml', '--trust', '--allow', 'mine.wait'], { from: folder });
    try {
      await expect.poll(running.stderr, { timeout: 20_000, interval: 50 }).toContain('second');
      const text = await whyOf(idIn(running.stderr()));
      expect(text).toContain('- first → second  because `first` completed (`next`)');
      expect(text).not.toContain('second → done');
    } finally {
      running.kill('SIGKILL');
      await running.ended;
    }
  });

  test('what cannot be meant is said', async () => {
    const id = await runOf('loop.crew.yaml');
    const unknown = await here('why', id, 'raed');
    expect([unknown.code, unknown.stdout]).toEqual([2, '']);
    expect(unknown.stderr).toContain(
      'this run has no phase `raed`; its phases are `look`, `read`, `mend`, `done`',
    );
    const nothing = await here('why', id, 'look.branch');
    expect([nothing.code, nothing.stdout]).toEqual([0, '']);
    expect(nothing.stderr).toContain(`run ${id} was not moved on by \`look.branch\``);
    const stranger = await here('why', '000000000000');
    expect([stranger.code, stranger.stderr]).toEqual([2, expect.stringContaining('RUN_NOT_FOUND')]);
    expect((await here('why')).stderr).toContain('expected a run id');
    expect((await here('why', id, 'look', 'more')).code).toBe(2);
  });
});
