import type { FindingSeverity } from '../../model/review.ts';

/** A text that must not be in a repository. `pattern` has the flag `g`; its group `value`, if any, is the secret. */
export interface SecretPattern {
  readonly id: string;
  readonly title: string;
  readonly severity: FindingSeverity;
  readonly confidence: number;
  readonly pattern: RegExp;
  /** Also needs a value that looks random, and is not used in tests, examples and documents. */
  readonly guess: boolean;
}

/** The head of a private key, unless what follows is put in when the program runs: `${key}`, `{key}`, `%s`, `' + key`. */
const PRIVATE_KEY =
  /-----BEGIN (?:[A-Z]{2,10} )?PRIVATE KEY(?: BLOCK)?-----(?!(?:\\[nr]|\s)*(?:[$#]\{|\{\{?\s*[A-Za-z_]|%[s(]|["'`]\s*\+\s*[A-Za-z_(]|<[a-z]))/g;

/** What secretlint's recommended rules leave out. All patterns run in linear time. */
export const SECRET_PATTERNS: readonly SecretPattern[] = [
  {
    id: 'aws-access-key',
    title: 'AWS access key is in the code',
    severity: 'critical',
    confidence: 0.9,
    pattern: /\b(?<value>(?:AKIA|ASIA)[0-9A-Z]{16})\b/g,
    guess: false,
  },
  {
    id: 'aws-secret-key',
    title: 'AWS secret key is in the code',
    severity: 'critical',
    confidence: 0.9,
    pattern: /aws.{0,20}?secret.{0,20}?["'`:= ]{1,4}(?<value>[0-9A-Za-z/+]{40})(?![0-9A-Za-z/+=])/gi,
    guess: false,
  },
  {
    id: 'private-key',
    title: 'Private key is in the code',
    severity: 'critical',
    confidence: 0.9,
    pattern: PRIVATE_KEY,
    guess: false,
  },
  {
    id: 'google-api-key',
    title: 'Google API key is in the code',
    severity: 'critical',
    confidence: 0.85,
    pattern: /\b(?<value>AIza[0-9A-Za-z_-]{35})\b/g,
    guess: false,
  },
  {
    id: 'stripe-live-key',
    title: 'Stripe live key is in the code',
    severity: 'critical',
    confidence: 0.9,
    pattern: /\b(?<value>[sr]k_live_[0-9A-Za-z]{16,})\b/g,
    guess: false,
  },
  {
    id: 'assigned-secret',
    title: 'Secret is written in the code',
    severity: 'major',
    confidence: 0.6,
    pattern:
      /(?:^|[^A-Za-z0-9])[\w.-]{0,40}?(?:password|passwd|secret(?:_?key)?|api_?key|access_?key|auth_?token|access_?token|private_?key|client_?secret)["'\]]{0,2}\s{0,4}(?::\s{0,4}[A-Za-z]{1,20}\s{0,4})?(?:=|:|=>)\s{0,4}["'`](?<value>[^\s"'`]{8,200})["'`]/gi,
    guess: true,
  },
];

const PLACEHOLDER =
  /example|sample|dummy|placeholder|change_?me|your[_-]|xxx|\*{3}|\.\.\.|test|fake|mock|todo|redacted|<.*>|\$\{|\{\{|%\(|^process\.env|^env[.:]|secrets?\.|^https?:\/\/|^\/|^\.|^@|password$|^[a-z]+([-_. ][a-z]+)*$|^[A-Z]+(_[A-Z]+)*$|^[a-z]+([A-Z][a-z]+)*$/i;

/**
 * Whether a value looks like a real secret: no placeholder, no plain words, at least 2.5 bits a character, and
 * letters together with digits or signs. Pure.
 */
export function looksSecret(value: string): boolean {
  if (PLACEHOLDER.test(value)) return false;
  if (!/[A-Za-z]/.test(value) || !/[0-9!@#$%^&*+=/]/.test(value)) return false;
  return entropyBits(value) >= 2.5;
}

/** Whether a text has the head of a private key whose body is written out too. Pure. */
export function hasWrittenPrivateKey(text: string): boolean {
  return text.search(PRIVATE_KEY) !== -1;
}

const CREDENTIALS_IN_URL =
  /\b[a-z][a-z0-9+.-]{0,30}:\/\/(?<user>[^\s:@/'"`]{0,200}):(?<password>[^\s@/'"`]{1,200})@(?<host>[^\s/:?#'"`)>\]]{1,253})/gi;
const PLACEHOLDER_PASSWORD =
  /^(?:.{0,3}|(?:my|your|the|some|db|proxy)?[_-]?(?:pass(?:word|wd|phrase)?|pwd|secret|token|key|user|username|admin|root|postgres|mysql|guest|foo|bar|baz|hunter2|12345?6?)\d{0,3}|\*+|x+|<.*>|\[.*\]|[$%#]?\{.*\}?|\$\w+|%\w+%?)$/i;
const PLACEHOLDER_HOST =
  /(?:^|\.)(?:example|test|invalid|localhost|local|internal)$|(?:^|\.)example\.(?:com|org|net|edu)$|^(?:host(?:name)?|server|proxy|domain|db|database|postgres|mysql|redis|mongo(?:db)?|rabbitmq)$|^(?:0|10|127)\.|^192\.168\.|^172\.(?:1[6-9]|2\d|3[01])\.|^192\.0\.2\.|^198\.51\.100\.|^203\.0\.113\.|^\[(?:::1|f[cd])|^[$%{<]/i;

/**
 * Whether every `scheme://user:password@host` of a line is one to look at, not to use: a password such as `pass`, or a
 * host of examples or of a private network. `quiet` is a document or a test, where only a password that looks random
 * counts. False when the line has none. Pure.
 */
export function hasOnlyPlaceholderCredentials(line: string, quiet: boolean): boolean {
  const found = [...line.matchAll(CREDENTIALS_IN_URL)];
  return (
    found.length > 0 &&
    found.every(({ groups }) => {
      const password = groups?.password ?? '';
      if (PLACEHOLDER_PASSWORD.test(password) || PLACEHOLDER_HOST.test(groups?.host ?? '')) return true;
      return quiet && !looksSecret(password);
    })
  );
}

/** Shannon entropy of the characters of a text, in bits a character. Pure. */
function entropyBits(text: string): number {
  const counts = new Map<string, number>();
  for (const char of text) counts.set(char, (counts.get(char) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) {
    const share = count / text.length;
    bits -= share * Math.log2(share);
  }
  return bits;
}
