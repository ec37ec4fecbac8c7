import type { JsonObject } from '../../../src/model/json.ts';
import type { Finding, Review, ReviewDropped, ReviewSummary } from '../../../src/model/review.ts';
import type { Tool } from '../../../src/ports/tool.ts';
import { createReviewTools } from '../../../src/tools/review/tools.ts';
import { makeRepository, type TestRepository } from '../git-repository.ts';

/** What the reviewing tools return. */
export interface Report {
  readonly findings: readonly Finding[];
  readonly notices: readonly string[];
  readonly reviewers: readonly { readonly name: string; readonly files: number; readonly findings: number }[];
}

interface Collated {
  readonly findings: readonly Finding[];
  readonly dropped: ReviewDropped;
  readonly notices: readonly string[];
}

/** The tools of one process, called by name. */
export interface ReviewCaller {
  call<T>(name: string, args: JsonObject, signal?: AbortSignal): Promise<T>;
  report(name: string, range?: string): Promise<Report>;
  collate(findings: unknown, range?: string): Promise<Collated>;
  assess(range?: string, findings?: unknown): Promise<{ readonly summary: ReviewSummary }>;
  finish(collated: unknown, judged?: unknown, range?: string): Promise<Review>;
}

/** Makes tools that work in a folder. `range` is `HEAD~1..HEAD` unless it is given. */
export function reviewIn(workspace: string): ReviewCaller {
  const tools = new Map<string, Tool>(createReviewTools().map(tool => [tool.spec.name, tool]));
  const call = async <T>(
    name: string,
    args: JsonObject,
    signal = new AbortController().signal,
  ): Promise<T> => {
    const tool = tools.get(`review.${name}`);
    if (tool === undefined) throw new Error(`there is no tool review.${name}`);
    return (await tool.call(args, { workspace, signal, notice: () => undefined })) as T;
  };
  const range = 'HEAD~1..HEAD';
  return {
    call,
    report: (name, given = range) => call(name, { range: given }),
    collate: (findings, given = range) => call('collate', { range: given, findings: findings as JsonObject }),
    assess: (given = range, findings = []) =>
      call('assess', { range: given, findings: findings as JsonObject }),
    finish: (collated, judged, given = range) =>
      call('finish', {
        range: given,
        collated: collated as JsonObject,
        ...(judged === undefined ? {} : { judged: judged as JsonObject }),
      }),
  };
}

/** A repository whose last commit turns `before` into `after`; a file that is missing in `after` is deleted. */
export function repositoryWithChange(
  before: Readonly<Record<string, string | Uint8Array>>,
  after: Readonly<Record<string, string | Uint8Array>>,
): TestRepository {
  const repository = makeRepository();
  for (const [path, content] of Object.entries(before)) repository.write(path, content);
  repository.commit('start');
  for (const path of Object.keys(before)) if (!Object.hasOwn(after, path)) repository.remove(path);
  for (const [path, content] of Object.entries(after)) repository.write(path, content);
  repository.commit('Change something');
  return repository;
}

/** `path:line source` of each finding, sorted, which is what most tests are about. */
export function places(findings: readonly Finding[]): readonly string[] {
  return findings.map(finding => `${finding.path}:${finding.range[0]} ${finding.source.join('+')}`).sort();
}
