import type { Phase } from '../model/crew.ts';
import type { Program } from '../model/program.ts';

// A phase with limited visits is entered through a state of its own, whose name goes on with a `$`.

/**
 * Whether a phase has always delivered when the procedure comes to `end`: without what follows upon its work, there is no
 * way there. Pure.
 */
export function isCertainAt(
  program: Program,
  { phase, end }: { readonly phase: string; readonly end: string },
): boolean {
  const [start = ''] = String(program.machine.initial).split('$', 1);
  if (!Object.hasOwn(program.phases, start)) return false;
  const subscribers = Object.values(program.phases).filter(each => each.subscribe !== undefined);
  const reached = new Set([start]);
  for (const name of reached) {
    const from = Object.hasOwn(program.phases, name) ? program.phases[name] : undefined;
    if (from === undefined || from.kind === 'end') continue;
    for (const to of waysOut(from, { subscribers, completes: name !== phase })) reached.add(to);
  }
  return !reached.has(end);
}

/** Where a phase may lead, by its work when it `completes`, and by failures and limits always. */
function waysOut(
  { next, onError, onLimit }: Exclude<Phase, { readonly kind: 'end' }>,
  { subscribers, completes }: { readonly subscribers: readonly Phase[]; readonly completes: boolean },
): readonly string[] {
  const done = completes ? [...next.map(({ to }) => to), ...subscribers.map(({ name }) => name)] : [];
  return [...done, ...[onError, onLimit].filter(to => to !== undefined)];
}
