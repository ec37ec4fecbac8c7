import type { JsonValue } from '../model/json.ts';
import type { ArgumentMatcher, PolicyEffect, PolicyRule, PolicyServer } from '../model/policy.ts';
import type { ToolAnnotations } from '../model/tool-spec.ts';
import { lowerMcpServer } from './lower-mcp-server.ts';
import { asObject, asText, asTexts, compact, namedRows } from './lower-values.ts';
import { serverIdentity } from './server-identity.ts';
import { type NodePath, nodeAt, nodeRange, type SourceNode, toJson } from './source-node.ts';

/** What a rule may say, the strictest first. */
export const EFFECTS: readonly PolicyEffect[] = ['deny', 'ask', 'allow'];
const HINTS = ['readOnlyHint', 'destructiveHint', 'idempotentHint', 'openWorldHint'] as const;

/** A policy without its hash, which is taken of the files of project and person together. */
export interface PolicyWords {
  readonly default: 'ask' | 'deny';
  readonly nonInteractive: 'pause' | 'deny';
  readonly servers: { readonly [name: string]: PolicyServer };
  readonly rules: readonly PolicyRule[];
}

/** Lowers a policy file. Reads what is well formed and leaves out the rest, which has been reported. Pure. */
export function lowerPolicy(root: SourceNode | undefined): PolicyWords {
  const written = root === undefined ? {} : asObject(toJson(root));
  const servers = namedRows(written.servers).map(
    ([name, value]) => [name, lowerServer(asObject(value))] as const,
  );
  return {
    default: written.default === 'deny' ? 'deny' : 'ask',
    nonInteractive: written.nonInteractive === 'deny' ? 'deny' : 'pause',
    servers: Object.fromEntries(servers),
    rules: root === undefined ? [] : lowerRules(root, ['rules']),
  };
}

function lowerServer({ mcp, sha256, identity, trust }: { readonly [key: string]: JsonValue }): PolicyServer {
  const own =
    mcp === undefined ? asText(sha256) || asText(identity) : serverIdentity(lowerMcpServer(asObject(mcp)));
  return { identity: own, trust: trust === 'annotations' ? 'annotations' : 'none' };
}

/** Lowers the list of rules at a path; each knows its `file:line`. Malformed ones are left out. Pure. */
export function lowerRules(root: SourceNode, path: NodePath): readonly PolicyRule[] {
  const list = nodeAt(root, path);
  if (list?.kind !== 'list') return [];
  return list.items.flatMap(node => {
    const { file, start } = nodeRange(node);
    return lowerRule(asObject(toJson(node)), `${file}:${start.line}`);
  });
}

function lowerRule(written: { readonly [key: string]: JsonValue }, at: string): readonly PolicyRule[] {
  const [effect, second] = EFFECTS.filter(each => Object.hasOwn(written, each));
  if (effect === undefined || second !== undefined) return [];
  const calls = written[effect];
  if (typeof calls === 'string') return [{ effect, tool: calls, at }];
  const { tool, args, others, annotations } = asObject(calls);
  const more = {
    args: args === undefined ? undefined : lowerArguments(asObject(args)),
    others: (['allow', 'deny'] as const).find(each => each === others),
    annotations: annotations === undefined ? undefined : lowerHints(asObject(annotations)),
  };
  return [{ effect, tool: tool === undefined ? '*.*' : asText(tool), ...compact(more), at }];
}

function lowerHints(written: { readonly [key: string]: JsonValue }): ToolAnnotations {
  const given = HINTS.flatMap(hint => {
    const value = written[hint];
    return typeof value === 'boolean' ? [[hint, value] as const] : [];
  });
  return Object.fromEntries(given);
}

function lowerArguments(written: { readonly [key: string]: JsonValue }): {
  readonly [name: string]: ArgumentMatcher;
} {
  const rows = Object.entries(written).flatMap(([name, value]) => {
    const matcher = lowerMatcher(asObject(value));
    return matcher === undefined ? [] : [[name, matcher] as const];
  });
  return Object.fromEntries(rows);
}

function lowerMatcher(written: { readonly [key: string]: JsonValue }): ArgumentMatcher | undefined {
  const [kind = '', second] = Object.keys(written);
  const value = Object.hasOwn(written, kind) ? written[kind] : undefined;
  if (second !== undefined || value === undefined) return undefined;
  switch (kind) {
    case 'eq':
      return { kind, value };
    case 'in':
      return Array.isArray(value) ? { kind, values: value } : undefined;
    case 'under':
      return { kind, folder: asText(value) };
    case 'glob':
    case 'regex':
      return { kind, pattern: asText(value) };
    case 'host':
      return { kind, hosts: typeof value === 'string' ? [value] : asTexts(value) };
    case 'max':
      return typeof value === 'number' ? { kind, limit: value } : undefined;
    default:
      return undefined;
  }
}
