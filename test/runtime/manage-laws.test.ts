import { expect, test } from 'vitest';
import { planCrew } from '../../src/compiler/plan-crew.ts';
import type { ModelTerms } from '../../src/model/fact.ts';
import type { ModelRequest } from '../../src/ports/language-model.ts';
import { measurePrompt } from '../../src/runtime/measure-prompt.ts';
import { fc } from '../laws.ts';
import { eventsOf } from './compact-events.ts';
import type { Reply } from './fake-model.ts';
import { fold } from './fold.ts';
import { type CrewRun, compileText, runCrew } from './run-crew.ts';

interface Limits {
  readonly maxDelegations: number;
  readonly concurrency: number;
  readonly maxTurns: number;
  readonly maxWorkerTurns: number;
  readonly retry: number;
  readonly timeout: string | undefined;
}

const limits: fc.Arbitrary<Limits> = fc.record({
  maxDelegations: fc.integer({ min: 1, max: 6 }),
  concurrency: fc.integer({ min: 1, max: 4 }),
  maxTurns: fc.integer({ min: 1, max: 10 }),
  maxWorkerTurns: fc.integer({ min: 1, max: 3 }),
  retry: fc.nat(1),
  timeout: fc.constantFrom(undefined, undefined, undefined, '20ms', '1s'),
});

const WORKERS = ['a', 'b', 'c'];

function crewOf({ maxDelegations, concurrency, maxTurns, maxWorkerTurns, retry, timeout }: Limits): string {
  return `roles:
  lead: { goal: Lead., tools: [kit.echo] }
  a: { goal: Find., tools: [kit] }
  b: { goal: Write. }
  c: { goal: Draw., tools: [kit.give] }
start: report
phases:
  report:
    manage: lead
    workers: [a, b, c]
    task: Report on rain.
    max_delegations: ${maxDelegations}
    concurrency: ${concurrency}
    max_turns: ${maxTurns}
    max_worker_turns: ${maxWorkerTurns}
${retry === 0 ? '' : `    retry: ${retry}\n`}${timeout === undefined ? '' : `    timeout: ${timeout}\n`}    next: done
  done: { end: success, result: "{{ report }}" }
`;
}

type Call = NonNullable<Reply['calls']>[number];

const worker = fc.constantFrom(...WORKERS, ...WORKERS, 'lead', 'ghost', '__proto__');
const number = fc.constantFrom(1, 1, 1, 2, 2, 3, 4, 0, -1, 99);
const control: fc.Arbitrary<Call> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      tool: fc.constant('delegate'),
      args: fc.record({
        role: worker,
        task: fc.constantFrom('This.', 'That.'),
        expected: fc.constant('All.'),
      }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      tool: fc.constant('ask'),
      args: fc.record({ role: worker, question: fc.constant('Why?') }),
    }),
  },
  fc.record({ tool: fc.constant('accept'), args: fc.record({ delegation: number }) }),
  fc.record({ tool: fc.constant('transcript'), args: fc.record({ delegation: number }) }),
  {
    weight: 5,
    arbitrary: fc.record({
      tool: fc.constant('send_back'),
      args: fc.record({ delegation: number, reason: fc.constant('More.') }),
    }),
  },
  fc.constantFrom<Call>(
    { tool: 'delegate', malformed: '{"role": "a"' },
    { tool: 'delegate', args: { role: 'a' } },
    { tool: 'accept', args: { delegation: 'one' } },
    { tool: 'kit.echo', args: { text: 'x' } },
    { tool: 'kit.unknown' },
    { tool: 'report.to.a' },
  ),
);
const words = fc.constantFrom<Reply>(
  { text: 'done' },
  { text: 'done' },
  { text: '' },
  { text: 'cut', finish: 'length' },
  { text: 'no', finish: 'content_filter' },
  { failure: { code: 'PROVIDER_OVERLOADED', message: 'busy' } },
);
const lost = fc.constant<Reply>({ failure: { code: 'PROVIDER_AUTH', message: 'key' } });
const leadReply: fc.Arbitrary<Reply> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ calls: fc.array(control, { minLength: 1, maxLength: 10 }) }) },
  { weight: 1, arbitrary: words },
);
const workerReply: fc.Arbitrary<Reply> = fc.oneof(
  { weight: 4, arbitrary: words },
  {
    weight: 2,
    arbitrary: fc.constant<Reply>({
      calls: [
        { tool: 'kit.give', args: { n: 1 } },
        { tool: 'delegate', args: { role: 'b' } },
      ],
    }),
  },
);

