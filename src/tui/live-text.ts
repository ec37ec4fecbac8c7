import type { ModelDelta, ToolProgress } from '../model/run-event.ts';
import type { View } from './view.ts';
import { takeDelta, takeProgress } from './view-model.ts';

/** What is live only, gathered between two pictures: pieces of text are joined, and of progress the last word counts. */
export interface LiveText {
  readonly delta: (delta: ModelDelta) => void;
  readonly progress: (progress: ToolProgress) => void;
  /** What a call said is told by its end. */
  readonly drop: (key: string) => void;
  /** The view with all that was gathered, which is then forgotten. */
  readonly into: (view: View) => View;
}

/** Nothing is gathered yet. */
export function createLiveText(): LiveText {
  const deltas = new Map<string, ModelDelta>();
  const steps = new Map<string, ToolProgress>();
  return {
    delta: delta => {
      const known = deltas.get(delta.key);
      deltas.set(delta.key, known === undefined ? delta : { ...delta, text: known.text + delta.text });
    },
    progress: progress => steps.set(progress.key, progress),
    drop: key => deltas.delete(key),
    into: view => {
      let next = view;
      for (const delta of deltas.values()) next = takeDelta(next, delta);
      for (const progress of steps.values()) next = takeProgress(next, progress);
      deltas.clear();
      steps.clear();
      return next;
    },
  };
}
