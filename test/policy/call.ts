import type { JsonObject } from '../../src/model/json.ts';
import type { McpServer } from '../../src/model/mcp-server.ts';
import type { Policy, PolicyRule } from '../../src/model/policy.ts';
import type { ToolAnnotations, ToolSpec } from '../../src/model/tool-spec.ts';
import { type ConsentRequest, decideConsent, placesAsked } from '../../src/policy/consent.ts';
import { hashPolicy } from '../../src/policy/hash-policy.ts';
import type { Toolset } from '../../src/policy/under-folder.ts';

const SERVER: McpServer = {
  transport: { kind: 'stdio', command: 'npx', args: ['-y', 'mail-server'] },
  env: [],
  variables: {},
  protocol: 'auto',
  startTimeoutMs: 1000,
  timeoutMs: 1000,
  roots: false,
};

/** What the aliases of the crew of these tests stand for. */
export const TOOLSETS: Readonly<Record<string, Toolset>> = {
  git: 'git',
  vcs: 'git',
  files: 'files',
  mail: { mcp: SERVER, identity: 'id-of-mail' },
  web: {
    mcp: { ...SERVER, transport: { kind: 'http', url: 'https://m.example', headers: {} } },
    identity: 'id-of-web',
  },
  sub: {
    mcp: { ...SERVER, transport: { ...SERVER.transport, cwd: 'inner' } as never },
    identity: 'id-of-sub',
  },
  text: { module: 'text.js', sha256: 'hash-of-text' },
};

type RuleWords = Partial<Omit<PolicyRule, 'effect' | 'at' | 'tool'>>;

/** Rules as the tests write them: `['deny', 'files.*', { args }]`. */
export type ShortRule = readonly [PolicyRule['effect'], string, RuleWords?];

export function rulesOf(rules: readonly ShortRule[]): readonly PolicyRule[] {
  return rules.map(([effect, tool, more], index) => ({
    effect,
    tool,
    ...more,
    at: `crew.policy.yaml:${index + 1}`,
  }));
}

export function policyOf(rules: readonly ShortRule[], more: Partial<Policy> = {}): Policy {
  const rest = {
    default: 'ask',
    nonInteractive: 'pause',
    servers: {
      post: { identity: 'id-of-mail', trust: 'none' },
      net: { identity: 'id-of-web', trust: 'annotations' },
      sub: { identity: 'id-of-sub', trust: 'none' },
      words: { identity: 'hash-of-text', trust: 'none' },
    },
    rules: rulesOf(rules),
    ...more,
  } as const;
  return { ...rest, hash: hashPolicy(rest) };
}

function specOf(name: string, annotations?: ToolAnnotations): ToolSpec {
  const alias = name.slice(0, name.indexOf('.'));
  const toolset = TOOLSETS[alias];
  const source =
    typeof toolset !== 'object'
      ? {}
      : 'mcp' in toolset
        ? { source: 'mcp' as const }
        : { source: 'module' as const };
  const readOnly = ['git.diff', 'vcs.diff', 'files.read', 'text.count'].includes(name);
  return {
    name,
    description: '',
    inputSchema: true,
    readOnly,
    ...source,
    ...(annotations ? { annotations } : {}),
  };
}

/** How a call may look; what is left out is the default. */
export interface Call {
  readonly tool: string;
  readonly args?: JsonObject;
  readonly user?: readonly ShortRule[];
  readonly crew?: readonly ShortRule[];
  readonly policy?: Partial<Policy>;
  readonly grants?: readonly string[];
  readonly annotations?: ToolAnnotations;
  readonly taint?: string;
  /** Real places by path; each path that is asked for and not here is `/work/<path>`. */
  readonly real?: Readonly<Record<string, string>>;
}

export function requestOf({
  tool,
  args = {},
  user = [],
  crew,
  policy,
  grants = [],
  annotations,
  taint,
}: Call) {
  return {
    spec: specOf(tool, annotations),
    args,
    programs: [{ toolsets: TOOLSETS, ...(crew === undefined ? {} : { policy: rulesOf(crew) }) }],
    policy: policyOf(user, policy),
    grants,
    ...(taint === undefined ? {} : { taint }),
  } satisfies ConsentRequest;
}

/** Decides a call; where paths are asked for, they are where a plain disk would have them. */
export function decide(call: Call) {
  const request = requestOf(call);
  const paths = placesAsked(request);
  if (paths.length === 0) return decideConsent(request);
  const places = paths.map(path => [path, call.real?.[path] ?? plainPlace(path)] as const);
  return decideConsent({ ...request, places: Object.fromEntries(places) });
}

function plainPlace(path: string): string {
  return new URL(path.replaceAll('%', '%25'), 'file:///work/').pathname.replace(/(.)\/$/, '$1');
}
