import type { Challenge } from './challenge.ts';
import { loginFailed } from './login-failed.ts';
import { type DocumentReader, readDocument, textField, textsField } from './read-document.ts';

/** A protected server by its own words (RFC 9728). */
export interface ProtectedResource {
  /** The identifier that tokens are asked for, exactly as the server publishes it. */
  readonly resource: string;
  /** The issuers whose tokens it takes; never empty. */
  readonly issuers: readonly string[];
  /** Absent when it names none. */
  readonly scopesSupported?: string;
  /** False when it publishes nothing, and its own origin is taken for all of it. */
  readonly isPublished: boolean;
}

const WELL_KNOWN = '/.well-known/oauth-protected-resource';

/**
 * Reads the metadata of a server: where its challenge points, else below the well-known path with the server's path, else
 * at the well-known path. A server without metadata is its own authorization server. Fails with MCP_LOGIN_FAILED when the
 * metadata is not about this server or cannot be read, and as the fetch does.
 */
export async function discoverResource(
  reader: DocumentReader,
  challenge: Challenge,
): Promise<ProtectedResource> {
  const server = new URL(reader.server);
  for (const url of metadataUrls(server, challenge)) {
    const document = await readDocument(reader, url);
    if (document === undefined) continue;
    const resource = textField(document, 'resource');
    if (resource === undefined || !isAbout(resource, server)) {
      throw loginFailed(
        reader.server,
        `its metadata is about \`${resource ?? 'nothing'}\`, so a token for it would be for another server`,
      );
    }
    const issuers = textsField(document, 'authorization_servers') ?? [];
    const scopes = textsField(document, 'scopes_supported')?.join(' ');
    return {
      resource,
      issuers: issuers.length === 0 ? [server.origin] : issuers,
      isPublished: true,
      ...(scopes ? { scopesSupported: scopes } : {}),
    };
  }
  return { resource: identifierOf(server), issuers: [server.origin], isPublished: false };
}

function metadataUrls(server: URL, { resourceMetadata }: Challenge): readonly string[] {
  if (resourceMetadata !== undefined) return [resourceMetadata];
  const path = server.pathname.replace(/\/$/, '');
  const root = `${server.origin}${WELL_KNOWN}`;
  return path === '' ? [root] : [`${root}${path}${server.search}`, root];
}

/** The same origin, and a path that the server's begins with: a server may publish itself as its whole origin. */
function isAbout(resource: string, server: URL): boolean {
  const named = URL.parse(resource);
  if (named === null || named.origin !== server.origin || named.hash !== '') return false;
  if (named.username !== '' || named.password !== '') return false;
  if (named.search !== '' && named.search !== server.search) return false;
  return folderOf(server.pathname).startsWith(folderOf(named.pathname));
}

function folderOf(path: string): string {
  return path.endsWith('/') ? path : `${path}/`;
}

/** The canonical identifier of RFC 8707: no fragment, and no slash that only stands for an empty path. */
function identifierOf(server: URL): string {
  const path = server.pathname === '/' ? '' : server.pathname;
  return `${server.origin}${path}${server.search}`;
}
