import { hashProgram } from '../compiler/compile-crew.ts';
import { CrewError, type ErrorCode } from '../model/crew-error.ts';
import type { ActEffect, Effect, ModelCallEffect } from '../model/effect.ts';
import type { Fact } from '../model/fact.ts';
import type { RunEvent } from '../model/run-event.ts';
import type { Journal, JournalRecord } from '../ports/engine.ts';
import type { World } from '../ports/world.ts';
import { decide, startRun } from './decide.ts';
import type { Executor } from './executor.ts';
import { awaitedAnswers } from './people/awaited-answers.ts';
import type { RunControls, Steer } from './run-controls.ts';
import type { RunEnd, RunState } from './run-state.ts';
import { refuseSteer } from './steering.ts';

/** How the loop was left. */
export type RunOutcome =
  | { readonly type: 'ended'; readonly end: RunEnd; readonly state: RunState }
  | { readonly type: 'suspended'; readonly state: RunState }
  | { readonly type: 'interrupted'; readonly state?: RunState };

/** One run to drive: its journal, the one who acts on effects, and who is told of events, each once it is decided. */
export interface RunOptions {
  readonly journal: Journal;
  readonly execute: Executor;
  readonly world: World;
  readonly onEvent: (event: RunEvent) => void;
  /** Told once, before the events of the first fact that was not there before this process. */
  readonly onLive?: () => void;
  /** Told of each model call that was over before this process, with an outcome or given up, in order. */
  readonly onRecalled?: (call: ModelCallEffect) => void;
  /** Aborts at the first Ctrl+C: what is under way may finish for `GRACE_MS`, nothing new begins. */
  readonly stop: AbortSignal;
  /**
   * The hand of a person on the run, for a dashboard in this process: `createRunControls()` of `run-controls.ts` gives
   * `steer({ role, text, by }): boolean`, `pause(): void`, `resume(): void` and `paused: boolean`.
   */
  readonly controls?: RunControls;
  /** Takes secrets out of what is said through `controls`, before it is on record. */
  readonly redact?: (text: string) => string;
}

/** How long a stop waits for calls that are under way; a shell expects its prompt back within five seconds. */
const GRACE_MS = 3000;

/**
 * Drives one run until it ends, waits or is stopped, by folding journal records one after the other.
 * The journal's first record is `run.started`; recorded facts are replayed and call nothing (R3).
 * Does not close the journal. Rejects with JOURNAL_MISMATCH when the program does not have its hash any more (R7), with
 * the journal's coded errors and with our own bugs.
 */
export async function driveRun(options: RunOptions): Promise<RunOutcome> {
  const { journal, world } = options;
  refuseOtherProgram(journal);
  const underWay: UnderWay = new Map();
  const left = new AbortController();
  const isAnswered = answerWatcher(journal);
  const take = recordTaker(options, underWay, left.signal);
  let state: RunState | undefined;
  let live = false;
  const held: HeldActs = new Map();
  const release = options.controls?.attach({
    steer: message => putOnRecord(options, message, state),
    goOn: () => beginHeld(held),
  });
  try {
    for (;;) {
      const record = await take();
      if (record === undefined) return { type: 'interrupted', ...(state === undefined ? {} : { state }) };
      if (!live && !record.replayed) options.onLive?.();
      live ||= !record.replayed;
      const [next, wishes] = fold(journal, state, record);
      state = next;
      if ('key' in record.fact) settle(options, record, underWay);
      const { replayed } = record;
      const progress = { underWay, held, replayed, activeMs: () => state?.activeMs ?? 0 };
      for (const wish of wishes) carryOut(options, wish, progress);
      if (next.end !== undefined) return { type: 'ended', end: next.end, state: next };
      if (next.suspension?.settled !== true || journal.ready()) continue;
      if (!isAnswered(next)) return { type: 'suspended', state: next };
      journal.append({ type: 'run.resumed', at: world.now() });
    }
  } finally {
    release?.();
    left.abort();
  }
}

/** Acts that were wished for while the run was paused, by key. */
type HeldActs = Map<string, () => void>;

function beginHeld(held: HeldActs): void {
  for (const begin of held.values()) begin();
  held.clear();
}

/** It comes out of the journal in its turn, like any other fact. */
function putOnRecord(
  { journal, world, redact = same }: RunOptions,
  { role, text, by, id }: Steer,
  state: RunState | undefined,
): void {
  refuseSteer(journal.program, { role, text, said: state?.steering?.said.length ?? 0 });
  const from = id === undefined ? {} : { id };
  journal.append({ type: 'role.steered', at: world.now(), role, text: redact(text), by, ...from });
}

function same(text: string): string {
  return text;
}

/**
 * Says whether a run that waits for a person need not wait: it was answered while other work of it was under way, or that
 * work ended what asked. Each answer counts once: where the executor does not take it, the run waits all the same.
 */
