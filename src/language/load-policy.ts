import type { Diagnostic } from '../model/diagnostic.ts';
import type { PolicyServer } from '../model/policy.ts';
import type { ToolCatalog, ToolSpec } from '../model/tool-spec.ts';
import { checkPolicyRules } from './check-policy-rules.ts';
import { policy } from './generated/file-validators.generated.js';
import { lowerPolicy, type PolicyWords } from './lower-policy.ts';
import { asObject, namedRows } from './lower-values.ts';
import { narrowPolicy } from './narrow-policy.ts';
import { parseSource } from './parse.ts';
import { createReport, listWords, quote, type Report, sortDiagnostics } from './report.ts';
import { keysOfPolicy } from './schema-keys.ts';
import { explainProblems } from './schema-problems.ts';
import { keyPlaceOf, type SourceNode, toJson } from './source-node.ts';

/** The text of a policy file, with its path as people know it. */
export interface PolicyFile {
  readonly path: string;
  readonly text: string;
  /** Nobody vouches for the file: what it allows does not count, what it denies or asks about does. */
  readonly onlyNarrows?: boolean;
}

/** Policy files as they were read, with all that is wrong with them. */
export interface LoadedPolicy {
  /** What all files say together; present exactly when no diagnostic is an error. */
  readonly policy?: PolicyWords;
  /** How many rules that allow and servers that are believed do not count, because their file only narrows. */
  readonly leftOut: number;
  readonly diagnostics: readonly Diagnostic[];
}

/** A file that could be read as YAML. */
interface Read {
  readonly root: SourceNode | undefined;
  readonly words: PolicyWords;
  readonly onlyNarrows: boolean;
}

/**
 * Reads policy files together, the person's first: the rules of all count, the stricter `default` and `nonInteractive` hold,
 * and a name of `servers` that one file has declared cannot be declared as something else by a later one. Each file is
 * checked alone but for the names, which all may use. A file that holds nothing says nothing, one that only narrows allows
 * nothing. Never throws; all mistakes are in `diagnostics`, by line and column. Pure.
 */
export function loadPolicies(files: readonly PolicyFile[], catalog: ToolCatalog): LoadedPolicy {
  const { report, diagnostics, failed } = createReport();
  const read = files.map(file => readFile(file, report));
  const servers = new Map<string, PolicyServer>();
  for (const each of read) addServers(each, servers, catalog, report);
  for (const { root } of read) {
    if (root === undefined) continue;
    checkPolicyRules({
      root,
      path: ['rules'],
      file: 'policy',
      toolsets: toolsetsOf(servers, catalog),
      report,
    });
  }
  const sorted = sortDiagnostics(
    diagnostics,
    files.map(({ path }) => path),
  );
  if (failed()) return { leftOut: 0, diagnostics: sorted };
  return { ...narrowPolicy(read, Object.fromEntries(servers)), diagnostics: sorted };
}

function readFile({ path, text, onlyNarrows = false }: PolicyFile, report: Report): Read {
  // A byte order mark is no part of the text that lines and columns count.
  const { root } = parseSource(path, text.replace(/^\uFEFF/, ''), finding => {
    if (finding.code !== 'empty-file') report(finding);
  });
  // A file of comments alone is read as null.
  const written = root?.kind === 'scalar' && root.value === null ? undefined : root;
  if (written !== undefined) {
    const problems = policy(toJson(written)) ? [] : (policy.errors ?? []);
    explainProblems(problems, { root: written, path: [], report, keysAt: keysOfPolicy });
  }
  return { root: written, words: lowerPolicy(written), onlyNarrows };
}

const IDENTITIES = ['mcp', 'module', 'identity'];

function addServers(
  { root, words }: Read,
  servers: Map<string, PolicyServer>,
  catalog: ToolCatalog,
  report: Report,
): void {
  if (root === undefined) return;
  for (const [name, value] of namedRows(asObject(toJson(root)).servers)) {
    const range = keyPlaceOf(root, ['servers', name]);
    const given = IDENTITIES.filter(key => Object.hasOwn(asObject(value), key));
    if (given.length !== 1) {
      const message = `${quote(name)} must say which server or module it is by one of ${listWords(IDENTITIES)}`;
      report({ code: 'unclear-server', range, message });
    }
    const server = words.servers[name];
    if (server === undefined) continue;
    const known = servers.get(name);
    if (catalog.has(name)) {
      const message = `${quote(name)} is the name of a built-in toolset`;
      report({ code: 'server-redefined', range, message, hint: 'choose another name' });
    } else if (known !== undefined && (known.identity !== server.identity || known.trust !== server.trust)) {
      const message = `${quote(name)} is declared as something else in your own policy, which a project cannot change`;
      report({ code: 'server-redefined', range, message, hint: 'choose another name' });
    } else servers.set(name, server);
  }
}

/** What rules may name. The tools of servers and modules are not known here. */
function toolsetsOf(
  servers: ReadonlyMap<string, PolicyServer>,
  catalog: ToolCatalog,
): ReadonlyMap<string, readonly ToolSpec[] | undefined> {
  return new Map([...catalog, ...[...servers.keys()].map(name => [name, undefined] as const)]);
}
