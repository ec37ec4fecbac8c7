import { reasonsOf } from '../../../src/cli/run-reasons.ts';
import type { Budget } from '../../../src/model/crew.ts';
import type { ActEffect, Effect } from '../../../src/model/effect.ts';
import type { Fact, ModelTerms } from '../../../src/model/fact.ts';
import type { JsonObject, JsonValue } from '../../../src/model/json.ts';
import type { Bound } from '../../../src/model/plan.ts';
import type { Program } from '../../../src/model/program.ts';
import type { Reason } from '../../../src/reporters/why-text.ts';
import { decide, startRun } from '../../../src/runtime/decide.ts';
import type { RunState } from '../../../src/runtime/run-state.ts';
import { answerAct } from './answers.ts';
import { createDice, type Dice } from './dice.ts';
import { fittingValue } from './fitting-value.ts';
import { law } from './law.ts';
import { keepLaws } from './law-keeper.ts';
import { expectExplained, expectPlan, expectReplay, expectSilence } from './laws-of-ends.ts';

/** A crew that is fuzzed, with what its plan promises for these terms. */
export interface FuzzTarget {
  readonly name: string;
  readonly program: Program;
  readonly aliases: readonly string[];
  readonly terms: ModelTerms;
  readonly bound: Bound;
  /** The bound of a run with just these inputs. */
  readonly boundOf: (inputs: JsonObject) => Bound;
  /** What the laws are held against, where that is not the program itself. */
  readonly law?: Program;
}

/** What one run came to. */
export interface FuzzedRun {
  readonly replies: number;
  readonly facts: readonly Fact[];
  readonly end: string;
  readonly resumes: number;
  readonly transitions: number;
  /** What moved it on, by kind: `transition.taken on_error`, `work.handed sent-back`. */
  readonly moved: readonly string[];
  readonly spent: RunState['ledger']['spent'];
}

/** From so many resumes on nothing fails, everybody is there and the budget is no ceiling, so the run must end. */
const CALM_AFTER = 12;
const MOST_RESUMES = 40;
/** The share of runs that are replayed. */
const REPLAYED = 0.05;
/** The share of runs that get a plan of their own, for their inputs. */
const PLANNED = 0.2;
const START = 1_700_000_000_000;

interface Drive {
  readonly target: FuzzTarget;
  readonly dice: Dice;
  readonly goodwill: number;
  /** Models say the same over and over: the seed of it. */
  readonly stubborn: number | undefined;
  readonly due: Map<string, number>;
  readonly answered: Fact[];
  state: RunState;
  at: number;
  resumes: number;
  /** A resume came of itself, as after a crash: the plan is no bound then. */
  disturbed: boolean;
}

/** Folds one run, with every effect answered by chance in an order of chance, until it ends. Throws at a broken law. */
export function fuzzRun(target: FuzzTarget, dice: Dice): FuzzedRun {
  const { program } = target;
  const started = startedFact(target, dice);
  const facts: Fact[] = [started];
  const laws = keepLaws(target.law ?? program);
  const reasons: Reason[] = [];
  // As text, so that nobody can change them later; null where they are not compared.
  const told: string[] | null = dice.chance(REPLAYED) ? [] : null;
  const [first, wishes] = startRun(program, started);
  const drive: Drive = {
    target,
    dice,
    goodwill: dice.pick([0.1, 0.4, 0.6, 0.8, 0.95]),
    stubborn: dice.chance(0.06) ? dice.below(1_000_000) : undefined,
    due: new Map(),
    answered: [],
    state: first,
    at: START,
    resumes: 0,
    disturbed: false,
  };
  const take = (fact: Fact, state: RunState, effects: readonly Effect[]): void => {
    drive.state = state;
    for (const effect of effects) {
      if (effect.type === 'timer.start') drive.due.set(effect.key, drive.at + effect.ms);
      if (effect.type === 'event.publish') told?.push(JSON.stringify(effect.event));
    }
    laws.see(fact, state, effects);
    reasons.push(...reasonsOf(program, facts.length, effects));
  };
  take(started, first, wishes);
  while (drive.state.end === undefined) {
    expectNotStuck(drive, facts.length);
    const fact = nextFact(drive);
    facts.push(fact);
    take(fact, ...decide(drive.state, fact));
  }
  laws.close(drive.state);
  expectSilence(drive.state, drive.answered.slice(0, 3));
  if (drive.resumes === 0 && !drive.disturbed) {
    expectPlan(drive.state, target.bound, false);
    if (dice.chance(PLANNED)) expectPlan(drive.state, target.boundOf(started.inputs), !laws.sawAbsurdUsage());
  }
  expectExplained(reasons, START);
  if (told !== null) expectReplay(program, facts, { state: drive.state, told });
  return {
    replies: facts.filter(({ type }) => type === 'model.answered' || type === 'model.failed').length,
    facts,
    end: drive.state.end.outcome === 'error' ? drive.state.end.failure.code : drive.state.end.outcome,
    resumes: drive.resumes,
    transitions: reasons.filter(({ event }) => event.type === 'transition.taken').length,
    moved: reasons.map(kindOf),
    spent: drive.state.ledger.spent,
  };
}

