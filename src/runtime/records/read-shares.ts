import { allocateTokens } from '../../memory/context/allocate-tokens.ts';
import { contextSizes } from '../../memory/context/context-sizes.ts';
import {
  type CallShares,
  CONTEXT_TIERS,
  type ContextSizes,
  type RunShares,
} from '../../model/context-shares.ts';
import type { Fact } from '../../model/fact.ts';
import { gaveWayIn } from '../../model/gave-way.ts';
import type { GaveWay } from '../../model/recall.ts';
import type { FoldStep } from './fold-run.ts';
import { memoryTroubles } from './memory-troubles.ts';
import { readReminders } from './read-reminders.ts';

/**
 * What the model calls of a recorded run were made of, out of the steps of its fold: the tokens that providers counted, shared
 * out by size. Pure.
 */
export function readShares(steps: readonly FoldStep[]): RunShares {
  const calls = steps.flatMap(callShares);
  const facts = steps.map(({ fact }) => fact);
  return {
    calls,
    inputTokens: calls.reduce((sum, { inputTokens }) => sum + inputTokens, 0),
    tiers: sumOfTiers(calls),
    recalled: recalledIn(facts),
    reminders: readReminders(steps),
    kept: keptIn(steps),
    gaveWay: steps.flatMap(gaveWayBy),
    edits: steps.filter(step => EDITS.has(toolOf(step))).length,
    troubles: memoryTroubles(steps).map(({ message }) => message),
  };
}

/** The tiers of several calls together. Pure. */
function sumOfTiers(calls: readonly Pick<CallShares, 'tiers'>[]): ContextSizes {
  const rows = CONTEXT_TIERS.map(tier => [tier, calls.reduce((sum, { tiers }) => sum + tiers[tier], 0)]);
  return Object.fromEntries(rows) as ContextSizes;
}

function callShares({ before, fact }: FoldStep): readonly CallShares[] {
  if (fact.type !== 'model.answered' && fact.type !== 'model.failed') return [];
  const call = before?.acts[fact.key];
  if (call?.type !== 'model.call') return [];
  const { phase, role, turn } = call.origin;
  const reported = fact.usage?.inputTokens ?? 0;
  const counted = reported > 0;
  if (!counted && fact.type === 'model.failed') return [];
  const sizes = contextSizes(call);
  const inputTokens = counted ? reported : CONTEXT_TIERS.reduce((sum, tier) => sum + sizes[tier], 0);
  const tiers = allocateTokens(inputTokens, sizes);
  return [{ key: fact.key, phase, role, turn, inputTokens, counted, tiers }];
}

function recalledIn(facts: readonly Fact[]): RunShares['recalled'] {
  const recalls = facts.flatMap(fact => (fact.type === 'memory.recalled' ? [fact.recalled.roles] : []));
  const roles = recalls.flat();
  return {
    times: recalls.length,
    blocks: roles.reduce((sum, { blocks }) => sum + blocks.length, 0),
    notes: roles.reduce((sum, { notes }) => sum + notes.length, 0),
    lessons: roles.reduce((sum, { lessons }) => sum + lessons.length, 0),
  };
}

const EDITS: ReadonlySet<string> = new Set(['insert', 'replace', 'rethink']);

/** The tool of memory that has just done something, by the end of its name; empty for all else. */
function toolOf({ before, fact }: FoldStep): string {
  if (fact.type !== 'tool.returned') return '';
  const call = before?.acts[fact.key];
  if (call?.type !== 'tool.call' || call.origin === undefined) return '';
  return call.tool.slice(call.tool.indexOf('.') + 1);
}

function gaveWayBy(step: FoldStep): readonly GaveWay[] {
  const { fact } = step;
  if (fact.type === 'memory.written') return fact.written.notes.flatMap(({ gaveWay = [] }) => gaveWay);
  return fact.type === 'tool.returned' && toolOf(step) === 'archive_insert' ? gaveWayIn(fact.value) : [];
}

/** By the run around phases, and by roles with a tool. */
function keptIn(steps: readonly FoldStep[]): RunShares['kept'] {
  const states = steps.flatMap(step => {
    const { fact } = step;
    if (fact.type === 'memory.written') return fact.written.notes.map(({ state }) => state);
    if (fact.type !== 'tool.returned' || toolOf(step) !== 'archive_insert') return [];
    const { value } = fact;
    return typeof value === 'object' && value !== null && 'state' in value ? [String(value.state)] : [];
  });
  const count = (state: string) => states.filter(each => each === state).length;
  return {
    new: count('new'),
    merged: count('merged'),
    quarantined: count('quarantined'),
    refused: count('refused'),
  };
}
