import { spawnSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { crew, crewProgram } from '../e2e/crew-process.ts';
import { crewLine, openTmuxShell } from '../e2e/tmux-shell.ts';
import { startOpenAiServer } from '../loopback/openai-server.ts';
import { hasTmux } from '../machine.ts';
import { makeFolder } from '../tools/git-repository.ts';

let folder = '';
const closing: (() => unknown)[] = [];
beforeEach(() => {
  folder = makeFolder();
});
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
  rmSync(folder, { recursive: true, force: true });
});

/** A server that speaks as Ollama does: its own list of models, and chats in the wire format of OpenAI. */
async function startOllama(models: readonly object[], listAfterMs = 0) {
  const chats = await startOpenAiServer(({ promptText }) => ({ text: `heard: ${promptText.slice(-40)}` }));
  const asked: string[] = [];
  const server: Server = createServer(async (request, response) => {
    asked.push(request.url ?? '');
    if (request.url === '/api/tags') {
      await new Promise(resolve => setTimeout(resolve, listAfterMs));
      return response.end(JSON.stringify({ models }));
    }
    if (request.url !== '/v1/chat/completions') return response.writeHead(404).end();
    const pieces: Buffer[] = [];
    for await (const piece of request) pieces.push(piece as Buffer);
    const { authorization = '' } = request.headers;
    const headers = { 'content-type': 'application/json', authorization };
    const body = Buffer.concat(pieces);
    const answer = await fetch(`${chats.baseUrl}/chat/completions`, { method: 'POST', headers, body });
    response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? '' });
    response.end(Buffer.from(await answer.arrayBuffer()));
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  closing.push(
    () => chats.close(),
    () => server.close(),
  );
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { host, asked, env: { OLLAMA_HOST: host } };
}

const EMBEDDER = { name: 'nomic-embed-text:latest', details: { family: 'nomic-bert' } };
const CHATTER = { name: 'llama3.2:1b', details: { family: 'llama' } };

describe('a newcomer with a model server on this machine', () => {
  test('goes on with the model that was asked, which is looked for again only by `auto`', async () => {
    const { asked, env } = await startOllama([CHATTER]);
    const looks = (): number => asked.filter(path => path === '/api/tags').length;
    await crew(['ask', 'What is a lock?'], { from: folder, env });
    const before = looks();
    const on = await crew(['ask', '--continue', 'And why?'], { from: folder, env });
    expect([on.code, looks()], on.stderr).toEqual([0, before]);
    expect(on.stderr).toMatch(/ollama:llama3\.2:1b · as in run /);
    const anew = await crew(['ask', '--continue', 'And now?', '--models', 'auto'], { from: folder, env });
    expect(anew.stdout).toContain('## ollama:llama3.2:1b');
    expect(looks()).toBeGreaterThan(before);
  });

  test('asks it with nothing configured, and is told what was chosen and why', async () => {
    const { host, env } = await startOllama([EMBEDDER, CHATTER]);
    const { code, stdout, stderr } = await crew(['ask', 'What is a lock?'], { from: folder, env });
    expect([code, stdout]).toEqual([0, expect.stringContaining('heard: ')]);
    expect(stderr).toContain(`ollama:llama3.2:1b · ollama at ${host}, model llama3.2:1b`);
  });

  test('who names its model as the server does is told how it is written here', async () => {
    const { env } = await startOllama([CHATTER]);
    const { code, stderr } = await crew(['ask', 'why', '--models', 'llama3.2:1b'], { from: folder, env });
    expect([code, stderr]).toEqual([3, expect.stringContaining('did you mean `ollama:llama3.2:1b`?')]);
  });

  test('is told by doctor and models', async () => {
    const { host, env } = await startOllama([EMBEDDER, CHATTER]);
    const doctor = await crew(['doctor'], { from: folder, env });
    expect(doctor.stdout).toMatch(
      /Ollama at 127\.0\.0\.1:\d+, 2 models; use it: --model ollama:llama3\.2:1b/,
    );
    expect(doctor.stdout).toContain(`stands for ollama:llama3.2:1b: ollama at ${host}`);
    const models = JSON.parse((await crew(['models', '--json'], { from: folder, env })).stdout);
    expect(models.auto.use).toBe('ollama:llama3.2:1b');
  });

  test('who names a model makes nobody look', async () => {
    const { asked, env } = await startOllama([CHATTER]);
    await crew(['ask', 'What?', '--models', 'offline'], { from: folder, env });
    await crew(['ask', 'What?'], { from: folder, env: { ...env, CREW_MODEL: 'offline' } });
    expect(asked).toEqual([]);
  });

  test('a server that only embeds, or is none, is not asked', async () => {
    const { asked, env } = await startOllama([EMBEDDER]);
    const { stderr } = await crew(['ask', 'What?'], { from: folder, env });
    expect(stderr).toContain('offline');
    expect(asked).not.toContain('/v1/chat/completions');
  });

  test('a server that a variable names is waited for, also where it is slow', async () => {
    const { env } = await startOllama([CHATTER], 1_500);
    const { stdout, stderr } = await crew(['ask', 'What is a lock?', '-q'], { from: folder, env });
    expect([stdout, stderr]).toEqual([
      expect.stringContaining('heard: '),
      expect.not.stringContaining('offline'),
    ]);
  });

  test('where a variable names a server and it does not answer, a rule that answers in its place is told, also with -q', async () => {
    const call = {
      from: folder,
      env: { OPENAI_BASE_URL: 'http://127.0.0.1:1/v1', OLLAMA_HOST: '127.0.0.1:2' },
    };
    const { code, stderr } = await crew(['ask', 'What?', '-q'], call);
    expect(code).toBe(0);
    expect(stderr).toContain(
      '! `offline` answers, which is no language model: OPENAI_BASE_URL (http://127.0.0.1:1/v1) does not answer; OLLAMA_HOST',
    );
    expect(stderr.match(/does not answer/g)).toHaveLength(2);
    const unnamed = await crew(['ask', 'What?', '-q'], { from: folder });
    expect(unnamed.stderr).not.toContain('offline` answers');
  });

  test('a server of another machine is never looked for', async () => {
    const { stderr } = await crew(['ask', 'What?'], { from: folder, env: { OLLAMA_HOST: 'example.org:80' } });
    expect(stderr).toContain('offline');
  });
});

