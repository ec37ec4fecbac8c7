import { type McpServer, ResourceTemplate } from '@modelcontextprotocol/server';
import { PNG } from './fixture-schema.ts';

/** Resources that stand still, one that is made from its address, and one that can be watched. */
export function registerResources(server: McpServer, era: 'legacy' | 'modern'): void {
  const texts = [
    ['test://static-text', 'This is the content of the static text resource.'],
    ['test://watched-resource', 'This resource can be watched.'],
  ] as const;
  for (const [address, text] of texts) {
    const mimeType = 'text/plain';
    server.registerResource(
      address.slice('test://'.length),
      address,
      { description: text, mimeType },
      ({ href }) => ({
        contents: [{ uri: href, mimeType, text }],
      }),
    );
  }
  server.registerResource(
    'static-binary',
    'test://static-binary',
    { description: 'A picture', mimeType: 'image/png' },
    ({ href }) => ({ contents: [{ uri: href, mimeType: 'image/png', blob: PNG }] }),
  );
  const template = new ResourceTemplate('test://template/{id}/data', { list: undefined });
  const json = { description: 'Made from its address', mimeType: 'application/json' };
  server.registerResource('template', template, json, ({ href }, { id }) => {
    const text = JSON.stringify({ id, templateTest: true, data: `Data for ID: ${id}` });
    return { contents: [{ uri: href, mimeType: 'application/json', text }] };
  });
  if (era === 'modern') return;
  const watched = new Set<string>();
  server.server.setRequestHandler('resources/subscribe', ({ params }) => {
    watched.add(params.uri);
    return {};
  });
  server.server.setRequestHandler('resources/unsubscribe', ({ params }) => {
    watched.delete(params.uri);
    return {};
  });
}
