//! What single commands do where their options are not given: `[list]`, `[show]`, `[stats]`, `[map]`, `[diff]` and `[assert]`.
//!
//! Only what a person would set once and for all is here: how far back, how many, in which form, how long to wait. What a single
//! question is about stays on the command line.

use std::time::Duration;

use super::layers::Layers;
use super::report::Origin;
use crate::cli::Command;
use crate::cli::assert::AssertFormat;
use crate::cli::diff::DiffFormat;
use crate::cli::list::ListFormat;
use crate::cli::map::MapFormat;
use crate::cli::show::ShowFormat;
use crate::cli::stats::{StatsFormat, StatsSort};
use crate::cli::value::TimeArg;
use crate::error::Failure;

/// What is usual for those that look at many traces.
const MANY: usize = 200;

/// What single commands do, each with what its options say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PerCommand {
    /// `list`
    pub list: List,
    /// `show`
    pub show: Show,
    /// `stats`
    pub stats: Stats,
    /// `map`
    pub map: Map,
    /// `diff`
    pub diff: Diff,
    /// `assert`
    pub assert: Assert,
}

/// What `list` does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct List {
    /// How many traces it prints at most; at least 1.
    pub limit: usize,
    /// How it prints them.
    pub output: ListFormat,
}

/// What `show` does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Show {
    /// How many rows it draws at most; `None` leaves it to the form.
    pub max_rows: Option<usize>,
    /// Whether spans that are alike have a row each.
    pub expand: bool,
    /// How it prints the trace.
    pub output: ShowFormat,
}

/// What `stats` does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stats {
    /// How many traces it looks at at most; at least 1.
    pub limit: usize,
    /// What comes first.
    pub sort: StatsSort,
    /// How it prints the figures.
    pub output: StatsFormat,
}

/// What `map` does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Map {
    /// How many traces it looks at at most; at least 1.
    pub limit: usize,
    /// How it prints the map.
    pub output: MapFormat,
}

/// What `diff` does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diff {
    /// How many traces a side has at most; at least 1.
    pub limit: usize,
    /// How many lines it shows at most; at least 1.
    pub max_rows: usize,
    /// How it prints what differs.
    pub output: DiffFormat,
}

/// What `assert` does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assert {
    /// For how long it asks again, where neither an option nor a file of assertions says so.
    pub wait: Option<Duration>,
    /// After how long it expects nothing more of a trace, likewise.
    pub settle: Option<Duration>,
    /// How it prints the verdict.
    pub output: AssertFormat,
}

/// What the command line says of the command that it names.
#[derive(Debug, Clone, Default)]
pub(super) struct Given {
    /// Whose options these are.
    name: &'static str,
    limit: Option<usize>,
    max_rows: Option<usize>,
    expand: bool,
    sort: Option<StatsSort>,
    output: Output,
}

/// In which form the command shall print.
#[derive(Debug, Clone, Default)]
struct Output {
    list: Option<ListFormat>,
    show: Option<ShowFormat>,
    stats: Option<StatsFormat>,
    map: Option<MapFormat>,
    diff: Option<DiffFormat>,
    assert: Option<AssertFormat>,
}

impl Given {
    pub(super) fn of(command: &Command) -> Self {
        let output = Output::default();
        match command {
            Command::List(list) => {
                Self { name: "list", limit: list.limit, output: Output { list: list.output, ..output }, ..Self::default() }
            }
            Command::Show(show) => {
                // A screen is a waterfall, whatever is printed otherwise.
                let form = if show.interactive { Some(ShowFormat::Waterfall) } else { show.output };
                let output = Output { show: form, ..output };
                Self { name: "show", max_rows: show.max_rows, expand: show.expand, output, ..Self::default() }
            }
            Command::Stats(stats) => {
                let output = Output { stats: stats.output, ..output };
                Self { name: "stats", limit: stats.limit, sort: stats.sort, output, ..Self::default() }
            }
            Command::Map(map) => {
                Self { name: "map", limit: map.limit, output: Output { map: map.output, ..output }, ..Self::default() }
            }
            Command::Diff(diff) => {
                let output = Output { diff: diff.output, ..output };
                Self { name: "diff", limit: diff.limit, max_rows: diff.max_rows, output, ..Self::default() }
            }
            Command::Assert(assert) => {
                Self { name: "assert", output: Output { assert: assert.output, ..output }, ..Self::default() }
            }
            _ => Self::default(),
        }
    }

