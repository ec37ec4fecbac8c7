import type { PhaseWork, Reflection } from '../model/crew.ts';
import { CrewError } from '../model/crew-error.ts';
import type { Fact } from '../model/fact.ts';
import type { JsonValue } from '../model/json.ts';
import type { TrialRecord } from './run-state.ts';
import type { Step } from './step.ts';
import type { WorkContext } from './work-context.ts';

/** What is judged, and how far the judging is. */
export interface ReflectionState {
  readonly kind: 'reflection';
  readonly work: PhaseWork & { readonly reflect?: Reflection };
  readonly artifact: JsonValue;
  readonly record: TrialRecord;
}

/** Judges the artifact of one trial. */
export function startReflection(
  options: Omit<ReflectionState, 'kind'>,
  _context: WorkContext,
): Step<ReflectionState> {
  throw new CrewError('PHASE_NOT_RUNNABLE', `this version does not run \`reflect\` of ${options.work.name}`);
}

/** Decides on a fact about one of the judging's effects. Pure. */
export function decideReflection(
  state: ReflectionState,
  _context: WorkContext,
  _fact: Fact,
): Step<ReflectionState> {
  return { state, effects: [] };
}

/** Goes on with judging that was held. Pure. */
export function resumeReflection(state: ReflectionState, _context: WorkContext): Step<ReflectionState> {
  return { state, effects: [] };
}
