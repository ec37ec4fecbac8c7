import type { Phase } from '../model/crew.ts';
import type { Effect } from '../model/effect.ts';
import type { Program } from '../model/program.ts';
import type { RunEvent } from '../model/run-event.ts';
import type { WaitingQuestion } from '../model/run-record.ts';
import { shortArguments } from '../reporters/short-arguments.ts';
import type { Reason } from '../reporters/why-text.ts';

type Transition = Extract<RunEvent, { type: 'transition.taken' }>;

/**
 * What one fact moved on, with the line of the file that says so: the reasons of fact `seq` among its wishes. What was
 * told with them in the same moment, such as the failure before a way out of errors, is in their details. Pure.
 */
export function reasonsOf(program: Program, seq: number, effects: readonly Effect[]): readonly Reason[] {
  const events = effects.flatMap(effect => (effect.type === 'event.publish' ? [effect.event] : []));
  return events.flatMap((event, place) => {
    if (!REASONS.has(event.type) || isReminderOfNothing(event)) return [];
    const details = detailsOf(program, event, { before: events.slice(0, place), after: events.slice(place) });
    const path = writtenAt(program, event);
    const written = path === undefined ? undefined : program.sourceMap[path];
    return [
      {
        seq,
        event,
        ...(written === undefined ? {} : { written }),
        ...(details.length === 0 ? {} : { details }),
      },
    ];
  });
}

/** Adds to what people answered the call that leave was given or refused for, by the questions of the run. Pure. */
export function withCalls(
  reasons: readonly Reason[],
  asked: ReadonlyMap<string, WaitingQuestion>,
): readonly Reason[] {
  return reasons.map(reason => {
    const { event } = reason;
    const question = event.type === 'person.answered' ? asked.get(event.id)?.question : undefined;
    const details = callDetails(question);
    return details.length === 0 ? reason : { ...reason, details };
  });
}

function callDetails(question: WaitingQuestion['question'] | undefined): readonly string[] {
  if (question === undefined || question.kind === 'question') return [];
  const { tool, args, argsHash } = question;
  return [`${tool} ${shortArguments(args)}`, `sha256 of the arguments: ${argsHash}`];
}

/** Whether a reason is about a phase, or about what is done inside it; `build` is about `build/write` too. Pure. */
export function isAbout({ event }: Reason, phase: string): boolean {
  if (event.type === 'transition.taken') {
    const inside = insideOf(event);
    return [event.from, event.to].some(name => isWithin(`${inside}${name}`, phase));
  }
  return 'phase' in event && isWithin(event.phase, phase);
}

/** Whether a path is that of a phase or of something inside it. Pure. */
export function isWithin(place: string, phase: string): boolean {
  return place === phase || place.startsWith(`${phase}.`) || place.startsWith(`${phase}/`);
}

const REASONS: ReadonlySet<RunEvent['type']> = new Set([
  'run.started',
  'transition.taken',
  'turn.started',
  'work.handed',
  'phase.retried',
  'memory.recalled',
  'memory.failed',
  'lesson.used',
  'trial.judged',
  'answers.judged',
  'person.answered',
  'run.suspended',
  'run.resumed',
  'run.ended',
]);

/** Lessons are told by events of their own. */
function isReminderOfNothing(event: RunEvent): boolean {
  return (
    event.type === 'memory.recalled' && event.notes.length + event.blocks.length + event.remarks.length === 0
  );
}

/** The place of the procedure that a transition is in: `build/`, nothing for the run's own. */
function insideOf({ crew }: Transition): string {
  return crew === undefined ? '' : `${crew}/`;
}

interface Neighbours {
  readonly before: readonly RunEvent[];
  readonly after: readonly RunEvent[];
}

function detailsOf(program: Program, event: RunEvent, { before, after }: Neighbours): readonly string[] {
  if (event.type === 'run.started') {
    const first = after.find(each => each.type === 'phase.started');
    return first === undefined ? [] : [`\`start\` is \`${first.phase}\``];
  }
  if (event.type === 'run.ended' && event.outcome === 'error') {
    const phase = phaseOf(event.phase);
    if (failureOf(before, phase).length > 0) return [`\`${phase}\` has no \`on_error\``];
    return event.failure.code === 'VISIT_LIMIT' ? [`\`${event.phase}\` has no \`on_limit\``] : [];
  }
  if (event.type !== 'transition.taken') return [];
  const { way, limit, from, to } = event;
  if (way === 'on_limit') return limitDetails(program, event, limit ?? from);
  if (way === 'on_error') return failureOf(before, `${insideOf(event)}${from}`);
  if (way !== 'subscribe') return [];
  const place = `${insideOf(event)}${to}`;
  const woken = after.find(each => each.type === 'phase.started' && each.phase === place);
  const news = woken?.type === 'phase.started' ? (woken.causeBy ?? []) : [from];
  return [`new: ${news.map(name => `\`${name}\``).join(', ')}`];
}

function failureOf(before: readonly RunEvent[], place: string): readonly string[] {
  const ended = before.findLast(each => each.type === 'phase.ended' && each.phase === place);
  if (ended?.type !== 'phase.ended' || ended.outcome !== 'failed') return [];
  return [`${ended.failure.code}: ${ended.failure.message}`];
}

/** The phase that an item belongs to; any other path is a phase already. */
function phaseOf(path: string): string {
  return path.split('.', 1)[0] ?? path;
}

function limitDetails(program: Program, event: Transition, name: string): readonly string[] {
  const phase = phaseAt(program, insideOf(event), name);
  if (phase === undefined || phase.kind === 'end' || phase.maxVisits === undefined) return [];
  return [`\`max_visits\` of \`${name}\` is ${phase.maxVisits}`];
}

/** The phase of that name in the crew at a place; undefined where the place is none. */
function phaseAt(program: Program, inside: string, name: string): Phase | undefined {
  let own: Program | undefined = program;
  for (const part of inside.split('/').slice(0, -1)) {
    const [phase = ''] = part.split('.');
    own = own?.crews?.[own.phases[phase]?.kind === 'each' ? `${phase}.do` : part];
  }
  return own?.phases[name];
}

/** The path of what says so; crews inside have files of their own. */
function writtenAt(program: Program, event: RunEvent): string | undefined {
  if (event.type === 'run.started') return 'start';
  if (event.type === 'run.ended') return `phases.${phaseOf(event.phase)}`;
  return event.type === 'transition.taken' && event.crew === undefined ? pathOf(program, event) : undefined;
}

function pathOf(program: Program, event: Transition): string {
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
