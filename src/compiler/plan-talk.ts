import type { TalkWork } from '../model/crew.ts';
import { innerTalk } from '../model/inner-talk.ts';
import { MAX_HAND_OFF_TURNS, MAX_REPLY_TURNS } from '../model/limits.ts';
import type { Bound, PlanFactor } from '../model/plan.ts';
import { grantedSpecs } from '../model/tool-spec.ts';
import { addBounds, maxBounds, NO_COST, sumBounds } from './plan-bound.ts';
import type { PlanContext } from './plan-context.ts';
import { decisionBytes, withMemoryTime } from './plan-memory.ts';
import { boundRole, boundSingleTurns, type ExplainedBound } from './plan-role.ts';
import { MOST_ANSWER_BYTES, MOST_TYPED_BYTES, NESTED_BYTES, templateBytes } from './plan-sizes.ts';
import { boundThoughts } from './plan-thoughts.ts';

/** How many sizes of a thread are told apart; a longer conversation is taken in steps of several replies. */
const MOST_STEPS = 50;
/** More than the words and names around one reply in a thread, and around the thread in the built-in prompt. */
const REPLY_FRAME_BYTES = 1_000;
const SELECTOR_PROMPT_BYTES = 4_000;

/**
 * Bounds one attempt of a conversation: for each turn the dearest of those who may have it by then, a choice before each
 * but the first where a model chooses, and the turn that writes the artifact. Requests grow with the replies before them.
 * Pure but for the notes.
 */
export function boundTalk(work: TalkWork, context: PlanContext, path: string): ExplainedBound {
  const { maxTurns } = work;
  const reply = replyBounds(work, context, path);
  const step = Math.ceil(maxTurns / MOST_STEPS);
  const replies: Bound[] = [];
  const choices: Bound[] = [];
  let speakers: ReadonlySet<string> = new Set(work.roles.slice(0, 1));
  for (let turn = 1; turn <= maxTurns; turn += 1) {
    const before = Math.ceil((turn - 1) / step) * step;
    replies.push(maxBounds([...speakers].map(name => reply(name, before))));
    if (turn < maxTurns && [...speakers].some(name => nextOf(work, name).length > 1)) {
      choices.push(boundChoice(work, context, { path, heard: heardBytes(work, turn) }));
    }
    speakers = new Set([...speakers].flatMap(name => nextOf(work, name)));
  }
  const factors = [
    { what: 'replies', count: maxTurns, why: '`talk.max_turns`' },
    ...Object.values(work.inner ?? {}).map(inner => ({
      what: `replies inside \`${inner.name}\``,
      count: inner.maxTurns,
      why: `\`inner.${inner.name}.max_turns\`, and one more turn for its summary`,
    })),
    ...(work.selector === undefined
      ? []
      : [{ what: 'choices', count: choices.length, why: 'a model says who speaks next, where several may' }]),
    ...turnsFactor(work, context),
    { what: 'artifacts', count: 1, why: 'one more turn writes the artifact' },
  ];
  return { bound: sumBounds([...replies, ...choices, boundClosing(work, context, path)]), factors };
}

/** Bounds one reply of a participant after so many others; each is worked out once. */
function replyBounds(work: TalkWork, context: PlanContext, path: string) {
  const known = new Map<string, Bound>();
  return (name: string, before: number): Bound => {
    const inner = innerTalk(work, name);
    const key = inner === undefined ? `${name} ${before}` : name;
    const bound = known.get(key) ?? (inner === undefined ? ofRole(name, before) : ofInner(inner, name));
    known.set(key, bound);
    return bound;
  };

  function ofInner(inner: TalkWork, name: string): Bound {
    const bound = boundTalk(inner, insideTalk(context), `${path}.${name}`).bound;
    return addBounds(withMemoryTime(bound, context), boundThoughts(inner, context, `${path}.${name}`));
  }

  function ofRole(role: string, before: number): Bound {
    return boundRole(context, {
      path,
      name: 'reply',
      role,
      task: work.task,
      maxTurns: hasTools(role, context) ? MAX_REPLY_TURNS : MAX_HAND_OFF_TURNS,
      ...(work.reply === undefined ? {} : { output: work.reply }),
      talks: { work, heardBytes: heardBytes(work, before), closing: false },
    }).bound;
  }
}

function hasTools(name: string, { roles, tools }: PlanContext): boolean {
  return grantedSpecs(roles.find(role => role.name === name)?.tools ?? [], tools).length > 0;
}

function turnsFactor({ roles, speaker }: TalkWork, context: PlanContext): readonly PlanFactor[] {
  const what = 'turns of a reply';
  if (roles.some(name => hasTools(name, context))) {
    return [{ what, count: MAX_REPLY_TURNS, why: 'a speaker may use its tools' }];
  }
  if (speaker !== 'handoff') return [];
  return [{ what, count: MAX_HAND_OFF_TURNS, why: 'a hand-off that is not allowed may be mended' }];
}

function boundClosing(work: TalkWork, context: PlanContext, path: string): Bound {
  return boundRole(context, {
    path,
    name: work.name,
    role: work.by,
    task: work.task,
    maxTurns: MAX_REPLY_TURNS,
    ...(work.output === undefined ? {} : { output: work.output }),
    talks: { work, heardBytes: heardBytes(work, work.maxTurns), closing: true },
  }).bound;
}

function boundChoice(
  work: TalkWork,
  context: PlanContext,
  { path, heard }: { readonly path: string; readonly heard: number },
): Bound {
  const { selector, roles } = work;
  if (selector === undefined) return NO_COST;
  const goals = roles.map(name => context.roles.find(role => role.name === name)?.goal ?? '');
  const promptBytes =
    selector.prompt === undefined
      ? SELECTOR_PROMPT_BYTES +
        decisionBytes(context) +
        new TextEncoder().encode(JSON.stringify([goals, roles, roles])).length * NESTED_BYTES +
        templateBytes(work.task, context.sizes) +
        (context.knownOnly ? 0 : heard)
      : templateBytes(selector.prompt, insideTalk(context).sizes);
  // Larger than the schema of a choice.
  const output = { enum: roles, description: ' '.repeat(1_000) };
  return boundSingleTurns(context, {
    path,
    name: 'next_speaker',
    models: [selector.model],
    promptBytes,
    output,
  });
}

/**
 * The most bytes that so many replies add to a request. A reply may be written in JSON inside a JSON text, and one that
 * was asked for a hand-off is made of two answers.
 */
function heardBytes(work: TalkWork, replies: number): number {
  const isTyped =
    work.reply !== undefined || Object.values(work.inner ?? {}).some(inner => inner.output !== undefined);
  const reply = isTyped ? MOST_TYPED_BYTES * NESTED_BYTES : MOST_ANSWER_BYTES;
  const answers = work.speaker === 'handoff' ? 2 : 1;
  const longest = Math.max(...work.roles.map(name => name.length));
  return replies * (reply * answers + REPLY_FRAME_BYTES + longest * NESTED_BYTES);
}

function nextOf(work: TalkWork, name: string): readonly string[] {
  return (Object.hasOwn(work.transitions, name) ? work.transitions[name] : undefined) ?? [];
}

/** Templates there read replies, whose names may be those of phases, which are of other sizes. */
function insideTalk(context: PlanContext): PlanContext {
  const sizes = new Map(context.sizes);
  for (const name of ['reply', 'speaker', 'turn', 'thread', 'candidates']) sizes.delete(name);
  return { ...context, sizes };
}