function startedFact(
  { program, aliases, terms }: FuzzTarget,
  dice: Dice,
): Extract<Fact, { type: 'run.started' }> {
  const inputs: { [name: string]: JsonValue } = {};
  for (const { name, schema, required, default: fallback } of program.inputs) {
    if (fallback !== undefined && dice.chance(0.5)) inputs[name] = fallback;
    else if (required || fallback !== undefined || dice.chance(0.5))
      inputs[name] = fittingValue(schema, dice);
  }
  return {
    type: 'run.started',
    at: START,
    runId: `run${dice.below(1_000)}`,
    inputs,
    workspace: '/workspace',
    models: Object.fromEntries(aliases.map(alias => [alias, { use: `fake:${alias}`, reason: 'chance' }])),
    terms: Object.fromEntries(aliases.map(alias => [alias, terms])),
    ...(dice.chance(0.3)
      ? { grants: dice.pick([['kit.*'], ['kit.write'], program.tools.map(({ name }) => name)]) }
      : {}),
    ...(program.memory !== undefined && dice.chance(0.8)
      ? { memory: { place: 'nowhere', embedder: 'none' } }
      : {}),
  };
}

/** A run may use as many steps as its plan has calls, a wait and a question with each, and all of that after a resume. */
function expectNotStuck({ target: { bound, name }, resumes, dice, state }: Drive, steps: number): void {
  const calls = Number.isFinite(bound.calls + bound.toolCalls) ? bound.calls + bound.toolCalls : 5_000;
  const most = (4 * calls + 400) * (1 + resumes);
  law(steps <= most, `${name} is stuck after ${steps} steps (seed ${dice.seed})`);
  law(
    resumes <= MOST_RESUMES,
    `${name} is stuck after ${resumes} resumes (seed ${dice.seed}): ${state.suspension?.failure.message}`,
  );
}

function nextFact(drive: Drive): Fact {
  const { dice, state } = drive;
  drive.at += dice.chance(0.02) ? dice.pick([30_000, 600_000]) : dice.below(60);
  if (state.suspension?.settled === true) return resumed(drive);
  const acts = Object.values(state.acts);
  const inDoubt = acts.some(act => act.type === 'tool.call' && !act.repeatable);
  if (dice.chance(inDoubt ? 0.04 : 0.008)) return disturbance(drive);
  const others = acts.filter(({ type }) => type !== 'timer.start');
  // While something is under way nobody waits for days.
  const soon = others.length === 0 ? Number.POSITIVE_INFINITY : drive.at + 3_600_000;
  const timers = acts.filter(({ type, key }) => type === 'timer.start' && (drive.due.get(key) ?? 0) < soon);
  const fires = timers.length > 0 && (others.length === 0 || dice.chance(isLate(drive, timers) ? 0.5 : 0.02));
  if (fires) return fired(drive, timers);
  law(others.length > 0, `nothing is under way (seed ${dice.seed})`);
  const { at, goodwill, target, resumes } = drive;
  const { program, terms } = target;
  const calm = resumes > CALM_AFTER;
  const act = dice.pick(others);
  const isSame = drive.stubborn !== undefined && act.type === 'model.call' && !calm;
  const replies = isSame ? createDice(drive.stubborn ?? 0) : dice;
  const answering = { program, dice: replies, at, goodwill, calm, usesTokens: terms.languageModel };
  const fact = answerAct(act, answering);
  if (dice.chance(0.05)) drive.answered.push(fact);
  return fact;
}

