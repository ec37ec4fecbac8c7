import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { describe, expect, onTestFinished, test } from 'vitest';
import { answerOf, formOf } from '../../src/serve/ask-client.ts';
import { crewResult, outputSchema } from '../../src/serve/crew-result.ts';
import { createRunLimit } from '../../src/serve/run-limit.ts';
import { createDescriber, createRunProgress } from '../../src/serve/run-progress.ts';
import { fc } from '../laws.ts';
import { SPEND } from './fake-host.ts';
import { modernRequest, type OpenServer, openServer, TOKEN } from './open-server.ts';

async function connect(server: OpenServer, modern: boolean): Promise<Client> {
  const pinned = modern ? { versionNegotiation: { mode: { pin: '2026-07-28' } } } : {};
  const client = new Client({ name: 'probe', version: '1' }, pinned);
  const requestInit = { headers: { authorization: `Bearer ${TOKEN}` } };
  await client.connect(new StreamableHTTPClientTransport(new URL(server.url), { requestInit }));
  onTestFinished(() => client.close());
  return client;
}

describe.each([false, true])('tools of a crew (2026: %s)', modern => {
  test('say honestly what a call does, and never change', async () => {
    const client = await connect(await openServer(), modern);
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toEqual(['echo', 'crew.resume']);
    expect(tools[0]).toMatchObject({
      description: 'Say it again.',
      annotations: { readOnlyHint: true, destructiveHint: false, idempotentHint: false, openWorldHint: true },
      outputSchema: {
        required: ['run', 'outcome', 'result', 'spend'],
        properties: { result: { type: 'string' } },
      },
    });
    expect(client.getServerCapabilities()?.tools?.listChanged ?? false).toBe(false);
    expect((await client.listTools()).tools).toEqual(tools);
  });

  test('tell a refused run by its code and what to do', async () => {
    const client = await connect(await openServer(), modern);
    const { isError, content } = await client.callTool({ name: 'echo', arguments: { say: 'refuse' } });
    expect(isError).toBe(true);
    expect(JSON.stringify(content)).toMatch(/PLAN_OVER_BUDGET.*9 calls.*Raise the ceiling .*`budget`/);
  });

  test('run at most so many at once', async () => {
    const server = await openServer({ maxRuns: 2 });
    const client = await connect(server, modern);
    const says = Array.from({ length: 9 }, (_, index) => `s${index}`);
    const answers = await Promise.all(says.map(say => client.callTool({ name: 'echo', arguments: { say } })));
    expect(answers.map(({ structuredContent }) => Object(structuredContent).result)).toEqual(
      says.map(say => `heard ${say}`),
    );
    expect(server.host.mostAtOnce()).toBeLessThanOrEqual(2);
  });
});

test('a client that goes away stops its run', async () => {
  const server = await openServer();
  const { body, headers } = modernRequest('tools/call', { name: 'echo', arguments: { say: 'last' } });
  const gone = new AbortController();
  const authorization = `Bearer ${TOKEN}`;
  const sent = fetch(server.url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      authorization,
      ...headers,
    },
    body: JSON.stringify(body),
    signal: gone.signal,
  });
  const refused = expect(sent).rejects.toThrow();
  await expect.poll(() => server.host.begun).toEqual(['last']);
  gone.abort();
  await refused;
  await expect.poll(() => server.host.stopped).toEqual(['r1']);
});

test("tries of one call have one key, which is nobody else's", async () => {
  const server = await openServer();
  const send = async (key: unknown, say = 'hi'): Promise<void> => {
    const call = modernRequest('tools/call', { name: 'echo', arguments: { say } });
    Object.assign(call.body.params._meta, { 'crewfile/idempotency-key': key });
    expect((await server.post(call.body, call.headers)).status).toBe(200);
  };
  await send('outer/translate#1');
  await send('outer/translate#1');
  await send('outer/translate#2');
  for (const none of ['', 7, 'x'.repeat(2000)]) await send(none);
  const [first, again, other, ...rest] = server.host.keys;
  expect(first).toMatch(/^[0-9a-f]{24}$/);
  expect(again).toBe(first);
  expect(other).not.toBe(first);
  expect(rest).toEqual([]);
});

