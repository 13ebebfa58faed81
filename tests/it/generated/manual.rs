//! The manual pages, from the same source as the help.

use std::collections::BTreeSet;
use std::path::Path;

use clap::CommandFactory as _;
use cruddur_trace::cli::Cli;

use super::check;

/// A page as it is made of the command line, but for what would be wrong with it: a title without the program's version, breaks where
/// there is nothing to break, and lines that are to stay as they are at the end of the help.
fn finished(name: &str, page: &str) -> String {
    let mut lines: Vec<String> = Vec::new();
    let mut as_they_are = false;
    for line in page.replace("\n.br\n\n.br\n", "\n.sp\n").lines() {
        if as_they_are && (line.starts_with(".SH ") || line == "Examples:") {
            lines.push(".fi".to_owned());
            as_they_are = false;
        }
        match line {
            // The third word is a date. There is none: the page is made anew at any time.
            _ if line.starts_with(".TH ") => {
                lines.push(format!(".TH {name} 1 \"\" \"cruddur-trace {}\" \"User Commands\"", env!("CARGO_PKG_VERSION")));
            }
            ".SH EXTRA" => {}
            "Examples:" | "Exit codes:" => {
                let section = if line == "Examples:" { ".SH EXAMPLES" } else { ".SH \"EXIT STATUS\"" };
                lines.extend([section, ".nf"].map(str::to_owned));
                as_they_are = true;
            }
            _ => lines.push(line.trim_end().to_owned()),
        }
    }
    if as_they_are {
        lines.push(".fi".to_owned());
    }
    lines.join("\n") + "\n"
}

fn names(folder: &Path) -> BTreeSet<String> {
    let files = std::fs::read_dir(folder).expect("the pages are there");
    files.map(|file| file.expect("the folder can be read").file_name().to_string_lossy().into_owned()).collect()
}

#[test]
fn the_manual_pages_are_those_of_this_command_line() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    clap_mangen::generate_to(Cli::command(), folder.path()).expect("the pages can be written");
    let generated = names(folder.path());
    for file in &generated {
        let page = std::fs::read_to_string(folder.path().join(file)).expect("a page is text");
        check(&format!("man/man1/{file}"), &finished(file.trim_end_matches(".1"), &page));
    }
    let committed = names(&Path::new(env!("CARGO_MANIFEST_DIR")).join("man/man1"));
    assert_eq!(committed, generated, "man/man1 has a page of a command that is no more");
}

#[test]
fn a_page_says_what_the_help_says() {
    let page = |name: &str| {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("man/man1/{name}.1"));
        std::fs::read_to_string(path).expect("the page is there").replace("\\-", "-")
    };
    for command in Cli::command().get_subcommands() {
        let page = page(&format!("cruddur-trace-{}", command.get_name()));
        let about = command.get_about().expect("each says what it does").to_string();
        assert!(page.contains(&about.replace('\'', "\\*(Aq")), "{about}\n{page}");
        for option in command.get_arguments().filter_map(clap::Arg::get_long) {
            assert!(page.contains(&format!("\\fB--{option}\\fR")), "{} --{option}", command.get_name());
        }
    }
    let main = page("cruddur-trace");
    assert!(main.contains(".SH \"EXIT STATUS\"\n") && main.contains(".SH EXAMPLES\n"), "{main}");
}
