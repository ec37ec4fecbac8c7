import type { Policy } from '../model/policy.ts';
import type { ToolAnnotations, ToolSpec } from '../model/tool-spec.ts';
import type { Toolset } from './under-folder.ts';

/** Who stands behind an alias: the name of a built-in, or the identity of a module or server. Pure. */
export function identityOf(toolset: Toolset | undefined): string | undefined {
  if (typeof toolset !== 'object') return toolset;
  if ('builtin' in toolset) return toolset.builtin;
  return 'mcp' in toolset ? toolset.identity : toolset.sha256;
}

/** The names that the user's rules have for a toolset: a built-in's own, or those of `servers` with its identity. Pure. */
export function namesInPolicy(
  toolset: Toolset | undefined,
  { servers }: Pick<Policy, 'servers'>,
): readonly string[] {
  const identity = identityOf(toolset);
  if (identity === undefined) return [];
  if (typeof toolset !== 'object' || 'builtin' in toolset) return [identity];
  return Object.entries(servers).flatMap(([name, server]) => (server.identity === identity ? [name] : []));
}

/**
 * The one place that says what may destroy something. The hints of a tool that count: a built-in's own, and those of a
 * server or module that the user trusts; of all others the worst. A tool that changes nothing destroys nothing. Pure.
 */
export function hintsOf(
  spec: ToolSpec,
  toolset: Toolset | undefined,
  policy: Pick<Policy, 'servers'>,
): Required<ToolAnnotations> {
  const said = saidHints(spec, isTrusted(spec, toolset, policy));
  const readOnlyHint = said.readOnlyHint === true;
  return {
    readOnlyHint,
    destructiveHint: !readOnlyHint && said.destructiveHint !== false,
    idempotentHint: readOnlyHint || said.idempotentHint === true,
    openWorldHint: said.openWorldHint !== false,
  };
}

/**
 * What a tool that nobody vouches for says of itself, which counts for nothing: that it only reads, or that it destroys
 * nothing. Undefined for a tool whose hints count, `nothing` where it says neither. Pure.
 */
export function ownWord(
  spec: ToolSpec,
  toolset: Toolset | undefined,
  policy: Pick<Policy, 'servers'>,
): 'only reads' | 'destroys nothing' | 'nothing' | undefined {
  if (isTrusted(spec, toolset, policy)) return undefined;
  const { readOnlyHint, destructiveHint } = saidHints(spec, true);
  if (readOnlyHint === true) return 'only reads';
  return destructiveHint === false ? 'destroys nothing' : 'nothing';
}

function saidHints(
  { readOnly, repeatable, source, annotations = {} }: ToolSpec,
  trusted: boolean,
): ToolAnnotations {
  if (!trusted) return {};
  if (source === 'mcp') return annotations;
  const own = { readOnlyHint: readOnly, idempotentHint: repeatable === true };
  return source === undefined ? { openWorldHint: false, ...own, ...annotations } : own;
}

function isTrusted(
  { source }: ToolSpec,
  toolset: Toolset | undefined,
  policy: Pick<Policy, 'servers'>,
): boolean {
  if (source === undefined) return true;
  const names = namesInPolicy(toolset, policy);
  return names.length > 0 && names.every(name => policy.servers[name]?.trust === 'annotations');
}
