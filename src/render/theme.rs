//! Colours, named by what they mean. Nothing is said by colour alone.

use chrono::FixedOffset;
use owo_colors::Style;

use crate::model::Time;

/// What the place where text will be shown can do, and whose time it is shown in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Look {
    /// Columns. Less than [`Look::MIN_WIDTH`] counts as that.
    pub width: usize,
    /// Only printable ASCII.
    pub ascii: bool,
    /// With colours, as ANSI escape sequences.
    pub color: bool,
    /// The zone in which times are shown.
    pub zone: FixedOffset,
    /// The time now, for ages.
    pub now: Option<Time>,
}

impl Look {
    /// The narrowest that anything is laid out for.
    pub const MIN_WIDTH: usize = 40;

    /// Columns to lay out for.
    pub fn columns(&self) -> usize {
        self.width.max(Self::MIN_WIDTH)
    }
}

/// What a piece of text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Role {
    /// Nothing special.
    #[default]
    Plain,
    /// What the whole is about.
    Title,
    /// What supports and should not be in the way: guides, the axis, separators.
    Faint,
    /// A heading over a column.
    Heading,
    /// An id, for copying.
    Id,
    /// Something that failed.
    Error,
    /// Something odd, or not there yet.
    Warning,
    /// All is well.
    Good,
    /// What belongs to a service: the number of its colour, from [`service`].
    Service(u8),
}

/// How many colours services share. Red is not among them: it means an error.
pub const SERVICE_COLOURS: u8 = 6;

/// The colour of a service, the same in every trace and every run (FNV-1a of its name).
pub fn service(name: &str) -> Role {
    let hash =
        name.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    Role::Service(((hash >> 32) % u64::from(SERVICE_COLOURS)) as u8)
}

/// Colours from the terminal's own palette of 16, so that they suit its background.
pub fn style(role: Role) -> Style {
    let style = Style::new();
    match role {
        Role::Plain => style,
        Role::Title => style.bold(),
        Role::Faint | Role::Heading => style.dimmed(),
        Role::Error => style.red().bold(),
        Role::Id | Role::Warning => style.yellow(),
        Role::Good => style.green(),
        Role::Service(number) => match number % SERVICE_COLOURS {
            0 => style.cyan(),
            1 => style.green(),
            2 => style.blue(),
            3 => style.magenta(),
            4 => style.bright_blue(),
            _ => style.yellow(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_service_has_the_same_colour_everywhere() {
        let names = ["backend-flask", "frontend-react-js", "dynamodb", "rds", "cognito", "xray"];
        assert_eq!(names.map(service), [5, 3, 1, 1, 4, 0].map(Role::Service));
    }

    #[test]
    fn no_service_is_red() {
        for number in 0..=SERVICE_COLOURS {
            let shown = style(Role::Service(number)).style("x").to_string();
            assert!(!shown.contains("[31m") && !shown.contains("[91m"), "{shown:?}");
        }
    }

    #[test]
    fn plain_text_has_no_escapes() {
        assert_eq!(style(Role::Plain).style("x").to_string(), "x");
    }
}
