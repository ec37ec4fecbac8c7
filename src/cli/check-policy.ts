import { basename } from 'node:path';
import type { LoadedCrew } from '../language/load-crew.ts';
import { callsOf, listWorks } from '../language/works.ts';
import type { Crew } from '../model/crew.ts';
import type { Diagnostic } from '../model/diagnostic.ts';
import type { Policy } from '../model/policy.ts';
import { grantedSpecs, type ToolSpec } from '../model/tool-spec.ts';
import { sanitizeText } from '../reporters/sanitize.ts';
import type { CommandCall } from './command.ts';
import { configPaths } from './read-config.ts';
import { sourceReader } from './read-files.ts';
import { policyPaths, readPolicy } from './read-policy.ts';
import { loadCompiler, loadConfigReader, loadConsent, loadLanguage, loadPolicyReader } from './wire.ts';

type Place = Pick<CommandCall, 'values' | 'terminal'>;

/** Whether a file is a policy by its name: `policy.yaml`, or `crew.policy.yaml` and others like it. Pure. */
export function isPolicyName(path: string): boolean {
  return /(^|\.)policy\.ya?ml$/.test(basename(path));
}

/** Whether a file is a `config.yaml` by its name. Pure. */
export function isConfigName(path: string): boolean {
  return basename(path) === 'config.yaml';
}

/**
 * What is wrong with a policy. It may use the names that the person's own policy declares; the mistakes of that one are not
 * its own.
 */
export async function checkPolicy(
  { path, text }: { readonly path: string; readonly text: string },
  { values, terminal }: Place,
): Promise<readonly Diagnostic[]> {
  const { loadPolicies, catalog } = await loadPolicyReader();
  const [own] = policyPaths(values, terminal);
  const written = own === path ? undefined : sourceReader(terminal.cwd)(own);
  const files = [...(written === undefined ? [] : [{ path: own, text: written }]), { path, text }];
  return loadPolicies(files, catalog).diagnostics.filter(({ range }) => range.file === path);
}

/** What is wrong with a `config.yaml`. */
export async function checkConfig(path: string, text: string): Promise<readonly Diagnostic[]> {
  const { loadConfig } = await loadConfigReader();
  return loadConfig(path, text).diagnostics;
}

/** A file with errors of which no run is begun, the first of them, and their number. */
export interface BrokenFile {
  readonly path: string;
  readonly first: Diagnostic;
  readonly count: number;
}

/** Those policies that count here, the person's and the project's, that have errors. Fails with FILE_UNREADABLE. */
export function brokenPolicies(place: Place): Promise<readonly BrokenFile[]> {
  return broken(policyPaths(place.values, place.terminal), place, file => checkPolicy(file, place));
}

/** Those settings that count here that have errors. Fails with FILE_UNREADABLE. */
export function brokenSettings(place: Place): Promise<readonly BrokenFile[]> {
  const check = ({ path, text }: { readonly path: string; readonly text: string }) => checkConfig(path, text);
  return broken(configPaths(place.values, place.terminal), place, check);
}

async function broken(
  paths: readonly string[],
  { terminal }: Place,
  check: (file: { readonly path: string; readonly text: string }) => Promise<readonly Diagnostic[]>,
): Promise<readonly BrokenFile[]> {
  const readSource = sourceReader(terminal.cwd);
  const found: BrokenFile[] = [];
  for (const path of paths) {
    const text = readSource(path);
    const all = text === undefined ? [] : await check({ path, text });
    const errors = all.filter(({ severity }) => severity === 'error');
    const [first] = errors;
    if (first !== undefined) found.push({ path, first, count: errors.length });
  }
  return found;
}

/**
 * What of the policies that count here a person should know who checks crews: one that has errors and is not among the files
 * that are checked, and tools that a crew may call though a rule denies every call of them. A line each.
 */
export async function policyRemarks(
  crews: readonly { readonly path: string; readonly loaded: LoadedCrew }[],
  checked: readonly string[],
  place: Place,
): Promise<readonly string[]> {
  const bad = await brokenPolicies(place);
  const lines = bad.flatMap(({ path, count }) => {
    if (checked.includes(path)) return [];
    const errors = count === 1 ? '1 error' : `${count} errors`;
    return [`\`${path}\` has ${errors}, so no crew runs here: crew check ${path}`];
  });
  const policy = bad.length === 0 ? await quietPolicy(place) : undefined;
  if (policy === undefined) return lines.map(oneLine);
  for (const { path, loaded } of crews) {
    for (const [tool, at] of await alwaysDenied(loaded, policy))
      lines.push(`the policy always denies \`${tool}\`, which \`${path}\` may call (${at})`);
  }
  return lines.map(oneLine);
}

function quietPolicy({ values, terminal }: Place): Promise<Policy | undefined> {
  return readPolicy(values, { ...terminal, stderr: () => undefined }, { untrusted: 'silent' });
}

/** The tools that a crew may call and that a rule denies whatever their arguments are, with its place. */
async function alwaysDenied(
  { crew }: LoadedCrew,
  policy: Policy,
): Promise<readonly (readonly [string, string])[]> {
  if (crew === undefined) return [];
  const [{ compileCrew }, { catalog }, { decideConsent }] = await Promise.all([
    loadCompiler(),
    loadLanguage(),
    loadConsent(),
  ]);
  const program = compileCrew(crew, { sourceMap: {}, catalog });
  const whole = { ...policy, rules: policy.rules.filter(({ args }) => args === undefined) };
  return calledTools(crew, program.tools).flatMap(spec => {
    const decision = decideConsent({ spec, args: {}, programs: [program], policy: whole, grants: [] });
    if (decision.consent !== 'deny' || decision.rule === undefined) return [];
    const { at } = decision.rule;
    return whole.rules.some(rule => rule.at === at) ? [[spec.name, at] as const] : [];
  });
}

/** The tools that phases call or roles are granted. */
function calledTools(crew: Crew, tools: readonly ToolSpec[]): readonly ToolSpec[] {
  const called = new Set(
    listWorks(crew)
      .flatMap(callsOf)
      .map(({ name }) => name),
  );
  const granted = new Set(crew.roles.flatMap(role => grantedSpecs(role.tools, tools)));
  return tools.filter(spec => called.has(spec.name) || granted.has(spec));
}

function oneLine(text: string): string {
  return sanitizeText(text, { keepNewlines: false });
}
