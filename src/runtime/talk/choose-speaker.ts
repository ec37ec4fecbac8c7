import { evaluateCondition } from '../../expressions/template-evaluate.ts';
import type { WorkContext } from '../work-context.ts';
import { draw } from './draw.ts';
import { candidatesAfter, type TalkState } from './talk-state.ts';
import { talkScope } from './talk-thread.ts';

/** Who speaks next and why, in a few words. */
export interface ChosenSpeaker {
  readonly to: string;
  readonly reason: string;
}

/**
 * Chooses who speaks after the last reply, among those that the transitions allow, of which there is at least one; for
 * everything but a model's choice and a hand-off. `random` draws by the seed of the run and the turn, so that a replay
 * draws the same. Fails with TEMPLATE_FAILED when a rule cannot be evaluated. Pure.
 */
export function chooseSpeaker(state: TalkState, context: WorkContext): ChosenSpeaker {
  const { work, said } = state;
  const speaker = said.at(-1)?.speaker ?? '';
  const candidates = candidatesAfter(work, speaker);
  switch (work.speaker) {
    case 'random': {
      const to = draw(candidates, `${context.seed} ${context.key} ${said.length}`);
      return chosen(to, `by lot among ${namesOf(candidates)}`);
    }
    case 'rules':
      return byRules(state, context, candidates);
    case 'round_robin':
    case 'selector':
    case 'handoff': {
      const { roles } = work;
      const place = roles.indexOf(speaker) + 1;
      const inTurn = [...roles.slice(place), ...roles.slice(0, place)];
      return chosen(
        inTurn.find(name => candidates.includes(name)),
        `in turn after \`${speaker}\``,
      );
    }
  }
}

/** The one whom the law alone leaves, or the first. Pure. */
export function firstCandidate(state: TalkState, because: string): ChosenSpeaker {
  const speaker = state.said.at(-1)?.speaker ?? '';
  const candidates = candidatesAfter(state.work, speaker);
  const only = candidates.length === 1 ? 'the only one' : 'the first';
  return chosen(candidates[0], `${because}; ${only} who may speak after \`${speaker}\``);
}

function byRules(state: TalkState, context: WorkContext, candidates: readonly string[]): ChosenSpeaker {
  const scope = { ...context.scope, ...talkScope(state) };
  for (const [index, { when, to }] of state.work.rules.entries()) {
    if (!candidates.includes(to)) continue;
    if (when !== undefined && !evaluateCondition(when, scope)) continue;
    return { to, reason: `rule ${index + 1}${when === undefined ? '' : `: \`${when}\``}` };
  }
  return firstCandidate(state, 'no rule that holds names one who may speak');
}

function chosen(to: string | undefined, reason: string): ChosenSpeaker {
  if (to === undefined) throw new Error('nobody may speak, and the conversation was not closed');
  return { to, reason };
}

/** Names as people read them. Pure. */
function namesOf(names: readonly string[]): string {
  return names.map(name => `\`${name}\``).join(', ');
}
