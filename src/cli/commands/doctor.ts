import { paint } from '../../reporters/paint.ts';
import { textTable } from '../../reporters/text-table.ts';
import type { Command, CommandCall } from '../command.ts';
import { examineMachine } from '../examine-machine.ts';
import { noPositionals } from '../positionals.ts';

const NOT_WELL = 3;
const MARKS = { ok: '✓', note: '·', problem: '✗' } as const;
const COLORS = { ok: 'green', note: 'dim', problem: 'red' } as const;

/** `crew doctor`: whether this machine has what runs need and may use. Exits 3 when something keeps them from working. */
export const doctorCommand: Command = {
  name: 'doctor',
  usage: 'doctor',
  summary: 'look whether this machine has what runs need',
  flags: {},
  run: doctor,
};

async function doctor({ positionals, values, terminal }: CommandCall): Promise<number> {
  noPositionals(positionals);
  const findings = await examineMachine({ values, terminal });
  const well = findings.every(({ state }) => state !== 'problem');
  if (values.json === true) {
    terminal.stdout(`${JSON.stringify({ version: 1, ok: well, findings }, null, 2)}\n`);
    return well ? 0 : NOT_WELL;
  }
  const columns = terminal.stdoutIsTerminal ? terminal.columns - 2 : Number.POSITIVE_INFINITY;
  const lines = textTable(
    findings.map(({ about, text }) => [about, text]),
    { columns },
  );
  const rows = findings.flatMap(({ state }, index) =>
    values.quiet === true && state !== 'problem'
      ? []
      : [`${paint(MARKS[state], COLORS[state], terminal.stdoutColor)} ${lines[index]}\n`],
  );
  terminal.stdout(rows.join(''));
  return well ? 0 : NOT_WELL;
}