    /// How many, if it is this command that is asked.
    fn limit(&self, name: &str) -> Option<usize> {
        self.limit.filter(|_| self.name == name)
    }

    /// How many rows, likewise.
    fn max_rows(&self, name: &str) -> Option<usize> {
        self.max_rows.filter(|_| self.name == name)
    }
}

impl PerCommand {
    /// Beside it, how far back the command that runs looks, and who says so. `since` is what is said for all commands.
    pub(super) fn resolve(
        given: &Given,
        since: (&TimeArg, &Origin),
        layers: &mut Layers<'_>,
    ) -> Result<(Self, (TimeArg, Origin)), Failure> {
        let mut window = (since.0.clone(), since.1.clone());
        let mut look_back = |name, key, layers: &mut Layers<'_>| {
            let own = layers.pick_for(key, since)?;
            if given.name == name {
                window = (own, layers.origin());
            }
            Ok::<_, Failure>(())
        };
        look_back("list", "list.since", layers)?;
        let list = List {
            limit: layers.pick("list.limit", given.limit("list"), || 20)?,
            output: layers.pick("list.output", given.output.list, ListFormat::default)?,
        };
        let show = Show {
            max_rows: layers.pick("show.max_rows", given.max_rows("show").map(Some), || None)?,
            expand: layers.pick("show.expand", given.expand.then_some(true), || false)?,
            output: layers.pick("show.output", given.output.show, ShowFormat::default)?,
        };
        look_back("stats", "stats.since", layers)?;
        let stats = Stats {
            limit: layers.pick("stats.limit", given.limit("stats"), || MANY)?,
            sort: layers.pick("stats.sort", given.sort, StatsSort::default)?,
            output: layers.pick("stats.output", given.output.stats, StatsFormat::default)?,
        };
        look_back("map", "map.since", layers)?;
        let map = Map {
            limit: layers.pick("map.limit", given.limit("map"), || MANY)?,
            output: layers.pick("map.output", given.output.map, MapFormat::default)?,
        };
        look_back("diff", "diff.since", layers)?;
        let diff = Diff {
            limit: layers.pick("diff.limit", given.limit("diff"), || MANY)?,
            max_rows: layers.pick("diff.max_rows", given.max_rows("diff"), || 20)?,
            output: layers.pick("diff.output", given.output.diff, DiffFormat::default)?,
        };
        look_back("assert", "assert.since", layers)?;
        let assert = Assert {
            wait: layers.pick("assert.wait", None, || None)?,
            settle: layers.pick("assert.settle", None, || None)?,
            output: layers.pick("assert.output", given.output.assert, AssertFormat::default)?,
        };
        Ok((Self { list, show, stats, map, diff, assert }, window))
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;
    use crate::cli::Cli;
    use crate::config::file::ConfigFile;
    use crate::config::{Flags, Paths, Settings};

    fn resolve(command: &str, env: &[(&str, &str)], file: &str) -> Settings {
        let words = command.split_whitespace();
        let cli = Cli::try_parse_from(std::iter::once("cruddur-trace").chain(words)).expect("the test's command line is right");
        let paths =
            Paths { config: "/c/config.toml".into(), config_is_named: false, data: "/data".into(), cache: "/cache".into() };
        let file = ConfigFile::parse(file.to_owned(), &paths.config).expect("the test's file is right");
        Settings::resolve(Flags::of(&cli), &env.iter().copied().collect(), &file, paths).expect("it can be put together")
    }

