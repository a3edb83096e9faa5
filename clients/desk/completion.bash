# bash completion of the desk: source <(desk completion)
_desk() {
  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} words
  case $before in
    desk | */desk) words="queue watch show take assign release ask reply accept reject decline forward merge statistics completion" ;;
    --state) words="SUBMITTED IN_TRIAGE AWAITING_INFO ACCEPTED" ;;
    --role) words="CASE_WORKER UNIT_LEADER" ;;
    --outcome) words="PLAN_AND_COORDINATOR COORDINATOR_ONLY CHILD_COORDINATOR" ;;
    show | take | assign | release | ask | reply | accept | reject | decline | forward | merge)
      words=$("${COMP_WORDS[0]}" complete 2>/dev/null) ;;
    *) words="--json --unit --role --help $("${COMP_WORDS[0]}" "${COMP_WORDS[1]}" --help 2>/dev/null | grep -oE -- '--[a-z-]+' | sort -u)" ;;
  esac
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
}
complete -F _desk desk
