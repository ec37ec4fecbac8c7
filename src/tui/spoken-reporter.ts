import type { Reporter, RunEvent } from '../model/run-event.ts';
import { formatDuration } from '../reporters/amounts.ts';
import { createChargeWatch } from '../reporters/charge-watch.ts';
import { notALanguageModel, onlyResponders } from '../reporters/describe-model.ts';
import { createRunClock } from '../reporters/run-clock.ts';
import { cutOffText, spendText } from '../reporters/spend-text.ts';
import { summarizeValue } from '../reporters/summarize-value.ts';
import { underWayText } from '../reporters/under-way-text.ts';
import { cellText, oneLine } from './cell-text.ts';
import { eventRow, hintFor } from './event-row.ts';

/** What a mark would say to somebody who sees it. */
const MARK_WORDS: ReadonlyMap<string, string> = new Map([
  ['✗', 'failed'],
  ['?', 'question'],
  ['!', 'warning'],
  ['‖', 'waiting'],
]);
const KIND_WORDS: ReadonlyMap<string, string> = new Map([
  ['tool', 'a tool call'],
  ['parallel', 'branches at once'],
  ['each', 'item by item'],
  ['talk', 'a talk'],
  ['human', 'a question to a person'],
  ['crew', 'another crew'],
]);
/** Told by what comes after it. */
const UNTOLD: ReadonlySet<RunEvent['type']> = new Set(['transition.taken', 'model.started', 'tool.started']);
const MOST_WORDS = 20_000;

/**
 * Tells a run as sentences, one a line, without marks, columns and colours, and nothing twice: for screen readers and
 * braille. Foreign text is sanitised. `flags` is what commands need after the id. Deterministic: times come from the events.
 */
export function createSpokenReporter(options: {
  write(text: string): void;
  readonly flags: string;
  /** What is said of an end in place of its name, by phase. */
  readonly endWords?: ReadonlyMap<string, string>;
}): Reporter {
  const clock = createRunClock();
  const charges = createChargeWatch();
  const told = createTold();
  const uses: string[] = [];
  let target = 'RUN';
  const say = (text: string): void =>
    options.write(`${text.replaceAll(' · ', ', ').replaceAll(' → ', ' to ')}\n`);
  return {
    onEvent(event) {
      const elapsed = formatDuration(clock.tick(event));
      charges.take(event);
      if (event.type === 'run.started') target = event.runId + options.flags;
      if (UNTOLD.has(event.type)) return;
      const place = 'phase' in event ? `${oneLine(event.phase)}: ` : '';
      const words = told.isKnown(event)
        ? `${place}${messageWords(event)}`
        : (endWordsOf(event, options.endWords) ?? phaseWords(event) ?? `${place}${markedWords(event)}`);
      say(`After ${elapsed}, ${ended(words)}`);
      for (const line of wordsOf(event)) say(line);
      if (event.type === 'run.started') {
        uses.push(...Object.values(event.models).map(({ use }) => use));
        for (const line of beginningOf(event)) say(line);
      }
      if (event.type === 'run.ended' || event.type === 'run.suspended') {
        const responder = onlyResponders(uses);
        const isBounded = charges.isBounded();
        const spent = spendText(event.spend, {
          isBounded,
          ...(responder === undefined ? {} : { responder }),
        });
        const { underWay } = event.type === 'run.suspended' ? event : {};
        say(`Spent: ${spent}${underWay === undefined ? '' : `, ${underWayText(underWay)}`}.`);
        if ('failure' in event) say(oneLine(hintFor(event.failure, target)));
      }
    },
    onNotice: text => say(`Note: ${oneLine(text)}`),
  };
}

type EventOf<Type extends RunEvent['type']> = Extract<RunEvent, { readonly type: Type }>;

/** Knows what a role was just heard to write, so that its message does not say it again. */
function createTold(): { readonly isKnown: (event: RunEvent) => event is EventOf<'message.sent'> } {
  const texts = new Map<string, string>();
  return {
    isKnown(event): event is EventOf<'message.sent'> {
      if (event.type === 'model.ended' && event.outcome === 'answered' && !isArtifact(event.text))
        texts.set(`${event.phase} ${event.role}`, event.text.trim());
      if (event.type !== 'message.sent') return false;
      const from = `${event.phase} ${event.from}`;
      const known = texts.get(from) ?? '';
      texts.delete(from);
      return known !== '' && event.text.trim() === known;
    },
  };
}

function messageWords({ from, to }: EventOf<'message.sent'>): string {
  return `${oneLine(from)} told ${oneLine(to.join(', ')) || 'all'} that`;
}

function markedWords(event: RunEvent): string {
  const { mark, text } = eventRow(event);
  const word = MARK_WORDS.get(mark);
  return word === undefined ? text : `${word}: ${text}`;
}

function endWordsOf(event: RunEvent, words: ReadonlyMap<string, string> | undefined): string | undefined {
  return event.type === 'run.ended' ? words?.get(event.phase) : undefined;
}

/** How a phase begins and ends well, as a sentence. */
function phaseWords(event: RunEvent): string | undefined {
  if (event.type === 'phase.started') {
    const { kind, role, visit } = event;
    const who = role === undefined ? (KIND_WORDS.get(kind) ?? oneLine(kind)) : `the work of ${oneLine(role)}`;
    return `${oneLine(event.phase)} begins${visit > 1 ? ` visit ${visit}` : ''}, ${who}`;
  }
  if (event.type !== 'phase.ended') return undefined;
  if (event.outcome === 'cancelled') return `${oneLine(event.phase)} was cancelled`;
  if (event.outcome !== 'completed') return undefined;
  return `${oneLine(event.phase)} is done and delivers ${oneLine(summarizeValue(event.artifact))}`;
}

/** What a run is for, and which models answer and why. */
function beginningOf({ goal, models }: EventOf<'run.started'>): readonly string[] {
  const rows = Object.entries(models).map(([alias, { use, reason }]) => {
    const warning = notALanguageModel(use);
    const what = warning === undefined ? use : `${use}, ${warning}`;
    return `Model ${oneLine(alias)}: ${oneLine(what)}; why: ${ended(oneLine(reason))}`;
  });
  return [`Goal: ${ended(oneLine(goal))}`, ...rows];
}

/** With one full stop at its end. */
function ended(text: string): string {
  return /[.!?…。！？]["'`)]?$/.test(text) ? text : `${text}.`;
}

function isArtifact(text: string): boolean {
  return /^\s*[[{]/.test(text);
}

/** What a role wrote, in whole lines; an artifact is named by the phase that delivers it. */
function wordsOf(event: RunEvent): readonly string[] {
  if (event.type !== 'model.ended' || event.outcome !== 'answered') return [];
  if (isArtifact(event.text)) return ['It wrote an artifact.'];
  const lines = cellText(event.text.slice(0, MOST_WORDS)).split('\n');
  const cut = cutOffText(event);
  const told = lines.filter(line => line.trim() !== '').map(line => `  ${line}`);
  return cut === undefined ? told : [...told, `It was ${cut}.`];
}
