import { extname, join } from 'node:path';
import type { FindingSeverity } from '../../model/review.ts';
import type { Change, ChangedFile } from './change.ts';
import type { DraftFinding } from './draft-finding.ts';
import { isExampleFile, isGeneratedPath, isTestFile } from './file-kind.ts';
import { loadOptional } from './load-optional.ts';
import type { ReviewerReport } from './reviewer.ts';
import {
  hasOnlyPlaceholderCredentials,
  hasWrittenPrivateKey,
  looksSecret,
  SECRET_PATTERNS,
  type SecretPattern,
} from './secret-patterns.ts';
import { addedLines } from './text-rules.ts';
import { yieldToOthers } from './yield-to-others.ts';

const WHY =
  'Everyone who can read the repository, now or in its history, can use it. Take it out, revoke it, and read it from the environment.';
const MAX_LINE = 4000;

const TEST_KEY = { severity: 'minor', confidence: 0.4 } as const;
const SAMPLE_KEY = { severity: 'major', confidence: 0.5 } as const;

function isQuiet(path: string): boolean {
  return isTestFile(path) || isExampleFile(path);
}

/** The keys that AWS prints in its own documents. */
function isSample(value: string | undefined): boolean {
  return value !== undefined && /EXAMPLE(KEY)?$/.test(value);
}

interface Place {
  readonly rule: string;
  readonly title: string;
  readonly severity: FindingSeverity;
  readonly confidence: number;
  readonly line: number;
}

type Scanner = (
  path: string,
  text: string,
) => Promise<readonly Omit<Place, 'title' | 'severity' | 'confidence'>[]>;

/**
 * Looks for secrets in the added lines of every text file: with secretlint's recommended rules and a few patterns of
 * our own. A secret itself is never part of a finding. Without secretlint only the own patterns run, says a notice.
 */
export async function reviewSecrets(change: Change, signal: AbortSignal): Promise<ReviewerReport> {
  const files = [...change.files.values()].filter(
    file =>
      file.added.size > 0 && !(isGeneratedPath(file.path) && /lock|\.sum$|\.map$|\.snap$/i.test(file.path)),
  );
  const name = 'secretlint';
  if (files.length === 0) return { name, files: 0, findings: [], notices: [] };
  const scan = await loadScanner();
  const findings: DraftFinding[] = [];
  for (const file of files) {
    signal.throwIfAborted();
    findings.push(...(await scanFile(file, scan)));
    await yieldToOthers();
  }
  const notices =
    scan === undefined ? ['secretlint is not installed: only a few kinds of secrets were looked for'] : [];
  return { name, files: files.length, findings, notices };
}

async function scanFile(file: ChangedFile, scan: Scanner | undefined): Promise<readonly DraftFinding[]> {
  // Lines this long are packed code or pictures, where patterns for secrets match by chance.
  const lines = addedLines(file).filter(({ text }) => text.length <= MAX_LINE);
  const text = lines.map(line => line.text).join('\n');
  const places: Place[] = [];
  for (const found of (await scan?.(file.path, text)) ?? []) {
    if (isPlaceholder(found.rule, lines.slice(found.line - 1), file.path)) continue;
    // Keys and passwords that only tests use are made for them more often than not.
    const isTestKey =
      isQuiet(file.path) && /:(privatekey|basicauth|database-connection-string)$/.test(found.rule);
    const weight = isTestKey ? TEST_KEY : ({ severity: 'critical', confidence: 0.9 } as const);
    places.push({ ...found, ...weight, title: titleOf(found.rule) });
  }
  for (const pattern of SECRET_PATTERNS) places.push(...matchPattern(pattern, text, file.path));
  const taken = new Set<number>();
  const findings: DraftFinding[] = [];
  for (const place of places) {
    const line = lines[place.line - 1]?.line;
    // One secret is one finding, whoever else has a pattern for it.
    if (line === undefined || taken.has(line)) continue;
    taken.add(line);
    findings.push(toFinding(file.path, line, place));
  }
  return findings;
}

/** Whether secretlint took for a secret what is put in when the program runs, or what only shows where one would be. */
function isPlaceholder(rule: string, from: readonly { readonly text: string }[], path: string): boolean {
  if (rule.endsWith(':privatekey')) {
    const head = from.slice(0, 3).map(({ text }) => text);
    return !hasWrittenPrivateKey(head.join('\n'));
  }
  if (!/:(basicauth|database-connection-string)$/.test(rule)) return false;
  return hasOnlyPlaceholderCredentials(from[0]?.text ?? '', isQuiet(path));
}

function matchPattern(pattern: SecretPattern, text: string, path: string): readonly Place[] {
  const quiet = isQuiet(path);
  if (pattern.guess && quiet) return [];
  const places: Place[] = [];
  for (const match of text.matchAll(pattern.pattern)) {
    const value = match.groups?.value;
    if (pattern.guess && !looksSecret(value ?? '')) continue;
    const weight = quiet ? TEST_KEY : isSample(value) ? SAMPLE_KEY : pattern;
    places.push({
      rule: `secret-pattern:${pattern.id}`,
      title: pattern.title,
      severity: weight.severity,
      confidence: weight.confidence,
      line: text.slice(0, match.index + match[0].search(/\S/)).split('\n').length,
    });
  }
  return places;
}

function toFinding(path: string, line: number, place: Place): DraftFinding {
  return {
    path,
    range: [line, line],
    severity: place.severity,
    category: 'security',
    title: place.title,
    why: WHY,
    evidence: [],
    confidence: place.confidence,
    source: [place.rule],
  };
}

function titleOf(rule: string): string {
  const kind = rule.slice(rule.indexOf(':') + 1);
  return kind === 'privatekey' ? 'Private key is in the code' : `Secret for ${kind} is in the code`;
}

async function loadScanner(): Promise<Scanner | undefined> {
  const core = await loadOptional(() => import('@secretlint/core'));
  const preset = await loadOptional(() => import('@secretlint/secretlint-rule-preset-recommend'));
  if (core === undefined || preset === undefined) return undefined;
  const config = {
    rules: [{ id: '@secretlint/secretlint-rule-preset-recommend', rule: preset.creator, options: {} }],
  };
  return async (path, text) => {
    const result = await core.lintSource({
      source: { content: text, filePath: join('/', path), ext: extname(path), contentType: 'text' },
      options: { config, maskSecrets: true },
    });
    return result.messages.map(message => ({
      rule: `secretlint:${message.ruleId.replace(/^@secretlint\/secretlint-rule-/, '')}`,
      line: message.loc.start.line,
    }));
  };
}
