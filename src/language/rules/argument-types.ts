import { isSingle } from '../../expressions/read-value.ts';
import { schemaType } from '../../expressions/schema-type.ts';
import { type TemplateTypes, typeTemplate } from '../../expressions/template-types.ts';
import type { Alternative, FieldType } from '../../expressions/value-type.ts';
import {
  describeType,
  isUnclear,
  mayBeNull,
  type ValueType,
  withoutNull,
} from '../../expressions/value-type.ts';
import { specOf } from '../artifact-type.ts';
import { isTemplated } from '../literal-fit.ts';
import { quote } from '../report.ts';
import type { RuleContext } from '../rule.ts';
import { scalarRange } from '../scalar-range.ts';
import type { NodePath, SourceNode } from '../source-node.ts';
import type { TemplateSite } from '../template-sites.ts';
import { callsOf, listWorks } from '../works.ts';

/** Values that templates give to tools and procedures are of the kinds that these take. Literals are checked elsewhere. */
export function checkArgumentTypes(context: RuleContext): void {
  const { crew, catalog } = context;
  const works = listWorks(crew);
  for (const { name, path } of works.flatMap(callsOf)) {
    const spec = specOf(name, crew, catalog);
    if (spec)
      checkFields(context, { path: [...path, 'with'], owner: name, takes: schemaType(spec.inputSchema) });
  }
  for (const { work, path } of works) {
    if (work.kind !== 'crew' || work.crew === undefined) continue;
    for (const { name, schema } of work.crew.sop.inputs ?? work.crew.inputs) {
      const argument = { name, owner: work.file, required: true };
      checkValue(context, [...path, 'inputs', name], argument, schemaType(schema));
    }
  }
}

interface Call {
  readonly path: NodePath;
  readonly owner: string;
  readonly takes: ValueType;
}

interface Argument {
  readonly name: string;
  readonly owner: string;
  readonly required: boolean;
}

function checkFields(context: RuleContext, { path, owner, takes }: Call): void {
  const [only] = takes;
  if (takes.length !== 1 || only?.kind !== 'object') return;
  for (const [name, field] of only.fields) {
    checkValue(context, [...path, name], { name, owner, required: field.required }, field.type());
  }
}

function checkValue(context: RuleContext, path: NodePath, argument: Argument, takes: ValueType): void {
  const node = context.places.node(path);
  if (node !== undefined && !isUnclear(takes)) checkNode(context, node, argument, takes);
}

function checkNode(context: RuleContext, node: SourceNode, argument: Argument, takes: ValueType): void {
  if (isUnclear(takes)) return;
  if (node.kind === 'list') {
    const lists = takes.filter(one => one.kind === 'array');
    if (lists.length !== 1) return;
    for (const item of node.items) for (const list of lists) checkNode(context, item, argument, list.items());
    return;
  }
  if (node.kind === 'map') {
    const fields = onlyFields(takes);
    for (const { key, value } of node.entries) {
      const field = fields?.get(key);
      if (field) checkNode(context, value, argument, field.type());
    }
    return;
  }
  const site = context.templates.find(one => one.node === node);
  if (site && isTemplated(site.source) && site.check.problems.length === 0) {
    const what = `The argument ${quote(argument.name)} of ${quote(argument.owner)}`;
    checkTemplated(context, site, { what, required: argument.required }, takes);
  }
}

function onlyFields(type: ValueType): ReadonlyMap<string, FieldType> | undefined {
  const objects = type.filter(one => one.kind === 'object');
  const [only] = objects;
  return objects.length === 1 ? only?.fields : undefined;
}

/** Reports where a template gives another kind of value than what takes it. */
export function checkTemplated(
  context: RuleContext,
  site: TemplateSite,
  argument: Pick<Argument, 'required'> & { readonly what: string },
  takes: ValueType,
): void {
  const { what } = argument;
  const gives: TemplateTypes = typeTemplate(site.source, context.types.scopeOf(site));
  if (isUnclear(gives.type)) return;
  const range = scalarRange(site.node, 0, site.source.length);
  const value = withoutNull(gives.type);
  if (!value.some(one => takes.some(other => fits(one, other)))) {
    const sameKind = value.some(one => takes.some(other => one.kind === other.kind));
    const message = sameKind
      ? `${what} never has one of the values that it may have`
      : `${what} must be ${describeType(takes)}, but this gives ${describeType(value)}`;
    const hint = gives.native
      ? hintFor(value, takes)
      : 'a value that is one `{{ … }}` keeps its kind; with other text around it is text';
    context.report({ code: 'invalid-argument', range, message, hint });
    return;
  }
  if (!argument.required || !mayBeNull(gives.type) || takes.some(one => one.kind === 'null')) return;
  const message = `${what} must be ${describeType(takes)}, but this may be null`;
  const hint = 'write `| default: …`, or take another way when it is null';
  context.report({ code: 'nullable-field', range, message, hint, severity: 'warning' });
}

function fits(one: Alternative, other: Alternative): boolean {
  if (one.kind !== other.kind) return false;
  if (one.kind !== 'string' || other.kind !== 'string') return true;
  return (
    one.values === undefined ||
    other.values === undefined ||
    one.values.some(value => other.values?.includes(value))
  );
}

function hintFor(value: ValueType, takes: ValueType): string | undefined {
  if (takes.some(one => one.kind === 'string') && !isSingle(value))
    return 'write `| json` for JSON text, or read a field of it';
  return undefined;
}
