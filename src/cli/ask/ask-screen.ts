import type { Reporter, RunEvent } from '../../model/run-event.ts';
import { formatDuration } from '../../reporters/amounts.ts';
import { answersFrame, type LiveAnswer } from '../../tui/answers-frame.ts';
import { isMerging } from '../ask-crew.ts';
import type { Terminal } from '../command.ts';
import type { RunScreen, ScreenOptions } from '../run-screen.ts';
import { createLiveFrame, type LiveFrame } from './live-frame.ts';

/** The phase of `crews/ask.crew.yaml` that is shown beside the one that merges. */
const ANSWERS = 'answers';

/**
 * A question to models on a terminal: what they answer is shown side by side while they write, and goes away when it is all
 * there and the result is written. Everything else is told in lines, without what the columns show.
 */
export async function openAskScreen(
  options: ScreenOptions,
  openPlain: (options: ScreenOptions) => Promise<RunScreen>,
): Promise<RunScreen> {
  const { terminal } = options;
  const frame = createLiveFrame(terminal);
  const shown: Terminal = { ...terminal, stderr: frame.above };
  const isQuiet = options.values.quiet === true;
  const values = { ...options.values, quiet: true };
  const plain = await openPlain({ ...options, terminal: shown, values, isQuiet });
  const rewrites = options.journal.program.rewrites?.phase;
  const columns = columnsReporter({ frame, terminal: shown, rewrite: `${rewrites}/rewrite` });
  const paused: RunScreen['person'] = async (effect, signal) => {
    frame.hide();
    return plain.person(effect, signal);
  };
  return {
    ...plain,
    terminal: shown,
    reporters: [columns, ...plain.reporters],
    person: paused,
    settle: async () => {
      frame.hide();
      await plain.settle();
    },
    close: () => {
      frame.hide();
      plain.close();
    },
  };
}

const AGAIN = 'Your question is being said again …';

interface Columns {
  readonly frame: LiveFrame;
  readonly terminal: Terminal;
  /** The phase that says the question again, if one does. */
  readonly rewrite: string;
}

/** Follows who writes what. */
function columnsReporter({ frame, terminal, rewrite }: Columns): Reporter {
  const answers = new Map<string, LiveAnswer>();
  let summary: LiveAnswer | undefined;

  const change = (place: Place, update: (answer: LiveAnswer) => LiveAnswer): void => {
    if (isMerging(place.phase)) summary = update(summary ?? { model: 'Summary', text: '', state: 'waits' });
    else if (place.phase === ANSWERS) {
      const before = answers.get(place.role) ?? { model: place.role, text: '', state: 'waits' };
      answers.set(place.role, update(before));
    } else return;
    // What an earlier process did is told in one go, before the first picture can be drawn.
    frame.draw(size =>
      answersFrame(
        { answers: [...answers.values()], ...(summary === undefined ? {} : { summary }) },
        { ...size, color: terminal.stderrColor },
      ),
    );
  };

  return {
    onEvent: event => {
      if (event.type === 'run.started') tellModels(event, terminal);
      if (event.type === 'run.ended' || event.type === 'run.suspended') frame.hide();
      if (event.type === 'model.started' && event.phase === rewrite) frame.draw(() => [AGAIN]);
      if (event.type === 'model.ended' && event.phase === rewrite) frame.hide();
      if (event.type === 'model.started') change(event, answer => ({ ...answer, text: '', state: 'writes' }));
      if (event.type === 'model.ended') change(event, answer => ended(answer, event));
    },
    onDelta: delta =>
      change(delta, answer => ({ ...answer, text: answer.text + delta.text, state: 'writes' })),
  };
}

type Place = { readonly phase: string; readonly role: string };

function ended(answer: LiveAnswer, event: Extract<RunEvent, { type: 'model.ended' }>): LiveAnswer {
  const note = formatDuration(event.ms);
  if (event.outcome === 'answered') return { ...answer, text: event.text, state: 'done', note };
  const state = event.retry === undefined ? 'failed' : 'waits';
  return { ...answer, text: `${event.failure.code}: ${event.failure.message}`, state, note };
}

/** What was chosen and why, once for each model. */
function tellModels({ runId, models }: Extract<RunEvent, { type: 'run.started' }>, terminal: Terminal): void {
  const rows = new Map(Object.values(models).map(({ use, reason }) => [use, reason]));
  const text = [...rows].map(([use, reason]) => `model   ${use} · ${reason}\n`).join('');
  terminal.stderr(`run     ${runId}\n${text}`);
}
