import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sanitizeText } from '../reporters/sanitize.ts';
import type { Terminal } from './command.ts';

/** Tells people about a bug of ours: one line, and a report file that can be sent to us. Returns exit code 70. */
export function reportCrash(error: unknown, argv: readonly string[], terminal: Terminal): 70 {
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const cause =
    error instanceof Error && error.cause !== undefined ? `\ncaused by: ${String(error.cause)}` : '';
  const lines = [
    `crewfile ${terminal.version}, Node ${process.versions.node}, ${process.platform} ${process.arch}`,
    `arguments: ${JSON.stringify(argv)}`,
    `${stack}${cause}`,
    '',
  ];
  const report = blotted(lines.join('\n'), terminal.env);
  const summary = sanitizeText(blotted(error instanceof Error ? error.message : String(error), terminal.env));
  terminal.stderr(`crew: this is a bug in crew, not in your files: ${summary}\n`);
  try {
    const path = join(mkdtempSync(join(tmpdir(), 'crew-crash-')), 'report.txt');
    writeFileSync(path, report);
    terminal.stderr(`  A report is in ${path}\n`);
  } catch {
    terminal.stderr(report);
  }
  return 70;
}

const SECRET_NAME = /KEY|TOKEN|SECRET|PASSWORD|CREDENTIAL/i;
/** Shorter values are words that stand in a report for other reasons. */
const MIN_SECRET_LENGTH = 8;

/** A report is meant to be sent to strangers, so what the environment holds in secret is taken out. */
function blotted(text: string, env: Terminal['env']): string {
  let safe = text;
  for (const [name, value] of Object.entries(env)) {
    if (!SECRET_NAME.test(name) || value === undefined || value.length < MIN_SECRET_LENGTH) continue;
    safe = safe.replaceAll(value, `[${name}]`);
  }
  return safe;
}
