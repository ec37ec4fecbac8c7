import { answerSlot } from '../model/answer-slot.ts';
import type { Plan } from '../model/plan.ts';
import type { Engine, RunTail } from '../ports/engine.ts';
import type { Intent } from '../tui/keys.ts';
import type { OpenDashboard } from '../tui/open-dashboard.tsx';
import type { Store } from '../tui/store.ts';
import type { QuestionView } from '../tui/view.ts';
import { isOver, takeState } from '../tui/view-model.ts';
import { answeredHere, askedHere } from './asked-here.ts';
import type { FlagValues, Terminal } from './command.ts';
import { leaveSteer } from './leave-steer.ts';
import { loadDashboard } from './load-dashboard.ts';
import { planRun } from './plan-run.ts';
import { openFold } from './recorded-run.ts';
import { withoutWords } from './reformulate/rewrite-answers.ts';
import { resumeFlags } from './resume-flags.ts';
import { showPromptHere } from './show-prompt-here.ts';
import { eventsOf } from './step-events.ts';
import { viewSetup } from './view-setup.ts';
import { realWorld } from './world.ts';

/** How often new facts are looked for, in milliseconds. */
const LOOK_MS = 150;
/** What is said of an answer until the run is over. */
const ANSWERED = 'answered;';
/** Facts that are folded before the keys get their turn. */
const FACTS_AT_ONCE = 200;

interface Watching {
  readonly engine: Engine;
  readonly tail: RunTail;
  readonly values: FlagValues;
  readonly terminal: Terminal;
}

/** How a watched run stood when its dashboard was left. */
export interface Watched {
  /** How it ended, when it has. */
  readonly ended?: 'success' | 'failure' | 'error';
  readonly pid: number | undefined;
}

/**
 * Shows a run that another process works on, as it is recorded, until the person leaves. Answers and messages are left for
 * the run as other shells leave them. Undefined where the dashboard is not to be had.
 */
export async function watchOnScreen(options: Watching): Promise<Watched | undefined> {
  const { engine, tail, values, terminal } = options;
  const loaded = await loadDashboard();
  if (loaded === undefined) return undefined;
  const { program, runId } = tail;
  const plan = await planOf(engine, tail);
  const setup = await viewSetup({ program, budget: program.budget, plan, flags: resumeFlags(values) });
  const dashboard = loaded.openDashboard({
    setup,
    how: 'watch',
    color: terminal.stdoutColor,
    stdin: process.stdin,
    stdout: process.stdout,
    now: realWorld.now,
    act: (intent, store) => act(options, { intent, store, dashboard }),
  });
  const left = new AbortController();
  const ending = dashboard.gone.then(gone => {
    left.abort();
    if (gone.how === 'broken') throw gone.error;
  });
  await follow(options, dashboard.store, left.signal);
  await ending;
  const { view } = dashboard.store.snapshot();
  const { state } = view;
  const ended = state === 'success' || state === 'failure' || state === 'error' ? { ended: state } : {};
  return { ...ended, pid: engine.holderOf(runId)?.pid };
}

/** The most that the run can take, with the models that it was begun with. */
async function planOf(engine: Engine, { runId, program }: RunTail): Promise<Plan | undefined> {
  const [first] = engine.read(runId).facts;
  if (first?.type !== 'run.started') return undefined;
  const { models, terms, inputs } = first;
  return await planRun({ program, models, terms, inputs });
}

