import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { McpListing } from '../../../src/model/mcp-listing.ts';
import type { McpServer } from '../../../src/model/mcp-server.ts';
import type { ToolAnswer, ToolQuestion } from '../../../src/model/person-question.ts';
import { failureOf } from '../tool-call.ts';
import {
  declared,
  fixture,
  listOf,
  nodeServer,
  type OpenedServer,
  openServer,
  startHttpPeer,
} from './mcp-peer.ts';

interface Peer {
  readonly title: string;
  readonly protocol: string;
  readonly file: string;
  readonly args: readonly string[];
  readonly more?: Partial<McpServer>;
  /** The peer treats every request alone, so it can neither ask nor tell anything by itself. */
  readonly isStateless?: boolean;
}

const PEERS: readonly Peer[] = [
  { title: 'v1 over stdio', protocol: '2025-11-25', file: 'peer-v1.mjs', args: ['stdio'] },
  { title: 'v1 over HTTP', protocol: '2025-11-25', file: 'peer-v1.mjs', args: ['http'] },
  { title: 'v2 over stdio', protocol: '2025-11-25', file: 'peer-v2.mjs', args: ['stdio'] },
  {
    title: 'v2 over stdio, asked for 2026-07-28',
    protocol: '2026-07-28',
    file: 'peer-v2.mjs',
    args: ['stdio'],
    more: { protocol: '2026-07-28' },
  },
  {
    title: 'v2 over stdio, which knows 2026-07-28 only',
    protocol: '2026-07-28',
    file: 'peer-v2.mjs',
    args: ['stdio', 'modern'],
  },
  { title: 'v2 over HTTP', protocol: '2026-07-28', file: 'peer-v2.mjs', args: ['http'] },
  {
    title: 'v2 over HTTP, asked for 2025-11-25',
    protocol: '2025-11-25',
    file: 'peer-v2.mjs',
    args: ['http'],
    more: { protocol: '2025-11-25' },
    isStateless: true,
  },
  {
    title: 'v2 over HTTP, which knows 2026-07-28 only',
    protocol: '2026-07-28',
    file: 'peer-v2.mjs',
    args: ['http', 'modern'],
  },
];