interface Script {
  readonly lead: readonly Reply[];
  readonly workers: readonly Reply[];
  readonly delays: readonly number[];
}

function scripts(more: readonly fc.Arbitrary<Reply>[] = []): fc.Arbitrary<Script> {
  return fc.record({
    lead: fc.array(fc.oneof({ weight: 9, arbitrary: leadReply }, ...more), { minLength: 1, maxLength: 6 }),
    workers: fc.array(fc.oneof({ weight: 9, arbitrary: workerReply }, ...more), {
      minLength: 1,
      maxLength: 6,
    }),
    delays: fc.array(fc.nat(30), { minLength: 1, maxLength: 5 }),
  });
}

/** Answers that depend on nothing but the call, so that a repeated call gets the same one. */
function repliesOf({ lead, workers, delays }: Script) {
  return ({ idempotencyKey, origin }: ModelRequest): Reply => {
    const sum = [...idempotencyKey].reduce((total, letter) => (total * 31 + letter.charCodeAt(0)) % 9_973, 7);
    const reply =
      origin.role === 'lead' ? lead[(origin.turn - 1) % lead.length] : workers[sum % workers.length];
    return { ...(reply ?? { text: 'done' }), afterMs: delays[sum % delays.length] ?? 1 };
  };
}

/** What is handed out is legal at every moment, and comes back before the lead goes on. */
function expectLegal(run: CrewRun, { maxDelegations, concurrency }: Limits): void {
  let working = new Set<string>();
  let handed = 0;
  for (const event of run.events) {
    if (event.type === 'phase.retried') {
      working = new Set();
      handed = 0;
    }
    if (event.type === 'turn.started' && event.role === 'lead') expect([...working]).toEqual([]);
    if (event.type !== 'work.handed' || event.how === 'accepted') continue;
    if (event.how === 'returned') {
      expect(event.to).toBe('lead');
      expect(working.delete(event.from)).toBe(true);
      continue;
    }
    expect(WORKERS).toContain(event.to);
    expect(working.has(event.to)).toBe(false);
    working.add(event.to);
    handed += 1;
    expect(handed).toBeLessThanOrEqual(maxDelegations);
    expect(working.size).toBeLessThanOrEqual(concurrency);
  }
}

/** The statechart has exactly those workers at work that the decider has. */
function expectAgreement(run: CrewRun): void {
  for (const { state } of fold(run.program, run.facts)) {
    const work = state.open.report?.state;
    const value = state.procedures['']?.position?.snapshot.value as unknown;
    if (work?.kind !== 'manage') continue;
    const regions = (value as { readonly report: { readonly [role: string]: string } }).report;
    const there = WORKERS.filter(role => regions[role] === 'working');
    expect(work.working.map(job => job.worker).toSorted()).toEqual(there);
  }
}

const keysOf = (facts: CrewRun['facts']) => facts.flatMap(fact => ('key' in fact ? [fact.key] : []));
const spentOf = (run: CrewRun) =>
  run.outcome.type === 'interrupted' ? undefined : run.outcome.state.ledger.spent;

