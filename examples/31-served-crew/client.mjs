// Calls a served crew, as any MCP client would.
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';

const folder = 'examples/31-served-crew';
const client = new Client({ name: 'example', version: '1.0.0' });
await client.connect(
  new StdioClientTransport({
    command: 'npx',
    args: ['crew', 'serve', `${folder}/translate.crew.yaml`, '--model', `script:${folder}/replies.yaml`],
  }),
);

const { tools } = await client.listTools();
console.log('tools   ', tools.map(({ name }) => name).join(', '));

const { structuredContent } = await client.callTool(
  { name: 'translate', arguments: { sentence: 'Hello, dear readers!' } },
  { onprogress: ({ message }) => console.log('progress', message) },
);
console.log('result  ', JSON.stringify(structuredContent.result));

const { contents } = await client.readResource({ uri: `crew://runs/${structuredContent.run}` });
const { status, path } = JSON.parse(contents[0].text);
console.log('record  ', status, path.map(({ phase }) => phase).join(' → '));
await client.close();
