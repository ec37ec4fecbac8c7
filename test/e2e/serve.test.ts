import { spawn } from 'node:child_process';
import { readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import { openIssuer } from '../serve/issuer.ts';
import { crew, crewProgram, startCrew } from './crew-process.ts';
import { type ClientKind, connect, listen, makeServedFolder, type Way } from './served-crews.ts';

const KINDS: readonly ClientKind[] = ['v1', 'v2 of 2025', 'v2 of 2026'];
const WAYS: readonly Way[] = ['stdio', 'http'];
const BOTH = KINDS.flatMap(kind => WAYS.map(way => [kind, way] as const));

/** Five seconds are promised; a machine with other work gets more. */
const SOON_MS = 15_000;

interface Structured {
  readonly run: string;
  readonly outcome: string;
  readonly result?: unknown;
  readonly questions?: readonly { readonly commands: readonly string[] }[];
}

describe.each(BOTH)('a client %s over %s', (kind, way) => {
  test('lists crews, runs one with progress, and reads its record', async () => {
    const client = await connect(kind, way, { served: makeServedFolder() });
    expect(await client.names()).toEqual(['greet', 'release', 'slow', 'crew.resume']);
    const heard: (string | undefined)[] = [];
    const onprogress = ({ message }: { readonly message?: string | undefined }) => heard.push(message);
    const { structuredContent, isError } = await client.call('greet', { name: 'Ada' }, { onprogress });
    expect(isError).toBeFalsy();
    const { run, ...rest } = structuredContent as Structured;
    expect(rest).toMatchObject({ outcome: 'success', result: { words: 'Hello Ada!', name: 'Ada' } });
    expect(heard[0]).toBe(`run ${run} of greet began`);
    expect(JSON.parse(await client.read(`crew://runs/${run}`))).toMatchObject({
      runId: run,
      status: 'success',
    });
    expect(await client.read(`crew://runs/${run}/events`)).toMatch(/"type":"run.ended"/);
    expect(JSON.parse(await client.read('crew://runs'))).toMatchObject({ runs: [{ run, crew: 'greet' }] });
    await expect(client.read('crew://runs/nothing')).rejects.toMatchObject({
      message: expect.stringContaining('not found'),
    });
  });

  test('puts the questions of a run to its person', async () => {
    const asked: string[] = [];
    const answer = (message: string) => {
      asked.push(message);
      return { action: 'accept', content: { choice: 'release' } } as const;
    };
    const client = await connect(kind, way, { served: makeServedFolder(), answer });
    const { structuredContent } = await client.call('release', {});
    expect(structuredContent).toMatchObject({ outcome: 'success', result: 'release' });
    expect(asked).toEqual([expect.stringContaining('May this go out?')]);
    expect(asked[0]).toContain('2.0.0 is faster');
  });

  test('that cannot ask is told how a person answers, and goes on afterwards', async () => {
    const served = makeServedFolder();
    const client = await connect(kind, way, { served });
    const { _meta, isError } = await client.call('release', {});
    const left = _meta?.['crewfile/run'] as Structured | undefined;
    const { run = '', outcome, questions } = left ?? {};
    expect([outcome, isError]).toEqual(['waiting', true]);
    const command = questions?.[0]?.commands[0] ?? '';
    expect(command).toMatch(/^crew answer \w+ --question \w+ ANSWER$/);
    const words = command.replace('ANSWER', 'stop').split(' ').slice(1);
    expect(await crew([...words, '--no-resume'], { from: served.folder })).toMatchObject({ code: 0 });
    const resumed = await client.call('crew.resume', { run });
    expect(resumed.structuredContent).toMatchObject({ run, outcome: 'success', result: 'stop' });
    const again = await client.call('crew.resume', { run });
    expect(again.structuredContent).toMatchObject({ run, outcome: 'success', result: 'stop' });
  });

  test('whose person declines leaves the question open', async () => {
    const answer = () => ({ action: 'decline' }) as const;
    const client = await connect(kind, way, { served: makeServedFolder(), answer });
    expect((await client.call('release', {}))._meta?.['crewfile/run']).toMatchObject({ outcome: 'waiting' });
  });

  test('with wrong arguments is told what is wrong, and nothing runs', async () => {
    const served = makeServedFolder();
    const client = await connect(kind, way, { served });
    const wrong = await client.call('greet', { name: 7, other: 1 });
    expect(wrong.isError).toBe(true);
    expect(JSON.stringify(wrong.content)).toMatch(/name/);
    const unknown = await client.call('crew.resume', { run: 'nothing' });
    expect(JSON.stringify(unknown.content)).toMatch(/RUN_NOT_FOUND/);
    expect(await listed(served.folder)).toEqual([]);
  });
});

test.each([
  ['v1', 'http'],
  ['v2 of 2026', 'stdio'],
  ['v2 of 2026', 'http'],
] as const)(
  'a client %s over %s that cancels a call stops its run, which can be resumed',
  async (kind, way) => {
    const served = makeServedFolder();
    const client = await connect(kind, way, { served });
    const stop = new AbortController();
    const call = client.call('slow', {}, { signal: stop.signal, onprogress: () => stop.abort() });
    await expect(call).rejects.toThrow();
    await expect
      .poll(() => listed(served.folder), { timeout: 10_000 })
      .toMatchObject([{ status: 'open', active: false }]);
  },
);

async function listed(
  folder: string,
): Promise<readonly { readonly status: string; readonly active: boolean }[]> {
  const { stdout } = await crew(['ps', '--json'], { from: folder });
  return (JSON.parse(stdout) as { readonly runs: readonly { status: string; active: boolean }[] }).runs;
}

test('several clients run crews at once, each in a run of its own', async () => {
  const served = makeServedFolder();
  const { url, token } = await listen(served);
  const calls = Array.from({ length: 12 }, (_, index) => callOnce(url, token, `P${index}`));
  const runs = (await Promise.all(calls)).map(({ run, result }) => ({ run, result }));
  expect(new Set(runs.map(({ run }) => run)).size).toBe(12);
  expect(runs.map(({ result }) => (result as { name: string }).name)).toEqual(
    calls.map((_, index) => `P${index}`),
  );
});

test('tries of one call are one run, also when the server was killed in between', async () => {
  const served = makeServedFolder();
  const before = await listen(served);
  const key = 'outer/phase#1';
  const { run } = await callOnce(before.url, before.token, 'Ada', key);
  before.process.kill('SIGKILL');
  await before.process.ended;
  const after = await listen(served);
  expect(await callOnce(after.url, after.token, 'Ada', key)).toMatchObject({ run, outcome: 'success' });
  expect((await callOnce(after.url, after.token, 'Ada', 'outer/phase#2')).run).not.toBe(run);
  expect(await callOnce(after.url, after.token, 'Bob', key)).toBeUndefined();
  expect(await listed(served.folder)).toHaveLength(2);
});

/** One call as 2026-07-28 has it: nothing before, nothing after. */
async function callOnce(url: string, token: string, name: string, key?: string): Promise<Structured> {
  const meta = {
    'io.modelcontextprotocol/protocolVersion': '2026-07-28',
    'io.modelcontextprotocol/clientCapabilities': {},
    ...(key === undefined ? {} : { 'crewfile/idempotency-key': key }),
  };
  const params = { name: 'greet', arguments: { name }, _meta: meta };
  const answer = await fetch(url, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': 'tools/call',
      'mcp-name': 'greet',
    },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params }),
  });
  const { result } = (await answer.json()) as { readonly result: { readonly structuredContent: Structured } };
  return result.structuredContent;
}

