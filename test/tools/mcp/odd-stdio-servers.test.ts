import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { McpListing } from '../../../src/model/mcp-listing.ts';
import type { McpServer } from '../../../src/model/mcp-server.ts';
import type { ToolQuestion } from '../../../src/model/person-question.ts';
import { failureOf } from '../tool-call.ts';
import { declared, fixture, listOf, nodeServer, openServer } from './mcp-peer.ts';
import { MARK, orphans } from './orphans.ts';

const WORK = { name: 'work', description: 'Works.', inputSchema: { type: 'object' } } as const;
const LISTING: McpListing = {
  server: { name: 'odd', version: '0' },
  protocol: '2025-11-25',
  tools: [WORK],
  resources: false,
  prompts: false,
  problems: [],
};
const TIMES = { startTimeoutMs: 6000, timeoutMs: 3000 };

/** Does something with a server of this kind, and then looks that nothing of it is left. */
async function contained<Outcome>(
  kind: string,
  work: (server: McpServer) => Promise<Outcome>,
  more: Partial<McpServer> = {},
): Promise<Outcome> {
  const mark = randomUUID();
  const variables = { [MARK]: mark };
  const outcome = await work(nodeServer(fixture('odd-server.mjs'), [kind], { ...TIMES, variables, ...more }));
  expect(orphans(mark)).toEqual([]);
  return outcome;
}

describe.concurrent('a server that cannot be used is refused, with what happened', () => {
  test.each<[string, RegExp]>([
    ['exits at once', /did not start: it ended with exit code 3; it said: no licence found/],
    ['says nothing', /did not start within 6000 ms/],
    ['says nothing and does not go', /did not start within 6000 ms/],
    ['closes its output', /did not start within 6000 ms/],
    ['crashes at the handshake', /it ended with exit code 9/],
    ['is killed at the handshake', /it was ended by SIGKILL/],
    ['refuses the handshake', /the server says: not today/],
    ['answers the handshake with null', /its answer has no object as `result`/],
    ['has capabilities that are none', /did not start/],
    ['speaks an unknown revision', /protocol version is not supported: 1999-01-01/],
    ['writes half a message and goes', /it ended with exit code 0/],
    ['writes a huge line', /it wrote a line of more than 8388608 bytes/],
    ['writes without an end', /it wrote a line of more than 8388608 bytes/],
    ['does not list', /did not start within 6000 ms/],
    ['crashes at the list', /it ended with exit code 7/],
    ['has a list that is none', /did not start/],
    ['has a schema of 50 MB', /it wrote a line of more than 8388608 bytes/],
  ])('%s', async (kind, message) => {
    const failure = await contained(kind, server => failureOf(listOf(server)));
    expect(failure.code).toBe('MCP_UNAVAILABLE');
    expect(failure.message).toMatch(message);
    expect(failure.message.length).toBeLessThan(3000);
  });

  test('a program that is not there', async () => {
    const server = declared({ kind: 'stdio', command: 'no-such-program-here', args: [] }, TIMES);
    expect(await failureOf(listOf(server))).toMatchObject({ code: 'TOOL_MISSING' });
  });
});

describe.concurrent('what a server prints besides messages does no harm', () => {
  test.each(['prints banners', 'prints binary', 'floods its errors'])('%s', async kind => {
    expect((await contained(kind, listOf)).tools).toEqual([WORK]);
  });
});

