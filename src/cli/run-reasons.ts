import type { SourceRange } from '../model/diagnostic.ts';
import type { Effect } from '../model/effect.ts';
import type { Program } from '../model/program.ts';
import type { RunEvent } from '../model/run-event.ts';
import type { Reason } from '../reporters/why-text.ts';

/** What one fact moved on, with the line of the file that says so: the reasons of fact `seq` among its wishes. Pure. */
export function reasonsOf(program: Program, seq: number, effects: readonly Effect[]): readonly Reason[] {
  return effects.flatMap(effect => {
    if (effect.type !== 'event.publish' || !REASONS.has(effect.event.type)) return [];
    return [{ seq, event: effect.event, ...writtenAt(program, effect.event) }];
  });
}

/** Whether a reason is about a phase, or about what is done inside it; `build` is about `build/write` too. Pure. */
export function isAbout({ event }: Reason, phase: string): boolean {
  if (event.type === 'transition.taken') {
    const inside = event.crew === undefined ? '' : `${event.crew}/`;
    return [event.from, event.to].some(name => isWithin(`${inside}${name}`, phase));
  }
  return 'phase' in event && isWithin(event.phase, phase);
}

/** Whether a path is that of a phase or of something inside it. Pure. */
export function isWithin(place: string, phase: string): boolean {
  return place === phase || place.startsWith(`${phase}.`) || place.startsWith(`${phase}/`);
}

const REASONS: ReadonlySet<RunEvent['type']> = new Set([
  'transition.taken',
  'turn.started',
  'work.handed',
  'phase.retried',
  'trial.judged',
  'person.answered',
  'run.suspended',
  'run.resumed',
  'run.ended',
]);

/** Where the way that was taken is written; crews inside have files of their own. */
function writtenAt(program: Program, event: RunEvent): { readonly written?: SourceRange } {
  if (event.type !== 'transition.taken' || event.crew !== undefined) return {};
  const written = program.sourceMap[pathOf(program, event)];
  return written === undefined ? {} : { written };
}

function pathOf(program: Program, event: Extract<RunEvent, { type: 'transition.taken' }>): string {
  const { from, to, way, limit } = event;
  if (way === 'on_limit') return `phases.${limit}.on_limit`;
  if (way === 'on_error') return `phases.${from}.on_error`;
  if (way === 'subscribe') return `phases.${to}.subscribe`;
  const phase = program.phases[from];
  const held = event.guards?.find(guard => guard.held)?.when;
  const index =
    phase === undefined || phase.kind === 'end' ? -1 : phase.next.findIndex(next => next.when === held);
  const nth = `phases.${from}.next.${index}.to`;
  return program.sourceMap[nth] === undefined ? `phases.${from}.next` : nth;
}
