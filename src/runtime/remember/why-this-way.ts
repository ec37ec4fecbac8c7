import type { RunEvent } from '../../model/run-event.ts';

type Way = Omit<Extract<RunEvent, { type: 'transition.taken' }>, 'at' | 'crew'>;

/**
 * Why a procedure went on as it did, in the words of its author; undefined where it had no other way. No words of models or
 * tools are in it. Pure.
 */
export function whyThisWay({ way, to, limit, guards = [] }: Way): string | undefined {
  switch (way) {
    case 'on_limit':
      return `went on to \`${to}\`, because \`${limit ?? to}\` had no visits left`;
    case 'on_error':
      return `failed, and the run went on to \`${to}\``;
    case 'subscribe':
      return undefined;
    case 'next': {
      const last = guards.at(-1);
      if (last === undefined) return undefined;
      return last.held
        ? `went on to \`${to}\`, because \`${last.when}\` held`
        : `went on to \`${to}\`, because no condition before it held`;
    }
  }
}