describe.concurrent('one bad tool does not lose the rest', () => {
  test.each<[string, readonly RegExp[]]>([
    ['has a deep schema', [/^"deep" is left out: its `inputSchema` has more than 100 levels$/]],
    ['has a large schema', [/^"large" is left out: its `inputSchema` has 300\d+ characters/]],
    ['has a long description', [/^"long" is left out: its `description` has 50000 characters/]],
    ['lists a tool twice', [/^"twice" is left out: the server lists it more than once$/]],
    ['lists tools without names', [/has no name$/, /has no name$/]],
    ['has control characters in names', Array.from({ length: 5 }, () => /other characters/)],
    ['has names of prototypes', [/"__proto__"/, /"constructor"/, /"toString"/]],
    ['has half a character', [/^"half" is left out: its `description` has half a character$/]],
    ['has headers declared wrongly', [/^"headed" is left out: its `x-mcp-header`/]],
    ['lists in a circle', [/goes round in a circle/]],
  ])('%s', async (kind, problems) => {
    const listing = await contained(kind, listOf);
    expect(listing.tools.map(({ name }) => name)).toEqual(kind === 'lists in a circle' ? [] : ['work']);
    for (const problem of problems) expect(listing.problems).toContainEqual(expect.stringMatching(problem));
  });

  test('lists things that are no tools', async () => {
    const listing = await contained('lists things that are no tools', listOf);
    expect(listing.tools.map(({ name }) => name)).toEqual(['f', 'work']);
    expect(listing.problems).toHaveLength(11);
    expect(listing.tools[0]).not.toHaveProperty('annotations');
  });

  test('lists 5,000 tools', async () => {
    const listing = await contained('lists 5,000 tools', listOf);
    expect(listing.tools).toHaveLength(1000);
    expect(listing.problems).toEqual([expect.stringContaining('only 1000 are read')]);
  });

  test('lists pages without end', async () => {
    const listing = await contained('lists pages without end', listOf);
    expect(listing.tools).toHaveLength(64);
    expect(listing.problems).toEqual([expect.stringContaining('more than 64 pages')]);
  });
});

/** Calls `work` twice: what it gives, or how it fails, the first time and the second. */
async function callTwice(kind: string): Promise<readonly unknown[]> {
  return await contained(kind, async server => {
    const mine = await openServer(server, { listing: LISTING });
    const outcome = (): Promise<unknown> =>
      mine.call('work').catch((error: { code: string; message: string }) => `${error.code} ${error.message}`);
    const outcomes = [await outcome(), await outcome()];
    await mine.close();
    return outcomes;
  });
}

describe.concurrent('a call that goes well in spite of its server', () => {
  test.each<[string, unknown]>([
    ['good', 'done'],
    ['prints garbage in a call', 'done'],
    ['answers twice', 'first'],
    ['answers nobody', 'done'],
    ['answers in a batch', 'done'],
    ['changes its list in a storm', 'done'],
    ['floods with notifications', 'done'],
    ['floods with progress', 'done'],
    ['gets further than the end', 'done'],
    ['starts a child that stays', 'done'],
    ['starts a child that leaves', 'done'],
    ['returns broken UTF-8', 'a��b'],
    ['returns half characters', 'a�b'],
    ['asks for a password', '{"action":"decline"}'],
    ['asks for a nested form', expect.stringMatching(/decline|-32602/)],
    ['sends people to a file', expect.stringMatching(/decline|-32602/)],
    ['wants a model', 'got -32601'],
    ['wants roots', 'got -32601'],
    ['wants something unheard of', 'got -32601'],
  ])('%s', async (kind, value) => {
    expect(await callTwice(kind)).toEqual([value, value]);
  });
});

describe.concurrent('a call that fails alone, with what happened', () => {
  test.each<[string, RegExp]>([
    ['crashes in a call', /its server is gone: it ended with exit code 11; it said: segfault/],
    ['says nothing to a call', /did not answer within 3000 ms/],
    ['says nothing to a call and does not go', /did not answer within 3000 ms/],
    ['goes, and its child holds the pipes', /its server is gone: it ended with exit code 0/],
    ['answers with other ids', /did not answer within 3000 ms/],
    ['speaks JSON-RPC 1.0', /no message of JSON-RPC 2\.0/],
    ['answers with null', /its answer has no object as `result`/],
    ['answers with a list as content', /failed/],
    ['answers with unknown content', /failed/],
    ['answers with errors that are none', /an error without a code and a message/],
    ['fails with a long text', /x{1000}/],
    ['no longer reads', /did not answer within 3000 ms|does not read|is gone/],
    ['stands still and says so', /did not answer within 3000 ms/],
    ['fails without a word', /the server does not say why/],
    ['returns 20 MB', /it wrote a line of more than/],
    ['returns 2 MB', /its result has 2000002 characters, the limit is 1048576/],
    ['returns something deep', /its answer has more than 200 levels/],
    ['returns something rather deep', /its result has more than 100 levels/],
  ])('%s', async (kind, message) => {
    const outcomes = await callTwice(kind);
    for (const outcome of outcomes) {
      const isGone = /is gone|did not answer/.test(String(outcome));
      expect(outcome).toMatch(isGone ? /^MCP_UNAVAILABLE / : /^TOOL_FAILED /);
      expect(outcome).toMatch(message);
      expect(String(outcome).length).toBeLessThan(4100);
    }
  });

  test('is never done: progress buys time, but not for ever', async () => {
    const call = async (server: McpServer) => {
      const mine = await openServer(server, { listing: LISTING });
      const failure = await failureOf(mine.call('work'));
      await mine.close();
      return failure;
    };
    const { message } = await contained('is never done', call, { timeoutMs: 500 });
    expect(message).toContain('did not answer within 5000 ms');
  });

  test.each<[string, string, RegExp]>([
    [
      'has another tool by now',
      'TOOL_CHANGED',
      /description: "Works\." became "Works, and reads ~\/\.ssh first\."/,
    ],
    ['has no such tool any more', 'TOOL_UNKNOWN', /no longer has a tool `work`/],
  ])('%s', async (kind, code, message) => {
    const [first, second] = await callTwice(kind);
    expect(first).toMatch(new RegExp(`^${code} `));
    expect(first).toMatch(message);
    expect(second).toBe(first);
  });

  test.each(['breaks its promise', 'forgets its promise'])('%s', async kind => {
    const failure = await contained(kind, async server => {
      const mine = await openServer(server);
      const found = await failureOf(mine.call('work'));
      await mine.close();
      return found;
    });
    expect(failure).toMatchObject({ code: 'TOOL_FAILED', message: expect.stringContaining('outputSchema') });
  });
});

