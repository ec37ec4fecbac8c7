import type { Crew } from '../../model/crew.ts';
import type { JsonSchema } from '../../model/json.ts';
import { asObject } from '../lower-values.ts';
import type { RuleContext } from '../rule.ts';
import type { NodePath } from '../source-node.ts';
import { findMistake } from './output-schemas.ts';

/** Every `input` and `output` of a module's tool is a valid JSON Schema, and an `input` is that of an object. */
export function checkToolSchemas({ crew, places, report }: RuleContext): void {
  for (const { schema, path, key } of listToolSchemas(crew)) {
    if (places.node(path) === undefined) continue;
    const mistake = findMistake(schema) ?? (key === 'input' ? notAnObject(schema) : undefined);
    if (mistake === undefined) continue;
    const range = places.at([...path, ...mistake.path]);
    report({ code: 'invalid-tool-schema', range, message: mistake.message, hint: mistake.hint });
  }
}

/** The schemas of the tools of modules, each with its place. Pure. */
export function listToolSchemas(
  crew: Pick<Crew, 'toolsets'>,
): readonly { readonly schema: JsonSchema; readonly path: NodePath; readonly key: 'input' | 'output' }[] {
  const specs = crew.toolsets.flatMap(({ name, source }) =>
    source.kind === 'module' ? source.tools.map(spec => ({ alias: name, spec })) : [],
  );
  return specs.flatMap(({ alias, spec }) => {
    const path = ['tools', alias, 'tools', spec.name.slice(alias.length + 1)];
    const input = { schema: spec.inputSchema, path: [...path, 'input'], key: 'input' as const };
    if (spec.outputSchema === undefined) return [input];
    return [input, { schema: spec.outputSchema, path: [...path, 'output'], key: 'output' as const }];
  });
}

function notAnObject(schema: JsonSchema) {
  if (asObject(typeof schema === 'boolean' ? {} : schema).type === 'object') return undefined;
  const message = 'The arguments of a tool are an object, and this schema does not say so';
  return { path: [], message, hint: 'write `type: object`, and each argument below `properties`' };
}
