import type { HumanWork, PhaseWork, TalkWork } from '../../model/crew.ts';
import { suggest } from '../closest.ts';
import { quote } from '../report.ts';
import { knownRoles } from '../role-names.ts';
import type { RuleContext } from '../rule.ts';
import type { NodePath } from '../source-node.ts';
import { isInnerTalk, listWorks } from '../works.ts';

/** The settings of a phase go together: what one of them needs is there, and none is without effect. */
export function checkSettings(context: RuleContext): void {
  for (const placed of listWorks(context.crew)) {
    const { work, phase, path } = placed;
    if (work.kind === 'talk') checkTalk(context, work, path);
    if (phase.kind === 'talk' && isInnerTalk(placed)) checkSummary(context, phase, path);
    if (work.kind === 'human') checkHuman(context, work, path);
    if (work.kind === 'ask') checkAsk(context, work, path);
    if (work.kind === 'each' || work.kind === 'parallel') checkJoin(context, work, path);
  }
}

function checkTalk(context: RuleContext, { speaker, rules, roles, by }: TalkWork, path: NodePath): void {
  for (const key of ['rules', 'selector']) {
    if (speaker !== key) refuseIdle(context, [...path, key], `it is read only with \`speaker: ${key}\``);
  }
  const known = knownRoles(context);
  const isMissing = by === '' && context.places.node([...path, 'by']) === undefined;
  if (isMissing && roles.length > 0 && !roles.some(role => known.includes(role))) {
    needKey(context, path, { key: 'by', because: 'no role takes part that could write the artifact' });
  }
  if (speaker !== 'rules' || rules.length > 0 || context.places.node([...path, 'rules'])) return;
  needKey(context, path, { key: 'rules', because: '`speaker: rules` is read from it' });
}

/** What a conversation inside another one says there is a reply like any other. */
function checkSummary(context: RuleContext, outer: TalkWork, path: NodePath): void {
  if (outer.reply === undefined) return;
  refuseIdle(
    context,
    [...path, 'output'],
    `its summary is a reply, which fits the \`reply\` of \`${outer.name}\``,
  );
}

function checkHuman(
  context: RuleContext,
  { choices, freeText, default: fallback }: HumanWork,
  path: NodePath,
): void {
  const { places, report } = context;
  const has = (key: string): boolean => places.node([...path, key]) !== undefined;
  if (has('default') && !has('timeout')) {
    refuseIdle(context, [...path, 'default'], 'it is taken only after a `timeout`');
  }
  if (!freeText && choices.length === 0 && !has('choices')) {
    const message = 'Without `choices` and without free text nothing can be answered';
    report({ code: 'invalid-value', range: places.at([...path, 'free_text']), message });
  }
  if (fallback === undefined || choices.length === 0 || choices.includes(fallback)) return;
  const message = `The default ${quote(fallback)} is not one of the choices`;
  report({
    code: 'invalid-value',
    range: places.at([...path, 'default']),
    message,
    hint: suggest(fallback, choices),
  });
}

function checkAsk(context: RuleContext, work: Extract<PhaseWork, { kind: 'ask' }>, path: NodePath): void {
  const { places, report } = context;
  const { vote, summarizer, minAnswers, models } = work;
  if (vote === 'judge' && summarizer === undefined) {
    needKey(context, path, { key: 'summarizer', because: 'its model is the judge of `vote: judge`' });
  }
  if (vote === 'majority') {
    refuseIdle(context, [...path, 'summarizer'], 'a vote by majority asks no further model');
  }
  const asked = places.node([...path, 'models']);
  if (asked?.kind === 'list' && asked.items.length === 1) {
    refuseIdle(context, [...path, 'vote'], 'one answer is chosen anyway');
  }
  if (minAnswers <= models.length || models.length === 0) return;
  const message = `${quote('min_answers')} is ${minAnswers}, but only ${models.length} are asked`;
  report({ code: 'invalid-value', range: places.at([...path, 'min_answers']), message });
}

function checkJoin(
  { places, report }: RuleContext,
  work: Extract<PhaseWork, { kind: 'each' | 'parallel' }>,
  path: NodePath,
): void {
  const most = work.kind === 'each' ? work.max : work.branches.length;
  if (typeof work.join !== 'number' || work.join <= most || most === 0) return;
  const parts = work.kind === 'each' ? 'items' : 'branches';
  const message = `${quote('join')} waits for ${work.join}, but there are at most ${most} ${parts}`;
  report({ code: 'invalid-value', range: places.at([...path, 'join']), message });
}

function refuseIdle({ places, report }: RuleContext, path: NodePath, reason: string): void {
  if (places.node(path) === undefined) return;
  const message = `${quote(String(path.at(-1)))} has no effect here: ${reason}`;
  report({ code: 'idle-setting', range: places.keyOf(path), message, hint: 'take it out' });
}

function needKey(
  { places, report }: RuleContext,
  path: NodePath,
  { key, because }: { readonly key: string; readonly because: string },
): void {
  const owner = quote(path.slice(1).join('.'));
  const message = `${owner} needs the key ${quote(key)}: ${because}`;
  report({ code: 'missing-key', range: places.keyOf(path), message });
}
