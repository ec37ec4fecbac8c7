import { hintInRun } from '../model/crew-error.ts';
import type { RunEvent } from '../model/run-event.ts';
import { formatCost, formatDuration, formatQuantity } from '../reporters/amounts.ts';
import { gaveWayLines, type MemoryEvent, memoryLines } from '../reporters/memory-event.ts';
import { shortArguments } from '../reporters/short-arguments.ts';
import { callUsageText, cutOffText } from '../reporters/spend-text.ts';
import { summarizeValue } from '../reporters/summarize-value.ts';
import { takenText } from '../reporters/taken-text.ts';
import { tallyText } from '../reporters/tally-text.ts';
import { cutText, oneLine } from './cell-text.ts';
import type { LogRow } from './view.ts';

type EventOf<Type extends RunEvent['type']> = Extract<RunEvent, { readonly type: Type }>;
type Row = Pick<LogRow, 'mark' | 'look' | 'text'>;

/** More than a row of the widest terminal shows. */
const MOST_COLUMNS = 240;

/** One event on one row: a mark of ours and a few words. Foreign text is harmless. Pure. */
export function eventRow(event: RunEvent): Row {
  const { mark, look, text } = rowOf(event);
  return { mark, look, text: cutText(oneLine(text), MOST_COLUMNS) };
}

function rowOf(event: RunEvent): Row {
  switch (event.type) {
    case 'run.started':
      return { mark: '▸', look: 'cyan', text: `run ${event.runId} of ${event.crew} began` };
    case 'run.resumed':
      return { mark: '▸', look: 'cyan', text: 'the run goes on' };
    case 'run.ended':
      return runEnded(event);
    case 'run.suspended':
      return { mark: '‖', look: 'alert', text: `the run waits: ${failureText(event.failure)}` };
    case 'transition.taken':
      return { mark: '→', look: 'dim', text: `${event.from} → ${event.to} (${event.way})` };
    case 'phase.started':
    case 'phase.retried':
    case 'phase.ended':
      return phaseRow(event);
    case 'model.started':
    case 'model.ended':
      return modelRow(event);
    case 'tool.started':
    case 'tool.ended':
      return toolRow(event);
    case 'role.steered':
      return { mark: '»', look: 'alert', text: `${event.by} to ${event.role}: ${event.text}` };
    case 'tool.asked': {
      const text = `${event.tool} asked: ${event.question.text} → ${takenText(event.answer)}`;
      return { mark: '?', look: 'alert', text };
    }
    case 'artifact.repaired':
      return { mark: '~', look: 'alert', text: `artifact repaired: ${event.how.join(', ')}` };
    case 'artifact.rejected':
      return { mark: '!', look: 'alert', text: `artifact rejected, repair ${event.repair}: ${event.reason}` };
    case 'person.asked':
      return { mark: '?', look: 'alert', text: asksText(event.question) };
    case 'person.answered':
      return { mark: '●', look: 'good', text: answerText(event) };
    case 'memory.recalled':
    case 'memory.written':
    case 'memory.failed':
    case 'lesson.used':
      return memoryRow(event);
    default:
      return turnRow(event);
  }
}

/** All of its lines in one row; the record has each. */
function memoryRow(event: MemoryEvent): Row {
  const lines = memoryLines(event);
  const text = lines.map(line => line.text).join(' · ');
  const look = lines.some(({ isTrouble }) => isTrouble) ? 'alert' : 'cyan';
  return { mark: '◆', look, text: text === '' ? 'nothing is remembered for it' : text };
}

function turnRow(
  event: EventOf<
    | 'turn.started'
    | 'message.sent'
    | 'work.handed'
    | 'role.warned'
    | 'trial.judged'
    | 'answers.judged'
    | 'lesson.learned'
  >,
): Row {
  switch (event.type) {
    case 'turn.started': {
      const what = event.closing === true ? 'writes the artifact' : `has turn ${event.turn}`;
      const why = event.reason === undefined ? '' : ` (${event.reason})`;
      return { mark: '▹', look: 'cyan', text: `${event.role} ${what}${why}` };
    }
    case 'message.sent':
      return {
        mark: '“',
        look: 'plain',
        text: `${event.from} → ${event.to.join(', ') || 'all'}: ${event.text}`,
      };
    case 'work.handed':
      return { mark: '⇢', look: 'cyan', text: `${event.from} → ${event.to} (${event.how}) ${event.text}` };
    case 'role.warned':
      return { mark: '!', look: 'alert', text: `${event.role}: ${event.reason}` };
    case 'trial.judged': {
      const score = event.score === null ? '' : `, score ${event.score}`;
      const text = `trial ${event.trial} ${event.passed ? 'passed' : 'did not pass'}${score} ${event.feedback}`;
      return { mark: event.passed ? '✓' : '✗', look: event.passed ? 'good' : 'alert', text };
    }
    case 'answers.judged':
      return { mark: '✓', look: 'good', text: `by ${event.by}: ${tallyText(event)}` };
    case 'lesson.learned':
      return { mark: '✎', look: 'cyan', text: `lesson: ${event.lesson}` };
  }
}

