import { answerSlot } from '../../src/model/answer-slot.ts';
import { CrewError } from '../../src/model/crew-error.ts';
import type { JsonObject } from '../../src/model/json.ts';
import type { RunEvent, Spend } from '../../src/model/run-event.ts';
import type { PersonAnswer } from '../../src/ports/engine.ts';
import type { CrewHost, OpenQuestion, RunEnd, RunWatch } from '../../src/serve/served-crew.ts';

export const SPEND: Spend = {
  calls: 1,
  toolCalls: 0,
  usage: { inputTokens: 3, outputTokens: 4, cachedInputTokens: 0 },
  costMicroUsd: null,
};

/** What a call asks for by its `say`: an end, a question, a run that lasts until it is stopped, or a mistake of ours. */
type Script = 'echo' | 'ask' | 'last' | 'refuse' | 'bug';

/** A host without models and journals, and what it was told. */
export interface FakeHost extends CrewHost {
  readonly answers: PersonAnswer[];
  /** What calls said that have begun. */
  readonly begun: string[];
  readonly stopped: string[];
  readonly keys: string[];
  readonly mostAtOnce: () => number;
}

const QUESTION: OpenQuestion = {
  id: 'approve#1',
  phase: 'approve',
  question: { kind: 'question', text: 'May it go out?', choices: ['yes', 'no'], freeText: false },
  text: 'approve asks: May it go out?',
  commands: ['crew answer r1 ANSWER'],
};

/** Makes a host that serves one crew, `echo`. */
export function createFakeHost(): FakeHost {
  const ends = new Map<string, RunEnd>();
  const answers: PersonAnswer[] = [];
  const begun: string[] = [];
  const stopped: string[] = [];
  const keys: string[] = [];
  let runs = 0;
  let now = 0;
  let most = 0;
  const finish = (end: RunEnd): RunEnd => {
    ends.set(end.runId, end);
    return end;
  };
  const waiting = (runId: string): RunEnd => ({
    runId,
    outcome: 'waiting',
    failure: { code: 'PERSON_NEEDED', message: '`approve` waits' },
    hint: 'Answer it.',
    spend: SPEND,
    questions: [QUESTION],
    goOn: `crew resume ${runId}`,
  });
  const start = async (inputs: JsonObject, watch: RunWatch): Promise<RunEnd> => {
    runs += 1;
    const runId = `r${runs}`;
    for (const event of eventsOf(runId)) watch.onEvent(event);
    const say = inputs.say as Script;
    begun.push(say);
    if (say === 'refuse') throw new CrewError('PLAN_OVER_BUDGET', 'the run may need 9 calls');
    if (say === 'bug') throw new Error('secret of the inside');
    if (say === 'ask') return finish(waiting(runId));
    if (say === 'last') {
      await new Promise<void>(resolve => {
        watch.signal.addEventListener('abort', () => resolve(), { once: true });
      });
      stopped.push(runId);
      return finish({ runId, outcome: 'interrupted', goOn: `crew resume ${runId}` });
    }
    return finish({ runId, outcome: 'success', result: `heard ${say}`, spend: SPEND });
  };
  return {
    crews: [
      {
        name: 'echo',
        goal: 'Say it again.',
        inputSchema: { type: 'object', properties: { say: { type: 'string' } }, required: ['say'] },
        result: { type: 'string' },
        readOnly: true,
      },
    ],
    answers,
    begun,
    stopped,
    keys,
    mostAtOnce: () => most,
    async start({ inputs, key }, watch) {
      now += 1;
      most = Math.max(most, now);
      try {
        if (key !== undefined) keys.push(key);
        return await start(inputs, watch);
      } finally {
        now -= 1;
      }
    },
    async resume(runId, given) {
      const end = ends.get(runId);
      if (end === undefined) throw new CrewError('RUN_NOT_FOUND', `no run \`${runId}\` of a served crew`);
      const answer = given.get(answerSlot(QUESTION));
      if (end.outcome !== 'waiting' || answer === undefined) return end;
      answers.push(answer);
      return finish({ runId, outcome: 'success', result: `went ${answer.choice}`, spend: SPEND });
    },
    questions: async runId => (ends.get(runId)?.outcome === 'waiting' ? [QUESTION] : []),
    list: () =>
      [...ends.keys()].map(runId => ({
        runId,
        crew: 'echo',
        createdAt: 0,
        status: 'success',
        active: false,
      })),
    async record(runId) {
      throw new CrewError('RUN_NOT_FOUND', `no run \`${runId}\``);
    },
    events: async runId => eventsOf(runId),
  };
}

function eventsOf(runId: string): readonly RunEvent[] {
  const started = { type: 'run.started', at: 0, runId, crew: 'echo', goal: '', programHash: '' } as const;
  return [
    { ...started, inputs: {}, models: {} },
    { type: 'phase.started', at: 0, phase: 'say', kind: 'role', visit: 1 },
  ];
}
