
use builtin;
use str;

set edit:completion:arg-completer[cruddur-trace] = {|@words|
    fn spaces {|n|
        builtin:repeat $n ' ' | str:join ''
    }
    fn cand {|text desc|
        edit:complex-candidate $text &display=$text' '(spaces (- 14 (wcswidth $text)))$desc
    }
    var command = 'cruddur-trace'
    for word $words[1..-1] {
        if (str:has-prefix $word '-') {
            break
        }
        set command = $command';'$word
    }
    var completions = [
        &'cruddur-trace'= {
            cand -b 'Where to look: `auto`, `local`, `honeycomb`, `xray`, `file:PATH` or `file:-`'
            cand --backend 'Where to look: `auto`, `local`, `honeycomb`, `xray`, `file:PATH` or `file:-`'
            cand --since 'Look no further back than this, such as `15m`, `2h ago` or `yesterday 14:00` [default: 1h]'
            cand --until 'Look at what began before this; written like --since [default: no end]'
            cand --store 'Use this file as the local store, instead of the one in the data directory'
            cand --config 'Read this configuration file, instead of the one that `config path` names'
            cand --profile 'Use the settings of this profile of the configuration file'
            cand --color 'When to use colours'
            cand --width 'Use this many columns, 40 to 400 [default: the terminal''s, or 100]'
            cand --timeout 'Give up asking a backend after this long [default: 30s]'
            cand --ascii 'Draw with ASCII characters only'
            cand --no-pager 'Do not show long output in a pager'
            cand -q 'Print the answer and errors, but no notes, warnings and progress'
            cand --quiet 'Print the answer and errors, but no notes, warnings and progress'
            cand -v 'Say on stderr what is going on; -vv and -vvv say more'
            cand --verbose 'Say on stderr what is going on; -vv and -vvv say more'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
            cand list 'List traces, newest first'
            cand show 'Show a trace as a waterfall'
            cand assert 'Prove that a trace exists, or that none does'
            cand map 'Show which services call which, how often, how fast, and how often in vain'
            cand collect 'Receive traces on this machine'
            cand run 'Run a command with a private receiver around it'
            cand import 'Put files of traces into the local store'
            cand demo 'Show what this program does, with traces of its own'
            cand config 'Create, explain or find the configuration'
            cand completions 'Print the completion script for a shell'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'cruddur-trace;list'= {
            cand -n 'List at most this many [default: 20]'
            cand --limit 'List at most this many [default: 20]'
            cand -o 'How to print the traces'
            cand --output 'How to print the traces'
            cand --service 'A span of this service: `service = "NAME"`'
            cand --name 'A span of this name: `name = "NAME"`'
            cand --min-duration 'A span that took at least this long: `duration >= DURATION`'
            cand --max-duration 'A span that took at most this long: `duration <= DURATION`'
            cand --attr 'A span with this attribute: `KEY = VALUE`; may be given several times'
            cand -b 'Where to look: `auto`, `local`, `honeycomb`, `xray`, `file:PATH` or `file:-`'
            cand --backend 'Where to look: `auto`, `local`, `honeycomb`, `xray`, `file:PATH` or `file:-`'
            cand --since 'Look no further back than this, such as `15m`, `2h ago` or `yesterday 14:00` [default: 1h]'
            cand --until 'Look at what began before this; written like --since [default: no end]'
            cand --store 'Use this file as the local store, instead of the one in the data directory'
            cand --config 'Read this configuration file, instead of the one that `config path` names'
            cand --profile 'Use the settings of this profile of the configuration file'
            cand --color 'When to use colours'
            cand --width 'Use this many columns, 40 to 400 [default: the terminal''s, or 100]'
            cand --timeout 'Give up asking a backend after this long [default: 30s]'
            cand -f 'Go on and print new traces as they arrive'
            cand --follow 'Go on and print new traces as they arrive'
            cand --explain 'Say what each backend would be asked, and do not ask'
            cand --error 'A span that failed: `status = error`'
            cand --ascii 'Draw with ASCII characters only'
            cand --no-pager 'Do not show long output in a pager'
            cand -q 'Print the answer and errors, but no notes, warnings and progress'
            cand --quiet 'Print the answer and errors, but no notes, warnings and progress'
            cand -v 'Say on stderr what is going on; -vv and -vvv say more'
            cand --verbose 'Say on stderr what is going on; -vv and -vvv say more'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'cruddur-trace;show'= {
            cand --where 'Show only the spans for which this filter expression holds, and those above them'
            cand --max-rows 'Draw at most this many rows of a trace; the rest is counted'
            cand -o 'How to print the trace'
            cand --output 'How to print the trace'
            cand -b 'Where to look: `auto`, `local`, `honeycomb`, `xray`, `file:PATH` or `file:-`'
            cand --backend 'Where to look: `auto`, `local`, `honeycomb`, `xray`, `file:PATH` or `file:-`'
            cand --since 'Look no further back than this, such as `15m`, `2h ago` or `yesterday 14:00` [default: 1h]'
            cand --until 'Look at what began before this; written like --since [default: no end]'
            cand --store 'Use this file as the local store, instead of the one in the data directory'
            cand --config 'Read this configuration file, instead of the one that `config path` names'
            cand --profile 'Use the settings of this profile of the configuration file'
            cand --color 'When to use colours'
            cand --width 'Use this many columns, 40 to 400 [default: the terminal''s, or 100]'
            cand --timeout 'Give up asking a backend after this long [default: 30s]'
            cand --no-fold 'Draw every span, also where many alike would be folded into one row'
            cand --explain 'Say what each backend would be asked, and do not ask'
            cand --ascii 'Draw with ASCII characters only'
            cand --no-pager 'Do not show long output in a pager'
            cand -q 'Print the answer and errors, but no notes, warnings and progress'
            cand --quiet 'Print the answer and errors, but no notes, warnings and progress'
            cand -v 'Say on stderr what is going on; -vv and -vvv say more'
            cand --verbose 'Say on stderr what is going on; -vv and -vvv say more'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'cruddur-trace;assert'= {
            cand --count 'It holds if this many traces match: `3`, `>=3`, `<10`, `2..5` (both included)'
            cand -w 'Ask again for so long, until it can be told: spans take a while to arrive'
            cand --wait 'Ask again for so long, until it can be told: spans take a while to arrive'
            cand --trace 'Look at this trace only, however old it is; its id is written as for `show`'
            cand -o 'How to print the verdict'
            cand --output 'How to print the verdict'
            cand --service 'A span of this service: `service = "NAME"`'
            cand --name 'A span of this name: `name = "NAME"`'
            cand --min-duration 'A span that took at least this long: `duration >= DURATION`'
            cand --max-duration 'A span that took at most this long: `duration <= DURATION`'
            cand --attr 'A span with this attribute: `KEY = VALUE`; may be given several times'
            cand -b 'Where to look: `auto`, `local`, `honeycomb`, `xray`, `file:PATH` or `file:-`'
            cand --backend 'Where to look: `auto`, `local`, `honeycomb`, `xray`, `file:PATH` or `file:-`'
            cand --since 'Look no further back than this, such as `15m`, `2h ago` or `yesterday 14:00` [default: 1h]'
            cand --until 'Look at what began before this; written like --since [default: no end]'
            cand --store 'Use this file as the local store, instead of the one in the data directory'
            cand --config 'Read this configuration file, instead of the one that `config path` names'
            cand --profile 'Use the settings of this profile of the configuration file'
            cand --color 'When to use colours'
            cand --width 'Use this many columns, 40 to 400 [default: the terminal''s, or 100]'
            cand --timeout 'Give up asking a backend after this long [default: 30s]'
            cand --absent 'It holds if no trace matches'
            cand --explain 'Say what each backend would be asked, and do not ask'
            cand --error 'A span that failed: `status = error`'
            cand --ascii 'Draw with ASCII characters only'
            cand --no-pager 'Do not show long output in a pager'
            cand -q 'Print the answer and errors, but no notes, warnings and progress'
            cand --quiet 'Print the answer and errors, but no notes, warnings and progress'
            cand -v 'Say on stderr what is going on; -vv and -vvv say more'
            cand --verbose 'Say on stderr what is going on; -vv and -vvv say more'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'cruddur-trace;map'= {
            cand --trace 'Draw this trace only, however old it is; its id is written as for `show`. May be given several times'
            cand -n 'Look at this many traces at most'
            cand --limit 'Look at this many traces at most'
            cand -o 'How to print the map'
            cand --output 'How to print the map'
            cand --service 'A span of this service: `service = "NAME"`'
            cand --name 'A span of this name: `name = "NAME"`'
            cand --min-duration 'A span that took at least this long: `duration >= DURATION`'
            cand --max-duration 'A span that took at most this long: `duration <= DURATION`'
            cand --attr 'A span with this attribute: `KEY = VALUE`; may be given several times'
            cand -b 'Where to look: `auto`, `local`, `honeycomb`, `xray`, `file:PATH` or `file:-`'
            cand --backend 'Where to look: `auto`, `local`, `honeycomb`, `xray`, `file:PATH` or `file:-`'
            cand --since 'Look no further back than this, such as `15m`, `2h ago` or `yesterday 14:00` [default: 1h]'
            cand --until 'Look at what began before this; written like --since [default: no end]'
            cand --store 'Use this file as the local store, instead of the one in the data directory'
            cand --config 'Read this configuration file, instead of the one that `config path` names'
            cand --profile 'Use the settings of this profile of the configuration file'
            cand --color 'When to use colours'
            cand --width 'Use this many columns, 40 to 400 [default: the terminal''s, or 100]'
            cand --timeout 'Give up asking a backend after this long [default: 30s]'
            cand --explain 'Say what each backend would be asked, and do not ask'
            cand --error 'A span that failed: `status = error`'
            cand --ascii 'Draw with ASCII characters only'
            cand --no-pager 'Do not show long output in a pager'
            cand -q 'Print the answer and errors, but no notes, warnings and progress'
            cand --quiet 'Print the answer and errors, but no notes, warnings and progress'
            cand -v 'Say on stderr what is going on; -vv and -vvv say more'
            cand --verbose 'Say on stderr what is going on; -vv and -vvv say more'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'cruddur-trace;collect'= {
            cand --otlp-http 'Listen for OTLP over HTTP here; `off` does not [default: 127.0.0.1:4318]'
            cand --xray 'Listen here, by UDP and TCP, as the X-Ray daemon does; `off` does not [default: 127.0.0.1:2000]'
            cand --max-age 'Forget traces that are older than this; `off` keeps them [default: 7d]'
            cand --max-size 'Forget the oldest traces when the store is larger than this; `off` keeps them [default: 2GiB]'
            cand -b 'Where to look: `auto`, `local`, `honeycomb`, `xray`, `file:PATH` or `file:-`'
            cand --backend 'Where to look: `auto`, `local`, `honeycomb`, `xray`, `file:PATH` or `file:-`'
            cand --since 'Look no further back than this, such as `15m`, `2h ago` or `yesterday 14:00` [default: 1h]'
            cand --until 'Look at what began before this; written like --since [default: no end]'
            cand --store 'Use this file as the local store, instead of the one in the data directory'
            cand --config 'Read this configuration file, instead of the one that `config path` names'
            cand --profile 'Use the settings of this profile of the configuration file'
            cand --color 'When to use colours'
            cand --width 'Use this many columns, 40 to 400 [default: the terminal''s, or 100]'
            cand --timeout 'Give up asking a backend after this long [default: 30s]'
            cand --ascii 'Draw with ASCII characters only'
            cand --no-pager 'Do not show long output in a pager'
            cand -q 'Print the answer and errors, but no notes, warnings and progress'
            cand --quiet 'Print the answer and errors, but no notes, warnings and progress'
            cand -v 'Say on stderr what is going on; -vv and -vvv say more'
            cand --verbose 'Say on stderr what is going on; -vv and -vvv say more'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'cruddur-trace;run'= {
            cand --assert 'Check that a trace of this command matches the filter expression; may be given several times'
            cand -w 'Wait so long for spans that arrive after the command has ended'
            cand --wait 'Wait so long for spans that arrive after the command has ended'
            cand -b 'Where to look: `auto`, `local`, `honeycomb`, `xray`, `file:PATH` or `file:-`'
            cand --backend 'Where to look: `auto`, `local`, `honeycomb`, `xray`, `file:PATH` or `file:-`'
            cand --since 'Look no further back than this, such as `15m`, `2h ago` or `yesterday 14:00` [default: 1h]'
            cand --until 'Look at what began before this; written like --since [default: no end]'
            cand --store 'Use this file as the local store, instead of the one in the data directory'
            cand --config 'Read this configuration file, instead of the one that `config path` names'
            cand --profile 'Use the settings of this profile of the configuration file'
            cand --color 'When to use colours'
            cand --width 'Use this many columns, 40 to 400 [default: the terminal''s, or 100]'
            cand --timeout 'Give up asking a backend after this long [default: 30s]'
            cand --list 'List the traces when the command has ended'
            cand --show 'Show the traces as waterfalls when the command has ended'
            cand --ascii 'Draw with ASCII characters only'
            cand --no-pager 'Do not show long output in a pager'
            cand -q 'Print the answer and errors, but no notes, warnings and progress'
            cand --quiet 'Print the answer and errors, but no notes, warnings and progress'
            cand -v 'Say on stderr what is going on; -vv and -vvv say more'
            cand --verbose 'Say on stderr what is going on; -vv and -vvv say more'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'cruddur-trace;import'= {
            cand -b 'Where to look: `auto`, `local`, `honeycomb`, `xray`, `file:PATH` or `file:-`'
            cand --backend 'Where to look: `auto`, `local`, `honeycomb`, `xray`, `file:PATH` or `file:-`'
            cand --since 'Look no further back than this, such as `15m`, `2h ago` or `yesterday 14:00` [default: 1h]'
            cand --until 'Look at what began before this; written like --since [default: no end]'
            cand --store 'Use this file as the local store, instead of the one in the data directory'
            cand --config 'Read this configuration file, instead of the one that `config path` names'
            cand --profile 'Use the settings of this profile of the configuration file'
            cand --color 'When to use colours'
            cand --width 'Use this many columns, 40 to 400 [default: the terminal''s, or 100]'
            cand --timeout 'Give up asking a backend after this long [default: 30s]'
            cand --ascii 'Draw with ASCII characters only'
            cand --no-pager 'Do not show long output in a pager'
            cand -q 'Print the answer and errors, but no notes, warnings and progress'
            cand --quiet 'Print the answer and errors, but no notes, warnings and progress'
            cand -v 'Say on stderr what is going on; -vv and -vvv say more'
            cand --verbose 'Say on stderr what is going on; -vv and -vvv say more'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'cruddur-trace;demo'= {
            cand -b 'Where to look: `auto`, `local`, `honeycomb`, `xray`, `file:PATH` or `file:-`'
            cand --backend 'Where to look: `auto`, `local`, `honeycomb`, `xray`, `file:PATH` or `file:-`'
            cand --since 'Look no further back than this, such as `15m`, `2h ago` or `yesterday 14:00` [default: 1h]'
            cand --until 'Look at what began before this; written like --since [default: no end]'
            cand --store 'Use this file as the local store, instead of the one in the data directory'
            cand --config 'Read this configuration file, instead of the one that `config path` names'
            cand --profile 'Use the settings of this profile of the configuration file'
            cand --color 'When to use colours'
            cand --width 'Use this many columns, 40 to 400 [default: the terminal''s, or 100]'
            cand --timeout 'Give up asking a backend after this long [default: 30s]'
            cand --ascii 'Draw with ASCII characters only'
            cand --no-pager 'Do not show long output in a pager'
            cand -q 'Print the answer and errors, but no notes, warnings and progress'
            cand --quiet 'Print the answer and errors, but no notes, warnings and progress'
            cand -v 'Say on stderr what is going on; -vv and -vvv say more'
            cand --verbose 'Say on stderr what is going on; -vv and -vvv say more'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'cruddur-trace;config'= {
            cand -b 'Where to look: `auto`, `local`, `honeycomb`, `xray`, `file:PATH` or `file:-`'
            cand --backend 'Where to look: `auto`, `local`, `honeycomb`, `xray`, `file:PATH` or `file:-`'
            cand --since 'Look no further back than this, such as `15m`, `2h ago` or `yesterday 14:00` [default: 1h]'
            cand --until 'Look at what began before this; written like --since [default: no end]'
            cand --store 'Use this file as the local store, instead of the one in the data directory'
            cand --config 'Read this configuration file, instead of the one that `config path` names'
            cand --profile 'Use the settings of this profile of the configuration file'
            cand --color 'When to use colours'
            cand --width 'Use this many columns, 40 to 400 [default: the terminal''s, or 100]'
            cand --timeout 'Give up asking a backend after this long [default: 30s]'
            cand --ascii 'Draw with ASCII characters only'
            cand --no-pager 'Do not show long output in a pager'
            cand -q 'Print the answer and errors, but no notes, warnings and progress'
            cand --quiet 'Print the answer and errors, but no notes, warnings and progress'
            cand -v 'Say on stderr what is going on; -vv and -vvv say more'
            cand --verbose 'Say on stderr what is going on; -vv and -vvv say more'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand init 'Write a configuration file in which everything is explained and nothing is set'
            cand show 'Show each setting and where it comes from'
            cand path 'Show which files are used'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'cruddur-trace;config;init'= {
            cand -b 'Where to look: `auto`, `local`, `honeycomb`, `xray`, `file:PATH` or `file:-`'
            cand --backend 'Where to look: `auto`, `local`, `honeycomb`, `xray`, `file:PATH` or `file:-`'
            cand --since 'Look no further back than this, such as `15m`, `2h ago` or `yesterday 14:00` [default: 1h]'
            cand --until 'Look at what began before this; written like --since [default: no end]'
            cand --store 'Use this file as the local store, instead of the one in the data directory'
            cand --config 'Read this configuration file, instead of the one that `config path` names'
            cand --profile 'Use the settings of this profile of the configuration file'
            cand --color 'When to use colours'
            cand --width 'Use this many columns, 40 to 400 [default: the terminal''s, or 100]'
            cand --timeout 'Give up asking a backend after this long [default: 30s]'
            cand --ascii 'Draw with ASCII characters only'
            cand --no-pager 'Do not show long output in a pager'
            cand -q 'Print the answer and errors, but no notes, warnings and progress'
            cand --quiet 'Print the answer and errors, but no notes, warnings and progress'
            cand -v 'Say on stderr what is going on; -vv and -vvv say more'
            cand --verbose 'Say on stderr what is going on; -vv and -vvv say more'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'cruddur-trace;config;show'= {
            cand -o 'How to print the settings'
            cand --output 'How to print the settings'
            cand -b 'Where to look: `auto`, `local`, `honeycomb`, `xray`, `file:PATH` or `file:-`'
            cand --backend 'Where to look: `auto`, `local`, `honeycomb`, `xray`, `file:PATH` or `file:-`'
            cand --since 'Look no further back than this, such as `15m`, `2h ago` or `yesterday 14:00` [default: 1h]'
            cand --until 'Look at what began before this; written like --since [default: no end]'
            cand --store 'Use this file as the local store, instead of the one in the data directory'
            cand --config 'Read this configuration file, instead of the one that `config path` names'
            cand --profile 'Use the settings of this profile of the configuration file'
            cand --color 'When to use colours'
            cand --width 'Use this many columns, 40 to 400 [default: the terminal''s, or 100]'
            cand --timeout 'Give up asking a backend after this long [default: 30s]'
            cand --ascii 'Draw with ASCII characters only'
            cand --no-pager 'Do not show long output in a pager'
            cand -q 'Print the answer and errors, but no notes, warnings and progress'
            cand --quiet 'Print the answer and errors, but no notes, warnings and progress'
            cand -v 'Say on stderr what is going on; -vv and -vvv say more'
            cand --verbose 'Say on stderr what is going on; -vv and -vvv say more'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'cruddur-trace;config;path'= {
            cand -o 'How to print the paths'
            cand --output 'How to print the paths'
            cand -b 'Where to look: `auto`, `local`, `honeycomb`, `xray`, `file:PATH` or `file:-`'
            cand --backend 'Where to look: `auto`, `local`, `honeycomb`, `xray`, `file:PATH` or `file:-`'
            cand --since 'Look no further back than this, such as `15m`, `2h ago` or `yesterday 14:00` [default: 1h]'
            cand --until 'Look at what began before this; written like --since [default: no end]'
            cand --store 'Use this file as the local store, instead of the one in the data directory'
            cand --config 'Read this configuration file, instead of the one that `config path` names'
            cand --profile 'Use the settings of this profile of the configuration file'
            cand --color 'When to use colours'
            cand --width 'Use this many columns, 40 to 400 [default: the terminal''s, or 100]'
            cand --timeout 'Give up asking a backend after this long [default: 30s]'
            cand --ascii 'Draw with ASCII characters only'
            cand --no-pager 'Do not show long output in a pager'
            cand -q 'Print the answer and errors, but no notes, warnings and progress'
            cand --quiet 'Print the answer and errors, but no notes, warnings and progress'
            cand -v 'Say on stderr what is going on; -vv and -vvv say more'
            cand --verbose 'Say on stderr what is going on; -vv and -vvv say more'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'cruddur-trace;config;help'= {
            cand init 'Write a configuration file in which everything is explained and nothing is set'
            cand show 'Show each setting and where it comes from'
            cand path 'Show which files are used'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'cruddur-trace;config;help;init'= {
        }
        &'cruddur-trace;config;help;show'= {
        }
        &'cruddur-trace;config;help;path'= {
        }
        &'cruddur-trace;config;help;help'= {
        }
        &'cruddur-trace;completions'= {
            cand -b 'Where to look: `auto`, `local`, `honeycomb`, `xray`, `file:PATH` or `file:-`'
            cand --backend 'Where to look: `auto`, `local`, `honeycomb`, `xray`, `file:PATH` or `file:-`'
            cand --since 'Look no further back than this, such as `15m`, `2h ago` or `yesterday 14:00` [default: 1h]'
            cand --until 'Look at what began before this; written like --since [default: no end]'
            cand --store 'Use this file as the local store, instead of the one in the data directory'
            cand --config 'Read this configuration file, instead of the one that `config path` names'
            cand --profile 'Use the settings of this profile of the configuration file'
            cand --color 'When to use colours'
            cand --width 'Use this many columns, 40 to 400 [default: the terminal''s, or 100]'
            cand --timeout 'Give up asking a backend after this long [default: 30s]'
            cand --ascii 'Draw with ASCII characters only'
            cand --no-pager 'Do not show long output in a pager'
            cand -q 'Print the answer and errors, but no notes, warnings and progress'
            cand --quiet 'Print the answer and errors, but no notes, warnings and progress'
            cand -v 'Say on stderr what is going on; -vv and -vvv say more'
            cand --verbose 'Say on stderr what is going on; -vv and -vvv say more'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'cruddur-trace;help'= {
            cand list 'List traces, newest first'
            cand show 'Show a trace as a waterfall'
            cand assert 'Prove that a trace exists, or that none does'
            cand map 'Show which services call which, how often, how fast, and how often in vain'
            cand collect 'Receive traces on this machine'
            cand run 'Run a command with a private receiver around it'
            cand import 'Put files of traces into the local store'
            cand demo 'Show what this program does, with traces of its own'
            cand config 'Create, explain or find the configuration'
            cand completions 'Print the completion script for a shell'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'cruddur-trace;help;list'= {
        }
        &'cruddur-trace;help;show'= {
        }
        &'cruddur-trace;help;assert'= {
        }
        &'cruddur-trace;help;map'= {
        }
        &'cruddur-trace;help;collect'= {
        }
        &'cruddur-trace;help;run'= {
        }
        &'cruddur-trace;help;import'= {
        }
        &'cruddur-trace;help;demo'= {
        }
        &'cruddur-trace;help;config'= {
            cand init 'Write a configuration file in which everything is explained and nothing is set'
            cand show 'Show each setting and where it comes from'
            cand path 'Show which files are used'
        }
        &'cruddur-trace;help;config;init'= {
        }
        &'cruddur-trace;help;config;show'= {
        }
        &'cruddur-trace;help;config;path'= {
        }
        &'cruddur-trace;help;completions'= {
        }
        &'cruddur-trace;help;help'= {
        }
    ]
    $completions[$command]
}
