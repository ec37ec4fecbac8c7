import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { Server as OldServer } from '@modelcontextprotocol/sdk/server/index.js';
import { CallToolRequestSchema, ListToolsRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import {
  bearerAuthChallengeResponse,
  createMcpHandler,
  fromJsonSchema,
  McpServer,
  OAuthError,
  OAuthErrorCode,
  verifyBearerToken,
} from '@modelcontextprotocol/server';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { openLoopback } from './loopback.ts';
import type { RealIssuer } from './real-issuer.ts';

/** An MCP server that asks for tokens of a real authorization server. */
export interface GuardedServer {
  readonly url: string;
  readonly origin: string;
  /** The tokens that it was shown, in order; undefined for none. */
  readonly shown: readonly (string | undefined)[];
  /** The tools that were called. */
  readonly called: readonly string[];
  /** From now on every token that it has seen so far is refused. */
  readonly forgetTokens: () => void;
  /** Sets who gives the tokens; needed before the first request. */
  readonly trust: (issuer: RealIssuer) => void;
}

const NEEDS: { readonly [tool: string]: string } = { look: 'tools:read', change: 'tools:write' };

/** Starts one made of the SDK of an era; `look` needs `tools:read`, `change` needs `tools:write`. It ends with the test. */
export async function openGuardedServer(era: 'old' | 'new' = 'new'): Promise<GuardedServer> {
  const { origin, serve } = await openLoopback();
  const url = `${origin}/mcp`;
  const shown: (string | undefined)[] = [];
  const called: string[] = [];
  const refused = new Set<string>();
  let trusted:
    | { readonly issuer: RealIssuer; readonly keys: ReturnType<typeof createRemoteJWKSet> }
    | undefined;
  const verifier = {
    verifyAccessToken: async (token: string) => {
      if (trusted === undefined || refused.has(token)) throw invalid();
      try {
        const { payload } = await jwtVerify(token, trusted.keys, {
          issuer: trusted.issuer.issuer,
          audience: url,
          typ: 'at+jwt',
        });
        const scopes = String(payload.scope ?? '').split(' ');
        return { token, clientId: String(payload.client_id), scopes, expiresAt: payload.exp ?? 0 };
      } catch {
        throw invalid();
      }
    },
  };
  const resourceMetadataUrl = `${origin}/.well-known/oauth-protected-resource/mcp`;
  const answerMcp = era === 'new' ? newServer(called) : oldServer(called);
  serve((request, response) => {
    const handle = async (): Promise<Response> => {
      if (request.url === '/.well-known/oauth-protected-resource/mcp') {
        const authorization_servers = [trusted?.issuer.issuer];
        return Response.json({
          resource: url,
          authorization_servers,
          scopes_supported: Object.values(NEEDS),
        });
      }
      if (request.url !== '/mcp') return new Response('not here', { status: 404 });
      const pieces: Buffer[] = [];
      for await (const piece of request) pieces.push(piece as Buffer);
      const body = Buffer.concat(pieces).toString('utf8');
      const message = (body === '' ? {} : JSON.parse(body)) as {
        readonly method?: string;
        readonly params?: { readonly name?: string };
      };
      const [, token] = /^Bearer (.+)$/.exec(request.headers.authorization ?? '') ?? [];
      shown.push(token);
      const needed = message.method === 'tools/call' ? NEEDS[message.params?.name ?? ''] : 'tools:read';
      const requiredScopes = needed === undefined ? [] : [needed];
      try {
        await verifyBearerToken(request.headers.authorization, {
          verifier,
          requiredScopes,
          resourceMetadataUrl,
        });
      } catch (error) {
        return bearerAuthChallengeResponse(error, { requiredScopes, resourceMetadataUrl });
      }
      return answerMcp(request, url, body);
    };
    handle()
      .catch((error: unknown) => new Response(String(error), { status: 599 }))
      .then(answer => {
        response.writeHead(answer.status, Object.fromEntries(answer.headers));
        if (answer.body === null) response.end();
        else
          Readable.fromWeb(answer.body as never)
            .on('error', () => response.destroy())
            .pipe(response);
      });
  });
  return {
    url,
    origin,
    shown,
    called,
    forgetTokens: () => {
      for (const token of shown) if (token !== undefined) refused.add(token);
    },
    trust: issuer => {
      trusted = { issuer, keys: createRemoteJWKSet(new URL(issuer.jwksUri)) };
    },
  };
}

function invalid(): OAuthError {
  return new OAuthError(OAuthErrorCode.InvalidToken, 'the token is refused');
}

type AnswerMcp = (request: IncomingMessage, url: string, body: string) => Promise<Response>;

function newServer(called: string[]): AnswerMcp {
  const handler = createMcpHandler(() => {
    const server = new McpServer({ name: 'guarded', version: '1' });
    for (const name of Object.keys(NEEDS)) {
      const inputSchema = fromJsonSchema({ type: 'object', properties: {} });
      server.registerTool(name, { description: name, inputSchema }, async () => {
        called.push(name);
        return { content: [{ type: 'text', text: `${name} done` }] };
      });
    }
    return server;
  });
  return (request, url, body) => handler.fetch(webRequest(request, url, body));
}

function oldServer(called: string[]): AnswerMcp {
  return async (request, _url, body) => {
    const server = new OldServer({ name: 'guarded', version: '1' }, { capabilities: { tools: {} } });
    const tools = Object.keys(NEEDS).map(name => ({ name, inputSchema: { type: 'object' as const } }));
    server.setRequestHandler(ListToolsRequestSchema, async () => ({ tools }));
    server.setRequestHandler(CallToolRequestSchema, async ({ params }) => {
      called.push(params.name);
      return { content: [{ type: 'text', text: `${params.name} done` }] };
    });
    const { WebStandardStreamableHTTPServerTransport } = await import(
      '@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js'
    );
    const transport = new WebStandardStreamableHTTPServerTransport({ enableJsonResponse: true });
    await server.connect(transport);
    return transport.handleRequest(webRequest(request, _url, body));
  };
}

function webRequest(request: IncomingMessage, url: string, body: string): Request {
  const headers = new Headers();
  for (const [name, value] of Object.entries(request.headersDistinct)) {
    if (name !== 'content-length' && name !== 'transfer-encoding')
      headers.set(name, (value ?? []).join(', '));
  }
  const method = request.method ?? 'GET';
  return new Request(url, { method, headers, ...(body === '' ? {} : { body }) });
}
