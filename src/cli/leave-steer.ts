import { CrewError } from '../model/crew-error.ts';
import type { Engine } from '../ports/engine.ts';
import { withoutSecrets } from './fact-redactor.ts';
import { personName } from './person-name.ts';
import { loadSteering } from './wire.ts';
import { realWorld } from './world.ts';

/** What was left for a role, and whether a living process works on the run, which hears it in its next call. */
export interface LeftSteer {
  readonly runId: string;
  readonly id: string;
  readonly role: string;
  readonly text: string;
  readonly by: string;
  readonly active: boolean;
}

/**
 * Leaves something for a role of a run, whoever works on it, without the secrets of the environment. Fails with USAGE when nobody can hear it (`refuseSteer`, or the
 * run is over), and with RUN_NOT_FOUND.
 */
export async function leaveSteer(
  engine: Engine,
  {
    run,
    role,
    text,
    env,
  }: {
    readonly run: string;
    readonly role: string;
    readonly text: string;
    readonly env: { readonly [name: string]: string | undefined };
  },
): Promise<LeftSteer> {
  const { refuseSteer } = await loadSteering();
  const { runId, program, facts } = engine.read(run);
  if (engine.list().some(each => each.runId === runId && each.status !== 'open')) {
    throw new CrewError('USAGE', `run \`${runId}\` is over; nobody would hear it`);
  }
  const spoken = facts.filter(fact => fact.type === 'role.steered' && fact.id === undefined).length;
  const said = withoutSecrets(program, env)(text.trim());
  refuseSteer(program, { role, text: said, said: engine.signals(runId).length + spoken });
  const by = personName();
  const id = engine.signal(runId, { kind: 'steer', at: realWorld.now(), role, text: said, by });
  return { runId, id, role, text: said, by, active: engine.holderOf(runId) !== undefined };
}
