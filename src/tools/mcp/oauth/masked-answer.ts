const MASK = 0x2a;

/**
 * The same answer without a secret in it: a server that repeats the token that it was sent must not bring it into results,
 * messages and records. In headers and body every occurrence is masked by as many stars; no piece is held back for longer
 * than it may be the beginning of the secret.
 */
export function maskedAnswer(answer: Response, secret: string): Response {
  const { status, statusText, body } = answer;
  const headers = new Headers();
  for (const [name, value] of answer.headers) {
    headers.append(name, value.replaceAll(secret, '*'.repeat(secret.length)));
  }
  const masked = body?.pipeThrough(maskStream(Buffer.from(secret, 'latin1'))) ?? null;
  return new Response(masked, { status, statusText, headers });
}

function maskStream(secret: Buffer): TransformStream<Uint8Array, Uint8Array> {
  let held = Buffer.alloc(0);
  return new TransformStream({
    transform: (piece, controller) => {
      const bytes = Buffer.concat([held, piece]);
      for (let at = bytes.indexOf(secret); at >= 0; at = bytes.indexOf(secret, at)) {
        bytes.fill(MASK, at, at + secret.length);
      }
      const end = bytes.length - beginningAtEnd(bytes, secret);
      held = bytes.subarray(end);
      if (end > 0) controller.enqueue(bytes.subarray(0, end));
    },
    flush: controller => {
      if (held.length > 0) controller.enqueue(held);
    },
  });
}

/** How many of the last bytes are the beginning of the secret. */
function beginningAtEnd(bytes: Buffer, secret: Buffer): number {
  for (let length = Math.min(secret.length - 1, bytes.length); length > 0; length -= 1) {
    if (bytes.subarray(bytes.length - length).equals(secret.subarray(0, length))) return length;
  }
  return 0;
}
