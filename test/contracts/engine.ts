import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Fact } from '../../src/model/fact.ts';
import { PROGRAM_FORMAT, type Program } from '../../src/model/program.ts';
import type { Engine, Journal } from '../../src/ports/engine.ts';

/** A place where one engine keeps its journals; `open` may be called again after the engine was closed. */
export interface EnginePlace {
  open(): Engine;
  remove(): void;
}

export const PROGRAM: Program = {
  format: PROGRAM_FORMAT,
  hash: 'abc',
  crew: 'demo',
  goal: 'Show the contract.',
  inputs: [],
  models: [],
  roles: [],
  tools: [],
  toolsets: {},
  budget: {},
  phases: {},
  machine: {},
  sourceMap: {},
};

const returned = (key: string, value = 'done'): Fact => ({ type: 'tool.returned', at: 1, key, ms: 1, value });
const resumed: Fact = { type: 'run.resumed', at: 2 };
const safe = (key: string) => ({ key, repeatable: true });
const once = (key: string) => ({ key, repeatable: false });

async function take(journal: Journal, count: number): Promise<string[]> {
  const taken: string[] = [];
  for (let index = 0; index < count; index += 1) {
    const { seq, fact, replayed } = await journal.next();
    taken.push(`${seq} ${'key' in fact ? fact.key : fact.type}${replayed ? ' replayed' : ''}`);
  }
  return taken;
}

