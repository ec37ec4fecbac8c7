import { expect, test } from 'vitest';
import { findRequirements } from '../../src/tools/change/find-requirements.ts';
import { fc } from '../laws.ts';

const REQUEST = `# Discounts

The shop has prices. Customers must see the total
before they pay. Do vouchers count too?

## Wanted

- A voucher takes ten percent off,
  rounded down to the cent.
- [ ] It should say why it is refused.
1. (P2) Several vouchers at once

\`\`\`js
// the price must be a number
\`\`\`

## Nice to have

* A list of vouchers

## Non-goals

- Gift cards
`;

test('items and sentences that demand something are candidates with a priority', () => {
  const { requirements, questions, excluded } = findRequirements(REQUEST);
  expect(requirements).toEqual([
    { id: 'R1', priority: 'P0', text: 'Customers must see the total before they pay.', line: 3 },
    { id: 'R2', priority: 'P0', text: 'A voucher takes ten percent off, rounded down to the cent.', line: 8 },
    { id: 'R3', priority: 'P1', text: 'It should say why it is refused.', line: 10 },
    { id: 'R4', priority: 'P2', text: 'Several vouchers at once', line: 11 },
    { id: 'R5', priority: 'P2', text: 'A list of vouchers', line: 19 },
  ]);
  expect(questions).toEqual(['Do vouchers count too?']);
  expect(excluded).toEqual(['Gift cards']);
});

test('a plain request is one candidate', () => {
  expect(findRequirements('Add a flag --json to list. It prints JSON.').requirements).toEqual([
    { id: 'R1', priority: 'P0', text: 'Add a flag --json to list.', line: 1 },
  ]);
  expect(findRequirements('')).toEqual({ requirements: [], questions: [], excluded: [] });
});

test('law: ids are unique, texts are words of the request, and no request is too odd or too slow', () => {
  const line = fc.oneof(
    fc.string(),
    fc.constantFrom('- ', '# Non-goals', '```', '- must x y', 'It may. It should? ', '1) P1 go'),
  );
  fc.assert(
    fc.property(fc.array(line, { maxLength: 30 }), lines => {
      const text = lines.join('\n');
      const { requirements } = findRequirements(text);
      const plain = text.replace(/\s+/g, ' ');
      expect(new Set(requirements.map(({ id }) => id)).size).toBe(requirements.length);
      for (const each of requirements) {
        expect(plain).toContain(each.text.replace(/\s+/g, ' ').trim());
        expect(each.line).toBeLessThanOrEqual(text.split('\n').length);
      }
    }),
    { numRuns: 300 },
  );
  expect(findRequirements('- must do it\n'.repeat(50_000)).requirements).toHaveLength(50);
});
