import type { InputDeclaration } from '../model/crew.ts';
import type { JsonValue } from '../model/json.ts';
import type { PromptHead } from '../model/prompt-file.ts';
import { suggest } from './closest.ts';
import { misfit } from './literal-fit.ts';
import { quote, type Report } from './report.ts';
import { keyPlaceOf, type NodePath, placeOf, type SourceNode } from './source-node.ts';

/** Reports defaults and samples of a front matter that its inputs do not take. */
export function checkPromptHead({ input, samples = [] }: PromptHead, head: SourceNode, report: Report): void {
  if (input === undefined) return;
  for (const { name, schema, default: value = null } of input) {
    // Lists and objects are looked at where the default is needed.
    const problem = typeof value === 'object' ? undefined : misfit(value, schema, () => false);
    if (problem === undefined) continue;
    const message = `The default of ${quote(name)} ${problem}`;
    report({ code: 'invalid-default', range: placeOf(head, ['input', name, 'default']), message });
  }
  for (const [index, sample] of samples.entries()) {
    checkSample(new Map(Object.entries(sample)), { input, head, report, path: ['samples', index] });
  }
}

interface SamplePlace {
  readonly input: readonly InputDeclaration[];
  readonly head: SourceNode;
  readonly report: Report;
  readonly path: NodePath;
}

function checkSample(
  sample: ReadonlyMap<string, JsonValue>,
  { input, head, report, path }: SamplePlace,
): void {
  const names = input.map(({ name }) => name);
  for (const name of sample.keys()) {
    if (names.includes(name) || name.startsWith('x-')) continue;
    const message = `The prompt has no input ${quote(name)} that a sample could give`;
    const range = keyPlaceOf(head, [...path, name]);
    report({ code: 'unknown-input', range, message, hint: suggest(name, names) });
  }
  for (const { name, schema, required } of input) {
    const value = sample.get(name);
    if (value === undefined) {
      const message = `The sample gives no value to the input ${quote(name)}`;
      if (required) report({ code: 'missing-input', range: placeOf(head, path), message });
      continue;
    }
    const problem = misfit(value, schema, () => false);
    if (problem === undefined) continue;
    const message = `The value of ${quote(name)} in the sample ${problem}`;
    report({ code: 'invalid-argument', range: placeOf(head, [...path, name]), message });
  }
}
