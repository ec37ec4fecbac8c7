import { pathsRead } from '../../expressions/paths-read.ts';
import type { WorkingPhase } from '../../model/crew.ts';
import type { JsonValue } from '../../model/json.ts';
import type { Program } from '../../model/program.ts';
import { type OpenWork, procedureOf, type RunState } from '../run-state.ts';
import { outerOf, splitPath } from '../scope.ts';

const known = new WeakMap<Program, ReadonlySet<string>>();

/**
 * The phase whose words of strangers a piece of work reads or makes, itself or through the crews around it; undefined when
 * there is none. Pure.
 */
export function untrustedPhase(state: RunState, work: OpenWork): string | undefined {
  const { program, place } = procedureOf(state, work.procedure);
  const { phase } = splitPath(work.path);
  if (untrustedPhases(program).has(phase)) return `${place}${phase}`;
  const outer = outerOf(state, work);
  return outer === undefined ? undefined : untrustedPhase(state, outer);
}

/**
 * The phases of a program that read what comes from strangers, or bring it in: those that the author marks, and all whose
 * texts read an artifact of such a phase, over as many steps as there are. What a person answers is trusted again. Pure.
 */
function untrustedPhases(program: Program): ReadonlySet<string> {
  const before = known.get(program);
  if (before !== undefined) return before;
  const phases = Object.values(program.phases).flatMap(phase => (phase.kind === 'end' ? [] : [phase]));
  const found = new Set(phases.filter(phase => isSource(program, phase)).map(({ name }) => name));
  for (let size = -1; size !== found.size; ) {
    size = found.size;
    for (const phase of phases) {
      if (phase.kind !== 'human' && readsAny(phase, found)) found.add(phase.name);
    }
  }
  known.set(program, found);
  return found;
}

/** A crew inside that brings in words of strangers may pass them on in its result. */
function isSource(program: Program, { name, untrusted, ...work }: WorkingPhase): boolean {
  if (untrusted !== undefined) return true;
  const inside = Object.entries(program.crews ?? {}).filter(
    ([path]) => path === name || path.startsWith(`${name}.`),
  );
  return work.kind !== 'human' && inside.some(([, crew]) => untrustedPhases(crew).size > 0);
}

/** Conditions carry no words on, so ways out of a phase do not count. */
function readsAny({ next: _next, ...work }: WorkingPhase, names: ReadonlySet<string>): boolean {
  return textsIn(work as unknown as JsonValue).some(text =>
    pathsRead(text, 'text').some(path => names.has(String(path[0])) || readsTalk(path, names)),
  );
}

/** `run.talks.NAME` is what was said in a conversation. */
function readsTalk(path: readonly unknown[], names: ReadonlySet<string>): boolean {
  return path[0] === 'run' && path[1] === 'talks' && (path.length < 3 || names.has(String(path[2])));
}

function textsIn(value: JsonValue): readonly string[] {
  if (typeof value === 'string') return value.includes('{') ? [value] : [];
  if (value === null || typeof value !== 'object') return [];
  return Object.values(value).flatMap(textsIn);
}
