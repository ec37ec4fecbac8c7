import { checkTemplate, type TemplateCheck } from '../expressions/template-check.ts';
import { placedChecks } from '../model/checks.ts';
import type { Phase, PhaseWork, WorkingPhase } from '../model/crew.ts';
import type { RuleContext } from './rule.ts';
import type { NodePath, ScalarNode, SourceNode } from './source-node.ts';
import { isInnerTalk, listWorks, type PlacedWork } from './works.ts';

/** One template as it stands in a file, with what its check found. */
export interface TemplateSite {
  readonly node: ScalarNode;
  readonly source: string;
  readonly phase: Phase;
  /** Where it stands, from the root: `phases.write.task`. */
  readonly path: NodePath;
  readonly mode: 'text' | 'condition';
  /** Guards and evaluators are read after the phase's work, when its own artifact is there. */
  readonly after: boolean;
  /** The names that only this place has, such as the item of an `each`. */
  readonly locals: readonly string[];
  /** The place whose names these are, as a dotted path below `phases`: the phase, or a conversation inside it. */
  readonly localPlace: string;
  readonly branch?: string;
  readonly check: TemplateCheck;
}

/** A place that holds templates: one, or a value with some inside. */
interface Place {
  readonly path: NodePath;
  readonly mode?: 'condition';
  readonly after?: true;
  readonly locals?: readonly string[];
  readonly localPlace?: string;
}

/** What follows a reply may read. */
const REPLY_NAMES = ['reply', 'speaker', 'turn', 'thread'];

/** Lists every template of the procedure: tasks, prompts, arguments, results and conditions, each checked once. */
export function listTemplateSites(
  context: Pick<RuleContext, 'crew' | 'places' | 'prompts'>,
): readonly TemplateSite[] {
  const sites = listSites(context);
  const untold = new Map(
    (context.prompts ?? []).flatMap(one => one.placed.map(placed => [placed.node, placed.untold] as const)),
  );
  return sites.map(site => {
    const names = untold.get(site.node) ?? [];
    return names.length === 0 ? site : { ...site, locals: [...site.locals, ...names] };
  });
}

function listSites({ crew, places }: Pick<RuleContext, 'crew' | 'places'>): readonly TemplateSite[] {
  const works = listWorks(crew);
  return crew.sop.phases.flatMap((phase): TemplateSite[] => {
    const path: NodePath = ['phases', phase.name];
    if (phase.kind === 'end') return sitesAt({ path: [...path, 'result'] }, phase, undefined, places);
    const inWork = works
      .filter(work => work.phase === phase)
      .flatMap(work => {
        const branch = work.path[2] === 'parallel' ? work.work.name : undefined;
        return placesOf(work).flatMap(place => sitesAt(place, phase, branch, places));
      });
    const around = [...reflectPlaces(phase, path), ...guardPlaces(phase, path)];
    return [...inWork, ...around.flatMap(place => sitesAt(place, phase, undefined, places))];
  });
}

/** The templates of one piece of work; those of an item's work know the item. */
function placesOf(placed: PlacedWork): readonly Place[] {
  const { work, phase, path } = placed;
  if (isInnerTalk(placed)) return innerPlaces(work, path);
  const item = phase.kind === 'each' && path.length > 2 ? [phase.as, 'index'] : [];
  return ownPlaces(work).map(place => ({
    ...place,
    path: [...path, ...place.path],
    locals: [...item, ...(place.locals ?? [])],
  }));
}

/** A conversation inside another one has names of its own; its task is read where a reply of the outer one is due. */
function innerPlaces(work: PhaseWork, path: NodePath): readonly Place[] {
  const here = path.slice(1).join('.');
  return ownPlaces(work).map(place => {
    const isTask = place.path[0] === 'task';
    return {
      ...place,
      path: [...path, ...place.path],
      locals: isTask ? REPLY_NAMES : (place.locals ?? []),
      localPlace: isTask ? `${here}.task` : here,
    };
  });
}

