import type { Sop } from '../model/crew.ts';
import { type IncludeReader, inlineSchema } from './includes.ts';
import { lowerSop } from './lower.ts';
import type { Places } from './source-map.ts';
import { type SourceNode, toJsonObject } from './source-node.ts';

/** Lowers the procedure that stands in a file, with the schema files of its outputs put in place. */
export function lowerSopNode(root: SourceNode, places: Places, reader: IncludeReader): Sop {
  return lowerSop(toJsonObject(root), (path, written) => {
    const reference = places.node([...path, '$ref']) ? [...path, '$ref'] : path;
    // A schema may come from the front matter of a prompt file.
    const file = (places.node(path) ?? root).file.path;
    return inlineSchema(written, { file, range: places.at(reference) }, reader);
  });
}
