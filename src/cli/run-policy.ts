import type { Fact } from '../model/fact.ts';
import type { Policy } from '../model/policy.ts';
import type { Program } from '../model/program.ts';
import { sanitizeText } from '../reporters/sanitize.ts';
import type { FlagValues, Terminal } from './command.ts';
import { sourceReader } from './read-files.ts';
import { policyPaths, readPolicy } from './read-policy.ts';
import { loadRuntime } from './wire.ts';

/**
 * The policy of a new run: the user's, or the built-in one. A person at a terminal is asked about a project's policy that
 * they do not trust; without one its allowing rules do not count. Fails with POLICY_INVALID.
 */
export async function policyForRun(
  { runId, program }: { readonly runId: string; readonly program: Program },
  values: FlagValues,
  terminal: Terminal,
): Promise<Policy> {
  // Where no tool is called nothing is decided, so nobody has to hear of it.
  const untrusted = callsTools(program) ? 'ask' : 'silent';
  return (await readPolicy(values, terminal, { untrusted, runId })) ?? (await loadRuntime()).DEFAULT_POLICY;
}

/**
 * Names the policies that are in force on stderr, with how many of their rules count; nothing where none says anything that
 * counts, where no tool is called, and with `-q`.
 */
export function tellPolicy(
  { program, policy }: { readonly program: Program; readonly policy: Policy },
  values: FlagValues,
  terminal: Terminal,
): void {
  if (values.quiet === true || !callsTools(program)) return;
  const isStrict = policy.default === 'deny' || policy.nonInteractive === 'deny';
  const readSource = sourceReader(terminal.cwd);
  const told = policyPaths(values, terminal).flatMap(path => {
    const text = readSource(path);
    if (text === undefined) return [];
    const count = policy.rules.filter(({ at }) => at.startsWith(`${path}:`)).length;
    if (count === 0 && !isStrict) return [];
    return [`${path}, ${count === 1 ? '1 rule' : `${count} rules`} in force`];
  });
  if (told.length === 0) return;
  terminal.stderr(`${sanitizeText(`policy  ${told.join('; ')}`, { keepNewlines: false })}\n`);
}

function callsTools({ tools, crews = {} }: Program): boolean {
  return tools.length > 0 || Object.values(crews).some(callsTools);
}

/**
 * What the first fact of a run that goes on says of the policy: the one that holds now in the workspace of the run, if it is
 * another one than the run knows; a run of before there were policies goes on as it was unless there is one now. Fails with
 * POLICY_INVALID.
 */
export async function policyForResume(options: {
  readonly runId: string;
  readonly program: Program;
  readonly facts: readonly Fact[];
  readonly workspace: string;
  readonly values: FlagValues;
  readonly terminal: Terminal;
}): Promise<{ readonly policy?: Policy }> {
  const { runId, program, facts, workspace, values, terminal } = options;
  const known = facts.reduce<Policy | undefined>(
    (last, fact) =>
      fact.type === 'run.started' || fact.type === 'run.resumed' ? (fact.policy ?? last) : last,
    undefined,
  );
  const untrusted = callsTools(program) ? 'ask' : 'silent';
  const written = await readPolicy({ ...values, cwd: workspace }, terminal, { untrusted, runId });
  if (written === undefined && known === undefined) return {};
  const policy = written ?? (await loadRuntime()).DEFAULT_POLICY;
  return policy.hash === known?.hash ? {} : { policy };
}
