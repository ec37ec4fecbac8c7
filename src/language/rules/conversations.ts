import type { ManageWork, TalkWork } from '../../model/crew.ts';
import { innerTalk } from '../../model/inner-talk.ts';
import { closest, suggest } from '../closest.ts';
import { quote } from '../report.ts';
import { knownRoles, knowsRoles } from '../role-names.ts';
import type { RuleContext } from '../rule.ts';
import type { NodePath } from '../source-node.ts';
import { listWorks } from '../works.ts';
import { checkSpeakingOrder } from './speaking-order.ts';

/** Who is handed over to takes part, every speaker can be reached, and nobody stands for two or works for itself. */
export function checkConversations(context: RuleContext): void {
  for (const { work, path } of listWorks(context.crew)) {
    if (work.kind === 'talk') checkTalk(context, work, path);
    if (work.kind === 'talk') checkInner(context, work, path);
    if (work.kind === 'manage') checkManage(context, work, path);
  }
}

function checkTalk(context: RuleContext, talk: TalkWork, path: NodePath): void {
  const known = [
    ...checkMap(context, talk, [...path, 'transitions'], 'speaks'),
    ...checkMap(context, talk, [...path, 'audience'], 'hears'),
    ...talk.rules.map(({ to }, index) =>
      checkTarget(context, talk, { to, path: [...path, 'rules', index, 'to'], does: 'speaks' }),
    ),
  ];
  if (known.every(one => one)) checkSpeakingOrder(context, talk, path);
}

/** Every conversation inside this one stands for a participant that is no role, and none of them writes the artifact. */
function checkInner(context: RuleContext, talk: TalkWork, path: NodePath): void {
  const { places, report } = context;
  for (const name of Object.keys(talk.inner ?? {})) {
    const range = places.keyOf([...path, 'inner', name]);
    if (knowsRoles(context) && knownRoles(context).includes(name)) {
      const message = `${quote(name)} is a role, so it cannot be the name of a conversation too`;
      report({ code: 'inner-is-role', range, message, hint: 'give the conversation another name' });
    } else if (!talk.roles.includes(name) && closest(name, strangers(context, talk)) === undefined) {
      const message = `${quote(name)} does not take part in this conversation, so it is never held`;
      report({ code: 'inner-not-in-talk', range, message, hint: 'add it to `talk`' });
    }
  }
  if (innerTalk(talk, talk.by) === undefined) return;
  const message = `${quote(talk.by)} is a conversation; only a role can write what comes out`;
  report({ code: 'invalid-value', range: places.at([...path, 'by']), message });
}

/** Names in `talk` that are nobody's, which has been reported with a suggestion. */
function strangers(context: RuleContext, talk: TalkWork): readonly string[] {
  if (!knowsRoles(context)) return [];
  const known = knownRoles(context);
  return talk.roles.filter(name => !known.includes(name) && innerTalk(talk, name) === undefined);
}

/** Holds the roles of a mapping from roles to lists of roles against those that take part. */
function checkMap(
  context: RuleContext,
  talk: TalkWork,
  path: NodePath,
  does: Target['does'],
): readonly boolean[] {
  const node = context.places.node(path);
  if (node?.kind !== 'map') return [];
  return node.entries
    .filter(entry => !entry.key.startsWith('x-'))
    .flatMap(({ key, value }) => {
      const items = value.kind === 'list' ? value.items : [];
      const targets = items.map((item, index) => {
        const to = item.kind === 'scalar' && typeof item.value === 'string' ? item.value : '';
        return checkTarget(context, talk, { to, path: [...path, key, index], does });
      });
      return [
        checkTarget(context, talk, { to: key, path: [...path, key], does: 'speaks', isKey: true }),
        ...targets,
      ];
    });
}

interface Target {
  readonly to: string;
  readonly path: NodePath;
  /** What it would do in the conversation. */
  readonly does: 'speaks' | 'hears';
  readonly isKey?: true;
}

function checkTarget(context: RuleContext, talk: TalkWork, { to, path, does, isKey }: Target): boolean {
  if (to === '' || talk.roles.includes(to) || !knowsRoles(context)) return true;
  const there = knownRoles(context).includes(to) || innerTalk(talk, to) !== undefined;
  const message = there
    ? `${quote(to)} does not take part in this conversation, so it never ${does} in it`
    : `${quote(to)} is not a role of this crew, so it never ${does} in this conversation`;
  const hint = there ? `add it to \`talk\`` : suggest(to, talk.roles);
  const range = isKey ? context.places.keyOf(path) : context.places.at(path);
  context.report({ code: 'handoff-unknown-role', range, message, hint });
  return false;
}

function checkManage({ places, report }: RuleContext, { role, workers }: ManageWork, path: NodePath): void {
  const index = workers.indexOf(role);
  if (index === -1) return;
  const message = `${quote(role)} manages this phase, so it cannot be one of its own workers`;
  report({ code: 'invalid-value', range: places.at([...path, 'workers', index]), message });
}
