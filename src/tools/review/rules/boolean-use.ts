import type { SgNode } from '@ast-grep/napi';
import { scopesAround } from './name-value.ts';

const CONDITIONAL = /^(if_statement|while_statement|do_statement|ternary_expression)$/;
const MAX_OUTER = 20;

/**
 * Whether a JavaScript value is only asked for being true: it is a condition, is negated, or stands left of `&&` or `||`.
 * A declaration counts when that holds for every use of its name. Pure.
 */
export function isUsedAsBoolean(match: SgNode): boolean {
  if (match.kind() !== 'variable_declarator') return isCondition(match);
  const name = match.field('name');
  if (name === null || name.kind() !== 'identifier') return false;
  const scope = scopesAround(match)[0];
  const regex = `^${name.text().replaceAll('$', '\\$')}$`;
  const shorthand = scope?.find({ rule: { kind: 'shorthand_property_identifier', regex } });
  const uses = (scope?.findAll({ rule: { kind: 'identifier', regex } }) ?? []).filter(
    use => use.id() !== name.id(),
  );
  return uses.length > 0 && (shorthand ?? null) === null && uses.every(isCondition);
}

function isCondition(value: SgNode): boolean {
  let at = value;
  for (let step = 0; step < MAX_OUTER; step += 1) {
    const outer = at.parent();
    if (outer === null) return false;
    const kind = String(outer.kind());
    if (CONDITIONAL.test(kind)) return outer.field('condition')?.id() === at.id();
    if (kind === 'unary_expression') return outer.text().startsWith('!');
    if (kind === 'binary_expression') {
      if (!/^(&&|\|\|)$/.test(outer.field('operator')?.text() ?? '')) return false;
      if (outer.field('left')?.id() === at.id()) return true;
    } else if (kind !== 'parenthesized_expression') return false;
    at = outer;
  }
  return false;
}
