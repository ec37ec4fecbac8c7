import { setTimeout as sleep } from 'node:timers/promises';
import {
  fromJsonSchema,
  type InMemoryServerEventBus,
  type JsonSchemaType,
  type McpServer,
  type ServerContext,
  type ToolCallback,
} from '@modelcontextprotocol/server';
import { PNG, textResult } from './fixture-schema.ts';

const PAUSE_MS = 50;
/** A sound without samples. */
const WAV = 'UklGRiQAAABXQVZFZm10IBAAAAABAAEAQB8AAIA+AAACABAAZGF0YQAAAAA=';

/** Tools that only answer: texts, pictures, sounds, resources, errors, progress and words to the log. */
export function registerContentTools(server: McpServer, bus: InMemoryServerEventBus): void {
  const tool = (name: string, run: ToolCallback): void => {
    server.registerTool(name, { description: `The conformance suite calls it: ${name}` }, run);
  };
  tool('test_simple_text', () => textResult('This is a simple text response for testing.'));
  tool('test_image_content', () => ({ content: [picture] }));
  tool('test_audio_content', () => ({ content: [{ type: 'audio', data: WAV, mimeType: 'audio/wav' }] }));
  tool('test_embedded_resource', () => ({
    content: [resource('test://embedded-resource', 'text/plain', 'This is an embedded resource content.')],
  }));
  tool('test_multiple_content_types', () => ({
    content: [
      { type: 'text', text: 'Multiple content types test:' },
      picture,
      resource('test://mixed-content-resource', 'application/json', '{"test":"data","value":123}'),
    ],
  }));
  tool('test_error_handling', () => {
    throw new Error('This tool intentionally returns an error for testing');
  });
  tool('test_tool_with_logging', context => sayInTurn(context));
  tool('test_logging_tool', context => sayInTurn(context));
  tool('test_tool_with_progress', context => stepForward(context));
  tool('test_trigger_tool_change', () => {
    bus.publish({ kind: 'tools_list_changed' });
    return textResult('The list of tools has changed.');
  });
  tool('test_trigger_prompt_change', () => {
    bus.publish({ kind: 'prompts_list_changed' });
    return textResult('The list of prompts has changed.');
  });
  server.registerTool(
    'json_schema_2020_12_tool',
    { description: 'Tool with JSON Schema 2020-12 features', inputSchema: fromJsonSchema(WIDE_SCHEMA) },
    () => textResult('The arguments fit.'),
  );
  server.registerTool(
    'test_headers',
    {
      description: 'A tool with an argument that is a header too',
      inputSchema: fromJsonSchema(HEADER_SCHEMA),
    },
    () => textResult('Header and argument are the same.'),
  );
}

const picture = { type: 'image' as const, data: PNG, mimeType: 'image/png' };

function resource(uri: string, mimeType: string, text: string) {
  return { type: 'resource' as const, resource: { uri, mimeType, text } };
}

async function sayInTurn({ mcpReq }: ServerContext) {
  for (const text of ['Tool execution started', 'Tool processing data', 'Tool execution completed']) {
    await mcpReq.log('info', text);
    await sleep(PAUSE_MS);
  }
  return textResult('Three words were said to the log.');
}

async function stepForward({ mcpReq }: ServerContext) {
  const progressToken = mcpReq._meta?.progressToken;
  for (const progress of [0, 50, 100]) {
    const params = { progressToken: progressToken ?? '', progress, total: 100 };
    if (progressToken !== undefined) await mcpReq.notify({ method: 'notifications/progress', params });
    await sleep(PAUSE_MS);
  }
  return textResult('All steps were taken.');
}

const HEADER_SCHEMA = {
  type: 'object',
  properties: { region: { type: 'string', 'x-mcp-header': 'Region' } },
  required: ['region'],
} as JsonSchemaType;

const WIDE_SCHEMA = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  type: 'object',
  $defs: {
    address: {
      $anchor: 'addressDef',
      type: 'object',
      properties: { street: { type: 'string' }, city: { type: 'string' } },
    },
  },
  properties: {
    name: { type: 'string' },
    address: { $ref: '#/$defs/address' },
    contactMethod: { type: 'string', enum: ['phone', 'email'] },
    phone: { type: 'string' },
    email: { type: 'string' },
  },
  allOf: [{ anyOf: [{ required: ['phone'] }, { required: ['email'] }] }],
  if: { properties: { contactMethod: { const: 'phone' } }, required: ['contactMethod'] },
  // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
  then: { required: ['phone'] },
  else: { required: ['email'] },
  additionalProperties: false,
} as JsonSchemaType;
