import { type Command, type CommandCall, textFlag } from '../command.ts';
import { onePositional } from '../positionals.ts';
import { writeRunFile } from '../run-file.ts';
import { openExistingEngine } from '../workspace.ts';
import { writeOut } from '../write-out.ts';

/** `crew export RUN`: a run as a file, without the secrets of the environment. */
export const exportCommand: Command = {
  name: 'export',
  usage: 'export RUN [-o FILE]',
  summary: 'write a run to a file, scrubbed of secrets',
  flags: {
    out: { type: 'string', short: 'o', value: 'FILE', help: 'write to FILE instead of stdout' },
  },
  run: exportRun,
};

async function exportRun({ positionals, values, terminal }: CommandCall): Promise<number> {
  const prefix = onePositional(positionals, 'a run id; `crew ps` lists them');
  const out = textFlag(values, 'out');
  const engine = await openExistingEngine(values, terminal);
  try {
    const run = engine.read(prefix);
    const text = await writeRunFile(run, terminal.env);
    const facts = run.facts.length;
    if (values.json !== true) writeOut(text, out, terminal);
    else if (out === undefined) terminal.stdout(`${JSON.stringify(asDocument(text), null, 2)}\n`);
    else {
      writeOut(text, out, terminal);
      terminal.stdout(`${JSON.stringify({ version: 1, runId: run.runId, facts, file: out }, null, 2)}\n`);
    }
    if (out !== undefined && values.quiet !== true) {
      terminal.stderr(`wrote run ${run.runId}, ${facts} facts, to ${out}\n`);
    }
    return 0;
  } finally {
    engine.close();
  }
}

/** The lines of a run file as one document. */
function asDocument(text: string): object {
  const [header, ...facts] = text
    .split('\n')
    .filter(line => line !== '')
    .map(line => JSON.parse(line) as object);
  return { version: 1, header, facts };
}
