import type { BranchWork, Phase, PhaseKind, RetryPolicy, Transition } from '../model/crew.ts';
import type { JsonObject, JsonSchema, JsonValue } from '../model/json.ts';
import { readDurationMs } from './amounts.ts';
import { asObject, asText, compact, namedRows, wholeNumber } from './lower-values.ts';
import { PHASE_KINDS } from './phase-kinds.ts';

const DEFAULT_MAX_TURNS = 16;
const DEFAULT_BACKOFF_MS = 1000;

/** Gives the schema of an `output` with its included files in place, or undefined when it could not be read. */
export type ResolveOutput = (path: readonly string[], written: JsonValue) => JsonSchema | undefined;

interface Written {
  readonly name: string;
  readonly path: readonly string[];
  readonly value: JsonObject;
  readonly resolveOutput: ResolveOutput;
}

/** One row for each phase kind: how its written form becomes a phase. */
const LOWER = {
  role: written => ({ ...lowerRole(written), ...lowerRouting(written.value) }),
  tool: written => ({ ...lowerTool(written), ...lowerRouting(written.value) }),
  parallel: written => ({
    kind: 'parallel',
    ...lowerWork(written),
    branches: lowerBranches(written),
    ...lowerRouting(written.value),
  }),
  end: ({ name, value }) => ({
    kind: 'end',
    name,
    outcome: value.end === 'failure' ? 'failure' : 'success',
    ...compact({ result: value.result }),
  }),
} as const satisfies Record<PhaseKind, (written: Written) => Phase>;

/**
 * Lowers one phase. It reads what is well formed and leaves out the rest, which the schema has reported; a phase of
 * no known kind, or of several, becomes a tool call without a tool, so that the ways through it are still known.
 */
export function lowerPhase(name: string, value: JsonValue, resolveOutput: ResolveOutput): Phase {
  const written: Written = { name, path: ['phases', name], value: asObject(value), resolveOutput };
  const [kind, ...others] = PHASE_KINDS.filter(one => Object.hasOwn(written.value, one));
  if (kind !== undefined && others.length === 0) return LOWER[kind](written);
  const { tool: _tool, ...rest } = written.value;
  return LOWER.tool({ ...written, value: rest });
}

function lowerRole(written: Written): Extract<BranchWork, { kind: 'role' }> {
  const { value } = written;
  const maxTurns = wholeNumber(value.max_turns) ?? DEFAULT_MAX_TURNS;
  return {
    kind: 'role',
    ...lowerWork(written),
    role: asText(value.role),
    task: asText(value.task),
    maxTurns,
  };
}

function lowerTool(written: Written): Extract<BranchWork, { kind: 'tool' }> {
  const { value } = written;
  return {
    kind: 'tool',
    ...lowerWork(written),
    tool: /\../.test(asText(value.tool)) ? asText(value.tool) : '',
    with: asObject(value.with),
  };
}

function lowerBranches(written: Written): BranchWork[] {
  return namedRows(written.value.parallel).map(([name, value]) => {
    const branch = { ...written, name, path: [...written.path, 'parallel', name], value: asObject(value) };
    return Object.hasOwn(branch.value, 'role') ? lowerRole(branch) : lowerTool(branch);
  });
}

function lowerWork({ name, path, value, resolveOutput }: Written): {
  readonly name: string;
  readonly output?: JsonSchema;
  readonly retry?: RetryPolicy;
  readonly timeoutMs?: number;
} {
  const output = value.output === undefined ? undefined : resolveOutput([...path, 'output'], value.output);
  return {
    name,
    ...compact({ output, retry: lowerRetry(value.retry), timeoutMs: readDurationMs(value.timeout) }),
  };
}

function lowerRetry(value: JsonValue | undefined): RetryPolicy | undefined {
  const simple = wholeNumber(value);
  if (simple !== undefined) return { max: simple, backoffMs: DEFAULT_BACKOFF_MS };
  const { max, backoff } = asObject(value);
  const most = wholeNumber(max);
  return most === undefined
    ? undefined
    : { max: most, backoffMs: readDurationMs(backoff) ?? DEFAULT_BACKOFF_MS };
}

function lowerRouting(value: JsonObject): {
  readonly next: readonly Transition[];
  readonly maxVisits?: number;
  readonly onLimit?: string;
  readonly onError?: string;
} {
  const onLimit = asText(value.on_limit) || undefined;
  const onError = asText(value.on_error) || undefined;
  return {
    next: lowerNext(value.next),
    ...compact({ maxVisits: lowerMaxVisits(value.max_visits), onLimit, onError }),
  };
}

/** A malformed limit, which was reported, still counts as one. */
function lowerMaxVisits(value: JsonValue | undefined): number | undefined {
  return value === undefined ? undefined : (wholeNumber(value) ?? 1);
}

function lowerNext(value: JsonValue | undefined): Transition[] {
  if (typeof value === 'string') return [{ to: value }];
  if (!Array.isArray(value)) return [];
  return value.map(row => {
    const { when, to } = asObject(row);
    return when === undefined ? { to: asText(to) } : { when: asText(when), to: asText(to) };
  });
}
