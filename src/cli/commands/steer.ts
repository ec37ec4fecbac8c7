import { text } from 'node:stream/consumers';
import { CrewError } from '../../model/crew-error.ts';
import type { Command, CommandCall } from '../command.ts';
import { leaveSteer } from '../leave-steer.ts';
import { resumeFlags } from '../resume-flags.ts';
import { openExistingEngine } from '../workspace.ts';

/** `crew steer RUN ROLE TEXT`: says something to a role of a run, whoever works on it; its next model call hears it. */
export const steerCommand: Command = {
  name: 'steer',
  usage: 'steer RUN ROLE TEXT',
  summary: 'say something to a role of a run',
  flags: {},
  run: steer,
};

async function steer({ positionals, values, terminal }: CommandCall): Promise<number> {
  const [prefix, role, ...words] = positionals;
  if (prefix === undefined || role === undefined || words.length === 0) {
    const message = 'expected a run id, a role and what to say to it; `-` reads it from stdin';
    throw new CrewError('USAGE', `${message}; \`crew ps\` lists runs`);
  }
  const said = words.length === 1 && words[0] === '-' ? await text(process.stdin) : words.join(' ');
  const engine = await openExistingEngine(values, terminal);
  try {
    const left = await leaveSteer(engine, { run: prefix, role, text: said, env: terminal.env });
    if (values.json === true) {
      terminal.stdout(`${JSON.stringify({ version: 1, ...left }, null, 2)}\n`);
      return 0;
    }
    const when = left.active
      ? 'hears it in its next model call, if it has one before the run ends'
      : `hears it when the run goes on: crew resume ${left.runId}${resumeFlags(values)}`;
    terminal.stderr(`\`${role}\` ${when}\n`);
    return 0;
  } finally {
    engine.close();
  }
}