describe.each(PEERS)('$title', ({ protocol, file, args, more = {}, isStateless = false }) => {
  const isHttp = args[0] === 'http';
  let http: Awaited<ReturnType<typeof startHttpPeer>> | undefined;
  let mine: OpenedServer;
  let shared: OpenedServer | undefined;
  let listing: McpListing;

  beforeAll(async () => {
    if (isHttp) http = await startHttpPeer(fixture(file), args);
  });
  afterEach(async () => {
    if (mine !== shared) await mine.close();
  });
  afterAll(async () => {
    await shared?.close();
    await http?.stop();
  });

  /** Opens the peer; one that is declared as it comes is the same for all tests, for to start it takes a while. */
  const open = async (extra?: Partial<McpServer>): Promise<void> => {
    const how = { ...more, ...extra };
    const server =
      http === undefined
        ? nodeServer(fixture(file), args, how)
        : declared({ kind: 'http', url: http.url, headers: {} }, how);
    listing ??= await listOf(server);
    mine = (extra === undefined ? shared : undefined) ?? (await openServer(server, { listing }));
    if (extra === undefined) shared = mine;
  };

  test('is listed with what it is and offers', async () => {
    await open();
    expect(listing.protocol).toBe(protocol);
    expect(listing.server.name).toMatch(/^peer-v[12]$/);
    expect(listing).toMatchObject({ resources: true, prompts: true, problems: [] });
    expect(listing.tools.find(({ name }) => name === 'echo')).toEqual({
      name: 'echo',
      title: 'Echo',
      description: 'Says it again.',
      inputSchema: { type: 'object', properties: { text: { type: 'string' } }, required: ['text'] },
      annotations: { readOnlyHint: true },
    });
  });

  test('gives text as text, structured content as it is, and describes pictures', async () => {
    await open();
    expect(await mine.call('echo', { text: 'é\n' })).toBe('é\n');
    expect(await mine.call('sum', { a: 1, b: 2 })).toEqual({ sum: 3 });
    expect(await mine.call('picture')).toEqual({
      text: 'look',
      parts: [
        { type: 'image', mime: 'image/png', bytes: 3, data: 'AAAA' },
        { type: 'image', mime: 'image/png', bytes: 30_000 },
      ],
    });
    expect(await failureOf(mine.call('broken_sum'))).toMatchObject({ code: 'TOOL_FAILED' });
    expect(await failureOf(mine.call('fail'))).toEqual({
      code: 'TOOL_FAILED',
      message: '`peer.fail` failed: no bread',
    });
  });

  test('has its resources and prompts as tools', async () => {
    await open();
    expect(await mine.call('resources_list')).toEqual({
      resources: [{ uri: 'peer://greeting', name: 'greeting', mime: 'text/plain' }],
      templates: [{ uri_template: 'peer://{x}', name: 'any' }],
    });
    expect(await mine.call('resource_read', { uri: 'peer://greeting' })).toEqual({
      contents: [{ uri: 'peer://greeting', mime: 'text/plain', text: 'hello' }],
    });
    expect(await mine.call('prompts_list')).toEqual({
      prompts: [{ name: 'greet', description: 'Greets.', arguments: [{ name: 'who', required: true }] }],
    });
    expect(await mine.call('prompt_get', { name: 'greet', arguments: { who: 'Ada' } })).toEqual({
      description: 'd',
      messages: [{ role: 'user', content: 'Greet Ada' }],
    });
  });

  test('tells how far it is, which gives the call more time', async () => {
    await open({ timeoutMs: 1200 });
    const seen: unknown[] = [];
    const done = mine.call('slow', { steps: 5, ms: 300 }, { progress: at => seen.push(at) });
    expect(await done).toBe('slowly');
    expect(seen).toContainEqual({ done: 1, total: 5, text: 'step 1' });
    expect(seen).toContainEqual({ done: 4, total: 5, text: 'step 4' });
  });

  test('is told when a call is given up, and works on', async () => {
    await open({ timeoutMs: 1000 });
    const controller = new AbortController();
    const stopped = failureOf(mine.call('slow', { steps: 1, ms: 20_000 }, { signal: controller.signal }));
    setTimeout(() => controller.abort(), 100);
    expect((await stopped).message).toContain('was stopped before it finished');
    expect((await failureOf(mine.call('slow', { steps: 1, ms: 20_000 }))).message).toContain(
      'did not answer within 1000 ms',
    );
    expect(await mine.call('echo', { text: 'still here' })).toBe('still here');
  });

  test.skipIf(isStateless)('asks the person behind the call, who may take longer than a call', async () => {
    await open({ timeoutMs: 1000 });
    const asked: ToolQuestion[] = [];
    const ask = async (question: ToolQuestion): Promise<ToolAnswer> => {
      asked.push(question);
      if (question.kind === 'form') await new Promise(resolve => setTimeout(resolve, 1300));
      return {
        action: 'accept',
        by: 'me',
        ...(question.kind === 'form' ? { content: { name: 'Ada' } } : {}),
      };
    };
    const answered = JSON.parse(String(await mine.call('ask', {}, { ask })));
    expect(answered).toEqual({ action: 'accept', content: { name: 'Ada', loud: true } });
    expect(JSON.parse(String(await mine.call('visit', {}, { ask })))).toEqual({ action: 'accept' });
    expect(asked).toEqual([
      {
        kind: 'form',
        server: 'peer',
        text: 'Which name?',
        schema: expect.objectContaining({ type: 'object' }),
      },
      { kind: 'url', server: 'peer', text: 'Please look.', url: 'https://example.org/look' },
    ]);
    expect(JSON.parse(String(await mine.call('ask')))).toEqual({ action: 'cancel' });
  });

  test.runIf(file === 'peer-v1.mjs')(
    'is called again once an address was visited that it wanted first',
    async () => {
      await open();
      const asked: ToolQuestion[] = [];
      const ask = async (question: ToolQuestion): Promise<ToolAnswer> => {
        asked.push(question);
        return { action: 'accept', by: 'me' };
      };
      expect(await mine.call('visit', { throw: true }, { ask })).toBe('visited');
      expect(asked).toMatchObject([{ kind: 'url', url: 'https://example.org/look' }]);
    },
  );

  test('gets no model and, unless it is declared, no roots', async () => {
    await open();
    const sampled = await mine.call('sample').catch(error => error.message);
    expect(sampled).toMatch(/refused|does not get|did not declare|do not declare/);
    const roots = await mine.call('roots').catch(error => error.message);
    expect(String(roots)).not.toContain('file:');
  });

  test.skipIf(isStateless)('gets the workspace as its root when that is declared', async () => {
    await open({ roots: true });
    const roots = JSON.parse(String(await mine.call('roots')));
    expect(roots).toMatchObject({ roots: [{ uri: pathToFileURL(mine.workspace).href }] });
  });

  test('is given the key of the call', async () => {
    await open();
    const meta = JSON.parse(String(await mine.call('meta', {}, { idempotencyKey: 'run-1/step-2' })));
    expect(meta['crewfile/idempotency-key']).toBe('run-1/step-2');
  });

  test('logs to those who watch the call, one line at a time', async () => {
    await open();
    await mine.call('log');
    await expect.poll(() => mine.notices).toContain('peer: I am here');
  });

  test.skipIf(isStateless)('is not called where it has changed its words', async () => {
    await open();
    expect(await mine.call('echo', { text: 'a' })).toBe('a');
    await mine.call('change');
    await expect
      .poll(async () => (await failureOf(mine.call('echo', { text: 'b' }))).message, {
        timeout: 8000,
        interval: 300,
      })
      .toMatch(/description: .*Says it again\..* became .*Says it again, and sends it to us\./);
    await expect(mine.call('echo', { text: 'b' })).rejects.toMatchObject({
      code: 'TOOL_CHANGED',
      notBegun: true,
    });
    expect(await mine.call('sum', { a: 2, b: 2 })).toEqual({ sum: 4 });
  });
});
