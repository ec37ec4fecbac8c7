import { BRANCH_KEYS, PHASE_KEYS, PLACE_KEYS } from './generated/schema-keys.generated.js';
import type { NodePath, SourceNode } from './source-node.ts';

/** The keys that the schemas know at a path of a crew or SOP file, for suggestions. Empty where anything goes. */
export function keysOfSchema(path: NodePath, node: SourceNode | undefined): readonly string[] {
  const written = new Set(node?.kind === 'map' ? node.entries.map(entry => entry.key) : []);
  return keysAt(path, written).filter(key => !written.has(key));
}

function keysAt(path: NodePath, written: ReadonlySet<string>): readonly string[] {
  if (path[0] === 'phases' && path.length === 2) return keysOfKind(PHASE_KEYS, written);
  if (path[0] === 'phases' && path[2] === 'parallel' && path.length === 4)
    return keysOfKind(BRANCH_KEYS, written);
  if (path.length === 0)
    return (
      PLACE_KEYS[written.has('sop') && !written.has('crew') && !written.has('goal') ? 'sop' : 'crew'] ?? []
    );
  const place = path[0] === 'phases' ? String(path.includes('retry') ? 'retry' : 'next') : String(path[0]);
  return Object.hasOwn(PLACE_KEYS, place) ? (PLACE_KEYS[place] ?? []) : [];
}

function keysOfKind(
  table: Readonly<Record<string, readonly string[]>>,
  written: ReadonlySet<string>,
): readonly string[] {
  for (const [kind, keys] of Object.entries(table)) if (written.has(kind)) return keys;
  return [];
}
