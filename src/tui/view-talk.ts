import type { JsonValue } from '../model/json.ts';
import type { RunEvent } from '../model/run-event.ts';
import { curveText } from '../model/trial-curve.ts';
import { formatCost, formatCount, formatDuration, formatQuantity } from '../reporters/amounts.ts';
import { shortArguments } from '../reporters/short-arguments.ts';
import { summarizeValue } from '../reporters/summarize-value.ts';
import { tallyText } from '../reporters/tally-text.ts';
import { cutText, oneLine } from './cell-text.ts';
import { answerText, asksText } from './event-row.ts';
import { addItem, dropChunk, itemAt, itemsFrom, replaceItem } from './item-list.ts';
import { MOST, type TalkItem, type View } from './view.ts';
import { keepText, keepValue } from './view-text.ts';

type EventOf<Type extends RunEvent['type']> = Extract<RunEvent, { readonly type: Type }>;

const TITLE_COLUMNS = 240;
/** Nobody waits for less. */
const SHORT_MS = 100;

/** The view with what an event adds to the conversation. Pure. */
export function talkOf(view: View, event: RunEvent): View {
  switch (event.type) {
    case 'run.started':
      return inputsOf(view, event);
    case 'phase.started': {
      const visit = event.visit > 1 ? ` · visit ${event.visit}` : '';
      return add(view, event.phase, { kind: 'phase', title: `${event.role ?? event.kind}${visit}` });
    }
    case 'phase.retried':
      return add(view, event.phase, {
        kind: 'phase',
        state: 'bad',
        title: `attempt ${event.attempt} after ${event.failure.code}`,
        ...body(event.failure.message),
      });
    case 'phase.ended':
      return event.outcome === 'failed'
        ? add(view, event.phase, {
            kind: 'note',
            state: 'bad',
            title: event.failure.code,
            ...body(event.failure.message),
          })
        : view;
    case 'model.ended':
      return modelEnded(view, event);
    case 'message.sent':
      return messageSent(view, event);
    case 'work.handed':
      // What comes back is what its model was just seen to write.
      if (event.how === 'returned') return messageSent(view, { ...event, to: [event.to] });
      return add(view, event.phase, {
        kind: 'handed',
        who: event.from,
        to: event.to,
        title: event.how,
        ...body(event.text),
      });
    case 'tool.started':
      return add(view, event.phase, {
        kind: 'tool',
        who: event.role ?? '',
        state: 'open',
        title: cutText(`${oneLine(event.tool)} ${shortArguments(event.args)}`, TITLE_COLUMNS),
        ...kept(keepValue(event.args, MOST.toolUnits)),
      });
    case 'tool.ended':
      return toolEnded(view, event);
    default:
      return notesOf(view, event);
  }
}

/** What the run was given stands at the beginning. */
function inputsOf(view: View, { inputs }: EventOf<'run.started'>): View {
  const given = Object.entries(inputs).filter(([, value]) => value !== null && value !== '');
  const [first, ...others] = given;
  if (first === undefined) return view;
  const words = (value: JsonValue): string =>
    typeof value === 'string' ? value.trim() : JSON.stringify(value);
  const text =
    others.length === 0
      ? words(first[1])
      : given.map(([name, value]) => `${name}: ${words(value)}`).join('\n');
  return add(view, '', {
    kind: 'said',
    who: 'you',
    title: others.length === 0 ? first[0] : 'inputs',
    ...body(text),
  });
}

/** What was remembered for the work, where it says more than that something was. */
function memoryNote(view: View, event: RunEvent): View {
  if (event.type === 'lesson.used') {
    return add(view, event.phase, { kind: 'note', title: 'lesson of an earlier run', ...body(event.lesson) });
  }
  if (event.type !== 'memory.failed') return view;
  const trouble = { kind: 'note', state: 'bad', title: 'no memory', ...body(event.failure.message) } as const;
  return add(view, event.phase, trouble);
}

/** What is neither said nor called: judgements, lessons, warnings, questions. */
function notesOf(view: View, event: RunEvent): View {
  switch (event.type) {
    case 'run.ended':
    case 'run.suspended':
      return endOf(view, event);
    case 'role.warned':
      return add(view, event.phase, {
        kind: 'note',
        who: event.role,
        state: 'bad',
        title: oneLine(event.reason),
      });
    case 'role.steered':
      return add(view, '', {
        kind: 'handed',
        who: event.by,
        to: event.role,
        title: 'message',
        ...body(event.text),
      });
    case 'tool.asked':
      return add(view, event.phase, {
        kind: 'asked',
        title: cutText(oneLine(`${event.tool} asked: ${event.question.text}`), TITLE_COLUMNS),
      });
    case 'trial.judged': {
      const score = event.score === null ? '' : ` · score ${event.score}`;
      const verdict = `trial ${event.trial} ${event.passed ? 'passed' : 'did not pass'}${score}`;
      // The phase has the trial already.
      const { trials } = view.phases.get(event.phase) ?? {};
      const isWhole = trials?.kept !== undefined && trials.scores.length > 1;
      const title = isWhole ? `${verdict} · ${curveText(trials)}` : verdict;
      return add(view, event.phase, {
        kind: 'note',
        state: event.passed ? 'good' : 'bad',
        title,
        ...body(event.feedback),
      });
    }
    case 'answers.judged':
      return add(view, event.phase, {
        kind: 'note',
        state: 'good',
        title: `vote by ${event.by}: ${oneLine(tallyText(event))}`,
        ...body(event.reason ?? ''),
      });
    case 'lesson.learned':
      return add(view, event.phase, { kind: 'note', title: 'lesson learned', ...body(event.lesson) });
    case 'artifact.rejected':
      return add(view, event.phase, {
        kind: 'note',
        state: 'bad',
        title: `artifact rejected, repair ${event.repair}`,
        ...body(event.reason),
      });
    case 'person.asked':
      return add(view, event.phase, {
        kind: 'asked',
        title: cutText(oneLine(asksText(event.question)), TITLE_COLUMNS),
      });
    case 'person.answered':
      return add(view, event.phase, { kind: 'answered', state: 'good', title: oneLine(answerText(event)) });
    default:
      return memoryNote(view, event);
  }
}

