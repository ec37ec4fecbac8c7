import { CrewError } from '../model/crew-error.ts';
import type { Fact, ResolvedModel } from '../model/fact.ts';
import { firstModelKey } from '../model/fallback-key.ts';
import type { JsonObject } from '../model/json.ts';
import type { Program } from '../model/program.ts';
import type { RecordedRun } from '../ports/engine.ts';
import type { Mismatch } from '../reporters/mismatch-text.ts';
import type { StartedFact } from '../runtime/records/compare-runs.ts';
import type { RunState } from '../runtime/run-state.ts';
import { mismatchPlace } from './mismatch-place.ts';
import { startedOf } from './replay-facts.ts';
import { loadRunReader } from './wire.ts';

/** What a fork keeps of the run that it comes from. */
export interface ForkPlan {
  /** The first of them has still the id of the other run. */
  readonly facts: readonly Fact[];
  /** They bring the run to its end. */
  readonly ended: boolean;
  /** Why not all that were asked for could be kept. */
  readonly mismatch?: Mismatch;
}

/**
 * Keeps the first `at` facts of a run as long as they fit the program and the first fact of its fork. It is tried under
 * the id of the other run, so that a prompt which names the run still fits.
 */
export async function planFork(options: {
  readonly run: RecordedRun;
  readonly at: number;
  readonly program: Program;
  readonly started: StartedFact;
}): Promise<ForkPlan> {
  const { run, at, program, started } = options;
  const before = startedOf(run);
  const isSame =
    program === run.program && started.inputs === before.inputs && started.terms === before.terms;
  // What was recorded fits what recorded it, so nothing has to be loaded to find that out; before the last fact no run ends.
  if (isSame && at < run.facts.length) return { facts: [started, ...run.facts.slice(1, at)], ended: false };
  const { compareRuns } = await loadRunReader();
  const recorded = { program: run.program, facts: run.facts.slice(0, at) };
  const comparing = compareRuns({ recorded, edited: { program, started } });
  const facts: Fact[] = [];
  let state: RunState | undefined;
  for (;;) {
    const step = comparing.next();
    if (!step.done) {
      facts.push(step.value.fact);
      state = step.value.after;
      continue;
    }
    if (state === undefined) throw new Error('a fork has at least one fact');
    const ended = state.end !== undefined;
    if (step.value === undefined || facts.length === at) return { facts, ended };
    const written = mismatchPlace(step.value, { old: run.program, edited: program });
    return { facts, ended, mismatch: { ...step.value, ...(written === undefined ? {} : { written }) } };
  }
}

/** The number of facts that `--at` asks for; all without it. Fails with USAGE. */
export function readForkPoint(text: string | undefined, run: RecordedRun): number {
  const count = run.facts.length;
  if (text === undefined) return count;
  const at = /^[1-9]\d*$/.test(text) ? Number(text) : 0;
  if (at >= 1 && at <= count) return at;
  throw new CrewError('USAGE', `\`--at ${text}\`: expected a fact of run \`${run.runId}\`, 1 to ${count}`);
}

/** The inputs of the other run that the program still has, under those that are given now. Pure. */
export function inheritInputs(program: Program, recorded: JsonObject, given: JsonObject): JsonObject {
  const known = Object.entries(recorded).filter(([name]) =>
    program.inputs.some(input => input.name === name),
  );
  return { ...Object.fromEntries(known), ...given };
}

/**
 * The models of a fork: those of the other run, unless the file now says another one for an alias. What was chosen by a
 * flag of the fork wins over both. Pure.
 */
export function inheritModels(options: {
  readonly recorded: { readonly program: Program; readonly models: StartedFact['models'] };
  readonly program: Program;
  readonly chosen: { readonly [alias: string]: ResolvedModel };
  readonly flags: readonly string[];
}): { readonly [alias: string]: ResolvedModel } {
  const { recorded, program, chosen, flags } = options;
  const everywhere = flags.some(flag => !/^[a-z][a-z0-9_]*=/.test(flag));
  const usesOf = ({ models }: Program, alias: string) => {
    const declared = models.find(({ name }) => name === alias);
    return declared === undefined ? '' : [declared.use, ...(declared.fallbacks ?? [])].join(' ');
  };
  const isKept = (alias: string): boolean => {
    const isNew = everywhere || (flags.length > 0 && alias.startsWith('role:'));
    const isKnown = Object.hasOwn(recorded.models, alias);
    return isKnown && !isNew && usesOf(program, alias) === usesOf(recorded.program, alias);
  };
  // The models behind one alias are kept or chosen together.
  const fresh = Object.entries(chosen).filter(([key]) => !isKept(firstModelKey(key)));
  const kept = Object.entries(recorded.models).filter(([key]) => {
    const alias = firstModelKey(key);
    return Object.hasOwn(chosen, alias) && isKept(alias);
  });
  return Object.fromEntries([...kept, ...fresh]);
}
