//! What is kept between runs, and what may become of it: caches, the account of query results, the key.

use super::{MINUTE, generous, has_line, hex, home, ordinary, row, unhurried};
use crate::support::honeycomb::CONFIGURATION;
use crate::support::spans::{MS, now};
use crate::support::{Home, write};

#[test]
fn what_was_seen_before_is_no_reason_to_pass_over_a_trace() {
    let service = generous();
    service.ingest_rows(ordinary().to_vec());
    let (one, two) = (hex(1), hex(2));
    service.ingest_rows(vec![
        row(&one, "00000000000000aa", "", "one", MINUTE, 1.0),
        row(&two, "00000000000000bb", "", "two", MINUTE, 1.0),
    ]);
    let home = unhurried(&service);
    let output = home.line("list -b honeycomb --since 10m");
    assert_eq!(output.code, Some(0), "{output}");
    // What is kept is wrong: the second was somewhere else, or will be.
    let folder = cache(&home);
    for wrong in ["1000000000", "18446744073709551615"] {
        for file in std::fs::read_dir(&folder).unwrap().map(|file| file.unwrap().path()) {
            if !file.to_string_lossy().contains("honeycomb-times") {
                continue;
            }
            let mut kept: serde_json::Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
            for seen in kept["what"].as_array_mut().unwrap() {
                seen["start"] = wrong.parse::<u64>().unwrap().into();
                seen["end"] = wrong.parse::<u64>().unwrap().into();
            }
            std::fs::write(&file, kept.to_string()).unwrap();
        }
        let output = home.line(&format!("show -b honeycomb {one} {two}"));
        assert!(output.code == Some(0) && has_line(&output, "one") && has_line(&output, "two"), "{wrong}: {output}");
        let output = home.line(&format!("assert -b honeycomb --trace {one}"));
        assert_eq!(output.code, Some(0), "{output}");
    }
}

fn cache(home: &Home) -> std::path::PathBuf {
    let folder = home.path(".cache/cruddur-trace");
    assert!(folder.exists(), "{:?}", std::fs::read_dir(home.path(".")).unwrap().collect::<Vec<_>>());
    folder
}

#[test]
fn the_beginning_of_an_id_that_was_listed_means_it_and_otherwise_it_has_to_be_the_only_one() {
    let service = generous();
    service.ingest_rows(ordinary().to_vec());
    let (one, two) = ("5759e988bd862e3fe1be46a994272793", "5759e988aaaaaaaaaaaaaaaaaaaaaaaa");
    service.ingest_rows(vec![
        row(one, "00000000000000aa", "", "one", MINUTE, 1.0),
        row(two, "00000000000000bb", "", "two", 30 * MINUTE, 1.0),
    ]);
    let home = unhurried(&service);
    let output = home.line("show -b honeycomb 5759e988");
    assert_eq!(output.code, Some(2), "{output}");
    let home = unhurried(&service);
    let output = home.line("list -b honeycomb --limit 1");
    assert_eq!(output.code, Some(0), "{output}");
    let output = home.line("show -b honeycomb 5759e988");
    assert!(output.code == Some(0) && output.stdout.contains(one), "{output}");
}

#[test]
fn garbage_in_the_cache_is_no_trouble() {
    let service = generous();
    service.ingest_rows(ordinary().to_vec());
    let home = unhurried(&service);
    drop(home.line("list -b honeycomb --since 10m"));
    let folder = cache(&home);
    let names: Vec<_> = std::fs::read_dir(&folder).unwrap().map(|file| file.unwrap().path()).collect();
    assert!(names.len() >= 4, "{names:?}");
    for garbage in ["", "[", "{\"at\":1,\"what\":null}", "{\"at\":18446744073709551615,\"what\":[]}", "\u{0}\u{1}"] {
        for name in &names {
            std::fs::write(name, garbage).unwrap();
        }
        let output = home.line("show -b honeycomb 0af7651916cd43dd8448eb211c80319c");
        assert_eq!(output.code, Some(0), "{garbage}: {output}");
    }
    for name in &names {
        std::fs::remove_file(name).unwrap();
        std::fs::create_dir(name).unwrap();
    }
    let output = home.line("show -b honeycomb 0af7651916cd43dd8448eb211c80319c");
    assert_eq!(output.code, Some(0), "{output}");
    std::fs::remove_dir_all(&folder).unwrap();
    std::fs::write(&folder, "").unwrap();
    let output = home.line("show -b honeycomb 0af7651916cd43dd8448eb211c80319c");
    assert_eq!((output.code, output.stderr.as_str()), (Some(0), ""), "{output}");
}

