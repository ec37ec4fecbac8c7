import { createHash } from 'node:crypto';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { JsonObject, JsonValue } from '../../src/model/json.ts';

/** A question that the server was asked. */
export interface EmbeddingQuestion {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly model: string;
  readonly input: readonly string[];
}

/** What a server says instead of vectors, or does to them. */
export interface EmbeddingFault {
  readonly status?: number;
  readonly headers?: { readonly [name: string]: string };
  readonly body?: JsonValue;
  readonly vectors?: (vectors: readonly (readonly number[])[]) => readonly JsonValue[];
}

/** Serves `/v1/embeddings` as OpenAI does, in any order of rows, and `/api/embed` as Ollama does. */
export async function startEmbeddingServer(
  dims: number,
  faultOf: (question: EmbeddingQuestion, index: number) => EmbeddingFault | undefined = () => undefined,
) {
  const questions: EmbeddingQuestion[] = [];
  const server = createServer(async (incoming, response) => {
    const pieces: Buffer[] = [];
    for await (const piece of incoming) pieces.push(piece as Buffer);
    const body = JSON.parse(Buffer.concat(pieces).toString('utf8')) as JsonObject;
    const input = body.input as readonly string[];
    const question = {
      path: incoming.url ?? '',
      headers: incoming.headers,
      model: String(body.model),
      input,
    };
    questions.push(question);
    const fault = faultOf(question, questions.length - 1);
    const send = (status: number, answer: JsonValue, headers = {}): void => {
      response.writeHead(status, { 'content-type': 'application/json', ...headers });
      response.end(JSON.stringify(answer));
    };
    if (fault?.status !== undefined) return send(fault.status, fault.body ?? {}, fault.headers);
    // Both refuse what holds nothing, as the real ones do.
    if (input.length === 0 || input.some(text => text === '')) {
      return send(400, { error: { message: "'$.input' is invalid", type: 'invalid_request_error' } });
    }
    const plain = input.map(text => vectorOf(text, dims));
    const vectors = fault?.vectors?.(plain) ?? plain;
    if (question.path === '/api/embed') return send(200, { model: question.model, embeddings: vectors });
    const rows = vectors.map((embedding, index) => ({ object: 'embedding', index, embedding }));
    return send(200, { object: 'list', data: rows.toReversed(), model: question.model });
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    address: `http://127.0.0.1:${port}`,
    questions,
    close: (): Promise<void> => {
      server.closeAllConnections();
      return new Promise(resolve => server.close(() => resolve()));
    },
  };
}

/** Numbers that only this text has; not of length 1, as those of some servers. */
function vectorOf(text: string, dims: number): readonly number[] {
  const bytes = createHash('shake256', { outputLength: dims }).update(text).digest();
  return [...bytes].map(byte => byte - 127.5);
}
