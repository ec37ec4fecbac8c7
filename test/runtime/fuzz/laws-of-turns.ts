import type { ManageWork, PhaseWork, TalkWork } from '../../../src/model/crew.ts';
import { MAX_REPAIRS } from '../../../src/model/limits.ts';
import type { RunEvent } from '../../../src/model/run-event.ts';
import { law } from './law.ts';

/** What was done in one attempt of a conversation or a managed phase. */
interface Turns {
  last?: string;
  count: number;
  closed: boolean;
  handed: number;
  readonly working: Set<string>;
}

/** Who may have a turn after whom, and how often; held against what the file declares. */
export function createTurnLaws(): {
  readonly see: (event: RunEvent & { readonly phase: string }, work: PhaseWork) => void;
  readonly forget: (place: string) => void;
} {
  const places = new Map<string, Turns>();
  const at = (place: string): Turns => {
    const known = places.get(place) ?? { count: 0, closed: false, handed: 0, working: new Set<string>() };
    places.set(place, known);
    return known;
  };
  return {
    see: (event, work) => {
      if (work.kind === 'talk') seeTalk(event, work, at(event.phase));
      if (work.kind === 'manage') seeManage(event, work, at(event.phase));
      if (work.kind === 'role' && event.type === 'model.started' && event.role === work.role) {
        const judged = 'reflect' in work && work.reflect !== undefined;
        const most = work.maxTurns + MAX_REPAIRS;
        law(
          judged || event.turn <= most,
          `${event.phase}: turn ${event.turn}, max_turns is ${work.maxTurns}`,
        );
      }
    },
    forget: place => {
      for (const key of places.keys()) {
        if (key === place || key.startsWith(`${place}/`) || key.startsWith(`${place}.`)) places.delete(key);
      }
    },
  };
}

function seeTalk(event: RunEvent & { readonly phase: string }, work: TalkWork, turns: Turns): void {
  const { phase } = event;
  if (event.type === 'work.handed') {
    law(event.from === turns.last, `${phase}: ${event.from} hands over, and ${turns.last} has the turn`);
    law(
      work.transitions[event.from]?.includes(event.to) === true,
      `${phase}: ${event.from} may not hand over to ${event.to}`,
    );
  }
  if (event.type === 'message.sent')
    law(event.from === turns.last, `${phase}: ${event.from} speaks out of turn`);
  if (event.type !== 'turn.started') return;
  law(!turns.closed, `${phase}: a turn after the closing one`);
  if (event.closing === true) {
    law(event.role === work.by, `${phase}: ${event.role} closes, not ${work.by}`);
    law(turns.count > 0, `${phase}: closed before anything was said`);
    turns.closed = true;
    return;
  }
  law(work.roles.includes(event.role), `${phase}: ${event.role} takes no part`);
  if (turns.last === undefined) law(event.role === work.roles[0], `${phase}: ${event.role} opens`);
  else
    law(
      work.transitions[turns.last]?.includes(event.role) === true,
      `${phase}: ${event.role} after ${turns.last}`,
    );
  turns.last = event.role;
  turns.count += 1;
  law(turns.count <= work.maxTurns, `${phase}: ${turns.count} turns, max_turns is ${work.maxTurns}`);
}

function seeManage(event: RunEvent & { readonly phase: string }, work: ManageWork, turns: Turns): void {
  const { phase } = event;
  if (event.type === 'turn.started' && event.role === work.role) {
    law(turns.working.size === 0, `${phase}: ${work.role} goes on while others work`);
    turns.count += 1;
    law(
      turns.count <= work.maxTurns + MAX_REPAIRS,
      `${phase}: turn ${turns.count}, max_turns is ${work.maxTurns}`,
    );
  }
  if (event.type === 'turn.started' && event.role !== work.role) {
    law(turns.working.has(event.role), `${phase}: ${event.role} works and nobody asked it to`);
  }
  if (event.type !== 'work.handed' || event.how === 'accepted') return;
  if (event.how === 'returned') {
    law(
      event.to === work.role && turns.working.delete(event.from),
      `${phase}: ${event.from} returns what it never had`,
    );
    return;
  }
  law(
    event.from === work.role && work.workers.includes(event.to),
    `${phase}: ${event.from} gives work to ${event.to}`,
  );
  law(!turns.working.has(event.to), `${phase}: ${event.to} is at work already`);
  turns.working.add(event.to);
  turns.handed += 1;
  law(
    turns.working.size <= work.concurrency,
    `${phase}: ${turns.working.size} at work, concurrency is ${work.concurrency}`,
  );
  law(
    turns.handed <= work.maxDelegations,
    `${phase}: ${turns.handed} delegations, the most is ${work.maxDelegations}`,
  );
}
