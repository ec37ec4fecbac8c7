import type { ModelRequest } from '../../src/ports/language-model.ts';
import { eventsOf } from './compact-events.ts';
import type { Replies, Reply } from './fake-model.ts';
import type { CrewRun } from './run-crew.ts';

/** The text of a crew with one conversation, `debate`; `talk` is what the phase says beside `task` and `next`. */
export function talkCrew(talk: string, phases = ''): string {
  const lines = talk
    .trim()
    .split('\n')
    .map(line => `    ${line}\n`)
    .join('');
  return `roles:
  author: { goal: Defend., tools: [] }
  critic: { goal: Doubt. }
  editor: { goal: Settle. }
  clerk: { goal: Look things up., tools: [kit] }
models: { chooser: auto }
start: debate
phases:
  debate:
    task: Settle tabs
${lines}    next: done
${phases}  done: { end: success, result: "{{ debate }}" }
`;
}

/** Answers by the speaker's own replies in turn; whoever is not named says something new each time. */
export function speakers(lines: { readonly [role: string]: readonly (Reply | string)[] }): Replies {
  const given = new Map<string, number>();
  return ({ origin }, nth) => {
    const key = origin.role;
    const place = given.get(key) ?? 0;
    given.set(key, place + 1);
    const line = lines[key]?.[place] ?? `${origin.role} says thing ${nth}`;
    return typeof line === 'string' ? { text: line } : line;
  };
}

/** Whose turn it was, in order; the writing of the artifact in brackets. */
export function turnsOf(run: CrewRun): readonly string[] {
  return eventsOf(run, 'turn.started').map(({ role, closing }) => (closing === true ? `[${role}]` : role));
}

/** Why each turn was given. */
export function reasonsOf(run: CrewRun): readonly (string | undefined)[] {
  return eventsOf(run, 'turn.started').map(({ reason }) => reason);
}

/** What a request sends after its system prompt, one line for each message. */
export function heardIn(request: ModelRequest | undefined): readonly string[] {
  return (request?.messages ?? []).slice(1).map(({ from, parts }) => {
    const text = parts.map(part => (part.type === 'text' ? part.text : `<${part.type}>`)).join('');
    return `${from}| ${text}`;
  });
}
