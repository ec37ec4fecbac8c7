import { CrewError } from '../../model/crew-error.ts';
import type { Program } from '../../model/program.ts';
import type { Terminal } from '../command.ts';
import { loadProgram } from '../load-program.ts';
import { listPromptPlaces } from '../prompt-place.ts';
import type { Candidate } from './complete-words.ts';

/** What a crew file has names for: places where a model is asked first, who speaks there, and artifacts. */
export type CrewNames = 'phases' | 'roles' | 'artifacts';

/** The names of a crew file that a shell may offer, of roles those at `phase` where one is named; none where the file has errors. */
export async function crewFileCandidates(
  { file, phase, names }: { readonly file: string; readonly phase?: string; readonly names: CrewNames },
  terminal: Terminal,
): Promise<readonly Candidate[]> {
  try {
    const program = await loadProgram(file, { ...terminal, stderr: () => undefined });
    if (names === 'phases')
      return listPromptPlaces(program).map(({ path, work }) => ({ value: path, about: work.kind }));
    return names === 'roles' ? roles(program, phase) : artifacts(program);
  } catch (error) {
    if (error instanceof CrewError) return [];
    throw error;
  }
}

function roles(program: Program, phase: string | undefined): readonly Candidate[] {
  const places = listPromptPlaces(program);
  const named = places.find(({ path }) => path === phase || path === `${phase}.do`);
  const there = named === undefined ? undefined : workers(named.work);
  const shown = program.roles.filter(({ name }) => there === undefined || there.includes(name));
  return shown.map(({ name, goal }) => ({ value: name, about: goal }));
}

function workers(work: ReturnType<typeof listPromptPlaces>[number]['work']): readonly string[] {
  if (work.kind === 'talk') return work.roles;
  return 'role' in work ? [work.role] : [];
}

function artifacts({ phases }: Program): readonly Candidate[] {
  const working = Object.values(phases).filter(({ kind }) => kind !== 'end');
  return working.map(({ name, kind }) => ({ value: `${name}=`, about: kind }));
}
