import { misfit } from '../literal-fit.ts';
import { quote } from '../report.ts';
import type { RuleContext } from '../rule.ts';
import { findMistake } from './output-schemas.ts';

const TYPES = ['string', 'integer', 'number', 'boolean', 'array', 'object'];

/** Every input declaration is a valid schema, and its default fits it. */
export function checkInputs({ crew, places, report }: RuleContext): void {
  const own = crew.inputs.map(input => ({ input, path: ['inputs', input.name] }));
  const procedures = (crew.sop.inputs ?? []).map(input => ({ input, path: ['sop', 'inputs', input.name] }));
  for (const { input, path } of [...own, ...procedures]) {
    // A declaration without a type, or of none that exists, was reported.
    if (!TYPES.includes(String(input.schema.type))) continue;
    const mistake = findMistake(input.schema);
    if (mistake) {
      const range = places.at([...path, ...mistake.path]);
      report({ code: 'invalid-value', range, message: mistake.message });
      continue;
    }
    const wrong = input.default === undefined ? undefined : misfit(input.default, input.schema, () => false);
    if (wrong === undefined) continue;
    const message = `The default of the input ${quote(input.name)} ${wrong}`;
    report({ code: 'invalid-default', range: places.at([...path, 'default']), message });
  }
}
