import { CrewError } from '../../model/crew-error.ts';
import type { Program } from '../../model/program.ts';
import type { Command, CommandCall } from '../command.ts';
import { readRecordedRun } from '../recorded-run.ts';
import { isAbout, reasonsOf, withCalls } from '../run-reasons.ts';
import { loadRecordReaders, loadReporters } from '../wire.ts';
import { openExistingEngine } from '../workspace.ts';

/** `crew why RUN [PHASE]`: why a run went from phase to phase, and who had a turn, with the conditions and their values. */
export const whyCommand: Command = {
  name: 'why',
  usage: 'why RUN [PHASE]',
  summary: 'explain every transition of a run',
  flags: {},
  run: why,
};

async function why({ positionals, values, terminal }: CommandCall): Promise<number> {
  const [prefix, phase, ...rest] = positionals;
  if (prefix === undefined || rest.length > 0) {
    throw new CrewError(
      'USAGE',
      'expected a run id, and a phase if only that is meant; `crew ps` lists runs',
    );
  }
  const engine = await openExistingEngine(values, terminal);
  try {
    const { run, steps } = await readRecordedRun(engine, prefix);
    const { runId, program, facts } = run;
    if (phase !== undefined) refuseUnknown(program, phase);
    const { questionsById } = await loadRecordReaders();
    const told = steps.flatMap(({ seq, effects }) => reasonsOf(program, seq, effects));
    const all = withCalls(told, questionsById(steps));
    const reasons = phase === undefined ? all : all.filter(reason => isAbout(reason, phase));
    if (values.json === true) {
      terminal.stdout(`${JSON.stringify({ version: 1, runId, crew: program.crew, reasons }, null, 2)}\n`);
      return 0;
    }
    const { formatReasons } = await loadReporters();
    const startedAt = facts[0]?.at ?? 0;
    if (reasons.length === 0) terminal.stderr(`${nothingMoved(runId, phase)}\n`);
    terminal.stdout(formatReasons(reasons, { color: terminal.stdoutColor, startedAt }));
    return 0;
  } finally {
    engine.close();
  }
}

/** Only the first name of a path is looked at: what is inside a crew phase has names of its own. */
function refuseUnknown(program: Program, phase: string): void {
  const [name = ''] = phase.split(/[./]/, 1);
  if (Object.hasOwn(program.phases, name)) return;
  const names = Object.keys(program.phases).map(each => `\`${each}\``);
  throw new CrewError('USAGE', `this run has no phase \`${name}\`; its phases are ${names.join(', ')}`);
}

function nothingMoved(runId: string, phase: string | undefined): string {
  return phase === undefined
    ? `run ${runId} is still in its first phase; nothing has moved it on yet`
    : `run ${runId} was not moved on by \`${phase}\`; \`crew why ${runId}\` shows all that moved it`;
}