/** What every engine must hold; the numbers are those of the promises in `src/ports/engine.ts`. */
export function engineContract(name: string, makePlace: () => EnginePlace): void {
  describe(`engine contract: ${name}`, () => {
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
    const reopen = (journal: Journal): Journal => {
      journal.close();
      engine.close();
      engine = place.open();
      return engine.open('r1');
    };

    test('1: an act with a recorded outcome never runs again (R5)', async () => {
      let journal = engine.create('r1', PROGRAM, 1);
      journal.record(safe('a'), async () => returned('a'));
      expect(await take(journal, 1)).toEqual(['1 a']);
      journal = reopen(journal);
      let ran = false;
      journal.record(safe('a'), async () => {
        ran = true;
        return returned('a', 'again');
      });
      expect(await journal.next()).toMatchObject({ fact: { value: 'done' }, replayed: true });
      journal.append(resumed);
      await journal.next();
      expect(ran).toBe(false);
    });

    test('1: a run can begin with recorded facts, whose acts never run (R5)', async () => {
      let journal = engine.create('r1', PROGRAM, 1, [resumed, returned('a')]);
      expect(journal.recorded).toEqual([resumed, returned('a')]);
      for (const reopened of [false, true]) {
        if (reopened) journal = reopen(journal);
        let ran = false;
        journal.record(once('a'), async () => {
          ran = true;
          return returned('a', 'again');
        });
        expect(await take(journal, 2)).toEqual(['1 run.resumed replayed', '2 a replayed']);
        expect(ran).toBe(false);
      }
      journal.record(safe('b'), async () => returned('b'));
      expect(await take(journal, 1)).toEqual(['3 b']);
    });

    test('2: facts come out in the order in which they were recorded, live and replayed (R4)', async () => {
      let journal = engine.create('r1', PROGRAM, 1);
      const gate = Promise.withResolvers<void>();
      journal.record(safe('slow'), async () => {
        await gate.promise;
        return returned('slow');
      });
      journal.record(safe('fast'), async () => returned('fast'));
      expect(await take(journal, 1)).toEqual(['1 fast']);
      gate.resolve();
      expect(await take(journal, 1)).toEqual(['2 slow']);
      journal = reopen(journal);
      expect(await take(journal, 2)).toEqual(['1 fast replayed', '2 slow replayed']);
    });

    test('3: no act begins while recorded facts are left', async () => {
      let journal = engine.create('r1', PROGRAM, 1);
      journal.append(resumed);
      journal.append(resumed);
      journal = reopen(journal);
      let began = false;
      journal.record(safe('late'), async () => {
        began = true;
        return returned('late');
      });
      await take(journal, 2);
      expect(began).toBe(false);
      expect(await take(journal, 1)).toEqual(['3 late']);
      expect(began).toBe(true);
    });

    test('4: an act that must not be repeated and has no outcome is refused after a crash', async () => {
      let journal = engine.create('r1', PROGRAM, 1);
      journal.record(once('pay'), () => new Promise<Fact>(() => undefined));
      journal.record(safe('other'), async () => returned('other'));
      await journal.next();
      journal = reopen(journal);
      let calls = 0;
      journal.record(once('pay'), async () => {
        calls += 1;
        return returned('pay');
      });
      await journal.next();
      await expect(journal.next()).rejects.toMatchObject({ code: 'EFFECT_UNCERTAIN' });
      expect(calls).toBe(0);
    });

    test('4: an act in doubt goes on record as such, and is begun once more when it is given again', async () => {
      const begun: number[] = [];
      const doubtful = {
        ...once('pay'),
        doubt: (): Fact => ({ type: 'tool.uncertain', at: 3, call: 'pay' }),
      };
      const crashAt = (nth: number) => () => {
        begun.push(nth);
        return new Promise<Fact>(() => undefined);
      };
      let journal = engine.create('r1', PROGRAM, 1);
      journal.record(doubtful, crashAt(1));
      void journal.next().catch(() => undefined);
      await expect.poll(() => begun).toEqual([1]);
      journal = reopen(journal);
      journal.record(doubtful, crashAt(2));
      expect(await take(journal, 1)).toEqual(['1 tool.uncertain']);
      expect(begun).toEqual([1]);
      // It was recorded and nobody has said anything yet: given again by the replay, then withdrawn, it does not begin.
      journal = reopen(journal);
      journal.record(doubtful, crashAt(3));
      expect(await take(journal, 1)).toEqual(['1 tool.uncertain replayed']);
      journal.cancel('pay');
      journal.record(doubtful, crashAt(4));
      void journal.next().catch(() => undefined);
      await expect.poll(() => begun).toEqual([1, 4]);
      // The second time is as doubtful as the first.
      journal = reopen(journal);
      journal.record(doubtful, async () => returned('pay', 'twice'));
      expect(await take(journal, 2)).toEqual(['1 tool.uncertain replayed', '2 tool.uncertain']);
      journal.record(doubtful, async () => returned('pay', 'at last'));
      expect(await journal.next()).toMatchObject({ seq: 3, fact: { value: 'at last' } });
      journal = reopen(journal);
      journal.record(doubtful, crashAt(5));
      await take(journal, 3);
      expect(begun).toEqual([1, 4]);
    });

    test('4: an act that must not be repeated runs once and is then never refused', async () => {
      let journal = engine.create('r1', PROGRAM, 1);
      journal.record(once('pay'), async () => returned('pay'));
      await journal.next();
      journal = reopen(journal);
      journal.record(once('pay'), async () => returned('pay', 'twice'));
      expect(await journal.next()).toMatchObject({ fact: { value: 'done' } });
    });

    test('5: close aborts open acts, drops their outcomes, and they are open again', async () => {
      let journal = engine.create('r1', PROGRAM, 1);
      let aborted = false;
      journal.record(safe('a'), signal => {
        signal.addEventListener('abort', () => {
          aborted = true;
        });
        return new Promise(resolve => signal.addEventListener('abort', () => resolve(returned('a', 'late'))));
      });
      journal.record(safe('b'), async () => returned('b'));
      expect(await take(journal, 1)).toEqual(['1 b']);
      journal = reopen(journal);
      expect(aborted).toBe(true);
      journal.record(safe('a'), async () => returned('a', 'fresh'));
      await take(journal, 1);
      expect(await journal.next()).toMatchObject({ seq: 2, fact: { value: 'fresh' }, replayed: false });
    });

    test('a cancelled act is aborted and nothing of it is recorded', async () => {
      let journal = engine.create('r1', PROGRAM, 1);
      const late = Promise.withResolvers<Fact>();
      journal.record(safe('loser'), () => late.promise);
      journal.record(safe('winner'), async () => returned('winner'));
      await journal.next();
      journal.cancel('loser');
      late.resolve(returned('loser'));
      journal.append(resumed);
      expect(await take(journal, 1)).toEqual(['2 run.resumed']);
      journal = reopen(journal);
      expect(await take(journal, 2)).toEqual(['1 winner replayed', '2 run.resumed replayed']);
    });

    test('what an act throws comes out of next and is not recorded', async () => {
      const journal = engine.create('r1', PROGRAM, 1);
      journal.record(safe('bug'), async () => {
        throw new TypeError('our bug');
      });
      await expect(journal.next()).rejects.toThrow('our bug');
    });

    test('a run that is held is refused to everybody else, and to nobody after it is closed', () => {
      const journal = engine.create('r1', PROGRAM, 1);
      expect(() => engine.open('r1')).toThrow(expect.objectContaining({ code: 'RUN_LOCKED' }));
      expect(() => engine.create('r1', PROGRAM, 1)).toThrow(expect.objectContaining({ code: 'RUN_LOCKED' }));
      journal.close();
      expect(engine.open('r1').runId).toBe('r1');
    });

    const yes = { choice: 'yes', text: null, by: 'ann' };
    const no = { choice: 'no', text: 'not now', by: 'bob' };

    test('of two answers to a question the first counts, also for whoever opens the run later', () => {
      const journal = engine.create('r1', PROGRAM, 1);
      expect(journal.answerTo('q')).toBeUndefined();
      expect(engine.answer('r1', 'q', yes)).toBe(true);
      expect(engine.answer('r1', 'q', no)).toBe(false);
      expect(engine.answer('r1', 'q', yes)).toBe(false);
      expect(journal.answerTo('q')).toEqual(yes);
      expect(reopen(journal).answerTo('q')).toEqual(yes);
    });

    test('an answer is for one question of one run', () => {
      const first = engine.create('r1', PROGRAM, 1);
      const second = engine.create('r2', PROGRAM, 1);
      expect(engine.answer('r1', 'q', yes)).toBe(true);
      expect(engine.answer('r2', 'q', no)).toBe(true);
      expect([first.answerTo('q'), second.answerTo('q'), first.answerTo('other')]).toEqual([
        yes,
        no,
        undefined,
      ]);
      expect([...engine.answers('r1'), engine.answers('zz').size]).toEqual([['q', yes], 0]);
    });

    test('whoever works on a run sees an answer that is left from elsewhere meanwhile', () => {
      const journal = engine.create('r1', PROGRAM, 1);
      const elsewhere = place.open();
      try {
        expect(journal.answerTo('q')).toBeUndefined();
        expect(elsewhere.answer('r1', 'q', no)).toBe(true);
        expect(journal.answerTo('q')).toEqual(no);
        expect(engine.answer('r1', 'q', yes)).toBe(false);
      } finally {
        elsewhere.close();
      }
    });

    test('a run is read without its lock, while it is worked on, and reading takes nothing from it', async () => {
      const journal = engine.create('abc1', PROGRAM, 1);
      journal.record(safe('a'), async () => returned('a'));
      await journal.next();
      const elsewhere = place.open();
      try {
        expect(() => elsewhere.open('abc1')).toThrow(expect.objectContaining({ code: 'RUN_LOCKED' }));
        const asWritten = { program: PROGRAM, facts: [returned('a')], head: journal.head };
        expect(elsewhere.read('abc')).toEqual({ runId: 'abc1', ...asWritten });
        journal.append(resumed);
        expect(elsewhere.read('abc1')).toMatchObject({ facts: [returned('a'), resumed], head: journal.head });
        expect(await take(journal, 1)).toEqual(['2 run.resumed']);
        expect(() => elsewhere.read('zz')).toThrow(expect.objectContaining({ code: 'RUN_NOT_FOUND' }));
      } finally {
        elsewhere.close();
      }
    });

    test('a run is followed: each fact comes once, in order, while another works on it', async () => {
      const journal = engine.create('abc1', PROGRAM, 1);
      journal.append(resumed);
      const elsewhere = place.open();
      try {
        const tail = elsewhere.follow('abc');
        expect([tail.runId, tail.program]).toEqual(['abc1', PROGRAM]);
        expect(tail.more()).toEqual([resumed]);
        expect(tail.more()).toEqual([]);
        journal.record(safe('a'), async () => returned('a'));
        await take(journal, 2);
        journal.append(resumed);
        expect(tail.more()).toEqual([returned('a'), resumed]);
        expect(elsewhere.follow('abc1').more()).toEqual([resumed, returned('a'), resumed]);
        journal.close();
        elsewhere.remove('abc1');
        expect(tail.more()).toEqual([]);
        expect(() => elsewhere.follow('abc1')).toThrow(expect.objectContaining({ code: 'RUN_NOT_FOUND' }));
      } finally {
        elsewhere.close();
      }
    });

    test('who works on a run is known as long as they do', () => {
      const first = engine.create('r1', PROGRAM, 1);
      const second = engine.create('r2', PROGRAM, 1);
      expect(engine.holderOf('r2')).toEqual({ pid: process.pid, runIds: ['r1', 'r2'] });
      first.close();
      expect(engine.holderOf('r1')).toBeUndefined();
      expect(engine.holderOf('r2')).toEqual({ pid: process.pid, runIds: ['r2'] });
      second.close();
      expect(() => engine.holderOf('zz')).toThrow(expect.objectContaining({ code: 'RUN_NOT_FOUND' }));
    });

    test('a run that is taken away is gone with all that belongs to it, and no other', async () => {
      for (const id of ['r1', 'r2']) {
        const journal = engine.create(id, PROGRAM, 1);
        journal.record(once('pay'), () => new Promise<Fact>(() => undefined));
        journal.append(resumed);
        await journal.next();
        engine.answer(id, 'q', yes);
        journal.close();
      }
      engine.remove('r1');
      expect(engine.list().map(run => run.runId)).toEqual(['r2']);
      expect(() => engine.read('r1')).toThrow(expect.objectContaining({ code: 'RUN_NOT_FOUND' }));
      for (const id of ['r1', 'r']) {
        expect(() => engine.remove(id)).toThrow(expect.objectContaining({ code: 'RUN_NOT_FOUND' }));
      }
      expect(engine.read('r2').facts).toEqual([resumed]);
      const again = engine.create('r1', PROGRAM, 2);
      expect([again.recorded, again.answerTo('q')]).toEqual([[], undefined]);
      again.record(once('pay'), async () => returned('pay'));
      expect(await take(again, 1)).toEqual(['1 pay']);
      again.close();
    });

    test('a run that is worked on is not taken away, and then the journal is not compacted either', () => {
      const journal = engine.create('r1', PROGRAM, 1);
      expect(() => engine.remove('r1')).toThrow(expect.objectContaining({ code: 'RUN_LOCKED' }));
      expect(engine.compact()).toBe(false);
      journal.close();
      expect(engine.compact()).toBe(true);
      expect(engine.read('r1').runId).toBe('r1');
    });

    test('listings show the last summary of a run', () => {
      const usage = { inputTokens: 1, outputTokens: 2, cachedInputTokens: 0 };
      const summary = { spend: { calls: 1, toolCalls: 2, usage, costMicroUsd: 3 }, workedMs: 4 };
      const waitsFor = { code: 'PERSON_NEEDED', message: 'somebody must answer' } as const;
      const journal = engine.create('r1', PROGRAM, 7);
      expect(engine.list()[0]).not.toHaveProperty('summary');
      journal.mark('open', { ...summary, waitsFor });
      expect(engine.list()[0]?.summary).toEqual({ ...summary, waitsFor });
      journal.mark('open');
      expect(engine.list()[0]?.summary).toEqual({ ...summary, waitsFor });
      journal.mark('success', summary);
      expect(engine.list()[0]?.summary).toEqual(summary);
      journal.close();
    });

    test('runs are listed and found by a prefix that only one has', () => {
      for (const id of ['abc1', 'abd2']) engine.create(id, PROGRAM, 5).close();
      expect(
        engine
          .list()
          .map(run => run.runId)
          .toSorted(),
      ).toEqual(['abc1', 'abd2']);
      expect(engine.open('abd').runId).toBe('abd2');
      for (const unclear of ['ab', 'zz', '', '%']) {
        expect(() => engine.open(unclear)).toThrow(expect.objectContaining({ code: 'RUN_NOT_FOUND' }));
      }
    });

    test('the program is kept by value and the status is what was marked', () => {
      const journal = engine.create('r1', PROGRAM, 7);
      journal.mark('success');
      const again = reopen(journal);
      expect(again.program).toEqual(PROGRAM);
      const header = { runId: 'r1', crew: 'demo', createdAt: 7, status: 'success' };
      expect(engine.list()).toEqual([{ ...header, active: true }]);
      again.close();
      expect(engine.list()).toEqual([{ ...header, active: false }]);
    });
  });
}
