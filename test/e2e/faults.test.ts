import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { until } from '../machine.ts';
import { makeFolder } from '../tools/git-repository.ts';
import { crew, type Ended, startCrew } from './crew-process.ts';

/**
 * Faults that are put into a run from outside: each ends with its exit code and its coded error, says nothing on stdout,
 * shows no stack trace, and loses nothing. Those of providers are in `test/providers/`, kills in `kill-campaign.test.ts`,
 * disks in `full-disk.test.ts` and `test/engines/damage.test.ts`, mistakes in crew files in `test/language/`.
 */
const WAITS = `version: 1
crew: waits
goal: Wait for a person.
inputs: { n: { type: integer, default: 1 } }
tools: { files: builtin:files }
start: look
phases:
  look: { tool: files.list, next: ask }
  ask: { human: Go on?, choices: [yes, no], next: done }
  done: { end: success, result: "{{ ask.choice }} {{ inputs.n }}" }
`;

const ASKS = `version: 1
crew: asks
goal: Ask a model.
roles: { writer: { goal: Write. } }
start: write
phases:
  write: { role: writer, task: Write., next: done }
  done: { end: success, result: "{{ write }}" }
`;

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

function newFolder(): string {
  const folder = makeFolder();
  folders.push(folder);
  writeFileSync(join(folder, 'waits.crew.yaml'), WAITS);
  writeFileSync(join(folder, 'asks.crew.yaml'), ASKS);
  return folder;
}

function expectCoded(ended: Ended, exitCode: number, code: string): void {
  expect([ended.code, ended.stdout], ended.stderr).toEqual([exitCode, '']);
  expect(ended.stderr).toContain(code);
  expect(ended.stderr).not.toMatch(/^\s+at .*:\d+:\d+/m);
}

describe('of the input', () => {
  const file = (name: string, content: string | Buffer) => (folder: string) =>
    writeFileSync(join(folder, name), content);
  type Prepare = (folder: string) => void;
  type Fault = readonly [string, readonly string[], number, string, Prepare?];
  const FAULTS: readonly Fault[] = [
    ['a crew file that is not there', ['run', 'none.crew.yaml'], 2, 'FILE_NOT_FOUND'],
    [
      'a folder in place of a crew file',
      ['run', 'folder'],
      2,
      'FILE_',
      folder => mkdirSync(join(folder, 'folder')),
    ],
    ['an empty crew file', ['run', 'x.crew.yaml'], 2, 'error[', file('x.crew.yaml', '')],
    [
      'bytes that are no text',
      ['run', 'x.crew.yaml'],
      2,
      'x.crew.yaml',
      file('x.crew.yaml', Buffer.from([0, 255, 254, 1, 2])),
    ],
    [
      'a bomb of aliases',
      ['run', 'x.crew.yaml'],
      2,
      'error[',
      file(
        'x.crew.yaml',
        `a: &a [1,1,1,1,1,1,1,1,1]\n${[...'bcdefghi'].map((letter, index) => `${letter}: &${letter} [${`*${'abcdefgh'[index]},`.repeat(9)}]`).join('\n')}\n`,
      ),
    ],
    [
      'brackets without end',
      ['run', 'x.crew.yaml'],
      2,
      'error[',
      file('x.crew.yaml', `version: 1\ngoal: ${'['.repeat(3000)}`),
    ],
    [
      '`__proto__` as a key',
      ['run', 'x.crew.yaml'],
      2,
      'error[',
      file('x.crew.yaml', `${WAITS}__proto__: { polluted: true }\n`),
    ],
    ['an input that is not declared', ['run', 'waits.crew.yaml', '-i', 'm=1'], 2, 'INPUT_INVALID'],
    ['an input of another type', ['run', 'waits.crew.yaml', '-i', 'n=one'], 2, 'INPUT_INVALID'],
    [
      'a file of inputs that is not there',
      ['run', 'waits.crew.yaml', '--inputs', 'none.json'],
      2,
      'FILE_NOT_FOUND',
    ],
    [
      'a file of inputs that is no JSON',
      ['run', 'waits.crew.yaml', '--inputs', 'x.json'],
      2,
      'INPUT_INVALID',
      file('x.json', '{ half'),
    ],
    [
      'a script that is not there',
      ['run', 'asks.crew.yaml', '--model', 'script:none.yaml'],
      2,
      'FILE_NOT_FOUND',
    ],
    [
      'a script of another form',
      ['run', 'asks.crew.yaml', '--model', 'script:x.yaml'],
      2,
      'INPUT_INVALID',
      file('x.yaml', 'replies: 1'),
    ],
    ['a model that nobody knows', ['run', 'asks.crew.yaml', '--model', 'nobody:x'], 3, 'MODEL_UNKNOWN'],
    ['a workspace that is not there', ['run', 'waits.crew.yaml', '--cwd', 'none'], 2, 'FILE_NOT_FOUND'],
    [
      'a file in place of the state folder',
      ['run', 'waits.crew.yaml', '--state-dir', 'waits.crew.yaml'],
      3,
      'JOURNAL_UNAVAILABLE',
    ],
    [
      'a model without a key',
      ['run', 'asks.crew.yaml', '--model', 'openai:gpt-5-mini'],
      3,
      'CREDENTIALS_MISSING',
    ],
    ['a flag that is none', ['run', 'waits.crew.yaml', '--fast'], 2, 'USAGE'],
    [
      'a recording that is not there',
      ['run', 'waits.crew.yaml', '--replay', 'none.jsonl'],
      2,
      'FILE_NOT_FOUND',
    ],
    [
      'a recording that is none',
      ['run', 'waits.crew.yaml', '--replay', 'x.jsonl'],
      2,
      'RUN_FILE_INVALID',
      file('x.jsonl', '{}\n'),
    ],
    ['a run that is not there', ['resume', 'abcdef'], 2, 'RUN_NOT_FOUND'],
    ['a run that is no id', ['resume', '../../etc'], 2, 'RUN_NOT_FOUND'],
    ['`__proto__` as a run', ['why', '__proto__'], 2, 'RUN_NOT_FOUND'],
  ];

  test.concurrent.for(FAULTS)('%s', async ([, args, exitCode, code, prepare]) => {
    const folder = newFolder();
    prepare?.(folder);
    const ended = await crew(args, { from: folder });
    expectCoded(ended, exitCode, code);
    expect(existsSync(join(folder, '.crew', 'runs.db'))).toBe(false);
  });
});

