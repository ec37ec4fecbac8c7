import { suggest } from '../language/closest.ts';
import type { BranchWork, Phase, TalkWork } from '../model/crew.ts';
import { CrewError } from '../model/crew-error.ts';
import type { Program } from '../model/program.ts';

/** A place where a model is asked first: its path, as `inspect.security` or `split.do`, its phase and its work. */
export interface PromptPlace {
  readonly path: string;
  readonly phase: Exclude<Phase, { kind: 'end' }>;
  readonly work: Exclude<Phase, { kind: 'end' }> | BranchWork | TalkWork;
}

/** The kinds of work that begin with a model. */
const ASKS: ReadonlySet<string> = new Set(['role', 'talk', 'manage', 'ask', 'chain']);

/** Every place of a crew whose work begins with a model, in the order of the file. Pure. */
export function listPromptPlaces(program: Program): readonly PromptPlace[] {
  return Object.values(program.phases)
    .flatMap(phase => (phase.kind === 'end' ? [] : placesIn(phase)))
    .filter(({ work }) => ASKS.has(work.kind));
}

function placesIn(phase: PromptPlace['phase']): readonly PromptPlace[] {
  const own = { path: phase.name, phase, work: phase };
  if (phase.kind === 'each') return [{ path: `${phase.name}.do`, phase, work: phase.work }];
  if (phase.kind === 'parallel')
    return phase.branches.map(work => ({ path: `${phase.name}.${work.name}`, phase, work }));
  if (phase.kind !== 'talk') return [own];
  const inner = Object.entries(phase.inner ?? {});
  return [own, ...inner.map(([name, work]) => ({ path: `${phase.name}.${name}`, phase, work }))];
}

/** The place that `--phase` means; without it the only one that there is. Fails with USAGE and the places that there are. Pure. */
export function findPromptPlace(program: Program, wanted: string | undefined): PromptPlace {
  const places = listPromptPlaces(program);
  const fitting = places.filter(({ path }) => path === wanted || path === `${wanted}.do`);
  const [found] = wanted === undefined ? places : fitting;
  if (found !== undefined && (wanted !== undefined || places.length === 1)) return found;
  const paths = places.map(({ path }) => path);
  const all =
    paths.length === 0 ? 'no phase of this crew asks a model' : `there is ${paths.map(code).join(', ')}`;
  if (wanted === undefined) throw new CrewError('USAGE', `expected \`--phase PHASE\`; ${all}`);
  const phase = Object.hasOwn(program.phases, wanted) ? program.phases[wanted] : undefined;
  if (phase?.kind === 'crew') {
    throw new CrewError('USAGE', `phase \`${wanted}\` runs a crew of its own; render \`${phase.file}\``);
  }
  if (phase !== undefined) {
    const parts = paths.filter(path => path.startsWith(`${wanted}.`));
    const instead = parts.length === 0 ? all : `name one of its parts: ${parts.map(code).join(', ')}`;
    throw new CrewError('USAGE', `phase \`${wanted}\` does not itself ask a model; ${instead}`);
  }
  throw new CrewError('USAGE', `the crew has no phase \`${wanted}\`; ${suggest(wanted, paths) ?? all}`);
}

function code(path: string): string {
  return `\`${path}\``;
}
