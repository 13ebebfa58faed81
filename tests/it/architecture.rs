//! The rules of the house, read from the source: who may use whom, who may print, and that no test is forgotten.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use regex::Regex;

/// A source file without its comments, its unit tests and the text in its strings.
struct Source {
    /// Relative to `src/`, with `/`.
    path: String,
    code: String,
}

impl Source {
    /// The module at the top of the crate to which it belongs.
    fn module(&self) -> &str {
        self.path.split('/').next().map_or("", |first| first.trim_end_matches(".rs"))
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("the source is there") {
        let path = entry.expect("the source can be read").path();
        if path.is_dir() {
            found.extend(files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found.sort();
    found
}

fn sources() -> Vec<Source> {
    let src = root().join("src");
    let all: Vec<(String, String)> = files(&src)
        .into_iter()
        .map(|path| {
            let relative = path.strip_prefix(&src).expect("it was found there").to_string_lossy().replace('\\', "/");
            (relative, fs::read_to_string(path).expect("the source is text"))
        })
        .collect();
    // Files that only tests are made of: `#[cfg(test)] mod samples;`.
    let test_module = Regex::new(r"#\[cfg\(test\)\]\s*(?:pub(?:\([a-z]+\))? )?mod ([a-z_]+);").expect("it is a regex");
    let mut only_tests = BTreeSet::new();
    for (path, text) in &all {
        let folder = path.strip_suffix("mod.rs").map_or_else(|| path.replace(".rs", "/"), ToOwned::to_owned);
        let folder = if path == "lib.rs" { String::new() } else { folder };
        for found in test_module.captures_iter(text) {
            only_tests.insert(format!("{folder}{}.rs", &found[1]));
        }
    }
    let text_or_comment = Regex::new(r#"(?m)//.*$|"(?:\\.|[^"\\])*""#).expect("it is a regex");
    all.into_iter()
        .filter(|(path, _)| !only_tests.contains(path) && path != "main.rs" && path != "lib.rs")
        .map(|(path, text)| {
            let code = text.split("#[cfg(test)]\nmod ").next().unwrap_or_default();
            Source { path, code: text_or_comment.replace_all(code, "").into_owned() }
        })
        .collect()
}

/// The table in the documentation of the crate: a module, and what it may use.
fn table() -> BTreeMap<String, BTreeSet<String>> {
    let lib = fs::read_to_string(root().join("src/lib.rs")).expect("the source is there");
    let rows: Vec<(&str, &str)> = lib
        .lines()
        .filter_map(|line| line.strip_prefix("//! | ")?.strip_suffix(" |")?.split_once(" | "))
        .filter(|(module, _)| *module != "module")
        .collect();
    let names = |cell: &str| cell.split(", ").map(ToOwned::to_owned).collect::<BTreeSet<_>>();
    let everyone: BTreeSet<String> = rows.iter().flat_map(|(modules, _)| names(modules)).collect();
    let mut table = BTreeMap::new();
    for (modules, uses) in rows {
        let uses = match uses {
            "nothing of ours" => BTreeSet::new(),
            "all of the above, but not each other" => everyone.clone(),
            uses => names(uses),
        };
        assert!(uses.is_subset(&everyone), "the table names no strangers: {uses:?}");
        for module in names(modules) {
            table.insert(module, uses.clone());
        }
    }
    table
}

/// The modules at the top that the code names: `crate::a::B`, and `use crate::{a, b::C}`.
fn used(code: &str) -> BTreeSet<String> {
    let single = Regex::new(r"\bcrate::([a-z_]+)").expect("it is a regex");
    let group = Regex::new(r"\bcrate::\{((?:[^{};]|\{[^{}]*\})*)\}").expect("it is a regex");
    let inner = Regex::new(r"\{[^{}]*\}").expect("it is a regex");
    let mut found: BTreeSet<String> = single.captures_iter(code).map(|captures| captures[1].to_owned()).collect();
    for captures in group.captures_iter(code) {
        let flat = inner.replace_all(&captures[1], "");
        found.extend(flat.split(',').filter_map(|path| path.trim().split("::").next()).map(ToOwned::to_owned));
    }
    found.retain(|name| !name.is_empty());
    found
}

#[test]
fn imports_go_one_way() {
    let table = table();
    let mut wrong = Vec::new();
    for source in sources() {
        let module = source.module();
        let Some(allowed) = table.get(module) else {
            wrong.push(format!("src/{}: `{module}` is not in the table in src/lib.rs", source.path));
            continue;
        };
        for used in used(&source.code).into_iter().filter(|used| used != module && !allowed.contains(used)) {
            wrong.push(format!("src/{}: `{module}` may not use `{used}`", source.path));
        }
    }
    assert!(wrong.is_empty(), "the table in src/lib.rs says otherwise:\n{}", wrong.join("\n"));
}

#[test]
fn a_command_does_not_use_another() {
    let verbs: BTreeSet<String> = files(&root().join("src/cli"))
        .iter()
        .filter_map(|path| path.file_stem()?.to_str().map(ToOwned::to_owned))
        .filter(|name| name != "mod")
        .collect();
    let reference = Regex::new(r"\b(?:crate::commands|super)::([a-z_]+)").expect("it is a regex");
    for source in sources().iter().filter(|source| source.module() == "commands" && source.path != "commands/mod.rs") {
        for found in reference.captures_iter(&source.code) {
            let own = source.path.split(['/', '.']).nth(1) == Some(&found[1]);
            assert!(own || !verbs.contains(&found[1]), "src/{} uses the command `{}`", source.path, &found[1]);
        }
    }
}

#[test]
fn only_the_user_interface_prints() {
    let prints = Regex::new(r"\be?print(?:ln)?!|\bio::(?:stdout|stderr)\b|\b(?:stdout|stderr)\(\)").expect("it is a regex");
    // The screen has the terminal to itself for as long as it is open.
    for source in sources().iter().filter(|source| source.path != "ui.rs" && source.path != "ui/screen.rs") {
        let found = prints.find(&source.code).map(|found| found.as_str());
        assert_eq!(found, None, "src/{} prints; only src/ui.rs and src/ui/screen.rs do that", source.path);
    }
}

#[test]
fn the_environment_is_read_in_one_place() {
    let reads = Regex::new(r"\benv::vars?(?:_os)?\(").expect("it is a regex");
    for source in sources().iter().filter(|source| source.path != "config/env.rs") {
        assert!(!reads.is_match(&source.code), "src/{} reads the environment; take it from config::Env", source.path);
    }
}

#[test]
fn main_is_a_paragraph() {
    let main = fs::read_to_string(root().join("src/main.rs")).expect("the source is there");
    assert!(main.lines().count() <= 20, "what main does belongs into lib::run, where a test can call it");
}

#[test]
fn no_test_file_is_forgotten() {
    let folder = root().join("tests/it");
    let main = fs::read_to_string(folder.join("main.rs")).expect("the source is there");
    for entry in fs::read_dir(&folder).expect("the source is there") {
        let path = entry.expect("the source can be read").path();
        let rust = path.extension().is_some_and(|extension| extension == "rs") || path.join("mod.rs").exists();
        let name = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
        assert!(!rust || name == "main" || main.contains(&format!("\nmod {name};")), "tests/it/main.rs does not name `{name}`");
    }
}

#[test]
fn the_rules_would_notice() {
    let names = |code: &str| used(code).into_iter().collect::<Vec<_>>();
    assert_eq!(names("use crate::model::{Span, Time};\nlet x = crate::ui::width();"), ["model", "ui"]);
    assert_eq!(names("use crate::{query, model::{self, Span}, cli::Cli};"), ["cli", "model", "query"]);
    assert!(!table()["model"].contains("query") && table()["collect"].contains("backend"));
    assert!(sources().iter().any(|source| source.path == "commands/config.rs" && source.code.contains("crate::config")));
}
