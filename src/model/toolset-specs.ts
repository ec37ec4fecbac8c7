import type { ToolsetDeclaration } from './crew.ts';
import type { ToolCatalog, ToolSpec } from './tool-spec.ts';

/**
 * The specs of a toolset under the alias that the crew gave it: `vcs: builtin:git` makes `vcs.diff` of `git.diff`.
 * Undefined when there is no such built-in. Pure.
 */
export function toolsetSpecs(
  { name, source }: ToolsetDeclaration,
  catalog: ToolCatalog,
): readonly ToolSpec[] | undefined {
  if (source.kind !== 'builtin') return source.tools;
  return catalog
    .get(source.name)
    ?.map(spec => ({ ...spec, name: `${name}${spec.name.slice(spec.name.indexOf('.'))}` }));
}
