import type { ToolContext } from '../../ports/tool.ts';
import { oneLine } from './notice-limit.ts';

const EVERY_MS = 100;
const MAX_TEXT_LENGTH = 200;

/** What a server says of how far a call is. */
interface Progress {
  readonly progress: number;
  readonly total?: number | undefined;
  readonly message?: string | undefined;
}

/**
 * Hands on how far a call is, at most ten times a second. Says whether the call has come further: progress that stands
 * still or goes back is not told, and gives the call no more time.
 */
export function reportProgress(say: ToolContext['progress']): (at: Progress) => boolean {
  let furthest = Number.NEGATIVE_INFINITY;
  let saidAt = Number.NEGATIVE_INFINITY;
  return ({ progress, total, message }) => {
    if (!Number.isFinite(progress) || progress <= furthest) return false;
    furthest = progress;
    const now = performance.now();
    if (say === undefined || now - saidAt < EVERY_MS) return true;
    saidAt = now;
    const isTotal = total !== undefined && Number.isFinite(total) && total >= progress;
    const text = typeof message === 'string' ? oneLine(message, MAX_TEXT_LENGTH) : '';
    say({ done: Math.max(0, progress), ...(isTotal ? { total } : {}), ...(text === '' ? {} : { text }) });
    return true;
  };
}
