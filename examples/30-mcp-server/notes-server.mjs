// A whole MCP server in one file and without a dependency: it reads and writes notes, which are Markdown files of a folder.
// It speaks JSON-RPC, one message a line, over its standard input and output.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { createInterface } from 'node:readline';

const folder = process.argv[2] ?? 'notes';
const NAME = { type: 'string', description: 'The name of the note.', pattern: '^[a-z0-9-]+$' };

const TOOLS = {
  list_notes: {
    description: 'Lists the names of all notes.',
    inputSchema: { type: 'object', properties: {}, additionalProperties: false },
    outputSchema: { type: 'object', required: ['notes'], properties: { notes: { type: 'array', items: { type: 'string' } } } },
    annotations: { readOnlyHint: true },
    call: () => ({ notes: readdirSync(folder).filter(file => file.endsWith('.md')).map(file => basename(file, '.md')).sort() }),
  },
  read_note: {
    description: 'Gives the text of one note.',
    inputSchema: { type: 'object', required: ['name'], properties: { name: NAME }, additionalProperties: false },
    outputSchema: { type: 'object', required: ['text'], properties: { text: { type: 'string' } } },
    annotations: { readOnlyHint: true },
    call: ({ name }) => ({ text: readFileSync(join(folder, `${basename(name)}.md`), 'utf8') }),
  },
  write_note: {
    description: 'Writes a note; one of the same name is replaced.',
    inputSchema: {
      type: 'object',
      required: ['name', 'text'],
      properties: { name: NAME, text: { type: 'string', description: 'The whole text.' } },
      additionalProperties: false,
    },
    outputSchema: { type: 'object', required: ['characters'], properties: { characters: { type: 'integer' } } },
    annotations: { readOnlyHint: false, destructiveHint: true },
    call: ({ name, text }) => {
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, `${basename(name)}.md`), text);
      return { characters: text.length };
    },
  },
};

const METHODS = {
  initialize: ({ protocolVersion }) => ({
    protocolVersion,
    capabilities: { tools: {} },
    serverInfo: { name: 'notes', version: '1.0.0' },
  }),
  ping: () => ({}),
  'tools/list': () => ({ tools: Object.entries(TOOLS).map(([name, { call, ...tool }]) => ({ name, ...tool })) }),
  'tools/call': ({ name, arguments: args = {} }) => {
    try {
      const result = TOOLS[name].call(args);
      return { content: [{ type: 'text', text: JSON.stringify(result) }], structuredContent: result };
    } catch (error) {
      return { isError: true, content: [{ type: 'text', text: error.message }] };
    }
  },
};

createInterface({ input: process.stdin }).on('line', line => {
  const { id, method, params = {} } = JSON.parse(line);
  if (id === undefined) return;
  const answer = METHODS[method]
    ? { result: METHODS[method](params) }
    : { error: { code: -32601, message: `There is no method ${method}` } };
  process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', id, ...answer })}\n`);
});