describe('the end of a server', () => {
  test.each(['SIGTERM', 'SIGINT'] as const)(
    '%s stops its runs, which can be resumed, within five seconds',
    async signal => {
      const served = makeServedFolder();
      const { url, token, process: server } = await listen(served);
      const open = fetch(url, slowCall(token))
        .then(answer => answer.text())
        .catch(() => '');
      await expect.poll(() => listed(served.folder), { timeout: 10_000 }).toMatchObject([{ active: true }]);
      server.kill(signal);
      const { code, stdout } = await Promise.race([
        server.ended,
        sleep(SOON_MS, { code: 'none', stdout: 'none' }),
      ]);
      expect([code, stdout]).toEqual([0, '']);
      expect(await open).toMatch(/interrupted|^$/);
      expect(await listed(served.folder)).toMatchObject([{ status: 'open', active: false }]);
    },
  );

  test('comes by itself when the one client of stdio is gone', async () => {
    const served = makeServedFolder();
    const child = spawn(process.execPath, [crewProgram(), 'serve', ...served.args], {
      cwd: served.folder,
      env: { PATH: process.env.PATH ?? '', HOME: served.folder },
    });
    onTestFinished(() => void child.kill('SIGKILL'));
    const lines: string[] = [];
    child.stdout.setEncoding('utf8').on('data', (piece: string) => lines.push(piece));
    const ended = new Promise(resolve => child.once('close', resolve));
    const params = {
      protocolVersion: '2025-11-25',
      capabilities: {},
      clientInfo: { name: 'x', version: '1' },
    };
    child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params })}\n`);
    child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', method: 'notifications/initialized' })}\n`);
    const slow = { name: 'slow', arguments: {}, _meta: { progressToken: 'p' } };
    child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id: 2, method: 'tools/call', params: slow })}\n`);
    await expect.poll(() => listed(served.folder), { timeout: 10_000 }).toMatchObject([{ active: true }]);
    // Its answer to the greeting, and the progress of the run.
    await expect.poll(() => lines.join('').split('\n').length, { timeout: 10_000 }).toBeGreaterThan(2);
    child.stdin.end();
    expect(await ended).toBe(0);
    expect(await listed(served.folder)).toMatchObject([{ status: 'open', active: false }]);
    // The module of the crew has printed; only the protocol came out.
    const messages = lines
      .join('')
      .trim()
      .split('\n')
      .map(line => JSON.parse(line) as { readonly jsonrpc: string });
    expect(messages.every(({ jsonrpc }) => jsonrpc === '2.0')).toBe(true);
    expect(messages.length).toBeGreaterThan(1);
  });
});

function slowCall(token: string): RequestInit {
  const meta = {
    'io.modelcontextprotocol/protocolVersion': '2026-07-28',
    'io.modelcontextprotocol/clientCapabilities': {},
  };
  const params = { name: 'slow', arguments: {}, _meta: meta };
  return {
    method: 'POST',
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': 'tools/call',
      'mcp-name': 'slow',
    },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params }),
  };
}

test('over stdio what is no message is answered or left, and the next one is served', async () => {
  const served = makeServedFolder();
  const child = spawn(process.execPath, [crewProgram(), 'serve', ...served.args], {
    cwd: served.folder,
    env: { PATH: process.env.PATH ?? '', HOME: served.folder },
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let out = '';
  child.stdout.setEncoding('utf8').on('data', (piece: string) => {
    out += piece;
  });
  const lines = [
    '{ not json',
    '[]',
    'null',
    '7',
    '{"jsonrpc":"2.0"}',
    `${'['.repeat(20_000)}${']'.repeat(20_000)}`,
  ];
  const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'x', version: '1' } };
  const initialize = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params });
  child.stdin.write(`${[...lines, initialize].join('\n')}\n`);
  await expect.poll(() => out, { timeout: 10_000 }).toContain('"serverInfo"');
  expect(out).not.toMatch(/\\n\s+at |node_modules/);
  for (const line of out.trim().split('\n')) expect(JSON.parse(line)).toMatchObject({ jsonrpc: '2.0' });
});

test('with OAuth the issuer decides, and no token is anywhere afterwards', async () => {
  const served = makeServedFolder();
  const resource = 'https://crews.example.com/mcp';
  const issuer = await openIssuer(resource);
  const args = [...served.args, '--oauth-issuer', issuer.issuer, '--oauth-resource', resource];
  const running = startCrew(['serve', ...args, '--http', '127.0.0.1:0'], { from: served.folder });
  onTestFinished(() => running.kill('SIGKILL'));
  await expect.poll(() => running.stderr(), { timeout: 10_000 }).toContain('serving on');
  const url = /serving on (\S+)/.exec(running.stderr())?.[1] ?? '';
  const token = await issuer.token('crew:read crew:run');
  expect(await callOnce(url, token, 'Ada')).toMatchObject({ outcome: 'success' });
  expect((await fetch(url, slowCall(await issuer.token('crew:read')))).status).toBe(403);
  expect((await fetch(url, slowCall('nonsense'))).status).toBe(401);
  running.kill('SIGTERM');
  const { stderr } = await running.ended;
  const journal = readFileSync(join(served.folder, '.crew/runs.db'), 'latin1');
  for (const text of [stderr, journal]) {
    for (const part of token.split('.')) expect(text).not.toContain(part);
  }
  expect(stderr).not.toContain('token:');
});

describe('what cannot be served is refused before anybody can call', () => {
  test.each([
    [['--http', '0.0.0.0:0'], /needs `--oauth-issuer`/],
    [['--http', '[::]:0'], /needs `--oauth-issuer`/],
    [['--http', '192.168.1.5:8080'], /needs `--oauth-issuer`/],
    [['--http', 'nonsense'], /expected HOST:PORT/],
    [['--http', '127.0.0.1:99999'], /expected HOST:PORT/],
    [['--http', '127.0.0.1:0', '--stdio'], /choose one/],
    [['--http', '0.0.0.0:0', '--oauth-issuer', 'https://id.example.com'], /go together/],
    [
      [
        '--http',
        '0.0.0.0:0',
        '--oauth-issuer',
        'http://id.example.com',
        '--oauth-resource',
        'https://a.example.com/mcp',
      ],
      /https/,
    ],
    [['--oauth-issuer', 'https://id.example.com', '--oauth-resource', 'https://a.example.com/mcp'], /--http/],
    [['--max-runs', '0'], /--max-runs/],
    [['greet.crew.yaml'], /two of the files/],
    [['--allow', 'nothing.here'], /--allow/],
  ])('%j', async (flags, why) => {
    const { folder } = makeServedFolder();
    const { code, stderr, stdout } = await crew(['serve', 'greet.crew.yaml', ...flags], { from: folder });
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(why);
  });

  test('a crew that runs code of its own and is not trusted', async () => {
    const { folder } = makeServedFolder();
    const { code, stderr, stdout } = await crew(['serve', 'slow.crew.yaml'], { from: folder });
    expect([code, stdout]).toEqual([5, '']);
    expect(stderr).toMatch(/CREW_UNTRUSTED/);
  });

  test('a crew with mistakes', async () => {
    const { folder } = makeServedFolder();
    const { code } = await crew(['serve', 'nothing.crew.yaml'], { from: folder });
    expect(code).toBe(2);
  });

  test('an address that is taken', async () => {
    const served = makeServedFolder();
    const { url } = await listen(served);
    const { code, stderr } = await crew(['serve', ...served.args, '--http', new URL(url).host], {
      from: served.folder,
    });
    expect(code).toBe(3);
    expect(stderr).toMatch(/PORT_UNAVAILABLE/);
  });
});

test('a file of tokens is written by a server that listens, and never in the place of another file', async () => {
  const first = makeServedFolder();
  const { url } = await listen(first);
  const token = `${'a'.repeat(43)}\n`;
  writeFileSync(join(first.folder, 'token'), token);
  writeFileSync(join(first.folder, 'notes'), 'mine\n');
  symlinkSync('token', join(first.folder, 'link'));
  const tokenFile = (name: string, at: string) =>
    crew(['serve', ...first.args, '--http', at, '--token-file', name], { from: first.folder });
  const taken = await tokenFile('token', new URL(url).host);
  expect([taken.code, readFileSync(join(first.folder, 'token'), 'utf8')]).toEqual([3, token]);
  for (const [name, found] of [
    ['notes', 'a file that is not one token of `crew serve`'],
    ['link', 'a symbolic link'],
    ['.', 'a folder'],
  ] as const) {
    const { code, stderr } = await tokenFile(name, '127.0.0.1:0');
    expect([code, stderr]).toEqual([2, expect.stringContaining('FILE_EXISTS')]);
    expect(stderr).toContain(found);
    expect(stderr).not.toContain('serving on');
  }
  expect(readFileSync(join(first.folder, 'notes'), 'utf8')).toBe('mine\n');
});

test('the token is shown once, or is in a file that only its owner reads', async () => {
  const served = makeServedFolder();
  const file = join(served.folder, 'token');
  writeFileSync(file, `${'a'.repeat(43)}\n`, { mode: 0o644 });
  const running = startCrew(['serve', ...served.args, '--http', '127.0.0.1:0', '--token-file', 'token'], {
    from: served.folder,
  });
  onTestFinished(() => running.kill('SIGKILL'));
  await expect.poll(() => running.stderr(), { timeout: 10_000 }).toMatch(/serving on[\s\S]*token: in token/);
  const token = readFileSync(file, 'utf8').trim();
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(token).toMatch(/^[\w-]{43}$/);
  expect(running.stderr()).not.toContain(token);
  const url = /serving on (\S+)/.exec(running.stderr())?.[1] ?? '';
  expect(await callOnce(url, token, 'Ada')).toMatchObject({ outcome: 'success' });
});
