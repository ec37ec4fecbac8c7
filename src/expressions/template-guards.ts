import { type Template, TypeGuards, toValueSync, Value } from 'liquidjs';

/** One reading of a variable: its name as `nameRead` gives it, and where it stands in the source. */
export interface VariableRead {
  readonly name: string;
  readonly offset: number;
}

/** A stretch of the source in which a variable may be read although it may be absent. */
interface Guard {
  readonly name: string;
  readonly begin: number;
  readonly end: number;
}

/**
 * The name of what is there or absent as a whole where a path is read: its root, but of the conversations that have been
 * completed the single one, `run.talks.debate`. Pure.
 */
export function nameRead(path: readonly (string | number)[]): string {
  const isTalk = path[0] === 'run' && path[1] === 'talks' && path.length > 2;
  return path.slice(0, isTalk ? 3 : 1).join('.');
}

/**
 * Names the variables that may be absent where a template reads them, because every reading is guarded: it stands in the
 * condition of `if`, `elsif` or `unless`, in the body of an `if` whose condition is or begins an `and` of that variable,
 * or is given a `default`. Those are the places where the engine takes an absent variable for null. Pure.
 */
export function findGuardedNames(
  templates: readonly Template[],
  reads: readonly VariableRead[],
): readonly string[] {
  const guards = templates.flatMap(guardsOf);
  const isGuarded = (read: VariableRead): boolean =>
    guards.some(({ name, begin, end }) => name === read.name && begin <= read.offset && read.offset < end);
  const bare = new Set(reads.filter(read => !isGuarded(read)).map(read => read.name));
  return [...new Set(reads.map(read => read.name))].filter(name => !bare.has(name));
}

interface Branch {
  readonly value: Value;
  readonly templates: readonly Template[];
}

function guardsOf(template: Template): readonly Guard[] {
  const values = [...(template.arguments?.() ?? [])].filter(argument => argument instanceof Value);
  const children = template.children === undefined ? [] : toValueSync(template.children(false, true));
  return [
    ...values.filter(hasDefault).flatMap(value => guardsAt(value, extentOf(value))),
    ...branchesOf(template).flatMap(branch => branchGuards(template, branch)),
    ...children.flatMap(guardsOf),
  ];
}

function branchGuards(template: Template, { value, templates }: Branch): readonly Guard[] {
  const inCondition = guardsAt(value, extentOf(value));
  if (nameOf(template) !== 'if' || !isConjunction(value)) return inCondition;
  const begin = templates[0]?.token.begin;
  if (begin === undefined) return inCondition;
  return [...inCondition, ...guardsAt(value, { begin, end: Math.max(...templates.map(endOf)) })];
}

/** Every variable of a value guards itself in the given stretch. */
function guardsAt(value: Value, stretch: { readonly begin: number; readonly end: number }): readonly Guard[] {
  return value.initial.postfix.flatMap(token => {
    const props = TypeGuards.isPropertyAccessToken(token) ? token.props : [];
    const path = props.map(prop => ('content' in prop ? String(prop.content) : ''));
    return props.length > 0 ? [{ name: nameRead(path), ...stretch }] : [];
  });
}

/** True when a true value means that each of its variables is there: no `or`, no `not`, no comparison. */
function isConjunction(value: Value): boolean {
  return value.initial.postfix.every(token => !TypeGuards.isOperatorToken(token) || token.operator === 'and');
}

function hasDefault(value: Value): boolean {
  return value.filters[0]?.name === 'default';
}

function branchesOf(template: Template): readonly Branch[] {
  const isConditional = ['if', 'unless'].includes(nameOf(template)) && 'branches' in template;
  return isConditional ? (template.branches as readonly Branch[]) : [];
}

function nameOf(template: Template): string {
  return 'name' in template ? String(template.name) : '';
}

function extentOf(value: Value): { readonly begin: number; readonly end: number } {
  const tokens = value.initial.postfix;
  return {
    begin: Math.min(...tokens.map(token => token.begin)),
    end: Math.max(...tokens.map(token => token.end)),
  };
}

/** Where the last variable in a template can stand; closing tags hold none. */
function endOf(template: Template): number {
  const children = template.children === undefined ? [] : toValueSync(template.children(false, true));
  return Math.max(template.token.end, ...children.map(endOf));
}
