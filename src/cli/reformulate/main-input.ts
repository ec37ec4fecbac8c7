import { suggest } from '../../language/closest.ts';
import type { InputDeclaration } from '../../model/crew.ts';

/**
 * The input that a request to a crew goes into: the one that is named, else the only text that has to be given. What may
 * only be one of a few words, or has a form, is no request. Pure.
 */
export function mainInput(
  declared: readonly InputDeclaration[],
  named?: string,
): { readonly name: string } | { readonly problem: string } {
  const texts = declared.filter(({ schema }) => schema.type === 'string' || schema.type === undefined);
  if (named !== undefined) {
    const found = texts.find(({ name }) => name === named);
    if (found !== undefined) return { name: named };
    const names = texts.map(({ name }) => name);
    const hint = suggest(named, names) ?? `its texts are ${listed(names)}`;
    return { problem: `the crew has no text as an input \`${named}\`; ${hint}` };
  }
  const asked = texts.filter(({ required, schema }) => required && isFree(schema));
  const [only] = asked;
  if (only !== undefined && asked.length === 1) return { name: only.name };
  return {
    problem:
      asked.length === 0
        ? 'no input of the crew is a text that has to be given'
        : `several inputs of the crew are texts that have to be given: ${listed(asked.map(({ name }) => name))}`,
  };
}

function isFree(schema: InputDeclaration['schema']): boolean {
  return ['enum', 'const', 'pattern', 'format'].every(key => !Object.hasOwn(schema, key));
}

function listed(names: readonly string[]): string {
  return names.length === 0 ? 'none' : names.map(name => `\`${name}\``).join(', ');
}
