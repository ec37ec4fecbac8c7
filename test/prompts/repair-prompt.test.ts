import { describe, expect, it } from 'vitest';
import { readOutput } from '../../src/expressions/read-output.ts';
import type { JsonObject } from '../../src/model/json.ts';
import { buildRepairPrompt } from '../../src/prompts/repair-prompt.ts';

const schema: JsonObject = {
  type: 'object',
  required: ['verdict'],
  additionalProperties: false,
  properties: { verdict: { enum: ['approve', 'comment'] } },
};

describe('buildRepairPrompt', () => {
  it('gives the model all that it needs: what was wrong, what is allowed, and the schema', () => {
    const reading = readOutput('{"verdikt": "approve"}', schema);
    expect(reading.ok).toBe(false);
    const prompt = buildRepairPrompt(reading.ok ? '' : reading.problem, schema);
    expect(prompt).toContain('lacks the property `verdict`');
    expect(prompt).toContain('unexpected property `verdikt`; allowed are `verdict`');
    expect(prompt).toContain('"approve"');
    expect(prompt).toContain('whole answer again');
  });

  it('names an answer that was cut', () => {
    const reading = readOutput('{"verdict": "appro', schema);
    expect(buildRepairPrompt(reading.ok ? '' : reading.problem, schema)).toContain('ends early');
  });

  it('works with a schema that is only true', () => {
    expect(buildRepairPrompt('the answer is empty', true)).toContain('<schema>\ntrue\n</schema>');
  });

  it('asks for text again where no artifact is typed', () => {
    const prompt = buildRepairPrompt('the final message is empty');
    expect(prompt).toContain('the final message is empty');
    expect(prompt).not.toMatch(/JSON|schema/);
  });
});
