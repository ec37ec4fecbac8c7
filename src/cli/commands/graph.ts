import { extname } from 'node:path';
import { CrewError } from '../../model/crew-error.ts';
import type { Program } from '../../model/program.ts';
import { type Command, type CommandCall, type FlagValues, textFlag } from '../command.ts';
import { loadProgram } from '../load-program.ts';
import { onePositional } from '../positionals.ts';
import { loadChartSvg, loadCharts } from '../wire-views.ts';
import { writeOut } from '../write-out.ts';

/** `crew graph FILE`: the statechart of a crew as Mermaid, as SVG, or as an XState machine config, which plain XState runs. */
export const graphCommand: Command = {
  name: 'graph',
  usage: 'graph FILE',
  summary: 'draw the statechart of a crew',
  flags: {
    format: {
      type: 'string',
      short: 'f',
      value: 'FORMAT',
      help: 'xstate, mermaid or svg; by the ending of -o, else xstate',
    },
    out: { type: 'string', short: 'o', value: 'FILE', help: 'write to FILE instead of stdout' },
  },
  run: graph,
};

type Format = keyof typeof FORMATS;

const FORMATS = {
  xstate: async (program: Program) => `${JSON.stringify(program.machine, null, 2)}\n`,
  mermaid: async (program: Program) => {
    const { chartOf, exportMermaid } = await loadCharts();
    return exportMermaid(chartOf(program));
  },
  svg: async (program: Program) => {
    const [{ chartOf }, { chartSvg }] = await Promise.all([loadCharts(), loadChartSvg()]);
    return chartSvg(chartOf(program));
  },
} as const satisfies Record<string, (program: Program) => Promise<string>>;

const FORMAT_OF_ENDING = new Map<string, Format>([
  ['.svg', 'svg'],
  ['.mmd', 'mermaid'],
  ['.mermaid', 'mermaid'],
]);

async function graph({ positionals, values, terminal }: CommandCall): Promise<number> {
  const path = onePositional(positionals, 'a crew file');
  const format = formatOf(values);
  const program = await loadProgram(path, terminal);
  writeOut(await FORMATS[format](program), textFlag(values, 'out'), terminal);
  return 0;
}

function formatOf(values: FlagValues): Format {
  const asked = textFlag(values, 'format');
  if (asked === undefined) return FORMAT_OF_ENDING.get(extname(textFlag(values, 'out') ?? '')) ?? 'xstate';
  const known = Object.keys(FORMATS) as Format[];
  const format = known.find(each => each === asked);
  if (format !== undefined) return format;
  throw new CrewError('USAGE', `\`--format ${asked}\` is not known; expected one of ${known.join(', ')}`);
}
