import type { ActEffect } from '../model/effect.ts';
import type { RunEvent } from '../model/run-event.ts';
import type { OpenWork, RunState } from './run-state.ts';
import { ownerOf, placeOf } from './scope.ts';

/** What nobody needs to hear of. */
export type SilentEffect = Extract<
  ActEffect,
  { type: 'timer.start' | 'path.resolve' | 'memory.recall' | 'memory.write' }
>;

/** Says whether an effect is one that nobody needs to hear of when it begins. Pure. */
export function isSilent(effect: ActEffect): effect is SilentEffect {
  const { type } = effect;
  return (
    type === 'timer.start' || type === 'path.resolve' || type === 'memory.recall' || type === 'memory.write'
  );
}

/** What the watchers are told when a call is let out; a call that has to wait has not started. Pure. */
export function startedEvent(state: RunState, effect: Exclude<ActEffect, SilentEffect>): RunEvent {
  const { at } = state;
  const { key } = effect;
  if (effect.type === 'model.call') {
    const { phase, role, turn } = effect.origin;
    const model = state.models[effect.model]?.use ?? effect.model;
    return { at, type: 'model.started', key, phase, role, model, turn };
  }
  if (effect.type === 'person.ask') {
    const { id, phase, question } = effect;
    return { at, type: 'person.asked', key, id, phase, question };
  }
  const work = state.open[ownerOf(key)];
  if (work === undefined) throw new Error(`tool call ${key} has no work`);
  const phase = placeOf(state, work);
  const role = callerOf(work, key);
  const who = role === undefined ? {} : { role };
  return { at, type: 'tool.started', key, phase, ...who, tool: effect.tool, args: effect.args };
}

/** The role whose turn loop made the call. */
function callerOf({ state }: OpenWork, key: string): string | undefined {
  if (state === undefined || !('loop' in state)) return undefined;
  return key.startsWith(`${state.loop.key}/`) ? state.loop.task.role : undefined;
}
