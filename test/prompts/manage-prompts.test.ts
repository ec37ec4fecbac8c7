import { describe, expect, it } from 'vitest';
import type { Role } from '../../src/model/crew.ts';
import type { Message } from '../../src/model/message.ts';
import { manageControls } from '../../src/prompts/manage-controls.ts';
import { jobMessage } from '../../src/prompts/manage-job.ts';
import { manageRules } from '../../src/prompts/manage-rules.ts';
import { transcriptText } from '../../src/prompts/manage-transcript.ts';

const role = (name: string, goal: string): Role => ({ name, goal, model: 'default', tools: [] });

describe('manageRules', () => {
  it('names every worker with its goal in one line, and the limits', () => {
    const workers = [role('finder', 'Find\n  facts.'), role('writer', 'Write.')];
    const rules = manageRules({ workers, maxDelegations: 7, concurrency: 2 });
    expect(rules).toContain('- `finder`: Find facts.\n- `writer`: Write.');
    expect(rules).toContain('at most 7 times');
    expect(rules).toContain('At most 2 workers');
  });
});

describe('manageControls', () => {
  it('lets only the workers be named, and has no dot in a name', () => {
    const specs = manageControls(['finder']);
    expect(specs.map(({ name }) => name)).toEqual(['delegate', 'ask', 'accept', 'send_back', 'transcript']);
    expect(JSON.stringify(specs[0]?.inputSchema)).toContain('"enum":["finder"]');
  });
});

describe('jobMessage', () => {
  it('says who gives the task, the task and what is expected', () => {
    const message = jobMessage({ how: 'delegation', from: 'lead', text: ' Find it. ', expected: 'A name.' });
    expect(message).toMatch(/^`lead`.*\n\nFind it\.\n\n# What is expected of you\n\nA name\.$/);
  });

  it('asks for the whole result again when work is sent back', () => {
    expect(jobMessage({ how: 'sent-back', from: 'lead', text: 'Too short.' })).toMatch(
      /Too short\..*whole result/s,
    );
  });
});

describe('transcriptText', () => {
  const said = (from: Message['from'], text: string): Message => ({ from, parts: [{ type: 'text', text }] });

  it('shows what was told, called, returned and said, without the prompt', () => {
    const call = { id: '1', tool: 'kit.echo', args: { text: 'x' } };
    const text = transcriptText([
      said('system', 'SECRET'),
      said('user', 'Find it.'),
      { from: 'assistant', parts: [{ type: 'tool-call', call }] },
      {
        from: 'tool',
        parts: [{ type: 'tool-result', callId: '1', tool: 'kit.echo', value: 'x', isError: false }],
      },
      said('assistant', 'Found.'),
    ]);
    expect(text.split('\n\n')).toEqual([
      'TOLD: Find it.',
      'CALLED kit.echo: {"text":"x"}',
      'RETURNED kit.echo: "x"',
      'WORKER: Found.',
    ]);
  });

  it('keeps the latest part of a long one, and never half a character', () => {
    const text = transcriptText([said('user', 'first'), said('assistant', '😀'.repeat(40_000))]);
    expect(text.length).toBeLessThan(61_000);
    expect(text).toMatch(/^\(what came before is left out\)/);
    expect(text.isWellFormed()).toBe(true);
  });
});
