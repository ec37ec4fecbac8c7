import { realpathSync } from 'node:fs';
import { resolve } from 'node:path';
import type { LoadedCrew } from '../language/load-crew.ts';
import { CrewError } from '../model/crew-error.ts';
import type { FlagValues, Terminal } from './command.ts';
import { contentHash, crewContent } from './crew-content.ts';
import { memoryAddress, memoryModel } from './memory/choose-memory.ts';
import { crewStarts } from './program-starts.ts';
import { shownColumns } from './shown-columns.ts';
import { addStarts, addTrust, readTrust } from './trust-store.ts';
import { needsTrust, trustText } from './trust-text.ts';
import { workspaceOf } from './workspace.ts';

/** A crew file that was read, and the command that it was read for. */
export interface TrustCall {
  /** As the person gave it. */
  readonly file: string;
  readonly loaded: Pick<LoadedCrew, 'sources' | 'toolsets' | 'crew'>;
  readonly values: FlagValues;
  readonly terminal: Terminal;
}

/** What a person is asked to trust: the crew file's real path, the hash of its content, and all of it as text. */
export interface TrustQuestion {
  readonly file: string;
  readonly hash: string;
  readonly text: string;
  /** What its runs may start, as `programStarts` has it. */
  readonly starts: readonly string[];
}

/** How a person stands to a file: it needs no trust, is trusted as it is, was trusted with another content, or never. */
export type TrustState = 'not-needed' | 'trusted' | 'changed' | 'unknown';

/** Puts together what a person is asked. */
export function trustQuestion({ file, loaded, values, terminal }: TrustCall): TrustQuestion {
  const workspace = workspaceOf(values, terminal);
  const rows = crewContent(loaded, { file, cwd: terminal.cwd, workspace });
  return {
    file: realpathSync(resolve(terminal.cwd, file)),
    hash: contentHash(rows),
    text: trustText(loaded, { file, rows, workspace, columns: shownColumns(terminal) }),
    starts: crewStarts(loaded, { cwd: terminal.cwd, workspace }),
  };
}

/** How a person stands to a crew file. */
export function trustState(call: TrustCall): TrustState {
  return needsTrust(call.loaded) ? knownState(call.terminal, trustQuestion(call)) : 'not-needed';
}

/** How a person stands to a file with this content that needs trust. */
export function knownState(
  terminal: Pick<Terminal, 'env'>,
  { file, hash }: Pick<TrustQuestion, 'file' | 'hash'>,
): Exclude<TrustState, 'not-needed'> {
  const known = readTrust(terminal).crews.find(row => row.file === file);
  if (known === undefined) return 'unknown';
  return known.hash === hash ? 'trusted' : 'changed';
}

/** What is said of a file that is not trusted, behind its name. Pure. */
export function whyNot(state: TrustState): string {
  return state === 'changed' ? 'has changed since you trusted it' : 'is not known to be trusted';
}

/**
 * Lets a crew file pass that needs no trust, is trusted, or is vouched for with `--trust`; its runs may go on later without
 * it. Of another one all is shown at a terminal, and the person is asked; what they trust is remembered. Fails with
 * CREW_UNTRUSTED.
 */
export async function requireTrust(call: TrustCall): Promise<void> {
  const { file, values, terminal } = call;
  if (!needsTrust(call.loaded)) return;
  const question = trustQuestion(call);
  const state = values.trust === true ? 'trusted' : knownState(terminal, question);
  if (state === 'trusted') return rememberStarts(terminal, question);
  const why = whyNot(state);
  const refused = (): CrewError =>
    new CrewError(
      'CREW_UNTRUSTED',
      `\`${file}\` ${why}, and it ${whatItDoes(call.loaded)}: \`crew trust ${file}\``,
    );
  if (!terminal.interactive || values['no-input'] === true) throw refused();
  terminal.stderr(`\`${file}\` ${why}. This is all that it would start and run:\n\n`);
  if (!(await askTrust(question, terminal))) throw refused();
}

/** What makes that a file needs trust; its tools say more than the place of its memory. */
function whatItDoes({ toolsets, crew }: TrustCall['loaded']): string {
  if (toolsets.some(({ source }) => source.kind !== 'builtin')) return 'starts servers or runs code';
  if (memoryAddress(crew) !== undefined) return 'keeps what it remembers at an address';
  return memoryModel(crew) === undefined
    ? 'reads and changes what you keep for all your projects'
    : 'loads a model of its own';
}

/** Shows all of a file and asks whether to trust it; remembers a yes. */
export async function askTrust(question: TrustQuestion, terminal: Terminal): Promise<boolean> {
  terminal.stderr(`${question.text}\n\n`);
  if (!(await askYes(terminal, 'Trust it as it is now? Type yes or no: '))) return false;
  keepTrust(terminal, question);
  return true;
}

/** Remembers that a file is trusted, with what its runs may start. Fails with FILE_UNWRITABLE. */
export function keepTrust(
  terminal: Pick<Terminal, 'env'>,
  { file, hash, starts }: Omit<TrustQuestion, 'text'>,
): void {
  addTrust(terminal, { file, hash });
  addStarts(terminal, { file, starts });
}

/** Remembers what runs may start; where it cannot be kept, as in some CI, a resume asks again. */
export function rememberStarts(
  terminal: Pick<Terminal, 'env'>,
  row: { readonly file: string; readonly starts: readonly string[] },
): void {
  try {
    addStarts(terminal, row);
  } catch (error) {
    if (error instanceof CrewError) return;
    throw error;
  }
}

/** Asks until the answer is `yes` or `no`; the end of input is a no. */
export async function askYes(terminal: Terminal, question: string): Promise<boolean> {
  for (;;) {
    const line = await terminal.readLine(question, new AbortController().signal);
    if (line === undefined) {
      terminal.stderr('\n');
      return false;
    }
    const answer = line.trim().toLowerCase();
    if (answer === 'yes') return true;
    if (answer === 'no' || answer === 'n') return false;
  }
}
