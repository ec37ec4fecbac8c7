import type { ModelCallEffect } from '../../model/effect.ts';
import type { Fact } from '../../model/fact.ts';
import { type Message, messageText } from '../../model/message.ts';
import type { PastMessage } from '../../model/past-message.ts';
import type { Program } from '../../model/program.ts';
import { SUMMARY_TAG } from '../../prompts/context-summary.ts';
import { NOTES_TAG, STRANGE_NOTES_TAG } from '../../prompts/recalled-notes.ts';
import { untrustedPhase } from '../remember/untrusted-work.ts';
import { procedureOf, type RunState } from '../run-state.ts';
import { ownerOf, playingCrew } from '../scope.ts';
import type { FoldStep } from './fold-run.ts';

/** Between these tags stands what is told again in a message of its own. */
const DERIVED_TAGS: readonly string[] = [SUMMARY_TAG, NOTES_TAG, STRANGE_NOTES_TAG];

/** Whose conversation a call belongs to. */
type Whose = Pick<PastMessage, 'runId' | 'crew' | 'phase' | 'role' | 'untrusted'>;

/**
 * What was said in the conversations of a run, told and found out by tools, each once, in the order in which it came up, out of
 * the steps of its fold. System prompts, summaries of older messages, notes that a role
 * was reminded of and results of memory's own tools are left out: they are
 * made of the rest, or would find themselves. Pure.
 */
export function readMessages(steps: Iterable<FoldStep>): readonly PastMessage[] {
  const found: PastMessage[] = [];
  const known = new Set<Message>();
  for (const { before, after, fact, effects } of steps) {
    const answered = before === undefined ? undefined : answerOf(before, fact);
    if (answered !== undefined) {
      known.add(answered.message);
      found.push(...said(answered.message, answered.whose, fact.at));
    }
    for (const effect of effects) {
      if (effect.type !== 'model.call' || effect.origin.asks !== undefined) continue;
      const fresh = effect.messages.filter(message => !known.has(message));
      for (const message of fresh) known.add(message);
      const whose = whoseCall(after, effect);
      found.push(...fresh.flatMap(message => told(message, whose, after)));
    }
  }
  return found;
}

function answerOf(
  state: RunState,
  fact: Fact,
): { readonly message: Message; readonly whose: Whose } | undefined {
  if (fact.type !== 'model.answered') return undefined;
  const call = state.acts[fact.key];
  if (call?.type !== 'model.call' || call.origin.asks !== undefined) return undefined;
  return { message: fact.message, whose: whoseCall(state, call) };
}

function whoseCall(state: RunState, { key, origin }: ModelCallEffect): Whose {
  const { phase, role } = origin;
  const work = state.open[ownerOf(key)];
  const crew =
    work === undefined ? state.program.crew : playingCrew(state, procedureOf(state, work.procedure));
  const isStrange = work !== undefined && untrustedPhase(state, work) !== undefined;
  return { runId: state.runId, crew, phase, role, ...(isStrange ? { untrusted: true } : {}) };
}

function said(message: Message, whose: Whose, at: number): readonly PastMessage[] {
  const text = messageText(message).trim();
  return text === '' ? [] : [{ ...whose, at, what: 'said', text }];
}

function told(message: Message, whose: Whose, { at, program }: RunState): readonly PastMessage[] {
  if (message.from === 'system') return [];
  if (message.from === 'assistant') return said(message, whose, at);
  if (message.from === 'user') {
    const text = messageText(message).trim();
    const isDerived = text === '' || DERIVED_TAGS.some(tag => text.includes(`<${tag}>`));
    return isDerived ? [] : [{ ...whose, at, what: 'told', text }];
  }
  return message.parts.flatMap(part => {
    if (part.type !== 'tool-result') return [];
    const kind = kindOf(program, part.tool);
    if (kind === 'memory') return [];
    const { tool, value } = part;
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    const strange = kind === 'mcp' ? { untrusted: true as const } : {};
    return [{ ...whose, at, what: 'tool result' as const, tool, text, ...strange }];
  });
}

const kinds = new WeakMap<Program, ReadonlyMap<string, Kind>>();

/** What stands behind a tool that matters here; an alias may stand for something else in a crew inside, and then the worst counts. */
function kindOf(program: Program, tool: string): Kind | undefined {
  const known = kinds.get(program) ?? new Map(kindsOf(program));
  kinds.set(program, known);
  return known.get(tool);
}

type Kind = 'memory' | 'mcp';

/** Later rows of a map count: what comes from outside is never taken for ours. */
function kindsOf({ tools, crews = {} }: Program): readonly (readonly [tool: string, kind: Kind])[] {
  const rows = Object.values(crews).flatMap(inner => [...kindsOf(inner)]);
  for (const { name, memory, source } of tools) {
    if (source === 'mcp') rows.push([name, 'mcp']);
    else if (memory !== undefined) rows.push([name, 'memory']);
  }
  return rows.toSorted(([, one], [, other]) => Number(one === 'mcp') - Number(other === 'mcp'));
}
