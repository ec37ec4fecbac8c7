import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import type { McpListing } from '../../../src/model/mcp-listing.ts';
import type { McpServer } from '../../../src/model/mcp-server.ts';
import { startServerProcess } from '../../../src/tools/mcp/server-process.ts';
import { failureOf } from '../tool-call.ts';
import { fixture, nodeServer, openServer } from './mcp-peer.ts';
import { MARK, orphans } from './orphans.ts';

const CYCLES = Number(process.env.CYCLES ?? 20);
const mark = randomUUID();
const LISTING: McpListing = {
  server: { name: 'odd', version: '0' },
  protocol: '2025-11-25',
  tools: [{ name: 'work', description: 'Works.', inputSchema: { type: 'object' } }],
  resources: false,
  prompts: false,
  problems: [],
};

function odd(kind: string, more: Partial<McpServer> = {}): McpServer {
  return nodeServer(fixture('odd-server.mjs'), [kind], { variables: { [MARK]: mark }, ...more });
}

afterEach(() => expect(orphans(mark)).toEqual([]));

test('nothing is started before the first call, and one server serves all calls', async () => {
  const mine = await openServer(odd('good'), { listing: LISTING });
  expect(orphans(mark)).toEqual([]);
  expect(await Promise.all(Array.from({ length: 10 }, () => mine.call('work')))).toEqual(
    Array(10).fill('done'),
  );
  if (process.platform === 'linux') expect(orphans(mark)).toHaveLength(1);
  await mine.close();
});

test('after the end of a run nothing is started', async () => {
  const mine = await openServer(odd('good'), { listing: LISTING });
  await mine.close();
  expect((await failureOf(mine.call('work'))).message).toContain('not called after the end of a run');
});

test('the end of a run ends a start and the calls that are under way', async () => {
  const starting = await openServer(odd('says nothing'), { listing: LISTING });
  const first = failureOf(starting.call('work'));
  const calling = await openServer(odd('says nothing to a call'), { listing: LISTING });
  const second = failureOf(calling.call('work'));
  await pause(500);
  await Promise.all([starting.close(), calling.close()]);
  expect((await first).message).toContain('after the end of a run');
  expect((await second).message).toContain('its server is gone');
});

test('a call that is given up while its server starts does not take the start from the others', async () => {
  const mine = await openServer(odd('good'), { listing: LISTING });
  const controller = new AbortController();
  const given = failureOf(mine.call('work', {}, { signal: controller.signal }));
  const other = mine.call('work');
  controller.abort();
  expect((await given).message).toContain('was stopped before it finished');
  expect(await other).toBe('done');
  await mine.close();
});

test('a server that crashes all the time is not started for ever', async () => {
  const mine = await openServer(odd('crashes in a call'), { listing: LISTING });
  for (let at = 0; at < 10; at += 1)
    expect((await failureOf(mine.call('work'))).message).toContain('is gone');
  expect((await failureOf(mine.call('work'))).message).toContain('ended 10 times in this run');
  await mine.close();
});

test('a server that does not read what it is sent is ended', async () => {
  const ended: string[] = [];
  const server = await startServerProcess({
    command: 'sleep',
    args: ['60'],
    cwd: '/',
    env: { PATH: process.env.PATH ?? '', [MARK]: mark },
    maxLineBytes: 1000,
    onLine: () => undefined,
    onEnd: why => ended.push(why),
  });
  const sending = Array.from({ length: 20 }, () => server.send('x'.repeat(1_000_000)));
  const outcomes = await Promise.allSettled(sending);
  await server.close();
  expect(outcomes.some(({ status }) => status === 'rejected')).toBe(true);
  expect(ended).toEqual(['it does not read what it is sent']);
});

test('a server sees HOME, PATH, SHELL, TERM, what is declared, and nothing else', async () => {
  const env = {
    HOME: '/h',
    PATH: process.env.PATH,
    SECRET_KEY: 'x',
    WANTED: 'y',
    SHELL: '/bin/sh',
    TERM: '() { x; }',
  };
  const server = nodeServer(fixture('peer-v1.mjs'), ['stdio'], {
    env: ['WANTED', 'ABSENT'],
    variables: { [MARK]: mark, FIXED: 'z' },
  });
  const mine = await openServer(server, { env });
  const names = String(await mine.call('env')).split(' ');
  await mine.close();
  expect(mine.notices).toEqual(['peer: `ABSENT`, which its `env` names, is not set here']);
  expect(mine.listing.problems).toContain('`ABSENT`, which its `env` names, is not set here');
  expect(names).toEqual(['CREW_MCP_SERVER', MARK, 'FIXED', 'HOME', 'PATH', 'SHELL', 'WANTED']);
});

describe.skipIf(process.platform !== 'linux')('when the process that called dies by SIGKILL', () => {
  test.each(['good', 'says nothing to a call and does not go', 'starts a child that stays'])(
    'a server that %s is gone soon after',
    async kind => {
      const args = [fixture('dies-with-server.mjs'), fixture('odd-server.mjs'), mark, kind];
      const owner = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
      await once(createInterface({ input: owner.stdout }), 'line');
      await expect.poll(() => orphans(mark).length, { timeout: 8000 }).toBeGreaterThan(0);
      await pause(500);
      owner.kill('SIGKILL');
      await expect.poll(() => orphans(mark), { timeout: 8000 }).toEqual([]);
    },
  );
});

test(`${CYCLES} starts and ends leave no process`, { timeout: 60_000 + CYCLES * 3000 }, async () => {
  const kinds = [
    'good',
    'crashes in a call',
    'starts a child that stays',
    'starts a child that leaves',
    'says nothing to a call',
  ];
  for (let at = 0; at < CYCLES; at += 4) {
    const batch = kinds.slice(0, 4).map((_, offset) => (at + offset) % kinds.length);
    await Promise.all(
      batch.map(async index => {
        const mine = await openServer(odd(kinds[index] ?? 'good', { timeoutMs: 300 }), { listing: LISTING });
        await mine.call('work').catch(() => undefined);
        await mine.close();
      }),
    );
    expect(orphans(mark)).toEqual([]);
  }
});
