import { expect, test } from 'vitest';
import { findSaidHandOff } from '../../src/runtime/talk/find-said-hand-off.ts';
import { fc } from '../laws.ts';

const NAMES = ['author', 'critic', 'security_reviewer'];

test.each([
  ["I'll pass this to critic.", 'critic'],
  ['I’ll pass this to the critic.', 'critic'],
  ['I will hand this over to `critic`.', 'critic'],
  ["I'm handing this off to **critic** now.", 'critic'],
  ['Tabs are best. I am handing over to @critic', 'critic'],
  ['I hand off to critic.', 'critic'],
  ['I now hand the floor over to critic.', 'critic'],
  ['Let me transfer this to the security reviewer.', 'security_reviewer'],
  ["I'd like to pass it on to security-reviewer.", 'security_reviewer'],
  ['I would like to hand this back to the author.', 'author'],
  ["I've handed this off to critic.", 'critic'],
  ['I have passed everything along to critic.', 'critic'],
  ['We will forward this to critic.', 'critic'],
  ['Handing off to critic.', 'critic'],
  ['That is all from me; handing it over to @critic.', 'critic'],
  ['Passing this to the critic for review.', 'critic'],
  ['Over to @critic', 'critic'],
  ['Over to you, critic!', 'critic'],
  ['That is my view. Now over to critic.', 'critic'],
  ['Back to author.', 'author'],
  ['Critic, over to you.', 'critic'],
  ['@critic, please take it from here', 'critic'],
  ['@critic your turn', 'critic'],
  ['Your turn, critic.', 'critic'],
  ['The floor is yours, critic.', 'critic'],
  ['Next speaker: critic', 'critic'],
  ['Handoff: critic', 'critic'],
  ['hand_off_to_critic({"brief": "find the flaw"})', 'critic'],
  ['I will call hand_off_to_critic now.', 'critic'],
  ["First I'll pass this to author. No, I'll pass this to critic.", 'critic'],
])('%j hands over to %s', (text, name) => {
  expect(findSaidHandOff(text, NAMES)).toBe(name);
});

test.each([
  'The critic is right about tabs.',
  'I agree with critic, and author should answer.',
  'I will not pass this to critic.',
  "I won't hand this over to critic.",
  "Don't pass this to critic.",
  'Should I pass this to critic?',
  'Shall we hand this over to critic?',
  'If nobody objects, I will pass this to critic.',
  'Before handing this to critic, let me check the facts.',
  'I could pass this to critic.',
  'Author handed this to critic yesterday.',
  'The function passes the value to critic.',
  'He said "I\'ll pass this to critic".',
  "> I'll pass this to critic.",
  "```\nI'll pass this to critic\n```",
  'The bridge goes over to critic valley.',
  'I would rather decide this myself instead of handing it to critic.',
  "I'll pass this to criticism.",
  "I'll pass this to nobody.",
  'I never hand over to critic.',
  'What I hand to you is a draft. The critic will read it later.',
  '',
])('%j hands over to nobody', text => {
  expect(findSaidHandOff(text, NAMES)).toBeUndefined();
});

test('any text is looked through without an error, and in time that does not explode', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'grapheme' }),
      fc.array(fc.constantFrom(...NAMES, '__proto__')),
      (text, names) => {
        const found = findSaidHandOff(text, names);
        expect(found === undefined || names.includes(found)).toBe(true);
      },
    ),
  );
  const hostile = ["I'll pass ", 'over '.repeat(2_000), 'now '.repeat(2_000), 'the '.repeat(2_000)].join('');
  expect(findSaidHandOff(hostile.repeat(20), NAMES)).toBeUndefined();
  expect(findSaidHandOff('"'.repeat(100_000), NAMES)).toBeUndefined();
  expect(findSaidHandOff(`${"i'll be now now pass the my ".repeat(400)} to critix`, NAMES)).toBeUndefined();
});
