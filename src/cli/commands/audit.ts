import { CrewError } from '../../model/crew-error.ts';
import type { Engine, RunHeader } from '../../ports/engine.ts';
import { sanitizeText } from '../../reporters/sanitize.ts';
import type { Command, CommandCall } from '../command.ts';
import { listDecisions } from '../list-decisions.ts';
import { openProgress } from '../open-progress.ts';
import { type VerifiedRun, verifyRun } from '../verify-run.ts';
import { hasJournal, openExistingEngine } from '../workspace.ts';

/** Runs whose record is not as it was written: as for a journal that cannot be read. */
const DAMAGED = 3;

/** `crew audit verify [RUN]`: whether the records of runs are as they were written; `crew audit list RUN`: who allowed what. */
export const auditCommand: Command = {
  name: 'audit',
  usage: 'audit verify|list [RUN]',
  summary: 'check what is recorded, or list who allowed what',
  verbs: [
    {
      name: 'verify',
      usage: 'audit verify [RUN]',
      summary: 'check that records of runs are as they were written',
    },
    { name: 'list', usage: 'audit list RUN', summary: 'every decision about a tool call: who, what and why' },
  ],
  flags: {},
  run: audit,
};

async function audit({ positionals, values, terminal }: CommandCall): Promise<number> {
  const [verb, prefix, ...rest] = positionals;
  if (verb === 'list' && prefix !== undefined && rest.length === 0) return list(prefix, { values, terminal });
  if (verb !== 'verify' || rest.length > 0) {
    throw new CrewError(
      'USAGE',
      'expected `crew audit verify`, with a run id if only that run is meant, or `crew audit list RUN`',
    );
  }
  const verified: VerifiedRun[] = [];
  if (prefix !== undefined || hasJournal(values, terminal)) {
    const engine = await openExistingEngine(values, terminal);
    try {
      const runs = chosen(engine, prefix);
      const progress = openProgress({ label: 'checking', total: runs.length }, values, terminal);
      for (const header of runs) {
        verified.push(await verifyRun(engine, header));
        progress.step();
      }
      progress.end();
    } finally {
      engine.close();
    }
  }
  const damaged = verified.filter(({ problem }) => problem !== undefined);
  if (values.json === true) {
    terminal.stdout(`${JSON.stringify({ version: 1, ok: damaged.length === 0, runs: verified }, null, 2)}\n`);
  } else {
    terminal.stdout(verified.map(line).join(''));
    const count = `${verified.length} ${verified.length === 1 ? 'run' : 'runs'}`;
    terminal.stderr(`${count} checked, ${damaged.length === 0 ? 'none' : damaged.length} damaged\n`);
  }
  return damaged.length === 0 ? 0 : DAMAGED;
}

async function list(prefix: string, call: Pick<CommandCall, 'values' | 'terminal'>): Promise<number> {
  const engine = await openExistingEngine(call.values, call.terminal);
  try {
    return await listDecisions(engine, prefix, call);
  } finally {
    engine.close();
  }
}

function chosen(engine: Engine, prefix: string | undefined): readonly RunHeader[] {
  const runs = engine.list();
  if (prefix === undefined) return runs;
  const fitting = runs.filter(({ runId }) => prefix !== '' && runId.startsWith(prefix));
  const exact =
    fitting.find(({ runId }) => runId === prefix) ?? (fitting.length === 1 ? fitting[0] : undefined);
  if (exact !== undefined) return [exact];
  const several = `\`${prefix}\` fits several runs: ${fitting.map(({ runId }) => runId).join(', ')}`;
  throw new CrewError(
    'RUN_NOT_FOUND',
    fitting.length === 0 ? `no run \`${prefix}\` in this journal` : several,
  );
}

function line({ runId, crew, facts, problem }: VerifiedRun): string {
  const what = problem === undefined ? `${facts} facts  ${crew}` : `${problem.code} ${problem.message}`;
  return `${sanitizeText(`${problem === undefined ? 'ok     ' : 'damaged'}  ${runId}  ${what}`, { keepNewlines: false })}\n`;
}
