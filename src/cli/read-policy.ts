import { join, relative } from 'node:path';
import { CrewError } from '../model/crew-error.ts';
import type { Policy } from '../model/policy.ts';
import type { FlagValues, Terminal } from './command.ts';
import { sourceReader } from './read-files.ts';
import { userFolder } from './user-folder.ts';
import { loadDiagnosticReporters, loadPolicyReader } from './wire.ts';
import { workspaceOf } from './workspace.ts';

/**
 * Reads what the user allows: `policy.yaml` beside the person's settings and `crew.policy.yaml` of the workspace, together;
 * undefined when there is neither, which means `DEFAULT_POLICY`. All mistakes of both are shown on stderr. Fails with
 * POLICY_INVALID or FILE_UNREADABLE.
 */
export async function readPolicy(values: FlagValues, terminal: Terminal): Promise<Policy | undefined> {
  const readSource = sourceReader(terminal.cwd);
  const files = policyPaths(values, terminal).flatMap(path => {
    const text = readSource(path);
    return text === undefined ? [] : [{ path, text }];
  });
  if (files.length === 0) return undefined;
  const { loadPolicies, hashPolicy, catalog } = await loadPolicyReader();
  const { policy, diagnostics } = loadPolicies(files, catalog);
  if (diagnostics.length > 0) {
    const { formatDiagnostics } = await loadDiagnosticReporters();
    const sources = new Map(files.map(({ path, text }) => [path, text]));
    terminal.stderr(`${formatDiagnostics(diagnostics, sources, { color: terminal.stderrColor })}\n`);
  }
  if (policy !== undefined) return { ...policy, hash: hashPolicy(policy) };
  const broken = files.map(({ path }) => path).find(path => diagnostics.some(row => isErrorIn(row, path)));
  throw new CrewError('POLICY_INVALID', `\`${broken ?? 'the policy'}\` has errors, so nothing was run`);
}

function isErrorIn(
  { severity, range }: { severity: string; range: { file: string } },
  path: string,
): boolean {
  return severity === 'error' && range.file === path;
}

/** Where policies may stand, the person's first, each as a person would write it from the current folder. */
export function policyPaths(values: FlagValues, terminal: Terminal): readonly string[] {
  const project = join(workspaceOf(values, terminal), 'crew.policy.yaml');
  const inside = relative(terminal.cwd, project);
  return [join(userFolder(terminal), 'policy.yaml'), inside.startsWith('..') ? project : inside];
}