/** How it came out stands at the end of the conversation, too. */
function endOf(view: View, event: EventOf<'run.ended' | 'run.suspended'>): View {
  if (event.type === 'run.ended' && event.outcome !== 'error') {
    const state = event.outcome === 'success' ? 'good' : 'bad';
    return add(view, '', {
      kind: 'note',
      state,
      title: `${event.outcome} at ${oneLine(event.phase)}`,
      ...body(view.result ?? ''),
    });
  }
  const { message = '', hint = '', code = '' } = view.failure ?? {};
  return add(view, '', {
    kind: 'note',
    state: 'bad',
    title: code,
    ...body([message, hint].filter(part => part !== '').join('\n')),
  });
}

function modelEnded(view: View, event: EventOf<'model.ended'>): View {
  const { key, phase, role: who } = event;
  const took = formatDuration(event.ms);
  if (event.outcome === 'failed') {
    const { retry, failure } = event;
    const next = retry === undefined ? '' : ` · try ${retry.nth} of ${retry.of}`;
    const title = `${failure.code}${next}`;
    return add(view, phase, {
      kind: 'said',
      who,
      state: 'bad',
      title,
      key,
      meta: took,
      ...body(failure.message),
    });
  }
  const tokens = event.usage.inputTokens + event.usage.outputTokens;
  const price = tokens === 0 ? [] : [`${formatCount(tokens)} tokens`, formatCost(event.costMicroUsd)];
  const title = event.toolCalls > 0 ? `wants ${formatQuantity(event.toolCalls, 'tool call')}` : '';
  const said = add(view, phase, {
    kind: 'said',
    who,
    title,
    key,
    meta: [...price, ...(event.ms < SHORT_MS ? [] : [took])].join(' · '),
    ...body(event.text),
  });
  if (event.text.trim() === '') return said;
  return { ...said, lastSaid: new Map(said.lastSaid).set(`${phase} ${who}`, said.talk.next - 1) };
}

/** A message that its model was just seen to write only gets its listeners. */
function messageSent(
  view: View,
  { phase, from, to, text }: Pick<EventOf<'message.sent'>, 'phase' | 'from' | 'to' | 'text'>,
): View {
  const listeners = to.join(', ') || 'all';
  const number = view.lastSaid.get(`${phase} ${from}`);
  const said = number === undefined ? undefined : itemAt(view.talk, number);
  const message = body(text.trim());
  if (said !== undefined && number !== undefined && said.to === undefined) {
    if (said.text.trim() === message.text || message.text.startsWith(said.text.trim())) {
      const item = { ...said, ...message, to: listeners };
      const talkUnits = view.talkUnits + item.text.length - said.text.length;
      return { ...view, talkUnits, talk: replaceItem(view.talk, number, item) };
    }
  }
  return add(view, phase, { kind: 'said', who: from, to: listeners, ...message });
}

function toolEnded(view: View, event: EventOf<'tool.ended'>): View {
  const number = view.openCalls.get(event.key)?.item;
  const begun = number === undefined ? undefined : itemAt(view.talk, number);
  const meta = formatDuration(event.ms);
  const failed = event.outcome === 'failed';
  const result = failed ? event.failure.message : event.value;
  const { text, left } = keepValue(result, MOST.toolUnits);
  const words = failed ? event.failure.code : summarizeValue(event.value);
  if (begun === undefined || number === undefined || begun.kind !== 'tool') return view;
  const item: TalkItem = {
    ...begun,
    title: `${begun.title} → ${words}`,
    text: `${begun.text}\n\n→ ${words}\n${text}`,
    left: (begun.left ?? 0) + left,
    state: failed ? 'bad' : 'good',
    meta,
  };
  const talkUnits = view.talkUnits + item.text.length - begun.text.length;
  return { ...view, talkUnits, talk: replaceItem(view.talk, number, item) };
}

function body(text: string): Pick<TalkItem, 'text' | 'left'> {
  return kept(keepText(text, MOST.itemUnits));
}

function kept({
  text,
  left,
}: {
  readonly text: string;
  readonly left: number;
}): Pick<TalkItem, 'text' | 'left'> {
  return left === 0 ? { text } : { text, left };
}

function add(view: View, phase: string, news: Partial<TalkItem> & Pick<TalkItem, 'kind'>): View {
  const item: TalkItem = {
    at: view.workedMs,
    phase,
    who: '',
    text: '',
    state: 'plain',
    meta: '',
    ...news,
    title: cutText(oneLine(news.title ?? ''), TITLE_COLUMNS),
  };
  let talk = addItem(view.talk, item, MOST.talkItems);
  let talkUnits = view.talkUnits + item.text.length;
  if (talk.first > view.talk.first) talkUnits -= unitsUpTo(view, talk.first);
  while (talkUnits > MOST.talkUnits && talk.full.length > 0) {
    const shorter = dropChunk(talk);
    talkUnits -= unitsUpTo({ ...view, talk }, shorter.first);
    talk = shorter;
  }
  return { ...view, talk, talkUnits };
}

function unitsUpTo({ talk }: Pick<View, 'talk'>, end: number): number {
  let units = 0;
  for (const [number, { text }] of itemsFrom(talk, talk.first, 1)) {
    if (number >= end) break;
    units += text.length;
  }
  return units;
}
