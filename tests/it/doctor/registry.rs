//! Every finding that can be made is documented, and provoked by a test.

use std::path::Path;

use cruddur_trace::model::diagnosis::KINDS;

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// All tests of `doctor` but this one.
fn tests() -> String {
    let folder = std::fs::read_dir(root().join("tests/it/doctor")).expect("the tests are there");
    let paths = folder.map(|entry| entry.expect("it can be read").path());
    paths.filter(|path| path.file_name().is_some_and(|name| name != "registry.rs")).map(|path| read(&path)).collect()
}

/// Names such as `("store", "missing")` at the places where findings are made or looked for.
fn named(source: &str, before: &str) -> Vec<(String, String)> {
    let pattern = format!(r#"{before}\(\s*"([a-z-]+)",\s*"([a-z-]+)""#);
    let pattern = regex::Regex::new(&pattern).expect("it is a regex");
    pattern.captures_iter(source).map(|found| (found[1].to_owned(), found[2].to_owned())).collect()
}

#[test]
fn every_finding_is_documented_with_its_level_and_meaning() {
    let page = read(&root().join("docs/doctor.md"));
    let mut table = String::new();
    for kind in KINDS {
        let row = format!("| `{}` | `{}` | {} | {} |", kind.check, kind.finding, kind.level.name(), kind.meaning);
        table.push_str(&row);
        table.push('\n');
    }
    let head = "| check | finding | level | what it means |\n|---|---|---|---|\n";
    let (before, rest) = page.split_once(head).expect("the page has a table of all findings");
    let end = rest.lines().take_while(|line| line.starts_with('|')).map(|line| line.len() + 1).sum();
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(root().join("docs/doctor.md"), format!("{before}{head}{table}{}", &rest[end..]))
            .expect("it can be written");
        return;
    }
    assert!(rest[..end] == table, "docs/doctor.md is stale: run `BLESS=1 cargo test --test it doctor::registry`");
}

#[test]
fn every_finding_is_provoked_by_a_test() {
    let tested = named(&tests(), "");
    let untested: Vec<_> = KINDS
        .iter()
        .filter(|kind| !tested.iter().any(|(check, finding)| check == kind.check && finding == kind.finding))
        .map(|kind| (kind.check, kind.finding))
        .collect();
    assert_eq!(untested, [], "these findings have no test");
    let known = |(check, finding): &&(String, String)| {
        finding == "ok" || KINDS.iter().any(|kind| kind.check == check && kind.finding == finding)
    };
    let strange: Vec<_> = tested.iter().filter(|name| !known(name)).collect();
    assert!(strange.is_empty(), "these are no findings: {strange:?}");
}

/// A kind that nothing makes would be documented for nothing.
#[test]
fn every_kind_is_made_somewhere() {
    let folder = std::fs::read_dir(root().join("src/commands/doctor")).expect("the source is there");
    let source: String = folder.map(|entry| read(&entry.expect("it can be read").path())).collect();
    let made = named(&source, "(?:found!|kind)");
    for kind in KINDS {
        let by_name = made.iter().any(|(check, finding)| check == kind.check && finding == kind.finding);
        // Of what several have in common, the check is a variable.
        let of_several = source.contains(&format!("\"{}\"", kind.check)) && source.contains(&format!("\"{}\"", kind.finding));
        assert!(by_name || of_several, "nothing makes {} {}", kind.check, kind.finding);
    }
}
