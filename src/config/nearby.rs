//! Variables that are not in the environment, and that a file would set there: the other shell, the application's `.env`.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use super::Env;

/// Files of the folder one stands in, relative to it.
const HERE: [&str; 2] = [".env", ".envrc"];
/// Files of the home folder that shells read, those of `sh`'s syntax.
const HOME: [&str; 6] = [".profile", ".bash_profile", ".bashrc", ".zshenv", ".zprofile", ".zshrc"];
/// More than anyone writes by hand.
const MOST_BYTES: u64 = 1 << 20;

/// Where a variable is set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Nearby {
    /// The file, as a shell in this folder can read it: `./.env`.
    pub file: PathBuf,
    /// The line, counted from 1.
    pub line: usize,
}

/// The first file that sets the variable to something that is of use, among those of `folder`, in which the program was started, and of
/// the home folder. What cannot be read is not looked at.
pub fn find(variable: &str, env: &Env, folder: &Path, of_use: impl Fn(&str) -> bool) -> Option<Nearby> {
    let home = env.path("HOME");
    let here = HERE.iter().map(|name| (folder.join(name), Path::new(".").join(name)));
    let of_home = home.iter().flat_map(|home| HOME.iter().map(|name| home.join(name))).map(|path| (path.clone(), path));
    here.chain(of_home).find_map(|(path, file)| {
        let line = set_in(&read(&path)?, variable, &of_use)?;
        Some(Nearby { file, line })
    })
}

fn read(path: &Path) -> Option<String> {
    // A pipe of that name would keep us waiting.
    let text = std::fs::metadata(path).ok().filter(std::fs::Metadata::is_file).and_then(|_| File::open(path).ok())?;
    let mut bytes = Vec::new();
    text.take(MOST_BYTES).read_to_end(&mut bytes).ok()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

/// The line that sets the variable to something that is of use.
fn set_in(text: &str, variable: &str, of_use: impl Fn(&str) -> bool) -> Option<usize> {
    let sets = |line: &str| {
        let line = line.trim_start();
        let line = line.strip_prefix("export").filter(|rest| rest.starts_with([' ', '\t'])).map_or(line, str::trim_start);
        let value = line.strip_prefix(variable).and_then(|rest| rest.strip_prefix('='));
        let value = value.map(|value| value.trim().trim_matches(['\'', '"']));
        value.is_some_and(|value| !value.is_empty() && of_use(value))
    };
    text.lines().position(sets).map(|at| at + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_that_is_of_no_use_is_passed_over() {
        assert_eq!(set_in("KEY='bad'\nKEY=\"good\"\n", "KEY", |value| value == "good"), Some(2));
    }

    #[test]
    fn a_line_that_sets_the_variable_is_found_whatever_stands_around_it() {
        assert_eq!(set_in("# KEY=1\nKEYS=2\n  export\tKEY=3\n", "KEY", |_| true), Some(3));
        assert_eq!(set_in("KEY='x y'", "KEY", |_| true), Some(1));
        for none in ["", "KEY", "KEY=", "KEY=''", "export KEY=\"\"", "exportKEY=1", "MY_KEY=1", "unset KEY"] {
            assert_eq!(set_in(none, "KEY", |_| true), None, "{none}");
        }
    }

    #[test]
    fn the_folder_comes_before_the_home() {
        let (here, home) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let env = Env::from_iter([("HOME", home.path().as_os_str())]);
        assert_eq!(find("KEY", &env, here.path(), |_| true), None);
        std::fs::write(home.path().join(".bashrc"), "\nexport KEY=1\n").unwrap();
        let bashrc = Nearby { file: home.path().join(".bashrc"), line: 2 };
        assert_eq!(find("KEY", &env, here.path(), |_| true), Some(bashrc));
        std::fs::write(here.path().join(".env"), "KEY=2\n").unwrap();
        assert_eq!(find("KEY", &env, here.path(), |_| true), Some(Nearby { file: "./.env".into(), line: 1 }));
        std::fs::create_dir(here.path().join(".envrc")).unwrap();
        assert_eq!(find("OTHER", &env, here.path(), |_| true), None);
    }
}