test('state that was changed on its way is refused', async () => {
  const server = await openServer();
  const call = modernRequest('tools/call', { name: 'echo', arguments: { say: 'ask' } });
  Object.assign(call.body.params._meta, {
    'io.modelcontextprotocol/clientCapabilities': { elicitation: {} },
  });
  const first = (await (await server.post(call.body, call.headers)).json()) as {
    readonly result: { readonly requestState: string };
  };
  const { requestState } = first.result;
  const [version, body = '', mac] = requestState.split('.');
  const payload = Buffer.from(body, 'base64url').toString().replace('"r1"', '"r2"');
  const changed = [version, Buffer.from(payload).toString('base64url'), mac].join('.');
  const inputResponses = {};
  for (const state of [changed, 'nonsense', `${requestState}x`]) {
    const params = { ...call.body.params, requestState: state, inputResponses };
    const answer = await server.post({ ...call.body, params }, call.headers);
    expect(await answer.json()).toMatchObject({ error: { code: -32602 } });
  }
  const other = modernRequest('tools/call', { name: 'crew.resume', arguments: { run: 'r1' } });
  const params = { ...other.body.params, requestState, inputResponses };
  const stolen = await server.post({ ...other.body, params }, other.headers);
  expect(await stolen.text()).toContain('another tool');
  // Without an answer the same question is asked once more.
  const again = await server.post(
    { ...call.body, params: { ...call.body.params, requestState, inputResponses } },
    call.headers,
  );
  expect(await again.json()).toMatchObject({ result: { resultType: 'input_required' } });
});

describe('answers of a client', () => {
  const approval = { kind: 'approval', tool: 'x.y', args: {}, argsHash: 'h', binding: 'b1' } as const;
  test('to leave for a call are bound to what was shown', () => {
    const said = { action: 'accept', content: { decision: 'allow' } };
    expect(answerOf(approval, said, 'ann')).toEqual({
      choice: 'allow',
      text: null,
      by: 'ann',
      binding: 'b1',
    });
  });
  test('count only when a person chose one that the question allows', () => {
    const allowed = fc.constantFrom('allow', 'deny');
    fc.assert(
      fc.property(fc.anything(), fc.anything(), (action, content) => {
        const answer = answerOf(approval, { action, content }, 'ann');
        if (answer === undefined) return;
        expect(action).toBe('accept');
        expect(['allow', 'deny']).toContain(answer.choice);
      }),
    );
    fc.assert(
      fc.property(allowed, decision => {
        expect(answerOf(approval, { action: 'decline', content: { decision } }, 'ann')).toBeUndefined();
        expect(
          answerOf(approval, { action: 'accept', content: Object.create({ decision }) }, 'ann'),
        ).toBeUndefined();
      }),
    );
  });
  test('are asked for without anything filled in', () => {
    const questions = [
      approval,
      { kind: 'uncertain', tool: 'x.y', args: {}, argsHash: 'h' },
      { kind: 'question', text: '?', choices: ['a', 'b'], freeText: false },
      { kind: 'question', text: '?', choices: ['a', 'b'], freeText: true },
      { kind: 'question', text: '?', choices: [], freeText: true },
    ] as const;
    for (const question of questions) {
      const { requestedSchema } = formOf({ text: 'asks', question });
      expect(Object.values(requestedSchema.properties).every(field => !('default' in field))).toBe(true);
    }
  });
});

test('progress is told at most five times a second, and the last word is kept', async () => {
  const told: { readonly progress: number; readonly message: string }[] = [];
  const progress = createRunProgress(note => told.push(note));
  for (let phase = 0; phase < 100; phase += 1) {
    progress.onEvent({ type: 'phase.started', at: 0, phase: `p${phase}`, kind: 'role', visit: 1 });
  }
  await expect.poll(() => told.length).toBe(2);
  expect(told.map(note => note.progress)).toEqual([1, 2]);
  expect(told.map(({ message }) => message.split(' ')[0])).toEqual(['p0', 'p99']);
  progress.close();
});

