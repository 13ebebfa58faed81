//! What all pictures have in common: SVG without scripts and without anything from elsewhere, light or dark as the reader likes it, so
//! that it may stand in a page as an `<img>`.

use super::theme::{self, Role};
use super::{escape, text};

/// Around everything.
pub(super) const MARGIN: f64 = 24.0;
/// One column of text in a monospaced font of 12 px, which is the least that fonts have, rounded up.
pub(super) const COLUMN: f64 = 7.3;
/// One line of text.
pub(super) const LINE: f64 = 16.0;

/// Colours of text and ground: those of GitHub's own pages, whose contrast is enough on both grounds.
const LIGHT: &str = "\
text{font:12px ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace;fill:#1f2328;white-space:pre}
.name{font-weight:600}.faint,.heading{fill:#59636e}.bad{fill:#d1242f}.ground{fill:#ffffff}
";
const DARK: &str = "text{fill:#f0f6fc}.faint,.heading{fill:#9198a1}.bad{fill:#f85149}.ground{fill:#0d1117}\n";

/// The colours of services as areas, in the order of [`theme::service`], in light and dark.
const SERVICES: [(&str, &str); theme::SERVICE_COLOURS as usize] = [
    ("#1b7c83", "#39c5cf"),
    ("#1a7f37", "#3fb950"),
    ("#0969da", "#4493f8"),
    ("#8250df", "#ab7df8"),
    ("#218bff", "#79c0ff"),
    ("#9a6700", "#d29922"),
];

/// The class of what belongs to a service: `s0` and so on.
pub(super) fn service(name: &str) -> String {
    match theme::service(name) {
        Role::Service(colour) => format!("s{colour}"),
        _ => String::new(),
    }
}

/// A picture of this size about `title`, which is not yet escaped. `style` is what it needs beyond text and ground, in light and dark,
/// where `.NAME` is what services colour, such as `.mark`.
pub(super) fn document(size: (f64, f64), title: &str, style: (&str, &str), coloured: &str, content: &str) -> String {
    element(size, title, &format!("<style>\n{}</style>\n", sheet(style, coloured)), content)
}

/// The rules of such a picture, where it stands in a page that has them itself.
pub(super) fn sheet(style: (&str, &str), coloured: &str) -> String {
    let services = |colour: fn(&(&'static str, &'static str)) -> &'static str| -> String {
        let rule = |(nth, colours)| format!(".s{nth} {coloured}{{fill:{}}}", colour(colours));
        SERVICES.iter().enumerate().map(rule).collect()
    };
    let (light, dark) = (services(|(light, _)| light), services(|(_, dark)| dark));
    format!("{LIGHT}{}{light}\n@media (prefers-color-scheme:dark){{\n{DARK}{}{dark}\n}}\n", style.0, style.1)
}

/// The picture itself, with its rules, if it has any of its own.
pub(super) fn element(size: (f64, f64), title: &str, rules: &str, content: &str) -> String {
    let (width, height) = (size.0.ceil(), size.1.ceil());
    let title = escape::xml(title);
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" \
         role=\"img\" aria-label=\"{title}\" xml:space=\"preserve\">\n<title>{title}</title>\n\
         {rules}<rect class=\"ground\" width=\"{width}\" height=\"{height}\" rx=\"6\"/>\n{content}</svg>\n",
    )
}

/// How wide text gets.
pub(super) fn width(text: &str) -> f64 {
    text::width(text) as f64 * COLUMN
}
