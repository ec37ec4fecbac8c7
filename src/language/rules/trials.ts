import { placedChecks } from '../../model/checks.ts';
import type { PhaseWork, WorkingPhase } from '../../model/crew.ts';
import { lessonRole } from '../../model/lesson-role.ts';
import { learnsLessons } from '../../model/strategies.ts';
import { COMMAND_TOOL, TRIAL_TOOLSET } from '../../model/trial-tool.ts';
import { readDurationMs } from '../amounts.ts';
import { isTemplated } from '../literal-fit.ts';
import { asTexts } from '../lower-values.ts';
import { listWords, quote } from '../report.ts';
import type { RuleContext } from '../rule.ts';
import { sandboxMistakes } from '../server-mistakes.ts';
import { entryOf, type NodePath, type SourceNode, toJsonObject } from '../source-node.ts';
import { splitCommand } from '../split-command.ts';

type MapNode = Extract<SourceNode, { kind: 'map' }>;

/** Which settings go with each kind of check. */
const CHECKS = new Map<string, readonly string[]>([
  [
    'command',
    ['timeout', 'cwd', 'artifact_as', 'copy', 'input', 'output_from', 'sandbox', 'score', 'feedback'],
  ],
  ['tool', ['with', 'pass', 'score', 'feedback']],
  ['schema', []],
  ['expression', []],
  ['role', ['task']],
]);
const SETTINGS = [...new Set([...CHECKS.values()].flat())];
const SHORTEST_MS = 1000;
const LONGEST_MS = 3_600_000;

/** What judges attempts is of one kind, can run as it is written, and is somebody else than who makes them. */
export function checkTrials(context: RuleContext): void {
  for (const phase of context.crew.sop.phases) {
    if (phase.kind === 'end' || phase.reflect === undefined) continue;
    const path: NodePath = ['phases', phase.name];
    for (const { path: below } of placedChecks(phase.reflect)) checkOne(context, [...path, ...below]);
    checkStrategy(context, phase, path);
    checkAuthor(context, phase, path);
  }
  checkAlias(context);
}

function checkOne(context: RuleContext, path: NodePath): void {
  const { places, report } = context;
  const node = places.node(path);
  if (node?.kind !== 'map' || node.entries.length === 0) return;
  const kinds = [...CHECKS.keys()].filter(key => entryOf(node, key));
  const [kind, second] = kinds;
  if (kind === undefined) {
    const message = 'The evaluator does not say what judges an attempt';
    const hint = `an evaluator has ${listWords([...CHECKS.keys()])}`;
    return report({ code: 'no-kind', range: places.keyOf(path), message, hint });
  }
  if (second !== undefined) {
    const message = `The evaluator has ${kinds.map(quote).join(' and ')}; it can be one of them only`;
    const hint = 'make it a list, all of which must pass';
    return report({ code: 'several-kinds', range: places.keyOf([...path, second]), message, hint });
  }
  if (kind === 'role' && !entryOf(node, 'task')) {
    const owner = quote(path.slice(1).join('.'));
    const message = `${owner} needs the key \`task\`: the role must be told what to judge`;
    report({ code: 'missing-key', range: places.keyOf(path), message });
  }
  for (const key of SETTINGS.filter(one => !CHECKS.get(kind)?.includes(one)))
    refuseIdle(context, [...path, key], `an evaluator with \`${kind}\` does not read it`);
  if (kind === 'command') checkCommand(context, path, node);
}

