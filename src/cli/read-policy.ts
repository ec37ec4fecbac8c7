import { createHash } from 'node:crypto';
import { realpathSync } from 'node:fs';
import { basename, join, relative, resolve } from 'node:path';
import type { LoadedPolicy, PolicyFile } from '../language/load-policy.ts';
import { CrewError } from '../model/crew-error.ts';
import type { Policy } from '../model/policy.ts';
import type { FlagValues, Terminal } from './command.ts';
import { contentHash } from './crew-content.ts';
import { policyStart } from './program-starts.ts';
import { sourceReader } from './read-files.ts';
import {
  askTrust,
  knownState,
  rememberStarts,
  type TrustQuestion,
  type TrustState,
  whyNot,
} from './require-trust.ts';
import { shownColumns } from './shown-columns.ts';
import { mayStart } from './trust-store.ts';
import { policyTrustText } from './trust-text.ts';
import { userFolder } from './user-folder.ts';
import { loadDiagnosticReporters, loadPolicyReader } from './wire.ts';
import { workspaceOf } from './workspace.ts';

/** The name of a project's policy. */
export const POLICY_FILE = 'crew.policy.yaml';

/** For what a policy is read. */
interface PolicyUse {
  /** What becomes of a project's policy that is not trusted: a person is asked at a terminal, is told, or is not bothered. */
  readonly untrusted: 'ask' | 'tell' | 'silent';
  /** The run that it is read for: one that `--trust` vouched for goes on under the same policy without it. */
  readonly runId?: string;
}

/**
 * Reads what the user allows: `policy.yaml` beside the person's settings and `crew.policy.yaml` of the workspace, together;
 * undefined when there is neither, which means `DEFAULT_POLICY`. A project's policy that the person does not trust, as it is
 * now, only narrows. All mistakes of both are shown on stderr. Fails with POLICY_INVALID or FILE_UNREADABLE.
 */
export async function readPolicy(
  values: FlagValues,
  terminal: Terminal,
  use: PolicyUse = { untrusted: 'tell' },
): Promise<Policy | undefined> {
  const [own, project] = policyFiles(values, terminal);
  if (own === undefined && project === undefined) return undefined;
  const narrowed = await loadFiles({ own, project, onlyNarrows: true }, terminal);
  if (project === undefined || narrowed.leftOut === 0) return narrowed.policy;
  const whole = { ...(await loadFiles({ own, project, onlyNarrows: false }, silent(terminal))), project };
  const counts = await mayAllow(policyQuestion(whole, terminal), whole.project.path, {
    values,
    terminal,
    use,
  });
  return counts ? whole.policy : narrowed.policy;
}

/**
 * What a person is asked of a project's policy, and how they stand to it; a policy that allows nothing needs no trust. Fails
 * with POLICY_INVALID or FILE_NOT_FOUND.
 */
export async function policyTrust(
  path: string,
  values: FlagValues,
  terminal: Terminal,
): Promise<{ readonly question: TrustQuestion; readonly state: TrustState }> {
  const text = sourceReader(terminal.cwd)(path);
  if (text === undefined) throw new CrewError('FILE_NOT_FOUND', `there is no file \`${path}\``);
  const [own] = policyFiles(values, terminal);
  const project = { path, text };
  const { leftOut } = await loadFiles({ own, project, onlyNarrows: true }, terminal);
  const { policy } = await loadFiles({ own, project, onlyNarrows: false }, silent(terminal));
  const question = policyQuestion({ policy, project }, terminal);
  return { question, state: leftOut === 0 ? 'not-needed' : knownState(terminal, question) };
}

/** Where policies may stand, the person's first, each as a person would write it from the current folder. */
export function policyPaths(values: FlagValues, terminal: Terminal): readonly [string, string] {
  const project = join(workspaceOf(values, terminal), POLICY_FILE);
  const inside = relative(terminal.cwd, project);
  return [join(userFolder(terminal), 'policy.yaml'), inside.startsWith('..') ? project : inside];
}

