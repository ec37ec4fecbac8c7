import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { LanguageModel, ModelRequest, ModelStreamPart, RunEvent, Tool } from '../src/index.ts';
import * as crewfile from '../src/index.ts';

const ROOT = new URL('..', import.meta.url).pathname;
const HELLO = join(ROOT, 'examples/01-hello-role/hello.crew.yaml');
const { checkCrew, compileCrew, loadCrew, runCrew } = crewfile;

/** A model that says one thing and remembers what it was asked. */
function saying(text: string, asked: ModelRequest[] = []): LanguageModel {
  return {
    id: 'test:saying',
    defaultMaxTokens: 100,
    isLanguageModel: true,
    async *generate(request): AsyncGenerator<ModelStreamPart> {
      asked.push(request);
      yield { type: 'text', text };
      yield { type: 'finish', reason: 'stop' };
    },
  };
}

let workspace: string;
beforeEach(() => {
  workspace = mkdtempSync(join(tmpdir(), 'crew-library-'));
});
afterEach(() => rmSync(workspace, { recursive: true, force: true }));

function crewFile(text: string): string {
  const path = join(workspace, 'test.crew.yaml');
  writeFileSync(path, text);
  return path;
}

test('the public door has four functions and nothing else', () => {
  expect(Object.keys(crewfile).toSorted()).toEqual(['checkCrew', 'compileCrew', 'loadCrew', 'runCrew']);
});

describe('loading and checking', () => {
  test('a good file has no diagnostics and compiles to plain JSON', async () => {
    expect(await checkCrew(HELLO)).toEqual([]);
    const program = await compileCrew(await loadCrew(HELLO));
    expect(JSON.parse(JSON.stringify(program))).toEqual(program);
  });

  test('paths are relative to `cwd`', async () => {
    const { crew } = await loadCrew('hello.crew.yaml', { cwd: join(ROOT, 'examples/01-hello-role') });
    expect(crew?.name).toBe('hello');
  });

  test('mistakes are data, and a broken crew is not compiled', async () => {
    const loaded = await loadCrew(crewFile('version: 1\ncrew: broken\n'));
    expect(loaded.diagnostics.map(({ severity }) => severity)).toContain('error');
    await expect(compileCrew(loaded)).rejects.toMatchObject({ code: 'CREW_INVALID' });
  });

  test('a file that is not there fails with its code', async () => {
    await expect(checkCrew('nowhere.crew.yaml')).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' });
  });
});

describe('running', () => {
  test('a model of the caller answers, and is asked what the crew says', async () => {
    const asked: ModelRequest[] = [];
    const models = { default: saying('Good day!', asked) };
    const outcome = await runCrew({ path: HELLO, inputs: { name: 'Ada' }, models, workspace });
    expect(outcome).toMatchObject({ outcome: 'success', result: 'Good day!', spend: { calls: 1 } });
    expect(JSON.stringify(asked[0]?.messages)).toContain('Greet Ada in one sentence.');
  });

  test('a role may have a model of its own', async () => {
    const models = { default: saying('no'), 'role:host': saying('yes') };
    expect(await runCrew({ path: HELLO, models, workspace })).toMatchObject({ result: 'yes' });
  });

  test('nothing is chosen by a key alone', async () => {
    const events: RunEvent[] = [];
    const env = { OPENAI_API_KEY: 'sk-test', ANTHROPIC_API_KEY: 'sk-test' };
    await runCrew({ path: HELLO, env, workspace, onEvent: event => events.push(event) });
    expect(events[0]).toMatchObject({ type: 'run.started', models: { default: { use: 'offline' } } });
  });

  test('a program runs without its files, and events end with the end', async () => {
    const program = await compileCrew(await loadCrew(HELLO));
    const types: string[] = [];
    const models = { default: saying('Hi') };
    await runCrew({ program, models, workspace, onEvent: event => types.push(event.type) });
    expect([types.at(0), types.at(-1)]).toEqual(['run.started', 'run.ended']);
  });

  test('a tool of the caller stands in for a built-in one', async () => {
    const calls: unknown[] = [];
    const read: Tool = {
      spec: { name: 'files.read', description: 'Reads.', inputSchema: true, readOnly: true },
      call: async args => {
        calls.push(args);
        return { text: 'from memory' };
      },
    };
    const path = crewFile(
      'version: 1\ncrew: reader\ngoal: Read.\ntools: { disk: "builtin:files" }\nstart: read\nphases:\n' +
        '  read: { tool: disk.read, with: { path: a.txt }, next: done }\n' +
        '  done: { end: success, result: "{{ read.text }}" }\n',
    );
    expect(await runCrew({ path, tools: [read], workspace })).toMatchObject({ result: 'from memory' });
    expect(calls).toEqual([{ path: 'a.txt' }]);
  });

  test('what goes wrong in a run is in its outcome', async () => {
    const models = { default: saying(' ') };
    const outcome = await runCrew({ path: HELLO, models, workspace });
    expect(outcome).toMatchObject({ outcome: 'error', failure: { code: 'OUTPUT_EMPTY' } });
  });

  test('a signal that is aborted stops a run before it asks', async () => {
    const asked: ModelRequest[] = [];
    const signal = AbortSignal.abort();
    const outcome = await runCrew({
      path: HELLO,
      models: { default: saying('x', asked) },
      workspace,
      signal,
    });
    expect([outcome.outcome, asked.length]).toEqual(['interrupted', 0]);
  });

  test.each([
    ['INPUT_INVALID', { inputs: { nome: 'Ada' } }],
    ['MODEL_UNKNOWN', { models: { default: 'nobody:nothing' } }],
    ['CREDENTIALS_MISSING', { models: { default: 'openai:some' }, env: {} }],
    ['FILE_NOT_FOUND', { workspace: '/nowhere/at/all' }],
  ])('%s is found before anything runs', async (code, wrong) => {
    await expect(runCrew({ path: HELLO, workspace, ...wrong })).rejects.toMatchObject({ code });
  });
});

test('the example in the docstring of runCrew runs', () => {
  const source = readFileSync(join(ROOT, 'src/index.ts'), 'utf8');
  const example = /\* ```ts\n([\s\S]*?)\n \* ```/.exec(source)?.[1] ?? '';
  const script = example
    .replaceAll(/^ \* ?/gm, '')
    .replace("'crewfile'", `'${ROOT}src/index.ts'`)
    .replaceAll(/'(script:)?examples\//g, `'$1${ROOT}examples/`);
  writeFileSync(join(workspace, 'example.mts'), script);
  const { status, stdout, stderr } = spawnSync(process.execPath, ['example.mts'], {
    cwd: workspace,
    env: { PATH: process.env.PATH, NODE_NO_WARNINGS: '1' },
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
  expect(status).toBe(0);
  expect(stdout).toMatch(/^\[\]\nrun\.started\n[\s\S]*run\.ended\nHello Ada, it is good to see you!\n$/);
});
