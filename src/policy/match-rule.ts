import type { JsonObject } from '../model/json.ts';
import { matchesName } from '../model/name-pattern.ts';
import type { ArgumentMatcher, PolicyRule } from '../model/policy.ts';
import type { ToolAnnotations } from '../model/tool-spec.ts';
import { findArguments } from './argument-values.ts';
import { type Ground, matchArgument, textsIn, type Verdict } from './match-argument.ts';
import { pathMeant, type Toolset } from './under-folder.ts';

/** A call as rules see it: by the names that one set of rules has for its toolset. */
export interface RuleSubject {
  readonly names: readonly string[];
  /** The name of the tool without its toolset. */
  readonly tool: string;
  readonly args: JsonObject;
  readonly hints: Required<ToolAnnotations>;
  readonly toolset: Toolset | undefined;
}

/**
 * Whether a rule speaks of such a tool at all, whatever its arguments are. A toolset that has no name here is only meant by
 * `*`. Pure.
 */
export function speaksOf(rule: PolicyRule, { names, tool, hints }: RuleSubject): boolean {
  const dot = rule.tool.indexOf('.');
  const toolset = rule.tool.slice(0, dot);
  const isNamed = toolset === '*' || names.some(name => matchesName(toolset, name));
  if (!isNamed || !matchesName(rule.tool.slice(dot + 1), tool)) return false;
  const wanted = Object.entries(rule.annotations ?? {});
  return wanted.every(([hint, value]) => hints[hint as keyof ToolAnnotations] === value);
}

/**
 * Whether a rule that speaks of the tool matches the arguments. An `allow` matches when each value that it names is certainly
 * what it says and there are no others, unless it lets them. A `deny` or `ask` matches when one value of each argument that
 * it names may be what it says: what nobody can tell, and other arguments unless `others: deny`, are no way around it. Pure.
 */
export function matchesArguments(
  { effect, args: wanted, others = effect === 'allow' ? 'deny' : 'allow' }: PolicyRule,
  { args, toolset }: RuleSubject,
  places: Ground['places'],
): boolean {
  if (wanted === undefined) return true;
  const matchers = Object.entries(wanted);
  const found = findArguments(
    args,
    matchers.map(([name]) => name),
  );
  if (found.others && others === 'deny') return false;
  return matchers.every(([name, matcher]) => {
    const values = found.values.get(name.normalize('NFC')) ?? [];
    const verdicts = values.flatMap(value => matchArgument(matcher, value, { toolset, places }));
    return effect === 'allow' ? allAre(verdicts) : verdicts.some(verdict => verdict !== 'no');
  });
}

function allAre(verdicts: readonly Verdict[]): boolean {
  return verdicts.length > 0 && verdicts.every(verdict => verdict === 'yes');
}

/** The paths whose real places a rule that speaks of the tool asks for: of arguments, and its own folders. Pure. */
export function pathsOf(
  { args: wanted = {} }: PolicyRule,
  { args, toolset }: RuleSubject,
): readonly string[] {
  return Object.entries(wanted).flatMap(([name, matcher]) => {
    if (matcher.kind !== 'under') return [];
    const values = findArguments(args, [name]).values.get(name.normalize('NFC')) ?? [];
    const paths = values.flatMap(textsIn).flatMap(text => pathMeant(text, toolset) ?? []);
    return paths.length === 0 ? [] : [...paths, matcher.folder];
  });
}

/** A rule in one line as its author would say it, such as `allow: files.write with path under ./work`. Pure. */
export function ruleText({ effect, tool, args, others, annotations }: PolicyRule): string {
  const named = Object.entries(args ?? {}).map(([name, matcher]) => `${name} ${matcherText(matcher)}`);
  const hints = Object.entries(annotations ?? {}).map(([hint, value]) => `${hint}: ${value}`);
  const more = others === undefined ? [] : [`others: ${others}`];
  const details = [...named, ...more, ...hints];
  return `${effect}: ${tool}${details.length === 0 ? '' : ` with ${details.join(', ')}`}`;
}

function matcherText(matcher: ArgumentMatcher): string {
  switch (matcher.kind) {
    case 'eq':
      return JSON.stringify(matcher.value);
    case 'in':
      return `in ${JSON.stringify(matcher.values)}`;
    case 'under':
      return `under ${matcher.folder}`;
    case 'glob':
    case 'regex':
      return `${matcher.kind} ${matcher.pattern}`;
    case 'host':
      return `host ${matcher.hosts.join(' or ')}`;
    case 'max':
      return `at most ${matcher.limit}`;
  }
}
