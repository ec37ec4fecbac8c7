import type { PersonQuestion, ToolQuestion } from '../model/person-question.ts';
import type { TextKind } from './rich-text.ts';

export type PaneName = 'procedure' | 'talk' | 'team' | 'budget' | 'artifacts' | 'lessons' | 'log';

/** The panes in the order of their numbers. */
export const PANES: readonly PaneName[] = [
  'procedure',
  'talk',
  'team',
  'budget',
  'artifacts',
  'lessons',
  'log',
];

/** What the pane in the lower corner shows where not all panes have a place. */
export type TabName = Extract<PaneName, 'artifacts' | 'lessons' | 'log'>;

/** A text over all panes, to be scrolled. */
export interface Pager {
  readonly title: string;
  readonly text: string;
  readonly kind: TextKind;
  /** The first row that is shown. */
  readonly top: number;
  /** What `c` copies; absent where there is nothing of use. */
  readonly copy?: string;
}

/** A question that a person can answer here, one of a queue. */
export interface AskedHere {
  readonly id: string;
  readonly phase: string;
  readonly question: PersonQuestion | ToolQuestion;
  /** When it came on the screen, by the clock of the keys, in milliseconds. */
  readonly shownAt: number;
  /** What must be typed to allow it, where it may destroy something. */
  readonly code?: string;
}

/** What was entered for a question and not sent yet. */
export interface Draft {
  readonly id: string;
  /** `read` while nobody has begun to answer. */
  readonly mode: 'read' | 'words' | 'code' | 'result' | 'reason';
  readonly choice: number;
  readonly text: string;
  /** Characters of the text that stand behind the cursor. */
  readonly behind: number;
  readonly top: number;
  readonly problem: string;
  /** Of a form: which field is open, and what was entered for each. */
  readonly field: number;
  readonly values: { readonly [name: string]: string };
}

/** How the dashboard stands: what a person sees and does, and nothing of the run. */
export interface UiState {
  readonly columns: number;
  readonly rows: number;
  readonly color: boolean;
  readonly how: 'run' | 'watch' | 'replay';
  readonly focus: PaneName;
  readonly tab: TabName;
  readonly zoomed: boolean;
  /** The number of the item that is marked; undefined follows the end. */
  readonly item: number | undefined;
  /** The item that the conversation is laid out from, and whether it stands at the top or at the bottom. */
  readonly anchor: { readonly item: number; readonly edge: 'top' | 'bottom' } | undefined;
  readonly logRow: number | undefined;
  /** What is marked in panes that are lists of names. */
  readonly marked: { readonly [pane in PaneName]?: string };
  readonly filter: { readonly role?: string; readonly phase?: string };
  readonly search: string;
  /** A line that is being typed: a search, or a message to a role. */
  readonly typing:
    | { readonly what: 'search' | 'steer'; readonly text: string; readonly to?: string }
    | undefined;
  readonly pager: Pager | undefined;
  readonly queue: readonly AskedHere[];
  readonly draft: Draft | undefined;
  /** A question that was put aside; `l` brings it back. */
  readonly aside: boolean;
  /** One line for people, until the next key. */
  readonly toast: string;
  /** `s` was pressed once. */
  readonly stopping: boolean;
  /** The run is over, and the dashboard closes in so many seconds unless a key is pressed. */
  readonly closesInS: number | undefined;
  readonly replay: ReplayState | undefined;
}

/** Where a played run stands. */
export interface ReplayState {
  readonly at: number;
  readonly count: number;
  readonly playing: boolean;
  readonly speed: number;
}

/** The dashboard as it is opened. Pure. */
export function startUi(
  options: Pick<UiState, 'columns' | 'rows' | 'color' | 'how'> & { readonly replay?: ReplayState },
): UiState {
  const { replay, ...rest } = options;
  return {
    ...rest,
    focus: 'talk',
    tab: 'log',
    zoomed: false,
    item: undefined,
    anchor: undefined,
    logRow: undefined,
    marked: {},
    filter: {},
    search: '',
    typing: undefined,
    pager: undefined,
    queue: [],
    draft: undefined,
    aside: false,
    toast: '',
    stopping: false,
    closesInS: undefined,
    replay,
  };
}

/** What was entered for a question; one that only wants words is open for them at once. Pure. */
export function draftOf(ui: UiState, { id, question }: AskedHere): Draft {
  if (ui.draft?.id === id) return ui.draft;
  const wantsWords = ui.how !== 'replay' && question.kind === 'question' && question.choices.length === 0;
  const mode = wantsWords ? 'words' : 'read';
  return { id, mode, choice: 0, text: '', behind: 0, top: 0, problem: '', field: 0, values: {} };
}

/** The question that is open, which is the oldest of the queue; undefined when none waits or it was put aside. Pure. */
export function openQuestion(ui: UiState): AskedHere | undefined {
  return ui.aside ? undefined : ui.queue[0];
}

/** Whether a line is typed for the question that is open. Pure. */
export function writesAnswer(ui: UiState): boolean {
  const asked = ui.pager === undefined ? openQuestion(ui) : undefined;
  return asked !== undefined && draftOf(ui, asked).mode !== 'read';
}
