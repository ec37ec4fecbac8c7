import { CrewError } from '../../model/crew-error.ts';
import type { Engine, RunHeader } from '../../ports/engine.ts';
import { choosePrunable, readPruneChoice } from '../choose-prunable.ts';
import type { Command, CommandCall, FlagValues, Terminal } from '../command.ts';
import { openProgress } from '../open-progress.ts';
import { noPositionals } from '../positionals.ts';
import { hasJournal, openExistingEngine } from '../workspace.ts';
import { realWorld } from '../world.ts';

/** `crew prune`: takes the journals of finished runs away. */
export const pruneCommand: Command = {
  name: 'prune',
  usage: 'prune [--older-than 30d]',
  summary: 'remove finished runs and all that is recorded of them',
  flags: {
    'older-than': {
      type: 'string',
      value: 'AGE',
      help: 'only runs that were started longer ago, such as 30d; that is meant when nothing else is chosen',
    },
    status: { type: 'string', value: 'STATUS,…', help: 'only success, failure or error' },
    keep: { type: 'string', value: 'N', help: 'keep the newest N of them' },
    open: { type: 'boolean', help: 'also runs that are not over and that nobody works on' },
    'dry-run': { type: 'boolean', help: 'only say what would be removed' },
  },
  run: prune,
};

async function prune({ positionals, values, terminal }: CommandCall): Promise<number> {
  noPositionals(positionals);
  const choice = readPruneChoice(values);
  if (!hasJournal(values, terminal)) return say({ removed: [], compacted: false }, values, terminal);
  const engine = await openExistingEngine(values, terminal);
  try {
    const chosen = choosePrunable(engine.list(), choice, realWorld.now());
    if (values['dry-run'] === true) return say({ removed: chosen, compacted: false }, values, terminal);
    const progress = openProgress({ label: 'removing', total: chosen.length }, values, terminal);
    const removed = chosen.filter(run => {
      const isGone = remove(engine, run, {
        ...terminal,
        stderr: text => progress.above(() => terminal.stderr(text)),
      });
      progress.step();
      return isGone;
    });
    progress.end();
    const compacted = removed.length > 0 && engine.compact();
    return say({ removed, compacted }, values, terminal);
  } finally {
    engine.close();
  }
}

/** Another process may have begun to work on the run since, or have removed it. */
function remove(engine: Engine, { runId }: RunHeader, terminal: Pick<Terminal, 'stderr'>): boolean {
  try {
    engine.remove(runId);
    return true;
  } catch (error) {
    if (!(error instanceof CrewError) || !['RUN_LOCKED', 'RUN_NOT_FOUND'].includes(error.code)) throw error;
    terminal.stderr(`kept: ${error.message}\n`);
    return false;
  }
}

function say(
  { removed, compacted }: { readonly removed: readonly RunHeader[]; readonly compacted: boolean },
  values: FlagValues,
  terminal: Terminal,
): 0 {
  const dryRun = values['dry-run'] === true;
  const runIds = removed.map(({ runId }) => runId);
  if (values.json === true) {
    terminal.stdout(`${JSON.stringify({ version: 1, dryRun, removed: runIds, compacted }, null, 2)}\n`);
    return 0;
  }
  terminal.stdout(runIds.map(runId => `${runId}\n`).join(''));
  const count = `${runIds.length} ${runIds.length === 1 ? 'run' : 'runs'}`;
  const room =
    compacted || dryRun || runIds.length === 0 ? '' : '; the file is made smaller when no run is at work';
  terminal.stderr(`${dryRun ? 'would remove' : 'removed'} ${count}${room}\n`);
  return 0;
}
