import { realpathSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { CrewError } from '../../model/crew-error.ts';
import { sanitizeText } from '../../reporters/sanitize.ts';
import type { Command, CommandCall } from '../command.ts';
import { noPositionals, onePositional } from '../positionals.ts';
import { readCrewFile } from '../read-crew-file.ts';
import { POLICY_FILE, policyTrust } from '../read-policy.ts';
import {
  askTrust,
  keepTrust,
  type TrustQuestion,
  type TrustState,
  trustQuestion,
  trustState,
} from '../require-trust.ts';
import { readTrust, removeTrust, type TrustedStarts } from '../trust-store.ts';

const SHOWN_HASH = 12;

/** `crew trust FILE`: shows all that a crew file starts and runs, or what a policy allows, and remembers that this person trusts it. */
export const trustCommand: Command = {
  name: 'trust',
  usage: 'trust FILE',
  summary: 'show what a crew or policy may do, and trust it',
  flags: {
    yes: { type: 'boolean', short: 'y', help: 'do not ask: what is shown is trusted' },
    list: { type: 'boolean', help: 'list what is trusted' },
    revoke: { type: 'boolean', help: 'trust the file no more' },
    'no-input': { type: 'boolean', help: 'ask nobody; only show' },
  },
  run: trust,
};

async function trust(call: CommandCall): Promise<number> {
  const { positionals, values, terminal } = call;
  if (values.list === true) {
    noPositionals(positionals);
    return list(call);
  }
  const file = onePositional(
    positionals,
    `a crew file, such as \`crew trust crews/docs.crew.yaml\`, or \`${POLICY_FILE}\``,
  );
  if (values.revoke === true) return revoke(file, call);
  const { state, question, needless } = await examine(file, call);
  if (values.json === true) {
    const { hash, text } = question;
    terminal.stdout(`${JSON.stringify({ version: 1, file: question.file, state, hash, text }, null, 2)}\n`);
  }
  if (state === 'not-needed') {
    terminal.stderr(`\`${file}\` ${needless}, so it needs no trust.\n`);
    return 0;
  }
  if (state === 'trusted') {
    terminal.stderr(`${question.text}\n\n\`${file}\` is trusted as it is.\n`);
    keepTrust(terminal, question);
    return 0;
  }
  if (values.yes === true) {
    terminal.stderr(`${question.text}\n\nTrusted as it is now.\n`);
    keepTrust(terminal, question);
    return 0;
  }
  if (!terminal.interactive || values['no-input'] === true) {
    terminal.stderr(`${question.text}\n\n`);
    throw new CrewError(
      'CREW_UNTRUSTED',
      `nobody can be asked whether \`${file}\` is trusted; \`--yes\` says so`,
    );
  }
  if (await askTrust(question, terminal)) return 0;
  throw new CrewError('CREW_UNTRUSTED', `\`${file}\` was not trusted`);
}

/** What stands to be trusted in a crew file or a policy. */
interface Examined {
  readonly state: TrustState;
  readonly question: TrustQuestion;
  /** Why a file of its kind would need none. */
  readonly needless: string;
}

async function examine(file: string, { values, terminal }: CommandCall): Promise<Examined> {
  if (basename(file) === POLICY_FILE) {
    return { ...(await policyTrust(file, values, terminal)), needless: 'allows nothing' };
  }
  const loaded = await readCrewFile(file, terminal);
  const call = { file, loaded, values, terminal };
  const needless = 'starts no server and runs no module';
  return { state: trustState(call), question: trustQuestion(call), needless };
}

async function list({ values, terminal }: CommandCall): Promise<number> {
  const { crews, runs } = readTrust(terminal);
  if (values.json === true) {
    terminal.stdout(`${JSON.stringify({ version: 1, crews, runs }, null, 2)}\n`);
    return 0;
  }
  const named = new Set(crews.map(({ file }) => file));
  const onlyRuns = new Map(runs.filter(({ file }) => !named.has(file)).map(row => [row.file, row]));
  const lines = [
    ...crews.map(({ hash, ...row }) => lineOf(hash.slice(0, SHOWN_HASH), row)),
    ...[...onlyRuns.values()].map(row => lineOf('runs only'.padEnd(SHOWN_HASH), row)),
  ];
  terminal.stdout(lines.length === 0 ? 'Nothing is trusted.\n' : lines.join(''));
  return 0;
}

function lineOf(what: string, { file, at, by }: Pick<TrustedStarts, 'file' | 'at' | 'by'>): string {
  const text = `${new Date(at).toISOString().slice(0, 10)}  ${what}  ${file}  (${by})`;
  return `${sanitizeText(text, { keepNewlines: false })}\n`;
}

async function revoke(file: string, { values, terminal }: CommandCall): Promise<number> {
  const path = resolve(terminal.cwd, file);
  const revoked = [realPath(path), path, file].map(one => removeTrust(terminal, one)).includes(true);
  if (values.json === true)
    terminal.stdout(`${JSON.stringify({ version: 1, file: path, revoked }, null, 2)}\n`);
  terminal.stderr(revoked ? `\`${file}\` is trusted no more.\n` : `\`${file}\` was not trusted.\n`);
  return 0;
}

/** A file that is gone can be revoked by the path that it had. */
function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}
