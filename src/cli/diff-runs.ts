import { canonicalJson } from '../model/canonical-json.ts';
import type { ModelCallEffect } from '../model/effect.ts';
import type { JsonObject } from '../model/json.ts';
import type { ComparedRun, DifferentPrompt, DifferentValue, RunDiff } from '../model/run-diff.ts';
import type { PhaseVisit, RunRecord } from '../model/run-record.ts';

/** One side of a comparison; `prompts` has the text of every model call by key. */
export interface DiffSide {
  readonly record: RunRecord;
  readonly prompts: ReadonlyMap<string, ModelCallEffect>;
  readonly textOf: (call: ModelCallEffect) => string;
}

/** How two recorded runs differ: program, inputs, models, path, artifacts and prompts. Pure. */
export function diffRuns(a: DiffSide, b: DiffSide): RunDiff {
  const [left, right] = [comparedRun(a.record), comparedRun(b.record)];
  const uses = ({ models }: RunRecord): JsonObject =>
    Object.fromEntries(Object.entries(models).map(([alias, { use }]) => [alias, use]));
  return {
    a: left,
    b: right,
    sameProgram: left.programHash === right.programHash,
    samePath: left.path.join('\n') === right.path.join('\n'),
    inputs: differentValues(a.record.inputs, b.record.inputs).different,
    models: differentValues(uses(a.record), uses(b.record)).different,
    artifacts: differentValues(a.record.artifacts, b.record.artifacts),
    prompts: differentPrompts(a, b),
  };
}

function comparedRun(record: RunRecord): ComparedRun {
  const { runId, crew, programHash, status, endedAt, workedMs, spend, path } = record;
  const end = endedAt === undefined ? {} : { endedAt };
  return { runId, crew, programHash, status, ...end, workedMs, spend, path: path.map(visitLine) };
}

function visitLine({ phase, visit, outcome, attempts }: PhaseVisit): string {
  const again = visit > 1 ? ` (visit ${visit})` : '';
  return `${phase}${again}: ${outcome ?? 'open'}${attempts > 1 ? `, ${attempts} attempts` : ''}`;
}

function differentValues(
  a: JsonObject,
  b: JsonObject,
): { readonly same: number; readonly different: readonly DifferentValue[] } {
  const names = [...new Set([...Object.keys(a), ...Object.keys(b)])];
  const different = names.flatMap(name => {
    const [left, right] = [ownValue(a, name), ownValue(b, name)];
    if (left !== undefined && right !== undefined && canonicalJson(left) === canonicalJson(right)) return [];
    return [
      { name, ...(left === undefined ? {} : { a: left }), ...(right === undefined ? {} : { b: right }) },
    ];
  });
  return { same: names.length - different.length, different };
}

function ownValue(values: JsonObject, name: string) {
  return Object.hasOwn(values, name) ? values[name] : undefined;
}

/** Calls are the same call when their keys are. */
function differentPrompts(
  a: DiffSide,
  b: DiffSide,
): { readonly same: number; readonly different: readonly DifferentPrompt[] } {
  const keys = [...new Set([...a.prompts.keys(), ...b.prompts.keys()])];
  const different = keys.flatMap(key => {
    const [left, right] = [a.prompts.get(key), b.prompts.get(key)];
    const texts = { a: left && a.textOf(left), b: right && b.textOf(right) };
    if (texts.a === texts.b) return [];
    const phase = (left ?? right)?.origin.phase ?? '';
    return [
      {
        key,
        phase,
        ...(texts.a === undefined ? {} : { a: texts.a }),
        ...(texts.b === undefined ? {} : { b: texts.b }),
      },
    ];
  });
  return { same: keys.length - different.length, different };
}
