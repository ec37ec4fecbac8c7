import { type Template, TypeGuards, toValueSync, Value } from 'liquidjs';
import { checkPair } from './check-comparisons.ts';
import { factsOf } from './condition-facts.ts';
import { constantOf, type PlainToken, treeOfValue, treeWhenTrue } from './condition-tree.ts';
import { itemsOf } from './filter-types.ts';
import { reportNull } from './read-path.ts';
import { isSingle, readToken, readValue, type ValueReading } from './read-value.ts';
import { commonFacts, type Facts, joinFacts, NO_FACTS, pathKey } from './type-facts.ts';
import { copyFrame, type Frame, type Local, reportAt, setLocal } from './type-frame.ts';
import {
  type Alternative,
  ANY,
  BOOLEAN,
  describeType,
  isUnclear,
  listOf,
  mayBeNull,
  NULL,
  NUMBER,
  objectOf,
  TEXT,
  unionOf,
  type ValueType,
} from './value-type.ts';

/** LiquidJS's tags as far as this walk needs them; each has some of these. */
interface TagParts {
  readonly token: PlainToken & { readonly name?: string };
  readonly value?: Value;
  readonly key?: string;
  readonly variable?: string;
  readonly collection?: PlainToken;
  readonly hash?: { readonly hash: Readonly<Record<string, unknown>> };
  readonly args?: { readonly hash?: Readonly<Record<string, unknown>> };
  readonly templates?: readonly Template[];
  readonly elseTemplates?: readonly Template[];
  readonly branches?: readonly Branch[];
}

interface Branch {
  readonly value?: Value;
  readonly values?: readonly PlainToken[];
  readonly templates: readonly Template[];
}

/** Follows the types through templates in the order of rendering; the frame holds afterwards what holds behind them. */
export function walkTemplates(templates: readonly Template[], frame: Frame): void {
  for (const template of templates) walkOne(template, frame);
}

function walkOne(template: Template, frame: Frame): void {
  const tag = template as unknown as TagParts;
  const name = tag.token.name ?? ('value' in template ? 'echo' : 'text');
  switch (name) {
    case 'text':
      return;
    case 'echo':
      return tag.value instanceof Value ? walkOutput(tag.value, frame) : undefined;
    case 'assign':
      return walkAssign(tag, frame);
    case 'capture':
      walkTemplates(tag.templates ?? [], frame);
      return bind(tag, tag.variable ?? '', TEXT, frame);
    case 'if':
    case 'unless':
      return walkBranches(tag, name === 'unless', frame);
    case 'case':
      return walkCase(tag, frame);
    case 'for':
    case 'tablerow':
      return walkLoop(tag, frame);
    case 'liquid':
      return walkTemplates(tag.templates ?? [], frame);
    default:
      return walkOther(template, frame);
  }
}

function walkOther(template: Template, frame: Frame): void {
  for (const argument of template.arguments?.() ?? []) {
    if (argument instanceof Value) readValue(argument, frame, { lenient: false });
    else readToken(argument, frame, 'strict');
  }
  for (const child of template.children ? toValueSync(template.children(false, true)) : [])
    walkOne(child, frame);
}

function walkOutput(value: Value, frame: Frame): void {
  const { type, reading } = readValue(value, frame, { lenient: false });
  if (reading && mayBeNull(type)) reportNull(reading, frame, 'an empty text stands there then');
}

function walkAssign(tag: TagParts, frame: Frame): void {
  const type = tag.value ? readValue(tag.value, frame, { lenient: true }).type : ANY;
  bind(tag, tag.key ?? '', type, frame);
}

/** Sets a name; one that is given from outside is out of reach from there on, which nobody means. */
function bind(tag: TagParts, name: string, type: ValueType, frame: Frame): void {
  const { token } = tag;
  if (frame.analysis.rootType(name) !== undefined && !frame.locals.has(name)) {
    const at =
      token.begin +
      Math.max(
        0,
        token.input.slice(token.begin, token.end).search(new RegExp(`\\b${name.replace(/[^\w-]/g, '.')}\\b`)),
      );
    const message = `\`${name}\` hides what is given under this name`;
    reportAt(
      frame,
      { begin: at, end: at + name.length },
      { code: 'shadowed-variable', message, hint: 'take another name' },
    );
  }
  setLocal(frame, name, type);
}

function walkBranches(tag: TagParts, inverted: boolean, frame: Frame): void {
  const ends: Frame[] = [];
  let facts = frame.facts;
  for (const [index, branch] of (tag.branches ?? []).entries()) {
    if (branch.value === undefined) continue;
    const at: Frame = { ...frame, facts };
    readValue(branch.value, at, { lenient: true });
    const { value } = branch;
    const settled = (truth: boolean): Facts => {
      const tree = truth ? treeWhenTrue(value) : treeOfValue(value);
      return tree ? factsOf(tree, truth, at) : NO_FACTS;
    };
    const truth = !(inverted && index === 0);
    const inside = copyFrame(frame, joinFacts(facts, settled(truth)));
    walkTemplates(branch.templates, inside);
    ends.push(inside);
    facts = joinFacts(facts, settled(!truth));
  }
  const otherwise = copyFrame(frame, facts);
  walkTemplates(tag.elseTemplates ?? [], otherwise);
  mergeFrames(frame, [...ends, otherwise]);
}

