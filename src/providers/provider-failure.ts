import type { CodedFailure, ErrorCode } from '../model/crew-error.ts';
import { field, isRecord, textField } from './wire-value.ts';

/** No provider makes us wait longer than this, whatever it asks for. */
const LONGEST_RETRY_AFTER_MS = 60_000;
const LONGEST_MESSAGE = 500;
/** A key that is shorter than this may be a part of words that are none. */
const LONG_KEY = 12;

/** What stands in the place of a key where a server wants none; no secret. */
export const NO_KEY = 'none';

/** What a provider said in an error, wherever in its body it said it. */
interface ProviderComplaint {
  readonly message: string;
  /** Its `type`, `code` and the like, in lower case, joined by spaces. */
  readonly kinds: string;
  /** A status inside the body, as gateways send it in the middle of a stream. */
  readonly status: number | undefined;
}

/** The status that belongs to an error type when an error comes in the middle of a stream, where there is no status. */
const STATUS_BY_KIND: ReadonlyMap<string, number> = new Map([
  ['invalid_request_error', 400],
  ['invalid_prompt', 400],
  ['authentication_error', 401],
  ['billing_error', 402],
  ['permission_error', 403],
  ['not_found_error', 404],
  ['request_too_large', 413],
  ['rate_limit_error', 429],
  ['rate_limit_exceeded', 429],
]);

const QUOTA_KINDS = /quota|billing|spend_limit|insufficient_(funds|balance|credits)/;
// Rate limit messages advertise the billing page, so the word `billing` alone proves nothing in a message.
const QUOTA_MESSAGE =
  /exceeded your current quota|credit balance is too low|insufficient (balance|credits|funds)/i;
const CONTEXT_KINDS = /context_length|context_size|context_window/;
const CONTEXT_MESSAGE =
  /context (length|window|size|limit)|maximum context|prompt is too long|too many (input )?tokens/i;

/**
 * Carries a coded failure through an SDK. Its message is constant on purpose: the SDKs read the messages of what
 * `fetch` throws and replace whatever looks like a timeout by an error of their own.
 */
export class ProviderFailure extends Error {
  readonly failure: CodedFailure;

  constructor(code: ErrorCode, message: string, retryAfterMs?: number) {
    super('provider failure');
    this.name = 'ProviderFailure';
    this.failure = retryAfterMs === undefined ? { code, message } : { code, message, retryAfterMs };
  }
}

/** An HTTP answer that is no success: its status, headers and the beginning of its body. */
export interface HttpRefusal {
  readonly status: number;
  readonly headers: Headers;
  readonly bodyText: string;
  /** Wall-clock milliseconds, for a `Retry-After` that is a date. */
  readonly now: number;
  /** Where it was asked, if that is to be told. */
  readonly url?: string;
}

/** The failure that an HTTP status and body stand for, with the time to wait when the provider names one. Pure. */
export function httpFailure({ status, headers, bodyText, now, url }: HttpRefusal): ProviderFailure {
  const complaint = readComplaint(parsedOrText(bodyText));
  const code = codeOf(status, complaint);
  const said = complaint.message === '' ? 'without a message' : `"${complaint.message}"`;
  const where = status === 404 || status === 405 ? strangePlace(url) : '';
  const message = `The provider answered ${status}: ${said}${where}`;
  return new ProviderFailure(code, message, retryAfterMs(headers, now));
}

/** An address without a version in it is mostly one that lacks its end. */
function strangePlace(url: string | undefined): string {
  if (url === undefined || /\/v\d/.test(new URL(url).pathname)) return '';
  const { protocol, host, pathname } = new URL(url);
  return ` (at ${protocol}//${host}${pathname}; most servers have it below \`/v1\`)`;
}

/** The failure that an error object in the middle of a stream, or in the body of a success, stands for. Pure. */
export function errorObjectFailure(error: unknown): ProviderFailure {
  const complaint = readComplaint(error);
  const kind = complaint.kinds.split(' ').find(word => STATUS_BY_KIND.has(word));
  const status = complaint.status ?? STATUS_BY_KIND.get(kind ?? '') ?? 500;
  const said = complaint.message === '' ? complaint.kinds : complaint.message;
  return new ProviderFailure(codeOf(status, complaint), `The provider broke off with an error: "${said}"`);
}

/**
 * Whatever an SDK threw, as a coded failure: ours when it is in the chain of causes, an error object of the provider,
 * else PROVIDER_PROTOCOL. Pure.
 */