function runEnded(event: EventOf<'run.ended'>): Row {
  if (event.outcome === 'success') return { mark: '✓', look: 'good', text: `success at ${event.phase}` };
  if (event.outcome === 'failure') return { mark: '✗', look: 'bad', text: `failure at ${event.phase}` };
  return { mark: '✗', look: 'bad', text: `error in ${event.phase}: ${failureText(event.failure)}` };
}

function phaseRow(event: EventOf<'phase.started' | 'phase.retried' | 'phase.ended'>): Row {
  if (event.type === 'phase.started') {
    const visit = event.visit > 1 ? `, visit ${event.visit}` : '';
    return { mark: '▸', look: 'cyan', text: `begins: ${event.role ?? event.kind}${visit}` };
  }
  if (event.type === 'phase.retried') {
    const text = `attempt ${event.attempt} after ${failureText(event.failure)}`;
    return { mark: '↻', look: 'alert', text };
  }
  if (event.outcome === 'completed')
    return { mark: '✓', look: 'good', text: `done: ${summarizeValue(event.artifact)}` };
  if (event.outcome === 'failed') return { mark: '✗', look: 'bad', text: failureText(event.failure) };
  return { mark: '–', look: 'dim', text: 'cancelled' };
}

function modelRow(event: EventOf<'model.started' | 'model.ended'>): Row {
  if (event.type === 'model.started')
    return { mark: '◦', look: 'dim', text: `${event.role} asks ${event.model}, turn ${event.turn}` };
  if (event.outcome === 'failed') {
    const next = event.retry === undefined ? '' : `, try ${event.retry.nth} of ${event.retry.of}`;
    return { mark: '✗', look: 'bad', text: `${event.role}: ${failureText(event.failure)}${next}` };
  }
  const calls = event.toolCalls === 0 ? '' : `, wants ${formatQuantity(event.toolCalls, 'tool call')}`;
  const cut = cutOffText(event);
  const price = `${callUsageText(event)} · ${formatCost(event.costMicroUsd)}`;
  return {
    mark: '◦',
    look: 'plain',
    text: `${event.role} answered${calls}${cut === undefined ? '' : `, ${cut}`} · ${price} · ${formatDuration(event.ms)}`,
  };
}

function toolRow(event: EventOf<'tool.started' | 'tool.ended'>): Row {
  if (event.type === 'tool.started')
    return { mark: '•', look: 'dim', text: `${event.tool} ${shortArguments(event.args)}` };
  const took = ` · ${formatDuration(event.ms)}`;
  if (event.outcome === 'failed')
    return { mark: '✗', look: 'bad', text: `${event.tool}: ${failureText(event.failure)}${took}` };
  const gone = gaveWayLines(event).map(({ text }) => ` · ${text}`);
  return {
    ...{ mark: '•', look: 'good' },
    text: `${event.tool} → ${summarizeValue(event.value)}${took}${gone.join('')}`,
  };
}

/** What a person is asked, in one line. Pure. */
export function asksText(question: EventOf<'person.asked'>['question']): string {
  if (question.kind === 'question') return question.text;
  const call = `${question.tool} ${shortArguments(question.args)}`;
  return question.kind === 'approval' ? `may it call ${call}` : `was it done? ${call}`;
}

/** Who answered what. Pure. */
export function answerText(event: EventOf<'person.answered'>): string {
  const said = [event.choice, event.text].filter(part => part !== null).join(' · ');
  const who = event.afterMs === undefined ? event.by : `default after ${formatDuration(event.afterMs)}`;
  return `${who}: ${said}`;
}

function failureText({ code, message }: { readonly code: string; readonly message: string }): string {
  return `${code} ${message}`;
}

/** What to do about a failure of this run, with its id in the commands. Pure. */
export function hintFor(
  failure: { readonly code: string; readonly message: string },
  target: string,
): string {
  return hintInRun(failure, target) ?? '';
}