function ownPlaces(work: PhaseWork): readonly Place[] {
  switch (work.kind) {
    case 'role':
    case 'manage':
      return [{ path: ['task'] }];
    case 'talk':
      return talkPlaces(work);
    case 'ask':
      return [{ path: ['ask'] }, { path: ['summarizer', 'prompt'], locals: ['question', 'answers'] }];
    case 'chain':
      return work.steps.map((_, index) => ({
        path: ['chain', index, 'prompt_template'],
        locals: [
          ...(index > 0 ? ['previous_response'] : []),
          ...work.steps.slice(0, index).map(({ name }) => name),
        ],
      }));
    case 'tool':
      return [{ path: ['with'] }];
    case 'each':
      return [{ path: ['each', 'in'] }];
    case 'human':
      return [{ path: ['human'] }];
    case 'crew':
      return [{ path: ['inputs'] }];
    case 'parallel':
      return [];
  }
}

function talkPlaces({ until, rules }: Extract<PhaseWork, { kind: 'talk' }>): readonly Place[] {
  const condition = { mode: 'condition', locals: REPLY_NAMES } as const;
  const endings = until.map((_, index) => ({ ...condition, path: ['until', index, 'when'] }));
  return [
    { path: ['task'] },
    { ...condition, path: ['until'] },
    { ...condition, path: ['until', 'when'] },
    ...endings,
    { path: ['selector', 'prompt'], locals: ['thread', 'speaker', 'candidates'] },
    ...rules.map((_, index) => ({ ...condition, path: ['rules', index, 'when'] })),
  ];
}

/** What a command is given may be templates, as the arguments of a tool may. */
const COMMAND_KEYS = ['command', 'cwd', 'artifact_as', 'copy', 'input', 'output_from', 'sandbox'];

function reflectPlaces({ name, reflect }: WorkingPhase, path: NodePath): readonly Place[] {
  return placedChecks(reflect).flatMap(({ path: below }): readonly Place[] => {
    const at: NodePath = [...path, ...below];
    const judged = { after: true, locals: ['evaluation'], localPlace: [name, ...below].join('.') } as const;
    return [
      { path: [...at, 'with'], after: true },
      ...COMMAND_KEYS.map(key => ({ path: [...at, key], after: true }) as const),
      { path: [...at, 'pass'], mode: 'condition', ...judged },
      { path: [...at, 'score'], ...judged },
      { path: [...at, 'feedback'], ...judged },
      { path: [...at, 'expression'], mode: 'condition', after: true },
      { path: [...at, 'task'], after: true },
    ];
  });
}

function guardPlaces(phase: Exclude<Phase, { kind: 'end' }>, path: NodePath): readonly Place[] {
  return phase.next.map((_, index) => ({
    path: [...path, 'next', index, 'when'],
    mode: 'condition',
    after: true,
  }));
}

/** A condition is one text; elsewhere every string inside the value is a template. */
function sitesAt(
  place: Place,
  phase: Phase,
  branch: string | undefined,
  places: RuleContext['places'],
): TemplateSite[] {
  const node = places.node(place.path);
  const found = place.mode === 'condition' && node?.kind !== 'scalar' ? [] : strings(node);
  return found.map(scalar => {
    const source = String(scalar.value);
    const mode = place.mode ?? 'text';
    return {
      node: scalar,
      source,
      phase,
      path: place.path,
      mode,
      after: place.after ?? false,
      locals: place.locals ?? [],
      localPlace: place.localPlace ?? phase.name,
      check: checkTemplate(source, mode),
      ...(branch === undefined ? {} : { branch }),
    };
  });
}

/** The strings inside a value; strings without Liquid are no templates, but a condition always is one. */
function strings(node: SourceNode | undefined): ScalarNode[] {
  if (node === undefined) return [];
  if (node.kind === 'scalar') return typeof node.value === 'string' ? [node] : [];
  if (node.kind === 'list') return node.items.flatMap(strings);
  return node.entries.flatMap(entry => strings(entry.value));
}
