import type { JsonSchema, JsonValue } from '../../model/json.ts';
import { metaSchema } from '../generated/meta-schema.generated.js';
import { asObject } from '../lower-values.ts';
import { quote } from '../report.ts';
import type { RuleContext } from '../rule.ts';
import type { NodePath } from '../source-node.ts';
import { checksAt, isInnerTalk, listWorks, type PlacedWork } from '../works.ts';

interface SchemaMistake {
  readonly path: NodePath;
  readonly message: string;
  readonly hint?: string;
}

/** Every `output`, `reply` and evaluator's `schema` is a valid JSON Schema of draft 2020-12 whose references resolve. */
export function checkOutputSchemas({ crew, places, report }: RuleContext): void {
  for (const { schema, path } of listWorks(crew).flatMap(listSchemas)) {
    const mistake = schema === undefined ? undefined : findMistake(schema);
    if (!mistake) continue;
    const range = places.at([...path, ...mistake.path]);
    report({ code: 'invalid-output-schema', range, message: mistake.message });
  }
}

/** Every schema of an artifact that a piece of work has, with its place. */
export function listSchemas({
  work,
  phase,
  path,
}: PlacedWork): { schema: JsonSchema | undefined; path: NodePath }[] {
  // A summary has the form of the replies around it, which is not written twice.
  const isOuter = phase.kind === 'talk' && phase.reply !== undefined && isInnerTalk({ phase, path });
  const found: { schema: JsonSchema | undefined; path: NodePath }[] = [
    { schema: isOuter ? undefined : work.output, path: [...path, 'output'] },
  ];
  if (work.kind === 'talk') found.push({ schema: work.reply, path: [...path, 'reply'] });
  const judges = checksAt({ phase, path }).flatMap(({ check, path: at }) =>
    check.kind === 'schema' ? [{ schema: check.schema, path: [...at, 'schema'] }] : [],
  );
  return [...found, ...judges];
}

/** The first mistake of a schema: against the meta-schema, a pattern that is none, or a reference to nothing. */
export function findMistake(schema: JsonSchema): SchemaMistake | undefined {
  if (!metaSchema(schema)) {
    const problem = metaSchema.errors?.[0];
    const path = (problem?.instancePath ?? '').split('/').slice(1).map(unescapeStep);
    const where = path.length === 0 ? 'The schema' : `${quote(path.join('.'))} in the schema`;
    const allowed = problem?.params.allowedValues;
    const values = Array.isArray(allowed) ? `: ${allowed.map(String).join(', ')}` : '';
    return { path, message: `${where} ${problem?.message ?? 'is not valid'}${values}` };
  }
  return findInside(schema, [], schema);
}

function unescapeStep(step: string): string {
  return step.replaceAll('~1', '/').replaceAll('~0', '~');
}

function findInside(value: JsonValue, path: NodePath, root: JsonValue): SchemaMistake | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const found = Array.isArray(value) ? undefined : findOwn(asObject(value), path, root);
  if (found) return found;
  for (const [key, inner] of Object.entries(value)) {
    if (key === 'const' || key === 'enum' || key === 'default' || key === 'examples') continue;
    const deeper = findInside(inner, [...path, key], root);
    if (deeper) return deeper;
  }
  return undefined;
}

function findOwn(
  { pattern, $ref: target }: ReturnType<typeof asObject>,
  path: NodePath,
  root: JsonValue,
): SchemaMistake | undefined {
  if (typeof pattern === 'string' && !isRegularExpression(pattern)) {
    return { path: [...path, 'pattern'], message: `${quote(pattern)} is not a regular expression` };
  }
  if (typeof target !== 'string' || resolves(target, root)) return undefined;
  return { path: [...path, '$ref'], message: `There is no ${quote(target)} in the schema` };
}

function isRegularExpression(pattern: string): boolean {
  try {
    new RegExp(pattern, 'u');
    return true;
  } catch {
    return false;
  }
}

function resolves(target: string, root: JsonValue): boolean {
  if (!/^#(\/|$)/.test(target)) return false;
  let part: JsonValue | undefined = root;
  for (const step of target.split('/').slice(1).map(unescapeStep)) {
    const holder: [string, JsonValue][] =
      typeof part === 'object' && part !== null ? Object.entries(part) : [];
    part = holder.find(([key]) => key === step)?.[1];
  }
  return part !== undefined;
}
