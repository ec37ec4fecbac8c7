import type { RunEvent } from '../../model/run-event.ts';
import { formatCost, formatDuration } from '../amounts.ts';
import { isReview } from '../is-review.ts';
import { memoryLines } from '../memory-event.ts';
import { shortArguments } from '../short-arguments.ts';
import { callUsageText, cutOffText } from '../spend-text.ts';
import { summarizeValue } from '../summarize-value.ts';
import { tallyText } from '../tally-text.ts';
import { reasonWords } from '../why-text.ts';
import { type Anchors, visitKeyOf } from './anchors.ts';
import { inBlocks } from './blocks-html.ts';
import { failureHtml, phaseChip, roleChip, wordsHtml } from './chips-html.ts';
import { codeHtml } from './code-html.ts';
import { escapeHtml } from './escape-html.ts';
import { markdownHtml } from './markdown-html.ts';
import type { Paper } from './paper.ts';
import { questionHtml } from './question-html.ts';
import type { ReportedEvent } from './run-report.ts';
import { valueHtml } from './value-html.ts';

type EventOf<Type extends RunEvent['type']> = Extract<RunEvent, { readonly type: Type }>;

/** What the rows of a conversation are written with. */
interface Writing {
  readonly paper: Paper;
  readonly anchors: Anchors;
  readonly startedAt: number;
  /** How calls ended, by key. */
  readonly ends: ReadonlyMap<string, EventOf<'model.ended'> | EventOf<'tool.ended'>>;
  /** Who heard what was said in a call, by what was said: phase, role and text. */
  readonly heard: ReadonlyMap<string, readonly string[]>;
}

/** Who said what to whom, in order: calls with their answers, tools folded, hand-offs, judgements, people. Pure but for the paper. */
export function conversationHtml(
  events: readonly ReportedEvent[],
  { paper, anchors, startedAt }: Pick<Writing, 'paper' | 'anchors' | 'startedAt'>,
): string {
  const writing: Writing = { paper, anchors, startedAt, ends: endsOf(events), heard: heardOf(events) };
  return inBlocks(events.map(each => itemHtml(each, writing)).filter(html => html !== ''));
}

function endsOf(events: readonly ReportedEvent[]): Writing['ends'] {
  return new Map(
    events.flatMap(({ event }) =>
      event.type === 'model.ended' || event.type === 'tool.ended' ? [[event.key, event]] : [],
    ),
  );
}

/** A message is what its role said last; it is told there, with who heard it. */
function heardOf(events: readonly ReportedEvent[]): Writing['heard'] {
  const said = new Set<string>();
  const heard = new Map<string, readonly string[]>();
  for (const { event } of events) {
    if (event.type === 'model.ended' && event.outcome === 'answered') said.add(saidKey(event));
    if (event.type !== 'message.sent') continue;
    const key = saidKey({ ...event, role: event.from });
    if (said.has(key)) heard.set(key, event.to);
  }
  return heard;
}

function saidKey({
  phase,
  role,
  text,
}: {
  readonly phase: string;
  readonly role: string;
  readonly text: string;
}) {
  return JSON.stringify([phase, role, text.trim()]);
}

function itemHtml({ seq, event }: ReportedEvent, writing: Writing): string {
  switch (event.type) {
    case 'phase.started':
      return visitHtml(event, seq, writing);
    case 'model.started':
      return modelHtml(event, writing);
    case 'tool.started':
      return toolHtml(event, writing);
    case 'message.sent':
      return messageHtml(event, writing);
    case 'work.handed':
      return handedHtml(event, writing);
    case 'phase.ended':
      return endedHtml(event, writing);
    case 'person.asked':
      return article(
        event,
        { who: 'a person is asked', tone: 'person' },
        questionHtml(event.question, writing.paper),
        writing,
      );
    case 'role.steered':
      return steerHtml(event, writing);
    case 'trial.judged':
      return article(
        event,
        { who: reasonWords(event).head },
        writing.paper.text(event.feedback, markdownHtml),
        writing,
      );
    case 'person.answered':
      return article(event, { who: event.by, tone: 'person' }, answerHtml(event, writing.paper), writing);
    default:
      return noteHtml(event, writing);
  }
}

function visitHtml(
  { phase, kind, visit, role, at, causeBy }: EventOf<'phase.started'>,
  seq: number,
  writing: Writing,
): string {
  const id = writing.anchors.visits.get(visitKeyOf({ seq, phase, visit })) ?? '';
  const depth = Math.min(3, phase.split(/[./]/).length - 1);
  const again = visit > 1 ? ` <small>visit ${visit}</small>` : '';
  const cause = causeBy === undefined ? '' : ` <small>woken by ${escapeHtml(causeBy.join(', '))}</small>`;
  return `<h3 id="${id}" class="opened deep-${depth}" ${tags(phase, role ?? '')}><a href="#${id}">${escapeHtml(phase, { line: true })}</a>${again} <small>${escapeHtml(kind)}</small>${role === undefined ? '' : ` ${roleChip(role, writing.paper)}`}${cause}<time>${since(at, writing)}</time></h3>`;
}

