import type { SgNode } from '@ast-grep/napi';
import type { Matcher } from './rule.ts';

/** Nodes whose ancestors are asked for one by one are slow to walk when code is nested thousands deep. */
const MAX_STEPS = 100;
const SCOPES =
  /^(program|module|function_declaration|generator_function_declaration|function_expression|arrow_function|method_definition|function_definition|lambda)$/;

/** The functions around a node and at last its file, innermost first; those more than 100 nodes away are left out. Pure. */
export function scopesAround(node: SgNode): readonly SgNode[] {
  const scopes: SgNode[] = [];
  let at = node.parent();
  for (let step = 0; at !== null && step < MAX_STEPS; step += 1) {
    if (SCOPES.test(String(at.kind()))) scopes.push(at);
    at = at.parent();
  }
  return scopes;
}

/**
 * What a JavaScript or Python name stands for: the one value that is written to it in the innermost function, or else in
 * one further out. Undefined for parameters, for names with several values, and for what is no plain name. Pure.
 */
export function valueOfName(name: SgNode): SgNode | undefined {
  if (name.kind() !== 'identifier') return undefined;
  const regex = `^${name.text().replaceAll('$', '\\$')}$`;
  const rule = isPython(name) ? pythonWrite(regex) : scriptWrite(regex);
  for (const scope of scopesAround(name)) {
    // A parameter hides what the name stands for further out.
    if (hasParameter(scope, regex)) return undefined;
    const written = scope.findAll({ rule });
    const [first] = written;
    if (first === undefined) continue;
    if (written.length > 1) return undefined;
    return first.field('value') ?? first.field('right') ?? undefined;
  }
  return undefined;
}

function hasParameter(scope: SgNode, regex: string): boolean {
  const parameters = scope.field('parameters') ?? scope.field('parameter');
  if (parameters === null) return false;
  return parameters.matches({ rule: { regex } }) || parameters.find({ rule: { regex } }) !== null;
}

// A grammar knows only its own kinds; asking for those of another one is an error.
function isPython(node: SgNode): boolean {
  return node.getRoot().root().kind() === 'module';
}

function pythonWrite(regex: string): Matcher {
  return {
    any: [{ kind: 'assignment' }, { kind: 'augmented_assignment' }],
    has: { field: 'left', regex },
  };
}

function scriptWrite(regex: string): Matcher {
  return {
    any: [
      { kind: 'variable_declarator', has: { field: 'name', regex } },
      {
        any: [{ kind: 'assignment_expression' }, { kind: 'augmented_assignment_expression' }],
        has: { field: 'left', regex },
      },
    ],
  };
}
