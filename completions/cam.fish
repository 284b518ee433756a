# fish completion for cam: the program itself says what a word could become, so that names
# and settings are live and every verb it has is known.

function __cam_complete
    set -l words (commandline --tokenize --cut-at-cursor --current-process)
    set -l current (commandline --current-token --cut-at-cursor)
    set -l program $words[1]
    set -e words[1]
    set -l lines ($program complete -- $words "$current" 2>/dev/null)
    switch "$lines[1]"
        case :file
            __fish_complete_path "$current"
        case :program
            complete --do-complete "$current"
        case '*'
            printf '%s\n' $lines
    end
end

complete --command cam --no-files --arguments '(__cam_complete)'
