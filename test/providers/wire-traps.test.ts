import { type AddressInfo, createServer } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { askModel, GIT_DIFF, modelRequest } from '../contracts/ask-model.ts';
import { startOpenAiServer } from '../loopback/openai-server.ts';
import type { LoopbackServer, ReplyScript } from '../loopback/reply.ts';
import { API_KEY, type ServedModel, WIRES } from './wire-models.ts';

const LONG_TEXT = 'The change is good as far as I can see';

describe.each(WIRES)('$name', wire => {
  const open: { close: () => Promise<void> }[] = [];
  const serve = async (...given: Parameters<typeof wire.serve>): Promise<ServedModel> => {
    const served = await wire.serve(...given);
    open.push(served);
    return served;
  };
  afterEach(async () => {
    for (const served of open.splice(0)) await served.close();
  });

  it.each(['after-headers', 'mid-body'] as const)('gives up on a body that stalls %s', async at => {
    const stalling: ReplyScript = () => ({ text: LONG_TEXT, fault: { kind: 'stall', at } });
    const { model, server } = await serve(stalling, { idleTimeoutMs: 60 });
    const { failure } = await askModel(model);
    expect(failure?.code).toBe('PROVIDER_TIMEOUT');
    expect(failure?.message).toContain('60 ms');
    expect(await server.requests[0]?.closed).toBe('aborted');
  });

  it('gives up on a server that never sends headers', async () => {
    const { model } = await serve(() => ({ fault: { kind: 'stall', at: 'before-headers' } }), {
      totalTimeoutMs: 80,
    });
    expect((await askModel(model)).failure?.code).toBe('PROVIDER_TIMEOUT');
  });

  it('sends no prompt after a redirect', async () => {
    const elsewhere: LoopbackServer = await startOpenAiServer(() => ({ text: 'stolen' }));
    open.push(elsewhere);
    const headers = { location: `${elsewhere.baseUrl}/chat/completions` };
    const { model } = await serve(() => ({ fault: { kind: 'http', status: 307, headers } }));
    const { failure } = await askModel(model);
    expect(failure?.code).toBe('PROVIDER_REFUSED');
    expect(failure?.message).toContain(elsewhere.baseUrl);
    expect(elsewhere.requests).toHaveLength(0);
  });

  it('stops reading a compressed body that is small on the wire and huge in memory', async () => {
    const body = gzipSync(Buffer.alloc(40 * 1024 * 1024, 32));
    const headers = { 'content-type': 'application/json', 'content-encoding': 'gzip' };
    const { model } = await serve(() => ({ fault: { kind: 'raw', body, headers } }));
    const { failure } = await askModel(model);
    expect(failure?.code).toBe('PROVIDER_PROTOCOL');
    expect(failure?.message).toContain('33554432 bytes');
  });

  it('says that a body which is not what its encoding claims breaks the protocol', async () => {
    const headers = { 'content-type': 'application/json', 'content-encoding': 'gzip' };
    const { model } = await serve(() => ({ fault: { kind: 'raw', body: 'this is no gzip', headers } }));
    expect((await askModel(model)).failure?.code).toBe('PROVIDER_PROTOCOL');
  });

  it('never tells the API key, even when the server echoes it', async () => {
    const body = { error: { message: `Bad key "${API_KEY}" in Authorization: Bearer ${API_KEY}` } };
    const { model } = await serve(() => ({ fault: { kind: 'http', status: 401, body } }));
    const { failure } = await askModel(model);
    expect(failure?.code).toBe('PROVIDER_AUTH');
    expect(failure?.message).toContain('[API key]');
    expect(failure?.message).not.toContain(API_KEY);
  });

  it('survives a key that no header can carry, and does not tell it', async () => {
    const { model } = await serve(() => ({ text: 'hi' }), { apiKey: 'sk-first\nsecond-line' });
    const { failure } = await askModel(model);
    expect(failure).toBeDefined();
    expect(failure?.message).not.toContain('second-line');
  });

  it('takes Retry-After of a day as one minute, and does not wait by itself', async () => {
    const headers = { 'retry-after': '86400' };
    const { model, server } = await serve(() => ({ fault: { kind: 'http', status: 429, headers } }));
    const { failure } = await askModel(model);
    expect(failure).toMatchObject({ code: 'PROVIDER_RATE_LIMITED', retryAfterMs: 60_000 });
    expect(server.requests).toHaveLength(1);
  });

  it('takes 429 without quota as PROVIDER_QUOTA', async () => {
    const body = {
      error: { type: 'insufficient_quota', code: 'insufficient_quota', message: 'You have no quota' },
    };
    const { model } = await serve(() => ({ fault: { kind: 'http', status: 429, body } }));
    expect((await askModel(model)).failure?.code).toBe('PROVIDER_QUOTA');
  });

  it('takes a prompt that does not fit as CONTEXT_OVERFLOW', async () => {
    const message = 'prompt is too long: 210000 tokens > 200000 maximum context length';
    const body = { error: { type: 'invalid_request_error', message } };
    const { model } = await serve(() => ({ fault: { kind: 'http', status: 400, body } }));
    expect((await askModel(model)).failure?.code).toBe('CONTEXT_OVERFLOW');
  });

  it('sends the idempotency key, unchanged when it fits into a header', async () => {
    const { model, server } = await serve(() => ({ text: 'hi' }));
    await askModel(model, modelRequest({ idempotencyKey: 'run1/review/1/1' }));
    await askModel(model, modelRequest({ idempotencyKey: 'prüfung ☂' }));
    await askModel(model, modelRequest({ idempotencyKey: 'prüfung ☂' }));
    const keys = server.requests.map(request => request.headers['idempotency-key']);
    expect(keys[0]).toBe('run1/review/1/1');
    expect(keys[1]).toMatch(/^[0-9a-f]{64}$/);
    expect(keys[2]).toBe(keys[1]);
  });

  it('closes the connection when the reader stops listening', async () => {
    const stalling: ReplyScript = () => ({ text: LONG_TEXT, fault: { kind: 'stall', at: 'mid-body' } });
    const { model, server } = await serve(stalling);
    if (!wire.name.endsWith('streamed')) return;
    for await (const part of model.generate(modelRequest(), new AbortController().signal)) {
      expect(part.type).toBe('text');
      break;
    }
    expect(await server.requests[0]?.closed).toBe('aborted');
  });

  it('leaves no listener on a signal that outlives the call', async () => {
    const { model } = await serve((_request, index) =>
      index % 2 === 0 ? { text: 'hi' } : { fault: { kind: 'http', status: 500 } },
    );
    const { signal } = new AbortController();
    let listeners = 0;
    const add = signal.addEventListener.bind(signal);
    const remove = signal.removeEventListener.bind(signal);
    signal.addEventListener = (...given: Parameters<typeof add>) => {
      listeners += 1;
      add(...given);
    };
    signal.removeEventListener = (...given: Parameters<typeof remove>) => {
      listeners -= 1;
      remove(...given);
    };
    for (let call = 0; call < 4; call += 1) await askModel(model, modelRequest(), signal);
    expect(listeners).toBeLessThanOrEqual(0);
  });

  it('keeps long names and names with the same letters apart', async () => {
    const long = `toolset.${'very_'.repeat(20)}long`;
    const tools = [long, 'a.b_c', 'a_b.c'].map(name => ({ ...GIT_DIFF, name }));
    const { model, server } = await serve((_request, index) =>
      index > 0
        ? { text: 'done' }
        : { toolCalls: (server.requests[0]?.toolNames ?? []).map(tool => ({ tool, args: { range: tool } })) },
    );
    const answer = await askModel(model, modelRequest({ tools }));
    expect(answer.calls.map(call => call.tool)).toEqual([long, 'a.b_c', 'a_b.c']);
  });
});

