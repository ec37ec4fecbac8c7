/** The keys of the dashboard, as its help shows them. */
export const HELP_TEXT = `# Look around
- Tab, Shift+Tab or 1–7: another pane: procedure, conversation, team, budget, artifacts, lessons, log
- ↑ ↓ or j k, PgUp PgDn, g G: move; End (or G) in the conversation follows what is new
- Enter: open what is marked; on a role or a phase: show only what is of it; Esc shows all again
- z: one pane on the whole screen, and back
- / then words: search the open pane; n older, N newer
- w: why the run went this way, with the conditions and their values, and why a role has its turn; for the marked phase only its own
- p: the exact prompt of the model call that is marked
- c: copy what is marked (the terminal must allow it)

# Answer
- A question comes up by itself. Keys of the first third of a second do not count, so nothing is answered by accident.
- y allow, A allow all like it in this run, n refuse, r refuse with a reason; l puts it aside, and brings it back
- Calls that may destroy something want a short code, typed
- v shows all of it, however long it is
- Where only words are wanted, their line is open at once: Enter sends, ← → move, Esc gives the other keys back
- A question that has no room is not answered: make the window larger

# The run
- Space: pause; what is under way ends, nothing new begins. Space goes on
- s twice: stop at the next safe point; the run can be resumed. Ctrl+C does the same at once
- m: send a message to the marked role; it stands in the record
- q: leave the dashboard; the run goes on, told line by line, and a pause ends
- At the end it closes after ten seconds; any key keeps it
- Ctrl+Z: back to the shell, fg comes back

# A run that is played
- Space plays and pauses, ← → step, [ ] jump to a phase, { } to the start and the end, + - speed
`;
