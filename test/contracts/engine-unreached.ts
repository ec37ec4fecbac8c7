import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Fact } from '../../src/model/fact.ts';
import type { Engine, Journal } from '../../src/ports/engine.ts';
import { type EnginePlace, PROGRAM } from './engine.ts';

const PAY = {
  key: 'pay',
  repeatable: false,
  doubt: (): Fact => ({ type: 'tool.uncertain', at: 3, call: 'pay' }),
};
const unreached = async (): Promise<Fact> => {
  const failure = { code: 'MCP_LOGIN_NEEDED', message: 'nobody is logged in' } as const;
  return { type: 'tool.unreached', at: 3, call: 'pay', ms: 1, failure };
};
const paid = async (): Promise<Fact> => ({ type: 'tool.returned', at: 4, key: 'pay', ms: 1, value: 'done' });

/** What every engine must hold of acts that were not done; the number is that of the promises in `src/ports/engine.ts`. */
export function engineUnreachedContract(name: string, makePlace: () => EnginePlace): void {
  describe(`engine contract, acts that were not done: ${name}`, () => {
    let place: EnginePlace;
    let engine: Engine;
    let journal: Journal;
    beforeEach(() => {
      place = makePlace();
      engine = place.open();
      journal = engine.create('r1', PROGRAM, 1);
    });
    afterEach(() => {
      engine.close();
      place.remove();
    });
    const reopen = (): void => {
      journal.close();
      engine.close();
      engine = place.open();
      journal = engine.open('r1');
    };
    const next = async (): Promise<string> => {
      const { fact, replayed } = await journal.next();
      return `${fact.type}${replayed ? ' replayed' : ''}`;
    };

    test('4: they may be given again, as often as it takes, also after a crash', async () => {
      journal.record(PAY, unreached);
      expect(await next()).toBe('tool.unreached');
      journal.record(PAY, unreached);
      expect(await next()).toBe('tool.unreached');
      reopen();
      journal.record(PAY, paid);
      expect([await next(), await next()]).toEqual(['tool.unreached replayed', 'tool.unreached replayed']);
      expect(await next()).toBe('tool.returned');
      reopen();
      journal.record(PAY, unreached);
      for (let seq = 1; seq <= 2; seq += 1) expect(await next()).toBe('tool.unreached replayed');
      expect(await next()).toBe('tool.returned replayed');
    });

    test('4: they are in doubt only when they are cut off the time after', async () => {
      journal.record(PAY, unreached);
      await next();
      const begun: string[] = [];
      journal.record(PAY, () => {
        begun.push('pay');
        return new Promise<Fact>(() => undefined);
      });
      void journal.next().catch(() => undefined);
      await expect.poll(() => begun).toEqual(['pay']);
      reopen();
      journal.record(PAY, paid);
      expect([await next(), await next()]).toEqual(['tool.unreached replayed', 'tool.uncertain']);
      journal.record(PAY, paid);
      expect(await next()).toBe('tool.returned');
    });
  });
}
