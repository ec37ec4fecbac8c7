import { text } from 'node:stream/consumers';
import { CrewError } from '../../model/crew-error.ts';
import type { Command, CommandCall } from '../command.ts';
import { personName } from '../person-name.ts';
import { resumeFlags } from '../resume-flags.ts';
import { loadSteering } from '../wire.ts';
import { openExistingEngine } from '../workspace.ts';
import { realWorld } from '../world.ts';

/** `crew steer RUN ROLE TEXT`: says something to a role of a run, whoever works on it; its next model call hears it. */
export const steerCommand: Command = {
  name: 'steer',
  usage: 'steer RUN ROLE TEXT',
  summary: 'say something to a role of a run; its next model call hears it',
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
    const { runId, program, facts } = engine.read(prefix);
    if (engine.list().some(run => run.runId === runId && run.status !== 'open')) {
      throw new CrewError('USAGE', `run \`${runId}\` is over; nobody would hear it`);
    }
    const { refuseSteer } = await loadSteering();
    const recorded = facts.filter(fact => fact.type === 'role.steered' && fact.id === undefined).length;
    refuseSteer(program, { role, text: said, said: engine.signals(runId).length + recorded });
    const by = personName();
    const id = engine.signal(runId, { kind: 'steer', at: realWorld.now(), role, text: said.trim(), by });
    const active = engine.holderOf(runId) !== undefined;
    if (values.json === true) {
      terminal.stdout(
        `${JSON.stringify({ version: 1, runId, id, role, text: said.trim(), by, active }, null, 2)}\n`,
      );
      return 0;
    }
    const when = active
      ? 'hears it in its next model call'
      : `hears it when the run goes on: crew resume ${runId}${resumeFlags(values)}`;
    terminal.stderr(`\`${role}\` ${when}\n`);
    return 0;
  } finally {
    engine.close();
  }
}
