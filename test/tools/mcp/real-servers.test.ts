import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ToolQuestion } from '../../../src/model/person-question.ts';
import { failureOf } from '../tool-call.ts';
import { nodeServer, type OpenedServer, openServer } from './mcp-peer.ts';

/** The program of a server from npm. */
function packaged(name: string): string {
  return fileURLToPath(
    new URL(`../../../node_modules/@modelcontextprotocol/${name}/dist/index.js`, import.meta.url),
  );
}

describe('server-everything', () => {
  let mine: OpenedServer;
  beforeAll(async () => {
    mine = await openServer(nodeServer(packaged('server-everything')));
  });
  afterAll(() => mine.close());

  test('lists all its tools', () => {
    expect(mine.listing.problems).toEqual([
      expect.stringMatching(/^"simulate-research-query" is left out: it can only be called as a task/),
    ]);
    expect(mine.listing.tools.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['echo', 'get-sum', 'get-structured-content', 'trigger-elicitation-request']),
    );
  });

  test('gives text, structured content, pictures and links', async () => {
    expect(await mine.call('echo', { message: 'hello' })).toBe('Echo: hello');
    expect(await mine.call('get-structured-content', { location: 'Chicago' })).toMatchObject({
      temperature: expect.any(Number),
    });
    expect(await mine.call('get-tiny-image')).toMatchObject({
      parts: [{ type: 'image', mime: 'image/png' }],
    });
    expect(await mine.call('get-resource-links', { count: 2 })).toMatchObject({
      parts: [{ type: 'link' }, { type: 'link' }],
    });
    expect((await failureOf(mine.call('echo', {}))).code).toBe('TOOL_FAILED');
  });

  test('tells its progress, and asks with a form', async () => {
    const seen: unknown[] = [];
    const args = { duration: 1, steps: 4 };
    await mine.call('trigger-long-running-operation', args, { progress: at => seen.push(at) });
    expect(seen).toContainEqual({ done: 2, total: 4 });
    const asked: ToolQuestion[] = [];
    const answer = await mine.call(
      'trigger-elicitation-request',
      {},
      {
        ask: async question => {
          asked.push(question);
          return { action: 'accept', content: { name: 'Ada' }, by: 'me' };
        },
      },
    );
    expect(asked).toMatchObject([{ kind: 'form', server: 'peer' }]);
    expect(JSON.stringify(answer)).toContain('Ada');
  });

  test('has resources and prompts', async () => {
    const { resources } = (await mine.call('resources_list')) as { resources: { uri: string }[] };
    const { contents } = (await mine.call('resource_read', { uri: resources[0]?.uri ?? '' })) as {
      contents: { text: string }[];
    };
    expect(contents[0]?.text).toContain('#');
    expect(await mine.call('prompt_get', { name: 'args-prompt', arguments: { city: 'Oslo' } })).toMatchObject(
      {
        messages: [{ role: 'user', content: expect.stringContaining('Oslo') }],
      },
    );
  });
});

describe('server-filesystem', () => {
  let mine: OpenedServer;
  let folder: string;
  beforeAll(async () => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'crew-fs-')));
    writeFileSync(join(folder, 'a.txt'), 'hello');
    mine = await openServer(nodeServer(packaged('server-filesystem'), [folder]));
  });
  afterAll(async () => {
    await mine.close();
    rmSync(folder, { recursive: true });
  });

  test('reads and writes below its folder, and nowhere else', async () => {
    expect(mine.listing.problems).toEqual([]);
    expect(JSON.stringify(await mine.call('read_text_file', { path: join(folder, 'a.txt') }))).toContain(
      'hello',
    );
    await mine.call('write_file', { path: join(folder, 'b.txt'), content: 'new' });
    expect(readFileSync(join(folder, 'b.txt'), 'utf8')).toBe('new');
    const failure = await failureOf(mine.call('read_text_file', { path: '/etc/passwd' }));
    expect(failure).toMatchObject({ code: 'TOOL_FAILED', message: expect.stringContaining('denied') });
  });
});

describe('server-memory', () => {
  test('keeps what it is told from call to call', async () => {
    const folder = realpathSync(mkdtempSync(join(tmpdir(), 'crew-memory-')));
    const variables = { MEMORY_FILE_PATH: join(folder, 'memory.json') };
    const mine = await openServer(nodeServer(packaged('server-memory'), [], { variables }));
    expect(mine.listing.problems).toEqual([]);
    const entities = [{ name: 'Ada', entityType: 'person', observations: ['writes programs'] }];
    await mine.call('create_entities', { entities });
    expect(await mine.call('read_graph')).toMatchObject({ entities: [{ name: 'Ada' }], relations: [] });
    await mine.close();
    rmSync(folder, { recursive: true });
  });
});