export function failureOf(error: unknown): CodedFailure {
  let cause: unknown = error;
  for (let depth = 0; cause instanceof Error && depth < 8; depth += 1) {
    if (cause instanceof ProviderFailure) return cause.failure;
    cause = cause.cause;
  }
  const errorObject = error instanceof Error ? field(error, 'error') : undefined;
  if (errorObject !== undefined && errorObject !== null) return errorObjectFailure(errorObject).failure;
  const message = error instanceof Error ? error.message : String(error);
  return { code: 'PROVIDER_PROTOCOL', message: `The answer could not be read: ${message}` };
}

/** A failure fit to be shown: the API key blotted out, one line, at most 500 characters. Pure. */
export function presentable(failure: CodedFailure, apiKey: string): CodedFailure {
  const blotted = isSecret(apiKey) ? blotOut(failure.message, apiKey) : failure.message;
  const line = blotted.replace(/[\s\p{Cc}]+/gu, ' ').trim();
  const message = line.length > LONGEST_MESSAGE ? `${line.slice(0, LONGEST_MESSAGE - 1)}…` : line;
  return { ...failure, message };
}

function isSecret(apiKey: string): boolean {
  return apiKey.length >= 4 && apiKey !== NO_KEY;
}

function blotOut(message: string, apiKey: string): string {
  if (apiKey.length >= LONG_KEY) return message.replaceAll(apiKey, '[API key]');
  const word = apiKey.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
  return message.replace(new RegExp(`(?<![\\p{L}\\p{N}])${word}(?![\\p{L}\\p{N}])`, 'gu'), '[API key]');
}

/** The wait that `retry-after-ms` or `Retry-After` (seconds or an HTTP date) asks for, 0 to 60,000, if any. Pure. */
export function retryAfterMs(headers: Headers, now: number): number | undefined {
  const exact = Number(headers.get('retry-after-ms') ?? Number.NaN);
  if (Number.isFinite(exact)) return clampWait(exact);
  const value = headers.get('retry-after');
  if (value === null || value.trim() === '') return undefined;
  const seconds = Number(value);
  const wait = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(value) - now;
  return Number.isFinite(wait) ? clampWait(wait) : undefined;
}

function clampWait(ms: number): number {
  return Math.round(Math.min(Math.max(ms, 0), LONGEST_RETRY_AFTER_MS));
}

function codeOf(status: number, complaint: ProviderComplaint): ErrorCode {
  if (status === 402 || QUOTA_KINDS.test(complaint.kinds) || QUOTA_MESSAGE.test(complaint.message)) {
    return 'PROVIDER_QUOTA';
  }
  if (status === 401 || status === 403) return 'PROVIDER_AUTH';
  if (status === 429) return 'PROVIDER_RATE_LIMITED';
  if (status === 413 || CONTEXT_KINDS.test(complaint.kinds) || CONTEXT_MESSAGE.test(complaint.message)) {
    return 'CONTEXT_OVERFLOW';
  }
  if (status === 408) return 'PROVIDER_TIMEOUT';
  return status >= 500 ? 'PROVIDER_OVERLOADED' : 'PROVIDER_REFUSED';
}

/** Reads `{error: {message, type, code}}`, `{error: "text"}`, `{message}`, `{detail}` and bare text alike. */
function readComplaint(body: unknown): ProviderComplaint {
  const inner = field(body, 'error') ?? body;
  if (!isRecord(inner)) return { message: plainText(inner), kinds: '', status: undefined };
  const details = field(inner, 'details');
  const kinds = [inner.type, inner.code, field(details, 'error_code')]
    .filter(kind => typeof kind === 'string')
    .join(' ')
    .toLowerCase();
  const detail = field(inner, 'detail');
  const message =
    textField(inner, 'message') ?? (detail === undefined ? plainText(inner) : plainText(detail));
  return { message, kinds, status: statusIn(inner) };
}

function statusIn(error: { readonly [key: string]: unknown }): number | undefined {
  for (const candidate of [error.status, error.code]) {
    const status = typeof candidate === 'string' ? Number(candidate) : candidate;
    if (typeof status === 'number' && status >= 400 && status <= 599) return status;
  }
  return undefined;
}

function parsedOrText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text.replace(/<[^>]*>/g, ' ');
  }
}

function plainText(value: unknown): string {
  if (value === undefined || value === null) return '';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.replace(/\s+/g, ' ').trim();
}
