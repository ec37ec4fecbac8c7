import { messageText } from '../../src/model/message.ts';
import type { ModelRequest } from '../../src/ports/language-model.ts';
import type { Replies, Reply } from './fake-model.ts';
import type { CrewRun } from './run-crew.ts';

/** A crew whose writer tries again as `reflect` says; `more` are further keys of the phase, one a line. */
export const trialCrew = (reflect: string, more = '') => `roles:
  writer: { goal: Write., model: small }
  critic: { goal: Judge. }
models: { small: auto, default: auto }
start: draft
phases:
  draft:
    role: writer
    task: Write the word.
    reflect: { ${reflect} }
    ${more}
    next: done
  done: { end: success, result: "{{ draft }}" }
`;

/** A further phase, for crews whose trials may fail. */
export const FAILED_END = '  failed: { end: failure, result: "{{ run.error.code }}" }\n';

/** What each speaker (`writer`, `lesson`, `critic`) says in its order; the last of each again and again. */
export function sayInOrder(lists: { readonly [speaker: string]: readonly (Reply | string)[] }): Replies {
  const counts = new Map<string, number>();
  return ({ origin }: ModelRequest): Reply => {
    const list = lists[origin.role] ?? [];
    const nth = counts.get(origin.role) ?? 0;
    counts.set(origin.role, nth + 1);
    const reply = list[Math.min(nth, list.length - 1)];
    if (reply === undefined) throw new Error(`nobody expected ${origin.role} to be asked`);
    return typeof reply === 'string' ? { text: reply } : reply;
  };
}

/** What a critic answers. */
export const judgement = (passed: boolean, score: number, feedback = 'so') => ({
  json: { passed, score, feedback },
});

/** The task of each request to a speaker. */
export const messagesTo = (run: CrewRun, speaker: string): string[] =>
  run.modelRequests
    .filter(({ origin }) => origin.role === speaker)
    .map(({ messages }) => messageText(messages[1] ?? { from: 'user', parts: [] }));
