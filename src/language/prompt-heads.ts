import { canonicalJson } from '../model/canonical-json.ts';
import { resolveSourcePath } from '../model/source.ts';
import { asObject } from './lower-values.ts';
import type { PlacedText } from './prompt-places.ts';
import type { ReadPrompt } from './read-prompt-file.ts';
import { quote, type Report } from './report.ts';
import { entryOf, type MapEntry, nodeRange, type ScalarNode, toJson } from './source-node.ts';

/** What stands in the place of a prompt, and what its front matter adds to the mappings around. */
export interface HeadPlaces {
  readonly value: ScalarNode;
  readonly model?: MapEntry | undefined;
  readonly output?: MapEntry | undefined;
}

interface Place {
  readonly place: PlacedText;
  readonly value: ScalarNode;
  readonly report: Report;
}

/** Says what `model` and `output` of a front matter become: those of the place, where it has none of its own. */
export function addHead({ prompt, head }: ReadPrompt, { place, value, report }: Place): HeadPlaces {
  const model = entryOf(head, 'model');
  const output = entryOf(head, 'output');
  const at = { name: prompt.name, place, report };
  return {
    value,
    model: model === undefined ? undefined : modelAt(model, at),
    output: output === undefined ? undefined : outputAt(output, at),
  };
}

interface HeadAt {
  readonly name: string;
  readonly place: PlacedText;
  readonly report: Report;
}

function modelAt(entry: MapEntry, { name, place, report }: HeadAt): MapEntry | undefined {
  if (place.model !== undefined) return entryOf(place.model, 'model') === undefined ? entry : undefined;
  const key = quote(place.path.join('.'));
  const message = `The \`model\` of the prompt ${quote(name)} has no effect at ${key}, where no model is named`;
  report({ code: 'idle-setting', range: nodeRange(entry.keyPlace), message, severity: 'warning' });
  return undefined;
}

function outputAt(entry: MapEntry, { name, place, report }: HeadAt): MapEntry | undefined {
  const { output } = place;
  if (output === undefined) {
    const key = quote(place.path.join('.'));
    const message = `The \`output\` of the prompt ${quote(name)} has no effect at ${key}, which makes no artifact`;
    report({ code: 'idle-setting', range: nodeRange(entry.keyPlace), message, severity: 'warning' });
    return undefined;
  }
  const own = entryOf(output, 'output');
  if (own === undefined) return entry;
  if (schemaId(own) === schemaId(entry)) return undefined;
  const message = `The prompt ${quote(name)} has another \`output\` than the place where it is used`;
  const hint = 'keep one of them';
  report({ code: 'prompt-output-conflict', range: nodeRange(own.keyPlace), message, hint });
  return undefined;
}

/** The schema in one spelling; a file is named from where it stands. */
function schemaId({ value }: MapEntry): string {
  const schema = toJson(value);
  const { $ref: reference, ...beside } = asObject(schema);
  if (typeof reference !== 'string' || Object.keys(beside).length > 0) return canonicalJson(schema);
  return resolveSourcePath(value.file.path, reference);
}
