import type { TalkWork } from '../../model/crew.ts';
import { quote } from '../report.ts';
import type { RuleContext } from '../rule.ts';
import type { NodePath } from '../source-node.ts';

const NAMES_SPEAKER = /^\s*speaker\s*==\s*(?:"([^"]*)"|'([^']*)')\s*$/;

/**
 * Everyone who takes part gets the word at some time, and every rule that names the speaker after whom it holds can be
 * taken: `transitions` let the one it names speak then. All names are those of participants.
 */
export function checkSpeakingOrder(context: RuleContext, talk: TalkWork, path: NodePath): void {
  const linked = linkedRoles(talk);
  const inTurn = talk.speaker === 'round_robin' ? rolesInTurn(talk) : linked;
  for (const [index, role] of talk.roles.entries()) {
    if (inTurn.has(role)) continue;
    const message = linked.has(role)
      ? `${quote(role)} never speaks: in turn, another one whom \`transitions\` allow always comes first`
      : `No transition leads to ${quote(role)}, so it never speaks`;
    const hint = linked.has(role)
      ? 'leave the others out of `transitions` there, or choose another `speaker`'
      : 'name it in `transitions`, or take it out of `talk`';
    const range = context.places.at([...path, 'talk', index]);
    context.report({ code: 'unreachable-speaker', range, message, hint });
  }
  if (talk.speaker === 'rules') checkRules(context, talk, path);
}

/** The roles to whom the transitions lead from the first speaker, whoever chooses among them. */
function linkedRoles(talk: TalkWork): ReadonlySet<string> {
  const reached = new Set(talk.roles.slice(0, 1));
  // A set yields what is added while it is walked.
  for (const role of reached) for (const next of talk.transitions[role] ?? []) reached.add(next);
  return reached;
}

/** The roles that speak when after each the first allowed one in the order of `talk` does. */
function rolesInTurn({ roles, transitions }: TalkWork): ReadonlySet<string> {
  const spoken = new Set<string>();
  let speaker = roles[0];
  while (speaker !== undefined && !spoken.has(speaker)) {
    spoken.add(speaker);
    const place = roles.indexOf(speaker) + 1;
    const allowed = transitions[speaker] ?? [];
    speaker = [...roles.slice(place), ...roles.slice(0, place)].find(role => allowed.includes(role));
  }
  return spoken;
}

function checkRules({ places, report }: RuleContext, talk: TalkWork, path: NodePath): void {
  for (const [index, { when, to }] of talk.rules.entries()) {
    const speaker = when === undefined ? undefined : namedSpeaker(when);
    if (speaker === undefined || !talk.roles.includes(speaker)) continue;
    const allowed = talk.transitions[speaker] ?? [];
    if (allowed.includes(to)) continue;
    const message = `After ${quote(speaker)} this rule cannot be taken: \`transitions\` do not let ${quote(to)} speak then`;
    const next = allowed.map(quote).join(', ');
    const hint =
      allowed.length === 0
        ? `nobody may speak after ${quote(speaker)}`
        : `after ${quote(speaker)} may speak ${next}`;
    report({ code: 'shadowed-transition', range: places.at([...path, 'rules', index, 'to']), message, hint });
  }
}

/** The only speaker after whom a condition can hold, if it says so in so many words. */
function namedSpeaker(when: string): string | undefined {
  if (/\bor\b/.test(when)) return undefined;
  for (const part of when.split(/\band\b/)) {
    const found = NAMES_SPEAKER.exec(part);
    if (found !== null) return found[1] ?? found[2];
  }
  return undefined;
}
