import { CrewError } from '../model/crew-error.ts';
import type { OpenedExecutor } from './open-executor.ts';

/**
 * The executor of a run that its journal says is over. Whoever made the journal may have written that, and nobody has looked
 * whether such a run may act: what its facts leave open is not done, but JOURNAL_DAMAGED.
 */
export function refusingExecutor(runId: string): OpenedExecutor {
  const refuse = async (): Promise<never> => {
    throw new CrewError('JOURNAL_DAMAGED', `run \`${runId}\` is marked as over, but its facts have no end`);
  };
  return Object.assign(refuse, { close: async () => undefined });
}
