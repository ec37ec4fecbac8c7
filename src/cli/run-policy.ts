import type { Fact } from '../model/fact.ts';
import type { Policy } from '../model/policy.ts';
import type { FlagValues, Terminal } from './command.ts';
import { readPolicy } from './read-policy.ts';
import { loadRuntime } from './wire.ts';

/** The policy of a new run: the user's, or the built-in one. Fails with POLICY_INVALID. */
export async function policyForRun(values: FlagValues, terminal: Terminal): Promise<Policy> {
  return (await readPolicy(values, terminal)) ?? (await loadRuntime()).DEFAULT_POLICY;
}

/**
 * What the first fact of a run that goes on says of the policy: the one that holds now in the workspace of the run, if it is
 * another one than the run knows; a run of before there were policies goes on as it was unless there is one now. Fails with
 * POLICY_INVALID.
 */
export async function policyForResume(options: {
  readonly facts: readonly Fact[];
  readonly workspace: string;
  readonly values: FlagValues;
  readonly terminal: Terminal;
}): Promise<{ readonly policy?: Policy }> {
  const { facts, workspace, values, terminal } = options;
  const known = facts.reduce<Policy | undefined>(
    (last, fact) =>
      fact.type === 'run.started' || fact.type === 'run.resumed' ? (fact.policy ?? last) : last,
    undefined,
  );
  const written = await readPolicy({ ...values, cwd: workspace }, terminal);
  if (written === undefined && known === undefined) return {};
  const policy = written ?? (await loadRuntime()).DEFAULT_POLICY;
  return policy.hash === known?.hash ? {} : { policy };
}