#[test]
fn an_account_full_of_nonsense_does_not_block() {
    let service = generous();
    service.ingest_rows(ordinary().to_vec());
    let home = home(&service);
    drop(home.line("list -b honeycomb --since 10m"));
    let rate = std::fs::read_dir(cache(&home))
        .unwrap()
        .map(|file| file.unwrap().path())
        .find(|path| path.to_string_lossy().contains("rate"));
    let rate = rate.unwrap();
    let many: Vec<u64> = vec![now().0 / MS; 100_000];
    for nonsense in [
        format!("{{\"taken\":[],\"blocked_until\":{}}}", u64::MAX),
        format!("{{\"taken\":[{0},{0},{0},{0},{0},{0},{0},{0},{0},{0},{0}],\"blocked_until\":0}}", u64::MAX),
        "{\"taken\":[-1],\"blocked_until\":0}".to_owned(),
        serde_json::json!({"taken": many, "blocked_until": 0}).to_string(),
        "\u{0}".repeat(1 << 20),
    ] {
        write(&rate, &nonsense);
        let begun = std::time::Instant::now();
        let output = home.line("list -b honeycomb --since 10m --timeout 5s");
        assert_eq!(output.code, Some(0), "{}: {output}", &nonsense[..nonsense.len().min(60)]);
        assert!(begun.elapsed().as_secs() < 4);
    }
}

#[test]
fn whoever_holds_the_account_for_ever_does_not_hold_others() {
    let service = generous();
    service.ingest_rows(ordinary().to_vec());
    let home = home(&service);
    drop(home.line("list -b honeycomb --since 10m"));
    let rate = std::fs::read_dir(cache(&home))
        .unwrap()
        .map(|file| file.unwrap().path())
        .find(|path| path.to_string_lossy().contains("rate"));
    let file = std::fs::File::open(rate.unwrap()).unwrap();
    file.lock().unwrap();
    let begun = std::time::Instant::now();
    let output = home.line("list -b honeycomb --since 10m --timeout 10s");
    assert_eq!(output.code, Some(0), "{output}");
    assert!(begun.elapsed().as_secs() < 5, "{:?}", begun.elapsed());
}

#[test]
fn the_key_is_nowhere_but_in_its_header() {
    let service = generous();
    service.ingest_rows(ordinary().to_vec());
    let home = unhurried(&service);
    for line in [
        "list -b honeycomb --counts -vvv",
        "show -b honeycomb 0af7651916cd43dd8448eb211c80319c -vvv --open",
        "probe -vvv",
        "config show",
        "list -b honeycomb --explain",
        "list -b honeycomb -vvv --dataset nope",
    ] {
        let output = home.line(line);
        assert!(!output.to_string().contains(CONFIGURATION), "{line}: {output}");
    }
    let mut found = Vec::new();
    files(&home.path("."), &mut found);
    for file in found {
        let bytes = std::fs::read(&file).unwrap();
        assert!(
            !String::from_utf8_lossy(&bytes).contains(CONFIGURATION) && !file.to_string_lossy().contains(CONFIGURATION),
            "{file:?}"
        );
    }
}

#[test]
fn a_used_up_account_is_no_verdict_and_no_hanging() {
    let service = generous();
    service.ingest_rows(ordinary().to_vec());
    let home = home(&service).with("CRUDDUR_TRACE_HONEYCOMB_RATE_LIMIT", "1/1m");
    drop(home.line("list -b honeycomb --since 10m"));
    for line in [
        "assert -b honeycomb name=nope --absent --timeout 1s",
        "assert -b honeycomb name=nope --timeout 1s --wait 2s",
        "assert -b honeycomb --trace 0af7651916cd43dd8448eb211c80319c --timeout 1s",
        "list -b honeycomb --timeout 1s",
    ] {
        let begun = std::time::Instant::now();
        let output = home.line(line);
        assert_eq!(output.code, Some(3), "{line}: {output}");
        assert!(begun.elapsed().as_secs() < 5, "{line}: {:?}", begun.elapsed());
    }
}