function modelHtml(event: EventOf<'model.started'>, writing: Writing): string {
  const { key, phase, role, model, turn } = event;
  const { anchors, ends, paper, heard } = writing;
  const end = ends.get(key);
  const prompt = anchors.prompts.get(key);
  const link = prompt === undefined ? '' : `<a class="quiet" href="#${prompt}">prompt</a>`;
  const facts = [escapeHtml(model), `turn ${turn}`];
  let body = '<p class="muted">no answer is recorded</p>';
  let to = '';
  if (end?.type === 'model.ended' && end.outcome === 'answered') {
    facts.push(formatDuration(end.ms), ...costWords(end));
    const cut = cutOffText(end);
    if (cut !== undefined) facts.push(cut);
    body = end.text.trim() === '' ? '' : paper.text(end.text, answerText);
    const ears = heard.get(saidKey({ phase, role, text: end.text }));
    to =
      ears === undefined
        ? ''
        : ` <span class="to">→ ${ears.map(ear => roleChip(ear, paper)).join(' ')}</span>`;
  } else if (end?.type === 'model.ended' && end.outcome === 'failed') {
    facts.push(formatDuration(end.ms));
    body = failureHtml(end.failure);
  }
  return `<article id="${anchors.calls.get(key)}" class="say" ${tags(phase, role)}><header>${roleChip(role, writing.paper)}${to}${phaseChip(phase)}<span class="facts">${facts.join(' · ')} ${link}</span><time>${since(event.at, writing)}</time></header><div class="text">${body}</div></article>`;
}

/** Nothing where no tokens were spent and nothing was paid, as of what is no language model. */
function costWords({
  usage,
  costMicroUsd,
}: Pick<
  Extract<EventOf<'model.ended'>, { outcome: 'answered' }>,
  'usage' | 'costMicroUsd'
>): readonly string[] {
  if (usage.inputTokens + usage.outputTokens === 0 && costMicroUsd === 0) return [];
  return [callUsageText({ usage, costMicroUsd }), formatCost(costMicroUsd)];
}

