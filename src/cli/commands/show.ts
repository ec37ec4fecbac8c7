import { suggest } from '../../language/closest.ts';
import { CrewError, hintInRun } from '../../model/crew-error.ts';
import type { ModelCallEffect } from '../../model/effect.ts';
import type { RunRecord } from '../../model/run-record.ts';
import { type Command, type CommandCall, type FlagValues, type Terminal, textFlag } from '../command.ts';
import { findPrompt } from '../find-prompt.ts';
import { recordOfPhase, stepsOfPhase } from '../record-of-phase.ts';
import { readRecordedRun } from '../recorded-run.ts';
import { resumeFlags } from '../resume-flags.ts';
import { runReport } from '../run-report.ts';
import { hasBounds } from '../spent-so-far.ts';
import { loadRecordReaders, loadReporters, loadShares } from '../wire.ts';
import { openExistingEngine } from '../workspace.ts';
import { writeOut } from '../write-out.ts';

/** `crew show RUN [PHASE]`: what a run is, how it stands, and what it did; one exact prompt, one whole artifact, or all as a page. */
export const showCommand: Command = {
  name: 'show',
  usage: 'show RUN [PHASE]',
  summary: 'show what a run did, what it cost and how it stands',
  flags: {
    prompt: {
      type: 'string',
      value: 'KEY',
      help: 'print the exact prompt of one model call, by its key or, with PHASE, its turn',
    },
    artifact: { type: 'string', value: 'NAME', help: 'print the artifact of one phase whole' },
    memory: {
      type: 'boolean',
      help: 'print what the models read, by tier, and each note and lesson that they were reminded of; with PHASE call by call',
    },
    html: {
      type: 'boolean',
      help: 'write all of it as one page for a browser, to FILE or to stdout; it needs no network',
    },
  },
  run: show,
};

async function show({ positionals, values, terminal }: CommandCall): Promise<number> {
  const [prefix, phase, ...rest] = positionals;
  if (prefix === undefined || rest.length > 0) {
    throw new CrewError(
      'USAGE',
      'expected a run id, and a phase if only that is meant; `crew ps` lists runs',
    );
  }
  const engine = await openExistingEngine(values, terminal);
  try {
    const read = await readRecordedRun(engine, prefix);
    const { run, steps } = read;
    const pid = engine.holderOf(run.runId)?.pid;
    if (values.html === true) {
      writeOut(await runReport(read, { version: terminal.version, pid, env: terminal.env }), phase, terminal);
      return 0;
    }
    const { readRecord, readPrompts, formatRunRecord } = await loadRecordReaders();
    const whole = readRecord(run, steps);
    const record = phase === undefined ? whole : recordOfPhase(whole, run.program, phase);
    if (values.memory === true) return await showShares(read, phase, { values, terminal });
    const prompt = textFlag(values, 'prompt');
    if (prompt !== undefined)
      return await showPrompt(findPrompt(record, readPrompts(steps), prompt), values, terminal);
    const artifact = textFlag(values, 'artifact');
    if (artifact !== undefined) return await showArtifact(record, artifact, values, terminal);
    if (values.json === true) {
      terminal.stdout(
        `${JSON.stringify({ version: 1, active: pid !== undefined, spendIsAtMost: hasBounds(steps), ...record }, null, 2)}\n`,
      );
      return 0;
    }
    const text = formatRunRecord(record, {
      color: terminal.stdoutColor,
      columns: terminal.stdoutIsTerminal ? terminal.columns : Number.POSITIVE_INFINITY,
      ...(pid === undefined ? {} : { pid }),
      ...(phase === undefined ? {} : { phase }),
      isBounded: hasBounds(steps),
      next:
        phase === undefined
          ? nextSteps(whole, { active: pid !== undefined, flags: resumeFlags(values) })
          : [],
    });
    terminal.stdout(text);
    return 0;
  } finally {
    engine.close();
  }
}

async function showShares(
  { run, steps }: Awaited<ReturnType<typeof readRecordedRun>>,
  phase: string | undefined,
  { values, terminal }: Pick<CommandCall, 'values' | 'terminal'>,
): Promise<0> {
  const { readShares, formatShares } = await loadShares();
  const shares = readShares(phase === undefined ? steps : stepsOfPhase(steps, phase));
  const json = () => `${JSON.stringify({ version: 1, runId: run.runId, ...shares }, null, 2)}\n`;
  const text = () =>
    formatShares(shares, {
      color: terminal.stdoutColor,
      columns: terminal.stdoutIsTerminal ? terminal.columns : Number.POSITIVE_INFINITY,
      perCall: phase !== undefined,
    });
  terminal.stdout(values.json === true ? json() : text());
  return 0;
}

async function showPrompt(call: ModelCallEffect, values: FlagValues, terminal: Terminal): Promise<0> {
  const { formatPrompt } = await loadRecordReaders();
  const { type: _type, ...prompt } = call;
  const json = () => `${JSON.stringify({ version: 1, ...prompt }, null, 2)}\n`;
  const text = () => formatPrompt(call, { color: terminal.stdoutColor, terminal: terminal.stdoutIsTerminal });
  terminal.stdout(values.json === true ? json() : text());
  return 0;
}

async function showArtifact(
  { runId, artifacts }: RunRecord,
  name: string,
  values: FlagValues,
  terminal: Terminal,
): Promise<0> {
  const names = Object.keys(artifacts);
  if (!Object.hasOwn(artifacts, name)) {
    const hint =
      suggest(name, names) ?? (names.length === 0 ? 'there is none yet' : `there is ${names.join(', ')}`);
    throw new CrewError('USAGE', `run \`${runId}\` has no artifact \`${name}\`; ${hint}`);
  }
  const { formatResult } = await loadReporters();
  const artifact = artifacts[name] ?? null;
  terminal.stdout(
    values.json === true
      ? `${JSON.stringify({ version: 1, runId, name, artifact }, null, 2)}\n`
      : formatResult(artifact, { terminal: terminal.stdoutIsTerminal }),
  );
  return 0;
}

/** What can be done with a run, in commands to be pasted. */
function nextSteps(
  { runId, status, failure, questions }: RunRecord,
  { active, flags }: { readonly active: boolean; readonly flags: string },
): readonly string[] {
  const run = `${runId}${flags}`;
  const hint =
    failure === undefined
      ? []
      : [hintInRun(failure, run) ?? 'This failure is of another version of the program.'];
  if (active) {
    const answer = questions.length > 0 ? [`crew answer ${run}   shows what it asks`] : [];
    return [
      ...answer,
      `crew logs ${run} -f   follows it`,
      `crew stop ${run}   stops it at the next safe point`,
    ];
  }
  const fork = `crew fork ${run} --at N   goes on from its fact N as a new run`;
  if (status === 'open' || status === 'waiting')
    return [...hint, `crew resume ${run}   goes on with it`, fork];
  return [...(status === 'error' ? hint : []), fork];
}