test('a run that says nothing for long is told to be at work still', async () => {
  const told: string[] = [];
  const progress = createRunProgress(({ message }) => told.push(message), { beatMs: 20 });
  progress.onEvent({ type: 'phase.started', at: 0, phase: 'p', kind: 'role', visit: 1 });
  await expect.poll(() => told.length).toBeGreaterThan(1);
  progress.close();
  expect(told[1]).toBe('still at work; p began; 0 model calls');
});

test('what a run has spent is told with its phases; an unknown price makes all of it unknown', () => {
  const describe = createDescriber();
  const ended = (costMicroUsd: number | null) =>
    describe({
      type: 'model.ended',
      at: 0,
      key: 'k',
      phase: 'p',
      role: 'r',
      outcome: 'answered',
      text: '',
      toolCalls: 0,
      usage: SPEND.usage,
      costMicroUsd,
      ms: 1,
    });
  const phase = () => describe({ type: 'phase.started', at: 0, phase: 'p', kind: 'role', visit: 1 });
  ended(1500);
  expect(phase()).toBe('p began; 1 model call, 0.0015 USD');
  ended(null);
  expect(phase()).toBe('p began; 2 model calls, cost unknown');
});

describe('the limit of runs', () => {
  const never = new AbortController().signal;
  test('takes those that wait in their order, and refuses when too many wait', async () => {
    const limited = createRunLimit(1, 2);
    const order: number[] = [];
    const gates = [0, 1, 2].map(() => Promise.withResolvers<void>());
    const works = gates.map((gate, index) =>
      limited(async () => {
        order.push(index);
        await gate.promise;
      }, never),
    );
    await expect(limited(async () => 0, never)).rejects.toMatchObject({ code: 'SERVER_BUSY' });
    for (const gate of gates) gate.resolve();
    await Promise.all(works);
    expect(order).toEqual([0, 1, 2]);
    expect(await limited(async () => 'free', never)).toBe('free');
  });
  test('gives up a place in the queue when the call is cancelled', async () => {
    const limited = createRunLimit(1, 1);
    const gate = Promise.withResolvers<void>();
    const first = limited(() => gate.promise, never);
    const stop = new AbortController();
    const waiting = limited(async () => 'late', stop.signal);
    stop.abort();
    await expect(waiting).rejects.toMatchObject({ code: 'RUN_INTERRUPTED' });
    const next = limited(async () => 'next', never);
    gate.resolve();
    await first;
    expect(await next).toBe('next');
  });
  test('is let go of by work that fails', async () => {
    const limited = createRunLimit(1, 1);
    await expect(limited(async () => Promise.reject(new Error('x')), never)).rejects.toThrow('x');
    expect(await limited(async () => 1, never)).toBe(1);
  });
});

test('a run that waits or failed is no result', () => {
  const failure = { code: 'PERSON_NEEDED', message: 'm' } as const;
  const left = { runId: 'r', failure, hint: 'h', spend: SPEND };
  const ends = [
    crewResult({ ...left, outcome: 'error' }),
    crewResult({ ...left, outcome: 'waiting', questions: [], goOn: 'crew resume r' }),
    crewResult({ runId: 'r', outcome: 'interrupted', goOn: 'crew resume r' }),
  ];
  for (const end of ends) {
    expect(end).toMatchObject({ isError: true, _meta: { 'crewfile/run': { run: 'r' } } });
    expect(end.structuredContent).toBeUndefined();
  }
  const ended = crewResult({ runId: 'r', outcome: 'failure', result: null, spend: SPEND });
  expect(ended.isError).toBeUndefined();
  expect(Object.keys(Object(ended.structuredContent))).toEqual(outputSchema(true).required);
});