function isLate({ due, at }: Drive, timers: readonly ActEffect[]): boolean {
  return timers.some(({ key }) => (due.get(key) ?? 0) <= at);
}

/** The timer that is due first fires; the clock that tells so may be a little early, or much too late. */
function fired(drive: Drive, timers: readonly ActEffect[]): Fact {
  const dueOf = ({ key }: ActEffect): number => drive.due.get(key) ?? 0;
  const [first] = timers.toSorted((left, right) => dueOf(left) - dueOf(right));
  if (first === undefined) throw new Error('there is no timer');
  const early = drive.dice.chance(0.1) ? drive.dice.below(20) : 0;
  drive.at = Math.max(drive.at, dueOf(first) - early);
  return { type: 'timer.fired', at: drive.at, key: first.key };
}

/** What a journal may hold beside the plain course of things. */
function disturbance(drive: Drive): Fact {
  const { dice, answered, state } = drive;
  const doubted = Object.values(state.acts).filter(act => act.type === 'tool.call' && !act.repeatable);
  if (doubted.length > 0 && dice.chance(0.7)) {
    drive.disturbed = true;
    return { type: 'tool.uncertain', at: drive.at, call: dice.pick(doubted).key };
  }
  const late = answered.length === 0 ? undefined : dice.pick(answered);
  if (dice.chance(0.4))
    return {
      type: 'timer.fired',
      at: drive.at,
      key: dice.pick(['p0:1:1/backoff', 'run/time-99', 'x:1:1/model-1']),
    };
  if (dice.chance(0.5)) drive.at -= dice.below(5_000);
  if (late !== undefined && dice.chance(0.6)) return { ...late, at: drive.at };
  drive.disturbed = true;
  const role = dice.pick([...drive.target.program.roles.map(({ name }) => name), 'nobody']);
  if (dice.chance(0.5)) return { type: 'role.steered', at: drive.at, role, text: 'Mind this.', by: 'ada' };
  return { type: 'run.resumed', at: drive.at };
}

function resumed(drive: Drive): Fact {
  drive.resumes += 1;
  drive.at += drive.dice.pick([0, 1_000, 3_600_000]);
  const { dice, resumes, at, target } = drive;
  const isCalm = resumes > CALM_AFTER;
  const budget: Budget = { calls: 1e7, toolCalls: 1e7, tokens: 1e15, costMicroUsd: 1e15, timeMs: 1e15 };
  const spent = drive.state.ledger.spent;
  const little = {
    calls: spent.calls + 5,
    toolCalls: spent.toolCalls + 5,
    timeMs: drive.state.activeMs + 5_000,
  };
  const grants = target.program.tools.map(({ name }) => name);
  return {
    type: 'run.resumed',
    at,
    ...(isCalm
      ? { budget }
      : dice.chance(0.5)
        ? { budget: raisedOnly(drive.state.ledger.limits, little) }
        : {}),
    ...(isCalm || dice.chance(0.1) ? { grants } : {}),
  };
}

function raisedOnly(limits: Budget, to: Budget): Budget {
  const rows = Object.entries(to).filter(
    ([name, value]) => value > (limits[name as keyof Budget] ?? Number.POSITIVE_INFINITY),
  );
  return Object.fromEntries(rows);
}

function kindOf({ event }: Reason): string {
  if (event.type === 'transition.taken') return `${event.type} ${event.way}`;
  return event.type === 'work.handed' ? `${event.type} ${event.how}` : event.type;
}
