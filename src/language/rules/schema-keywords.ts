import type { JsonValue } from '../../model/json.ts';
import { closest } from '../closest.ts';
import { quote } from '../report.ts';
import type { RuleContext } from '../rule.ts';
import type { NodePath } from '../source-node.ts';
import { listWorks } from '../works.ts';
import { listSchemas } from './output-schemas.ts';
import { listToolSchemas } from './tool-schemas.ts';

/** Keywords whose value is one schema, a list of schemas, or schemas by name. Source: JSON Schema 2020-12, §10 and §11. */
const ONE = words(
  'items contains additionalProperties propertyNames not if then else unevaluatedItems unevaluatedProperties contentSchema',
);
const LIST = words('allOf anyOf oneOf prefixItems');
const NAMED = words('properties patternProperties $defs definitions dependentSchemas');
const OTHER =
  words(`$schema $id $ref $anchor $dynamicRef $dynamicAnchor $vocabulary $comment type enum const multipleOf
  maximum exclusiveMaximum minimum exclusiveMinimum maxLength minLength pattern maxItems minItems uniqueItems maxContains
  minContains maxProperties minProperties required dependentRequired dependencies format contentEncoding contentMediaType
  title description default deprecated readOnly writeOnly examples`);
const KEYWORDS = [...ONE, ...LIST, ...NAMED, ...OTHER];

/**
 * Every key of an artifact's or tool's schema is a keyword of JSON Schema or begins with `x-`. JSON Schema itself lets other keys
 * pass and checks nothing by them, so `output: { good: boolean }` would accept anything.
 */
export function checkSchemaKeywords({ crew, places, report }: RuleContext): void {
  const schemas = [...listWorks(crew).flatMap(listSchemas), ...listToolSchemas(crew)];
  for (const { schema, path } of schemas) {
    for (const inner of unknownKeys(schema ?? true, [])) {
      const key = String(inner.at(-1));
      const near = closest(key, KEYWORDS);
      const hint =
        near === undefined
          ? `a property stands below \`properties\`: \`{ properties: { ${key}: … } }\``
          : `did you mean \`${near}\`?`;
      const message = `${quote(key)} is no keyword of JSON Schema, so it checks nothing`;
      const range = places.keyOf([...path, ...inner]);
      report({ code: 'unknown-schema-keyword', severity: 'warning', range, message, hint });
    }
  }
}

function unknownKeys(schema: JsonValue, path: NodePath): readonly NodePath[] {
  if (schema === null || typeof schema !== 'object' || Array.isArray(schema)) return [];
  return Object.entries(schema).flatMap(([key, value]: [string, JsonValue]) => {
    const here = [...path, key];
    if (ONE.has(key)) return unknownKeys(value, here);
    if (LIST.has(key) || NAMED.has(key)) {
      const inside = value !== null && typeof value === 'object' ? Object.entries(value) : [];
      return inside.flatMap(([name, inner]) =>
        unknownKeys(inner, [...here, LIST.has(key) ? Number(name) : name]),
      );
    }
    return OTHER.has(key) || key.startsWith('x-') ? [] : [here];
  });
}

function words(text: string): ReadonlySet<string> {
  return new Set(text.split(/\s+/));
}
