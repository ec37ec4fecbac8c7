import {
  type InsightsState,
  type InsightsStep,
  LATEST_NOTES,
  nextInsights,
  startInsights,
} from '../../memory/stream/insights.ts';
import { askImportance, withRatings } from '../../memory/stream/rated-importance.ts';
import type { Effect, MemoryRecallEffect, MemoryWriteEffect } from '../../model/effect.ts';
import type { Fact } from '../../model/fact.ts';
import type { JsonSchema, JsonValue } from '../../model/json.ts';
import type { MemoryScope, NewNote } from '../../model/memory.ts';
import { canAfford } from '../admission.ts';
import { type OpenWork, procedureOf, type RunState } from '../run-state.ts';
import { contextOf, placeOf, workAt } from '../scope.ts';
import { modelKey, modelOfRole } from '../turns/model-key.ts';
import { startSingleTurn } from '../turns/single-turn.ts';
import { decideTurns } from '../turns/turn-loop.ts';
import type { TurnLoop, TurnOutcome } from '../turns/turn-loop-state.ts';
import type { WorkContext } from '../work-context.ts';
import { crewMemoryOf } from './crew-memory-of.ts';
import { rolesThatRemember } from './who-remembers.ts';

/**
 * A model thinks about what a piece of work leaves behind: how important it is, before it is written, and what follows from
 * what was gathered, after it. `loop` is there while the model is asked.
 */
export type Thinking =
  | { readonly about: 'importance'; readonly loop: TurnLoop }
  | {
      readonly about: 'insights';
      readonly scope: MemoryScope;
      readonly gathered: number;
      /** Absent until the latest notes are known. */
      readonly insights?: InsightsState;
      readonly loop?: TurnLoop;
      /** Counts the calls and recalls, for their keys. */
      readonly steps: number;
    };

/** What goes on: the thinking with its wishes, or what is to be written instead of what was, when it is over. */
export interface ThinkingStep {
  readonly effects: readonly Effect[];
  readonly thinking?: Thinking;
  readonly writes?: readonly MemoryWriteEffect[];
}

const NOTHING: ThinkingStep = { effects: [] };

/** The last of the models that could be asked goes by rules. */
const NO_THOUGHT = {
  code: 'PROVIDER_REFUSED',
  message: 'a model that goes by rules has no thoughts',
} as const;

/** Asks the model of the stream how important the notes are; undefined where a rule says it, or there is no budget for it. Pure. */
export function startRating(
  state: RunState,
  work: OpenWork,
  writes: readonly MemoryWriteEffect[],
): ThinkingStep | undefined {
  const model = streamModel(state, work);
  const notes = ratedNotes(writes);
  if (model === undefined || notes.length === 0) return undefined;
  const asked = ask(state, work, { ...askImportance(notes), model, name: 'importance', nth: 0 });
  if (asked === undefined) return undefined;
  return { thinking: { about: 'importance', loop: asked.loop }, effects: asked.effects };
}

/** Begins to draw insights where enough was gathered: asks for the latest notes. Undefined where nothing is due. Pure. */
export function startThinking(
  state: RunState,
  work: OpenWork,
  gathered: { readonly [scope: MemoryScope]: number },
): ThinkingStep | undefined {
  const memory = crewMemoryOf(state, procedureOf(state, work.procedure));
  const threshold = memory?.declared.stream.threshold ?? 0;
  if (memory === undefined || threshold <= 0 || state.suspension !== undefined) return undefined;
  if (insightModel(state, work) === undefined) return undefined;
  const due = Object.entries(gathered).find(([, sum]) => sum >= threshold);
  if (due === undefined) return undefined;
  const [scope, sum] = due;
  const thinking = { about: 'insights', scope, gathered: sum, steps: 1 } as const;
  return { thinking, effects: [recall(state, work, { scope, limit: LATEST_NOTES, nth: 1 })] };
}

/** Goes on after a fact about one of its wishes. What fails ends it: nothing is rated, no insights are drawn. Pure. */
export function goOnThinking(
  state: RunState,
  work: OpenWork,
  fact: Fact,
  { thinking, writes }: { readonly thinking: Thinking; readonly writes: readonly MemoryWriteEffect[] },
): ThinkingStep {
  const { loop } = thinking;
  if (loop === undefined) {
    if (thinking.about === 'importance' || fact.type !== 'memory.recalled') return NOTHING;
    const lists = fact.recalled.stream ?? [];
    const next =
      thinking.insights === undefined
        ? startInsights(thinking.scope, lists[0] ?? [])
        : nextInsights(thinking.insights, { notes: lists });
    return think(state, work, thinking, next);
  }
  const step = decideTurns(loop, contextOf(state, work), fact);
  if (step.outcome === undefined) {
    const unaffordable = step.effects.some(one => one.type === 'model.call' && !canAfford(state, one));
    return unaffordable ? NOTHING : { effects: step.effects, thinking: { ...thinking, loop: step.loop } };
  }
  const isRuled = state.memory?.ruled === 'dropped' && state.terms[step.loop.model]?.rules !== undefined;
  const failed = { type: 'failed', failure: NO_THOUGHT } as const;
  const after = takeAnswer(state, work, isRuled ? failed : step.outcome, { thinking, writes });
  return { ...after, effects: [...step.effects, ...after.effects] };
}