describe.concurrent('a server of 2026-07-28', () => {
  test.each<[string, unknown]>([
    ['is new and good', 'done'],
    ['answers with its state returned', 'a state with "quotes" and é'],
    [
      'has questions in rounds without end',
      expect.stringMatching(/still wants to know more after 10 rounds/),
    ],
    [
      'sends only its state for ever',
      expect.stringMatching(/still wants to know more|did not answer within/),
    ],
    ['wants a model in a round', expect.stringMatching(/wants "sampling\/createMessage" of us/)],
    ['wants nonsense in a round', expect.stringMatching(/wants something unknown of us/)],
    ['wants nothing in a round', expect.stringMatching(/neither inputRequests nor requestState/)],
    ['does not say what kind of result it is', expect.stringMatching(/missing required resultType/)],
    ['has a kind of result of its own', expect.stringMatching(/Unsupported result type/)],
  ])('%s', async (kind, outcome) => {
    expect(await callTwice(kind)).toEqual([outcome, outcome]);
  });
});

describe.concurrent('a flood does not reach people', () => {
  const server = (kind: string): McpServer => nodeServer(fixture('odd-server.mjs'), [kind], TIMES);

  test('of log lines, 20 are shown, each cut', async () => {
    const mine = await openServer(server('floods the log'), { listing: LISTING });
    await mine.call('work');
    await mine.close();
    expect(mine.notices.length).toBeGreaterThan(0);
    expect(mine.notices.length).toBeLessThanOrEqual(25);
    for (const line of mine.notices) expect(line.length).toBeLessThanOrEqual(501);
  });

  test('of questions, ten are asked in one call', async () => {
    const mine = await openServer(server('asks without end'), { listing: LISTING });
    const asked: ToolQuestion[] = [];
    const ask = async (question: ToolQuestion) => {
      asked.push(question);
      return { action: 'accept', content: { more: 'yes' }, by: 'me' } as const;
    };
    await failureOf(mine.call('work', {}, { ask }));
    await mine.close();
    expect(asked).toHaveLength(10);
    expect(mine.notices.filter(line => line.includes('more than 10 times'))).toHaveLength(1);
  });

  test('of progress that says the same, ten lines a second are shown', async () => {
    const mine = await openServer(server('floods with progress'), { listing: LISTING });
    const seen: unknown[] = [];
    await mine.call('work', {}, { progress: at => seen.push(at) });
    await mine.close();
    expect(seen.length).toBeLessThan(1000);
  });

  test('progress beyond the end is shown without an end', async () => {
    const mine = await openServer(server('gets further than the end'), { listing: LISTING });
    const seen: unknown[] = [];
    await mine.call('work', {}, { progress: at => seen.push(at) });
    await mine.close();
    expect(seen).toEqual([{ done: 7 }]);
  });
});
