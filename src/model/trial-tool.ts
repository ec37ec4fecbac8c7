import { checksOf } from './checks.ts';
import type { Crew, Sop, ToolsetDeclaration } from './crew.ts';

/** The built-in toolset whose tool runs the commands of evaluators, and its alias in crews that do not declare it. */
export const TRIAL_TOOLSET = 'trial';
/** What a `command` of an evaluator is a call of. */
export const COMMAND_TOOL = `${TRIAL_TOOLSET}.run`;
/** How long such a command may take when nothing is said. */
export const DEFAULT_COMMAND_MS = 60_000;

/** Whether an evaluator of a procedure is a command. Pure. */
export function runsCommands({ phases }: Pick<Sop, 'phases'>): boolean {
  return phases.some(
    phase =>
      phase.kind !== 'end' &&
      phase.reflect !== undefined &&
      checksOf(phase.reflect.evaluator).some(check => check.kind === 'tool' && check.tool === COMMAND_TOOL),
  );
}

/** The same crew with the toolset that its commands need, unless it has one of that name. Pure. */
export function withTrialToolset(crew: Crew): Crew {
  if (!runsCommands(crew.sop) || crew.toolsets.some(({ name }) => name === TRIAL_TOOLSET)) return crew;
  const toolset: ToolsetDeclaration = {
    name: TRIAL_TOOLSET,
    source: { kind: 'builtin', name: TRIAL_TOOLSET },
  };
  return { ...crew, toolsets: [...crew.toolsets, toolset] };
}
