import type { Command, CommandCall } from '../command.ts';
import { loadProgram } from '../load-program.ts';
import { onePositional } from '../positionals.ts';

/** `crew graph FILE`: the statechart of a crew as an XState machine config, which plain XState runs. */
export const graphCommand: Command = {
  name: 'graph',
  usage: 'graph FILE',
  summary: 'print the statechart of a crew as XState JSON',
  flags: {},
  run: graph,
};

async function graph({ positionals, terminal }: CommandCall): Promise<number> {
  const program = await loadProgram(onePositional(positionals, 'a crew file'), terminal);
  terminal.stdout(`${JSON.stringify(program.machine, null, 2)}\n`);
  return 0;
}
