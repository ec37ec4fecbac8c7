import type { Phase, PhaseWork, WorkingPhase } from '../../../src/model/crew.ts';
import type { Program } from '../../../src/model/program.ts';
import type { RunEvent } from '../../../src/model/run-event.ts';
import { isLastTrial } from '../../../src/model/trial-curve.ts';
import { law } from './law.ts';
import { createTurnLaws } from './laws-of-turns.ts';

type EventOf<Type extends RunEvent['type']> = Extract<RunEvent, { type: Type }>;

/** Where one procedure stands, told from events alone. */
interface Whereabouts {
  readonly program: Program;
  readonly visits: Map<string, number>;
  /** When each phase was last entered and each artifact published, in one order. */
  readonly entered: Map<string, number>;
  readonly published: Map<string, number>;
  moment: number;
  /** The phase that was ended last, and how. */
  left?: { readonly phase: string; readonly outcome: 'completed' | 'failed' };
  /** The phase that the last transition leads to, until it is entered. */
  due?: string;
  started: boolean;
}

/** Holds the events of a run against its program: who may be entered after whom, how often, and who may speak. */
export function createPlaceLaws(root: Program): {
  readonly see: (event: RunEvent) => void;
  readonly close: () => void;
} {
  const procedures = new Map<string, Whereabouts>();
  const open = new Set<string>();
  const turns = createTurnLaws();
  const at = (prefix: string): Whereabouts => {
    const known = procedures.get(prefix);
    if (known !== undefined) return known;
    const program = programOf(root, prefix);
    const fresh = {
      program,
      visits: new Map(),
      entered: new Map(),
      published: new Map(),
      moment: 0,
      started: false,
    };
    procedures.set(prefix, fresh);
    return fresh;
  };
  /** What is inside a place begins anew. */
  const forget = (place: string): void => {
    for (const prefix of procedures.keys()) {
      if (prefix.startsWith(`${place}/`) || prefix.startsWith(`${place}.`)) procedures.delete(prefix);
    }
    turns.forget(place);
  };
  const begin = (event: EventOf<'phase.started'>): void => {
    const place = event.phase;
    law(!open.has(place), `${place} was started twice`);
    open.add(place);
    forget(place);
    const [prefix, path] = split(place);
    const where = at(prefix);
    const phase = phaseAt(where.program, path);
    law(phase.kind === event.kind, `${place} is a ${phase.kind}, not a ${event.kind}`);
    const visit = (where.visits.get(path) ?? 0) + 1;
    law(event.visit === visit, `${place} was entered ${visit} times and says ${event.visit}`);
    where.visits.set(path, visit);
    if (path.includes('.')) return expectPlaces(place, where.program, open);
    if ('maxVisits' in phase) law(visit <= (phase.maxVisits ?? visit), `${place} was entered ${visit} times`);
    const expected = where.started ? where.due : startOf(where.program);
    law(path === expected, `${place} was entered without a transition to it; due is ${expected}`);
    where.started = true;
    where.entered.set(path, where.moment);
    delete where.due;
    delete where.left;
  };
  const end = (event: EventOf<'phase.ended'>): void => {
    const place = event.phase;
    law(open.delete(place), `${place} ended and was not open`);
    for (const other of open) law(!isInside(other, place), `${other} outlived ${place}`);
    const [prefix, path] = split(place);
    const where = at(prefix);
    expectInnerEnd(event, procedures.get(`${place}/`), phaseAt(where.program, path));
    if (path.includes('.') || event.outcome === 'cancelled') return;
    where.left = { phase: path, outcome: event.outcome };
    if (event.outcome !== 'completed') return;
    where.moment += 1;
    where.published.set(path, where.moment);
  };
  const go = (event: EventOf<'transition.taken'>): void => {
    const where = at(event.crew === undefined ? '' : `${event.crew}/`);
    const { left } = where;
    law(
      left?.phase === event.from && left.outcome === event.event,
      `a transition from ${event.from}, which is not where the procedure is`,
    );
    law(where.due === undefined, `two transitions after ${event.from}`);
    expectWay(event, where);
    where.due = event.to;
  };
  return {
    see: event => {
      if (event.type === 'phase.started') begin(event);
      if (event.type === 'phase.ended') end(event);
      if (event.type === 'transition.taken') go(event);
      if (event.type === 'phase.retried' || (event.type === 'trial.judged' && !isLastTrial(event)))
        forget(event.phase);
      // What is remembered of the run as a whole belongs to no phase.
      const ofRun =
        event.type.startsWith('run.') ||
        (event.type.startsWith('memory.') && 'phase' in event && event.phase === '');
      if ('phase' in event && event.type !== 'phase.started' && !ofRun) {
        const [prefix, path] = split(event.phase);
        turns.see(event, phaseAt(at(prefix).program, path));
      }
      if (event.type === 'run.ended') expectEnd(event, at(''));
    },
    close: () => law(open.size === 0, `the run has ended and ${[...open].join(', ')} has not`),
  };
}

/** A part is at work only while its phase is, and no more of them at once than `concurrency` says. */
function expectPlaces(place: string, program: Program, open: ReadonlySet<string>): void {
  const outer = place.slice(0, place.lastIndexOf('.'));
  law(open.has(outer), `${place} has no open phase`);
  const phase = phaseAt(program, split(outer)[1]);
  const places = 'concurrency' in phase ? phase.concurrency : undefined;
  const parts = [...open].filter(
    other => other.startsWith(`${outer}.`) && !other.slice(outer.length).includes('/'),
  );
  law(
    places === undefined || parts.length <= places,
    `${parts.length} parts of ${outer} at once, concurrency is ${places}`,
  );
}