function checkCommand(context: RuleContext, path: NodePath, node: MapNode): void {
  const { places, report } = context;
  const {
    command,
    timeout,
    artifact_as: artifactAs,
    copy,
    cwd,
    output_from: output,
    sandbox,
  } = toJsonObject(node);
  const refuse = (key: string | number, message: string, hint?: string): void =>
    report({ code: 'invalid-value', range: places.at([...path, key]), message, hint });
  const split = typeof command === 'string' ? splitCommand(command) : undefined;
  if (split !== undefined && 'problem' in split)
    refuse(
      'command',
      `This is no command: ${split.problem}`,
      'write a list, such as `["sh", "-c", "…"]` where a shell is wanted',
    );
  const ms = readDurationMs(timeout);
  if (ms !== undefined && (ms < SHORTEST_MS || ms > LONGEST_MS))
    refuse('timeout', '`timeout` must be at least `1s` and at most `1h`');
  if (copy !== undefined && artifactAs === undefined)
    refuseIdle(context, [...path, 'copy'], 'without `artifact_as` the command runs in the workspace');
  const one = { cwd, artifact_as: artifactAs, output_from: output };
  for (const [key, value] of Object.entries(one)) {
    const mistake = typeof value === 'string' ? pathMistake(value) : undefined;
    if (mistake !== undefined) refuse(key, `${quote(key)} ${mistake}`);
  }
  for (const [index, value] of asTexts(copy).entries()) {
    const mistake = pathMistake(value);
    const range = places.at([...path, 'copy', index]);
    if (mistake !== undefined) report({ code: 'invalid-value', range, message: `\`copy\` ${mistake}` });
  }
  for (const { code, path: at, message, hint } of sandboxMistakes(sandbox))
    report({ code, range: places.at([...path, 'sandbox', ...at]), message, hint });
}

/** The tool holds the same when the command runs; a template is known only then. */
function pathMistake(path: string): string | undefined {
  if (isTemplated(path)) return undefined;
  if (/^([/\\]|[A-Za-z]:)/.test(path)) return 'must be a relative path';
  return path.split(/[/\\]/).includes('..') ? 'must not lead out of its folder' : undefined;
}

function checkStrategy(context: RuleContext, { reflect }: WorkingPhase, path: NodePath): void {
  if (reflect === undefined || learnsLessons(reflect)) return;
  const because = `with \`strategy: ${reflect.strategy}\` there are no lessons`;
  refuseIdle(context, [...path, 'reflect', 'window'], because);
  refuseIdle(context, [...path, 'reflect', 'lessons'], because);
}

/** Whoever made something finds it good more often than it is. */
function checkAuthor(context: RuleContext, phase: WorkingPhase, path: NodePath): void {
  const { crew, places, report } = context;
  const player = (name: string): string => crew.roles.find(role => role.name === name)?.playedBy ?? name;
  const makers = makersOf(phase).map(player);
  const checks = placedChecks(phase.reflect).map(({ check }) => check);
  const judges = checks.flatMap(check => (check.kind === 'role' ? [check.role] : []));
  const isOwn = judges.length === checks.length && judges.every(name => makers.includes(player(name)));
  const [judge] = judges;
  if (!isOwn || judge === undefined || judge === '') return;
  const message = `Only ${quote(judge)} judges ${quote(phase.name)}, which it makes itself`;
  const hint = 'add a `command`, `tool`, `schema` or `expression`, or let another role judge';
  report({
    code: 'self-judged',
    range: places.keyOf([...path, 'reflect', 'evaluator']),
    message,
    hint,
    severity: 'warning',
  });
}

function makersOf(work: PhaseWork): readonly string[] {
  if (work.kind === 'talk') return [work.by];
  if (work.kind === 'parallel') return work.branches.flatMap(makersOf);
  if (work.kind === 'each') return makersOf(work.work);
  const role = lessonRole(work);
  return role === undefined ? [] : [role];
}

/** Commands need the alias; a tool of that name that is written out is the author's own. */
function checkAlias({ crew, file, places, report }: RuleContext): void {
  const { source } = crew.toolsets.find(({ name }) => name === TRIAL_TOOLSET) ?? {};
  if (file === 'sop' || source === undefined) return;
  if (source.kind === 'builtin' && source.name === TRIAL_TOOLSET) return;
  const hasCommand = crew.sop.phases.some(
    phase =>
      phase.kind !== 'end' &&
      placedChecks(phase.reflect).some(({ path }) => places.node(['phases', phase.name, ...path, 'command'])),
  );
  if (!hasCommand) return;
  const message = `\`${TRIAL_TOOLSET}\` cannot be another toolset here: commands of evaluators are calls of \`${COMMAND_TOOL}\``;
  const hint = 'give the toolset another name';
  report({ code: 'reserved-name', range: places.keyOf(['tools', TRIAL_TOOLSET]), message, hint });
}

function refuseIdle({ places, report }: RuleContext, path: NodePath, reason: string): void {
  if (places.node(path) === undefined) return;
  const message = `${quote(String(path.at(-1)))} has no effect here: ${reason}`;
  report({ code: 'idle-setting', range: places.keyOf(path), message, hint: 'take it out' });
}
