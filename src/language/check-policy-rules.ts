import { matchesName } from '../model/name-pattern.ts';
import type { ToolSpec } from '../model/tool-spec.ts';
import { suggest } from './closest.ts';
import { EFFECTS } from './lower-policy.ts';
import { asObject } from './lower-values.ts';
import { regexProblem } from './regex-problem.ts';
import { listWords, quote, type Report } from './report.ts';
import { entryOf, keyPlaceOf, type NodePath, nodeAt, placeOf, type SourceNode } from './source-node.ts';

/** The rules of a file, and the toolsets that they may name, with their tools as far as they are known. */
export interface PolicyRules {
  readonly root: SourceNode;
  readonly path: NodePath;
  readonly file: 'policy' | 'crew';
  readonly toolsets: ReadonlyMap<string, readonly ToolSpec[] | undefined>;
  readonly report: Report;
}

/** Reports rules that could not mean what their author thinks. What the schema has said is not said again. */
export function checkPolicyRules(rules: PolicyRules): void {
  const list = nodeAt(rules.root, rules.path);
  if (list?.kind !== 'list') return;
  for (const [index, node] of list.items.entries()) {
    if (node.kind === 'map') checkRule(rules, node, [...rules.path, index]);
  }
}

function checkRule(rules: PolicyRules, node: SourceNode, path: NodePath): void {
  const [effect, second] = EFFECTS.filter(each => entryOf(node, each) !== undefined);
  if (effect === undefined || second !== undefined) {
    const message = `A rule says one of ${listWords(EFFECTS)}`;
    const hint = second === undefined ? undefined : 'make it two rules';
    if (effect === undefined && hasUnknownKey(node)) return;
    rules.report({ code: 'invalid-rule', range: keyPlaceOf(rules.root, path), message, hint });
    return;
  }
  const at = [...path, effect];
  const calls = nodeAt(rules.root, at);
  const tool = calls?.kind === 'map' ? [...at, 'tool'] : at;
  const named = nodeAt(rules.root, tool);
  const isText = named?.kind === 'scalar' && typeof named.value === 'string';
  // Without a name, all tools are meant; the schema has said what is wrong with another value.
  const name = isText
    ? String(named.value)
    : named === undefined && calls?.kind === 'map'
      ? '*.*'
      : undefined;
  if (name === undefined || name.trim() === '') return;
  const specs = checkName(rules, { name, effect, path: tool });
  checkArguments(rules, [...at, 'args'], name.includes('*') ? undefined : specs?.find(isNamed(name)));
  const idle = entryOf(calls, 'others') !== undefined && entryOf(calls, 'args') === undefined;
  if (!idle) return;
  const message = '`others` has no effect without `args`';
  rules.report({ code: 'idle-setting', range: keyPlaceOf(rules.root, [...at, 'others']), message });
}

function hasUnknownKey(node: SourceNode): boolean {
  return node.kind === 'map' && node.entries.some(({ key }) => !key.startsWith('x-'));
}

/** Built-in specs have the built-in's name, or the alias of a crew, in front. */
function isNamed(name: string): (spec: ToolSpec) => boolean {
  return spec => spec.name === name;
}

interface NamedTool {
  readonly name: string;
  readonly effect: string;
  readonly path: NodePath;
}

/** Reports a name that means nothing; the tools of the toolset, when just one is meant and they are known. */
function checkName(rules: PolicyRules, { name, effect, path }: NamedTool): readonly ToolSpec[] | undefined {
  const { root, report, toolsets, file } = rules;
  const range = placeOf(root, path);
  const [, toolset, tool] = /^([A-Za-z0-9_*-]+)\.(\S+)$/.exec(name) ?? [];
  if (toolset === undefined || tool === undefined) {
    const message = `${quote(name)} is not a tool: a rule names one as \`toolset.tool\``;
    report({ code: 'invalid-rule', range, message, hint: formHint(name) });
    return undefined;
  }
  if (effect === 'allow' && toolset.includes('*') && file === 'policy') {
    const message = `${quote(name)} would allow tools of toolsets that are not named`;
    const hint = 'write one rule for each toolset, such as `git.*`; only `deny` and `ask` may leave it open';
    report({ code: 'allows-any-toolset', range, message, hint });
    return undefined;
  }
  const meant = [...toolsets.keys()].filter(each => matchesName(toolset, each));
  if (meant.length === 0 && toolset !== '*') {
    const [message, hint] = unknownToolset(rules, toolset);
    report({ code: 'unknown-toolset', range, message, hint });
    return undefined;
  }
  const known = meant.map(each => toolsets.get(each));
  if (toolset === '*' || known.some(specs => specs === undefined || specs.length === 0)) return undefined;
  const specs = known.flatMap(each => each ?? []);
  const names = specs.map(spec => spec.name);
  if (specs.some(spec => matchesName(tool, spec.name.slice(spec.name.indexOf('.') + 1)))) return specs;
  const message = `No tool of ${quote(toolset)} is called ${quote(tool)}`;
  report({ code: 'unknown-tool', range, message, hint: suggest(name, names) });
  return undefined;
}

