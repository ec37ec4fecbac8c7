import { realpathSync } from 'node:fs';
import { resolve } from 'node:path';
import { CrewError } from '../../model/crew-error.ts';
import { sanitizeText } from '../../reporters/sanitize.ts';
import type { Command, CommandCall } from '../command.ts';
import { noPositionals, onePositional } from '../positionals.ts';
import { readCrewFile } from '../read-crew-file.ts';
import { askTrust, trustQuestion, trustState } from '../require-trust.ts';
import { addTrust, readTrust, removeTrust } from '../trust-store.ts';

/** `crew trust FILE`: shows all that a crew file starts and runs, and remembers that this person trusts it. */
export const trustCommand: Command = {
  name: 'trust',
  usage: 'trust FILE',
  summary: 'show what a crew file starts and runs, and trust it',
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
  const file = onePositional(positionals, 'a crew file, such as `crew trust crews/docs.crew.yaml`');
  if (values.revoke === true) return revoke(file, call);
  const loaded = await readCrewFile(file, terminal);
  const state = trustState({ file, loaded, values, terminal });
  const question = trustQuestion({ file, loaded, values, terminal });
  if (values.json === true) {
    const { hash, text } = question;
    terminal.stdout(`${JSON.stringify({ version: 1, file: question.file, state, hash, text }, null, 2)}\n`);
  }
  if (state === 'not-needed') {
    terminal.stderr(`\`${file}\` starts no server and runs no module, so it needs no trust.\n`);
    return 0;
  }
  if (state === 'trusted') {
    terminal.stderr(`${question.text}\n\n\`${file}\` is trusted as it is.\n`);
    return 0;
  }
  if (values.yes === true) {
    terminal.stderr(`${question.text}\n\nTrusted as it is now.\n`);
    addTrust(terminal, question);
    return 0;
  }
  if (!terminal.interactive || values['no-input'] === true) {
    terminal.stderr(`${question.text}\n\n`);
    throw new CrewError(
      'CREW_UNTRUSTED',
      `nobody can be asked whether \`${file}\` is trusted; \`--yes\` says so`,
    );
  }
  if (await askTrust({ file, loaded, values, terminal })) return 0;
  throw new CrewError('CREW_UNTRUSTED', `\`${file}\` was not trusted`);
}

async function list({ values, terminal }: CommandCall): Promise<number> {
  const crews = readTrust(terminal);
  if (values.json === true) {
    terminal.stdout(`${JSON.stringify({ version: 1, crews }, null, 2)}\n`);
    return 0;
  }
  const rows = crews.map(({ file, hash, at, by }) => {
    const text = `${new Date(at).toISOString().slice(0, 10)}  ${hash.slice(0, 12)}  ${file}  (${by})`;
    return `${sanitizeText(text, { keepNewlines: false })}\n`;
  });
  terminal.stdout(rows.length === 0 ? 'Nothing is trusted.\n' : rows.join(''));
  return 0;
}

async function revoke(file: string, { values, terminal }: CommandCall): Promise<number> {
  const path = resolve(terminal.cwd, file);
  const revoked = [realPath(path), path].map(one => removeTrust(terminal, one)).includes(true);
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
