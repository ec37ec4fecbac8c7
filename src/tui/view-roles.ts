import type { RunEvent } from '../model/run-event.ts';
import { formatDuration, formatQuantity } from '../reporters/amounts.ts';
import { shortArguments } from '../reporters/short-arguments.ts';
import { cutText, oneLine } from './cell-text.ts';
import type { RoleView, View } from './view.ts';
import { isInside } from './view-phases.ts';

const MOST_COLUMNS = 160;

/** The roles after an event: what each does, and what it has cost. Pure. */
export function rolesOf(view: View, event: RunEvent): View['roles'] {
  switch (event.type) {
    case 'run.started':
      return withModels(view);
    case 'model.started': {
      const model = view.models.get(event.model) ?? oneLine(event.model);
      return change(view, event.role, () => ({
        model,
        state: 'thinking',
        action: `turn ${event.turn} of ${event.phase}`,
      }));
    }
    case 'model.ended':
      return event.outcome === 'failed'
        ? change(view, event.role, role => ({
            state: 'idle',
            calls: role.calls + 1,
            action: event.retry === undefined ? event.failure.code : `tries again: ${event.failure.code}`,
          }))
        : answered(view, event);
    case 'tool.started':
      return event.role === undefined
        ? view.roles
        : change(view, event.role, () => ({
            state: 'calling',
            action: cutText(`${oneLine(event.tool)} ${shortArguments(event.args)}`, MOST_COLUMNS),
          }));
    case 'tool.ended': {
      const role = view.openCalls.get(event.key)?.role;
      if (role === undefined) return view.roles;
      const how = event.outcome === 'failed' ? event.failure.code : formatDuration(event.ms);
      return change(view, role, () => ({ state: 'idle', action: `${oneLine(event.tool)} · ${how}` }));
    }
    case 'message.sent':
      return change(view, event.from, () => ({ action: `told ${event.to.join(', ') || 'all'}` }), true);
    case 'work.handed':
      return change(
        view,
        event.from,
        () => ({ action: `${event.how === 'hand-off' ? 'handed over to' : `${event.how} →`} ${event.to}` }),
        true,
      );
    case 'person.asked': {
      const role = event.question.kind === 'approval' ? event.question.role : undefined;
      return role === undefined
        ? view.roles
        : change(view, role, () => ({ state: 'waiting', action: 'waits for leave' }));
    }
    case 'phase.ended':
      return leave(view, event.phase);
    case 'run.suspended':
    case 'run.ended':
      return new Map([...view.roles].map(([name, role]) => [name, { ...role, state: 'idle' }]));
    default:
      return view.roles;
  }
}

function answered(view: View, event: Extract<RunEvent, { outcome: 'answered' }>): View['roles'] {
  const { usage, costMicroUsd, toolCalls, ms } = event;
  return change(view, event.role, role => ({
    state: 'idle',
    calls: role.calls + 1,
    tokens: role.tokens + usage.inputTokens + usage.outputTokens,
    costMicroUsd:
      role.costMicroUsd === null || costMicroUsd === null ? null : role.costMicroUsd + costMicroUsd,
    action:
      toolCalls > 0 ? `wants ${formatQuantity(toolCalls, 'tool call')}` : `answered in ${formatDuration(ms)}`,
  }));
}

/** What stands behind the aliases is known when the run starts. */
function withModels(view: View): View['roles'] {
  return new Map(
    [...view.roles].map(([name, role]) => [
      name,
      { ...role, model: view.models.get(role.model) ?? role.model },
    ]),
  );
}

function change(
  view: View,
  name: string,
  news: (role: RoleView) => Partial<RoleView>,
  onlyKnown = false,
): View['roles'] {
  const known = view.roles.get(name);
  if (known === undefined && onlyKnown) return view.roles;
  const role = known ?? {
    name,
    model: '',
    state: 'idle',
    calls: 0,
    tokens: 0,
    costMicroUsd: 0,
    action: '',
  };
  return new Map(view.roles).set(name, { ...role, ...news(role) });
}

/** Calls of a phase that is over have no end of their own. */
function leave(view: View, phase: string): View['roles'] {
  const roles = new Map(view.roles);
  for (const call of view.openCalls.values()) {
    const role = call.role === undefined ? undefined : roles.get(call.role);
    if (role !== undefined && isInside(call.phase, phase)) roles.set(role.name, { ...role, state: 'idle' });
  }
  return roles;
}
