import type { RunEvent } from '../model/run-event.ts';

/** How long a run has worked, told by its events alone. */
export interface RunClock {
  /** Takes the next event and returns the milliseconds worked so far, without the pauses before `run.resumed`. */
  tick(event: RunEvent): number;
  /** The milliseconds worked up to the last event. */
  elapsedMs(): number;
  /** How much of it only people took: a question was open and no call was under way. */
  waitedMs(): number;
  /** The pause before the last `run.resumed`, when its start was seen. */
  pauseMs(): number | undefined;
}

/** A clock that counts from the first event it sees and never runs backwards. Deterministic: it reads only `at`. */
export function createRunClock(): RunClock {
  let worked = 0;
  let lastAt: number | undefined;
  let pause: number | undefined;
  let waited = 0;
  const questions = new Set<string>();
  const calls = new Set<string>();
  return {
    tick(event) {
      const passed = lastAt === undefined ? 0 : Math.max(0, event.at - lastAt);
      if (event.type === 'run.resumed') pause = lastAt === undefined ? undefined : passed;
      else worked += passed;
      if (event.type !== 'run.resumed' && questions.size > 0 && calls.size === 0) waited += passed;
      follow(event, questions, calls);
      lastAt = event.at;
      return worked;
    },
    elapsedMs: () => worked,
    waitedMs: () => waited,
    pauseMs: () => pause,
  };
}

/** Keeps what people are asked, and which calls are under way. */
function follow(event: RunEvent, questions: Set<string>, calls: Set<string>): void {
  switch (event.type) {
    case 'person.asked':
      questions.add(event.id);
      break;
    case 'person.answered':
      questions.delete(event.id);
      break;
    case 'model.started':
    case 'tool.started':
      calls.add(event.key);
      break;
    case 'model.ended':
    case 'tool.ended':
      calls.delete(event.key);
      break;
    case 'run.resumed':
      calls.clear();
      break;
    default:
  }
}
