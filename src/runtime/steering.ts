import { CrewError } from '../model/crew-error.ts';
import type { ModelCallEffect } from '../model/effect.ts';
import type { Fact } from '../model/fact.ts';
import { MAX_STEER_LENGTH, MAX_STEERS } from '../model/limits.ts';
import { type Message, textMessage } from '../model/message.ts';
import type { Program } from '../model/program.ts';
import { steerMessage } from '../prompts/steer-message.ts';
import { type Draft, publish, type RunState } from './run-state.ts';
import { ownerOf } from './scope.ts';

/** Something that a person has said to a role, and the attempts of work in which it was heard. */
interface SaidToRole {
  readonly role: string;
  readonly message: Message;
  readonly heardIn: readonly string[];
}

/** A message in a conversation, before the message of the conversation's own that has this place. */
interface WovenMessage {
  readonly place: number;
  readonly message: Message;
}

/**
 * What people have said to roles of this run.
 * 1. Each piece of work of the role that is under way when it is said hears it, in its next model call, once; when none
 *    calls any more, the first call of the role after it does. A new attempt hears again what was said to the one before.
 * 2. What was heard stays in that conversation, at its place.
 * 3. Calls that were sent before, or are under way, are as they were sent.
 */
export interface Steering {
  readonly said: readonly SaidToRole[];
  /** By the key of a conversation, which is what stands before the last part of the keys of its calls. */
  readonly woven: { readonly [conversation: string]: readonly WovenMessage[] };
}

const NOTHING_SAID: Steering = { said: [], woven: {} };

/** Takes in what a person says to a role; of a run that is over nobody hears it. */
export function steer(draft: Draft, { at, role, text, by }: Extract<Fact, { type: 'role.steered' }>): void {
  if (draft.state.end !== undefined) return;
  const { said, woven } = draft.state.steering ?? NOTHING_SAID;
  const message = textMessage('user', steerMessage(text));
  draft.state = { ...draft.state, steering: { said: [...said, { role, message, heardIn: [] }], woven } };
  publish(draft, { at, type: 'role.steered', role, text, by });
}

/** How much was said before a piece of work was opened; absent when nothing was. Pure. */
export function steersBefore({ steering }: RunState): { readonly steersBefore?: number } {
  return steering === undefined ? {} : { steersBefore: steering.said.length };
}

/** A model call with what its role has to hear, and what is known after it was sent. */
export interface Woven {
  readonly call: ModelCallEffect;
  /** Absent when nothing was added. */
  readonly steering?: Steering;
}

/** Puts what was said to its role into a model call that is about to go out. Pure. */
export function weave({ steering, open }: RunState, call: ModelCallEffect): Woven {
  if (steering === undefined || call.origin.asks !== undefined) return { call };
  const { said, woven } = steering;
  const conversation = call.key.slice(0, call.key.lastIndexOf('/'));
  const before = woven[conversation] ?? [];
  // A call that was sent, and lost with its process, has them already.
  if (before.some(({ message }) => call.messages.includes(message))) return { call };
  const work = open[ownerOf(call.key)];
  if (work === undefined) throw new Error(`model call ${call.key} has no work`);
  const isNew = ({ role, heardIn }: SaidToRole, nth: number): boolean => {
    if (role !== call.origin.role || heardIn.includes(work.key)) return false;
    return heardIn.length === 0 || nth >= (work.steersBefore ?? 0);
  };
  const fresh = said.filter(isNew).map(({ message }) => ({ place: endOf(call.messages), message }));
  const all = [...before, ...fresh];
  if (all.length === 0) return { call };
  const sent = { ...call, messages: withMessages(call.messages, all) };
  if (fresh.length === 0) return { call: sent };
  const heard = said.map((each, nth) =>
    isNew(each, nth) ? { ...each, heardIn: [...each.heardIn, work.key] } : each,
  );
  return { call: sent, steering: { said: heard, woven: { ...woven, [conversation]: all } } };
}

/** Forgets the conversations of work that is closed. */
export function forgetWoven(draft: Draft, prefix: string): void {
  const { steering } = draft.state;
  if (steering === undefined) return;
  const others = Object.entries(steering.woven).filter(([key]) => !key.startsWith(prefix));
  draft.state = { ...draft.state, steering: { ...steering, woven: Object.fromEntries(others) } };
}

/**
 * Refuses what no role of this program can hear, with USAGE: an unknown role, an empty text, one of more than
 * `MAX_STEER_LENGTH` characters, or more than `MAX_STEERS` messages in one run; `said` counts those that were said.
 */
export function refuseSteer(
  program: Program,
  { role, text, said }: { readonly role: string; readonly text: string; readonly said: number },
): void {
  const roles = rolesOf(program);
  if (!roles.has(role)) {
    const names = [...roles].map(name => `\`${name}\``).join(', ');
    throw new CrewError('USAGE', `this run has no role \`${role}\`; its roles are ${names || 'none'}`);
  }
  if (text.trim() === '') throw new CrewError('USAGE', 'expected something to say, found an empty text');
  if (text.length > MAX_STEER_LENGTH) {
    const message = `expected at most ${MAX_STEER_LENGTH} characters, found ${text.length}`;
    throw new CrewError('USAGE', message);
  }
  if (said < MAX_STEERS) return;
  throw new CrewError('USAGE', `roles of one run can be told ${MAX_STEERS} things, and were`);
}

/** The roles of a program and of the crews inside it. */
function rolesOf({ roles, crews = {} }: Program): ReadonlySet<string> {
  const inside = Object.values(crews).flatMap(inner => [...rolesOf(inner)]);
  return new Set([...roles.map(({ name }) => name), ...inside]);
}

/** A warning of ours stands last, is not part of the conversation, and is gone in the next call. */
function endOf(messages: readonly Message[]): number {
  const last = messages.findLastIndex(({ from }) => from !== 'system');
  return last === -1 ? messages.length : last + 1;
}

/**
 * Each stands before the message that came at its place later; what stands at the end is heard last. Where older messages made
 * room, places mean other messages; nothing ever comes between calls and their results.
 */
function withMessages(messages: readonly Message[], woven: readonly WovenMessage[]): readonly Message[] {
  const end = endOf(messages);
  const all: Message[] = [];
  let waiting = woven.toSorted((one, other) => one.place - other.place);
  for (const [place, message] of messages.entries()) {
    const due = message.from === 'tool' ? [] : waiting.filter(each => each.place <= place || place >= end);
    waiting = waiting.filter(each => !due.includes(each));
    all.push(...due.map(each => each.message), message);
  }
  return [...all, ...waiting.map(each => each.message)];
}