describe('a conversation', () => {
  const script = (text: string): void =>
    writeFileSync(
      join(folder, 'replies.yaml'),
      `version: 1\nreplies: [{ phase: answers, text: ${JSON.stringify(text)} }]\n`,
    );
  const env = { CREW_MODEL: 'script:replies.yaml' };
  const ask = (...args: readonly string[]) => crew(['ask', ...args], { from: folder, env });
  const runs = async (): Promise<string[]> => {
    const { stdout } = await crew(['ps', '--json'], { from: folder });
    return JSON.parse(stdout).runs.map(({ runId }: { runId: string }) => runId);
  };

  test('goes on with the last question or a named one; all of it is an input with its runs', async () => {
    script('A mutex.');
    await ask('Which lock?');
    const [first = ''] = await runs();
    const second = await ask('And why?', '--continue');
    expect(second.stderr).toContain('talk    2 questions · 2 model calls');
    const [last = ''] = (await runs()).filter(each => each !== first);
    const { inputs } = JSON.parse((await crew(['show', last, '--json'], { from: folder })).stdout);
    expect(inputs.history).toEqual([{ run: first, question: 'Which lock?', answer: 'A mutex.' }]);
    const prompt = await crew(['show', last, '--prompt', '1'], { from: folder });
    expect(prompt.stdout).toContain('"answer":"A mutex."');
    const named = await ask('--continue', first, 'Again?');
    expect(named.stderr).toContain('talk    2 questions');
    const replayed = await crew(['replay', last], { from: folder });
    expect(replayed.code).toBe(0);
  });

  test('keeps no more of what was said than there is room for', async () => {
    script(`${'long '.repeat(20_000)}`);
    await ask('One?');
    for (const question of ['Two?', 'Three?', 'Four?', 'Five?', 'Six?']) await ask(question, '--continue');
    const [last = ''] = await runs();
    const { inputs } = JSON.parse((await crew(['show', last, '--json'], { from: folder })).stdout);
    expect(JSON.stringify(inputs.history).length).toBeLessThan(60_000);
    expect(inputs.history.at(-1)).toMatchObject({
      question: 'Five?',
      answer: expect.stringContaining('[cut; '),
    });
  });

  test('that is not there, or no question, is a mistake', async () => {
    const nothing = await ask('And?', '--continue');
    expect([nothing.code, nothing.stdout]).toEqual([2, '']);
    script('A mutex.');
    await ask('Which?');
    expect((await ask('--continue', 'zzzz', 'And?')).code).toBe(2);
  });

  test('may be named before or after the question, or behind an equals sign', async () => {
    script('A mutex.');
    await ask('Which lock?');
    const [first = ''] = await runs();
    script('Another.');
    await ask('Something else?');
    for (const args of [
      ['And?', '--continue', first],
      [`--continue=${first}`, 'And?'],
      ['And?', `--continue=${first}`],
    ]) {
      const { code, stdout } = await ask(...args, '--json');
      expect([code, JSON.parse(stdout)]).toEqual([
        0,
        expect.objectContaining({
          question: 'And?',
          conversation: {
            history: [{ run: first, question: 'Which lock?', answer: 'A mutex.' }],
            spend: { calls: 2, costMicroUsd: expect.anything() },
          },
        }),
      ]);
    }
  });

  test('of a run without a question is a mistake, and no question is asked', async () => {
    script('A mutex.');
    await ask('Which lock?');
    const [first = ''] = await runs();
    for (const word of [first, first.slice(0, 6)]) {
      const { code, stderr } = await ask('--continue', word);
      expect([code, stderr]).toEqual([2, expect.stringContaining(`\`${word}\` is a run`)]);
    }
    expect(await runs()).toEqual([first]);
  });

  test('says which question it leaves out because it has no answer', async () => {
    script('A mutex.');
    await ask('Which lock?');
    const [first = ''] = await runs();
    writeFileSync(join(folder, 'replies.yaml'), 'version: 1\nreplies: [{ phase: nowhere, text: x }]\n');
    expect((await ask('Failing?')).code).not.toBe(0);
    const [failed = ''] = (await runs()).filter(each => each !== first);
    script('Because.');
    const { code, stderr } = await ask('And why?', '--continue');
    expect(code).toBe(0);
    expect(stderr).toContain(`talk    goes on with run ${first}; the later question, run ${failed}, `);
    expect((await ask('And?', '--continue')).stderr).not.toContain('the later question');
  });

  test('what is piped in stands behind the question', async () => {
    script('A mutex.');
    const line = `printf 'let x = 1;\\n' | '${process.execPath}' '${crewProgram()}' ask 'What is wrong here?' --json`;
    const { stdout } = spawnSync('/bin/sh', ['-c', line], {
      cwd: folder,
      env: { PATH: process.env.PATH, HOME: folder, ...env },
      encoding: 'utf8',
    });
    expect(JSON.parse(stdout).question).toBe('What is wrong here?\n\nlet x = 1;');
  });

  test('--show-summary and --no-show-summary say whether answers are merged', async () => {
    writeFileSync(
      join(folder, 'replies.yaml'),
      'version: 1\nreplies: [{ phase: answers, text: A mutex. }, { phase: summary, text: All say mutex. }]\n',
    );
    expect((await ask('Which?', '--show-summary')).stdout).toContain('All say mutex.');
    const two = ['--models', 'script:replies.yaml,offline', '--no-show-summary'];
    expect((await ask('Which?', ...two)).stdout).not.toContain('Summary');
  });

  test('a question may be said again first', async () => {
    const again = { reformulated: 'Which lock is fair?', assumptions: [], questions: [] };
    writeFileSync(
      join(folder, 'replies.yaml'),
      `version: 1\nreplies:\n  - { phase: reformulate/rewrite, json: ${JSON.stringify(again)} }\n  - { phase: answers, text: A mutex. }\n`,
    );
    const { code, stdout } = await ask('lock?', '--reformulate', '--json');
    expect([code, JSON.parse(stdout).question]).toEqual([0, 'Which lock is fair?']);
  });
});