function walkCase(tag: TagParts, frame: Frame): void {
  if (tag.value === undefined) return;
  const subject = readValue(tag.value, frame, { lenient: true });
  const path = subject.reading?.path;
  const ends: Frame[] = [];
  let facts = frame.facts;
  for (const { values = [], templates } of tag.branches ?? []) {
    for (const token of values) checkWhen(subject, token, frame);
    const constants = values.map(constantOf).filter(value => value !== undefined);
    const known = path !== undefined && constants.length === values.length;
    const hit: Facts = known ? new Map([[pathKey(path), { present: true, values: constants }]]) : NO_FACTS;
    const inside = copyFrame(frame, joinFacts(facts, hit));
    walkTemplates(templates, inside);
    ends.push(inside);
    if (known) facts = joinFacts(facts, new Map([[pathKey(path), { excluded: constants }]]));
  }
  const otherwise = copyFrame(frame, facts);
  walkTemplates(tag.elseTemplates ?? [], otherwise);
  mergeFrames(frame, [...ends, otherwise]);
}

function checkWhen({ type, reading }: ValueReading, token: PlainToken, frame: Frame): void {
  const right = readToken(token, frame, 'test');
  if (TypeGuards.isLiteralToken(token) && constantOf(token) === undefined) return;
  checkPair({ operator: '==', left: reading?.declared ?? type, right }, token, frame);
}

function walkLoop(tag: TagParts, frame: Frame): void {
  const { collection, variable = '' } = tag;
  if (collection === undefined) return;
  const type = readToken(collection, frame, 'strict');
  if (isSingle(type)) {
    const message = `\`for\` goes through a list, but this is ${describeType(type)}`;
    const hint = 'read a field that is a list, or make one of a text with `| split: …` in an `assign` before';
    reportAt(frame, collection, { code: 'not-a-list', message, hint });
  }
  for (const argument of Object.values((tag.hash ?? tag.args)?.hash ?? {})) {
    if (TypeGuards.isValueToken(argument)) readToken(argument, frame, 'strict');
  }
  const body = tag.templates ?? [];
  const before = copyFrame(frame);
  // What a round sets, the next one may read: of such names nothing is known.
  for (const name of assignedNames(body)) setLocal(before, name, ANY, !frame.locals.has(name));
  const inside = copyFrame(before);
  bind(tag, variable, isSingle(type) ? ANY : elementType(type), inside);
  setLocal(inside, tag.token.name === 'for' ? 'forloop' : 'tablerowloop', LOOP);
  walkTemplates(body, inside);
  for (const name of [variable, 'forloop', 'tablerowloop']) restore(inside, name, frame.locals.get(name));
  const otherwise = copyFrame(frame);
  walkTemplates(tag.elseTemplates ?? [], otherwise);
  mergeFrames(frame, [before, otherwise, inside]);
}

/** Objects are gone through as pairs of name and value. */
function elementType(type: ValueType): ValueType {
  const pairs = type.map(one => (one.kind === 'object' ? PAIR : one));
  return isUnclear(type) || type.every(one => one.kind === 'null') ? ANY : itemsOf(pairs);
}

const PAIR: Alternative = { kind: 'array', items: () => listOf(ANY, 2), min: 0 };

const LOOP = objectOf(
  new Map<string, ValueType>([
    ...['index', 'index0', 'rindex', 'rindex0', 'length'].map(name => [name, NUMBER] as const),
    ...['first', 'last'].map(name => [name, BOOLEAN] as const),
    ['name', TEXT],
    ...['col', 'col0', 'row'].map(name => [name, ANY] as const),
    ...['col_first', 'col_last'].map(name => [name, ANY] as const),
  ]),
  { open: false },
);

function restore(frame: Frame, name: string, local: Local | undefined): void {
  if (local === undefined) frame.locals.delete(name);
  else frame.locals.set(name, local);
}

function assignedNames(templates: readonly Template[]): ReadonlySet<string> {
  const names = new Set<string>();
  const visit = (template: Template): void => {
    const { token, key, variable } = template as unknown as TagParts;
    if (token.name === 'assign' && key !== undefined) names.add(key);
    if (token.name === 'capture' && variable !== undefined) names.add(variable);
    for (const child of template.children ? toValueSync(template.children(false, true)) : []) visit(child);
  };
  templates.forEach(visit);
  return names;
}

/** What holds behind branches of which one was taken. */
function mergeFrames(frame: Frame, ends: readonly Frame[]): void {
  frame.facts = commonFacts(ends.map(end => end.facts));
  for (const name of new Set(ends.flatMap(end => [...end.locals.keys()]))) {
    const locals = ends.map(end => end.locals.get(name));
    const [first] = locals;
    if (first !== undefined && locals.every(local => local?.id === first.id)) {
      frame.locals.set(name, first);
      continue;
    }
    const types = locals.map(local => local?.type ?? NULL);
    const given = frame.analysis.rootType(name) !== undefined;
    const maybeAbsent = !given && locals.some(local => local === undefined || local.maybeAbsent);
    const type = given ? ANY : unionOf(types.filter((_, index) => locals[index] !== undefined));
    setLocal(frame, name, type, maybeAbsent);
  }
}
