import { type Template, TypeGuards, toValueSync, Value } from 'liquidjs';
import type { PlainToken } from './condition-tree.ts';
import { writtenFilters } from './condition-tree.ts';
import { nameRead, type VariableRead } from './template-guards.ts';

type Path = readonly (string | number)[];

/** What templates read: the paths, each once and in order, and every place where a variable is read. */
export interface TemplateReads {
  readonly paths: readonly Path[];
  readonly reads: readonly VariableRead[];
}

/**
 * Lists what templates read, without names that they set themselves. A path ends before the first part that is itself
 * computed. Takes time in proportion to the templates, unlike LiquidJS's own
 * analysis, which counts lines from the beginning for each path. Pure.
 */
export function templateReads(templates: readonly Template[]): TemplateReads {
  const found: Found = { paths: new Map(), reads: [], locals: new Set(), blocks: [] };
  for (const template of templates) visitTemplate(template, found);
  return { paths: [...found.paths.values()], reads: found.reads };
}

interface Found {
  readonly paths: Map<string, Path>;
  readonly reads: VariableRead[];
  readonly locals: Set<string>;
  /** The names that the tags around set for their inside. */
  readonly blocks: ReadonlySet<string>[];
}

function visitTemplate(template: Template, found: Found): void {
  for (const argument of template.arguments?.() ?? []) {
    if (argument instanceof Value) visitValue(argument.initial.postfix, writtenFilters(argument), found);
    else visitToken(argument, found);
  }
  for (const name of template.localScope?.() ?? [])
    found.locals.add(typeof name === 'string' ? name : name.content);
  if (template.children === undefined) return;
  found.blocks.push(new Set(template.blockScope?.() ?? []));
  for (const child of toValueSync(template.children(false, true))) visitTemplate(child, found);
  found.blocks.pop();
}

interface FilterArguments {
  readonly args: readonly unknown[];
}

function visitValue(postfix: readonly PlainToken[], filters: readonly FilterArguments[], found: Found): void {
  for (const token of postfix) visitToken(token, found);
  for (const argument of filters.flatMap(filter => filter.args)) {
    const token: unknown = Array.isArray(argument) ? argument[1] : argument;
    if (TypeGuards.isValueToken(token)) visitToken(token, found);
  }
}

function visitToken(token: PlainToken, found: Found): void {
  if (TypeGuards.isRangeToken(token)) {
    visitToken(token.lhs, found);
    visitToken(token.rhs, found);
  } else if (TypeGuards.isFilteredValueToken(token)) {
    visitValue(token.initial.postfix, token.filters, found);
  } else if (TypeGuards.isPropertyAccessToken(token)) {
    if (token.variable !== undefined) visitToken(token.variable, found);
    else addPath(token.props, token.begin, found);
    for (const prop of token.props) if (TypeGuards.isPropertyAccessToken(prop)) visitToken(prop, found);
  }
}

function addPath(props: readonly PlainToken[], offset: number, found: Found): void {
  const { paths, reads, locals, blocks } = found;
  const parts = props.map(partOf);
  const computed = parts.indexOf(undefined);
  const path = (computed === -1 ? parts : parts.slice(0, computed)).filter(part => part !== undefined);
  const [root] = path;
  if (typeof root !== 'string' || locals.has(root) || blocks.some(block => block.has(root))) return;
  paths.set(JSON.stringify(path), path);
  reads.push({ name: nameRead(path), offset });
}

function partOf(token: PlainToken): string | number | undefined {
  if (TypeGuards.isQuotedToken(token) || TypeGuards.isNumberToken(token)) return token.content;
  return TypeGuards.isWordToken(token) ? token.content : undefined;
}