test.skipIf(!hasTmux)('answers are seen side by side while they are written', async () => {
  const { host, goOn } = await startHoldingOllama();
  writeFileSync(
    join(folder, 'left.yaml'),
    'version: 1\nreplies: [{ phase: answers, text: It is a lock. }]\n',
  );
  const shell = openTmuxShell(folder, { columns: 120, rows: 30 });
  closing.push(() => shell.close());
  shell.enter(`export OLLAMA_HOST=${host}`);
  shell.enter(crewLine('ask "Is it a lock?" --models script:left.yaml,ollama:a --no-summary'));
  await shell.until(/✓ script:left\.yaml .*│ ▸ ollama:a *\nIt is a lock\. .*begun by a/);
  goOn();
  const end = await shell.until('exit code 0');
  expect(end).not.toContain('│ ▸');
  expect(end).toMatch(/## script:left\.yaml[\s\S]*It is a lock\.[\s\S]*## ollama:a\n+begun by a and over/);
});

/** As Ollama: begins each answer with a word and the name of its model, and holds the rest back until it is told to go on. */
async function startHoldingOllama() {
  const held: ServerResponse[] = [];
  const event = (delta: object, finish: string | null = null): string =>
    `data: ${JSON.stringify({
      id: 'chatcmpl-1',
      object: 'chat.completion.chunk',
      created: 1_700_000_000,
      model: 'any',
      choices: [{ index: 0, delta, finish_reason: finish }],
    })}\n\n`;
  const server = createServer(async (request, response) => {
    if (request.url === '/api/tags') return response.end(JSON.stringify({ models: [CHATTER] }));
    const pieces: Buffer[] = [];
    for await (const piece of request) pieces.push(piece as Buffer);
    const { model } = JSON.parse(Buffer.concat(pieces).toString());
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    if (model !== 'mute') response.write(event({ role: 'assistant', content: `begun by ${model}` }));
    held.push(response);
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    goOn: () => {
      for (const response of held.splice(0)) {
        response.end(`${event({ content: ' and over' })}${event({}, 'stop')}data: [DONE]\n\n`);
      }
    },
  };
}

describe('flags that cannot be meant', () => {
  test('a summarizer that merges nothing must be a model, and is told of', async () => {
    const ask = (...args: readonly string[]) => crew(['ask', 'hi', ...args], { from: folder });
    const wrong = await ask('--models', 'offline', '--summarizer', 'nope');
    expect([wrong.code, wrong.stdout]).toEqual([3, '']);
    expect(wrong.stderr).toContain('MODEL_UNKNOWN');
    const right = await ask('--models', 'offline', '--summarizer', 'openai:gpt-5');
    expect([right.code, right.stderr]).toEqual([0, expect.stringContaining('`openai:gpt-5` is not asked')]);
  });

  test('two kinds of output for one stdout are refused', async () => {
    const args = ['ask', 'hi', '--models', 'offline', '--json', '--output', 'ndjson'];
    const { code, stdout, stderr } = await crew(args, { from: folder });
    expect([code, stdout, stderr]).toEqual([2, '', expect.stringContaining('leave one of them out')]);
  });
});

describe.skipIf(!hasTmux)('before any model has ended', () => {
  const openShell = async (line: string) => {
    const server = await startHoldingOllama();
    const shell = openTmuxShell(folder, { columns: 110, rows: 34 });
    closing.push(() => shell.close());
    shell.enter(`export OLLAMA_HOST=${server.host}`);
    shell.enter(crewLine(`ask "Is it a lock?" --no-summary --models ${line}`));
    return { ...server, shell };
  };

  test('what one model writes is seen', async () => {
    const { shell, goOn } = await openShell('ollama:a');
    await shell.until(/▸ ollama:a *\nbegun by a/);
    goOn();
    expect(await shell.until('exit code 0')).toContain('begun by a and over');
  });

  test('two stand side by side, also one that says nothing', async () => {
    const { shell, goOn } = await openShell('ollama:a,ollama:mute');
    await shell.until(/▸ ollama:a +│ ▸ ollama:mute *\nbegun by a/);
    goOn();
    expect(await shell.until('exit code 0')).not.toContain('▸');
  });

  test('a run that goes on shows at once who writes', async () => {
    const { shell, goOn } = await openShell('ollama:a,ollama:mute');
    await shell.until('begun by a');
    shell.press('C-c');
    await shell.until('and 2 model calls under way, at most ');
    const [, runId = ''] = /crew resume (\w+)/.exec(await shell.until('exit code 130')) ?? [];
    shell.enter(crewLine(`resume ${runId}`));
    await shell.until(/▸ ollama:a +│ ▸ ollama:mute *\nbegun by a/);
    goOn();
    await shell.until('exit code 0');
  });
});