function unknownToolset(
  { file, toolsets }: PolicyRules,
  toolset: string,
): readonly [string, string | undefined] {
  const hint = suggest(toolset, toolsets.keys());
  if (file === 'crew') return [`${quote(toolset)} is not a toolset of this crew`, hint];
  const message = `${quote(toolset)} is neither a built-in toolset nor a name of \`servers\``;
  return [message, hint ?? 'declare it under `servers`'];
}

function formHint(name: string): string | undefined {
  if (name === '*') return 'write `*.*`';
  if (/^[A-Za-z0-9_-]+$/.test(name)) return `write \`${name}.*\` for all its tools`;
  return name.includes('/') ? `write ${quote(name.replace('/', '.'))}` : undefined;
}

/** Arguments that hold a whole command line: what a glob would let through there nobody can say. */
const COMMAND_LINE = /^(cmd|code|commands?|commandline|script|shell|bash)$|[_-](cmd|command|script)$/i;

function checkArguments(rules: PolicyRules, path: NodePath, spec: ToolSpec | undefined): void {
  const { root, report } = rules;
  const args = nodeAt(root, path);
  if (args?.kind !== 'map') return;
  for (const { key, value } of args.entries) {
    checkArgumentName(rules, [...path, key], spec);
    if (value.kind !== 'map') continue;
    if (value.entries.length > 1) {
      const message = `A matcher has one key, and that of ${quote(key)} has ${value.entries.length}`;
      report({ code: 'invalid-rule', range: keyPlaceOf(root, [...path, key]), message });
    }
    checkPattern(rules, [...path, key], value);
  }
}

function checkPattern({ root, report }: PolicyRules, path: NodePath, matcher: SourceNode): void {
  const regex = entryOf(matcher, 'regex')?.value;
  const pattern = regex?.kind === 'scalar' && typeof regex.value === 'string' ? regex.value : undefined;
  const wrong = pattern === undefined ? undefined : regexProblem(pattern);
  if (wrong !== undefined) {
    const message = `The regular expression cannot be used: ${wrong}`;
    const hint = 'it is of the syntax RE2, which has no look-around and no references back';
    report({ code: 'invalid-regex', range: placeOf(root, [...path, 'regex']), message, hint });
  }
  const [last = ''] = String(path.at(-1)).split('.').slice(-1);
  if (entryOf(matcher, 'glob') === undefined || !COMMAND_LINE.test(last)) return;
  const message = `${quote(last)} is a command line, and \`ls*\` would match \`ls; rm -rf /\` too`;
  const hint = 'use `eq`, `in`, or a `regex` that leaves no room for a second command';
  report({ code: 'glob-on-command', range: keyPlaceOf(root, [...path, 'glob']), message, hint });
}

function checkArgumentName({ root, report }: PolicyRules, path: NodePath, spec: ToolSpec | undefined): void {
  if (spec === undefined || typeof spec.inputSchema !== 'object') return;
  const { properties, additionalProperties: others } = spec.inputSchema;
  const known = Object.keys(asObject(properties));
  const name = String(path.at(-1));
  const [first = ''] = name.split('.');
  const open = others === true || typeof others === 'object' || known.length === 0;
  if (open || known.includes(name) || known.includes(first)) return;
  const message = `${quote(spec.name)} has no argument ${quote(name)}`;
  report({ code: 'unknown-argument', range: keyPlaceOf(root, path), message, hint: suggest(name, known) });
}