function isInside(place: string, outer: string): boolean {
  return place.startsWith(`${outer}/`) || place.startsWith(`${outer}.`);
}

/** The procedure's prefix, `build/`, and the path inside it. */
function split(place: string): readonly [string, string] {
  const slash = place.lastIndexOf('/') + 1;
  return [place.slice(0, slash), place.slice(slash)];
}

function programOf(root: Program, prefix: string): Program {
  return prefix.split('/').reduce((program, part) => {
    if (part === '') return program;
    const [phase = ''] = part.split('.');
    const inner = program.crews?.[program.phases[phase]?.kind === 'each' ? `${phase}.do` : part];
    law(inner !== undefined, `there is no crew at ${prefix}`);
    return inner;
  }, root);
}

function phaseAt({ phases }: Program, path: string): PhaseWork | WorkingPhase {
  const [name = '', part] = path.split('.');
  const phase = phases[name];
  law(phase !== undefined && phase.kind !== 'end', `there is no phase ${path}`);
  if (part === undefined) return phase;
  const inside =
    phase.kind === 'parallel'
      ? phase.branches.find(branch => branch.name === part)
      : phase.kind === 'each'
        ? phase.work
        : phase.kind === 'talk'
          ? phase.inner?.[part]
          : undefined;
  law(inside !== undefined, `there is no part ${path}`);
  return inside;
}

function startOf({ machine }: Program): string {
  return String(machine.initial).split('$', 1)[0] ?? '';
}

function expectInnerEnd(
  event: EventOf<'phase.ended'>,
  inner: Whereabouts | undefined,
  work: PhaseWork,
): void {
  if (work.kind !== 'crew' || event.outcome !== 'completed') return;
  const end = inner?.due === undefined ? undefined : inner.program.phases[inner.due];
  law(
    end?.kind === 'end' && end.outcome === 'success',
    `${event.phase} completed, and its procedure is not at a success`,
  );
}

function expectEnd(event: EventOf<'run.ended'>, where: Whereabouts): void {
  if (event.outcome === 'error') return;
  const end = where.program.phases[event.phase];
  law(where.due === event.phase, `the run ended at ${event.phase} and no transition leads there`);
  law(end?.kind === 'end' && end.outcome === event.outcome, `${event.phase} is no end in ${event.outcome}`);
}

/** A transition is one that the file declares, for the reason that it gives. */
function expectWay(event: EventOf<'transition.taken'>, where: Whereabouts): void {
  const { from, to, way } = event;
  const { phases } = where.program;
  const phase = phases[from];
  law(
    phase !== undefined && phase.kind !== 'end' && phases[to] !== undefined,
    `${from} → ${to} is between no phases`,
  );
  const woken = event.event === 'completed' ? firstWoken(where, from) : undefined;
  if (way === 'subscribe') return law(woken === to, `${to} was woken, and ${woken} is due`);
  law(woken === undefined, `${woken} should have been woken after ${from}`);
  const target = event.event === 'failed' ? phase.onError : nextOf(phase, event);
  law(target !== undefined, `${from} has no way for that`);
  if (way !== 'on_limit')
    return law(to === target && isOpenTo(where, target), `${from} → ${to}, and ${target} is declared`);
  law(event.limit !== undefined && !isOpenTo(where, target), `${target} has visits left`);
  let reached: string | undefined = target;
  while (reached !== undefined && !isOpenTo(where, reached)) reached = limitOf(phases[reached]);
  law(reached === to, `${from} → ${to} at a limit, and ${reached} is declared`);
}

/** The conditions that were asked are the declared ones, in order, and the first that held was taken. */
function nextOf(
  { next }: WorkingPhase,
  { guards = [], from }: EventOf<'transition.taken'>,
): string | undefined {
  const asked = next.filter(({ when }) => when !== undefined);
  for (const [index, guard] of guards.entries()) {
    law(asked[index]?.when === guard.when, `${from} asked ${guard.when} out of turn`);
    if (guard.held) {
      law(index === guards.length - 1, `${from} asked on after ${guard.when} held`);
      return asked[index]?.to;
    }
  }
  law(guards.length === asked.length || next[guards.length]?.when === undefined, `${from} did not ask all`);
  return next.find(({ when }) => when === undefined)?.to;
}

function isOpenTo({ program, visits }: Whereabouts, name: string): boolean {
  const phase = program.phases[name];
  return phase?.kind === 'end' || phase?.maxVisits === undefined || (visits.get(name) ?? 0) < phase.maxVisits;
}

function limitOf(phase: Phase | undefined): string | undefined {
  return phase?.kind === 'end' ? undefined : phase?.onLimit;
}

/** The first subscriber with visits left, all of whose artifacts are there, and one newer than its last visit. */
function firstWoken(where: Whereabouts, from: string): string | undefined {
  const { program, published, entered } = where;
  const found = Object.values(program.phases).find(({ name, subscribe = [] }) => {
    if (name === from || subscribe.length === 0 || !isOpenTo(where, name)) return false;
    const isFresh = subscribe.some(artifact => (published.get(artifact) ?? 0) > (entered.get(name) ?? 0));
    return isFresh && subscribe.every(artifact => published.has(artifact));
  });
  return found?.name;
}
