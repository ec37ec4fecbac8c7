import { describe, expect, it } from 'vitest';
import { createCallGate } from '../../src/providers/call-gate.ts';
import { createOpenAiModel } from '../../src/providers/openai.ts';
import { askModel, modelRequest } from '../contracts/ask-model.ts';
import { fc } from '../laws.ts';
import { startOpenAiServer } from '../loopback/openai-server.ts';
import type { Reply, ReplyScript } from '../loopback/reply.ts';
import { until } from '../machine.ts';
import { API_KEY, WIRES } from './wire-models.ts';

const NEVER = new AbortController().signal;
const LONG_MS = 60_000;
const settled = () => new Promise<void>(resolve => setImmediate(resolve));

/** Timers of this process that would keep it alive. */
const timers = () => process.getActiveResourcesInfo().filter(name => name === 'Timeout').length;

describe('a gate', () => {
  it('never lets more through than it may, and lets them in as they came, whoever ends or gives up when', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 5 }),
        fc.array(fc.record({ what: fc.constantFrom('enter', 'enter', 'leave', 'abort'), nth: fc.nat(20) }), {
          maxLength: 60,
        }),
        async (max, steps) => {
          const gate = createCallGate(max);
          const before = timers();
          const inside: { id: number; leave: () => void }[] = [];
          const queue: { id: number; stop: AbortController }[] = [];
          const entered: number[] = [];
          const expected: number[] = [];
          const model = () => {
            while (expected.length - ended < max && queue.length > 0) expected.push(queue.shift()?.id ?? 0);
          };
          let ended = 0;
          let id = 0;
          for (const { what, nth } of steps) {
            if (what === 'enter') {
              const own = id;
              id += 1;
              const stop = new AbortController();
              queue.push({ id: own, stop });
              gate.enter(LONG_MS, stop.signal).then(
                leave => {
                  entered.push(own);
                  inside.push({ id: own, leave });
                },
                () => undefined,
              );
            } else if (what === 'leave' && inside.length > 0) {
              const [left] = inside.splice(nth % inside.length, 1);
              left?.leave();
              left?.leave();
              ended += 1;
            } else if (what === 'abort' && queue.length > 0) {
              const [given] = queue.splice(nth % queue.length, 1);
              given?.stop.abort();
            }
            model();
            await settled();
            expect(inside.length).toBeLessThanOrEqual(max);
            expect(entered).toEqual(expected);
          }
          for (const { stop } of queue) stop.abort();
          for (const { leave } of inside) leave();
          await settled();
          expect(timers()).toBeLessThanOrEqual(before);
        },
      ),
      { numRuns: 200 },
    );
  });

  it('holds everybody during a pause, also who waits already, and leaves no timer when they give up', async () => {
    const gate = createCallGate(1);
    const before = timers();
    const leave = await gate.enter(LONG_MS, NEVER);
    const stop = new AbortController();
    const second = gate.enter(LONG_MS, stop.signal);
    gate.pause(50_000);
    leave();
    const third = gate.enter(LONG_MS, stop.signal);
    stop.abort(new Error('stopped'));
    await expect(second).rejects.toThrow('stopped');
    await expect(third).rejects.toThrow('stopped');
    expect(timers()).toBe(before);
  });

  it('refuses who has waited too long, and the others keep their places', async () => {
    const gate = createCallGate(1);
    const leave = await gate.enter(LONG_MS, NEVER);
    const late = gate.enter(5, NEVER);
    const patient = gate.enter(LONG_MS, NEVER);
    await expect(late).rejects.toMatchObject({ failure: { code: 'PROVIDER_OVERLOADED' } });
    leave();
    (await patient)();
  });

  it('refuses who comes with a signal that is aborted', async () => {
    await expect(createCallGate(1).enter(LONG_MS, AbortSignal.abort(new Error('gone')))).rejects.toThrow(
      'gone',
    );
  });
});