/** What a model wrote: JSON as JSON, anything else as Markdown. */
function answerText(text: string): string {
  return /^\s*(?:\{\s*["}]|\[\s*[\]{["\d])/.test(text) ? codeHtml(text, 'json') : markdownHtml(text);
}

function toolHtml(event: EventOf<'tool.started'>, writing: Writing): string {
  const { key, phase, role = '', tool, args } = event;
  const { anchors, ends, paper } = writing;
  const end = ends.get(key);
  const id = anchors.calls.get(key);
  const result =
    end?.type !== 'tool.ended'
      ? '<p class="muted">no outcome is recorded</p>'
      : end.outcome === 'failed'
        ? failureHtml(end.failure)
        : valueHtml(end.value, paper);
  const state = end?.type !== 'tool.ended' ? 'open' : end.outcome === 'failed' ? 'bad' : 'good';
  const came =
    end?.type !== 'tool.ended'
      ? 'open'
      : end.outcome === 'failed'
        ? escapeHtml(end.failure.code)
        : escapeHtml(summarizeValue(end.value));
  const ms = end === undefined ? '' : formatDuration(end.ms);
  const who = role === '' ? '' : `${roleChip(role, writing.paper)} `;
  return `<details id="${id}" class="call ${state}" ${tags(phase, role)}><summary>${who}<code class="tool">${escapeHtml(tool)}</code> <span class="args">${escapeHtml(shortArguments(args), { line: true })}</span><span class="came">${came}</span><time>${ms}</time></summary><div class="inside"><h5>arguments</h5>${valueHtml(args, paper)}<h5>result</h5>${result}</div></details>`;
}

function messageHtml(event: EventOf<'message.sent'>, writing: Writing): string {
  const { from, to, text } = event;
  if (writing.heard.has(saidKey({ ...event, role: from }))) return '';
  const ears = `<span class="to">→ ${to.map(each => roleChip(each, writing.paper)).join(' ')}</span>`;
  return article(event, { role: from, after: ears }, writing.paper.text(text, markdownHtml), writing);
}

function handedHtml(event: EventOf<'work.handed'>, writing: Writing): string {
  const { how, from, to, text } = event;
  const after = `<span class="to"><b>${how}</b> → ${roleChip(to, writing.paper)}</span>`;
  return article(
    event,
    { role: from, after, tone: 'handed' },
    writing.paper.text(text, markdownHtml),
    writing,
  );
}

function endedHtml(event: EventOf<'phase.ended'>, writing: Writing): string {
  const { phase } = event;
  if (event.outcome === 'cancelled') return note(event, `${phaseChip(phase)} was cancelled`, writing);
  if (event.outcome === 'failed')
    return note(event, `${phaseChip(phase)} failed ${failureHtml(event.failure)}`, writing);
  const id = writing.anchors.artifacts.get(phase);
  const words = isReview(event.artifact) ? 'a review' : summarizeValue(event.artifact);
  return note(
    event,
    `${phaseChip(phase)} completed · <a href="#${id}">artifact</a> <span class="muted">${escapeHtml(words)}</span>`,
    writing,
  );
}

function steerHtml(event: EventOf<'role.steered'>, writing: Writing): string {
  const { by, role, text, at } = event;
  const to = `<span class="to">→ ${roleChip(role, writing.paper)}</span>`;
  return `<article class="say steer" ${tags('', role)}><header><b>${escapeHtml(by, { line: true })}</b>${to}<time>${since(at, writing)}</time></header><div class="text">${writing.paper.text(text, markdownHtml)}</div></article>`;
}

function answerHtml({ choice, text, afterMs }: EventOf<'person.answered'>, paper: Paper): string {
  const said = choice === null ? '' : `<p><span class="pill calm">${escapeHtml(choice)}</span></p>`;
  const words = text === null ? '' : paper.text(text, markdownHtml);
  const late =
    afterMs === undefined
      ? ''
      : `<p class="muted">nobody answered in ${formatDuration(afterMs)}; the default was taken</p>`;
  return `${said}${words}${late}`;
}

/** Events that are told in one line. */
function noteHtml(event: RunEvent, writing: Writing): string {
  switch (event.type) {
    case 'transition.taken':
    case 'phase.retried':
    case 'turn.started':
    case 'run.suspended':
    case 'run.resumed':
    case 'run.ended': {
      const { head, rows } = reasonWords(event);
      const more = rows.length === 0 ? '' : ` <span class="muted">${rows.map(wordsHtml).join(' · ')}</span>`;
      return note(event, `${wordsHtml(head)}${more}`, writing);
    }
    case 'answers.judged':
      return note(
        event,
        `${phaseChip(event.phase)} one answer was taken: ${escapeHtml(tallyText(event))}`,
        writing,
      );
    case 'role.warned':
      return note(
        event,
        `${roleChip(event.role, writing.paper)} was told: ${escapeHtml(event.reason)}`,
        writing,
      );
    case 'lesson.learned':
      return note(event, `${phaseChip(event.phase)} lesson: ${escapeHtml(event.lesson)}`, writing);
    case 'lesson.used':
    case 'memory.recalled':
    case 'memory.written':
    case 'memory.failed':
      return memoryLines(event)
        .map(({ text }) => note(event, `${memoryPlace(event.phase)}${escapeHtml(text)}`, writing))
        .join('');
    case 'artifact.rejected':
      return note(
        event,
        `${phaseChip(event.phase)} the answer does not fit: ${escapeHtml(event.reason)}`,
        writing,
      );
    case 'artifact.repaired':
      return note(
        event,
        `${phaseChip(event.phase)} the answer was mended: ${escapeHtml(event.how.join(', '))}`,
        writing,
      );
    default:
      return '';
  }
}

/** What is remembered of the run as a whole belongs to no phase. */
function memoryPlace(phase: string): string {
  return phase === '' ? '' : `${phaseChip(phase)} `;
}

function note(event: RunEvent, html: string, writing: Writing): string {
  const phase = 'phase' in event ? event.phase : event.type === 'transition.taken' ? event.from : '';
  const role = 'role' in event && event.role !== undefined ? event.role : '';
  const tone = NOTE_TONES.get(event.type) ?? '';
  return `<div class="note ${tone}" ${tags(phase, role)}><span>${html}</span><time>${since(event.at, writing)}</time></div>`;
}

const NOTE_TONES: ReadonlyMap<RunEvent['type'], string> = new Map([
  ['transition.taken', 'way'],
  ['artifact.rejected', 'warn'],
  ['role.warned', 'warn'],
  ['memory.failed', 'warn'],
  ['phase.retried', 'warn'],
  ['run.suspended', 'warn'],
]);

interface Head {
  readonly role?: string;
  readonly who?: string;
  /** Our markup. */
  readonly after?: string;
  readonly tone?: string;
}

function article(
  event: RunEvent & { readonly phase: string },
  { role = '', who = '', after = '', tone = '' }: Head,
  body: string,
  writing: Writing,
): string {
  const name = role === '' ? `<b>${escapeHtml(who, { line: true })}</b>` : roleChip(role, writing.paper);
  return `<article class="say ${tone}" ${tags(event.phase, role)}><header>${name}${after}${phaseChip(event.phase)}<time>${since(event.at, writing)}</time></header><div class="text">${body}</div></article>`;
}

function tags(phase: string, role: string): string {
  return `data-find data-phase="${escapeHtml(phase)}" data-role="${escapeHtml(role)}"`;
}

function since(at: number, { startedAt }: Writing): string {
  return formatDuration(at - startedAt);
}