describe('of the journal', () => {
  interface Waiting {
    readonly folder: string;
    readonly state: string;
    readonly db: string;
    readonly runId: string;
  }

  /** A run that waits for a person, in a journal of its own. */
  async function waiting(): Promise<Waiting> {
    const folder = newFolder();
    const state = join(folder, 'state');
    const ended = await crew(['run', 'waits.crew.yaml', '--state-dir', state], { from: folder });
    expect(ended.code, ended.stderr).toBe(5);
    const runId = /crew resume (\w{12})/.exec(ended.stderr)?.[1] ?? '';
    return { folder, state, db: join(state, 'runs.db'), runId };
  }

  const sql = (statement: string) => (at: Waiting) => {
    const database = new DatabaseSync(at.db);
    database.exec(statement);
    database.close();
  };
  const answer = ({ folder, state, runId }: Waiting): Promise<Ended> =>
    crew(['answer', runId, 'yes', '--state-dir', state], { from: folder });

  const REFUSED: readonly (readonly [string, (at: Waiting) => void, number, string])[] = [
    [
      'a fact that was changed',
      sql(`UPDATE facts SET fact = replace(fact, '"at":', '"at":1') WHERE seq = 2`),
      3,
      'damaged at fact 2',
    ],
    ['a fact that was taken out', sql('DELETE FROM facts WHERE seq = 2'), 3, 'damaged at fact 2'],
    [
      'two facts that changed places',
      sql(
        'UPDATE facts SET seq = CASE seq WHEN 1 THEN -2 ELSE -1 END WHERE seq < 3; UPDATE facts SET seq = -seq WHERE seq < 0',
      ),
      3,
      'damaged at fact 1',
    ],
    ['no fact at all', sql('DELETE FROM facts'), 3, 'JOURNAL_DAMAGED'],
    [
      'a program that was changed',
      sql(`UPDATE runs SET program = replace(program, 'Go on?', 'Go away?')`),
      6,
      'JOURNAL_MISMATCH',
    ],
    [
      'a program of another format',
      sql(`UPDATE runs SET program = json_set(program, '$.format', 99)`),
      6,
      'JOURNAL_MISMATCH',
    ],
    ['a program that is no JSON', sql(`UPDATE runs SET program = '{'`), 3, 'JOURNAL_DAMAGED'],
    ['a layout of a later version', sql('PRAGMA user_version = 99'), 6, 'JOURNAL_MISMATCH'],
    ['a table that is not there', sql('DROP TABLE facts'), 3, 'JOURNAL_'],
    ['a journal that is a text', at => writeFileSync(at.db, 'no journal '.repeat(500)), 3, 'JOURNAL_DAMAGED'],
    [
      'a journal whose head was overwritten',
      at => writeFileSync(at.db, Buffer.concat([randomBytes(4096), readFileSync(at.db).subarray(4096)])),
      3,
      'JOURNAL_DAMAGED',
    ],
    [
      'a file in place of the state folder',
      at => {
        renameSync(at.state, `${at.state}-away`);
        writeFileSync(at.state, 'x');
      },
      2,
      'RUN_NOT_FOUND',
    ],
    [
      'a folder in place of the journal',
      at => {
        rmSync(at.db);
        mkdirSync(at.db);
      },
      3,
      'JOURNAL_UNAVAILABLE',
    ],
  ];

  test.concurrent.each(REFUSED)(
    '%s is refused, and nothing is executed',
    async (_name, damage, exitCode, code) => {
      const at = await waiting();
      damage(at);
      expectCoded(await answer(at), exitCode, code);
    },
  );

  const HARMLESS: readonly (readonly [string, (at: Waiting) => void])[] = [
    ['a torn log', at => writeFileSync(`${at.db}-wal`, randomBytes(5000))],
    ['an index of the log that makes no sense', at => writeFileSync(`${at.db}-shm`, randomBytes(32_768))],
    [
      'the lock of a process that is gone',
      at => sql(`INSERT OR REPLACE INTO locks VALUES ('${at.runId}', 999999999, '1')`)(at),
    ],
    [
      'the lock of a number that was given to another process',
      at => sql(`INSERT OR REPLACE INTO locks VALUES ('${at.runId}', ${process.pid}, 'before')`)(at),
    ],
    [
      'an answer that does not fit',
      at =>
        sql(`INSERT INTO answers VALUES ('${at.runId}', 'other', '{"choice":"maybe","text":null,"by":"x"}')`)(
          at,
        ),
    ],
  ];

  test.concurrent.each(HARMLESS)('%s is got over, and the run goes on', async (_name, disturb) => {
    const at = await waiting();
    disturb(at);
    const ended = await answer(at);
    expect([ended.code, ended.stdout], ended.stderr).toEqual([0, 'yes 1\n']);
  });

  test('a workspace that is gone stops a resume, and the run goes on when it is back', async () => {
    const at = await waiting();
    const workspace = join(at.folder, 'work');
    mkdirSync(workspace);
    const places = ['--state-dir', at.state];
    const begun = await crew(['run', 'waits.crew.yaml', '--cwd', workspace, ...places], { from: at.folder });
    const runId = /crew resume (\w{12})/.exec(begun.stderr)?.[1] ?? '';
    rmSync(workspace, { recursive: true });
    expectCoded(await crew(['resume', runId, ...places], { from: at.folder }), 2, 'FILE_NOT_FOUND');
    mkdirSync(workspace);
    const ended = await crew(['answer', runId, 'no', ...places], { from: at.folder });
    expect([ended.code, ended.stdout], ended.stderr).toEqual([0, 'no 1\n']);
  });
});

