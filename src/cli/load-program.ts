import { resolve } from 'node:path';
import type { LoadedCrew } from '../language/load-crew.ts';
import { type BudgetChange, changeBudget } from '../model/change-budget.ts';
import type { Crew } from '../model/crew.ts';
import { CrewError } from '../model/crew-error.ts';
import type { Program } from '../model/program.ts';
import { acceptServers } from './accept-servers.ts';
import type { FlagValues, Terminal } from './command.ts';
import { readCrewFile, showDiagnostics } from './read-crew-file.ts';
import { requireTrust } from './require-trust.ts';
import { needsTrust } from './trust-text.ts';
import { loadCompiler, loadLanguage } from './wire.ts';

/**
 * Loads, checks and compiles a crew file; `budget` goes over the file's own ceilings. Warnings are shown and do not
 * stop it. Fails with FILE_NOT_FOUND, or CREW_INVALID after all diagnostics were shown.
 */
export async function loadProgram(
  path: string,
  terminal: Terminal,
  budget: BudgetChange = {},
): Promise<Program> {
  const { crew, compile } = await loadCheckedCrew(path, terminal, budget);
  return compile(crew);
}

/** A checked crew, and what makes a program of it, or of what becomes of it. */
export interface CheckedCrew {
  readonly crew: Crew;
  readonly compile: (crew: Crew) => Program;
}

/** As `loadProgram`, before it is compiled. */
export async function loadCheckedCrew(
  path: string,
  terminal: Terminal,
  budget: BudgetChange = {},
): Promise<CheckedCrew> {
  return checkLoaded({ path, terminal, budget, loaded: await readCrewFile(path, terminal) });
}

/**
 * As `loadProgram`, for a crew that is about to run: its MCP servers that nobody has accepted yet are shown to the person at
 * the terminal, who may accept them, and so is all that it starts and runs, if it is not trusted. Fails with CREW_UNTRUSTED
 * too.
 */
export async function loadTrustedProgram(path: string, call: TrustedCall): Promise<Program> {
  const { crew, compile } = await loadTrustedCrew(path, call);
  return compile(crew);
}

interface TrustedCall {
  readonly terminal: Terminal;
  readonly values: FlagValues;
  readonly budget?: BudgetChange;
}

/** As `loadTrustedProgram`, before it is compiled. */
export async function loadTrustedCrew(
  path: string,
  { terminal, values, budget = {} }: TrustedCall,
): Promise<CheckedCrew> {
  const read = await readCrewFile(path, terminal);
  const loaded = (await offerAcceptance(path, read, { terminal, values }))
    ? await readCrewFile(path, terminal)
    : read;
  const checked = await checkLoaded({ path, terminal, budget, loaded });
  if (needsTrust(loaded)) await requireTrust({ file: path, loaded, values, terminal });
  return checked;
}

const NOT_ACCEPTED = new Set(['mcp-not-accepted', 'mcp-lock-stale']);

/** Whether servers were accepted now. */
async function offerAcceptance(
  path: string,
  { diagnostics }: LoadedCrew,
  { terminal, values }: { readonly terminal: Terminal; readonly values: FlagValues },
): Promise<boolean> {
  const waiting = diagnostics.some(({ code }) => NOT_ACCEPTED.has(code));
  if (!waiting || !terminal.interactive || values['no-input'] === true) return false;
  terminal.stderr(`The tools of \`${path}\` have to be accepted before it can run.\n\n`);
  await acceptServers({ file: path, values, terminal });
  return true;
}

async function checkLoaded({
  path,
  terminal,
  budget,
  loaded,
}: {
  readonly path: string;
  readonly terminal: Terminal;
  readonly budget: BudgetChange;
  readonly loaded: LoadedCrew;
}): Promise<CheckedCrew> {
  const { crew, sourceMap } = loaded;
  await showDiagnostics(loaded, terminal);
  if (crew === undefined) throw new CrewError('CREW_INVALID', `\`${path}\` has errors, so nothing was run`);
  const { compileCrew } = await loadCompiler();
  const { catalog } = await loadLanguage();
  const options = { sourceMap, catalog, folder: resolve(terminal.cwd) };
  const budgeted = { ...crew, budget: changeBudget(crew.budget, budget) };
  return { crew: budgeted, compile: changed => compileCrew(changed, options) };
}
