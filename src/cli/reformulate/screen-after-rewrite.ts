import type { RunEvent } from '../../model/run-event.ts';
import { openDashboardScreen } from '../dashboard-screen.ts';
import type { RunScreen, ScreenOptions } from '../run-screen.ts';

/**
 * A run whose request is said again first: what is asked about that, which may open an editor, is asked line by line; then
 * the dashboard opens and shows all of the run. Until it is open, events wait for it.
 */
export async function openScreenAfterRewrite(
  options: ScreenOptions,
  openPlain: (options: ScreenOptions) => Promise<RunScreen>,
): Promise<RunScreen> {
  const plain = await openPlain(options);
  const first = options.journal.program.rewrites?.phase;
  const told: RunEvent[] = [];
  /** What happens while the dashboard opens. */
  const late: RunEvent[] = [];
  let current = plain;
  let isLive = false;
  let isOpening = false;
  let opening: Promise<void> | undefined;

  const tell = (event: RunEvent): void => {
    for (const each of current.reporters) each.onEvent(event);
  };

  async function open(): Promise<void> {
    isOpening = true;
    const dashboard = await openDashboardScreen(options);
    isOpening = false;
    if (dashboard !== undefined) {
      current = dashboard;
      for (const event of told) tell(event);
      if (isLive) for (const each of dashboard.reporters) each.onLive?.();
    }
    for (const event of late.splice(0)) tell(event);
  }

  return {
    reporters: [
      {
        onEvent: event => {
          if (isOpening) return void late.push(event);
          if (opening === undefined) told.push(event);
          tell(event);
          if (event.type !== 'phase.ended' || event.phase !== first || event.outcome !== 'completed') return;
          if (!isLeft(event.artifact)) opening ??= open();
        },
        onLive: () => {
          isLive = true;
          for (const each of current.reporters) each.onLive?.();
        },
        onDelta: delta => {
          for (const each of current.reporters) each.onDelta?.(delta);
        },
        onProgress: progress => {
          for (const each of current.reporters) each.onProgress?.(progress);
        },
        onNotice: text => {
          for (const each of current.reporters) each.onNotice?.(text);
        },
      },
    ],
    get terminal() {
      return current.terminal;
    },
    person: async (effect, signal) => {
      await opening;
      return current.person(effect, signal);
    },
    askInCall: async (asked, signal) => {
      await opening;
      return current.askInCall(asked, signal);
    },
    settle: async () => {
      await opening;
      await current.settle();
    },
    close: () => current.close(),
  };
}

function isLeft(artifact: unknown): boolean {
  return (artifact as { readonly how?: unknown } | null)?.how === 'left';
}