describe('of the process', () => {
  let folder = '';
  beforeAll(() => {
    folder = newFolder();
    const slow = WAITS.replace(
      'ask: { human: Go on?, choices: [yes, no], next: done }',
      'ask: { tool: slow.wait, next: done }',
    );
    const tools =
      'tools: { files: builtin:files, slow: { module: ./slow.mjs, tools: { wait: { description: Waits. } } } }';
    writeFileSync(
      join(folder, 'slow.crew.yaml'),
      slow.replace('tools: { files: builtin:files }', tools).replace('ask.choice', 'ask'),
    );
    writeFileSync(
      join(folder, 'slow.mjs'),
      `import { appendFileSync } from 'node:fs';
export async function wait() {
  appendFileSync(new URL('began', import.meta.url), 'x');
  await new Promise(resolve => setTimeout(resolve, 600_000));
}
`,
    );
  });

  test('a second process on the same run is refused and touches nothing', async () => {
    const state = join(folder, 'state');
    const places = ['--state-dir', state];
    const first = startCrew(['run', 'slow.crew.yaml', '--trust', '--allow', 'slow.wait', ...places], {
      from: folder,
    });
    await until(() => existsSync(join(folder, 'began')));
    const listed = JSON.parse((await crew(['ps', '--json', ...places], { from: folder })).stdout);
    const [run] = listed.runs;
    expect(run.active).toBe(true);
    const database = new DatabaseSync(join(state, 'runs.db'), { readOnly: true });
    const dump = () =>
      ['runs', 'facts', 'intents', 'locks', 'answers'].map(table =>
        database.prepare(`SELECT * FROM ${table}`).all(),
      );
    const before = dump();
    expectCoded(await crew(['resume', run.runId, ...places], { from: folder }), 3, 'RUN_LOCKED');
    expect(dump()).toEqual(before);
    expect(readFileSync(join(folder, 'began'), 'utf8')).toBe('x');
    first.kill('SIGKILL');
    await first.ended;
    // The call was under way: whoever goes on asks about it, and a wrong answer is none.
    const asked = await crew(['resume', run.runId, ...places], { from: folder });
    expectCoded(asked, 5, 'EFFECT_UNCERTAIN');
    expectCoded(
      await crew(['answer', run.runId, 'maybe', ...places], { from: folder }),
      2,
      'expected `done` or `not done`',
    );
    expectCoded(
      await crew(['answer', run.runId, 'done', '{half', ...places], { from: folder }),
      2,
      'no JSON',
    );
    expectCoded(await crew(['approve', run.runId, ...places], { from: folder }), 2, 'crew answer');
    const shown = await crew(['answer', run.runId, ...places], { from: folder });
    expect(shown.stdout).toContain('was stopped while `slow.wait` was under way');
    const ended = await crew(['answer', run.runId, 'done', ...places, '--output', 'ndjson'], {
      from: folder,
    });
    expect(ended.code, ended.stderr).toBe(0);
    expect(ended.stdout).toContain('"value":{"assumed":"done"}');
    expect(readFileSync(join(folder, 'began'), 'utf8')).toBe('x');
    database.close();
  });
});