function takeAnswer(
  state: RunState,
  work: OpenWork,
  outcome: TurnOutcome,
  { thinking, writes }: { readonly thinking: Thinking; readonly writes: readonly MemoryWriteEffect[] },
): ThinkingStep {
  if (thinking.about === 'importance') {
    return { effects: [], writes: outcome.type === 'delivered' ? rated(writes, outcome.artifact) : writes };
  }
  if (outcome.type !== 'delivered' || thinking.insights === undefined) return NOTHING;
  const { loop: _over, ...rest } = thinking;
  return think(state, work, rest, nextInsights(thinking.insights, { model: outcome.artifact }));
}

type Insights = Extract<Thinking, { about: 'insights' }>;

function think(
  state: RunState,
  work: OpenWork,
  thinking: Insights,
  { state: insights, wish }: InsightsStep,
): ThinkingStep {
  const nth = thinking.steps + 1;
  const next = { ...thinking, insights, steps: nth };
  if (wish.want === 'notes') {
    const { scope } = thinking;
    const { queries, limit } = wish;
    return { thinking: next, effects: [recall(state, work, { scope, limit, queries, nth })] };
  }
  if (wish.want === 'model') {
    const model = insightModel(state, work);
    const asked =
      model === undefined ? undefined : ask(state, work, { ...wish, model, name: 'insights', nth });
    return asked === undefined
      ? NOTHING
      : { thinking: { ...next, loop: asked.loop }, effects: asked.effects };
  }
  return insights.at === 'done'
    ? { effects: [], writes: [insightWrite(state, work, thinking, insights.notes)] }
    : NOTHING;
}

/** What was gathered is settled also when nothing followed from it, else each phase would ask again. */
function insightWrite(
  state: RunState,
  work: OpenWork,
  { scope, gathered }: Insights,
  notes: readonly NewNote[],
): MemoryWriteEffect {
  const memory = crewMemoryOf(state, procedureOf(state, work.procedure));
  const model = insightModel(state, work) ?? '';
  return {
    type: 'memory.write',
    key: `${work.key}/insights`,
    crew: memory?.crew ?? '',
    phase: placeOf(state, work),
    role: '',
    author: state.models[model]?.use ?? 'model',
    writes: [...notes.map(note => ({ op: 'note', note }) as const), { op: 'settle', scope, gathered }],
  };
}

function recall(
  state: RunState,
  work: OpenWork,
  of: {
    readonly scope: MemoryScope;
    readonly limit: number;
    readonly queries?: readonly string[];
    readonly nth: number;
  },
): MemoryRecallEffect {
  const { nth, ...stream } = of;
  const memory = crewMemoryOf(state, procedureOf(state, work.procedure));
  const request = {
    ...{ crew: memory?.crew ?? '', phase: work.path, query: '', task: '' },
    ...{ scoring: memory?.declared.scoring ?? 'hybrid', blocks: [], roles: [], stream },
  };
  return { type: 'memory.recall', key: `${work.key}/insights-${nth}`, request };
}

function ask(
  state: RunState,
  work: OpenWork,
  of: {
    readonly prompt: string;
    readonly output: JsonSchema;
    readonly model: string;
    readonly name: string;
    readonly nth: number;
  },
) {
  const { prompt, output, model, name, nth } = of;
  const key = `${work.key}/${name}-${nth}`;
  const context = contextOf(state, work);
  const started = startSingleTurn({ name, speaker: name, model, key, prompt, values: {}, output }, context);
  const calls = started.effects.filter(effect => effect.type === 'model.call');
  return calls.every(call => canAfford(state, call)) ? started : undefined;
}

/** The model of the stream, where one is declared; one that goes by rules has no thoughts. */
function streamModel(state: RunState, work: OpenWork): string | undefined {
  const memory = crewMemoryOf(state, procedureOf(state, work.procedure));
  const named = memory?.declared.stream.model;
  return named === undefined ? undefined : thinkingModel(contextOf(state, work), named);
}

function insightModel(state: RunState, work: OpenWork): string | undefined {
  const context = contextOf(state, work);
  const [role] = rolesThatRemember(context.program, workAt(context.program, work.path));
  const declared = streamModel(state, work);
  if (declared !== undefined || role === undefined) return declared;
  const own = modelOfRole(context, role);
  return context.terms[own]?.rules === undefined ? own : undefined;
}

function thinkingModel(context: WorkContext, named: string): string | undefined {
  const key = modelKey(context, named);
  return context.models[key] === undefined || context.terms[key]?.rules !== undefined ? undefined : key;
}

function ratedNotes(writes: readonly MemoryWriteEffect[]): readonly NewNote[] {
  return writes.flatMap(({ writes: each }) =>
    each.flatMap(write => (write.op === 'note' && write.note.kind === 'observation' ? [write.note] : [])),
  );
}

function rated(writes: readonly MemoryWriteEffect[], answer: JsonValue): readonly MemoryWriteEffect[] {
  const before = ratedNotes(writes);
  const after = withRatings(before, answer);
  return writes.map(effect => ({
    ...effect,
    writes: effect.writes.map(write => {
      const at = write.op === 'note' ? before.indexOf(write.note) : -1;
      const note = after[at];
      return note === undefined ? write : { op: 'note' as const, note };
    }),
  }));
}
