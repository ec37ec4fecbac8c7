import type { ManageWork, SpeakerChoice, TalkEnding, TalkWork } from '../model/crew.ts';
import type { JsonObject, JsonSchema, JsonValue } from '../model/json.ts';
import { readDurationMs, readTokens } from './amounts.ts';
import { DEFAULT_MAX_TURNS, lowerPromptedModel } from './lower-branch.ts';
import { lowerNext } from './lower-routing.ts';
import { asObject, asText, asTexts, compact, namedRows, wholeNumber } from './lower-values.ts';
import { lowerSchema, lowerWork, type Written } from './lower-work.ts';

const DEFAULT_MAX_DELEGATIONS = 8;
const SPEAKERS: readonly string[] = ['random', 'selector', 'handoff', 'rules'];

/**
 * Lowers a conversation with those inside it; the roles that may speak after one that `transitions` leaves out are
 * filled in.
 */
export function lowerTalk(written: Written): TalkWork {
  const { value, path } = written;
  const insides = namedRows(value.inner);
  const names = insides.map(([name]) => name);
  const talk = lowerConversation(written, names);
  const inner = insides.map(([name, one]) => {
    const place = { ...written, name, path: [...path, 'inner', name], value: asObject(one) };
    return [name, lowerInner(place, talk.reply)] as const;
  });
  return {
    kind: 'talk',
    ...lowerWork(written),
    ...talk,
    ...(inner.length === 0 ? {} : { inner: Object.fromEntries(inner) }),
  };
}

/** Its summary is a reply of the conversation around it, so it has the form that replies have there. */
function lowerInner(written: Written, outerReply: JsonSchema | undefined): TalkWork {
  const output = outerReply ?? lowerSchema(written, ['output']);
  return { kind: 'talk', name: written.name, ...compact({ output }), ...lowerConversation(written, []) };
}

/** What every conversation has. `inner` are the participants that are no roles, so that none of them is `by`. */
function lowerConversation(
  written: Written,
  inner: readonly string[],
): Omit<TalkWork, 'kind' | 'name' | 'inner'> {
  const { value } = written;
  const roles = asTexts(value.talk);
  const speaker = SPEAKERS.includes(asText(value.speaker)) ? (value.speaker as SpeakerChoice) : 'round_robin';
  return {
    roles,
    task: asText(value.task),
    speaker,
    transitions: lowerTransitions(asObject(value.transitions), roles, speaker),
    until: lowerUntil(value.until),
    maxTurns: wholeNumber(value.max_turns) ?? DEFAULT_MAX_TURNS,
    by: value.by === undefined ? (roles.find(role => !inner.includes(role)) ?? '') : asText(value.by),
    ...compact({
      reply: lowerSchema(written, ['reply']),
      selector: speaker === 'selector' ? lowerPromptedModel(value.selector) : undefined,
    }),
    rules: lowerNext(value.rules),
    audience: lowerAudience(value.audience),
  };
}

function lowerTransitions(
  written: JsonObject,
  roles: readonly string[],
  speaker: SpeakerChoice,
): TalkWork['transitions'] {
  const rows = roles.map((role, index) => {
    const listed = Object.hasOwn(written, role) ? written[role] : undefined;
    if (listed !== undefined) return [role, asTexts(listed)] as const;
    const next = roles[(index + 1) % roles.length];
    if (speaker === 'round_robin') return [role, next === undefined ? [] : [next]] as const;
    return [role, roles.filter(other => other !== role)] as const;
  });
  return Object.fromEntries(rows);
}

function lowerUntil(value: JsonValue | undefined): TalkEnding[] {
  if (value === undefined) return [];
  if (typeof value === 'string') return [{ when: value }];
  return (Array.isArray(value) ? value : [value]).map(lowerEnding);
}

function lowerEnding(value: JsonValue): TalkEnding {
  const { when, text, tokens, time, no_progress: noProgress } = asObject(value);
  return compact({
    when: asText(when) || undefined,
    text: asText(text) || undefined,
    tokens: readTokens(tokens),
    timeMs: readDurationMs(time),
    noProgressTurns: wholeNumber(noProgress),
  });
}

function lowerAudience(value: JsonValue | undefined): TalkWork['audience'] {
  if (value === 'private') return 'private';
  const rows = namedRows(value).map(([role, listeners]) => [role, asTexts(listeners)] as const);
  return rows.length === 0 ? 'shared' : Object.fromEntries(rows);
}

/** Lowers the work of a role that manages others. */
export function lowerManage(written: Written): ManageWork {
  const { value } = written;
  return {
    kind: 'manage',
    ...lowerWork(written),
    role: asText(value.manage),
    workers: asTexts(value.workers),
    task: asText(value.task),
    maxDelegations: wholeNumber(value.max_delegations) ?? DEFAULT_MAX_DELEGATIONS,
    maxTurns: wholeNumber(value.max_turns) ?? DEFAULT_MAX_TURNS,
    maxWorkerTurns: wholeNumber(value.max_worker_turns) ?? DEFAULT_MAX_TURNS,
    concurrency: wholeNumber(value.concurrency) ?? 1,
  };
}