/** Counts who is being answered; answers only when told. */
function slowServer() {
  const open: (() => void)[] = [];
  let most = 0;
  const script: ReplyScript = () =>
    new Promise<Reply>(resolve => {
      open.push(() => resolve({ text: 'there' }));
      most = Math.max(most, open.length);
    });
  return { script, open, most: () => most };
}

describe('models behind one server', () => {
  it('share its gate: never more requests are under way than are allowed', async () => {
    const { script, open, most } = slowServer();
    const server = await startOpenAiServer(script);
    try {
      const model = (name: string) =>
        createOpenAiModel({ name, apiKey: API_KEY, baseUrl: server.baseUrl, maxConcurrent: 3 });
      const answers = Array.from({ length: 12 }, (_, nth) => askModel(model(`m${nth}`)));
      for (let answered = 0; answered < 12; answered += 1) {
        await until(() => open.length > 0);
        await settled();
        open.shift()?.();
      }
      expect((await Promise.all(answers)).map(({ text }) => text)).toEqual(Array(12).fill('there'));
      expect(most()).toBe(3);
    } finally {
      await server.close();
    }
  });

  it('do not wait for each other when their servers are different', async () => {
    const { script, open } = slowServer();
    const servers = [await startOpenAiServer(script), await startOpenAiServer(script)];
    try {
      const answers = servers.map(({ baseUrl }) =>
        askModel(createOpenAiModel({ name: 'm', apiKey: API_KEY, baseUrl, maxConcurrent: 1 })),
      );
      await until(() => open.length === 2);
      for (const answer of open) answer();
      await Promise.all(answers);
    } finally {
      for (const server of servers) await server.close();
    }
  });

  it('an aborted call that waits never reaches the server', async () => {
    const { script, open } = slowServer();
    const server = await startOpenAiServer(script);
    try {
      const model = createOpenAiModel({
        name: 'm',
        apiKey: API_KEY,
        baseUrl: server.baseUrl,
        maxConcurrent: 1,
      });
      const first = askModel(model);
      await until(() => open.length === 1);
      const stop = new AbortController();
      const second = askModel(model, modelRequest(), stop.signal);
      await settled();
      stop.abort();
      expect((await second).failure?.code).toBe('RUN_INTERRUPTED');
      open.shift()?.();
      expect((await first).text).toBe('there');
      expect(server.requests).toHaveLength(1);
    } finally {
      await server.close();
    }
  });
});

describe.each(WIRES)('$name', wire => {
  it('after a server has asked for a pause, no other call goes before its end', async () => {
    const moments: number[] = [];
    const { model, close } = await wire.serve((_request, nth) => {
      moments.push(performance.now());
      if (nth > 0) return { text: 'there' };
      const headers = { 'retry-after-ms': '300' };
      return { fault: { kind: 'http', status: 429, body: { error: { message: 'slow down' } }, headers } };
    });
    try {
      expect((await askModel(model)).failure?.code).toBe('PROVIDER_RATE_LIMITED');
      const answers = await Promise.all([askModel(model), askModel(model)]);
      expect(answers.map(({ text }) => text)).toEqual(['there', 'there']);
      const [asked = 0, next = 0] = moments;
      expect(next - asked).toBeGreaterThanOrEqual(290);
    } finally {
      await close();
    }
  });

  it.each([
    { fault: { kind: 'reset' } },
    { fault: { kind: 'cut' } },
    { fault: { kind: 'http', status: 500 } },
    { fault: { kind: 'raw', body: 'garbage' } },
    { text: 'there' },
  ] as const)('gives its place back after $fault.kind', async reply => {
    const { model, server, close } = await wire.serve(() => reply, {
      maxConcurrent: 1,
      totalTimeoutMs: 5_000,
    });
    try {
      for (let nth = 0; nth < 3; nth += 1) await askModel(model);
      expect(server.requests).toHaveLength(3);
    } finally {
      await close();
    }
  });
});
