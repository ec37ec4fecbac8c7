import type { TalkWork } from './crew.ts';

/** The conversation that stands for a participant of another one; undefined for a role. Pure. */
export function innerTalk({ inner }: Pick<TalkWork, 'inner'>, participant: string): TalkWork | undefined {
  return inner !== undefined && Object.hasOwn(inner, participant) ? inner[participant] : undefined;
}
