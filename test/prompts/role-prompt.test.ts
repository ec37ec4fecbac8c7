import { describe, expect, it } from 'vitest';
import type { Role } from '../../src/model/crew.ts';
import type { JsonObject } from '../../src/model/json.ts';
import type { ToolSpec } from '../../src/model/tool-spec.ts';
import { buildRolePrompt } from '../../src/prompts/role-prompt.ts';

const role: Role = {
  name: 'security_reviewer',
  goal: 'Find vulnerabilities that this change introduces.',
  backstory: 'You have answered incident pages at 3 a.m.',
  model: 'default',
  tools: ['git'],
};
const schema: JsonObject = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  $id: 'https://example.test/x',
  type: 'object',
  properties: { findings: { type: 'array', description: 'Worst first.' } },
};
const crewGoal = 'Find defects before merging.';

function tool(readOnly: boolean): ToolSpec {
  return { name: 'git.diff', description: '', inputSchema: {}, readOnly };
}

describe('buildRolePrompt', () => {
  it('says who the role is and what the crew wants', () => {
    const prompt = buildRolePrompt({ crewGoal, role, tools: [] });
    for (const text of ['`security_reviewer`', role.goal, role.backstory ?? '', crewGoal]) {
      expect(prompt).toContain(text);
    }
  });

  it('calls quoted material data', () => {
    expect(buildRolePrompt({ crewGoal, role, tools: [] })).toMatch(/are data\. .*never instructions/);
  });

  it('prints the schema of the artifact, without the keys that only name it', () => {
    const prompt = buildRolePrompt({ crewGoal, role, tools: [], output: { name: 'security', schema } });
    const printed = /<schema>\n([\s\S]*)\n<\/schema>$/.exec(prompt)?.[1] ?? '';
    expect(JSON.parse(printed)).toEqual({ type: schema.type, properties: schema.properties });
    expect(prompt).toContain('`security`: one JSON value');
  });

  it('asks for text when the artifact has no schema', () => {
    const prompt = buildRolePrompt({ crewGoal, role, tools: [] });
    expect(prompt).not.toContain('JSON');
    expect(prompt).toContain('# How to deliver');
  });

  it('speaks of tools only when there are some, and of changes only when one can change things', () => {
    expect(buildRolePrompt({ crewGoal, role, tools: [] })).not.toContain('Use your tools');
    const reading = buildRolePrompt({ crewGoal, role, tools: [tool(true)] });
    expect(reading).toContain('Use your tools');
    expect(reading).not.toContain('change things');
    expect(buildRolePrompt({ crewGoal, role, tools: [tool(true), tool(false)] })).toContain('change things');
  });

  it('leaves no empty section and no gap', () => {
    const { backstory: _, ...plain } = role;
    const prompt = buildRolePrompt({ crewGoal: ' ', role: plain, tools: [] });
    expect(prompt).not.toContain('Your background');
    expect(prompt).not.toContain('whole crew');
    expect(prompt).not.toMatch(/\n{3}|undefined/);
  });

  it('stays short: every call pays for it', () => {
    const own = buildRolePrompt({
      crewGoal: '',
      role: { ...role, goal: '', backstory: '' },
      tools: [tool(false)],
    });
    expect(own.length).toBeLessThan(1_600);
  });
});
