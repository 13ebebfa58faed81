
using namespace System.Management.Automation
using namespace System.Management.Automation.Language

Register-ArgumentCompleter -Native -CommandName 'cruddur-trace' -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)

    $commandElements = $commandAst.CommandElements
    $command = @(
        'cruddur-trace'
        for ($i = 1; $i -lt $commandElements.Count; $i++) {
            $element = $commandElements[$i]
            if ($element -isnot [StringConstantExpressionAst] -or
                $element.StringConstantType -ne [StringConstantType]::BareWord -or
                $element.Value.StartsWith('-') -or
                $element.Value -eq $wordToComplete) {
                break
        }
        $element.Value
    }) -join ';'

    $completions = @(switch ($command) {
        'cruddur-trace' {
            [CompletionResult]::new('-b', '-b', [CompletionResultType]::ParameterName, 'Where to look: `auto`, `local`, `honeycomb`, `xray`, `file:PATH` or `file:-`')
            [CompletionResult]::new('--backend', '--backend', [CompletionResultType]::ParameterName, 'Where to look: `auto`, `local`, `honeycomb`, `xray`, `file:PATH` or `file:-`')
            [CompletionResult]::new('--since', '--since', [CompletionResultType]::ParameterName, 'Look no further back than this, such as `15m`, `2h ago` or `yesterday 14:00` [default: 1h]')
            [CompletionResult]::new('--until', '--until', [CompletionResultType]::ParameterName, 'Look at what began before this; written like --since [default: no end]')
            [CompletionResult]::new('--aws-profile', '--aws-profile', [CompletionResultType]::ParameterName, 'Ask AWS with the credentials and the region of this profile of its configuration [default: `AWS_PROFILE`, or `default`]')
            [CompletionResult]::new('--region', '--region', [CompletionResultType]::ParameterName, 'Ask AWS X-Ray in this region [default: `AWS_REGION`, or the profile''s]')
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'Use this file as the local store, instead of the one in the data directory')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read this configuration file, instead of the one that `config path` names')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Use the settings of this profile of the configuration file')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours')
            [CompletionResult]::new('--width', '--width', [CompletionResultType]::ParameterName, 'Use this many columns, 40 to 400 [default: the terminal''s, or 100]')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'Give up asking a backend after this long [default: 30s]')
            [CompletionResult]::new('--ascii', '--ascii', [CompletionResultType]::ParameterName, 'Draw with ASCII characters only')
            [CompletionResult]::new('--no-pager', '--no-pager', [CompletionResultType]::ParameterName, 'Do not show long output in a pager')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print the answer and errors, but no notes, warnings and progress')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print the answer and errors, but no notes, warnings and progress')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say on stderr what is going on; -vv and -vvv say more')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say on stderr what is going on; -vv and -vvv say more')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List traces, newest first')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show a trace as a waterfall')
            [CompletionResult]::new('logs', 'logs', [CompletionResultType]::ParameterValue, 'Print the log lines of a trace')
            [CompletionResult]::new('assert', 'assert', [CompletionResultType]::ParameterValue, 'Prove that a trace exists, or that none does')
            [CompletionResult]::new('diff', 'diff', [CompletionResultType]::ParameterValue, 'Show what differs between two traces, or two sets of traces, and where the time went')
            [CompletionResult]::new('stats', 'stats', [CompletionResultType]::ParameterValue, 'Show rate, errors and latency percentiles, by service and operation')
            [CompletionResult]::new('map', 'map', [CompletionResultType]::ParameterValue, 'Show which services call which, how often, how fast, and how often in vain')
            [CompletionResult]::new('collect', 'collect', [CompletionResultType]::ParameterValue, 'Receive traces on this machine')
            [CompletionResult]::new('run', 'run', [CompletionResultType]::ParameterValue, 'Run a command with a private receiver around it')
            [CompletionResult]::new('import', 'import', [CompletionResultType]::ParameterValue, 'Put files of traces into the local store')
            [CompletionResult]::new('demo', 'demo', [CompletionResultType]::ParameterValue, 'Show what this program does, with traces of its own')
            [CompletionResult]::new('doctor', 'doctor', [CompletionResultType]::ParameterValue, 'Say what is configured, what works, and the command that fixes what does not')
            [CompletionResult]::new('probe', 'probe', [CompletionResultType]::ParameterValue, 'Find out how Honeycomb behaves where its documentation leaves it open')
            [CompletionResult]::new('config', 'config', [CompletionResultType]::ParameterValue, 'Create, explain or find the configuration')
            [CompletionResult]::new('completions', 'completions', [CompletionResultType]::ParameterValue, 'Print the completion script for a shell')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'cruddur-trace;list' {
            [CompletionResult]::new('-n', '-n', [CompletionResultType]::ParameterName, 'List at most this many [default: 20]')
            [CompletionResult]::new('--limit', '--limit', [CompletionResultType]::ParameterName, 'List at most this many [default: 20]')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'How to print the traces [default: table]')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to print the traces [default: table]')
            [CompletionResult]::new('--service', '--service', [CompletionResultType]::ParameterName, 'A span of this service: `service = "NAME"`')
            [CompletionResult]::new('--name', '--name', [CompletionResultType]::ParameterName, 'A span of this name: `name = "NAME"`')
            [CompletionResult]::new('--min-duration', '--min-duration', [CompletionResultType]::ParameterName, 'A span that took at least this long: `duration >= DURATION`')
            [CompletionResult]::new('--max-duration', '--max-duration', [CompletionResultType]::ParameterName, 'A span that took at most this long: `duration <= DURATION`')
            [CompletionResult]::new('--attr', '--attr', [CompletionResultType]::ParameterName, 'A span with this attribute: `KEY = VALUE`; may be given several times')
            [CompletionResult]::new('--xray-filter', '--xray-filter', [CompletionResultType]::ParameterName, 'Ask X-Ray for this too, in its own filter expressions, such as `service() { fault }`')
            [CompletionResult]::new('--xray-group', '--xray-group', [CompletionResultType]::ParameterName, 'Ask for the traces of this X-Ray group only')
            [CompletionResult]::new('--xray-time-range', '--xray-time-range', [CompletionResultType]::ParameterName, 'Which time X-Ray shall search by [default: event]')
            [CompletionResult]::new('--scan', '--scan', [CompletionResultType]::ParameterName, 'Fetch at most this many traces to check what X-Ray cannot check itself [default: 250]')
            [CompletionResult]::new('--dataset', '--dataset', [CompletionResultType]::ParameterName, 'Ask this dataset only [default: `HONEYCOMB_DATASET`, or all datasets of the environment]')
            [CompletionResult]::new('-b', '-b', [CompletionResultType]::ParameterName, 'Where to look: `auto`, `local`, `honeycomb`, `xray`, `file:PATH` or `file:-`')
            [CompletionResult]::new('--backend', '--backend', [CompletionResultType]::ParameterName, 'Where to look: `auto`, `local`, `honeycomb`, `xray`, `file:PATH` or `file:-`')
            [CompletionResult]::new('--since', '--since', [CompletionResultType]::ParameterName, 'Look no further back than this, such as `15m`, `2h ago` or `yesterday 14:00` [default: 1h]')
            [CompletionResult]::new('--until', '--until', [CompletionResultType]::ParameterName, 'Look at what began before this; written like --since [default: no end]')
            [CompletionResult]::new('--aws-profile', '--aws-profile', [CompletionResultType]::ParameterName, 'Ask AWS with the credentials and the region of this profile of its configuration [default: `AWS_PROFILE`, or `default`]')
            [CompletionResult]::new('--region', '--region', [CompletionResultType]::ParameterName, 'Ask AWS X-Ray in this region [default: `AWS_REGION`, or the profile''s]')
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'Use this file as the local store, instead of the one in the data directory')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read this configuration file, instead of the one that `config path` names')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Use the settings of this profile of the configuration file')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours')
            [CompletionResult]::new('--width', '--width', [CompletionResultType]::ParameterName, 'Use this many columns, 40 to 400 [default: the terminal''s, or 100]')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'Give up asking a backend after this long [default: 30s]')
            [CompletionResult]::new('-f', '-f', [CompletionResultType]::ParameterName, 'Go on and print new traces as they arrive')
            [CompletionResult]::new('--follow', '--follow', [CompletionResultType]::ParameterName, 'Go on and print new traces as they arrive')
            [CompletionResult]::new('--lost-context', '--lost-context', [CompletionResultType]::ParameterName, 'Read the listed traces, too, and say where a call in one seems to be answered in another: context was lost on the way')
            [CompletionResult]::new('--explain', '--explain', [CompletionResultType]::ParameterName, 'Say what each backend would be asked, and do not ask')
            [CompletionResult]::new('-i', '-i', [CompletionResultType]::ParameterName, 'Look at the list on the whole screen, and open traces from there; ? shows the keys')
            [CompletionResult]::new('--interactive', '--interactive', [CompletionResultType]::ParameterName, 'Look at the list on the whole screen, and open traces from there; ? shows the keys')
            [CompletionResult]::new('--error', '--error', [CompletionResultType]::ParameterName, 'A span that failed: `status = error`')
            [CompletionResult]::new('--counts', '--counts', [CompletionResultType]::ParameterName, 'Spend a second query result on the numbers of spans and errors and the whole extent of each trace')
            [CompletionResult]::new('--ascii', '--ascii', [CompletionResultType]::ParameterName, 'Draw with ASCII characters only')
            [CompletionResult]::new('--no-pager', '--no-pager', [CompletionResultType]::ParameterName, 'Do not show long output in a pager')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print the answer and errors, but no notes, warnings and progress')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print the answer and errors, but no notes, warnings and progress')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say on stderr what is going on; -vv and -vvv say more')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say on stderr what is going on; -vv and -vvv say more')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'cruddur-trace;show' {
            [CompletionResult]::new('--where', '--where', [CompletionResultType]::ParameterName, 'Show only the spans for which this filter expression holds, and those above them')
            [CompletionResult]::new('--service', '--service', [CompletionResultType]::ParameterName, 'Show only the spans of this service, and those above them; may be given several times')
            [CompletionResult]::new('--highlight', '--highlight', [CompletionResultType]::ParameterName, 'Mark the spans for which this filter expression holds, and keep the others')
            [CompletionResult]::new('--span', '--span', [CompletionResultType]::ParameterName, 'Show one span whole: its attributes, events and links, and what it means for the trace')
            [CompletionResult]::new('--zoom', '--zoom', [CompletionResultType]::ParameterName, 'Draw only this span and what is below it, over the whole width')
            [CompletionResult]::new('--max-rows', '--max-rows', [CompletionResultType]::ParameterName, 'Draw at most this many rows of a trace: what failed or was looked for, the critical path and the longest; the rest is counted [default: all; 1000 for svg, 60 for markdown, 100 for mermaid]')
            [CompletionResult]::new('--depth', '--depth', [CompletionResultType]::ParameterName, 'Draw so many levels of the tree; what is deeper is counted')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'How to print the trace [default: waterfall]')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to print the trace [default: waterfall]')
            [CompletionResult]::new('--log-group', '--log-group', [CompletionResultType]::ParameterName, 'Look for log lines in this log group of CloudWatch Logs; may be given several times')
            [CompletionResult]::new('--dataset', '--dataset', [CompletionResultType]::ParameterName, 'Ask this dataset only [default: `HONEYCOMB_DATASET`, or all datasets of the environment]')
            [CompletionResult]::new('--attributes', '--attributes', [CompletionResultType]::ParameterName, 'How many of the spans'' attributes to ask Honeycomb for [default: known for waterfall, svg, markdown and mermaid; else all]')
            [CompletionResult]::new('-b', '-b', [CompletionResultType]::ParameterName, 'Where to look: `auto`, `local`, `honeycomb`, `xray`, `file:PATH` or `file:-`')
            [CompletionResult]::new('--backend', '--backend', [CompletionResultType]::ParameterName, 'Where to look: `auto`, `local`, `honeycomb`, `xray`, `file:PATH` or `file:-`')
            [CompletionResult]::new('--since', '--since', [CompletionResultType]::ParameterName, 'Look no further back than this, such as `15m`, `2h ago` or `yesterday 14:00` [default: 1h]')
            [CompletionResult]::new('--until', '--until', [CompletionResultType]::ParameterName, 'Look at what began before this; written like --since [default: no end]')
            [CompletionResult]::new('--aws-profile', '--aws-profile', [CompletionResultType]::ParameterName, 'Ask AWS with the credentials and the region of this profile of its configuration [default: `AWS_PROFILE`, or `default`]')
            [CompletionResult]::new('--region', '--region', [CompletionResultType]::ParameterName, 'Ask AWS X-Ray in this region [default: `AWS_REGION`, or the profile''s]')
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'Use this file as the local store, instead of the one in the data directory')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read this configuration file, instead of the one that `config path` names')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Use the settings of this profile of the configuration file')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours')
            [CompletionResult]::new('--width', '--width', [CompletionResultType]::ParameterName, 'Use this many columns, 40 to 400 [default: the terminal''s, or 100]')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'Give up asking a backend after this long [default: 30s]')
            [CompletionResult]::new('--expand', '--expand', [CompletionResultType]::ParameterName, 'Draw every span, also where many alike would be folded into one row')
            [CompletionResult]::new('--correct-skew', '--correct-skew', [CompletionResultType]::ParameterName, 'Move the spans of hosts whose clocks are off to where one correction satisfies all of their calls, marked by `~` and the amount')
            [CompletionResult]::new('--logs', '--logs', [CompletionResultType]::ParameterName, 'Draw the log lines of the trace too, each below the span in which it was written')
            [CompletionResult]::new('--errors', '--errors', [CompletionResultType]::ParameterName, 'Ask Rollbar for the errors of the trace: those that carry its id, and those that probably belong to it, each with its evidence')
            [CompletionResult]::new('--bodies', '--bodies', [CompletionResultType]::ParameterName, 'Print the stack frames of these errors with their local variables, which may be secrets')
            [CompletionResult]::new('--stitch', '--stitch', [CompletionResultType]::ParameterName, 'Draw what the X-Ray SDK and OpenTelemetry have recorded of one request, each under a trace id of its own, as one tree')
            [CompletionResult]::new('--no-twins', '--no-twins', [CompletionResultType]::ParameterName, 'Do not look for other traces of the same request, which costs a question or two more')
            [CompletionResult]::new('--explain', '--explain', [CompletionResultType]::ParameterName, 'Say what each backend would be asked, and do not ask')
            [CompletionResult]::new('--open', '--open', [CompletionResultType]::ParameterName, 'Open the trace in the browser too; of several, the first five')
            [CompletionResult]::new('-i', '-i', [CompletionResultType]::ParameterName, 'Look at the trace on the whole screen: fold, search, zoom, all about each span; ? shows the keys')
            [CompletionResult]::new('--interactive', '--interactive', [CompletionResultType]::ParameterName, 'Look at the trace on the whole screen: fold, search, zoom, all about each span; ? shows the keys')
            [CompletionResult]::new('--ascii', '--ascii', [CompletionResultType]::ParameterName, 'Draw with ASCII characters only')
            [CompletionResult]::new('--no-pager', '--no-pager', [CompletionResultType]::ParameterName, 'Do not show long output in a pager')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print the answer and errors, but no notes, warnings and progress')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print the answer and errors, but no notes, warnings and progress')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say on stderr what is going on; -vv and -vvv say more')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say on stderr what is going on; -vv and -vvv say more')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'cruddur-trace;logs' {
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'How to print the lines')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to print the lines')
            [CompletionResult]::new('--log-group', '--log-group', [CompletionResultType]::ParameterName, 'Look for log lines in this log group of CloudWatch Logs; may be given several times')
            [CompletionResult]::new('--dataset', '--dataset', [CompletionResultType]::ParameterName, 'Ask this dataset only [default: `HONEYCOMB_DATASET`, or all datasets of the environment]')
            [CompletionResult]::new('-b', '-b', [CompletionResultType]::ParameterName, 'Where to look: `auto`, `local`, `honeycomb`, `xray`, `file:PATH` or `file:-`')
            [CompletionResult]::new('--backend', '--backend', [CompletionResultType]::ParameterName, 'Where to look: `auto`, `local`, `honeycomb`, `xray`, `file:PATH` or `file:-`')
            [CompletionResult]::new('--since', '--since', [CompletionResultType]::ParameterName, 'Look no further back than this, such as `15m`, `2h ago` or `yesterday 14:00` [default: 1h]')
            [CompletionResult]::new('--until', '--until', [CompletionResultType]::ParameterName, 'Look at what began before this; written like --since [default: no end]')
            [CompletionResult]::new('--aws-profile', '--aws-profile', [CompletionResultType]::ParameterName, 'Ask AWS with the credentials and the region of this profile of its configuration [default: `AWS_PROFILE`, or `default`]')
            [CompletionResult]::new('--region', '--region', [CompletionResultType]::ParameterName, 'Ask AWS X-Ray in this region [default: `AWS_REGION`, or the profile''s]')
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'Use this file as the local store, instead of the one in the data directory')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read this configuration file, instead of the one that `config path` names')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Use the settings of this profile of the configuration file')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours')
            [CompletionResult]::new('--width', '--width', [CompletionResultType]::ParameterName, 'Use this many columns, 40 to 400 [default: the terminal''s, or 100]')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'Give up asking a backend after this long [default: 30s]')
            [CompletionResult]::new('--ascii', '--ascii', [CompletionResultType]::ParameterName, 'Draw with ASCII characters only')
            [CompletionResult]::new('--no-pager', '--no-pager', [CompletionResultType]::ParameterName, 'Do not show long output in a pager')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print the answer and errors, but no notes, warnings and progress')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print the answer and errors, but no notes, warnings and progress')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say on stderr what is going on; -vv and -vvv say more')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say on stderr what is going on; -vv and -vvv say more')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'cruddur-trace;assert' {
            [CompletionResult]::new('-f', '-f', [CompletionResultType]::ParameterName, 'Read assertions from a TOML file; may be given several times')
            [CompletionResult]::new('--file', '--file', [CompletionResultType]::ParameterName, 'Read assertions from a TOML file; may be given several times')
            [CompletionResult]::new('--only', '--only', [CompletionResultType]::ParameterName, 'Of the assertions in files, only those that have this in their name; may be given several times')
            [CompletionResult]::new('--count', '--count', [CompletionResultType]::ParameterName, 'It holds if this many traces match: `3`, `>=3`, `<10`, `2..5` (both included)')
            [CompletionResult]::new('--every', '--every', [CompletionResultType]::ParameterName, 'It holds if there is such a span, and every span that EXPR finds satisfies this as well')
            [CompletionResult]::new('--across', '--across', [CompletionResultType]::ParameterName, 'It holds if this holds of all spans together that EXPR finds in all traces: `p95(duration) < 500ms`')
            [CompletionResult]::new('--critical-path', '--critical-path', [CompletionResultType]::ParameterName, 'It holds if the spans that EXPR finds make up so much of the critical path of each trace: `<300ms`')
            [CompletionResult]::new('--snapshot', '--snapshot', [CompletionResultType]::ParameterName, 'It holds if the newest trace that matches looks as it is written in FILE, which --update writes')
            [CompletionResult]::new('--baseline', '--baseline', [CompletionResultType]::ParameterName, 'It holds if no operation is slower than it is written in FILE, which --update writes')
            [CompletionResult]::new('--samples', '--samples', [CompletionResultType]::ParameterName, 'With --baseline, how many samples of an operation it takes at least: traces that have it')
            [CompletionResult]::new('--tolerance', '--tolerance', [CompletionResultType]::ParameterName, 'With --baseline, how much slower is no difference yet [default: 10%]')
            [CompletionResult]::new('-w', '-w', [CompletionResultType]::ParameterName, 'Ask again for so long, until it can be told: spans take a while to arrive')
            [CompletionResult]::new('--wait', '--wait', [CompletionResultType]::ParameterName, 'Ask again for so long, until it can be told: spans take a while to arrive')
            [CompletionResult]::new('--settle', '--settle', [CompletionResultType]::ParameterName, 'Expect nothing more of a trace that has been silent for so long [default: 10s, of backends on the network 60s]')
            [CompletionResult]::new('--interval', '--interval', [CompletionResultType]::ParameterName, 'With --wait, ask again after so long, but never more often than a backend allows')
            [CompletionResult]::new('--trace', '--trace', [CompletionResultType]::ParameterName, 'Look at this trace only, however old it is; its id is written as for `show`')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'How to print the verdict [default: text]')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to print the verdict [default: text]')
            [CompletionResult]::new('--junit', '--junit', [CompletionResultType]::ParameterName, 'Also write a JUnit XML file, which CI servers read')
            [CompletionResult]::new('--markdown', '--markdown', [CompletionResultType]::ParameterName, 'Also write Markdown; in GitHub Actions it goes to the job summary as well, with annotations')
            [CompletionResult]::new('--html', '--html', [CompletionResultType]::ParameterName, 'Also write a page for a browser')
            [CompletionResult]::new('--service', '--service', [CompletionResultType]::ParameterName, 'A span of this service: `service = "NAME"`')
            [CompletionResult]::new('--name', '--name', [CompletionResultType]::ParameterName, 'A span of this name: `name = "NAME"`')
            [CompletionResult]::new('--min-duration', '--min-duration', [CompletionResultType]::ParameterName, 'A span that took at least this long: `duration >= DURATION`')
            [CompletionResult]::new('--max-duration', '--max-duration', [CompletionResultType]::ParameterName, 'A span that took at most this long: `duration <= DURATION`')
            [CompletionResult]::new('--attr', '--attr', [CompletionResultType]::ParameterName, 'A span with this attribute: `KEY = VALUE`; may be given several times')
            [CompletionResult]::new('--xray-filter', '--xray-filter', [CompletionResultType]::ParameterName, 'Ask X-Ray for this too, in its own filter expressions, such as `service() { fault }`')
            [CompletionResult]::new('--xray-group', '--xray-group', [CompletionResultType]::ParameterName, 'Ask for the traces of this X-Ray group only')
            [CompletionResult]::new('--xray-time-range', '--xray-time-range', [CompletionResultType]::ParameterName, 'Which time X-Ray shall search by [default: event]')
            [CompletionResult]::new('--scan', '--scan', [CompletionResultType]::ParameterName, 'Fetch at most this many traces to check what X-Ray cannot check itself [default: 250]')
            [CompletionResult]::new('--dataset', '--dataset', [CompletionResultType]::ParameterName, 'Ask this dataset only [default: `HONEYCOMB_DATASET`, or all datasets of the environment]')
            [CompletionResult]::new('-b', '-b', [CompletionResultType]::ParameterName, 'Where to look: `auto`, `local`, `honeycomb`, `xray`, `file:PATH` or `file:-`')
            [CompletionResult]::new('--backend', '--backend', [CompletionResultType]::ParameterName, 'Where to look: `auto`, `local`, `honeycomb`, `xray`, `file:PATH` or `file:-`')
            [CompletionResult]::new('--since', '--since', [CompletionResultType]::ParameterName, 'Look no further back than this, such as `15m`, `2h ago` or `yesterday 14:00` [default: 1h]')
            [CompletionResult]::new('--until', '--until', [CompletionResultType]::ParameterName, 'Look at what began before this; written like --since [default: no end]')
            [CompletionResult]::new('--aws-profile', '--aws-profile', [CompletionResultType]::ParameterName, 'Ask AWS with the credentials and the region of this profile of its configuration [default: `AWS_PROFILE`, or `default`]')
            [CompletionResult]::new('--region', '--region', [CompletionResultType]::ParameterName, 'Ask AWS X-Ray in this region [default: `AWS_REGION`, or the profile''s]')
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'Use this file as the local store, instead of the one in the data directory')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read this configuration file, instead of the one that `config path` names')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Use the settings of this profile of the configuration file')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours')
            [CompletionResult]::new('--width', '--width', [CompletionResultType]::ParameterName, 'Use this many columns, 40 to 400 [default: the terminal''s, or 100]')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'Give up asking a backend after this long [default: 30s]')
            [CompletionResult]::new('--update', '--update', [CompletionResultType]::ParameterName, 'Write snapshots and baselines anew, from the traces that match, instead of comparing them')
            [CompletionResult]::new('--absent', '--absent', [CompletionResultType]::ParameterName, 'It holds if no trace matches')
            [CompletionResult]::new('--newest', '--newest', [CompletionResultType]::ParameterName, 'Look at the trace that began last only')
            [CompletionResult]::new('--explain', '--explain', [CompletionResultType]::ParameterName, 'Say what each backend would be asked, and do not ask')
            [CompletionResult]::new('--open', '--open', [CompletionResultType]::ParameterName, 'Open the first trace that matches in the browser')
            [CompletionResult]::new('--coverage', '--coverage', [CompletionResultType]::ParameterName, 'Also list the services, operations and calls of the newest 1000 traces of the window that no assertion is about')
            [CompletionResult]::new('--error', '--error', [CompletionResultType]::ParameterName, 'A span that failed: `status = error`')
            [CompletionResult]::new('--ascii', '--ascii', [CompletionResultType]::ParameterName, 'Draw with ASCII characters only')
            [CompletionResult]::new('--no-pager', '--no-pager', [CompletionResultType]::ParameterName, 'Do not show long output in a pager')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print the answer and errors, but no notes, warnings and progress')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print the answer and errors, but no notes, warnings and progress')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say on stderr what is going on; -vv and -vvv say more')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say on stderr what is going on; -vv and -vvv say more')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('init', 'init', [CompletionResultType]::ParameterValue, 'Write a file of assertions from good traces')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'cruddur-trace;assert;init' {
            [CompletionResult]::new('--from', '--from', [CompletionResultType]::ParameterName, 'A good trace; its id is written as for `show`')
            [CompletionResult]::new('--out', '--out', [CompletionResultType]::ParameterName, 'The file to write, which must not be there yet; without it, the text is printed')
            [CompletionResult]::new('-b', '-b', [CompletionResultType]::ParameterName, 'Where to look: `auto`, `local`, `honeycomb`, `xray`, `file:PATH` or `file:-`')
            [CompletionResult]::new('--backend', '--backend', [CompletionResultType]::ParameterName, 'Where to look: `auto`, `local`, `honeycomb`, `xray`, `file:PATH` or `file:-`')
            [CompletionResult]::new('--since', '--since', [CompletionResultType]::ParameterName, 'Look no further back than this, such as `15m`, `2h ago` or `yesterday 14:00` [default: 1h]')
            [CompletionResult]::new('--until', '--until', [CompletionResultType]::ParameterName, 'Look at what began before this; written like --since [default: no end]')
            [CompletionResult]::new('--aws-profile', '--aws-profile', [CompletionResultType]::ParameterName, 'Ask AWS with the credentials and the region of this profile of its configuration [default: `AWS_PROFILE`, or `default`]')
            [CompletionResult]::new('--region', '--region', [CompletionResultType]::ParameterName, 'Ask AWS X-Ray in this region [default: `AWS_REGION`, or the profile''s]')
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'Use this file as the local store, instead of the one in the data directory')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read this configuration file, instead of the one that `config path` names')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Use the settings of this profile of the configuration file')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours')
            [CompletionResult]::new('--width', '--width', [CompletionResultType]::ParameterName, 'Use this many columns, 40 to 400 [default: the terminal''s, or 100]')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'Give up asking a backend after this long [default: 30s]')
            [CompletionResult]::new('--ascii', '--ascii', [CompletionResultType]::ParameterName, 'Draw with ASCII characters only')
            [CompletionResult]::new('--no-pager', '--no-pager', [CompletionResultType]::ParameterName, 'Do not show long output in a pager')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print the answer and errors, but no notes, warnings and progress')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print the answer and errors, but no notes, warnings and progress')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say on stderr what is going on; -vv and -vvv say more')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say on stderr what is going on; -vv and -vvv say more')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'cruddur-trace;assert;help' {
            [CompletionResult]::new('init', 'init', [CompletionResultType]::ParameterValue, 'Write a file of assertions from good traces')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'cruddur-trace;assert;help;init' {
            break
        }
        'cruddur-trace;assert;help;help' {
            break
        }
        'cruddur-trace;diff' {
            [CompletionResult]::new('--a', '--a', [CompletionResultType]::ParameterName, 'As A, the newest traces that satisfy this filter expression')
            [CompletionResult]::new('--b', '--b', [CompletionResultType]::ParameterName, 'As B, the newest traces that satisfy this filter expression')
            [CompletionResult]::new('-n', '-n', [CompletionResultType]::ParameterName, 'Compare at most this many traces a side [default: 200]')
            [CompletionResult]::new('--limit', '--limit', [CompletionResultType]::ParameterName, 'Compare at most this many traces a side [default: 200]')
            [CompletionResult]::new('--max-rows', '--max-rows', [CompletionResultType]::ParameterName, 'Show at most this many lines of where the time went, and as many paths that are new, gone or changed; the rest is added up. Not for json [default: 20]')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'How to print what differs [default: text]')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to print what differs [default: text]')
            [CompletionResult]::new('--xray-filter', '--xray-filter', [CompletionResultType]::ParameterName, 'Ask X-Ray for this too, in its own filter expressions, such as `service() { fault }`')
            [CompletionResult]::new('--xray-group', '--xray-group', [CompletionResultType]::ParameterName, 'Ask for the traces of this X-Ray group only')
            [CompletionResult]::new('--xray-time-range', '--xray-time-range', [CompletionResultType]::ParameterName, 'Which time X-Ray shall search by [default: event]')
            [CompletionResult]::new('--scan', '--scan', [CompletionResultType]::ParameterName, 'Fetch at most this many traces to check what X-Ray cannot check itself [default: 250]')
            [CompletionResult]::new('--dataset', '--dataset', [CompletionResultType]::ParameterName, 'Ask this dataset only [default: `HONEYCOMB_DATASET`, or all datasets of the environment]')
            [CompletionResult]::new('-b', '-b', [CompletionResultType]::ParameterName, 'Where to look: `auto`, `local`, `honeycomb`, `xray`, `file:PATH` or `file:-`')
            [CompletionResult]::new('--backend', '--backend', [CompletionResultType]::ParameterName, 'Where to look: `auto`, `local`, `honeycomb`, `xray`, `file:PATH` or `file:-`')
            [CompletionResult]::new('--since', '--since', [CompletionResultType]::ParameterName, 'Look no further back than this, such as `15m`, `2h ago` or `yesterday 14:00` [default: 1h]')
            [CompletionResult]::new('--until', '--until', [CompletionResultType]::ParameterName, 'Look at what began before this; written like --since [default: no end]')
            [CompletionResult]::new('--aws-profile', '--aws-profile', [CompletionResultType]::ParameterName, 'Ask AWS with the credentials and the region of this profile of its configuration [default: `AWS_PROFILE`, or `default`]')
            [CompletionResult]::new('--region', '--region', [CompletionResultType]::ParameterName, 'Ask AWS X-Ray in this region [default: `AWS_REGION`, or the profile''s]')
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'Use this file as the local store, instead of the one in the data directory')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read this configuration file, instead of the one that `config path` names')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Use the settings of this profile of the configuration file')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours')
            [CompletionResult]::new('--width', '--width', [CompletionResultType]::ParameterName, 'Use this many columns, 40 to 400 [default: the terminal''s, or 100]')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'Give up asking a backend after this long [default: 30s]')
            [CompletionResult]::new('--explain', '--explain', [CompletionResultType]::ParameterName, 'Say what each backend would be asked, and do not ask')
            [CompletionResult]::new('--ascii', '--ascii', [CompletionResultType]::ParameterName, 'Draw with ASCII characters only')
            [CompletionResult]::new('--no-pager', '--no-pager', [CompletionResultType]::ParameterName, 'Do not show long output in a pager')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print the answer and errors, but no notes, warnings and progress')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print the answer and errors, but no notes, warnings and progress')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say on stderr what is going on; -vv and -vvv say more')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say on stderr what is going on; -vv and -vvv say more')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'cruddur-trace;stats' {
            [CompletionResult]::new('--trace', '--trace', [CompletionResultType]::ParameterName, 'Look at this trace only, however old it is; its id is written as for `show`. May be given several times')
            [CompletionResult]::new('-n', '-n', [CompletionResultType]::ParameterName, 'Look at this many traces at most [default: 200]')
            [CompletionResult]::new('--limit', '--limit', [CompletionResultType]::ParameterName, 'Look at this many traces at most [default: 200]')
            [CompletionResult]::new('--by', '--by', [CompletionResultType]::ParameterName, 'One line for each of these [default: services, with their operations below]')
            [CompletionResult]::new('--sort', '--sort', [CompletionResultType]::ParameterName, 'What comes first; the largest does [default: count]')
            [CompletionResult]::new('--max-rows', '--max-rows', [CompletionResultType]::ParameterName, 'Draw at most this many operations of a service, or lines with --by; the rest is added up. Not for json and csv')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'How to print the figures [default: text]')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to print the figures [default: text]')
            [CompletionResult]::new('--service', '--service', [CompletionResultType]::ParameterName, 'A span of this service: `service = "NAME"`')
            [CompletionResult]::new('--name', '--name', [CompletionResultType]::ParameterName, 'A span of this name: `name = "NAME"`')
            [CompletionResult]::new('--min-duration', '--min-duration', [CompletionResultType]::ParameterName, 'A span that took at least this long: `duration >= DURATION`')
            [CompletionResult]::new('--max-duration', '--max-duration', [CompletionResultType]::ParameterName, 'A span that took at most this long: `duration <= DURATION`')
            [CompletionResult]::new('--attr', '--attr', [CompletionResultType]::ParameterName, 'A span with this attribute: `KEY = VALUE`; may be given several times')
            [CompletionResult]::new('--xray-filter', '--xray-filter', [CompletionResultType]::ParameterName, 'Ask X-Ray for this too, in its own filter expressions, such as `service() { fault }`')
            [CompletionResult]::new('--xray-group', '--xray-group', [CompletionResultType]::ParameterName, 'Ask for the traces of this X-Ray group only')
            [CompletionResult]::new('--xray-time-range', '--xray-time-range', [CompletionResultType]::ParameterName, 'Which time X-Ray shall search by [default: event]')
            [CompletionResult]::new('--scan', '--scan', [CompletionResultType]::ParameterName, 'Fetch at most this many traces to check what X-Ray cannot check itself [default: 250]')
            [CompletionResult]::new('--dataset', '--dataset', [CompletionResultType]::ParameterName, 'Ask this dataset only [default: `HONEYCOMB_DATASET`, or all datasets of the environment]')
            [CompletionResult]::new('-b', '-b', [CompletionResultType]::ParameterName, 'Where to look: `auto`, `local`, `honeycomb`, `xray`, `file:PATH` or `file:-`')
            [CompletionResult]::new('--backend', '--backend', [CompletionResultType]::ParameterName, 'Where to look: `auto`, `local`, `honeycomb`, `xray`, `file:PATH` or `file:-`')
            [CompletionResult]::new('--since', '--since', [CompletionResultType]::ParameterName, 'Look no further back than this, such as `15m`, `2h ago` or `yesterday 14:00` [default: 1h]')
            [CompletionResult]::new('--until', '--until', [CompletionResultType]::ParameterName, 'Look at what began before this; written like --since [default: no end]')
            [CompletionResult]::new('--aws-profile', '--aws-profile', [CompletionResultType]::ParameterName, 'Ask AWS with the credentials and the region of this profile of its configuration [default: `AWS_PROFILE`, or `default`]')
            [CompletionResult]::new('--region', '--region', [CompletionResultType]::ParameterName, 'Ask AWS X-Ray in this region [default: `AWS_REGION`, or the profile''s]')
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'Use this file as the local store, instead of the one in the data directory')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read this configuration file, instead of the one that `config path` names')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Use the settings of this profile of the configuration file')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours')
            [CompletionResult]::new('--width', '--width', [CompletionResultType]::ParameterName, 'Use this many columns, 40 to 400 [default: the terminal''s, or 100]')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'Give up asking a backend after this long [default: 30s]')
            [CompletionResult]::new('--explain', '--explain', [CompletionResultType]::ParameterName, 'Say what each backend would be asked, and do not ask')
            [CompletionResult]::new('--error', '--error', [CompletionResultType]::ParameterName, 'A span that failed: `status = error`')
            [CompletionResult]::new('--ascii', '--ascii', [CompletionResultType]::ParameterName, 'Draw with ASCII characters only')
            [CompletionResult]::new('--no-pager', '--no-pager', [CompletionResultType]::ParameterName, 'Do not show long output in a pager')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print the answer and errors, but no notes, warnings and progress')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print the answer and errors, but no notes, warnings and progress')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say on stderr what is going on; -vv and -vvv say more')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say on stderr what is going on; -vv and -vvv say more')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'cruddur-trace;map' {
            [CompletionResult]::new('--trace', '--trace', [CompletionResultType]::ParameterName, 'Draw this trace only, however old it is; its id is written as for `show`. May be given several times')
            [CompletionResult]::new('-n', '-n', [CompletionResultType]::ParameterName, 'Look at this many traces at most [default: 200]')
            [CompletionResult]::new('--limit', '--limit', [CompletionResultType]::ParameterName, 'Look at this many traces at most [default: 200]')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'How to print the map [default: text]')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to print the map [default: text]')
            [CompletionResult]::new('--service', '--service', [CompletionResultType]::ParameterName, 'A span of this service: `service = "NAME"`')
            [CompletionResult]::new('--name', '--name', [CompletionResultType]::ParameterName, 'A span of this name: `name = "NAME"`')
            [CompletionResult]::new('--min-duration', '--min-duration', [CompletionResultType]::ParameterName, 'A span that took at least this long: `duration >= DURATION`')
            [CompletionResult]::new('--max-duration', '--max-duration', [CompletionResultType]::ParameterName, 'A span that took at most this long: `duration <= DURATION`')
            [CompletionResult]::new('--attr', '--attr', [CompletionResultType]::ParameterName, 'A span with this attribute: `KEY = VALUE`; may be given several times')
            [CompletionResult]::new('--xray-filter', '--xray-filter', [CompletionResultType]::ParameterName, 'Ask X-Ray for this too, in its own filter expressions, such as `service() { fault }`')
            [CompletionResult]::new('--xray-group', '--xray-group', [CompletionResultType]::ParameterName, 'Ask for the traces of this X-Ray group only')
            [CompletionResult]::new('--xray-time-range', '--xray-time-range', [CompletionResultType]::ParameterName, 'Which time X-Ray shall search by [default: event]')
            [CompletionResult]::new('--scan', '--scan', [CompletionResultType]::ParameterName, 'Fetch at most this many traces to check what X-Ray cannot check itself [default: 250]')
            [CompletionResult]::new('--dataset', '--dataset', [CompletionResultType]::ParameterName, 'Ask this dataset only [default: `HONEYCOMB_DATASET`, or all datasets of the environment]')
            [CompletionResult]::new('-b', '-b', [CompletionResultType]::ParameterName, 'Where to look: `auto`, `local`, `honeycomb`, `xray`, `file:PATH` or `file:-`')
            [CompletionResult]::new('--backend', '--backend', [CompletionResultType]::ParameterName, 'Where to look: `auto`, `local`, `honeycomb`, `xray`, `file:PATH` or `file:-`')
            [CompletionResult]::new('--since', '--since', [CompletionResultType]::ParameterName, 'Look no further back than this, such as `15m`, `2h ago` or `yesterday 14:00` [default: 1h]')
            [CompletionResult]::new('--until', '--until', [CompletionResultType]::ParameterName, 'Look at what began before this; written like --since [default: no end]')
            [CompletionResult]::new('--aws-profile', '--aws-profile', [CompletionResultType]::ParameterName, 'Ask AWS with the credentials and the region of this profile of its configuration [default: `AWS_PROFILE`, or `default`]')
            [CompletionResult]::new('--region', '--region', [CompletionResultType]::ParameterName, 'Ask AWS X-Ray in this region [default: `AWS_REGION`, or the profile''s]')
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'Use this file as the local store, instead of the one in the data directory')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read this configuration file, instead of the one that `config path` names')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Use the settings of this profile of the configuration file')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours')
            [CompletionResult]::new('--width', '--width', [CompletionResultType]::ParameterName, 'Use this many columns, 40 to 400 [default: the terminal''s, or 100]')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'Give up asking a backend after this long [default: 30s]')
            [CompletionResult]::new('--explain', '--explain', [CompletionResultType]::ParameterName, 'Say what each backend would be asked, and do not ask')
            [CompletionResult]::new('--error', '--error', [CompletionResultType]::ParameterName, 'A span that failed: `status = error`')
            [CompletionResult]::new('--ascii', '--ascii', [CompletionResultType]::ParameterName, 'Draw with ASCII characters only')
            [CompletionResult]::new('--no-pager', '--no-pager', [CompletionResultType]::ParameterName, 'Do not show long output in a pager')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print the answer and errors, but no notes, warnings and progress')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print the answer and errors, but no notes, warnings and progress')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say on stderr what is going on; -vv and -vvv say more')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say on stderr what is going on; -vv and -vvv say more')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'cruddur-trace;collect' {
            [CompletionResult]::new('--otlp-http', '--otlp-http', [CompletionResultType]::ParameterName, 'Listen for OTLP over HTTP here; `off` does not [default: 127.0.0.1:4318]')
            [CompletionResult]::new('--otlp-grpc', '--otlp-grpc', [CompletionResultType]::ParameterName, 'Listen for OTLP over gRPC here; `off` does not [default: 127.0.0.1:4317]')
            [CompletionResult]::new('--zipkin', '--zipkin', [CompletionResultType]::ParameterName, 'Listen for Zipkin''s spans here; `off` does not [default: 127.0.0.1:9411]')
            [CompletionResult]::new('--xray', '--xray', [CompletionResultType]::ParameterName, 'Listen here, by UDP and TCP, as the X-Ray daemon does; `off` does not [default: 127.0.0.1:2000]')
            [CompletionResult]::new('--sampling-rules', '--sampling-rules', [CompletionResultType]::ParameterName, 'Tell X-Ray SDKs what to sample by the rules of this file, or of `aws`; `all` samples everything [default: all]')
            [CompletionResult]::new('--max-age', '--max-age', [CompletionResultType]::ParameterName, 'Forget traces that are older than this; `off` keeps them [default: 7d]')
            [CompletionResult]::new('--max-size', '--max-size', [CompletionResultType]::ParameterName, 'Forget the oldest traces when the store is larger than this; `off` keeps them [default: 2GiB]')
            [CompletionResult]::new('--forward', '--forward', [CompletionResultType]::ParameterName, 'Send on what arrives, at least once: to `honeycomb`, `xray` or `otlp=URL`. May be repeated')
            [CompletionResult]::new('--token-file', '--token-file', [CompletionResultType]::ParameterName, 'Take only what comes with the token in this file, as `Authorization: Bearer …`')
            [CompletionResult]::new('--tls-cert', '--tls-cert', [CompletionResultType]::ParameterName, 'Speak TLS with the certificate in this PEM file (OTLP and Zipkin; X-Ray''s protocol has none)')
            [CompletionResult]::new('--tls-key', '--tls-key', [CompletionResultType]::ParameterName, 'The certificate''s private key, a PEM file')
            [CompletionResult]::new('--allow-origin', '--allow-origin', [CompletionResultType]::ParameterName, 'Let the web pages of this origin send, such as `http://localhost:3000`; may be repeated')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'How to print its answer')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to print its answer')
            [CompletionResult]::new('-b', '-b', [CompletionResultType]::ParameterName, 'Where to look: `auto`, `local`, `honeycomb`, `xray`, `file:PATH` or `file:-`')
            [CompletionResult]::new('--backend', '--backend', [CompletionResultType]::ParameterName, 'Where to look: `auto`, `local`, `honeycomb`, `xray`, `file:PATH` or `file:-`')
            [CompletionResult]::new('--since', '--since', [CompletionResultType]::ParameterName, 'Look no further back than this, such as `15m`, `2h ago` or `yesterday 14:00` [default: 1h]')
            [CompletionResult]::new('--until', '--until', [CompletionResultType]::ParameterName, 'Look at what began before this; written like --since [default: no end]')
            [CompletionResult]::new('--aws-profile', '--aws-profile', [CompletionResultType]::ParameterName, 'Ask AWS with the credentials and the region of this profile of its configuration [default: `AWS_PROFILE`, or `default`]')
            [CompletionResult]::new('--region', '--region', [CompletionResultType]::ParameterName, 'Ask AWS X-Ray in this region [default: `AWS_REGION`, or the profile''s]')
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'Use this file as the local store, instead of the one in the data directory')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read this configuration file, instead of the one that `config path` names')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Use the settings of this profile of the configuration file')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours')
            [CompletionResult]::new('--width', '--width', [CompletionResultType]::ParameterName, 'Use this many columns, 40 to 400 [default: the terminal''s, or 100]')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'Give up asking a backend after this long [default: 30s]')
            [CompletionResult]::new('--status', '--status', [CompletionResultType]::ParameterName, 'Ask the receiver that is running for this store how it does, and end: 0 if it answers, 1 if there is none')
            [CompletionResult]::new('--ascii', '--ascii', [CompletionResultType]::ParameterName, 'Draw with ASCII characters only')
            [CompletionResult]::new('--no-pager', '--no-pager', [CompletionResultType]::ParameterName, 'Do not show long output in a pager')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print the answer and errors, but no notes, warnings and progress')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print the answer and errors, but no notes, warnings and progress')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say on stderr what is going on; -vv and -vvv say more')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say on stderr what is going on; -vv and -vvv say more')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'cruddur-trace;run' {
            [CompletionResult]::new('--assert', '--assert', [CompletionResultType]::ParameterName, 'Check that a trace of this command matches the filter expression; may be given several times')
            [CompletionResult]::new('-f', '-f', [CompletionResultType]::ParameterName, 'Read assertions from a TOML file; may be given several times')
            [CompletionResult]::new('--file', '--file', [CompletionResultType]::ParameterName, 'Read assertions from a TOML file; may be given several times')
            [CompletionResult]::new('--only', '--only', [CompletionResultType]::ParameterName, 'Of the assertions in files, only those that have this in their name; may be given several times')
            [CompletionResult]::new('-w', '-w', [CompletionResultType]::ParameterName, 'Wait so long for spans that arrive after the command has ended')
            [CompletionResult]::new('--wait', '--wait', [CompletionResultType]::ParameterName, 'Wait so long for spans that arrive after the command has ended')
            [CompletionResult]::new('--junit', '--junit', [CompletionResultType]::ParameterName, 'Also write a JUnit XML file, which CI servers read')
            [CompletionResult]::new('--markdown', '--markdown', [CompletionResultType]::ParameterName, 'Also write Markdown; in GitHub Actions it goes to the job summary as well, with annotations')
            [CompletionResult]::new('--html', '--html', [CompletionResultType]::ParameterName, 'Also write a page for a browser')
            [CompletionResult]::new('-b', '-b', [CompletionResultType]::ParameterName, 'Where to look: `auto`, `local`, `honeycomb`, `xray`, `file:PATH` or `file:-`')
            [CompletionResult]::new('--backend', '--backend', [CompletionResultType]::ParameterName, 'Where to look: `auto`, `local`, `honeycomb`, `xray`, `file:PATH` or `file:-`')
            [CompletionResult]::new('--since', '--since', [CompletionResultType]::ParameterName, 'Look no further back than this, such as `15m`, `2h ago` or `yesterday 14:00` [default: 1h]')
            [CompletionResult]::new('--until', '--until', [CompletionResultType]::ParameterName, 'Look at what began before this; written like --since [default: no end]')
            [CompletionResult]::new('--aws-profile', '--aws-profile', [CompletionResultType]::ParameterName, 'Ask AWS with the credentials and the region of this profile of its configuration [default: `AWS_PROFILE`, or `default`]')
            [CompletionResult]::new('--region', '--region', [CompletionResultType]::ParameterName, 'Ask AWS X-Ray in this region [default: `AWS_REGION`, or the profile''s]')
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'Use this file as the local store, instead of the one in the data directory')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read this configuration file, instead of the one that `config path` names')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Use the settings of this profile of the configuration file')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours')
            [CompletionResult]::new('--width', '--width', [CompletionResultType]::ParameterName, 'Use this many columns, 40 to 400 [default: the terminal''s, or 100]')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'Give up asking a backend after this long [default: 30s]')
            [CompletionResult]::new('--update', '--update', [CompletionResultType]::ParameterName, 'Write snapshots and baselines anew, from the traces that match, instead of comparing them')
            [CompletionResult]::new('--list', '--list', [CompletionResultType]::ParameterName, 'List the traces when the command has ended')
            [CompletionResult]::new('--show', '--show', [CompletionResultType]::ParameterName, 'Show the traces as waterfalls when the command has ended')
            [CompletionResult]::new('--ascii', '--ascii', [CompletionResultType]::ParameterName, 'Draw with ASCII characters only')
            [CompletionResult]::new('--no-pager', '--no-pager', [CompletionResultType]::ParameterName, 'Do not show long output in a pager')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print the answer and errors, but no notes, warnings and progress')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print the answer and errors, but no notes, warnings and progress')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say on stderr what is going on; -vv and -vvv say more')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say on stderr what is going on; -vv and -vvv say more')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'cruddur-trace;import' {
            [CompletionResult]::new('-b', '-b', [CompletionResultType]::ParameterName, 'Where to look: `auto`, `local`, `honeycomb`, `xray`, `file:PATH` or `file:-`')
            [CompletionResult]::new('--backend', '--backend', [CompletionResultType]::ParameterName, 'Where to look: `auto`, `local`, `honeycomb`, `xray`, `file:PATH` or `file:-`')
            [CompletionResult]::new('--since', '--since', [CompletionResultType]::ParameterName, 'Look no further back than this, such as `15m`, `2h ago` or `yesterday 14:00` [default: 1h]')
            [CompletionResult]::new('--until', '--until', [CompletionResultType]::ParameterName, 'Look at what began before this; written like --since [default: no end]')
            [CompletionResult]::new('--aws-profile', '--aws-profile', [CompletionResultType]::ParameterName, 'Ask AWS with the credentials and the region of this profile of its configuration [default: `AWS_PROFILE`, or `default`]')
            [CompletionResult]::new('--region', '--region', [CompletionResultType]::ParameterName, 'Ask AWS X-Ray in this region [default: `AWS_REGION`, or the profile''s]')
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'Use this file as the local store, instead of the one in the data directory')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read this configuration file, instead of the one that `config path` names')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Use the settings of this profile of the configuration file')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours')
            [CompletionResult]::new('--width', '--width', [CompletionResultType]::ParameterName, 'Use this many columns, 40 to 400 [default: the terminal''s, or 100]')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'Give up asking a backend after this long [default: 30s]')
            [CompletionResult]::new('--ascii', '--ascii', [CompletionResultType]::ParameterName, 'Draw with ASCII characters only')
            [CompletionResult]::new('--no-pager', '--no-pager', [CompletionResultType]::ParameterName, 'Do not show long output in a pager')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print the answer and errors, but no notes, warnings and progress')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print the answer and errors, but no notes, warnings and progress')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say on stderr what is going on; -vv and -vvv say more')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say on stderr what is going on; -vv and -vvv say more')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'cruddur-trace;demo' {
            [CompletionResult]::new('-b', '-b', [CompletionResultType]::ParameterName, 'Where to look: `auto`, `local`, `honeycomb`, `xray`, `file:PATH` or `file:-`')
            [CompletionResult]::new('--backend', '--backend', [CompletionResultType]::ParameterName, 'Where to look: `auto`, `local`, `honeycomb`, `xray`, `file:PATH` or `file:-`')
            [CompletionResult]::new('--since', '--since', [CompletionResultType]::ParameterName, 'Look no further back than this, such as `15m`, `2h ago` or `yesterday 14:00` [default: 1h]')
            [CompletionResult]::new('--until', '--until', [CompletionResultType]::ParameterName, 'Look at what began before this; written like --since [default: no end]')
            [CompletionResult]::new('--aws-profile', '--aws-profile', [CompletionResultType]::ParameterName, 'Ask AWS with the credentials and the region of this profile of its configuration [default: `AWS_PROFILE`, or `default`]')
            [CompletionResult]::new('--region', '--region', [CompletionResultType]::ParameterName, 'Ask AWS X-Ray in this region [default: `AWS_REGION`, or the profile''s]')
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'Use this file as the local store, instead of the one in the data directory')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read this configuration file, instead of the one that `config path` names')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Use the settings of this profile of the configuration file')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours')
            [CompletionResult]::new('--width', '--width', [CompletionResultType]::ParameterName, 'Use this many columns, 40 to 400 [default: the terminal''s, or 100]')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'Give up asking a backend after this long [default: 30s]')
            [CompletionResult]::new('--ascii', '--ascii', [CompletionResultType]::ParameterName, 'Draw with ASCII characters only')
            [CompletionResult]::new('--no-pager', '--no-pager', [CompletionResultType]::ParameterName, 'Do not show long output in a pager')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print the answer and errors, but no notes, warnings and progress')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print the answer and errors, but no notes, warnings and progress')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say on stderr what is going on; -vv and -vvv say more')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say on stderr what is going on; -vv and -vvv say more')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'cruddur-trace;doctor' {
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'How to print what was found')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to print what was found')
            [CompletionResult]::new('--test-span', '--test-span', [CompletionResultType]::ParameterName, 'Send one span that is marked as a test, and read it back')
            [CompletionResult]::new('--log-group', '--log-group', [CompletionResultType]::ParameterName, 'Look for log lines in this log group of CloudWatch Logs; may be given several times')
            [CompletionResult]::new('--dataset', '--dataset', [CompletionResultType]::ParameterName, 'Ask this dataset only [default: `HONEYCOMB_DATASET`, or all datasets of the environment]')
            [CompletionResult]::new('-b', '-b', [CompletionResultType]::ParameterName, 'Where to look: `auto`, `local`, `honeycomb`, `xray`, `file:PATH` or `file:-`')
            [CompletionResult]::new('--backend', '--backend', [CompletionResultType]::ParameterName, 'Where to look: `auto`, `local`, `honeycomb`, `xray`, `file:PATH` or `file:-`')
            [CompletionResult]::new('--since', '--since', [CompletionResultType]::ParameterName, 'Look no further back than this, such as `15m`, `2h ago` or `yesterday 14:00` [default: 1h]')
            [CompletionResult]::new('--until', '--until', [CompletionResultType]::ParameterName, 'Look at what began before this; written like --since [default: no end]')
            [CompletionResult]::new('--aws-profile', '--aws-profile', [CompletionResultType]::ParameterName, 'Ask AWS with the credentials and the region of this profile of its configuration [default: `AWS_PROFILE`, or `default`]')
            [CompletionResult]::new('--region', '--region', [CompletionResultType]::ParameterName, 'Ask AWS X-Ray in this region [default: `AWS_REGION`, or the profile''s]')
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'Use this file as the local store, instead of the one in the data directory')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read this configuration file, instead of the one that `config path` names')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Use the settings of this profile of the configuration file')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours')
            [CompletionResult]::new('--width', '--width', [CompletionResultType]::ParameterName, 'Use this many columns, 40 to 400 [default: the terminal''s, or 100]')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'Give up asking a backend after this long [default: 30s]')
            [CompletionResult]::new('--ascii', '--ascii', [CompletionResultType]::ParameterName, 'Draw with ASCII characters only')
            [CompletionResult]::new('--no-pager', '--no-pager', [CompletionResultType]::ParameterName, 'Do not show long output in a pager')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print the answer and errors, but no notes, warnings and progress')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print the answer and errors, but no notes, warnings and progress')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say on stderr what is going on; -vv and -vvv say more')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say on stderr what is going on; -vv and -vvv say more')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'cruddur-trace;probe' {
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'How to print what was found out')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to print what was found out')
            [CompletionResult]::new('--dataset', '--dataset', [CompletionResultType]::ParameterName, 'Ask this dataset only [default: `HONEYCOMB_DATASET`, or all datasets of the environment]')
            [CompletionResult]::new('-b', '-b', [CompletionResultType]::ParameterName, 'Where to look: `auto`, `local`, `honeycomb`, `xray`, `file:PATH` or `file:-`')
            [CompletionResult]::new('--backend', '--backend', [CompletionResultType]::ParameterName, 'Where to look: `auto`, `local`, `honeycomb`, `xray`, `file:PATH` or `file:-`')
            [CompletionResult]::new('--since', '--since', [CompletionResultType]::ParameterName, 'Look no further back than this, such as `15m`, `2h ago` or `yesterday 14:00` [default: 1h]')
            [CompletionResult]::new('--until', '--until', [CompletionResultType]::ParameterName, 'Look at what began before this; written like --since [default: no end]')
            [CompletionResult]::new('--aws-profile', '--aws-profile', [CompletionResultType]::ParameterName, 'Ask AWS with the credentials and the region of this profile of its configuration [default: `AWS_PROFILE`, or `default`]')
            [CompletionResult]::new('--region', '--region', [CompletionResultType]::ParameterName, 'Ask AWS X-Ray in this region [default: `AWS_REGION`, or the profile''s]')
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'Use this file as the local store, instead of the one in the data directory')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read this configuration file, instead of the one that `config path` names')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Use the settings of this profile of the configuration file')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours')
            [CompletionResult]::new('--width', '--width', [CompletionResultType]::ParameterName, 'Use this many columns, 40 to 400 [default: the terminal''s, or 100]')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'Give up asking a backend after this long [default: 30s]')
            [CompletionResult]::new('--exhaust', '--exhaust', [CompletionResultType]::ParameterName, 'Use up the query results of a minute, to see what is said when there are no more')
            [CompletionResult]::new('--ascii', '--ascii', [CompletionResultType]::ParameterName, 'Draw with ASCII characters only')
            [CompletionResult]::new('--no-pager', '--no-pager', [CompletionResultType]::ParameterName, 'Do not show long output in a pager')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print the answer and errors, but no notes, warnings and progress')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print the answer and errors, but no notes, warnings and progress')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say on stderr what is going on; -vv and -vvv say more')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say on stderr what is going on; -vv and -vvv say more')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'cruddur-trace;config' {
            [CompletionResult]::new('-b', '-b', [CompletionResultType]::ParameterName, 'Where to look: `auto`, `local`, `honeycomb`, `xray`, `file:PATH` or `file:-`')
            [CompletionResult]::new('--backend', '--backend', [CompletionResultType]::ParameterName, 'Where to look: `auto`, `local`, `honeycomb`, `xray`, `file:PATH` or `file:-`')
            [CompletionResult]::new('--since', '--since', [CompletionResultType]::ParameterName, 'Look no further back than this, such as `15m`, `2h ago` or `yesterday 14:00` [default: 1h]')
            [CompletionResult]::new('--until', '--until', [CompletionResultType]::ParameterName, 'Look at what began before this; written like --since [default: no end]')
            [CompletionResult]::new('--aws-profile', '--aws-profile', [CompletionResultType]::ParameterName, 'Ask AWS with the credentials and the region of this profile of its configuration [default: `AWS_PROFILE`, or `default`]')
            [CompletionResult]::new('--region', '--region', [CompletionResultType]::ParameterName, 'Ask AWS X-Ray in this region [default: `AWS_REGION`, or the profile''s]')
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'Use this file as the local store, instead of the one in the data directory')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read this configuration file, instead of the one that `config path` names')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Use the settings of this profile of the configuration file')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours')
            [CompletionResult]::new('--width', '--width', [CompletionResultType]::ParameterName, 'Use this many columns, 40 to 400 [default: the terminal''s, or 100]')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'Give up asking a backend after this long [default: 30s]')
            [CompletionResult]::new('--ascii', '--ascii', [CompletionResultType]::ParameterName, 'Draw with ASCII characters only')
            [CompletionResult]::new('--no-pager', '--no-pager', [CompletionResultType]::ParameterName, 'Do not show long output in a pager')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print the answer and errors, but no notes, warnings and progress')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print the answer and errors, but no notes, warnings and progress')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say on stderr what is going on; -vv and -vvv say more')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say on stderr what is going on; -vv and -vvv say more')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('init', 'init', [CompletionResultType]::ParameterValue, 'Write a configuration file in which everything is explained and nothing is set')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show each setting and where it comes from')
            [CompletionResult]::new('path', 'path', [CompletionResultType]::ParameterValue, 'Show which files are used')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'cruddur-trace;config;init' {
            [CompletionResult]::new('-b', '-b', [CompletionResultType]::ParameterName, 'Where to look: `auto`, `local`, `honeycomb`, `xray`, `file:PATH` or `file:-`')
            [CompletionResult]::new('--backend', '--backend', [CompletionResultType]::ParameterName, 'Where to look: `auto`, `local`, `honeycomb`, `xray`, `file:PATH` or `file:-`')
            [CompletionResult]::new('--since', '--since', [CompletionResultType]::ParameterName, 'Look no further back than this, such as `15m`, `2h ago` or `yesterday 14:00` [default: 1h]')
            [CompletionResult]::new('--until', '--until', [CompletionResultType]::ParameterName, 'Look at what began before this; written like --since [default: no end]')
            [CompletionResult]::new('--aws-profile', '--aws-profile', [CompletionResultType]::ParameterName, 'Ask AWS with the credentials and the region of this profile of its configuration [default: `AWS_PROFILE`, or `default`]')
            [CompletionResult]::new('--region', '--region', [CompletionResultType]::ParameterName, 'Ask AWS X-Ray in this region [default: `AWS_REGION`, or the profile''s]')
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'Use this file as the local store, instead of the one in the data directory')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read this configuration file, instead of the one that `config path` names')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Use the settings of this profile of the configuration file')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours')
            [CompletionResult]::new('--width', '--width', [CompletionResultType]::ParameterName, 'Use this many columns, 40 to 400 [default: the terminal''s, or 100]')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'Give up asking a backend after this long [default: 30s]')
            [CompletionResult]::new('--ascii', '--ascii', [CompletionResultType]::ParameterName, 'Draw with ASCII characters only')
            [CompletionResult]::new('--no-pager', '--no-pager', [CompletionResultType]::ParameterName, 'Do not show long output in a pager')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print the answer and errors, but no notes, warnings and progress')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print the answer and errors, but no notes, warnings and progress')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say on stderr what is going on; -vv and -vvv say more')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say on stderr what is going on; -vv and -vvv say more')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'cruddur-trace;config;show' {
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'How to print the settings')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to print the settings')
            [CompletionResult]::new('-b', '-b', [CompletionResultType]::ParameterName, 'Where to look: `auto`, `local`, `honeycomb`, `xray`, `file:PATH` or `file:-`')
            [CompletionResult]::new('--backend', '--backend', [CompletionResultType]::ParameterName, 'Where to look: `auto`, `local`, `honeycomb`, `xray`, `file:PATH` or `file:-`')
            [CompletionResult]::new('--since', '--since', [CompletionResultType]::ParameterName, 'Look no further back than this, such as `15m`, `2h ago` or `yesterday 14:00` [default: 1h]')
            [CompletionResult]::new('--until', '--until', [CompletionResultType]::ParameterName, 'Look at what began before this; written like --since [default: no end]')
            [CompletionResult]::new('--aws-profile', '--aws-profile', [CompletionResultType]::ParameterName, 'Ask AWS with the credentials and the region of this profile of its configuration [default: `AWS_PROFILE`, or `default`]')
            [CompletionResult]::new('--region', '--region', [CompletionResultType]::ParameterName, 'Ask AWS X-Ray in this region [default: `AWS_REGION`, or the profile''s]')
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'Use this file as the local store, instead of the one in the data directory')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read this configuration file, instead of the one that `config path` names')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Use the settings of this profile of the configuration file')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours')
            [CompletionResult]::new('--width', '--width', [CompletionResultType]::ParameterName, 'Use this many columns, 40 to 400 [default: the terminal''s, or 100]')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'Give up asking a backend after this long [default: 30s]')
            [CompletionResult]::new('--ascii', '--ascii', [CompletionResultType]::ParameterName, 'Draw with ASCII characters only')
            [CompletionResult]::new('--no-pager', '--no-pager', [CompletionResultType]::ParameterName, 'Do not show long output in a pager')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print the answer and errors, but no notes, warnings and progress')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print the answer and errors, but no notes, warnings and progress')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say on stderr what is going on; -vv and -vvv say more')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say on stderr what is going on; -vv and -vvv say more')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'cruddur-trace;config;path' {
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'How to print the paths')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to print the paths')
            [CompletionResult]::new('-b', '-b', [CompletionResultType]::ParameterName, 'Where to look: `auto`, `local`, `honeycomb`, `xray`, `file:PATH` or `file:-`')
            [CompletionResult]::new('--backend', '--backend', [CompletionResultType]::ParameterName, 'Where to look: `auto`, `local`, `honeycomb`, `xray`, `file:PATH` or `file:-`')
            [CompletionResult]::new('--since', '--since', [CompletionResultType]::ParameterName, 'Look no further back than this, such as `15m`, `2h ago` or `yesterday 14:00` [default: 1h]')
            [CompletionResult]::new('--until', '--until', [CompletionResultType]::ParameterName, 'Look at what began before this; written like --since [default: no end]')
            [CompletionResult]::new('--aws-profile', '--aws-profile', [CompletionResultType]::ParameterName, 'Ask AWS with the credentials and the region of this profile of its configuration [default: `AWS_PROFILE`, or `default`]')
            [CompletionResult]::new('--region', '--region', [CompletionResultType]::ParameterName, 'Ask AWS X-Ray in this region [default: `AWS_REGION`, or the profile''s]')
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'Use this file as the local store, instead of the one in the data directory')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read this configuration file, instead of the one that `config path` names')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Use the settings of this profile of the configuration file')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours')
            [CompletionResult]::new('--width', '--width', [CompletionResultType]::ParameterName, 'Use this many columns, 40 to 400 [default: the terminal''s, or 100]')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'Give up asking a backend after this long [default: 30s]')
            [CompletionResult]::new('--ascii', '--ascii', [CompletionResultType]::ParameterName, 'Draw with ASCII characters only')
            [CompletionResult]::new('--no-pager', '--no-pager', [CompletionResultType]::ParameterName, 'Do not show long output in a pager')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print the answer and errors, but no notes, warnings and progress')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print the answer and errors, but no notes, warnings and progress')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say on stderr what is going on; -vv and -vvv say more')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say on stderr what is going on; -vv and -vvv say more')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'cruddur-trace;config;help' {
            [CompletionResult]::new('init', 'init', [CompletionResultType]::ParameterValue, 'Write a configuration file in which everything is explained and nothing is set')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show each setting and where it comes from')
            [CompletionResult]::new('path', 'path', [CompletionResultType]::ParameterValue, 'Show which files are used')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'cruddur-trace;config;help;init' {
            break
        }
        'cruddur-trace;config;help;show' {
            break
        }
        'cruddur-trace;config;help;path' {
            break
        }
        'cruddur-trace;config;help;help' {
            break
        }
        'cruddur-trace;completions' {
            [CompletionResult]::new('-b', '-b', [CompletionResultType]::ParameterName, 'Where to look: `auto`, `local`, `honeycomb`, `xray`, `file:PATH` or `file:-`')
            [CompletionResult]::new('--backend', '--backend', [CompletionResultType]::ParameterName, 'Where to look: `auto`, `local`, `honeycomb`, `xray`, `file:PATH` or `file:-`')
            [CompletionResult]::new('--since', '--since', [CompletionResultType]::ParameterName, 'Look no further back than this, such as `15m`, `2h ago` or `yesterday 14:00` [default: 1h]')
            [CompletionResult]::new('--until', '--until', [CompletionResultType]::ParameterName, 'Look at what began before this; written like --since [default: no end]')
            [CompletionResult]::new('--aws-profile', '--aws-profile', [CompletionResultType]::ParameterName, 'Ask AWS with the credentials and the region of this profile of its configuration [default: `AWS_PROFILE`, or `default`]')
            [CompletionResult]::new('--region', '--region', [CompletionResultType]::ParameterName, 'Ask AWS X-Ray in this region [default: `AWS_REGION`, or the profile''s]')
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'Use this file as the local store, instead of the one in the data directory')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read this configuration file, instead of the one that `config path` names')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Use the settings of this profile of the configuration file')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours')
            [CompletionResult]::new('--width', '--width', [CompletionResultType]::ParameterName, 'Use this many columns, 40 to 400 [default: the terminal''s, or 100]')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'Give up asking a backend after this long [default: 30s]')
            [CompletionResult]::new('--ascii', '--ascii', [CompletionResultType]::ParameterName, 'Draw with ASCII characters only')
            [CompletionResult]::new('--no-pager', '--no-pager', [CompletionResultType]::ParameterName, 'Do not show long output in a pager')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print the answer and errors, but no notes, warnings and progress')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print the answer and errors, but no notes, warnings and progress')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say on stderr what is going on; -vv and -vvv say more')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say on stderr what is going on; -vv and -vvv say more')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'cruddur-trace;help' {
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List traces, newest first')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show a trace as a waterfall')
            [CompletionResult]::new('logs', 'logs', [CompletionResultType]::ParameterValue, 'Print the log lines of a trace')
            [CompletionResult]::new('assert', 'assert', [CompletionResultType]::ParameterValue, 'Prove that a trace exists, or that none does')
            [CompletionResult]::new('diff', 'diff', [CompletionResultType]::ParameterValue, 'Show what differs between two traces, or two sets of traces, and where the time went')
            [CompletionResult]::new('stats', 'stats', [CompletionResultType]::ParameterValue, 'Show rate, errors and latency percentiles, by service and operation')
            [CompletionResult]::new('map', 'map', [CompletionResultType]::ParameterValue, 'Show which services call which, how often, how fast, and how often in vain')
            [CompletionResult]::new('collect', 'collect', [CompletionResultType]::ParameterValue, 'Receive traces on this machine')
            [CompletionResult]::new('run', 'run', [CompletionResultType]::ParameterValue, 'Run a command with a private receiver around it')
            [CompletionResult]::new('import', 'import', [CompletionResultType]::ParameterValue, 'Put files of traces into the local store')
            [CompletionResult]::new('demo', 'demo', [CompletionResultType]::ParameterValue, 'Show what this program does, with traces of its own')
            [CompletionResult]::new('doctor', 'doctor', [CompletionResultType]::ParameterValue, 'Say what is configured, what works, and the command that fixes what does not')
            [CompletionResult]::new('probe', 'probe', [CompletionResultType]::ParameterValue, 'Find out how Honeycomb behaves where its documentation leaves it open')
            [CompletionResult]::new('config', 'config', [CompletionResultType]::ParameterValue, 'Create, explain or find the configuration')
            [CompletionResult]::new('completions', 'completions', [CompletionResultType]::ParameterValue, 'Print the completion script for a shell')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'cruddur-trace;help;list' {
            break
        }
        'cruddur-trace;help;show' {
            break
        }
        'cruddur-trace;help;logs' {
            break
        }
        'cruddur-trace;help;assert' {
            [CompletionResult]::new('init', 'init', [CompletionResultType]::ParameterValue, 'Write a file of assertions from good traces')
            break
        }
        'cruddur-trace;help;assert;init' {
            break
        }
        'cruddur-trace;help;diff' {
            break
        }
        'cruddur-trace;help;stats' {
            break
        }
        'cruddur-trace;help;map' {
            break
        }
        'cruddur-trace;help;collect' {
            break
        }
        'cruddur-trace;help;run' {
            break
        }
        'cruddur-trace;help;import' {
            break
        }
        'cruddur-trace;help;demo' {
            break
        }
        'cruddur-trace;help;doctor' {
            break
        }
        'cruddur-trace;help;probe' {
            break
        }
        'cruddur-trace;help;config' {
            [CompletionResult]::new('init', 'init', [CompletionResultType]::ParameterValue, 'Write a configuration file in which everything is explained and nothing is set')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show each setting and where it comes from')
            [CompletionResult]::new('path', 'path', [CompletionResultType]::ParameterValue, 'Show which files are used')
            break
        }
        'cruddur-trace;help;config;init' {
            break
        }
        'cruddur-trace;help;config;show' {
            break
        }
        'cruddur-trace;help;config;path' {
            break
        }
        'cruddur-trace;help;completions' {
            break
        }
        'cruddur-trace;help;help' {
            break
        }
    })

    $completions.Where{ $_.CompletionText -like "$wordToComplete*" } |
        Sort-Object -Property ListItemText
}
