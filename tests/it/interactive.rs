//! `show -i` and `list -i` where there is no terminal. What they do in one is seen by `tests/terminal/run`.

use crate::support::Home;

#[test]
fn without_a_terminal_there_is_a_hint_and_nothing_is_asked() {
    let home = Home::new();
    for line in ["show 5759e988 -i -b file:is-not-there", "list --interactive -b file:is-not-there"] {
        insta::allow_duplicates! {
            insta::assert_snapshot!(home.line(line), @"
            ------- stderr -------
            error: --interactive needs a terminal, and stdout is not one
            hint: leave --interactive out to print the same
            [exit status: 2]
            ");
        }
    }
}

#[test]
fn what_makes_no_sense_on_a_screen_is_refused() {
    let home = Home::new();
    for line in
        ["show a -i -o json", "show a -i --span b", "show a -i --explain", "show a -i --open", "list -i -f", "list -i -o jsonl"]
    {
        let output = home.line(line);
        assert_eq!((output.code, output.stdout.as_str()), (Some(2), ""), "{line}: {output}");
        assert!(output.stderr.contains("cannot be used with"), "{line}: {output}");
    }
}