    const FILE: &str = "
        since = '1m'
        list = { since = '2m', limit = 2, output = 'json' }
        stats = { limit = 3, sort = 'p99', output = 'csv' }
        show = { max_rows = 4, expand = true, output = 'svg' }
        map = { limit = 5, output = 'svg' }
        diff = { limit = 6, max_rows = 7, output = 'json' }
        assert = { since = '3m', wait = '8s', settle = '0s', output = 'json' }
        [profiles.ci]
        since = '4m'
        assert = { wait = '9s', since = '5m' }
        [profiles.ci.list]
        limit = 20
    ";

    #[test]
    fn each_command_has_what_is_said_for_it() {
        let expected = PerCommand {
            list: List { limit: 2, output: ListFormat::Json },
            show: Show { max_rows: Some(4), expand: true, output: ShowFormat::Svg },
            stats: Stats { limit: 3, sort: StatsSort::P99, output: StatsFormat::Csv },
            map: Map { limit: 5, output: MapFormat::Svg },
            diff: Diff { limit: 6, max_rows: 7, output: DiffFormat::Json },
            assert: Assert { wait: Some(Duration::from_secs(8)), settle: Some(Duration::ZERO), output: AssertFormat::Json },
        };
        assert_eq!(resolve("config show", &[], FILE).per_command, expected);
    }

    #[test]
    fn an_option_is_of_the_command_that_has_it_and_wins() {
        let of = |command| resolve(command, &[], FILE).per_command;
        let list = of("list --limit 9 -o jsonl");
        assert_eq!((list.list.limit, list.list.output, list.stats.limit), (9, ListFormat::Jsonl, 3));
        let stats = of("stats -n 9 --sort errors -o json");
        assert_eq!(
            (stats.stats.limit, stats.stats.sort, stats.stats.output, stats.list.limit),
            (9, StatsSort::Errors, StatsFormat::Json, 2)
        );
        let show = of("show 1 --max-rows 9 -o csv");
        assert_eq!((show.show.max_rows, show.show.output, show.diff.max_rows), (Some(9), ShowFormat::Csv, 7));
        assert_eq!((of("map -n 9 -o json").map, of("diff a b -n 9 --max-rows 8 -o text").diff), {
            let diff = Diff { limit: 9, max_rows: 8, output: DiffFormat::Text };
            (Map { limit: 9, output: MapFormat::Json }, diff)
        });
        assert_eq!(of("assert -o text").assert.output, AssertFormat::Text);
        assert_eq!(of("show 1 -i").show.output, ShowFormat::Waterfall, "a screen is no SVG");
    }

    #[test]
    fn a_higher_layer_wins_and_within_one_what_is_said_for_the_command() {
        let since = |command, env: &[(&str, &str)]| {
            let window = resolve(command, env, FILE).window;
            format!("{} {}", window.since, window.since_origin)
        };
        let (all, own) = (("CRUDDUR_TRACE_SINCE", "6m"), ("CRUDDUR_TRACE_LIST_SINCE", "7m"));
        assert_eq!(since("list", &[]), "2m /c/config.toml:3");
        assert_eq!(since("map", &[]), "1m /c/config.toml:2");
        assert_eq!(since("list --profile ci", &[]), "4m /c/config.toml:10, profile ci");
        assert_eq!(since("assert --profile ci", &[]), "5m /c/config.toml:11, profile ci");
        assert_eq!(since("assert --profile ci", &[all, own]), "6m CRUDDUR_TRACE_SINCE");
        assert_eq!(since("list --profile ci", &[all, own]), "7m CRUDDUR_TRACE_LIST_SINCE");
        assert_eq!(since("list --since 8m", &[all, own]), "8m --since");
        let ci = resolve("list --profile ci", &[("CRUDDUR_TRACE_ASSERT_WAIT", "10s")], FILE).per_command;
        assert_eq!((ci.list.limit, ci.list.output, ci.assert.wait), (20, ListFormat::Json, Some(Duration::from_secs(10))));
    }
}
