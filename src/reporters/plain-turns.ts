import type { JsonObject, JsonValue } from '../model/json.ts';
import { curveText } from '../model/trial-curve.ts';
import { formatDuration } from './amounts.ts';
import { type MemoryEvent, memoryLines } from './memory-event.ts';
import { flushStreams } from './plain-call.ts';
import { keepTrial } from './plain-phase.ts';
import { type EventOf, type PlainState, tellRow } from './plain-state.ts';
import { takenText } from './taken-text.ts';
import { tallyText } from './tally-text.ts';

/** What passes between roles, and what a phase learns: who has the turn, who said what to whom, who handed what on. */
export function tellTurn(
  state: PlainState,
  event: EventOf<
    | 'turn.started'
    | 'message.sent'
    | 'work.handed'
    | 'role.warned'
    | 'trial.judged'
    | 'answers.judged'
    | 'lesson.learned'
  >,
): void {
  flushStreams(state, event.phase, writerOf(event));
  const place = event.phase;
  switch (event.type) {
    case 'turn.started': {
      const what = event.closing === true ? ' writes the artifact' : ` · turn ${event.turn}`;
      const why = event.reason === undefined ? '' : ` · ${oneLine(event.reason)}`;
      const spans = [{ text: event.role, style: 'bold' } as const, { text: `${what}${why}` }];
      return tellRow(state, { place, mark: '▹', style: 'cyan', spans });
    }
    case 'message.sent':
      return tellMessage(state, event);
    case 'work.handed': {
      const known = state.toldTexts.get(`${place} ${event.from}`) ?? '';
      const words = known !== '' && event.text.trim() === known ? '' : ` ${oneLine(event.text)}`;
      const spans = [
        { text: `${event.from} → ${event.to} `, style: 'bold' } as const,
        { text: `(${event.how})${words}` },
      ];
      return tellRow(state, { place, mark: '⇢', style: 'cyan', spans });
    }
    case 'role.warned':
      return tellRow(state, {
        place,
        mark: '!',
        style: 'yellow',
        spans: [{ text: `${event.role}: ${event.reason}` }],
      });
    case 'trial.judged': {
      const trials = keepTrial(state, event);
      const score = event.score === null ? '' : ` · score ${event.score}`;
      const verdict = event.passed ? 'passed' : 'did not pass';
      const spans = [{ text: `trial ${event.trial} ${verdict}${score} ${oneLine(event.feedback)}` }];
      tellRow(state, {
        place,
        mark: event.passed ? '✓' : '✗',
        style: event.passed ? 'green' : 'yellow',
        spans,
      });
      if (trials === undefined || trials.scores.length === 1) return;
      const curve = { text: `trials ${curveText(trials)}` };
      return tellRow(state, { place, mark: '∿', style: 'cyan', spans: [curve], whole: true });
    }
    case 'answers.judged': {
      const why = event.reason === undefined ? '' : ` · ${oneLine(event.reason)}`;
      const spans = [{ text: `by ${event.by}: ${tallyText(event)}${why}` }];
      return tellRow(state, { place, mark: '✓', style: 'green', spans });
    }
    case 'lesson.learned':
      return tellRow(state, {
        place,
        mark: '✎',
        style: 'cyan',
        spans: [{ text: `lesson: ${oneLine(event.lesson)}` }],
      });
  }
}

/** Whose words must stand before what is told of them; the others who write at once are not cut short. */
function writerOf(event: Parameters<typeof tellTurn>[1]): string | undefined {
  if (event.type === 'message.sent' || event.type === 'work.handed') return event.from;
  return event.type === 'turn.started' || event.type === 'role.warned' ? event.role : undefined;
}