/// What is started by a script in the background ignores interrupts, and so does what that starts: this one does not.
#[cfg(target_os = "linux")]
fn interruptible(command: &std::process::Command) -> std::process::Command {
    let mut env = std::process::Command::new("env");
    env.arg("--default-signal=INT").arg(command.get_program()).args(command.get_args()).env_clear();
    env.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    if let Some(folder) = command.get_current_dir() {
        env.current_dir(folder);
    }
    env
}

#[cfg(target_os = "linux")]
#[test]
fn an_interrupt_ends_the_waiting_for_a_turn_at_once() {
    use std::io::{BufRead as _, Read as _};
    use std::process::Stdio;
    let service = generous();
    service.ingest_rows(ordinary().to_vec());
    let home = home(&service).with("CRUDDUR_TRACE_HONEYCOMB_RATE_LIMIT", "1/1m");
    drop(home.line("list -b honeycomb --since 10m"));
    for line in [
        "list -b honeycomb",
        "assert -b honeycomb name=nope",
        "show -b honeycomb 0af7651916cd43dd8448eb211c80319c",
        "list -b honeycomb --follow",
    ] {
        let mut command = interruptible(&home.command(line.split(' ')));
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).stdin(Stdio::null()).spawn().unwrap();
        let mut stderr = std::io::BufReader::new(child.stderr.take().unwrap());
        let mut said = String::new();
        while !said.contains("waiting") {
            assert_ne!(stderr.read_line(&mut said).unwrap(), 0, "{line} waits: {said}");
        }
        let begun = std::time::Instant::now();
        crate::support::signal(child.id(), rustix::process::Signal::INT);
        stderr.read_to_string(&mut said).unwrap();
        let status = child.wait().unwrap();
        let took = begun.elapsed();
        let by_signal = std::os::unix::process::ExitStatusExt::signal(&status);
        assert!(status.code() == Some(130) || by_signal == Some(2), "{line}: {status:?} {said}");
        assert!(took.as_millis() < 500, "{line}: {took:?}");
        assert!(said.is_empty() || said.ends_with('\n'), "{line}: {said:?}");
    }
}

#[test]
fn a_key_of_another_team_is_another_key() {
    use crate::support::honeycomb::Key;
    let other = "abcdefghijklmnopqrstuv";
    let service = generous();
    service.configure(|setup| setup.keys.push(Key::new(other)));
    service.ingest_rows(ordinary().to_vec());
    let home = unhurried(&service);
    assert_eq!(home.line("list -b honeycomb").code, Some(0));
    // What the key may do was looked at a moment ago, and is no longer true.
    service.configure(|setup| setup.keys.retain(|key| key.token != CONFIGURATION));
    let output = home.line("list -b honeycomb");
    assert!(output.code == Some(3) && output.stderr.contains("does not know the key"), "{output}");
    let output = home.line("assert -b honeycomb name=nope --absent");
    assert_eq!(output.code, Some(3), "{output}");
    let home = home.with("HONEYCOMB_API_KEY", other);
    assert_eq!(home.line("list -b honeycomb").code, Some(0));
}

#[test]
fn without_a_place_to_keep_anything_all_is_as_before() {
    let service = generous();
    service.ingest_rows(ordinary().to_vec());
    let home = unhurried(&service);
    let mut command = home.command(["list", "-b", "honeycomb", "-o", "jsonl"]);
    command.env_remove("HOME").env_remove("XDG_CONFIG_HOME").env_remove("XDG_DATA_HOME").env_remove("XDG_CACHE_HOME");
    let output = command.output().unwrap();
    assert!(output.status.success() || output.status.code() == Some(2), "{output:?}");
    let home = home.with("CRUDDUR_TRACE_CACHE_DIR", "/proc/no/such");
    let output = home.line("list -b honeycomb -o jsonl");
    assert_eq!((output.code, output.stderr.as_str()), (Some(0), ""), "{output}");
    let home = home.with("CRUDDUR_TRACE_CACHE_DIR", "/dev/full");
    assert_eq!(home.line("show -b honeycomb 0af7651916cd43dd8448eb211c80319c").code, Some(0));
}

/// All files below a folder.
fn files(folder: &std::path::Path, found: &mut Vec<std::path::PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if entry.is_dir() { files(&entry, found) } else { found.push(entry) }
    }
}