test('whatever is said: within the limits, never twice the same worker, and the run ends; it replays', async () => {
  const seen = { handed: 0, sentBack: 0, ended: 0 };
  await fc.assert(
    fc.asyncProperty(limits, scripts([lost]), async (limit, script) => {
      const options = { yaml: crewOf(limit), replies: repliesOf(script) };
      const run = await runCrew(options);
      expect(['ended', 'suspended']).toContain(run.outcome.type);
      expectLegal(run, limit);
      expectAgreement(run);
      const again = await runCrew({ ...options, history: run.facts });
      expect(again.calledKeys).toEqual([]);
      expect(JSON.stringify(again.events)).toBe(JSON.stringify(run.events));
      seen.handed += eventsOf(run, 'work.handed').length;
      seen.sentBack += eventsOf(run, 'work.handed').filter(({ how }) => how === 'sent-back').length;
      seen.ended += run.outcome.type === 'ended' ? 1 : 0;
    }),
    { numRuns: 300 },
  );
  expect(seen.handed).toBeGreaterThan(200);
  expect(seen.sentBack).toBeGreaterThan(3);
  expect(seen.ended).toBeGreaterThan(50);
});

test('no more is spent than its plan says, also where one worker gets everything', async () => {
  const ratios: number[] = [];
  await fc.assert(
    fc.asyncProperty(limits, scripts(), async (limit, script) => {
      const yaml = crewOf(limit);
      const terms: ModelTerms = { maxTokens: 100, languageModel: true, price: null };
      const replies = repliesOf(script);
      // Without a usage the worst case is charged.
      const run = await runCrew({
        yaml,
        terms,
        replies: request => ({ usage: null, ...replies(request) }),
      });
      const program = compileText(yaml);
      const { total } = planCrew({
        program,
        models: [],
        terms: new Map([['default', terms]]),
        measurePrompt,
      });
      const spent = spentOf(run);
      expect(spent?.calls).toBeLessThanOrEqual(total.calls);
      expect(spent?.toolCalls).toBeLessThanOrEqual(total.toolCalls);
      expect(spent?.usage.inputTokens).toBeLessThanOrEqual(total.inputTokens);
      expect(spent?.usage.outputTokens).toBeLessThanOrEqual(total.outputTokens);
      ratios.push(total.calls / (spent?.calls ?? 1));
    }),
    { numRuns: 300 },
  );
  expect(Math.min(...ratios)).toBeLessThanOrEqual(3);
});

test('after a crash at any fact, a resume repeats no recorded call and stays within the limits', async () => {
  await fc.assert(
    fc.asyncProperty(limits, scripts([lost]), async (limit, script) => {
      const options = { yaml: crewOf(limit), replies: repliesOf(script) };
      const whole = await runCrew(options);
      for (let count = 1; count < whole.facts.length; count += 1) {
        const history = whole.facts.slice(0, count);
        const resumed = await runCrew({ ...options, history, resume: {} });
        const recorded = new Set(keysOf(history));
        expect(resumed.calledKeys.filter(key => recorded.has(key))).toEqual([]);
        expectLegal(resumed, limit);
        expectAgreement(resumed);
      }
    }),
    { numRuns: 40 },
  );
}, 60_000);

test('a run that waited for a model comes to the same end as one that did not', async () => {
  await fc.assert(
    fc.asyncProperty(limits, scripts(), fc.nat(50), async (limit, script, where) => {
      const calm = { ...limit, timeout: undefined };
      const options = { yaml: crewOf(calm), replies: answering(repliesOf(script)) };
      const whole = await runCrew(options);
      const broken = await runCrew({
        ...options,
        replies: (request, nth) => (nth > where ? lostReply : options.replies(request)),
      });
      if (broken.outcome.type === 'ended') return;
      const resumed = await runCrew({
        ...options,
        history: broken.facts,
        resume: {},
      });
      expect(resumed.outcome.type).toBe(whole.outcome.type);
      expect(spentOf(resumed)?.toolCalls).toBe(spentOf(whole)?.toolCalls);
    }),
    { numRuns: 100 },
  );
}, 60_000);

const lostReply: Reply = { failure: { code: 'PROVIDER_AUTH', message: 'key' } };

/** No provider fails, and a call that is made again has another key but gets the same answer. */
function answering(replies: (request: ModelRequest) => Reply) {
  return (request: ModelRequest): Reply => {
    const idempotencyKey = request.idempotencyKey.replace(/(model-\d+)-\d+/, '$1');
    const reply = replies({ ...request, idempotencyKey });
    return reply.failure === undefined ? reply : { text: 'done' };
  };
}
