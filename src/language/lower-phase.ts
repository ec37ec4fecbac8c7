import type { EachWork, HumanWork, Join, ParallelWork, Phase, PhaseKind, PhaseWork } from '../model/crew.ts';
import type { JsonValue } from '../model/json.ts';
import { LOWER_BRANCH, lowerBranch } from './lower-branch.ts';
import { lowerRouting } from './lower-routing.ts';
import { lowerManage, lowerTalk } from './lower-talk.ts';
import { asObject, asText, asTexts, compact, namedRows, wholeNumber } from './lower-values.ts';
import { lowerWork, type ResolveOutput, type Written } from './lower-work.ts';
import { PHASE_KINDS } from './phase-kinds.ts';

const DEFAULT_ITEMS_AT_ONCE = 4;

/** One row for each kind of work: how its written form is lowered. */
const LOWER = {
  ...LOWER_BRANCH,
  talk: lowerTalk,
  manage: lowerManage,
  parallel: lowerParallel,
  each: lowerEach,
  human: lowerHuman,
} as const satisfies Record<Exclude<PhaseKind, 'end'>, (written: Written) => PhaseWork>;

/**
 * Lowers one phase. It reads what is well formed and leaves out the rest, which the schema has reported; a phase of
 * no known kind, or of several, becomes a tool call without a tool, so that the ways through it are still known.
 */
export function lowerPhase(name: string, value: JsonValue, resolveOutput: ResolveOutput): Phase {
  const written: Written = { name, path: ['phases', name], value: asObject(value), resolveOutput };
  const [kind, ...others] = PHASE_KINDS.filter(one => Object.hasOwn(written.value, one));
  const { tool: _tool, ...rest } = written.value;
  if (kind === undefined || others.length > 0) {
    return { ...LOWER.tool({ ...written, value: rest }), ...lowerRouting(written) };
  }
  return kind === 'end' ? lowerEnd(written) : { ...LOWER[kind](written), ...lowerRouting(written) };
}

function lowerEnd({ name, value }: Written): Phase {
  const subscribe = value.subscribe === undefined ? undefined : asTexts(value.subscribe);
  return {
    kind: 'end',
    name,
    outcome: value.end === 'failure' ? 'failure' : 'success',
    ...compact({ result: value.result, subscribe }),
  };
}

function lowerParallel(written: Written): ParallelWork {
  const { value } = written;
  const branches = namedRows(value.parallel).map(([name, branch]) =>
    lowerBranch({ ...written, name, path: [...written.path, 'parallel', name], value: asObject(branch) }),
  );
  const limits = compact({ join: lowerJoin(value.join), concurrency: wholeNumber(value.concurrency) });
  return { kind: 'parallel', ...lowerWork(written), branches, ...limits };
}

function lowerJoin(value: JsonValue | undefined): Join | undefined {
  return value === 'all' || value === 'any' ? value : wholeNumber(value);
}

function lowerEach(written: Written): EachWork {
  const { value, path } = written;
  const { in: list, as: name, max } = asObject(value.each);
  return {
    kind: 'each',
    ...lowerWork(written),
    list: list ?? '',
    as: asText(name) || 'item',
    max: wholeNumber(max) ?? 1,
    concurrency: wholeNumber(value.concurrency) ?? DEFAULT_ITEMS_AT_ONCE,
    join: lowerJoin(value.join) ?? 'all',
    onItemError: value.on_item_error === 'keep' ? 'keep' : 'fail',
    work: lowerBranch({ ...written, name: 'do', path: [...path, 'do'], value: asObject(value.do) }),
  };
}

function lowerHuman(written: Written): HumanWork {
  const { value } = written;
  const choices = asTexts(value.choices);
  const { output: _none, ...work } = lowerWork(written);
  return {
    kind: 'human',
    ...work,
    question: asText(value.human),
    choices,
    freeText: typeof value.free_text === 'boolean' ? value.free_text : choices.length === 0,
    ...compact({ default: asText(value.default) || undefined }),
  };
}
