import type { ToolsetDeclaration } from '../model/crew.ts';
import type { Program } from '../model/program.ts';
import type { ToolSpec } from '../model/tool-spec.ts';
import { toolsetSpecs } from '../model/toolset-specs.ts';
import { displayWidth } from '../reporters/display-width.ts';
import { sanitizeText } from '../reporters/sanitize.ts';
import type { CommandCall, FlagValues, Terminal } from './command.ts';
import { onePositional } from './positionals.ts';
import { readCrewFile, showDiagnostics } from './read-crew-file.ts';
import { readPolicy } from './read-policy.ts';
import { loadCompiler, loadConsent, loadLanguage } from './wire.ts';

interface ToolRow {
  readonly tool: string;
  /** Where it comes from: `builtin:git`, a module's path, or the server. */
  readonly source: string;
  /** What it does as far as somebody vouches for it: we for a built-in, the user's policy for others; else the worst. */
  readonly does: 'reads' | 'writes' | 'may destroy';
  /** What it says of itself, where nobody vouches for that. */
  readonly says?: 'only reads' | 'destroys nothing';
  /** What is decided about a call of it without arguments that rules look at; absent when the crew has errors. */
  readonly consent?: string;
  readonly pin?: string;
  readonly description: string;
}

/** `crew tools list FILE`: every tool of a crew, from where, and whether it would be called without asking. Starts nothing. */
export async function listCrewTools({ positionals, values, terminal }: CommandCall): Promise<number> {
  const file = onePositional(positionals, 'a crew file: `crew tools list FILE`');
  const loaded = await readCrewFile(file, terminal);
  await showDiagnostics(loaded, terminal);
  const { catalog } = await loadLanguage();
  const { compileCrew } = await loadCompiler();
  const own = loaded.toolsets.filter(toolset => toolset.file === file);
  const program = loaded.crew && compileCrew(loaded.crew, { sourceMap: {}, catalog });
  const aboutTool = await readTools(program, values, terminal);
  const rows = own.flatMap(toolset =>
    (toolsetSpecs(toolset, catalog) ?? []).map(
      (spec): ToolRow => ({
        tool: spec.name,
        source: sourceOf(toolset),
        ...aboutTool(spec),
        ...(spec.pin === undefined ? {} : { pin: spec.pin }),
        description: spec.description,
      }),
    ),
  );
  const missing = own.filter(({ source }) => source.kind === 'mcp' && source.tools.length === 0);
  const waiting = missing.map(({ name }) => name);
  if (values.json === true) {
    terminal.stdout(`${JSON.stringify({ version: 1, file, tools: rows, notAccepted: waiting }, null, 2)}\n`);
  } else {
    terminal.stdout(rows.length === 0 ? 'No tools.\n' : tableOf(rows));
  }
  return loaded.crew === undefined ? 2 : 0;
}

function sourceOf({ source }: ToolsetDeclaration): string {
  if (source.kind === 'builtin')
    return `builtin:${source.name}${source.sandbox === undefined ? '' : ', sandbox'}`;
  if (source.kind === 'module') return source.path;
  const { transport } = source.server;
  return transport.kind === 'http' ? `mcp ${transport.url}` : `mcp ${transport.command}`;
}

async function readTools(program: Program | undefined, values: FlagValues, terminal: Terminal) {
  const { decideConsent, DEFAULT_POLICY, hintsOf, ownWord } = await loadConsent();
  const policy = (program && (await readPolicy(values, terminal))) ?? DEFAULT_POLICY;
  return (spec: ToolSpec): Pick<ToolRow, 'does' | 'says' | 'consent'> => {
    const alias = spec.name.slice(0, spec.name.indexOf('.'));
    const toolset =
      program !== undefined && Object.hasOwn(program.toolsets, alias) ? program.toolsets[alias] : undefined;
    const { readOnlyHint, destructiveHint } = hintsOf(spec, toolset, policy);
    const does = readOnlyHint ? 'reads' : destructiveHint ? 'may destroy' : 'writes';
    const word = ownWord(spec, toolset, policy);
    const said =
      word === undefined || word === 'nothing' ? ({ does } as const) : ({ does, says: word } as const);
    if (program === undefined) return said;
    const decision = decideConsent({ spec, args: {}, programs: [program], policy, grants: [] });
    return { ...said, consent: decision.consent === 'resolve' ? 'depends on paths' : decision.consent };
  };
}

function tableOf(rows: readonly ToolRow[]): string {
  const cells = rows.map(({ tool, does, says, consent = '?', source, pin }) =>
    [
      tool,
      says === undefined ? does : `${does} (says it ${says})`,
      consent,
      pin === undefined ? source : `${source}, pin ${pin.slice(0, 8)}`,
    ].map(cell => sanitizeText(cell, { keepNewlines: false })),
  );
  const widths = [0, 1, 2].map(column => Math.max(...cells.map(row => displayWidth(row[column] ?? ''))));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) => cell + ' '.repeat(Math.max(0, (widths[column] ?? 0) - displayWidth(cell))))
      .join('  ');
  return cells.map(row => `${line(row).trimEnd()}\n`).join('');
}
