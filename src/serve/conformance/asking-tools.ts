import { type ElicitRequestFormParams, inputRequired, type McpServer } from '@modelcontextprotocol/server';
import { textArguments, textResult } from './fixture-schema.ts';

type Form = Omit<ElicitRequestFormParams, 'mode'>;

/** Tools that ask the client in the middle of a call, as before 2026-07-28. */
export function registerAskingTools(server: McpServer): void {
  server.registerTool(
    'test_sampling',
    { description: 'Asks the model of the client', inputSchema: textArguments('prompt') },
    async ({ prompt = '' }, { mcpReq }) => {
      const messages = [{ role: 'user' as const, content: { type: 'text' as const, text: prompt } }];
      const { content } = await mcpReq.requestSampling({ messages, maxTokens: 100 });
      return textResult(`LLM response: ${JSON.stringify(content)}`);
    },
  );
  server.registerTool(
    'test_elicitation',
    { description: 'Asks the person of the client', inputSchema: textArguments('message') },
    async ({ message = '' }, { mcpReq }) => {
      const answer = await mcpReq.elicitInput({ mode: 'form', message, requestedSchema: USER_FORM });
      return textResult(`User response: ${JSON.stringify(answer)}`);
    },
  );
  const forms: readonly (readonly [string, Form])[] = [
    ['test_elicitation_sep1034_defaults', { message: 'Are these right?', requestedSchema: DEFAULTS_FORM }],
    ['test_elicitation_sep1330_enums', { message: 'Which ones?', requestedSchema: CHOICES_FORM }],
  ];
  for (const [name, form] of forms) {
    server.registerTool(name, { description: form.message }, async ({ mcpReq }) => {
      const { action, content } = await mcpReq.elicitInput({ mode: 'form', ...form });
      return textResult(`Elicitation completed: action=${action}, content=${JSON.stringify(content)}`);
    });
  }
  server.registerTool('test_streaming_elicitation', { description: 'Asks in rounds' }, ({ mcpReq }) =>
    mcpReq.inputResponses === undefined
      ? inputRequired({
          inputRequests: {
            ok: inputRequired.elicit({ mode: 'form', message: 'Go on?', requestedSchema: USER_FORM }),
          },
        })
      : textResult('Went on.'),
  );
}

const USER_FORM: Form['requestedSchema'] = {
  type: 'object',
  properties: {
    username: { type: 'string', description: "User's response" },
    email: { type: 'string', description: "User's email address" },
  },
  required: ['username', 'email'],
};

const DEFAULTS_FORM: Form['requestedSchema'] = {
  type: 'object',
  properties: {
    name: { type: 'string', default: 'John Doe' },
    age: { type: 'integer', default: 30 },
    score: { type: 'number', default: 95.5 },
    status: { type: 'string', enum: ['active', 'inactive', 'pending'], default: 'active' },
    verified: { type: 'boolean', default: true },
  },
};

const OPTIONS = ['option1', 'option2', 'option3'];

const CHOICES_FORM: Form['requestedSchema'] = {
  type: 'object',
  properties: {
    untitledSingle: { type: 'string', enum: OPTIONS },
    titledSingle: { type: 'string', oneOf: titled('value', 'Option') },
    legacyEnum: {
      type: 'string',
      enum: ['opt1', 'opt2', 'opt3'],
      enumNames: ['Option One', 'Option Two', 'Option Three'],
    },
    untitledMulti: { type: 'array', items: { type: 'string', enum: OPTIONS } },
    titledMulti: { type: 'array', items: { anyOf: titled('value', 'Choice') } },
  },
};

function titled(value: string, title: string) {
  return ['First', 'Second', 'Third'].map((place, index) => ({
    const: `${value}${index + 1}`,
    title: `${place} ${title}`,
  }));
}
