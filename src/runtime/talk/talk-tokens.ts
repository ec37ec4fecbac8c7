import type { Fact } from '../../model/fact.ts';
import type { TurnLoop } from '../turns/turn-loop-state.ts';
import { messageBytes } from './talk-thread.ts';

/**
 * The tokens, in and out, that a fact says were used. Where the provider did not tell, it is one for each byte that was
 * sent and answered, which is never too few. Pure.
 */
export function tokensOf(fact: Fact, { messages }: TurnLoop): number {
  if (fact.type !== 'model.answered' && fact.type !== 'model.failed') return 0;
  const { usage } = fact;
  if (usage !== undefined) return usage.inputTokens + usage.outputTokens;
  return fact.type === 'model.failed' ? 0 : messageBytes([...messages, fact.message]);
}
