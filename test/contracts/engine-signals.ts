import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Fact } from '../../src/model/fact.ts';
import type { Engine } from '../../src/ports/engine.ts';
import { type EnginePlace, PROGRAM } from './engine.ts';

/** What every engine must hold of what is left for runs, and of acts that come late. */
export function engineSignalsContract(name: string, makePlace: () => EnginePlace): void {
  describe(`engine contract of signals: ${name}`, () => {
    let place: EnginePlace;
    let engine: Engine;
    beforeEach(() => {
      place = makePlace();
      engine = place.open();
    });
    afterEach(() => {
      engine.close();
      place.remove();
    });

    test('what is left for a run is found by whoever works on it, in order, and goes with the run', () => {
      const said = { kind: 'steer', at: 5, role: 'writer', by: 'ada' } as const;
      const journal = engine.create('r1', PROGRAM, 1);
      engine.create('r2', PROGRAM, 1).close();
      const first = engine.signal('r1', { ...said, text: 'one' });
      const second = engine.signal('r1', { ...said, text: 'two' });
      const other = engine.signal('r2', { ...said, text: 'other' });
      expect(new Set([first, second, other]).size).toBe(3);
      const left = [
        { ...said, text: 'one', id: first },
        { ...said, text: 'two', id: second },
      ];
      expect(journal.signals()).toEqual(left);
      expect(engine.signals('r1')).toEqual(left);
      journal.close();
      engine.close();
      engine = place.open();
      const again = engine.open('r1');
      expect(again.signals()).toEqual(left);
      again.close();
      engine.remove('r1');
      expect(engine.signals('r1')).toEqual([]);
      expect(() => engine.signal('r1', { ...said, text: 'late' })).toThrow(
        expect.objectContaining({ code: 'RUN_NOT_FOUND' }),
      );
      expect(engine.signals('r2')).toHaveLength(1);
    });

    test('4: an act that is given while next is waited for begins', async () => {
      const journal = engine.create('r1', PROGRAM, 1);
      const next = journal.next();
      const late: Fact = { type: 'tool.returned', at: 1, key: 'late', ms: 1, value: 'done' };
      journal.record({ key: 'late', repeatable: true }, async () => late);
      expect((await next).fact).toMatchObject({ key: 'late' });
      journal.close();
    });
  });
}
