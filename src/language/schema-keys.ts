import {
  BRANCH_KEYS,
  PHASE_KEYS,
  PLACE_KEYS,
  POLICY_KEYS,
  PROMPT_KEYS,
} from './generated/schema-keys.generated.js';
import type { NodePath, SourceNode } from './source-node.ts';

/** The keys that the schemas know at a path of a crew or SOP file, for suggestions. Empty where anything goes. */
export function keysOfSchema(path: NodePath, node: SourceNode | undefined): readonly string[] {
  const written = new Set(node?.kind === 'map' ? node.entries.map(entry => entry.key) : []);
  return keysAt(path, written).filter(key => !written.has(key));
}

/** The keys that the schema knows at a path of a policy file, for suggestions. */
export function keysOfPolicy(path: NodePath, node: SourceNode | undefined): readonly string[] {
  const written = new Set(node?.kind === 'map' ? node.entries.map(entry => entry.key) : []);
  return keysInPolicy(path).filter(key => !written.has(key));
}

/** The keys that the schema knows at a path of the front matter of a prompt file, for suggestions. */
export function keysOfPrompt(path: NodePath, node: SourceNode | undefined): readonly string[] {
  const written = new Set(node?.kind === 'map' ? node.entries.map(entry => entry.key) : []);
  const keys = path.length === 0 ? PROMPT_KEYS.file : path[0] === 'input' ? PLACE_KEYS.inputs : [];
  return (keys ?? []).filter(key => !written.has(key));
}

function keysInPolicy(path: NodePath): readonly string[] {
  if (path.length === 0) return POLICY_KEYS.file ?? [];
  if (path[0] === 'rules') return keysInRule(path);
  if (path.length === 2) return POLICY_KEYS.server ?? [];
  const place = String(path.at(-1));
  return Object.hasOwn(PLACE_KEYS, place) ? (PLACE_KEYS[place] ?? []) : [];
}

/** A rule is an entry of a list: `rules.0.allow.args.path`. */
function keysInRule(path: NodePath): readonly string[] {
  if (path.length === 2) return POLICY_KEYS.rule ?? [];
  if (path.length === 3) return POLICY_KEYS.calls ?? [];
  if (path[3] === 'annotations') return POLICY_KEYS.annotations ?? [];
  return path.length === 5 ? (POLICY_KEYS.matcher ?? []) : [];
}

function keysAt(path: NodePath, written: ReadonlySet<string>): readonly string[] {
  if (path[0] === 'phases' && path.length === 2) return keysOfKind(PHASE_KEYS, written);
  if (isBranchPath(path)) return keysOfKind(BRANCH_KEYS, written);
  if (path.length === 1 && path[0] === 'sop') return PLACE_KEYS.procedure ?? [];
  if (path.length === 0)
    return (
      PLACE_KEYS[written.has('sop') && !written.has('crew') && !written.has('goal') ? 'sop' : 'crew'] ?? []
    );
  if (path[0] === 'policy') return keysInRule(path);
  const place = placeOf(path);
  return Object.hasOwn(PLACE_KEYS, place) ? (PLACE_KEYS[place] ?? []) : [];
}

function placeOf(path: NodePath): string {
  if (isInnerPath(path)) return 'inner';
  if (path[0] === 'phases') return placeInPhase(path);
  if (path[0] === 'roles' && path[2] === 'budget') return 'roleBudget';
  if (path[0] === 'roles' && path.length === 3) return String(path[2]);
  if (path[0] === 'roles' && path[2] === 'memory') return 'roleMemory';
  if (path[0] === 'memory') return placeInMemory(path);
  if (path[0] !== 'tools' || path.length < 3) return String(path[0]);
  return path[2] === 'tools' ? 'moduleTool' : String(path.at(-1));
}

/** A block has a name of the author's own. */
function placeInMemory(path: NodePath): string {
  if (path[1] !== 'blocks') return String(path.at(-1));
  return path.length === 3 ? 'blocks' : '';
}

function isBranchPath(path: NodePath): boolean {
  if (path[0] !== 'phases') return false;
  return (path[2] === 'parallel' && path.length === 4) || (path[2] === 'do' && path.length === 3);
}

function isInnerPath(path: NodePath): boolean {
  return path[0] === 'phases' && path[2] === 'inner' && path.length === 4;
}

/** The nearest key that a mapping of its own stands under; entries of lists are under the key of the list. */
function placeInPhase(path: NodePath): string {
  const named = path.slice(2).filter(step => !/^\d+$/.test(String(step)));
  return String(named.at(-1));
}

function keysOfKind(
  table: Readonly<Record<string, readonly string[]>>,
  written: ReadonlySet<string>,
): readonly string[] {
  for (const [kind, keys] of Object.entries(table)) if (written.has(kind)) return keys;
  return [];
}
