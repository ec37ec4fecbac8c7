import { describe, expect, it } from 'vitest';
import {
  errorObjectFailure,
  failureOf,
  httpFailure,
  NO_KEY,
  ProviderFailure,
  presentable,
  retryAfterMs,
} from '../../src/providers/provider-failure.ts';

const NOW = Date.parse('2026-01-02T03:04:05Z');

function failed(status: number, body: unknown) {
  const bodyText = typeof body === 'string' ? body : JSON.stringify(body);
  return httpFailure({ status, headers: new Headers(), bodyText, now: NOW }).failure;
}

describe('the time to wait', () => {
  it.each([
    [{ 'retry-after': '7' }, 7000],
    [{ 'retry-after': '0.5' }, 500],
    [{ 'retry-after': '-3' }, 0],
    [{ 'retry-after': '86400' }, 60_000],
    [{ 'retry-after': 'Fri, 02 Jan 2026 03:04:15 GMT' }, 10_000],
    [{ 'retry-after': 'Fri, 02 Jan 2026 03:00:00 GMT' }, 0],
    [{ 'retry-after': 'Fri, 02 Jan 2027 03:00:00 GMT' }, 60_000],
    [{ 'retry-after-ms': '250', 'retry-after': '7' }, 250],
    [{ 'retry-after': 'soon' }, undefined],
    [{ 'retry-after': '' }, undefined],
    [{}, undefined],
  ])('is read from %j as %s', (headers, expected) => {
    expect(retryAfterMs(new Headers(headers as Record<string, string>), NOW)).toBe(expected);
  });
});

describe('an HTTP error', () => {
  it('says where it was asked, and what such servers want, when nothing is there', () => {
    const at = (url: string, status = 404) =>
      httpFailure({ status, headers: new Headers(), bodyText: '', now: NOW, url }).failure.message;
    const told = at('http://ada:hunter2@127.0.0.1:8000/chat/completions?key=x');
    expect(told).toContain('(at http://127.0.0.1:8000/chat/completions; most servers have it below `/v1`)');
    expect(told).not.toMatch(/hunter2|key=/);
    expect(at('http://127.0.0.1:8000/chat/completions', 405)).toContain('`/v1`');
    expect(at('http://127.0.0.1:8000/v1/chat/completions')).not.toContain('`/v1`');
    expect(at('http://127.0.0.1:8000/chat/completions', 400)).not.toContain('`/v1`');
  });

  it.each([
    ['OpenAI', { error: { message: 'No such model', type: 'invalid_request_error' } }, 'No such model'],
    ['a text as error', { error: 'model not found' }, 'model not found'],
    ['a bare message', { object: 'error', message: 'model not found' }, 'model not found'],
    ['FastAPI', { detail: 'Not Found' }, 'Not Found'],
    ['FastAPI with a list', { detail: [{ loc: ['body'], msg: 'field required' }] }, 'field required'],
    ['plain text', 'upstream is gone', 'upstream is gone'],
    ['a web page', '<html><body><h1>502 Bad\nGateway</h1></body></html>', '502 Bad Gateway'],
    ['nothing', '', 'without a message'],
  ])('keeps the words of %s', (_name, body, words) => {
    expect(failed(502, body).message).toContain(words);
  });

  it.each([
    ['no quota', 429, { error: { code: 'insufficient_quota', message: 'x' } }, 'PROVIDER_QUOTA'],
    [
      'quota in words',
      429,
      { error: { message: 'You exceeded your current quota, see billing' } },
      'PROVIDER_QUOTA',
    ],
    ['no credit', 400, { error: { message: 'Your credit balance is too low to access' } }, 'PROVIDER_QUOTA'],
    ['a billing error', 403, { error: { type: 'billing_error', message: 'x' } }, 'PROVIDER_QUOTA'],
    [
      'a spend limit',
      429,
      {
        error: {
          type: 'rate_limit_error',
          message: 'x',
          details: { error_code: 'enforced_spend_limit_reached' },
        },
      },
      'PROVIDER_QUOTA',
    ],
    [
      'a rate limit that advertises the billing page',
      429,
      {
        error: {
          type: 'requests',
          code: 'rate_limit_exceeded',
          message: 'Limit 3/min. Visit /account/billing',
        },
      },
      'PROVIDER_RATE_LIMITED',
    ],
    [
      'a rate limit on tokens',
      429,
      { error: { message: 'Too many tokens per minute for this context window tier' } },
      'PROVIDER_RATE_LIMITED',
    ],
    ['OpenAI context', 400, { error: { code: 'context_length_exceeded', message: 'x' } }, 'CONTEXT_OVERFLOW'],
    [
      'llama.cpp context',
      400,
      { error: { type: 'exceed_context_size_error', message: 'x' } },
      'CONTEXT_OVERFLOW',
    ],
    [
      'vLLM context',
      400,
      { object: 'error', message: "This model's maximum context length is 4096 tokens" },
      'CONTEXT_OVERFLOW',
    ],
    [
      'an unknown response_format',
      400,
      { error: { message: "Unsupported parameter 'response_format'" } },
      'PROVIDER_REFUSED',
    ],
  ])('is coded by what it says: %s', (_name, status, body, code) => {
    expect(failed(status, body).code).toBe(code);
  });
});