function answerWatcher(journal: Journal): (state: RunState) => boolean {
  const known = new Set<string>();
  return state => {
    const { code } = state.suspension?.failure ?? {};
    if (code === undefined || !WAITS_FOR_PEOPLE.has(code)) return false;
    const awaited = awaitedAnswers(state);
    const fresh = awaited.filter(id => !known.has(id) && journal.answerTo(id) !== undefined);
    for (const id of fresh) known.add(id);
    return awaited.length === 0 || fresh.length > 0;
  };
}

const WAITS_FOR_PEOPLE: ReadonlySet<ErrorCode> = new Set([
  'PERSON_NEEDED',
  'CONSENT_REQUIRED',
  'EFFECT_UNCERTAIN',
]);

function refuseOtherProgram({ runId, program }: Journal): void {
  const hash = hashProgram(program);
  if (hash === program.hash) return;
  const message = `the program of run \`${runId}\` has the hash ${hash}, its journal was written by ${program.hash}`;
  throw new CrewError('JOURNAL_MISMATCH', message);
}

function fold(
  journal: Journal,
  state: RunState | undefined,
  { fact, seq }: JournalRecord,
): readonly [RunState, readonly Effect[]] {
  if (state !== undefined) return decide(state, fact);
  if (fact.type === 'run.started') return startRun(journal.program, fact);
  throw new Error(`fact ${seq} of run ${journal.runId} is ${fact.type}, expected run.started`);
}

/** The acts that were given to the journal and have no outcome yet; the journal begins them when it is next waited for. */
type UnderWay = Map<string, { readonly act: ActEffect; begun: boolean }>;

function settle({ onRecalled }: RunOptions, { fact, replayed }: JournalRecord, underWay: UnderWay): void {
  if (!('key' in fact)) return;
  const act = underWay.get(fact.key)?.act;
  if (replayed && act?.type === 'model.call') onRecalled?.(act);
  underWay.delete(fact.key);
}

interface Progress {
  readonly underWay: UnderWay;
  readonly held: HeldActs;
  /** Whether the wishes come from a fact that was there before this process. */
  readonly replayed: boolean;
  readonly activeMs: () => number;
}

function carryOut(options: RunOptions, wish: Effect, progress: Progress): void {
  const { journal, execute } = options;
  if (wish.type === 'event.publish') return options.onEvent(wish.event);
  if (wish.type === 'effect.cancel') {
    const act = progress.underWay.get(wish.key)?.act;
    if (progress.replayed && act?.type === 'model.call') options.onRecalled?.(act);
    progress.underWay.delete(wish.key);
    progress.held.delete(wish.key);
    return journal.cancel(wish.key);
  }
  const entry = { act: wish, begun: false };
  progress.underWay.set(wish.key, entry);
  const repeatable = wish.type !== 'tool.call' || wish.repeatable;
  const doubt = (): Fact => ({ type: 'tool.uncertain', at: options.world.now(), call: wish.key });
  const wishedAtMs = progress.activeMs();
  const begin = (): void =>
    journal.record({ key: wish.key, repeatable, doubt }, signal => {
      entry.begun = true;
      return execute(withTimeLeft(wish, progress.activeMs() - wishedAtMs), signal);
    });
  if (options.controls?.paused === true) progress.held.set(wish.key, begin);
  else begin();
}

/** A timer that was under way when the run stopped goes on with what was left of it. */
function withTimeLeft(act: ActEffect, passedMs: number): ActEffect {
  return act.type === 'timer.start' ? { ...act, ms: Math.max(0, act.ms - passedMs) } : act;
}

/**
 * Takes the next record, or undefined once the run was stopped and nothing is waited for any more. `left` aborts when
 * the loop is left, so that nobody waits for a grace that is not needed.
 */
function recordTaker(
  { journal, world, stop }: RunOptions,
  underWay: UnderWay,
  left: AbortSignal,
): () => Promise<JournalRecord | undefined> {
  const stopped = new Promise<undefined>(resolve => {
    if (stop.aborted) resolve(undefined);
    stop.addEventListener('abort', () => resolve(undefined), { once: true, signal: left });
  });
  let graceOver: Promise<void> | undefined;
  const isCalling = () =>
    [...underWay.values()].some(
      ({ act, begun }) => begun && (act.type === 'model.call' || act.type === 'tool.call'),
    );
  let pending: Promise<JournalRecord> | undefined;
  return async () => {
    if (stop.aborted) forgetUnbegun(journal, underWay);
    if (stop.aborted && !isCalling() && !journal.ready()) return undefined;
    pending ??= journal.next();
    let record = await Promise.race([pending, stopped]);
    if (record === undefined && (isCalling() || journal.ready())) {
      graceOver ??= world.sleep(GRACE_MS, left);
      record = (await Promise.race([pending, graceOver])) ?? undefined;
    }
    if (record !== undefined) pending = undefined;
    return record;
  };
}

/** Acts that wait for the journal's next turn must not begin any more; a resume wishes for them again. */
function forgetUnbegun(journal: Journal, underWay: UnderWay): void {
  for (const [key, { begun }] of underWay) {
    if (begun) continue;
    journal.cancel(key);
    underWay.delete(key);
  }
}
