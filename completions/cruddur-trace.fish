# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_cruddur_trace_global_optspecs
    string join \n b/backend= since= until= aws-profile= region= store= config= profile= color= ascii width= no-pager timeout= q/quiet v/verbose h/help V/version
end

function __fish_cruddur_trace_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_cruddur_trace_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_cruddur_trace_using_subcommand
    set -l cmd (__fish_cruddur_trace_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c cruddur-trace -n "__fish_cruddur_trace_needs_command" -s b -l backend -d 'Where to look: `auto`, `local`, `honeycomb`, `xray`, `file:PATH` or `file:-`' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_needs_command" -l since -d 'Look no further back than this, such as `15m`, `2h ago` or `yesterday 14:00` [default: 1h]' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_needs_command" -l until -d 'Look at what began before this; written like --since [default: no end]' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_needs_command" -l aws-profile -d 'Ask AWS with the credentials and the region of this profile of its configuration [default: `AWS_PROFILE`, or `default`]' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_needs_command" -l region -d 'Ask AWS X-Ray in this region [default: `AWS_REGION`, or the profile\'s]' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_needs_command" -l store -d 'Use this file as the local store, instead of the one in the data directory' -r -F
complete -c cruddur-trace -n "__fish_cruddur_trace_needs_command" -l config -d 'Read this configuration file, instead of the one that `config path` names' -r -F
complete -c cruddur-trace -n "__fish_cruddur_trace_needs_command" -l profile -d 'Use the settings of this profile of the configuration file' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_needs_command" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal that has them, unless `NO_COLOR` is set'
always\t'Also on a pipe or into a file'
never\t'Not at all'"
complete -c cruddur-trace -n "__fish_cruddur_trace_needs_command" -l width -d 'Use this many columns, 40 to 400 [default: the terminal\'s, or 100]' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_needs_command" -l timeout -d 'Give up asking a backend after this long [default: 30s]' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_needs_command" -l ascii -d 'Draw with ASCII characters only'
complete -c cruddur-trace -n "__fish_cruddur_trace_needs_command" -l no-pager -d 'Do not show long output in a pager'
complete -c cruddur-trace -n "__fish_cruddur_trace_needs_command" -s q -l quiet -d 'Print the answer and errors, but no notes, warnings and progress'
complete -c cruddur-trace -n "__fish_cruddur_trace_needs_command" -s v -l verbose -d 'Say on stderr what is going on; -vv and -vvv say more'
complete -c cruddur-trace -n "__fish_cruddur_trace_needs_command" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c cruddur-trace -n "__fish_cruddur_trace_needs_command" -s V -l version -d 'Print version'
complete -c cruddur-trace -n "__fish_cruddur_trace_needs_command" -f -a "list" -d 'List traces, newest first'
complete -c cruddur-trace -n "__fish_cruddur_trace_needs_command" -f -a "show" -d 'Show a trace as a waterfall'
complete -c cruddur-trace -n "__fish_cruddur_trace_needs_command" -f -a "logs" -d 'Print the log lines of a trace'
complete -c cruddur-trace -n "__fish_cruddur_trace_needs_command" -f -a "assert" -d 'Prove that a trace exists, or that none does'
complete -c cruddur-trace -n "__fish_cruddur_trace_needs_command" -f -a "diff" -d 'Show what differs between two traces, or two sets of traces, and where the time went'
complete -c cruddur-trace -n "__fish_cruddur_trace_needs_command" -f -a "stats" -d 'Show rate, errors and latency percentiles, by service and operation'
complete -c cruddur-trace -n "__fish_cruddur_trace_needs_command" -f -a "map" -d 'Show which services call which, how often, how fast, and how often in vain'
complete -c cruddur-trace -n "__fish_cruddur_trace_needs_command" -f -a "collect" -d 'Receive traces on this machine'
complete -c cruddur-trace -n "__fish_cruddur_trace_needs_command" -f -a "run" -d 'Run a command with a private receiver around it'
complete -c cruddur-trace -n "__fish_cruddur_trace_needs_command" -f -a "import" -d 'Put files of traces into the local store'
complete -c cruddur-trace -n "__fish_cruddur_trace_needs_command" -f -a "demo" -d 'Show what this program does, with traces of its own'
complete -c cruddur-trace -n "__fish_cruddur_trace_needs_command" -f -a "doctor" -d 'Say what is configured, what works, and the command that fixes what does not'
complete -c cruddur-trace -n "__fish_cruddur_trace_needs_command" -f -a "probe" -d 'Find out how Honeycomb behaves where its documentation leaves it open'
complete -c cruddur-trace -n "__fish_cruddur_trace_needs_command" -f -a "config" -d 'Create, explain or find the configuration'
complete -c cruddur-trace -n "__fish_cruddur_trace_needs_command" -f -a "completions" -d 'Print the completion script for a shell'
complete -c cruddur-trace -n "__fish_cruddur_trace_needs_command" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand list" -s n -l limit -d 'List at most this many [default: 20]' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand list" -s o -l output -d 'How to print the traces [default: table]' -r -f -a "table\t'A table to read'
json\t'One JSON document'
jsonl\t'One JSON document a line, one for each trace'"
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand list" -l service -d 'A span of this service: `service = "NAME"`' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand list" -l name -d 'A span of this name: `name = "NAME"`' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand list" -l min-duration -d 'A span that took at least this long: `duration >= DURATION`' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand list" -l max-duration -d 'A span that took at most this long: `duration <= DURATION`' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand list" -l attr -d 'A span with this attribute: `KEY = VALUE`; may be given several times' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand list" -l xray-filter -d 'Ask X-Ray for this too, in its own filter expressions, such as `service() { fault }`' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand list" -l xray-group -d 'Ask for the traces of this X-Ray group only' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand list" -l xray-time-range -d 'Which time X-Ray shall search by [default: event]' -r -f -a "event\t'When X-Ray received something of it; finds all ids'
service\t'When a segment of it ended'
trace-id\t'The time in its id; finds no random ids, as OpenTelemetry makes them'"
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand list" -l scan -d 'Fetch at most this many traces to check what X-Ray cannot check itself [default: 250]' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand list" -l dataset -d 'Ask this dataset only [default: `HONEYCOMB_DATASET`, or all datasets of the environment]' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand list" -s b -l backend -d 'Where to look: `auto`, `local`, `honeycomb`, `xray`, `file:PATH` or `file:-`' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand list" -l since -d 'Look no further back than this, such as `15m`, `2h ago` or `yesterday 14:00` [default: 1h]' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand list" -l until -d 'Look at what began before this; written like --since [default: no end]' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand list" -l aws-profile -d 'Ask AWS with the credentials and the region of this profile of its configuration [default: `AWS_PROFILE`, or `default`]' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand list" -l region -d 'Ask AWS X-Ray in this region [default: `AWS_REGION`, or the profile\'s]' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand list" -l store -d 'Use this file as the local store, instead of the one in the data directory' -r -F
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand list" -l config -d 'Read this configuration file, instead of the one that `config path` names' -r -F
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand list" -l profile -d 'Use the settings of this profile of the configuration file' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand list" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal that has them, unless `NO_COLOR` is set'
always\t'Also on a pipe or into a file'
never\t'Not at all'"
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand list" -l width -d 'Use this many columns, 40 to 400 [default: the terminal\'s, or 100]' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand list" -l timeout -d 'Give up asking a backend after this long [default: 30s]' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand list" -s f -l follow -d 'Go on and print new traces as they arrive'
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand list" -l lost-context -d 'Read the listed traces, too, and say where a call in one seems to be answered in another: context was lost on the way'
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand list" -l explain -d 'Say what each backend would be asked, and do not ask'
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand list" -s i -l interactive -d 'Look at the list on the whole screen, and open traces from there; ? shows the keys'
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand list" -l error -d 'A span that failed: `status = error`'
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand list" -l counts -d 'Spend a second query result on the numbers of spans and errors and the whole extent of each trace'
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand list" -l ascii -d 'Draw with ASCII characters only'
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand list" -l no-pager -d 'Do not show long output in a pager'
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand list" -s q -l quiet -d 'Print the answer and errors, but no notes, warnings and progress'
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand list" -s v -l verbose -d 'Say on stderr what is going on; -vv and -vvv say more'
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand show" -l where -d 'Show only the spans for which this filter expression holds, and those above them' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand show" -l service -d 'Show only the spans of this service, and those above them; may be given several times' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand show" -l highlight -d 'Mark the spans for which this filter expression holds, and keep the others' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand show" -l span -d 'Show one span whole: its attributes, events and links, and what it means for the trace' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand show" -l zoom -d 'Draw only this span and what is below it, over the whole width' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand show" -l max-rows -d 'Draw at most this many rows of a trace: what failed or was looked for, the critical path and the longest; the rest is counted [default: all; 1000 for svg, 60 for markdown, 100 for mermaid]' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand show" -l depth -d 'Draw so many levels of the tree; what is deeper is counted' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand show" -s o -l output -d 'How to print the trace [default: waterfall]' -r -f -a "waterfall\t'A waterfall to read'
json\t'One JSON document'
jsonl\t'One JSON document a line, one for each trace'
otlp\t'OTLP/JSON, as other OpenTelemetry tools read it'
svg\t'A picture'
perfetto\t'A timeline for <https://ui.perfetto.dev> and `chrome://tracing`: Trace Event JSON'
speedscope\t'Flame graphs of own time and of the critical path for <https://www.speedscope.app>'
csv\t'One line for each span, for spreadsheets'
markdown\t'A comment for GitHub'
mermaid\t'A sequence diagram in Mermaid\'s language, for Markdown'
html\t'A page for a browser, with everything in it: search, zoom, details'"
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand show" -l log-group -d 'Look for log lines in this log group of CloudWatch Logs; may be given several times' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand show" -l dataset -d 'Ask this dataset only [default: `HONEYCOMB_DATASET`, or all datasets of the environment]' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand show" -l attributes -d 'How many of the spans\' attributes to ask Honeycomb for [default: known for waterfall, svg, markdown and mermaid; else all]' -r -f -a "none\t'Only what a waterfall needs: one query result'
known\t'As many as fit into one query result, the best-known first'
all\t'Every column, which may cost several query results'"
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand show" -s b -l backend -d 'Where to look: `auto`, `local`, `honeycomb`, `xray`, `file:PATH` or `file:-`' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand show" -l since -d 'Look no further back than this, such as `15m`, `2h ago` or `yesterday 14:00` [default: 1h]' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand show" -l until -d 'Look at what began before this; written like --since [default: no end]' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand show" -l aws-profile -d 'Ask AWS with the credentials and the region of this profile of its configuration [default: `AWS_PROFILE`, or `default`]' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand show" -l region -d 'Ask AWS X-Ray in this region [default: `AWS_REGION`, or the profile\'s]' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand show" -l store -d 'Use this file as the local store, instead of the one in the data directory' -r -F
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand show" -l config -d 'Read this configuration file, instead of the one that `config path` names' -r -F
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand show" -l profile -d 'Use the settings of this profile of the configuration file' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand show" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal that has them, unless `NO_COLOR` is set'
always\t'Also on a pipe or into a file'
never\t'Not at all'"
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand show" -l width -d 'Use this many columns, 40 to 400 [default: the terminal\'s, or 100]' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand show" -l timeout -d 'Give up asking a backend after this long [default: 30s]' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand show" -l expand -d 'Draw every span, also where many alike would be folded into one row'
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand show" -l correct-skew -d 'Move the spans of hosts whose clocks are off to where one correction satisfies all of their calls, marked by `~` and the amount'
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand show" -l logs -d 'Draw the log lines of the trace too, each below the span in which it was written'
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand show" -l errors -d 'Ask Rollbar for the errors of the trace: those that carry its id, and those that probably belong to it, each with its evidence'
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand show" -l bodies -d 'Print the stack frames of these errors with their local variables, which may be secrets'
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand show" -l stitch -d 'Draw what the X-Ray SDK and OpenTelemetry have recorded of one request, each under a trace id of its own, as one tree'
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand show" -l no-twins -d 'Do not look for other traces of the same request, which costs a question or two more'
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand show" -l explain -d 'Say what each backend would be asked, and do not ask'
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand show" -l open -d 'Open the trace in the browser too; of several, the first five'
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand show" -s i -l interactive -d 'Look at the trace on the whole screen: fold, search, zoom, all about each span; ? shows the keys'
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand show" -l ascii -d 'Draw with ASCII characters only'
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand show" -l no-pager -d 'Do not show long output in a pager'
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand show" -s q -l quiet -d 'Print the answer and errors, but no notes, warnings and progress'
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand show" -s v -l verbose -d 'Say on stderr what is going on; -vv and -vvv say more'
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand show" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand logs" -s o -l output -d 'How to print the lines' -r -f -a "text\t'Text to read'
json\t'One JSON document'
jsonl\t'One JSON document a line, one for each log line'"
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand logs" -l log-group -d 'Look for log lines in this log group of CloudWatch Logs; may be given several times' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand logs" -l dataset -d 'Ask this dataset only [default: `HONEYCOMB_DATASET`, or all datasets of the environment]' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand logs" -s b -l backend -d 'Where to look: `auto`, `local`, `honeycomb`, `xray`, `file:PATH` or `file:-`' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand logs" -l since -d 'Look no further back than this, such as `15m`, `2h ago` or `yesterday 14:00` [default: 1h]' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand logs" -l until -d 'Look at what began before this; written like --since [default: no end]' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand logs" -l aws-profile -d 'Ask AWS with the credentials and the region of this profile of its configuration [default: `AWS_PROFILE`, or `default`]' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand logs" -l region -d 'Ask AWS X-Ray in this region [default: `AWS_REGION`, or the profile\'s]' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand logs" -l store -d 'Use this file as the local store, instead of the one in the data directory' -r -F
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand logs" -l config -d 'Read this configuration file, instead of the one that `config path` names' -r -F
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand logs" -l profile -d 'Use the settings of this profile of the configuration file' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand logs" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal that has them, unless `NO_COLOR` is set'
always\t'Also on a pipe or into a file'
never\t'Not at all'"
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand logs" -l width -d 'Use this many columns, 40 to 400 [default: the terminal\'s, or 100]' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand logs" -l timeout -d 'Give up asking a backend after this long [default: 30s]' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand logs" -l ascii -d 'Draw with ASCII characters only'
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand logs" -l no-pager -d 'Do not show long output in a pager'
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand logs" -s q -l quiet -d 'Print the answer and errors, but no notes, warnings and progress'
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand logs" -s v -l verbose -d 'Say on stderr what is going on; -vv and -vvv say more'
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand logs" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand assert; and not __fish_seen_subcommand_from init help" -s f -l file -d 'Read assertions from a TOML file; may be given several times' -r -F
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand assert; and not __fish_seen_subcommand_from init help" -l only -d 'Of the assertions in files, only those that have this in their name; may be given several times' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand assert; and not __fish_seen_subcommand_from init help" -l count -d 'It holds if this many traces match: `3`, `>=3`, `<10`, `2..5` (both included)' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand assert; and not __fish_seen_subcommand_from init help" -l every -d 'It holds if there is such a span, and every span that EXPR finds satisfies this as well' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand assert; and not __fish_seen_subcommand_from init help" -l across -d 'It holds if this holds of all spans together that EXPR finds in all traces: `p95(duration) < 500ms`' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand assert; and not __fish_seen_subcommand_from init help" -l critical-path -d 'It holds if the spans that EXPR finds make up so much of the critical path of each trace: `<300ms`' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand assert; and not __fish_seen_subcommand_from init help" -l snapshot -d 'It holds if the newest trace that matches looks as it is written in FILE, which --update writes' -r -F
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand assert; and not __fish_seen_subcommand_from init help" -l baseline -d 'It holds if no operation is slower than it is written in FILE, which --update writes' -r -F
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand assert; and not __fish_seen_subcommand_from init help" -l samples -d 'With --baseline, how many samples of an operation it takes at least: traces that have it' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand assert; and not __fish_seen_subcommand_from init help" -l tolerance -d 'With --baseline, how much slower is no difference yet [default: 10%]' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand assert; and not __fish_seen_subcommand_from init help" -s w -l wait -d 'Ask again for so long, until it can be told: spans take a while to arrive' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand assert; and not __fish_seen_subcommand_from init help" -l settle -d 'Expect nothing more of a trace that has been silent for so long [default: 10s, of backends on the network 60s]' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand assert; and not __fish_seen_subcommand_from init help" -l interval -d 'With --wait, ask again after so long, but never more often than a backend allows' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand assert; and not __fish_seen_subcommand_from init help" -l trace -d 'Look at this trace only, however old it is; its id is written as for `show`' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand assert; and not __fish_seen_subcommand_from init help" -s o -l output -d 'How to print the verdict [default: text]' -r -f -a "text\t'Text to read'
json\t'One JSON document'"
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand assert; and not __fish_seen_subcommand_from init help" -l junit -d 'Also write a JUnit XML file, which CI servers read' -r -F
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand assert; and not __fish_seen_subcommand_from init help" -l markdown -d 'Also write Markdown; in GitHub Actions it goes to the job summary as well, with annotations' -r -F
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand assert; and not __fish_seen_subcommand_from init help" -l html -d 'Also write a page for a browser' -r -F
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand assert; and not __fish_seen_subcommand_from init help" -l service -d 'A span of this service: `service = "NAME"`' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand assert; and not __fish_seen_subcommand_from init help" -l name -d 'A span of this name: `name = "NAME"`' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand assert; and not __fish_seen_subcommand_from init help" -l min-duration -d 'A span that took at least this long: `duration >= DURATION`' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand assert; and not __fish_seen_subcommand_from init help" -l max-duration -d 'A span that took at most this long: `duration <= DURATION`' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand assert; and not __fish_seen_subcommand_from init help" -l attr -d 'A span with this attribute: `KEY = VALUE`; may be given several times' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand assert; and not __fish_seen_subcommand_from init help" -l xray-filter -d 'Ask X-Ray for this too, in its own filter expressions, such as `service() { fault }`' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand assert; and not __fish_seen_subcommand_from init help" -l xray-group -d 'Ask for the traces of this X-Ray group only' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand assert; and not __fish_seen_subcommand_from init help" -l xray-time-range -d 'Which time X-Ray shall search by [default: event]' -r -f -a "event\t'When X-Ray received something of it; finds all ids'
service\t'When a segment of it ended'
trace-id\t'The time in its id; finds no random ids, as OpenTelemetry makes them'"
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand assert; and not __fish_seen_subcommand_from init help" -l scan -d 'Fetch at most this many traces to check what X-Ray cannot check itself [default: 250]' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand assert; and not __fish_seen_subcommand_from init help" -l dataset -d 'Ask this dataset only [default: `HONEYCOMB_DATASET`, or all datasets of the environment]' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand assert; and not __fish_seen_subcommand_from init help" -s b -l backend -d 'Where to look: `auto`, `local`, `honeycomb`, `xray`, `file:PATH` or `file:-`' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand assert; and not __fish_seen_subcommand_from init help" -l since -d 'Look no further back than this, such as `15m`, `2h ago` or `yesterday 14:00` [default: 1h]' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand assert; and not __fish_seen_subcommand_from init help" -l until -d 'Look at what began before this; written like --since [default: no end]' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand assert; and not __fish_seen_subcommand_from init help" -l aws-profile -d 'Ask AWS with the credentials and the region of this profile of its configuration [default: `AWS_PROFILE`, or `default`]' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand assert; and not __fish_seen_subcommand_from init help" -l region -d 'Ask AWS X-Ray in this region [default: `AWS_REGION`, or the profile\'s]' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand assert; and not __fish_seen_subcommand_from init help" -l store -d 'Use this file as the local store, instead of the one in the data directory' -r -F
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand assert; and not __fish_seen_subcommand_from init help" -l config -d 'Read this configuration file, instead of the one that `config path` names' -r -F
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand assert; and not __fish_seen_subcommand_from init help" -l profile -d 'Use the settings of this profile of the configuration file' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand assert; and not __fish_seen_subcommand_from init help" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal that has them, unless `NO_COLOR` is set'
always\t'Also on a pipe or into a file'
never\t'Not at all'"
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand assert; and not __fish_seen_subcommand_from init help" -l width -d 'Use this many columns, 40 to 400 [default: the terminal\'s, or 100]' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand assert; and not __fish_seen_subcommand_from init help" -l timeout -d 'Give up asking a backend after this long [default: 30s]' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand assert; and not __fish_seen_subcommand_from init help" -l update -d 'Write snapshots and baselines anew, from the traces that match, instead of comparing them'
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand assert; and not __fish_seen_subcommand_from init help" -l absent -d 'It holds if no trace matches'
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand assert; and not __fish_seen_subcommand_from init help" -l newest -d 'Look at the trace that began last only'
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand assert; and not __fish_seen_subcommand_from init help" -l explain -d 'Say what each backend would be asked, and do not ask'
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand assert; and not __fish_seen_subcommand_from init help" -l open -d 'Open the first trace that matches in the browser'
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand assert; and not __fish_seen_subcommand_from init help" -l coverage -d 'Also list the services, operations and calls of the newest 1000 traces of the window that no assertion is about'
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand assert; and not __fish_seen_subcommand_from init help" -l error -d 'A span that failed: `status = error`'
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand assert; and not __fish_seen_subcommand_from init help" -l ascii -d 'Draw with ASCII characters only'
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand assert; and not __fish_seen_subcommand_from init help" -l no-pager -d 'Do not show long output in a pager'
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand assert; and not __fish_seen_subcommand_from init help" -s q -l quiet -d 'Print the answer and errors, but no notes, warnings and progress'
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand assert; and not __fish_seen_subcommand_from init help" -s v -l verbose -d 'Say on stderr what is going on; -vv and -vvv say more'
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand assert; and not __fish_seen_subcommand_from init help" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand assert; and not __fish_seen_subcommand_from init help" -a "init" -d 'Write a file of assertions from good traces'
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand assert; and not __fish_seen_subcommand_from init help" -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand assert; and __fish_seen_subcommand_from init" -l from -d 'A good trace; its id is written as for `show`' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand assert; and __fish_seen_subcommand_from init" -l out -d 'The file to write, which must not be there yet; without it, the text is printed' -r -F
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand assert; and __fish_seen_subcommand_from init" -s b -l backend -d 'Where to look: `auto`, `local`, `honeycomb`, `xray`, `file:PATH` or `file:-`' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand assert; and __fish_seen_subcommand_from init" -l since -d 'Look no further back than this, such as `15m`, `2h ago` or `yesterday 14:00` [default: 1h]' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand assert; and __fish_seen_subcommand_from init" -l until -d 'Look at what began before this; written like --since [default: no end]' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand assert; and __fish_seen_subcommand_from init" -l aws-profile -d 'Ask AWS with the credentials and the region of this profile of its configuration [default: `AWS_PROFILE`, or `default`]' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand assert; and __fish_seen_subcommand_from init" -l region -d 'Ask AWS X-Ray in this region [default: `AWS_REGION`, or the profile\'s]' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand assert; and __fish_seen_subcommand_from init" -l store -d 'Use this file as the local store, instead of the one in the data directory' -r -F
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand assert; and __fish_seen_subcommand_from init" -l config -d 'Read this configuration file, instead of the one that `config path` names' -r -F
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand assert; and __fish_seen_subcommand_from init" -l profile -d 'Use the settings of this profile of the configuration file' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand assert; and __fish_seen_subcommand_from init" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal that has them, unless `NO_COLOR` is set'
always\t'Also on a pipe or into a file'
never\t'Not at all'"
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand assert; and __fish_seen_subcommand_from init" -l width -d 'Use this many columns, 40 to 400 [default: the terminal\'s, or 100]' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand assert; and __fish_seen_subcommand_from init" -l timeout -d 'Give up asking a backend after this long [default: 30s]' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand assert; and __fish_seen_subcommand_from init" -l ascii -d 'Draw with ASCII characters only'
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand assert; and __fish_seen_subcommand_from init" -l no-pager -d 'Do not show long output in a pager'
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand assert; and __fish_seen_subcommand_from init" -s q -l quiet -d 'Print the answer and errors, but no notes, warnings and progress'
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand assert; and __fish_seen_subcommand_from init" -s v -l verbose -d 'Say on stderr what is going on; -vv and -vvv say more'
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand assert; and __fish_seen_subcommand_from init" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand assert; and __fish_seen_subcommand_from help" -f -a "init" -d 'Write a file of assertions from good traces'
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand assert; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand diff" -l a -d 'As A, the newest traces that satisfy this filter expression' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand diff" -l b -d 'As B, the newest traces that satisfy this filter expression' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand diff" -s n -l limit -d 'Compare at most this many traces a side [default: 200]' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand diff" -l max-rows -d 'Show at most this many lines of where the time went, and as many paths that are new, gone or changed; the rest is added up. Not for json [default: 20]' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand diff" -s o -l output -d 'How to print what differs [default: text]' -r -f -a "text\t'Tables to read'
json\t'One JSON document'
markdown\t'Tables in Markdown, as GitHub reads them'"
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand diff" -l xray-filter -d 'Ask X-Ray for this too, in its own filter expressions, such as `service() { fault }`' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand diff" -l xray-group -d 'Ask for the traces of this X-Ray group only' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand diff" -l xray-time-range -d 'Which time X-Ray shall search by [default: event]' -r -f -a "event\t'When X-Ray received something of it; finds all ids'
service\t'When a segment of it ended'
trace-id\t'The time in its id; finds no random ids, as OpenTelemetry makes them'"
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand diff" -l scan -d 'Fetch at most this many traces to check what X-Ray cannot check itself [default: 250]' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand diff" -l dataset -d 'Ask this dataset only [default: `HONEYCOMB_DATASET`, or all datasets of the environment]' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand diff" -s b -l backend -d 'Where to look: `auto`, `local`, `honeycomb`, `xray`, `file:PATH` or `file:-`' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand diff" -l since -d 'Look no further back than this, such as `15m`, `2h ago` or `yesterday 14:00` [default: 1h]' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand diff" -l until -d 'Look at what began before this; written like --since [default: no end]' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand diff" -l aws-profile -d 'Ask AWS with the credentials and the region of this profile of its configuration [default: `AWS_PROFILE`, or `default`]' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand diff" -l region -d 'Ask AWS X-Ray in this region [default: `AWS_REGION`, or the profile\'s]' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand diff" -l store -d 'Use this file as the local store, instead of the one in the data directory' -r -F
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand diff" -l config -d 'Read this configuration file, instead of the one that `config path` names' -r -F
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand diff" -l profile -d 'Use the settings of this profile of the configuration file' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand diff" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal that has them, unless `NO_COLOR` is set'
always\t'Also on a pipe or into a file'
never\t'Not at all'"
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand diff" -l width -d 'Use this many columns, 40 to 400 [default: the terminal\'s, or 100]' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand diff" -l timeout -d 'Give up asking a backend after this long [default: 30s]' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand diff" -l explain -d 'Say what each backend would be asked, and do not ask'
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand diff" -l ascii -d 'Draw with ASCII characters only'
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand diff" -l no-pager -d 'Do not show long output in a pager'
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand diff" -s q -l quiet -d 'Print the answer and errors, but no notes, warnings and progress'
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand diff" -s v -l verbose -d 'Say on stderr what is going on; -vv and -vvv say more'
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand diff" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand stats" -l trace -d 'Look at this trace only, however old it is; its id is written as for `show`. May be given several times' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand stats" -s n -l limit -d 'Look at this many traces at most [default: 200]' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand stats" -l by -d 'One line for each of these [default: services, with their operations below]' -r -f -a "service\t'A service'
operation\t'An operation of whatever service'"
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand stats" -l sort -d 'What comes first; the largest does [default: count]' -r -f -a "count\t'How many spans there are'
errors\t'How many of them failed'
p50\t'The median duration'
p90\t'The duration that nine of ten do not exceed'
p99\t'The duration that 99 of 100 do not exceed'
max\t'The longest duration'
self\t'How long they were at work themselves'
name\t'The name, from A to Z'"
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand stats" -l max-rows -d 'Draw at most this many operations of a service, or lines with --by; the rest is added up. Not for json and csv' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand stats" -s o -l output -d 'How to print the figures [default: text]' -r -f -a "text\t'A table to read'
json\t'One JSON document'
csv\t'Comma-separated values, one line for each operation, or for each service with `--by service`'
markdown\t'A table in Markdown, as GitHub reads it'"
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand stats" -l service -d 'A span of this service: `service = "NAME"`' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand stats" -l name -d 'A span of this name: `name = "NAME"`' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand stats" -l min-duration -d 'A span that took at least this long: `duration >= DURATION`' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand stats" -l max-duration -d 'A span that took at most this long: `duration <= DURATION`' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand stats" -l attr -d 'A span with this attribute: `KEY = VALUE`; may be given several times' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand stats" -l xray-filter -d 'Ask X-Ray for this too, in its own filter expressions, such as `service() { fault }`' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand stats" -l xray-group -d 'Ask for the traces of this X-Ray group only' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand stats" -l xray-time-range -d 'Which time X-Ray shall search by [default: event]' -r -f -a "event\t'When X-Ray received something of it; finds all ids'
service\t'When a segment of it ended'
trace-id\t'The time in its id; finds no random ids, as OpenTelemetry makes them'"
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand stats" -l scan -d 'Fetch at most this many traces to check what X-Ray cannot check itself [default: 250]' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand stats" -l dataset -d 'Ask this dataset only [default: `HONEYCOMB_DATASET`, or all datasets of the environment]' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand stats" -s b -l backend -d 'Where to look: `auto`, `local`, `honeycomb`, `xray`, `file:PATH` or `file:-`' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand stats" -l since -d 'Look no further back than this, such as `15m`, `2h ago` or `yesterday 14:00` [default: 1h]' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand stats" -l until -d 'Look at what began before this; written like --since [default: no end]' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand stats" -l aws-profile -d 'Ask AWS with the credentials and the region of this profile of its configuration [default: `AWS_PROFILE`, or `default`]' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand stats" -l region -d 'Ask AWS X-Ray in this region [default: `AWS_REGION`, or the profile\'s]' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand stats" -l store -d 'Use this file as the local store, instead of the one in the data directory' -r -F
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand stats" -l config -d 'Read this configuration file, instead of the one that `config path` names' -r -F
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand stats" -l profile -d 'Use the settings of this profile of the configuration file' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand stats" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal that has them, unless `NO_COLOR` is set'
always\t'Also on a pipe or into a file'
never\t'Not at all'"
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand stats" -l width -d 'Use this many columns, 40 to 400 [default: the terminal\'s, or 100]' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand stats" -l timeout -d 'Give up asking a backend after this long [default: 30s]' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand stats" -l explain -d 'Say what each backend would be asked, and do not ask'
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand stats" -l error -d 'A span that failed: `status = error`'
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand stats" -l ascii -d 'Draw with ASCII characters only'
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand stats" -l no-pager -d 'Do not show long output in a pager'
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand stats" -s q -l quiet -d 'Print the answer and errors, but no notes, warnings and progress'
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand stats" -s v -l verbose -d 'Say on stderr what is going on; -vv and -vvv say more'
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand stats" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand map" -l trace -d 'Draw this trace only, however old it is; its id is written as for `show`. May be given several times' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand map" -s n -l limit -d 'Look at this many traces at most [default: 200]' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand map" -s o -l output -d 'How to print the map [default: text]' -r -f -a "text\t'Text to read'
json\t'One JSON document'
mermaid\t'A flowchart in Mermaid\'s language, for Markdown'
svg\t'A picture'"
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand map" -l service -d 'A span of this service: `service = "NAME"`' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand map" -l name -d 'A span of this name: `name = "NAME"`' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand map" -l min-duration -d 'A span that took at least this long: `duration >= DURATION`' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand map" -l max-duration -d 'A span that took at most this long: `duration <= DURATION`' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand map" -l attr -d 'A span with this attribute: `KEY = VALUE`; may be given several times' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand map" -l xray-filter -d 'Ask X-Ray for this too, in its own filter expressions, such as `service() { fault }`' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand map" -l xray-group -d 'Ask for the traces of this X-Ray group only' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand map" -l xray-time-range -d 'Which time X-Ray shall search by [default: event]' -r -f -a "event\t'When X-Ray received something of it; finds all ids'
service\t'When a segment of it ended'
trace-id\t'The time in its id; finds no random ids, as OpenTelemetry makes them'"
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand map" -l scan -d 'Fetch at most this many traces to check what X-Ray cannot check itself [default: 250]' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand map" -l dataset -d 'Ask this dataset only [default: `HONEYCOMB_DATASET`, or all datasets of the environment]' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand map" -s b -l backend -d 'Where to look: `auto`, `local`, `honeycomb`, `xray`, `file:PATH` or `file:-`' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand map" -l since -d 'Look no further back than this, such as `15m`, `2h ago` or `yesterday 14:00` [default: 1h]' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand map" -l until -d 'Look at what began before this; written like --since [default: no end]' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand map" -l aws-profile -d 'Ask AWS with the credentials and the region of this profile of its configuration [default: `AWS_PROFILE`, or `default`]' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand map" -l region -d 'Ask AWS X-Ray in this region [default: `AWS_REGION`, or the profile\'s]' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand map" -l store -d 'Use this file as the local store, instead of the one in the data directory' -r -F
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand map" -l config -d 'Read this configuration file, instead of the one that `config path` names' -r -F
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand map" -l profile -d 'Use the settings of this profile of the configuration file' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand map" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal that has them, unless `NO_COLOR` is set'
always\t'Also on a pipe or into a file'
never\t'Not at all'"
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand map" -l width -d 'Use this many columns, 40 to 400 [default: the terminal\'s, or 100]' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand map" -l timeout -d 'Give up asking a backend after this long [default: 30s]' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand map" -l explain -d 'Say what each backend would be asked, and do not ask'
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand map" -l error -d 'A span that failed: `status = error`'
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand map" -l ascii -d 'Draw with ASCII characters only'
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand map" -l no-pager -d 'Do not show long output in a pager'
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand map" -s q -l quiet -d 'Print the answer and errors, but no notes, warnings and progress'
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand map" -s v -l verbose -d 'Say on stderr what is going on; -vv and -vvv say more'
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand map" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand collect" -l otlp-http -d 'Listen for OTLP over HTTP here; `off` does not [default: 127.0.0.1:4318]' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand collect" -l otlp-grpc -d 'Listen for OTLP over gRPC here; `off` does not [default: 127.0.0.1:4317]' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand collect" -l zipkin -d 'Listen for Zipkin\'s spans here; `off` does not [default: 127.0.0.1:9411]' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand collect" -l xray -d 'Listen here, by UDP and TCP, as the X-Ray daemon does; `off` does not [default: 127.0.0.1:2000]' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand collect" -l sampling-rules -d 'Tell X-Ray SDKs what to sample by the rules of this file, or of `aws`; `all` samples everything [default: all]' -r -F
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand collect" -l max-age -d 'Forget traces that are older than this; `off` keeps them [default: 7d]' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand collect" -l max-size -d 'Forget the oldest traces when the store is larger than this; `off` keeps them [default: 2GiB]' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand collect" -l forward -d 'Send on what arrives, at least once: to `honeycomb`, `xray` or `otlp=URL`. May be repeated' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand collect" -l token-file -d 'Take only what comes with the token in this file, as `Authorization: Bearer …`' -r -F
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand collect" -l tls-cert -d 'Speak TLS with the certificate in this PEM file (OTLP and Zipkin; X-Ray\'s protocol has none)' -r -F
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand collect" -l tls-key -d 'The certificate\'s private key, a PEM file' -r -F
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand collect" -l allow-origin -d 'Let the web pages of this origin send, such as `http://localhost:3000`; may be repeated' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand collect" -s o -l output -d 'How to print its answer' -r -f -a "text\t'Text to read'
json\t'One JSON document'"
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand collect" -s b -l backend -d 'Where to look: `auto`, `local`, `honeycomb`, `xray`, `file:PATH` or `file:-`' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand collect" -l since -d 'Look no further back than this, such as `15m`, `2h ago` or `yesterday 14:00` [default: 1h]' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand collect" -l until -d 'Look at what began before this; written like --since [default: no end]' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand collect" -l aws-profile -d 'Ask AWS with the credentials and the region of this profile of its configuration [default: `AWS_PROFILE`, or `default`]' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand collect" -l region -d 'Ask AWS X-Ray in this region [default: `AWS_REGION`, or the profile\'s]' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand collect" -l store -d 'Use this file as the local store, instead of the one in the data directory' -r -F
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand collect" -l config -d 'Read this configuration file, instead of the one that `config path` names' -r -F
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand collect" -l profile -d 'Use the settings of this profile of the configuration file' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand collect" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal that has them, unless `NO_COLOR` is set'
always\t'Also on a pipe or into a file'
never\t'Not at all'"
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand collect" -l width -d 'Use this many columns, 40 to 400 [default: the terminal\'s, or 100]' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand collect" -l timeout -d 'Give up asking a backend after this long [default: 30s]' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand collect" -l status -d 'Ask the receiver that is running for this store how it does, and end: 0 if it answers, 1 if there is none'
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand collect" -l ascii -d 'Draw with ASCII characters only'
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand collect" -l no-pager -d 'Do not show long output in a pager'
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand collect" -s q -l quiet -d 'Print the answer and errors, but no notes, warnings and progress'
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand collect" -s v -l verbose -d 'Say on stderr what is going on; -vv and -vvv say more'
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand collect" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand run" -l assert -d 'Check that a trace of this command matches the filter expression; may be given several times' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand run" -s f -l file -d 'Read assertions from a TOML file; may be given several times' -r -F
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand run" -l only -d 'Of the assertions in files, only those that have this in their name; may be given several times' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand run" -s w -l wait -d 'Wait so long for spans that arrive after the command has ended' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand run" -l junit -d 'Also write a JUnit XML file, which CI servers read' -r -F
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand run" -l markdown -d 'Also write Markdown; in GitHub Actions it goes to the job summary as well, with annotations' -r -F
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand run" -l html -d 'Also write a page for a browser' -r -F
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand run" -s b -l backend -d 'Where to look: `auto`, `local`, `honeycomb`, `xray`, `file:PATH` or `file:-`' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand run" -l since -d 'Look no further back than this, such as `15m`, `2h ago` or `yesterday 14:00` [default: 1h]' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand run" -l until -d 'Look at what began before this; written like --since [default: no end]' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand run" -l aws-profile -d 'Ask AWS with the credentials and the region of this profile of its configuration [default: `AWS_PROFILE`, or `default`]' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand run" -l region -d 'Ask AWS X-Ray in this region [default: `AWS_REGION`, or the profile\'s]' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand run" -l store -d 'Use this file as the local store, instead of the one in the data directory' -r -F
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand run" -l config -d 'Read this configuration file, instead of the one that `config path` names' -r -F
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand run" -l profile -d 'Use the settings of this profile of the configuration file' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand run" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal that has them, unless `NO_COLOR` is set'
always\t'Also on a pipe or into a file'
never\t'Not at all'"
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand run" -l width -d 'Use this many columns, 40 to 400 [default: the terminal\'s, or 100]' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand run" -l timeout -d 'Give up asking a backend after this long [default: 30s]' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand run" -l update -d 'Write snapshots and baselines anew, from the traces that match, instead of comparing them'
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand run" -l list -d 'List the traces when the command has ended'
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand run" -l show -d 'Show the traces as waterfalls when the command has ended'
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand run" -l ascii -d 'Draw with ASCII characters only'
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand run" -l no-pager -d 'Do not show long output in a pager'
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand run" -s q -l quiet -d 'Print the answer and errors, but no notes, warnings and progress'
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand run" -s v -l verbose -d 'Say on stderr what is going on; -vv and -vvv say more'
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand run" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand import" -s b -l backend -d 'Where to look: `auto`, `local`, `honeycomb`, `xray`, `file:PATH` or `file:-`' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand import" -l since -d 'Look no further back than this, such as `15m`, `2h ago` or `yesterday 14:00` [default: 1h]' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand import" -l until -d 'Look at what began before this; written like --since [default: no end]' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand import" -l aws-profile -d 'Ask AWS with the credentials and the region of this profile of its configuration [default: `AWS_PROFILE`, or `default`]' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand import" -l region -d 'Ask AWS X-Ray in this region [default: `AWS_REGION`, or the profile\'s]' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand import" -l store -d 'Use this file as the local store, instead of the one in the data directory' -r -F
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand import" -l config -d 'Read this configuration file, instead of the one that `config path` names' -r -F
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand import" -l profile -d 'Use the settings of this profile of the configuration file' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand import" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal that has them, unless `NO_COLOR` is set'
always\t'Also on a pipe or into a file'
never\t'Not at all'"
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand import" -l width -d 'Use this many columns, 40 to 400 [default: the terminal\'s, or 100]' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand import" -l timeout -d 'Give up asking a backend after this long [default: 30s]' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand import" -l ascii -d 'Draw with ASCII characters only'
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand import" -l no-pager -d 'Do not show long output in a pager'
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand import" -s q -l quiet -d 'Print the answer and errors, but no notes, warnings and progress'
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand import" -s v -l verbose -d 'Say on stderr what is going on; -vv and -vvv say more'
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand import" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand demo" -s b -l backend -d 'Where to look: `auto`, `local`, `honeycomb`, `xray`, `file:PATH` or `file:-`' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand demo" -l since -d 'Look no further back than this, such as `15m`, `2h ago` or `yesterday 14:00` [default: 1h]' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand demo" -l until -d 'Look at what began before this; written like --since [default: no end]' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand demo" -l aws-profile -d 'Ask AWS with the credentials and the region of this profile of its configuration [default: `AWS_PROFILE`, or `default`]' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand demo" -l region -d 'Ask AWS X-Ray in this region [default: `AWS_REGION`, or the profile\'s]' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand demo" -l store -d 'Use this file as the local store, instead of the one in the data directory' -r -F
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand demo" -l config -d 'Read this configuration file, instead of the one that `config path` names' -r -F
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand demo" -l profile -d 'Use the settings of this profile of the configuration file' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand demo" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal that has them, unless `NO_COLOR` is set'
always\t'Also on a pipe or into a file'
never\t'Not at all'"
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand demo" -l width -d 'Use this many columns, 40 to 400 [default: the terminal\'s, or 100]' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand demo" -l timeout -d 'Give up asking a backend after this long [default: 30s]' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand demo" -l ascii -d 'Draw with ASCII characters only'
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand demo" -l no-pager -d 'Do not show long output in a pager'
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand demo" -s q -l quiet -d 'Print the answer and errors, but no notes, warnings and progress'
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand demo" -s v -l verbose -d 'Say on stderr what is going on; -vv and -vvv say more'
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand demo" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand doctor" -s o -l output -d 'How to print what was found' -r -f -a "text\t'Text to read'
json\t'One JSON document'"
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand doctor" -l test-span -d 'Send one span that is marked as a test, and read it back' -r -f -a "receiver\t'The receiver that is running for this store'
honeycomb\t'Honeycomb'"
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand doctor" -l log-group -d 'Look for log lines in this log group of CloudWatch Logs; may be given several times' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand doctor" -l dataset -d 'Ask this dataset only [default: `HONEYCOMB_DATASET`, or all datasets of the environment]' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand doctor" -s b -l backend -d 'Where to look: `auto`, `local`, `honeycomb`, `xray`, `file:PATH` or `file:-`' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand doctor" -l since -d 'Look no further back than this, such as `15m`, `2h ago` or `yesterday 14:00` [default: 1h]' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand doctor" -l until -d 'Look at what began before this; written like --since [default: no end]' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand doctor" -l aws-profile -d 'Ask AWS with the credentials and the region of this profile of its configuration [default: `AWS_PROFILE`, or `default`]' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand doctor" -l region -d 'Ask AWS X-Ray in this region [default: `AWS_REGION`, or the profile\'s]' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand doctor" -l store -d 'Use this file as the local store, instead of the one in the data directory' -r -F
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand doctor" -l config -d 'Read this configuration file, instead of the one that `config path` names' -r -F
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand doctor" -l profile -d 'Use the settings of this profile of the configuration file' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand doctor" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal that has them, unless `NO_COLOR` is set'
always\t'Also on a pipe or into a file'
never\t'Not at all'"
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand doctor" -l width -d 'Use this many columns, 40 to 400 [default: the terminal\'s, or 100]' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand doctor" -l timeout -d 'Give up asking a backend after this long [default: 30s]' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand doctor" -l ascii -d 'Draw with ASCII characters only'
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand doctor" -l no-pager -d 'Do not show long output in a pager'
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand doctor" -s q -l quiet -d 'Print the answer and errors, but no notes, warnings and progress'
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand doctor" -s v -l verbose -d 'Say on stderr what is going on; -vv and -vvv say more'
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand doctor" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand probe" -s o -l output -d 'How to print what was found out' -r -f -a "text\t'Text to read'
json\t'One JSON document'"
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand probe" -l dataset -d 'Ask this dataset only [default: `HONEYCOMB_DATASET`, or all datasets of the environment]' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand probe" -s b -l backend -d 'Where to look: `auto`, `local`, `honeycomb`, `xray`, `file:PATH` or `file:-`' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand probe" -l since -d 'Look no further back than this, such as `15m`, `2h ago` or `yesterday 14:00` [default: 1h]' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand probe" -l until -d 'Look at what began before this; written like --since [default: no end]' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand probe" -l aws-profile -d 'Ask AWS with the credentials and the region of this profile of its configuration [default: `AWS_PROFILE`, or `default`]' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand probe" -l region -d 'Ask AWS X-Ray in this region [default: `AWS_REGION`, or the profile\'s]' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand probe" -l store -d 'Use this file as the local store, instead of the one in the data directory' -r -F
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand probe" -l config -d 'Read this configuration file, instead of the one that `config path` names' -r -F
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand probe" -l profile -d 'Use the settings of this profile of the configuration file' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand probe" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal that has them, unless `NO_COLOR` is set'
always\t'Also on a pipe or into a file'
never\t'Not at all'"
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand probe" -l width -d 'Use this many columns, 40 to 400 [default: the terminal\'s, or 100]' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand probe" -l timeout -d 'Give up asking a backend after this long [default: 30s]' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand probe" -l exhaust -d 'Use up the query results of a minute, to see what is said when there are no more'
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand probe" -l ascii -d 'Draw with ASCII characters only'
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand probe" -l no-pager -d 'Do not show long output in a pager'
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand probe" -s q -l quiet -d 'Print the answer and errors, but no notes, warnings and progress'
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand probe" -s v -l verbose -d 'Say on stderr what is going on; -vv and -vvv say more'
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand probe" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand config; and not __fish_seen_subcommand_from init show path help" -s b -l backend -d 'Where to look: `auto`, `local`, `honeycomb`, `xray`, `file:PATH` or `file:-`' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand config; and not __fish_seen_subcommand_from init show path help" -l since -d 'Look no further back than this, such as `15m`, `2h ago` or `yesterday 14:00` [default: 1h]' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand config; and not __fish_seen_subcommand_from init show path help" -l until -d 'Look at what began before this; written like --since [default: no end]' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand config; and not __fish_seen_subcommand_from init show path help" -l aws-profile -d 'Ask AWS with the credentials and the region of this profile of its configuration [default: `AWS_PROFILE`, or `default`]' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand config; and not __fish_seen_subcommand_from init show path help" -l region -d 'Ask AWS X-Ray in this region [default: `AWS_REGION`, or the profile\'s]' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand config; and not __fish_seen_subcommand_from init show path help" -l store -d 'Use this file as the local store, instead of the one in the data directory' -r -F
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand config; and not __fish_seen_subcommand_from init show path help" -l config -d 'Read this configuration file, instead of the one that `config path` names' -r -F
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand config; and not __fish_seen_subcommand_from init show path help" -l profile -d 'Use the settings of this profile of the configuration file' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand config; and not __fish_seen_subcommand_from init show path help" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal that has them, unless `NO_COLOR` is set'
always\t'Also on a pipe or into a file'
never\t'Not at all'"
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand config; and not __fish_seen_subcommand_from init show path help" -l width -d 'Use this many columns, 40 to 400 [default: the terminal\'s, or 100]' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand config; and not __fish_seen_subcommand_from init show path help" -l timeout -d 'Give up asking a backend after this long [default: 30s]' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand config; and not __fish_seen_subcommand_from init show path help" -l ascii -d 'Draw with ASCII characters only'
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand config; and not __fish_seen_subcommand_from init show path help" -l no-pager -d 'Do not show long output in a pager'
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand config; and not __fish_seen_subcommand_from init show path help" -s q -l quiet -d 'Print the answer and errors, but no notes, warnings and progress'
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand config; and not __fish_seen_subcommand_from init show path help" -s v -l verbose -d 'Say on stderr what is going on; -vv and -vvv say more'
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand config; and not __fish_seen_subcommand_from init show path help" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand config; and not __fish_seen_subcommand_from init show path help" -f -a "init" -d 'Write a configuration file in which everything is explained and nothing is set'
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand config; and not __fish_seen_subcommand_from init show path help" -f -a "show" -d 'Show each setting and where it comes from'
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand config; and not __fish_seen_subcommand_from init show path help" -f -a "path" -d 'Show which files are used'
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand config; and not __fish_seen_subcommand_from init show path help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand config; and __fish_seen_subcommand_from init" -s b -l backend -d 'Where to look: `auto`, `local`, `honeycomb`, `xray`, `file:PATH` or `file:-`' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand config; and __fish_seen_subcommand_from init" -l since -d 'Look no further back than this, such as `15m`, `2h ago` or `yesterday 14:00` [default: 1h]' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand config; and __fish_seen_subcommand_from init" -l until -d 'Look at what began before this; written like --since [default: no end]' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand config; and __fish_seen_subcommand_from init" -l aws-profile -d 'Ask AWS with the credentials and the region of this profile of its configuration [default: `AWS_PROFILE`, or `default`]' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand config; and __fish_seen_subcommand_from init" -l region -d 'Ask AWS X-Ray in this region [default: `AWS_REGION`, or the profile\'s]' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand config; and __fish_seen_subcommand_from init" -l store -d 'Use this file as the local store, instead of the one in the data directory' -r -F
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand config; and __fish_seen_subcommand_from init" -l config -d 'Read this configuration file, instead of the one that `config path` names' -r -F
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand config; and __fish_seen_subcommand_from init" -l profile -d 'Use the settings of this profile of the configuration file' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand config; and __fish_seen_subcommand_from init" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal that has them, unless `NO_COLOR` is set'
always\t'Also on a pipe or into a file'
never\t'Not at all'"
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand config; and __fish_seen_subcommand_from init" -l width -d 'Use this many columns, 40 to 400 [default: the terminal\'s, or 100]' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand config; and __fish_seen_subcommand_from init" -l timeout -d 'Give up asking a backend after this long [default: 30s]' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand config; and __fish_seen_subcommand_from init" -l ascii -d 'Draw with ASCII characters only'
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand config; and __fish_seen_subcommand_from init" -l no-pager -d 'Do not show long output in a pager'
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand config; and __fish_seen_subcommand_from init" -s q -l quiet -d 'Print the answer and errors, but no notes, warnings and progress'
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand config; and __fish_seen_subcommand_from init" -s v -l verbose -d 'Say on stderr what is going on; -vv and -vvv say more'
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand config; and __fish_seen_subcommand_from init" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand config; and __fish_seen_subcommand_from show" -s o -l output -d 'How to print the settings' -r -f -a "text\t'Text to read'
json\t'One JSON document'"
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand config; and __fish_seen_subcommand_from show" -s b -l backend -d 'Where to look: `auto`, `local`, `honeycomb`, `xray`, `file:PATH` or `file:-`' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand config; and __fish_seen_subcommand_from show" -l since -d 'Look no further back than this, such as `15m`, `2h ago` or `yesterday 14:00` [default: 1h]' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand config; and __fish_seen_subcommand_from show" -l until -d 'Look at what began before this; written like --since [default: no end]' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand config; and __fish_seen_subcommand_from show" -l aws-profile -d 'Ask AWS with the credentials and the region of this profile of its configuration [default: `AWS_PROFILE`, or `default`]' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand config; and __fish_seen_subcommand_from show" -l region -d 'Ask AWS X-Ray in this region [default: `AWS_REGION`, or the profile\'s]' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand config; and __fish_seen_subcommand_from show" -l store -d 'Use this file as the local store, instead of the one in the data directory' -r -F
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand config; and __fish_seen_subcommand_from show" -l config -d 'Read this configuration file, instead of the one that `config path` names' -r -F
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand config; and __fish_seen_subcommand_from show" -l profile -d 'Use the settings of this profile of the configuration file' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand config; and __fish_seen_subcommand_from show" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal that has them, unless `NO_COLOR` is set'
always\t'Also on a pipe or into a file'
never\t'Not at all'"
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand config; and __fish_seen_subcommand_from show" -l width -d 'Use this many columns, 40 to 400 [default: the terminal\'s, or 100]' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand config; and __fish_seen_subcommand_from show" -l timeout -d 'Give up asking a backend after this long [default: 30s]' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand config; and __fish_seen_subcommand_from show" -l ascii -d 'Draw with ASCII characters only'
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand config; and __fish_seen_subcommand_from show" -l no-pager -d 'Do not show long output in a pager'
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand config; and __fish_seen_subcommand_from show" -s q -l quiet -d 'Print the answer and errors, but no notes, warnings and progress'
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand config; and __fish_seen_subcommand_from show" -s v -l verbose -d 'Say on stderr what is going on; -vv and -vvv say more'
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand config; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand config; and __fish_seen_subcommand_from path" -s o -l output -d 'How to print the paths' -r -f -a "text\t'Text to read'
json\t'One JSON document'"
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand config; and __fish_seen_subcommand_from path" -s b -l backend -d 'Where to look: `auto`, `local`, `honeycomb`, `xray`, `file:PATH` or `file:-`' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand config; and __fish_seen_subcommand_from path" -l since -d 'Look no further back than this, such as `15m`, `2h ago` or `yesterday 14:00` [default: 1h]' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand config; and __fish_seen_subcommand_from path" -l until -d 'Look at what began before this; written like --since [default: no end]' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand config; and __fish_seen_subcommand_from path" -l aws-profile -d 'Ask AWS with the credentials and the region of this profile of its configuration [default: `AWS_PROFILE`, or `default`]' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand config; and __fish_seen_subcommand_from path" -l region -d 'Ask AWS X-Ray in this region [default: `AWS_REGION`, or the profile\'s]' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand config; and __fish_seen_subcommand_from path" -l store -d 'Use this file as the local store, instead of the one in the data directory' -r -F
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand config; and __fish_seen_subcommand_from path" -l config -d 'Read this configuration file, instead of the one that `config path` names' -r -F
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand config; and __fish_seen_subcommand_from path" -l profile -d 'Use the settings of this profile of the configuration file' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand config; and __fish_seen_subcommand_from path" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal that has them, unless `NO_COLOR` is set'
always\t'Also on a pipe or into a file'
never\t'Not at all'"
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand config; and __fish_seen_subcommand_from path" -l width -d 'Use this many columns, 40 to 400 [default: the terminal\'s, or 100]' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand config; and __fish_seen_subcommand_from path" -l timeout -d 'Give up asking a backend after this long [default: 30s]' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand config; and __fish_seen_subcommand_from path" -l ascii -d 'Draw with ASCII characters only'
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand config; and __fish_seen_subcommand_from path" -l no-pager -d 'Do not show long output in a pager'
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand config; and __fish_seen_subcommand_from path" -s q -l quiet -d 'Print the answer and errors, but no notes, warnings and progress'
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand config; and __fish_seen_subcommand_from path" -s v -l verbose -d 'Say on stderr what is going on; -vv and -vvv say more'
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand config; and __fish_seen_subcommand_from path" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand config; and __fish_seen_subcommand_from help" -f -a "init" -d 'Write a configuration file in which everything is explained and nothing is set'
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand config; and __fish_seen_subcommand_from help" -f -a "show" -d 'Show each setting and where it comes from'
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand config; and __fish_seen_subcommand_from help" -f -a "path" -d 'Show which files are used'
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand config; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand completions" -s b -l backend -d 'Where to look: `auto`, `local`, `honeycomb`, `xray`, `file:PATH` or `file:-`' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand completions" -l since -d 'Look no further back than this, such as `15m`, `2h ago` or `yesterday 14:00` [default: 1h]' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand completions" -l until -d 'Look at what began before this; written like --since [default: no end]' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand completions" -l aws-profile -d 'Ask AWS with the credentials and the region of this profile of its configuration [default: `AWS_PROFILE`, or `default`]' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand completions" -l region -d 'Ask AWS X-Ray in this region [default: `AWS_REGION`, or the profile\'s]' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand completions" -l store -d 'Use this file as the local store, instead of the one in the data directory' -r -F
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand completions" -l config -d 'Read this configuration file, instead of the one that `config path` names' -r -F
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand completions" -l profile -d 'Use the settings of this profile of the configuration file' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand completions" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal that has them, unless `NO_COLOR` is set'
always\t'Also on a pipe or into a file'
never\t'Not at all'"
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand completions" -l width -d 'Use this many columns, 40 to 400 [default: the terminal\'s, or 100]' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand completions" -l timeout -d 'Give up asking a backend after this long [default: 30s]' -r
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand completions" -l ascii -d 'Draw with ASCII characters only'
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand completions" -l no-pager -d 'Do not show long output in a pager'
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand completions" -s q -l quiet -d 'Print the answer and errors, but no notes, warnings and progress'
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand completions" -s v -l verbose -d 'Say on stderr what is going on; -vv and -vvv say more'
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand completions" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand help; and not __fish_seen_subcommand_from list show logs assert diff stats map collect run import demo doctor probe config completions help" -f -a "list" -d 'List traces, newest first'
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand help; and not __fish_seen_subcommand_from list show logs assert diff stats map collect run import demo doctor probe config completions help" -f -a "show" -d 'Show a trace as a waterfall'
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand help; and not __fish_seen_subcommand_from list show logs assert diff stats map collect run import demo doctor probe config completions help" -f -a "logs" -d 'Print the log lines of a trace'
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand help; and not __fish_seen_subcommand_from list show logs assert diff stats map collect run import demo doctor probe config completions help" -f -a "assert" -d 'Prove that a trace exists, or that none does'
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand help; and not __fish_seen_subcommand_from list show logs assert diff stats map collect run import demo doctor probe config completions help" -f -a "diff" -d 'Show what differs between two traces, or two sets of traces, and where the time went'
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand help; and not __fish_seen_subcommand_from list show logs assert diff stats map collect run import demo doctor probe config completions help" -f -a "stats" -d 'Show rate, errors and latency percentiles, by service and operation'
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand help; and not __fish_seen_subcommand_from list show logs assert diff stats map collect run import demo doctor probe config completions help" -f -a "map" -d 'Show which services call which, how often, how fast, and how often in vain'
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand help; and not __fish_seen_subcommand_from list show logs assert diff stats map collect run import demo doctor probe config completions help" -f -a "collect" -d 'Receive traces on this machine'
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand help; and not __fish_seen_subcommand_from list show logs assert diff stats map collect run import demo doctor probe config completions help" -f -a "run" -d 'Run a command with a private receiver around it'
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand help; and not __fish_seen_subcommand_from list show logs assert diff stats map collect run import demo doctor probe config completions help" -f -a "import" -d 'Put files of traces into the local store'
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand help; and not __fish_seen_subcommand_from list show logs assert diff stats map collect run import demo doctor probe config completions help" -f -a "demo" -d 'Show what this program does, with traces of its own'
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand help; and not __fish_seen_subcommand_from list show logs assert diff stats map collect run import demo doctor probe config completions help" -f -a "doctor" -d 'Say what is configured, what works, and the command that fixes what does not'
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand help; and not __fish_seen_subcommand_from list show logs assert diff stats map collect run import demo doctor probe config completions help" -f -a "probe" -d 'Find out how Honeycomb behaves where its documentation leaves it open'
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand help; and not __fish_seen_subcommand_from list show logs assert diff stats map collect run import demo doctor probe config completions help" -f -a "config" -d 'Create, explain or find the configuration'
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand help; and not __fish_seen_subcommand_from list show logs assert diff stats map collect run import demo doctor probe config completions help" -f -a "completions" -d 'Print the completion script for a shell'
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand help; and not __fish_seen_subcommand_from list show logs assert diff stats map collect run import demo doctor probe config completions help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand help; and __fish_seen_subcommand_from assert" -f -a "init" -d 'Write a file of assertions from good traces'
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand help; and __fish_seen_subcommand_from config" -f -a "init" -d 'Write a configuration file in which everything is explained and nothing is set'
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand help; and __fish_seen_subcommand_from config" -f -a "show" -d 'Show each setting and where it comes from'
complete -c cruddur-trace -n "__fish_cruddur_trace_using_subcommand help; and __fish_seen_subcommand_from config" -f -a "path" -d 'Show which files are used'
