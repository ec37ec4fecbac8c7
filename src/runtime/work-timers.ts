import { admit, cancelActsOf } from './admission.ts';
import { declaredOf } from './failed-work.ts';
import { type Draft, type OpenWork, setWork } from './run-state.ts';

/** Starts the timer of the work's timeout for what is left of it; people's time goes on while the run is stopped. */
export function limitTime(draft: Draft, work: OpenWork): OpenWork {
  const declared = declaredOf(draft.state, work);
  const { timeoutMs } = declared;
  if (timeoutMs === undefined) return work;
  if (work.timeouts > 0) cancelActsOf(draft, timeoutKey(work));
  const timed = { ...work, timeouts: work.timeouts + 1 };
  setWork(draft, timed);
  const passed = declared.kind === 'human' ? draft.state.at - work.openedAt : 0;
  admit(draft, [{ type: 'timer.start', key: timeoutKey(timed), ms: Math.max(0, timeoutMs - passed) }]);
  return timed;
}

/** The key of the timer that counts. Pure. */
export function timeoutKey(work: OpenWork): string {
  const again = work.timeouts > 1 ? `-${work.timeouts}` : '';
  return `${work.id}:${work.visit}/timeout${again}`;
}

/** The key of the pause before the attempt that is due. Pure. */
export function backoffKey(work: OpenWork): string {
  return `${work.key}/backoff`;
}
