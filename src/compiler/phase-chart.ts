import type { Chart, ChartEdge, ChartNode, ChartPart } from '../model/chart.ts';
import type { BranchWork, Phase, PhaseWork, TalkWork, WorkingPhase } from '../model/crew.ts';
import { innerTalk } from '../model/inner-talk.ts';
import type { Program } from '../model/program.ts';

/** The phases of a program and the ways between them as they are drawn, in the order of the file. Pure. */
export function chartOf(program: Program): Chart {
  const phases = Object.values(program.phases);
  return {
    name: program.crew,
    start: String(program.machine.initial).split('$', 1)[0] ?? '',
    nodes: phases.map(nodeOf),
    edges: phases.flatMap(phase => edgesOf(phase, phases)),
  };
}

type Inside = Pick<ChartNode, 'detail' | 'parts' | 'partWays' | 'order'>;
type Rows = {
  readonly [Kind in PhaseWork['kind']]: (work: Extract<PhaseWork, { kind: Kind }>) => Inside;
};

/** How each kind of work is drawn. */
const INSIDES = {
  role: work => plain(work.role),
  tool: work => plain(work.tool),
  parallel: work => ({ ...plain('at once'), parts: work.branches.map(branchPart), order: 'at-once' }),
  each: work => ({ ...plain(`for each ${work.as}, at most ${work.max}`), parts: [branchPart(work.work)] }),
  talk: talkInside,
  manage: work => ({
    ...plain(`${work.role} delegates`),
    parts: [work.role, ...work.workers].map(role => ({ id: role, detail: '' })),
    partWays: work.workers.flatMap(worker => [
      { from: work.role, to: worker },
      { from: worker, to: work.role },
    ]),
    order: 'free',
  }),
  ask: work => ({
    ...plain('the same question'),
    parts: work.models.map(model => ({ id: model, detail: '' })),
    order: 'at-once',
  }),
  chain: work => ({
    ...plain('one after another'),
    parts: work.steps.map(step => ({ id: step.name, detail: step.model })),
    order: 'one-by-one',
  }),
  human: work =>
    plain(work.choices.length === 0 ? 'a person answers' : `a person: ${work.choices.join(' or ')}`),
  crew: work => plain(work.file),
} as const satisfies Rows;

function nodeOf(phase: Phase): ChartNode {
  const { name: id, kind } = phase;
  if (phase.kind === 'end') return { id, kind, ...plain(phase.outcome), outcome: phase.outcome };
  const inside = insideOf(phase);
  const trials = phase.reflect === undefined ? '' : `, up to ${phase.reflect.trials} trials`;
  return { id, kind, ...inside, detail: inside.detail + trials };
}

function insideOf(work: PhaseWork): Inside {
  const row = INSIDES[work.kind] as (work: PhaseWork) => Inside;
  return row(work);
}

function talkInside(work: TalkWork): Inside {
  return {
    detail: `talk, at most ${work.maxTurns} replies`,
    parts: [...new Set(work.roles)].map(role => speakerPart(work, role)),
    partWays: Object.entries(work.transitions).flatMap(([from, targets]) =>
      targets.map(to => ({ from, to })),
    ),
    order: 'free',
  };
}

function speakerPart(work: TalkWork, role: string): ChartPart {
  const inner = innerTalk(work, role);
  if (inner === undefined) return { id: role, detail: '' };
  const { detail, ...inside } = talkInside(inner);
  return { id: role, detail, inside };
}

function plain(detail: string): Inside {
  return { detail, parts: [], partWays: [], order: 'one-by-one' };
}

function branchPart(branch: BranchWork): ChartPart {
  return { id: branch.name, detail: insideOf(branch).detail };
}

function edgesOf(phase: Phase, phases: readonly Phase[]): readonly ChartEdge[] {
  const heard = subscriptionEdges(phase, phases);
  if (phase.kind === 'end') return heard;
  const next = phase.next.map(({ to, when }): ChartEdge => edge(phase, to, 'next', when ?? otherwise(phase)));
  const error = phase.onError === undefined ? [] : [edge(phase, phase.onError, 'on_error', 'on error')];
  const visits = phase.maxVisits === 1 ? 'after 1 visit' : `after ${phase.maxVisits} visits`;
  const limit = phase.onLimit === undefined ? [] : [edge(phase, phase.onLimit, 'on_limit', visits)];
  return [...next, ...error, ...limit, ...heard];
}

function otherwise(phase: WorkingPhase): string {
  return phase.next.length > 1 ? 'else' : '';
}

function edge(phase: Phase, to: string, via: ChartEdge['via'], label: string): ChartEdge {
  return { from: phase.name, to, via, label };
}

/** A subscriber hears of artifacts from the phases that make them. */
function subscriptionEdges(phase: Phase, phases: readonly Phase[]): readonly ChartEdge[] {
  const makers = (phase.subscribe ?? []).filter(name => phases.some(each => each.name === name));
  return makers.map(from => ({ from, to: phase.name, via: 'subscribe', label: `${from} is published` }));
}