describe('a stream', () => {
  const streamed = WIRES.filter(wire => wire.name.endsWith('streamed'));

  it.each(streamed)('that drips for ever ends at the total deadline: $name', async wire => {
    const { model, close } = await wire.serve(() => ({ text: 'drip '.repeat(2000), chunkDelayMs: 10 }), {
      idleTimeoutMs: 5000,
      totalTimeoutMs: 1000,
    });
    const { failure, text } = await askModel(model);
    await close();
    expect(failure?.code).toBe('PROVIDER_TIMEOUT');
    expect(text).toContain('drip');
  });

  it.each(streamed)('is delivered while it arrives, not at its end: $name', async wire => {
    const { model, close } = await wire.serve(() => ({
      text: LONG_TEXT,
      fault: { kind: 'stall', at: 'mid-body' },
    }));
    const abort = new AbortController();
    let heard = '';
    for await (const part of model.generate(modelRequest(), abort.signal)) {
      if (part.type === 'text') heard += part.text;
      if (heard.length > 5) abort.abort();
    }
    await close();
    expect(LONG_TEXT.startsWith(heard)).toBe(true);
  });

  it.each(
    streamed.flatMap(wire => [
      { wire, type: 'overloaded_error', code: 'PROVIDER_OVERLOADED' },
      { wire, type: 'rate_limit_error', code: 'PROVIDER_RATE_LIMITED' },
      { wire, type: 'insufficient_quota', code: 'PROVIDER_QUOTA' },
      { wire, type: 'something_new', code: 'PROVIDER_OVERLOADED' },
    ]),
  )('that breaks off with $type ends in $code: $wire.name', async ({ wire, type, code }) => {
    const fault = { kind: 'error-event', type, message: 'Too much at once' } as const;
    const { model, close } = await wire.serve(() => ({ text: 'The', fault }));
    const answer = await askModel(model);
    await close();
    expect(answer.text).toBe('The');
    expect(answer.failure?.code).toBe(code);
    expect(answer.failure?.message).toContain('Too much at once');
  });
});

describe('what is not HTTP', () => {
  it.each(WIRES)('is a protocol failure: $name', async wire => {
    const tcp = createServer(socket => {
      socket.on('error', () => undefined);
      socket.once('data', () => socket.end('SSH-2.0-OpenSSH_9.2\r\n'));
    });
    await new Promise<void>(resolve => tcp.listen(0, '127.0.0.1', resolve));
    const { port } = tcp.address() as AddressInfo;
    const { model, close } = await wire.serve(() => ({}), { baseUrl: `http://127.0.0.1:${port}` });
    const { failure } = await askModel(model);
    await close();
    tcp.close();
    expect(failure?.code).toBe('PROVIDER_PROTOCOL');
  });
});
