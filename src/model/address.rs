//! What addresses and the targets of requests are made of.

/// The path: without scheme, server, query and fragment. What follows the `?` may hold secrets, and is no part of what was asked for. What is no
/// address stays as it is, so that only what begins with `/` is a path.
pub fn path_of(address: &str) -> &str {
    let rest = address.split(['?', '#']).next().unwrap_or_default();
    match rest.split_once("://") {
        Some((_, rest)) => rest.find('/').map_or("/", |slash| &rest[slash..]),
        None => rest,
    }
}

#[cfg(test)]
mod tests {
    use super::path_of;

    #[test]
    fn of_an_address_the_path_is_kept() {
        for (address, kept) in [
            ("http://localhost:4567/api/activities?token=x", "/api/activities"),
            ("https://cruddur.example", "/"),
            ("https://cruddur.example?token=x", "/"),
            ("/api/messages?group=1#top", "/api/messages"),
            ("api/messages", "api/messages"),
            ("", ""),
        ] {
            assert_eq!(path_of(address), kept, "{address}");
        }
    }
}
