import type { Effect, MemoryWriteEffect, ModelCallEffect, ToolCallEffect } from '../../model/effect.ts';
import type { Fact } from '../../model/fact.ts';
import type { MemoryWritten } from '../../model/recall.ts';
import { type Draft, type OpenWork, publish, type RunState, setWork } from '../run-state.ts';
import { outerOf, ownerOf, placeOf } from '../scope.ts';
import type { PartOutcome } from '../step.ts';
import { keptIn } from './kept-notes.ts';
import { readByTool, withRead } from './read-by-tool.ts';
import { recalledEvents } from './take-recalled.ts';
import { writtenEvents } from './take-written.ts';

/**
 * The work with what its roles were reminded of; memory that cannot be read is none, and the watchers hear of it.
 * Throws for a fact of anything else, which work that has not begun cannot have.
 */
export function reminded(draft: Draft, work: Omit<OpenWork, 'recalling'>, fact: Fact): OpenWork {
  if (fact.type !== 'memory.recalled' && fact.type !== 'memory.failed') {
    throw new Error(`work that waits to be reminded cannot decide on ${fact.type}`);
  }
  for (const event of recalledEvents(fact, placeOf(draft.state, work))) publish(draft, event);
  return fact.type === 'memory.failed' ? work : { ...work, recalled: fact.recalled.roles };
}

/**
 * How a piece of work came out, what is still to be remembered of it after a fact about the first of its wishes, and what was
 * gathered since insights were last drawn.
 */
export function takeEnding(
  draft: Draft,
  { id, ending }: OpenWork,
  fact: Fact,
): {
  readonly outcome: PartOutcome;
  readonly left: readonly MemoryWriteEffect[];
  readonly gathered: MemoryWritten['gathered'];
} {
  const [first, ...left] = ending?.writes ?? [];
  const isWritten = fact.type === 'memory.written' || fact.type === 'memory.failed';
  if (ending === undefined || first === undefined || !isWritten) {
    throw new Error(`${id} is over and cannot decide on ${fact.type}`);
  }
  for (const event of writtenEvents(fact, first)) publish(draft, event);
  // What insights are drawn from is settled, and counts nothing any more.
  const isThought = first.writes.some(({ op }) => op === 'settle');
  const now = fact.type === 'memory.written' && !isThought ? fact.written.gathered : {};
  return { outcome: ending.outcome, left, gathered: isThought ? {} : { ...ending.gathered, ...now } };
}

/** The work with how its trials were judged by a step of it, in runs that remember. Pure. */
export function withVerdicts(
  { memory }: Pick<RunState, 'memory'>,
  work: OpenWork,
  effects: readonly Effect[],
): OpenWork {
  if (memory === undefined) return work;
  const judged = effects.flatMap(effect => {
    if (effect.type !== 'event.publish' || effect.event.type !== 'trial.judged') return [];
    const { trial, passed, score, feedback } = effect.event;
    return [{ trial, passed, score, feedback }];
  });
  return judged.length === 0 ? work : { ...work, verdicts: [...(work.verdicts ?? []), ...judged] };
}

/**
 * Keeps that a tool was called, or what one of memory gave, and whether those were words of strangers, for the work that called
 * it and all around it, and where it kept a note, for the work that called it, in runs that remember.
 */
export function noteCall(draft: Draft, call: ToolCallEffect, fact: Fact): void {
  if (draft.state.memory === undefined) return;
  const { key, tool, origin } = call;
  const strange = origin !== undefined && isStrange(fact) ? ({ strange: true } as const) : {};
  // A tool of memory is no source: what it gave is.
  const { notes, tools } = origin === undefined ? { notes: [], tools: [tool] } : readByTool(fact);
  const owner = draft.state.open[ownerOf(key)];
  const scope = owner === undefined ? undefined : keptIn(draft.state, owner, call, fact);
  if (owner !== undefined && scope !== undefined) {
    setWork(draft, { ...owner, kept: [...new Set([...(owner.kept ?? []), scope])] });
  }
  let work = draft.state.open[ownerOf(key)];
  while (work !== undefined) {
    const { called = [], read = [] } = work;
    const now = notes.length === 0 ? {} : { read: withRead(read, notes) };
    setWork(draft, { ...work, ...strange, ...now, called: [...new Set([...called, ...tools])] });
    work = outerOf(draft.state, work);
  }
}

/**
 * Keeps whose words came from a model that goes by rules, for the work that asked it and all around it: nothing was judged
 * there, so it is no evidence of anything. Not in runs of before, which remembered such words. Pure but for the draft.
 */
export function noteAnswer(draft: Draft, { key, model, origin }: ModelCallEffect, fact: Fact): void {
  const { memory, terms } = draft.state;
  if (memory?.ruled !== 'dropped' || fact.type !== 'model.answered') return;
  if (terms[model]?.rules === undefined) return;
  let work = draft.state.open[ownerOf(key)];
  while (work !== undefined) {
    setWork(draft, { ...work, ruled: [...new Set([...(work.ruled ?? []), origin.role])] });
    work = outerOf(draft.state, work);
  }
}

function isStrange(fact: Fact): boolean {
  if (fact.type !== 'tool.returned') return false;
  const { value } = fact;
  return value !== null && typeof value === 'object' && 'untrusted' in value && value.untrusted === true;
}