/** The person's policy and the project's, each where it exists. */
function policyFiles(
  values: FlagValues,
  terminal: Terminal,
): readonly [PolicyFile | undefined, PolicyFile | undefined] {
  const readSource = sourceReader(terminal.cwd);
  const read = (path: string): PolicyFile | undefined => {
    const text = readSource(path);
    return text === undefined ? undefined : { path, text };
  };
  const [own, project] = policyPaths(values, terminal);
  return [read(own), read(project)];
}

interface Files {
  readonly own: PolicyFile | undefined;
  readonly project: PolicyFile | undefined;
  /** Whether the project's policy only narrows. */
  readonly onlyNarrows: boolean;
}

/** Both files together; their mistakes are shown. Fails with POLICY_INVALID. */
async function loadFiles(
  { own, project, onlyNarrows }: Files,
  terminal: Terminal,
): Promise<{ readonly policy: Policy; readonly leftOut: number }> {
  const files = [
    ...(own === undefined ? [] : [own]),
    ...(project === undefined ? [] : [{ ...project, onlyNarrows }]),
  ];
  const { loadPolicies, hashPolicy, catalog } = await loadPolicyReader();
  const { policy, leftOut, diagnostics } = loadPolicies(files, catalog);
  await showMistakes(files, diagnostics, terminal);
  if (policy !== undefined) return { policy: { ...policy, hash: hashPolicy(policy) }, leftOut };
  const broken = files.map(({ path }) => path).find(path => diagnostics.some(row => isErrorIn(row, path)));
  throw new CrewError('POLICY_INVALID', `\`${broken ?? 'the policy'}\` has errors, so nothing was run`);
}

async function showMistakes(
  files: readonly PolicyFile[],
  diagnostics: LoadedPolicy['diagnostics'],
  terminal: Terminal,
): Promise<void> {
  if (diagnostics.length === 0) return;
  const { formatDiagnostics } = await loadDiagnosticReporters();
  const sources = new Map(files.map(({ path, text }) => [path, text]));
  terminal.stderr(`${formatDiagnostics(diagnostics, sources, { color: terminal.stderrColor })}\n`);
}

/** A terminal on which mistakes are not shown a second time. */
function silent(terminal: Terminal): Terminal {
  return { ...terminal, stderr: () => undefined };
}

function isErrorIn(
  { severity, range }: { severity: string; range: { file: string } },
  path: string,
): boolean {
  return severity === 'error' && range.file === path;
}

/** What a person is asked of a project's policy: its own rules and the servers of both files. */
function policyQuestion(
  { policy, project: { path, text } }: { readonly policy: Policy; readonly project: PolicyFile },
  terminal: Terminal,
): TrustQuestion {
  const rows = [{ path: basename(path), sha256: createHash('sha256').update(text, 'utf8').digest('hex') }];
  const rules = policy.rules.filter(({ at }) => at.startsWith(`${path}:`));
  const shown = { file: path, rows, columns: shownColumns(terminal), written: text };
  return {
    file: realpathSync(resolve(terminal.cwd, path)),
    hash: contentHash(rows),
    text: policyTrustText({ rules, servers: policy.servers }, shown),
    starts: [],
  };
}

/** Whether what a project's policy allows counts. */
async function mayAllow(
  question: TrustQuestion,
  path: string,
  call: { readonly values: FlagValues; readonly terminal: Terminal; readonly use: PolicyUse },
): Promise<boolean> {
  const { values, terminal, use } = call;
  const { file, hash } = question;
  const starts = use.runId === undefined ? [] : [policyStart(use.runId, file, hash)];
  if (values.trust === true) {
    rememberStarts(terminal, { file, starts });
    return true;
  }
  const state = knownState(terminal, question);
  if (state === 'trusted') return true;
  if (starts.length > 0 && mayStart(terminal, starts)) return true;
  const why = `\`${path}\` ${whyNot(state)}`;
  if (use.untrusted === 'ask' && terminal.interactive && values['no-input'] !== true) {
    terminal.stderr(`${why}. This is all that it says; what it allows counts only if you trust it:\n\n`);
    if (await askTrust(question, terminal)) return true;
  }
  if (use.untrusted !== 'silent') {
    terminal.stderr(`! ${why}, so what it allows does not count: crew trust ${path}\n`);
  }
  return false;
}
