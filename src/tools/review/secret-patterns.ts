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
    pattern: /-----BEGIN (?:[A-Z]{2,10} )?PRIVATE KEY(?: BLOCK)?-----/g,
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
