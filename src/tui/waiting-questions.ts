import type { AnsweredHere } from './store.ts';

/** Who waits for answers, by the id of their question: each is told once, undefined when nobody answers here any more. */
export interface WaitingQuestions {
  readonly has: (id: string) => boolean;
  readonly wait: (id: string) => Promise<AnsweredHere | undefined>;
  readonly settle: (id: string, answer: AnsweredHere | undefined) => void;
  readonly giveUp: () => void;
}

/** Nobody waits yet. */
export function createWaitingQuestions(): WaitingQuestions {
  const waiting = new Map<string, (answer: AnsweredHere | undefined) => void>();
  function settle(id: string, answer: AnsweredHere | undefined): void {
    const resolve = waiting.get(id);
    waiting.delete(id);
    resolve?.(answer);
  }
  return {
    has: id => waiting.has(id),
    wait: id =>
      new Promise(resolve => {
        waiting.set(id, resolve);
      }),
    settle,
    giveUp: () => {
      for (const id of [...waiting.keys()]) settle(id, undefined);
    },
  };
}