describe('an error object without a status', () => {
  it.each([
    [{ type: 'overloaded_error', message: 'x' }, 'PROVIDER_OVERLOADED'],
    [{ type: 'authentication_error', message: 'x' }, 'PROVIDER_AUTH'],
    [{ type: 'invalid_request_error', message: 'x' }, 'PROVIDER_REFUSED'],
    [{ type: 'error', error: { type: 'rate_limit_error', message: 'x' } }, 'PROVIDER_RATE_LIMITED'],
    [{ code: 429, message: 'x' }, 'PROVIDER_RATE_LIMITED'],
    [{ code: '503', message: 'x' }, 'PROVIDER_OVERLOADED'],
    ['just text', 'PROVIDER_OVERLOADED'],
  ])('%j is %s', (error, code) => {
    expect(errorObjectFailure(error).failure.code).toBe(code);
  });
});

describe('whatever an SDK throws', () => {
  it('is our failure when that is among its causes', () => {
    const ours = new ProviderFailure('PROVIDER_TIMEOUT', 'silence', 5);
    const wrapped = new Error('Connection error.', { cause: new Error('again', { cause: ours }) });
    expect(failureOf(wrapped)).toEqual({ code: 'PROVIDER_TIMEOUT', message: 'silence', retryAfterMs: 5 });
  });

  it.each([new SyntaxError('bad'), 'text', undefined, null, 3])(
    'is a protocol failure otherwise: %s',
    thrown => {
      expect(failureOf(thrown).code).toBe('PROVIDER_PROTOCOL');
    },
  );

  it('ends for errors that cause each other', () => {
    const first = new Error('first');
    const second = new Error('second', { cause: first });
    first.cause = second;
    expect(failureOf(first).code).toBe('PROVIDER_PROTOCOL');
  });
});

describe('a presentable failure', () => {
  it('is one line of at most 500 characters without control characters', () => {
    const message = `a\n\tb\u001b[31m${'long '.repeat(400)}`;
    const shown = presentable({ code: 'PROVIDER_REFUSED', message }, 'sk-1234').message;
    expect(shown).toHaveLength(500);
    expect(shown).toMatch(/^a b \[31mlong/);
  });

  it('leaves words alone that only look like what stands in the place of a key, or have a short key in them', () => {
    const shown = (message: string, key: string) =>
      presentable({ code: 'PROVIDER_REFUSED', message }, key).message;
    expect(shown('getaddrinfo ENOTFOUND nonexistent.invalid', NO_KEY)).toContain('nonexistent.invalid');
    expect(shown('the latest of test', 'test')).toBe('the latest of [API key]');
    expect(shown('in xsk-1234567890abcdefx', 'sk-1234567890abcdef')).toBe('in x[API key]x');
  });

  it('blots out a key that the limit would have cut in two', () => {
    const message = `${'x'.repeat(495)}sk-1234567890`;
    const shown = presentable({ code: 'PROVIDER_AUTH', message }, 'sk-1234567890').message;
    expect(shown).not.toContain('sk-');
  });
});
