import { realpathSync } from 'node:fs';
import { resolve } from 'node:path';
import type { LoadedCrew } from '../language/load-crew.ts';
import { CrewError } from '../model/crew-error.ts';
import type { FlagValues, Terminal } from './command.ts';
import { contentHash, crewContent } from './crew-content.ts';
import { addTrust, readTrust } from './trust-store.ts';
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
}

/** Puts together what a person is asked. */
export function trustQuestion({ file, loaded, values, terminal }: TrustCall): TrustQuestion {
  const workspace = workspaceOf(values, terminal);
  const rows = crewContent(loaded, { file, cwd: terminal.cwd, workspace });
  return {
    file: realpathSync(resolve(terminal.cwd, file)),
    hash: contentHash(rows),
    text: trustText(loaded, { file, rows, workspace, columns: terminal.columns }),
  };
}

/** How a person stands to a crew file: it needs no trust, is trusted as it is, was trusted with another content, or never. */
export function trustState(call: TrustCall): 'not-needed' | 'trusted' | 'changed' | 'unknown' {
  if (!needsTrust(call.loaded)) return 'not-needed';
  const { file, hash } = trustQuestion(call);
  const known = readTrust(call.terminal).find(row => row.file === file);
  if (known === undefined) return 'unknown';
  return known.hash === hash ? 'trusted' : 'changed';
}

/**
 * Lets a crew file pass that needs no trust, is trusted, or is vouched for with `--trust`. Of another one all is shown at a
 * terminal, and the person is asked; what they trust is remembered. Fails with CREW_UNTRUSTED.
 */
export async function requireTrust(call: TrustCall): Promise<void> {
  const { file, values, terminal } = call;
  if (values.trust === true) return;
  const state = trustState(call);
  if (state === 'not-needed' || state === 'trusted') return;
  const why = state === 'changed' ? 'has changed since you trusted it' : 'is not known to be trusted';
  const refused = (): CrewError =>
    new CrewError(
      'CREW_UNTRUSTED',
      `\`${file}\` ${why}, and it starts servers or runs code: \`crew trust ${file}\``,
    );
  if (!terminal.interactive || values['no-input'] === true) throw refused();
  terminal.stderr(`\`${file}\` ${why}. This is all that it would start and run:\n\n`);
  if (!(await askTrust(call))) throw refused();
}

/** Shows all of a crew file and asks whether to trust it; remembers a yes. */
export async function askTrust(call: TrustCall): Promise<boolean> {
  const { terminal } = call;
  const { file, hash, text } = trustQuestion(call);
  terminal.stderr(`${text}\n\n`);
  if (!(await askYes(terminal, 'Trust it as it is now? Type yes or no: '))) return false;
  addTrust(terminal, { file, hash });
  return true;
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
