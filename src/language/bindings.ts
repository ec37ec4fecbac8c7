import type { Places } from './source-map.ts';
import type { ScalarNode, SourceNode } from './source-node.ts';

/** A text that a crew gives to an input of its procedure. */
interface Binding {
  readonly node: ScalarNode;
  readonly source: string;
}

/** Lists the texts under `sop.inputs` of a crew; each is a template over the crew's own inputs. Pure. */
export function listBindings(places: Places): readonly Binding[] {
  return texts(places.node(['procedure', 'inputs']));
}

function texts(node: SourceNode | undefined): Binding[] {
  if (node === undefined) return [];
  if (node.kind === 'list') return node.items.flatMap(texts);
  if (node.kind === 'map') return node.entries.flatMap(entry => texts(entry.value));
  return typeof node.value === 'string' ? [{ node, source: node.value }] : [];
}
