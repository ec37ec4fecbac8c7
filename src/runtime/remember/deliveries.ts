import type { JsonValue } from '../../model/json.ts';
import type { PartOutcome } from '../step.ts';
import type { WorkState } from '../work.ts';
import type { AnyWork } from './who-remembers.ts';

/** Something that a role made in a piece of work. `name` says what it is. */
export interface Delivery {
  readonly role: string;
  readonly name: string;
  readonly artifact: JsonValue;
}

/** The most replies or results of one role that are remembered of one piece of work. */
const MAX_OF_ROLE = 10;

/**
 * What the roles of a piece of work delivered: the artifact, what each said in a conversation, and what came back from
 * those who worked for others, the latest of each role. Pure.
 */
export function deliveriesOf(
  work: AnyWork,
  state: WorkState | undefined,
  { artifact, thread }: Extract<PartOutcome, { type: 'completed' }>,
): readonly Delivery[] {
  const { name } = work;
  switch (work.kind) {
    case 'role':
      return [{ role: work.role, name, artifact }];
    case 'manage':
      return [...results(state, name), { role: work.role, name, artifact }];
    case 'talk':
      return [...latest(replies(thread, name)), { role: work.by, name, artifact }];
    default:
      return [];
  }
}

function replies(thread: JsonValue | undefined, name: string): readonly Delivery[] {
  if (!Array.isArray(thread)) return [];
  return thread.flatMap((said: JsonValue) => {
    if (said === null || typeof said !== 'object' || Array.isArray(said)) return [];
    const { speaker, reply = null } = said as { readonly speaker?: JsonValue; readonly reply?: JsonValue };
    return [{ role: String(speaker), name: `said in ${name}`, artifact: reply }];
  });
}

/** A reflection keeps nothing of the conversations of the workers. */
function results(state: WorkState | undefined, name: string): readonly Delivery[] {
  if (state?.kind !== 'manage') return [];
  const told = state.threads.flatMap(({ worker, loop }) => {
    const last = loop?.messages.findLast(({ from }) => from === 'assistant');
    const text = (last?.parts ?? []).flatMap(part => (part.type === 'text' ? [part.text] : [])).join('');
    return text === '' ? [] : [{ role: worker, name: `work for ${name}`, artifact: text }];
  });
  return latest(told);
}

function latest(deliveries: readonly Delivery[]): readonly Delivery[] {
  const counts = new Map<string, number>();
  const kept = deliveries.toReversed().filter(({ role }) => {
    counts.set(role, (counts.get(role) ?? 0) + 1);
    return (counts.get(role) ?? 0) <= MAX_OF_ROLE;
  });
  return kept.toReversed();
}
