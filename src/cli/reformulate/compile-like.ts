import type { Program } from '../../model/program.ts';
import type { CheckedCrew } from '../load-program.ts';
import { loadShippedCrew } from '../load-shipped-crew.ts';
import { type Reformulation, reformulatedCrew } from './reformulated-crew.ts';

/**
 * Compiles a crew as it was run in a recording: where the request was said again there, it is so here, with the same prompt, the
 * same model and as many rounds. An input that the crew does not have any more cannot be said again.
 */
export async function compileLike(checked: CheckedCrew, recorded: Program): Promise<Program> {
  const { crew, compile } = checked;
  const wish = recordedReformulation(recorded);
  if (wish === undefined || crew.inputs.every(({ name }) => name !== wish.input)) return compile(crew);
  const { crew: shipped } = await loadShippedCrew('reformulate');
  return compile(reformulatedCrew(crew, shipped, wish));
}

/** What `reformulatedCrew` was given for a program; undefined where its request stays as it is. Pure. */
function recordedReformulation({ rewrites, crews }: Program): Reformulation | undefined {
  const inner = rewrites === undefined ? undefined : crews?.[rewrites.phase];
  if (rewrites === undefined || inner === undefined) return undefined;
  const chain = Object.values(inner.phases).find(phase => phase.kind === 'chain');
  const template = chain?.steps[0]?.promptTemplate;
  const [model] = inner.models;
  return {
    input: rewrites.input,
    rounds: chain?.maxVisits ?? 1,
    attended: inner.inputs.find(({ name }) => name === 'attended')?.default === true,
    ...(template === undefined ? {} : { template }),
    ...(model === undefined ? {} : { model: model.use }),
  };
}
