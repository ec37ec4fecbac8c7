import type { Check, Evaluator, Reflection } from './reflection.ts';

/** The checks of an evaluator, in the order of the file. Pure. */
export function checksOf(evaluator: Evaluator): readonly Check[] {
  return evaluator.kind === 'all' ? evaluator.checks : [evaluator];
}

/** The checks of what a phase says of its trials, each with its path below the phase; none without. Pure. */
export function placedChecks(
  reflect: Reflection | undefined,
): readonly { readonly check: Check; readonly path: readonly (string | number)[] }[] {
  if (reflect === undefined) return [];
  const { evaluator } = reflect;
  const path = ['reflect', 'evaluator'] as const;
  return checksOf(evaluator).map((check, index) => ({
    check,
    path: evaluator.kind === 'all' ? [...path, index] : path,
  }));
}

/** What people and models call a check. Pure. */
export function checkName(check: Check): string {
  if (check.name !== undefined) return check.name;
  switch (check.kind) {
    case 'tool':
      return check.tool;
    case 'schema':
      return 'schema';
    case 'expression':
      return check.condition;
    case 'role':
      return check.role;
  }
}

/** Whether a check is a model's opinion, which counts only where everything else has passed. Pure. */
export function isOpinion({ kind }: Check): boolean {
  return kind === 'role';
}
