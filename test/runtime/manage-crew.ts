import type { JsonObject } from '../../src/model/json.ts';
import type { ModelRequest } from '../../src/ports/language-model.ts';
import { eventsOf } from './compact-events.ts';
import type { Reply } from './fake-model.ts';
import type { CrewRun, CrewRunOptions } from './run-crew.ts';

/** A crew with a managed phase; `more` is what the phase says beside its task. */
export const crew = (more = '') => `roles:
  lead: { goal: Lead., tools: [kit] }
  finder: { goal: Find., tools: [kit.echo] }
  writer: { goal: Write. }
start: report
phases:
  report:
    manage: lead
    workers: [finder, writer]
    task: Report on rain.
    ${more}
    next: done
  done: { end: success, result: "{{ report }}" }
${more.includes('failed') ? '  failed: { end: failure, result: "{{ run.error.code }}" }\n' : ''}`;

type Call = NonNullable<Reply['calls']>[number];
export const delegate = (role: string, task = 'Do it.'): Call => ({
  tool: 'delegate',
  args: { role, task, expected: 'A text.' },
});
export const ask = (role: string, question: string): Call => ({ tool: 'ask', args: { role, question } });
export const sendBack = (delegation: number, reason = 'Too short.'): Call => ({
  tool: 'send_back',
  args: { delegation, reason },
});
export const accept = (delegation: number): Call => ({ tool: 'accept', args: { delegation } });
export const transcript = (delegation: number): Call => ({ tool: 'transcript', args: { delegation } });

/** The lead plays its turns in order; workers say who they are, in which turn. */
export function lead(
  turns: readonly Reply[],
  worker?: (request: ModelRequest) => Reply | undefined,
): NonNullable<CrewRunOptions['replies']> {
  return request => {
    const { role, turn } = request.origin;
    if (role === 'lead') return turns[turn - 1] ?? { text: 'delivered' };
    return worker?.(request) ?? { text: `${role} ${turn}`, afterMs: 10 };
  };
}

/** What the lead was answered before its last call, in the order of its calls. */
export function answersOf(run: CrewRun) {
  const request = run.modelRequests.findLast(({ origin }) => origin.role === 'lead');
  return (request?.messages ?? []).flatMap(({ parts }) =>
    parts.flatMap(part => (part.type === 'tool-result' ? [part.value as JsonObject] : [])),
  );
}

export const handsOf = (run: CrewRun) =>
  eventsOf(run, 'work.handed').map(({ how, from, to, text }) => `${how} ${from} ${to}: ${text}`);
