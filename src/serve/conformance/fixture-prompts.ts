import { acceptedContent, inputRequired, type McpServer } from '@modelcontextprotocol/server';
import { PNG, textArguments } from './fixture-schema.ts';
import { askOne } from './round-tools.ts';

/** Prompts of all kinds of content, and one that asks first. */
export function registerPrompts(server: McpServer): void {
  server.registerPrompt('test_simple_prompt', { description: 'A prompt without arguments' }, () =>
    said('This is a simple prompt for testing.'),
  );
  server.registerPrompt(
    'test_prompt_with_arguments',
    { description: 'A prompt with arguments', argsSchema: textArguments('arg1', 'arg2') },
    ({ arg1, arg2 }) => said(`Prompt with arguments: arg1='${arg1}', arg2='${arg2}'`),
  );
  server.registerPrompt(
    'test_prompt_with_embedded_resource',
    { description: 'A prompt with a resource', argsSchema: textArguments('resourceUri') },
    ({ resourceUri: uri = '' }) => {
      const resource = { uri, mimeType: 'text/plain', text: 'Embedded resource content for testing.' };
      const [ask] = said('Please process the embedded resource above.').messages;
      return { messages: [{ role: 'user', content: { type: 'resource', resource } }, ...(ask ? [ask] : [])] };
    },
  );
  server.registerPrompt('test_prompt_with_image', { description: 'A prompt with a picture' }, () => ({
    messages: [
      { role: 'user', content: { type: 'image', data: PNG, mimeType: 'image/png' } },
      ...said('Please analyze the image above.').messages,
    ],
  }));
  server.registerPrompt(
    'test_input_required_result_prompt',
    { description: 'A prompt that asks' },
    ({ mcpReq }) => {
      const { context } = acceptedContent(mcpReq.inputResponses, 'user_context') ?? {};
      if (typeof context === 'string') return said(`With the context: ${context}`);
      return inputRequired({
        inputRequests: { user_context: askOne('What context should the prompt use?', 'context') },
      });
    },
  );
  const words = ['paris', 'park', 'party'];
  server.server.setRequestHandler('completion/complete', ({ params }) => {
    const values = words.filter(word => word.startsWith(params.argument.value));
    return { completion: { values, total: values.length, hasMore: false } };
  });
}

function said(text: string) {
  return { messages: [{ role: 'user' as const, content: { type: 'text' as const, text } }] };
}
