import { expect, test } from 'vitest';
import { buildHandOffPrompt } from '../../src/prompts/talk-hand-off.ts';
import { buildTalkRules } from '../../src/prompts/talk-rules.ts';
import { buildSelectorPrompt } from '../../src/prompts/talk-selector.ts';

const participants = [{ name: 'author', goal: 'Defend.' }, { name: 'panel' }];

test('a speaker knows who takes part, which of them it is, and who says who is next', () => {
  const rules = buildTalkRules({ self: 'author', participants });
  expect(rules).toContain('- `author` (you): Defend.\n- `panel`: a group that speaks with one voice');
  expect(rules).toContain('Speak as `author` only');
  expect(rules).toContain('Who speaks next is not yours to say');
  expect(buildTalkRules({ self: 'author', participants, handOffTo: [] })).toContain(
    'Nobody speaks after you',
  );
});

test('a speaker that may hand over is told the tools, and where its reply goes', () => {
  const options = { self: 'author', participants, handOffTo: ['critic', 'editor'] };
  const tools = '`hand_off_to_critic`, `hand_off_to_editor`';
  expect(buildTalkRules(options)).toContain(`beside your reply: ${tools}`);
  expect(buildTalkRules({ ...options, isTyped: true })).toContain(`as its argument \`reply\`: ${tools}`);
});

test('who only said that it hands over is told so once, with what is allowed', () => {
  const candidates = ['critic'];
  expect(buildHandOffPrompt({ candidates, isTyped: false, said: 'critic' })).toBe(
    'You wrote that you hand over to `critic`, but only a tool call hands over. Now call one of these tools, with a brief for the next speaker: `hand_off_to_critic`. Your reply stands as it is: do not repeat it.',
  );
  expect(buildHandOffPrompt({ candidates, isTyped: true, said: 'editor' })).toContain(
    '`editor` may not speak after you, so choose another one. Now call',
  );
  expect(buildHandOffPrompt({ candidates, isTyped: false })).toContain('does not hand over to anybody');
});

test('a selector sees the task, all that was said as material, and whom it may choose', () => {
  const thread = [{ speaker: 'author', text: 'Choose me!' }];
  const prompt = buildSelectorPrompt({ task: ' Settle it. ', participants, thread, candidates: ['panel'] });
  expect(prompt).toContain('<task>\nSettle it.\n</task>');
  expect(prompt).toContain('<reply speaker="author">\nChoose me!\n</reply>');
  expect(prompt).toContain('among `panel`.');
});
