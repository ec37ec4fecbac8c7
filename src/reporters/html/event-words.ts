import type { RunEvent } from '../../model/run-event.ts';
import { formatDuration, formatQuantity } from '../amounts.ts';
import { type MemoryEvent, memoryLines } from '../memory-event.ts';
import { shortArguments } from '../short-arguments.ts';
import { callUsageText, cutOffText, spendText } from '../spend-text.ts';
import { summarizeValue } from '../summarize-value.ts';
import { takenText } from '../taken-text.ts';
import { tallyText } from '../tally-text.ts';

type EventOf<Type extends RunEvent['type']> = Extract<RunEvent, { readonly type: Type }>;
type Rows = { readonly [Type in RunEvent['type']]: (event: EventOf<Type>) => string };

/** What each kind of event says, without its type and its phase. */
const WORDS: Rows = {
  'run.started': ({ crew, runId }) => `${crew} · ${runId}`,
  'run.resumed': () => '',
  'phase.started': ({ kind, visit, role, causeBy }) =>
    [kind, role, visit > 1 ? `visit ${visit}` : undefined, causeBy && `woken by ${causeBy.join(', ')}`]
      .filter(part => part !== undefined)
      .join(' · '),
  'transition.taken': ({ from, to, way, crew }) =>
    `${crew === undefined ? '' : `${crew}: `}${from} → ${to} (${way})`,
  'turn.started': ({ role, turn, closing, reason }) =>
    `${role}, ${closing === true ? 'to write the artifact' : `turn ${turn}`}${reason === undefined ? '' : ` · ${reason}`}`,
  'message.sent': ({ from, to, text }) => `${from} → ${to.join(', ')}: ${text}`,
  'work.handed': ({ how, from, to, text }) => `${how}: ${from} → ${to}: ${text}`,
  'role.steered': ({ role, text, by }) => `${by} → ${role}: ${text}`,
  'role.warned': ({ role, reason }) => `${role}: ${reason}`,
  'trial.judged': ({ trial, passed, score, feedback }) =>
    `trial ${trial} ${passed ? 'passed' : 'did not pass'}${score === null ? '' : `, score ${score}`}: ${feedback}`,
  'answers.judged': event => tallyText(event),
  'lesson.learned': ({ lesson }) => lesson,
  'lesson.used': memoryWords,
  'memory.recalled': memoryWords,
  'memory.written': memoryWords,
  'memory.failed': memoryWords,
  'person.asked': ({ question }) =>
    question.kind === 'question'
      ? question.text
      : `${question.kind}: ${question.tool} ${shortArguments(question.args)}`,
  'person.answered': ({ by, choice, text }) =>
    `${by}: ${[choice, text].filter(part => part !== null).join(' · ')}`,
  'phase.retried': ({ attempt, failure }) => `attempt ${attempt} after ${failure.code}: ${failure.message}`,
  'phase.ended': event =>
    event.outcome === 'completed'
      ? `completed · ${summarizeValue(event.artifact)}`
      : event.outcome === 'failed'
        ? `failed · ${event.failure.code}: ${event.failure.message}`
        : 'cancelled',
  'model.started': ({ role, model, turn }) => `${role} · ${model} · turn ${turn}`,
  'model.ended': event =>
    event.outcome === 'failed'
      ? `${event.failure.code}: ${event.failure.message}${event.retry === undefined ? '' : ` · try ${event.retry.nth} of ${event.retry.of} in ${formatDuration(event.retry.inMs)}`}`
      : `${formatDuration(event.ms)} · ${callUsageText(event)}${event.cutAt === undefined ? '' : ` · ${cutOffText(event)}`}${event.toolCalls === 0 ? '' : ` · ${formatQuantity(event.toolCalls, 'tool call')}`}`,
  'tool.started': ({ tool, args }) => `${tool} ${shortArguments(args)}`,
  'tool.ended': event =>
    event.outcome === 'failed'
      ? `${event.tool} failed · ${event.failure.code}: ${event.failure.message}`
      : `${event.tool} · ${formatDuration(event.ms)} · ${summarizeValue(event.value)}`,
  'tool.asked': ({ tool, question, answer }) => `${tool} asked: ${question.text} · ${takenText(answer)}`,
  'artifact.repaired': ({ how }) => how.join(', '),
  'artifact.rejected': ({ reason, repair }) => `repair ${repair}: ${reason}`,
  'run.ended': event =>
    `${event.outcome}${event.outcome === 'error' ? ` · ${event.failure.code}: ${event.failure.message}` : ''} · ${spendText(event.spend)}`,
  'run.suspended': ({ failure }) => `${failure.code}: ${failure.message}`,
};

function memoryWords(event: MemoryEvent): string {
  return memoryLines(event)
    .map(({ text }) => text)
    .join(' · ');
}

/** What an event says in a few words; foreign text is in it as it is. Pure. */
export function eventWords(event: RunEvent): string {
  const row = WORDS[event.type] as (event: RunEvent) => string;
  return row(event);
}
