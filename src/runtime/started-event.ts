import type { ModelCallEffect, ToolCallEffect } from '../model/effect.ts';
import type { RunEvent } from '../model/run-event.ts';
import type { RunState } from './run-state.ts';

/** What the watchers are told when a call is let out; a call that has to wait has not started. Pure. */
export function startedEvent(state: RunState, effect: ModelCallEffect | ToolCallEffect): RunEvent {
  const { at } = state;
  const { key } = effect;
  if (effect.type === 'model.call') {
    const { phase, role, turn } = effect.origin;
    const model = state.models[effect.model]?.use ?? effect.model;
    return { at, type: 'model.started', key, phase, role, model, turn };
  }
  const phase = key.slice(0, key.indexOf(':'));
  const work = state.open[phase]?.state;
  const role = work?.kind === 'role' ? { role: work.work.role } : {};
  return { at, type: 'tool.started', key, phase, ...role, tool: effect.tool, args: effect.args };
}
