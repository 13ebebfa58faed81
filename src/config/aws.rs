//! Whether AWS was ever set up here, told from what costs nothing to look at.

use std::path::PathBuf;

use super::Env;

/// Variables of which one is set where credentials come from the environment, a container or a token file:
/// <https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html>.
const VARIABLES: [&str; 5] = [
    "AWS_ACCESS_KEY_ID",
    "AWS_PROFILE",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
];

/// Whether a variable or a file speaks of credentials. The role of an EC2 instance leaves no such trace: it is used where X-Ray
/// is named as the backend.
pub(super) fn is_hinted(env: &Env) -> bool {
    let home = env.path("HOME").or_else(|| env.path("USERPROFILE"));
    let file = |variable, name: &str| env.path(variable).or_else(|| home.as_ref().map(|home| home.join(".aws").join(name)));
    let files = [file("AWS_SHARED_CREDENTIALS_FILE", "credentials"), file("AWS_CONFIG_FILE", "config")];
    VARIABLES.iter().any(|name| env.path(name).is_some()) || files.into_iter().flatten().any(|path: PathBuf| path.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_variable_or_a_file_is_a_hint_and_a_region_alone_is_none() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().to_str().unwrap();
        let hinted = |more: &[(&str, &str)]| {
            let env = [("HOME", path), ("AWS_REGION", "eu-west-1")].iter().chain(more).copied().collect();
            is_hinted(&env)
        };
        assert!(!hinted(&[]));
        assert!(hinted(&[("AWS_ACCESS_KEY_ID", "AKIA")]));
        assert!(!hinted(&[("AWS_PROFILE", "")]));
        std::fs::create_dir(home.path().join(".aws")).unwrap();
        std::fs::write(home.path().join(".aws/config"), "").unwrap();
        assert!(hinted(&[]));
        assert!(!hinted(&[("AWS_CONFIG_FILE", "/nowhere")]));
    }
}