/** What somebody said, without what its model was seen to write just before. */
function tellMessage(state: PlainState, { phase, from, to, text }: EventOf<'message.sent'>): void {
  const known = `${phase} ${from}`;
  const told = state.toldTexts.get(known) ?? '';
  state.toldTexts.delete(known);
  const rest = told !== '' && text.trim().startsWith(told) ? text.trim().slice(told.length) : text;
  if (rest.trim() === '' && told !== '') return;
  const listeners = to.length === 0 ? '' : ` → ${to.join(', ')}`;
  const spans = [{ text: `${from}${listeners}: `, style: 'bold' } as const, { text: readable(rest) }];
  tellRow(state, { place: phase, mark: '“', spans });
}

/** A typed reply as words for people; any other text as it is. */
function readable(text: string): string {
  let value: JsonValue;
  try {
    value = JSON.parse(text) as JsonValue;
  } catch {
    // Most replies are prose.
    return oneLine(text);
  }
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return oneLine(text);
  const rows = Object.entries(value as JsonObject).map(([key, each]) => {
    const word = typeof each === 'string' ? each : JSON.stringify(each);
    return `${key}: ${word}`;
  });
  return oneLine(rows.join(' · '));
}

/** What is remembered for a piece of work, and of it. */
export function tellMemory(state: PlainState, event: MemoryEvent): void {
  flushStreams(state, event.phase);
  const { phase } = event;
  const place = phase === '' ? {} : { place: phase };
  for (const { text, isTrouble } of memoryLines(event)) {
    if (isTrouble && event.type !== 'memory.written') state.memoryTroubles.add(text);
    tellRow(state, { ...place, mark: '◆', style: isTrouble ? 'yellow' : 'cyan', spans: [{ text }] });
  }
}

/** What a person is asked, and what they say. */
export function tellPerson(
  state: PlainState,
  event: EventOf<'person.asked' | 'person.answered' | 'role.steered'>,
): void {
  if (event.type === 'role.steered') return tellSteered(state, event);
  flushStreams(state, event.phase);
  const place = event.phase;
  if (event.type === 'person.answered') {
    state.answered.add(event.id);
    const alike = event.alike === true ? 'all calls of it in this run' : null;
    const said = [event.choice, event.text, alike].filter(part => part !== null).join(' · ');
    const { afterMs, by } = event;
    const who = afterMs === undefined ? by : `default after ${formatDuration(afterMs)}`;
    return tellRow(state, {
      place,
      mark: '●',
      style: 'green',
      spans: [{ text: `${who}: ${oneLine(said)}` }],
    });
  }
  const asks = asksText(event.question);
  tellRow(state, { place, mark: '?', style: 'yellow', spans: [{ text: asks }] });
}

/** What a person has said to a role. */
function tellSteered(state: PlainState, { by, role, text }: EventOf<'role.steered'>): void {
  const spans = [{ text: `${by} → ${role}: `, style: 'bold' } as const, { text: oneLine(text) }];
  tellRow(state, { mark: '»', style: 'yellow', spans });
}

function asksText(question: EventOf<'person.asked'>['question']): string {
  if (question.kind === 'question') return `asks: ${oneLine(question.text)}`;
  const call = `${question.tool} with ${oneLine(JSON.stringify(question.args))}`;
  if (question.kind === 'uncertain') return `asks: was it done? The stop cut off ${call}`;
  const { rule } = question;
  return rule === undefined ? `wants to call ${call}` : `wants to call ${call} (asked by ${oneLine(rule)})`;
}

/** What a tool asked in the middle of its call, and how it was taken; what was written into a form stays in the record. */
export function tellAskedByTool(state: PlainState, event: EventOf<'tool.asked'>): void {
  flushStreams(state, event.phase);
  const { phase: place, tool, question, answer } = event;
  const what = question.kind === 'url' ? `${question.text} ${question.url}` : question.text;
  tellRow(state, { place, mark: '?', style: 'yellow', spans: [{ text: `${tool} asks: ${oneLine(what)}` }] });
  tellRow(state, { place, mark: '●', style: 'green', spans: [{ text: oneLine(takenText(answer)) }] });
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}
