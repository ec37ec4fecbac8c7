/** The shells that can be completed in. */
export type Shell = 'bash' | 'zsh' | 'fish';

/**
 * What a shell runs to complete `crew`: it asks `crew __complete` for each word, which answers in lines of a candidate, a tab
 * and a few words about it, and a line `:files` where names of files fit too.
 */
export const SHELL_SCRIPTS: { readonly [shell in Shell]: string } = {
  bash: `# bash completion of crew; load it with: source <(crew completion bash)
_crew() {
  local line last value head= rest cur="\${COMP_LINE:0:COMP_POINT}" words=("\${COMP_WORDS[@]:1:COMP_CWORD}")
  COMPREPLY=()
  cur="\${cur##*[[:space:]]}"
  if [[ $cur == *[@:=]* && "\${COMP_WORDS[COMP_CWORD]}" != "$cur" ]]; then
    # @, : and = are no ends of words here, though bash mostly takes them for that
    rest=$cur
    while [[ -n $rest && \${#words[@]} -gt 0 ]]; do
      last="\${words[\${#words[@]}-1]}"
      [[ $rest == *"$last" ]] || break
      rest="\${rest%"$last"}"
      unset "words[\${#words[@]}-1]"
    done
    words+=("$cur")
    head="\${cur%"\${cur##*[@:=]}"}"
  fi
  while IFS= read -r line; do
    if [[ $line == ":files" ]]; then
      compopt -o default
    else
      value="\${line%%$'\\t'*}"
      # a value follows just behind it
      [[ $value == *= ]] && compopt -o nospace
      # what a model server calls its models must not be a command here
      printf -v value %q "\${value#"$head"}"
      COMPREPLY+=("$value")
    fi
  done < <(crew __complete -- "\${words[@]}" 2>/dev/null)
}
complete -F _crew crew
`,
  zsh: `#compdef crew
# zsh completion of crew; load it with: source <(crew completion zsh)
_crew() {
  local line value about
  local -a candidates open
  local files=
  while IFS= read -r line; do
    if [[ $line == ":files" ]]; then
      files=1
    else
      value="\${line%%$'\\t'*}"
      about="\${line#*$'\\t'}"
      # a value follows just behind what ends with =
      if [[ $value == *= ]]; then
        open+=("\${value//:/\\\\:}:$about")
      else
        candidates+=("\${value//:/\\\\:}:$about")
      fi
    fi
  done < <(crew __complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)
  (( \${#candidates} )) && _describe 'crew' candidates
  (( \${#open} )) && _describe 'crew' open -S ''
  [[ -n $files ]] && { compset -P '--*='; _files }
}
compdef _crew crew
`,
  fish: `# fish completion of crew; load it with: crew completion fish | source
function __crew_complete
  set -l words (commandline -opc)[2..] (commandline -ct)
  for line in (crew __complete -- $words 2>/dev/null)
    if test "$line" = ":files"
      __fish_complete_path (commandline -ct)
    else
      echo $line
    end
  end
end
complete -c crew -f -a '(__crew_complete)'
`,
};
