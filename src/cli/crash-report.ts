import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Terminal } from './command.ts';

/** Tells people about a bug of ours: one line, and a report file that can be sent to us. Returns exit code 70. */
export function reportCrash(error: unknown, argv: readonly string[], terminal: Terminal): 70 {
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const cause =
    error instanceof Error && error.cause !== undefined ? `\ncaused by: ${String(error.cause)}` : '';
  const report = [
    `crewfile ${terminal.version}, Node ${process.versions.node}, ${process.platform} ${process.arch}`,
    `arguments: ${JSON.stringify(argv)}`,
    `${stack}${cause}`,
    '',
  ].join('\n');
  const summary = error instanceof Error ? error.message : String(error);
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