async function follow(options: Watching, store: Store, left: AbortSignal): Promise<void> {
  const { engine, tail } = options;
  const fold = await openFold(tail);
  const asking = new Map<string, AbortController>();
  let idle = false;
  while (!left.aborted) {
    const pid = engine.holderOf(tail.runId)?.pid;
    let count = 0;
    for (const fact of tail.more()) {
      for (const event of eventsOf(fold(fact))) store.reporter.onEvent(event);
      count += 1;
      if (count % FACTS_AT_ONCE === 0) await realWorld.sleep(1, left);
      if (left.aborted) return;
    }
    const { view } = store.snapshot();
    if (isOver(view.state)) store.change(ui => (ui.toast.startsWith(ANSWERED) ? { ...ui, toast: '' } : ui));
    if (count > 0) await realWorld.sleep(LOOK_MS, left);
    askAll(options, { store, asking, questions: store.snapshot().view.questions });
    if (pid === undefined && !isOver(view.state) && !idle) {
      store.reporter.onNotice?.(
        `nobody works on this run now; crew resume ${tail.runId}${resumeFlags(options.values)} goes on with it`,
      );
      store.changeView(each => takeState(each, 'idle'));
    }
    if (pid !== undefined && idle) store.changeView(each => takeState(each, 'running'));
    idle = pid === undefined;
    await realWorld.sleep(LOOK_MS, left);
  }
  for (const over of asking.values()) over.abort();
}

interface Asking {
  readonly store: Store;
  readonly asking: Map<string, AbortController>;
  readonly questions: readonly QuestionView[];
}

/** Puts new questions on the screen, and takes away those that were answered elsewhere. */
function askAll(options: Watching, { store, asking, questions }: Asking): void {
  for (const [id, over] of asking) {
    if (questions.some(each => each.id === id)) continue;
    over.abort();
    asking.delete(id);
  }
  const answers = options.engine.answers(options.tail.runId);
  for (const asked of questions) {
    if (asking.has(asked.id) || answers.has(answerSlot(asked))) continue;
    const over = new AbortController();
    asking.set(asked.id, over);
    void ask(options, store, { asked, signal: over.signal });
  }
}

async function ask(
  { engine, tail }: Watching,
  store: Store,
  { asked, signal }: { readonly asked: QuestionView; readonly signal: AbortSignal },
): Promise<void> {
  const said = await store.ask(askedHere(withoutWords(tail.program, asked)), signal);
  if (said?.type !== 'answer') return;
  const answer = answeredHere(asked, said);
  const isFirst = engine.answer(tail.runId, answerSlot(asked), answer);
  const pid = engine.holderOf(tail.runId)?.pid;
  const next =
    pid === undefined ? 'it counts when the run is resumed' : 'the run takes it where it is at work';
  const toast = isFirst ? `${ANSWERED} ${next}` : 'somebody answered this already';
  store.change(ui => ({ ...ui, toast }));
}

interface Wish {
  readonly intent: Intent;
  readonly store: Store;
  readonly dashboard: OpenDashboard;
}

function act(options: Watching, { intent, store, dashboard }: Wish): void {
  const { engine, tail, values, terminal } = options;
  const say = (toast: string): void => store.change(ui => ({ ...ui, toast }));
  switch (intent.type) {
    case 'interrupt':
      dashboard.close();
      return;
    case 'stop':
      return say(stop(engine, tail.runId, store));
    case 'prompt':
      void showPromptHere(store, { runId: tail.runId, key: intent.key }, { values, terminal });
      return;
    case 'steer':
      void steer(options, intent).then(say);
      return;
    default:
      return;
  }
}

function stop(engine: Engine, runId: string, store: Store): string {
  const holder = engine.holderOf(runId);
  if (holder === undefined) return 'nobody works on this run now';
  if (holder.runIds.length > 1)
    return `process ${holder.pid} works on other runs too; use crew stop ${runId} --all`;
  process.kill(holder.pid, 'SIGTERM');
  store.changeView(view => takeState(view, 'stopping'));
  return `asked process ${holder.pid} to stop at the next safe point`;
}

async function steer(
  { engine, tail, terminal }: Watching,
  { role, text }: Extract<Intent, { type: 'steer' }>,
): Promise<string> {
  try {
    const { active } = await leaveSteer(engine, { run: tail.runId, role, text, env: terminal.env });
    const when = active ? 'if it has one before the run ends' : 'when the run goes on';
    return `left for ${role}; its next model call hears it, ${when}`;
  } catch (error) {
    return (error as Error).message;
  }
}
