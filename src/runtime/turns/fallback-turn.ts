import { type CodedFailure, ERROR_CODES } from '../../model/crew-error.ts';
import { firstModelKey, nextModelKey } from '../../model/fallback-key.ts';
import { MAX_TRIES } from '../../model/limits.ts';
import type { WorkContext } from '../work-context.ts';
import { askModelAgain } from './model-turn.ts';
import type { TurnLoop, TurnStep } from './turn-loop-state.ts';

/** What a failed call ends with when only its provider is to blame, so that another one may answer. */
const PROVIDER_FAILED = 3;

/**
 * Sends the call of the current turn to the next model of its alias, after the last one to the first, with tries of its
 * own; the model stays for the later turns of the loop. Undefined when the failure is not one of the provider, or all
 * models have failed since the loop began or was resumed. Pure.
 */
export function askFallback(
  loop: TurnLoop,
  context: WorkContext,
  failure: CodedFailure,
): TurnStep | undefined {
  if (ERROR_CODES[failure.code].exitCode !== PROVIDER_FAILED) return undefined;
  const next = nextModelKey(loop.model);
  const model = next !== undefined && context.models[next] !== undefined ? next : firstModelKey(loop.model);
  if (model === loop.askedFirst) return undefined;
  return askModelAgain({ ...loop, model, triesLeft: MAX_TRIES, failures: 0 }, context);
}
