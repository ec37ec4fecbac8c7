import { CrewError } from '../../model/crew-error.ts';
import type { SourceRange } from '../../model/diagnostic.ts';
import type { Program } from '../../model/program.ts';
import type { RunEvent } from '../../model/run-event.ts';
import type { Reason } from '../../reporters/why-text.ts';
import type { Command, CommandCall } from '../command.ts';
import { loadReporters, loadRunReader } from '../wire.ts';
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
    const { runId, program, facts } = engine.read(prefix);
    const { foldRun } = await loadRunReader();
    const all: Reason[] = [];
    for (const { seq, effects } of foldRun(program, facts)) {
      for (const effect of effects) {
        if (effect.type === 'event.publish' && REASONS.has(effect.event.type)) {
          all.push({ seq, event: effect.event, ...writtenAt(program, effect.event) });
        }
      }
    }
    const reasons = phase === undefined ? all : all.filter(({ event }) => isAbout(event, phase));
    if (values.json === true) {
      terminal.stdout(`${JSON.stringify({ version: 1, runId, crew: program.crew, reasons }, null, 2)}\n`);
      return 0;
    }
    const { formatReasons } = await loadReporters();
    const startedAt = facts[0]?.at ?? 0;
    if (reasons.length === 0) terminal.stderr('nothing has moved this run on yet\n');
    terminal.stdout(formatReasons(reasons, { color: terminal.stdoutColor, startedAt }));
    return 0;
  } finally {
    engine.close();
  }
}

const REASONS: ReadonlySet<RunEvent['type']> = new Set([
  'transition.taken',
  'turn.started',
  'work.handed',
  'phase.retried',
  'person.answered',
  'run.suspended',
  'run.resumed',
  'run.ended',
]);

function isAbout(event: RunEvent, phase: string): boolean {
  if (event.type === 'transition.taken') return event.from === phase || event.to === phase;
  return 'phase' in event && (event.phase === phase || event.phase.startsWith(`${phase}.`));
}

/** Where the way that was taken is written; crews inside have files of their own. */
function writtenAt(program: Program, event: RunEvent): { readonly written?: SourceRange } {
  if (event.type !== 'transition.taken' || event.crew !== undefined) return {};
  const written = program.sourceMap[pathOf(program, event)];
  return written === undefined ? {} : { written };
}

function pathOf(program: Program, event: Extract<RunEvent, { type: 'transition.taken' }>): string {
  const { from, to, way, limit } = event;
  if (way === 'on_limit') return `phases.${limit}.on_limit`;
  if (way === 'on_error') return `phases.${from}.on_error`;
  if (way === 'subscribe') return `phases.${to}.subscribe`;
  const phase = program.phases[from];
  const held = event.guards?.find(guard => guard.held)?.when;
  const index =
    phase === undefined || phase.kind === 'end' ? -1 : phase.next.findIndex(next => next.when === held);
  const nth = `phases.${from}.next.${index}.to`;
  return program.sourceMap[nth] === undefined ? `phases.${from}.next` : nth;
}
