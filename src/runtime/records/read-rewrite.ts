import type { JsonObject, JsonValue } from '../../model/json.ts';
import type { RewriteRecord } from '../../model/run-record.ts';
import type { RunState } from '../run-state.ts';

/**
 * What became of the request of a run whose crew says it again first: while somebody is asked about it, and once it is settled.
 * Undefined before that, and for every other run. Pure.
 */
export function readRewrite({ program, procedures, open }: RunState): RewriteRecord | undefined {
  const { rewrites } = program;
  const own = procedures[''];
  if (rewrites === undefined || own === undefined) return undefined;
  const request = textOf(own.given?.[rewrites.input]);
  const settled = own.artifacts[rewrites.phase];
  if (settled !== undefined) {
    const { how, text, assumptions } = fieldsOf(settled);
    const shared = { input: rewrites.input, request, reformulated: textOf(text), questions: [] };
    return { ...shared, assumptions: textsOf(assumptions), how: textOf(how) };
  }
  const inner = Object.values(procedures).find(({ place }) => place === `${rewrites.phase}/`);
  if (inner === undefined || open[`${inner.id}review`]?.held === undefined) return undefined;
  return { input: rewrites.input, request, ...readSaidAgain(inner.artifacts.rewrite ?? null) };
}

/** The parts of the artifact of `rewrite`, which fits its schema. Pure. */
export function readSaidAgain(
  value: JsonValue,
): Pick<RewriteRecord, 'reformulated' | 'assumptions' | 'questions'> {
  const { reformulated, assumptions, questions } = fieldsOf(value);
  return {
    reformulated: textOf(reformulated),
    assumptions: textsOf(assumptions),
    questions: textsOf(questions),
  };
}

function fieldsOf(value: JsonValue): JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : {};
}

function textOf(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value : '';
}

function textsOf(value: JsonValue | undefined): readonly string[] {
  return Array.isArray(value) ? value.filter(item => typeof item === 'string') : [];
}
