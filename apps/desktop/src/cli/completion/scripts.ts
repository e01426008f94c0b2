/**
 * Completion for shells. Each script asks `sallyport complete`, a command that no help shows, for the words that may stand
 * at the cursor; so that all shells know the same, names of credentials among it.
 */

/** The command that the scripts call; its arguments are the words of the line up to the cursor, without `sallyport`. */
export const COMPLETE_COMMAND = 'complete'

/** What stands for file names in the answer: shells know these best themselves. */
export const FILES = ':files'

const bash = `# sallyport completion for bash. Load it with: source <(sallyport completion bash)
_sallyport() {
  local current="\${COMP_WORDS[COMP_CWORD]}" candidate
  local -a words=("\${COMP_WORDS[@]:1:COMP_CWORD}")
  COMPREPLY=()
  while IFS= read -r candidate; do
    if [[ $candidate == '${FILES}' ]]; then
      compopt -o default 2>/dev/null
    elif [[ $candidate == "$current"* ]]; then
      COMPREPLY+=("$(printf '%q' "$candidate")")
    fi
  done < <(sallyport ${COMPLETE_COMMAND} -- "\${words[@]}" 2>/dev/null)
}
complete -F _sallyport sallyport`

const zsh = `#compdef sallyport
# sallyport completion for zsh. Load it with: source <(sallyport completion zsh), after compinit
_sallyport() {
  local -a answers candidates
  answers=("\${(@f)$(sallyport ${COMPLETE_COMMAND} -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  candidates=("\${(@)answers:#${FILES}}")
  [[ -n "\${candidates[*]}" ]] && compadd -a candidates
  (( \${answers[(Ie)${FILES}]} )) && _files
}
compdef _sallyport sallyport`

const fish = `# sallyport completion for fish. Load it with: sallyport completion fish | source
function __sallyport_complete
    set -l words (commandline -opc)[2..-1] (commandline -ct)
    set -l answers (sallyport ${COMPLETE_COMMAND} -- $words 2>/dev/null)
    string match -v -- '${FILES}' $answers
    if contains -- '${FILES}' $answers
        __fish_complete_path (commandline -ct)
    end
end
complete -c sallyport -f -a '(__sallyport_complete)'`

export const completionScripts = { bash, zsh, fish } as const
export type Shell = keyof typeof completionScripts
