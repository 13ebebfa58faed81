//! What the user sees: the only file that touches stdout and stderr, but for `ui::screen`, which has the whole terminal for a while.
//!
//! stdout is the answer and nothing else; notes, warnings, hints, errors and progress go to stderr, progress only on a terminal.
//! A closed stdout is a normal end. What comes from outside is shown, never obeyed: see `ui::sanitise`.

mod log;
mod pager;
mod sanitise;
mod screen;
mod terminal;

use std::io::{self, IsTerminal as _, Write};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::FixedOffset;
use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};
use owo_colors::Style;

use crate::cli::GlobalArgs;
use crate::cli::value::{Color, WIDTHS};
use crate::config::Env;
use crate::error::{Failure, Kind};
use crate::model::Time;
use crate::render::Look;
pub(crate) use sanitise::sanitise;
use screen::{Held, Setup};
pub use screen::{Input, Screen};

/// The columns where there is no terminal to ask.
const DEFAULT_WIDTH: u16 = 100;

/// One of the two ways out.
pub struct Stream {
    writer: Writer,
    /// Whether a person is looking.
    terminal: bool,
    /// Whether it gets colours when nothing else is asked for.
    color: bool,
}

/// Where text goes. Shared with those that speak while somebody else has the [`Ui`].
#[derive(Clone)]
struct Writer(Arc<Mutex<Box<dyn Write + Send>>>);

impl Writer {
    fn new(writer: impl Write + Send + 'static) -> Self {
        Self(Arc::new(Mutex::new(Box::new(writer))))
    }

    /// To write whole lines, before somebody else does. A writer that has panicked is no reason to be silent.
    fn lock(&self) -> MutexGuard<'_, Box<dyn Write + Send>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes elsewhere from now on; where it wrote until now.
    fn exchange(&self, other: Box<dyn Write + Send>) -> Box<dyn Write + Send> {
        std::mem::replace(&mut *self.lock(), other)
    }

    /// A stderr that nobody reads is no reason to stop.
    fn write_if_possible(&self, text: &str) {
        let mut writer = self.lock();
        let written = writer.write_all(text.as_bytes()).and_then(|()| writer.flush());
        written.ok();
    }
}

impl Write for Writer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.lock().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.lock().flush()
    }
}

/// Both ways out, and the terminal behind them.
#[derive(Debug)]
pub struct Streams {
    out: Stream,
    err: Stream,
    /// Columns and rows of stdout's terminal.
    size: Option<(u16, u16)>,
    /// Whether stdin is a terminal.
    keyboard: bool,
}

impl Streams {
    /// Those of this process. Colours follow `NO_COLOR`, `CLICOLOR`, `CLICOLOR_FORCE` and `TERM`, each stream by itself.
    pub fn of_process() -> Self {
        let (out, err) = (io::stdout(), io::stderr());
        let color = |choice| choice != anstream::ColorChoice::Never;
        Self {
            size: terminal_size::terminal_size_of(&out).map(|(width, height)| (width.0, height.0)),
            keyboard: io::stdin().is_terminal(),
            out: Stream {
                terminal: out.is_terminal(),
                color: color(anstream::AutoStream::choice(&out)),
                writer: Writer::new(out),
            },
            err: Stream {
                terminal: err.is_terminal(),
                color: color(anstream::AutoStream::choice(&err)),
                writer: Writer::new(err),
            },
        }
    }

    /// Pipes into the given writers: no terminal, no colours of their own accord.
    pub fn into_writers(out: impl Write + Send + 'static, err: impl Write + Send + 'static) -> Self {
        let pipe = |writer| Stream { writer, terminal: false, color: false };
        Self { out: pipe(Writer::new(out)), err: pipe(Writer::new(err)), size: None, keyboard: false }
    }
}

impl std::fmt::Debug for Stream {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Stream").field("terminal", &self.terminal).field("color", &self.color).finish_non_exhaustive()
    }
}

/// How the user wants it to look.
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wishes {
    /// When to use colours.
    pub color: Color,
    /// Draw with ASCII only.
    pub ascii: bool,
    /// Use so many columns.
    pub width: Option<u16>,
    /// Say nothing but the answer and errors.
    pub quiet: bool,
    /// The command that shows long output, in words; `None` for none.
    pub pager: Option<Vec<String>>,
    /// Whether `$LESS` is set, so that `less` needs no options of ours.
    pub less_is_set_up: bool,
    /// Whether the terminal can do nothing but write lines.
    pub dumb: bool,
    /// Whether there is a `tmux` between us and the terminal.
    pub tmux: bool,
    /// The key at which an interactive screen panics, so that a test can see that the terminal is given back. Only builds for
    /// debugging know of `CRUDDUR_TRACE_PANIC_KEY`.
    #[cfg(debug_assertions)]
    pub panic_key: Option<char>,
}

impl Wishes {
    /// From the command line and the environment.
    pub fn new(global: &GlobalArgs, env: &Env) -> Self {
        Self {
            color: global.color.unwrap_or_default(),
            ascii: global.ascii || terminal::wants_ascii(env),
            width: global.width,
            quiet: global.quiet,
            pager: if global.no_pager { None } else { terminal::pager(env) },
            less_is_set_up: env.text("LESS").is_some(),
            dumb: terminal::is_dumb(env),
            tmux: env.text("TMUX").is_some(),
            #[cfg(debug_assertions)]
            panic_key: env.text("CRUDDUR_TRACE_PANIC_KEY").and_then(|key| key.chars().next()),
        }
    }
}

/// Talks to the user.
#[derive(Debug)]
pub struct Ui {
    streams: Streams,
    wishes: Wishes,
    bars: Option<MultiProgress>,
}

impl Ui {
    /// Talks through the streams, as it is wished.
    pub fn new(streams: Streams, wishes: Wishes) -> Self {
        Self { streams, wishes, bars: None }
    }

    /// Takes over what the configuration adds to the command line.
    pub fn configure(&mut self, color: Color, ascii: bool) {
        self.wishes.color = color;
        self.wishes.ascii |= ascii;
    }

    /// Whether the answer may be coloured.
    pub fn has_color(&self) -> bool {
        wants_color(self.wishes.color, &self.streams.out)
    }

    /// Whether drawings on stderr may be coloured.
    pub fn has_color_on_stderr(&self) -> bool {
        wants_color(self.wishes.color, &self.streams.err)
    }

    /// Whether drawings keep to ASCII.
    pub fn is_ascii(&self) -> bool {
        self.wishes.ascii
    }

    /// The columns of the answer: as asked for, else the terminal's, else 100. `$COLUMNS` is not looked at, so that a pipe gets
    /// the same bytes from whatever shell.
    pub fn width(&self) -> u16 {
        self.width_or(self.streams.size.map_or(DEFAULT_WIDTH, |(columns, _)| columns))
    }

    /// The columns of a document that is read elsewhere: as asked for, else 100, wherever it is printed.
    pub fn width_of_document(&self) -> u16 {
        self.width_or(DEFAULT_WIDTH)
    }

    fn width_or(&self, other: u16) -> u16 {
        self.wishes.width.unwrap_or(other).clamp(*WIDTHS.start(), *WIDTHS.end())
    }

    /// What a drawing for stdout is laid out and painted for. How long ago something was is only told to a person: a pipe gets
    /// the same bytes for the same traces whenever it asks.
    pub fn look(&self, zone: FixedOffset, now: Time) -> Look {
        let now = self.is_terminal().then_some(now);
        Look { width: self.width().into(), ascii: self.is_ascii(), color: self.has_color(), zone, now }
    }

    /// Whether a person is looking at stdout.
    pub fn is_terminal(&self) -> bool {
        self.streams.out.terminal
    }

    /// Whether there is a person at a terminal that a whole screen can be drawn on.
    ///
    /// # Errors
    ///
    /// Why there is none.
    pub fn can_be_interactive(&self) -> Result<(), Failure> {
        let lacking = match (self.streams.out.terminal, self.streams.keyboard, self.wishes.dumb) {
            (false, ..) => "stdout is not one",
            (true, false, _) => "stdin is not one",
            (true, true, true) => "TERM=dumb says that this one can only write lines",
            (true, true, false) => return Ok(()),
        };
        let failure = Failure::usage(format!("--interactive needs a terminal, and {lacking}"));
        Err(failure.hint("leave --interactive out to print the same"))
    }

    /// Takes the terminal over until the value is dropped. What is said meanwhile is said then; progress is not shown.
    ///
    /// # Errors
    ///
    /// There is no terminal ([`Ui::can_be_interactive`]), or it cannot be set up.
    pub fn screen(&mut self) -> Result<Screen, Failure> {
        self.can_be_interactive()?;
        let held = Held::new(self.streams.err.writer.clone(), self.bars.clone());
        Screen::open(held, Setup::new(self.has_color(), &self.wishes))
            .map_err(|error| Failure::from_error(Kind::Internal, error).context("cannot take the terminal over"))
    }

    /// The most columns that were asked for.
    pub fn most_columns(&self) -> Option<u16> {
        self.wishes.width
    }

    /// Whether nothing but the answer and errors shall be said.
    pub fn is_quiet(&self) -> bool {
        self.wishes.quiet
    }

    /// Writes a part of the answer to stdout, as it is: who rendered it has made it safe.
    ///
    /// # Errors
    ///
    /// [`Kind::Closed`] when nobody reads any more, which ends the program without a word.
    pub fn out(&mut self, text: &str) -> Result<(), Failure> {
        self.out_in_pieces(&[text])
    }

    /// As [`Ui::out`], for a text in pieces that follow each other.
    pub fn out_in_pieces(&mut self, pieces: &[impl AsRef<str>]) -> Result<(), Failure> {
        self.out_with(|writer| pieces.iter().try_for_each(|piece| writer.write_all(piece.as_ref().as_bytes())))
    }

    /// As [`Ui::out`], for what writes itself, piece by piece.
    pub fn out_with(&mut self, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), Failure> {
        let Self { streams, bars, .. } = self;
        suspended(bars.as_ref(), || {
            let mut stdout = streams.out.writer.lock();
            let mut writer = io::BufWriter::new(&mut *stdout);
            write(&mut writer).and_then(|()| writer.flush()).map_err(|error| {
                // What is left in the buffer has nowhere to go, and must not be written when it is dropped.
                drop(writer.into_parts());
                failed_to_write(error)
            })
        })
    }

    /// Writes the whole answer to stdout, through the pager if it is longer than the terminal. A pager that does not start is
    /// no reason to show nothing.
    pub fn page(&mut self, text: &str) -> Result<(), Failure> {
        self.page_in_pieces(&[text])
    }

    /// As [`Ui::page`], for a text in pieces that follow each other, each of whole lines.
    pub fn page_in_pieces(&mut self, pieces: &[impl AsRef<str>]) -> Result<(), Failure> {
        let rows = self.streams.size.map_or(usize::MAX, |(_, rows)| usize::from(rows));
        // One row is the prompt's.
        let is_long = || pieces.iter().map(|piece| piece.as_ref().lines().count()).sum::<usize>() >= rows;
        if let Some(pager) = self.wishes.pager.as_ref().filter(|_| self.is_terminal() && is_long()) {
            match pager::show(pager, pieces, self.wishes.less_is_set_up) {
                Ok(()) => return Ok(()),
                Err(error) => tracing::info!(%error, ?pager, "the pager cannot be used"),
            }
        }
        self.out_in_pieces(pieces)
    }

    /// Says something that is good to know.
    pub fn note(&mut self, message: &str) {
        self.say("note", NOTE, message);
    }

    /// Says that something is not as it should be, while the answer goes on.
    pub fn warn(&mut self, message: &str) {
        self.say("warning", WARNING, message);
    }

    /// Says what could be typed next.
    pub fn hint(&mut self, message: &str) {
        self.say("hint", Style::new().cyan().bold(), message);
    }

    /// Says how an assertion ended, in a whole line.
    pub fn verdict(&mut self, message: &str, good: bool) {
        let message = sanitise(message, self.wishes.ascii);
        let style = if good { Style::new().green().bold() } else { Style::new().red().bold() };
        if !self.wishes.quiet {
            let colored = wants_color(self.wishes.color, &self.streams.err);
            let text = if colored { format!("{}\n", style.style(message)) } else { format!("{message}\n") };
            self.err(&text);
        }
    }

    /// Shows what explains a verdict, as it is: who rendered it has made it safe.
    pub fn detail(&mut self, text: &str) {
        if !self.wishes.quiet {
            self.err(text);
        }
    }

    /// Says why there is no answer, also when quiet.
    pub fn fail(&mut self, failure: &Failure) {
        if failure.kind().is_silent() {
            return;
        }
        let mut text = self.labelled("error", Style::new().red().bold(), &failure.message());
        for cause in failure.causes() {
            text.push_str("  ");
            text.push_str(&self.labelled("caused by", Style::new().bold(), &cause));
        }
        for hint in failure.hints() {
            text.push_str(&self.labelled("hint", Style::new().cyan().bold(), hint));
        }
        self.err(&text);
    }

    /// Says that something takes a while, on a terminal only, until the value is dropped. The message may come from outside.
    pub fn progress(&mut self, message: &str) -> Progress {
        if self.wishes.quiet || !self.streams.err.terminal {
            return Progress { bar: ProgressBar::hidden(), ascii: self.wishes.ascii };
        }
        let ascii = self.wishes.ascii;
        Progress::begin(self.bars(), message, ascii)
    }

    /// Progress for somebody who cannot hold us: shown from the first message until `None` comes.
    pub fn reporter(&mut self) -> Reporter {
        if self.wishes.quiet || !self.streams.err.terminal {
            return Arc::new(|_| {});
        }
        // A bar without a message is not drawn, so it costs nothing to have it ready.
        let shown = Mutex::new(None);
        let bars = self.bars().clone();
        let ascii = self.wishes.ascii;
        Arc::new(move |message| {
            let Ok(mut shown) = shown.lock() else { return };
            match message {
                None => drop(shown.take()),
                Some(message) => shown.get_or_insert_with(|| Progress::begin(&bars, message, ascii)).set(message),
            }
        })
    }

    /// Notes for somebody who cannot hold us: each is said at once, also where stderr is no terminal, and progress makes way for it.
    pub fn announcer(&mut self) -> Announcer {
        self.speaker("note", NOTE)
    }

    /// Warnings, likewise.
    pub fn warner(&mut self) -> Announcer {
        self.speaker("warning", WARNING)
    }

    fn speaker(&mut self, label: &'static str, style: Style) -> Announcer {
        if self.wishes.quiet {
            return Arc::new(|_| {});
        }
        // Progress that begins later has to be known too.
        let bars = self.streams.err.terminal.then(|| self.bars().clone());
        let (writer, voice) = (self.streams.err.writer.clone(), self.voice());
        Arc::new(move |message| {
            let text = voice.labelled(label, style, message);
            suspended(bars.as_ref(), || writer.write_if_possible(&text));
        })
    }

    /// Where progress is drawn.
    fn bars(&mut self) -> &MultiProgress {
        self.bars.get_or_insert_with(|| MultiProgress::with_draw_target(ProgressDrawTarget::stderr()))
    }

    /// How messages look.
    fn voice(&self) -> Voice {
        Voice { ascii: self.wishes.ascii, color: wants_color(self.wishes.color, &self.streams.err) }
    }

    /// Prints what clap has to say of arguments that are safe to show: help and version to stdout, errors to stderr.
    pub(crate) fn clap(&mut self, message: &clap::Error) -> Result<(), Failure> {
        let styled = message.render();
        let show = |color: bool| {
            let text = if color { styled.ansi().to_string() } else { styled.to_string() };
            // clap fills the lines between paragraphs with blanks, and sometimes forgets the last line's end.
            text.trim_end().lines().fold(String::new(), |text, line| text + line.trim_end() + "\n")
        };
        if message.use_stderr() {
            let text = show(wants_color(self.wishes.color, &self.streams.err));
            self.err(&text);
            Ok(())
        } else {
            let text = show(self.has_color());
            self.out(&text)
        }
    }

    /// Starts to say on stderr what is going on, if it was asked for.
    pub(crate) fn start_log(&self, verbose: u8, filter: Option<&str>) -> Result<(), Failure> {
        let Some(wanted) = filter.or(log::filter(verbose)) else { return Ok(()) };
        let color = wants_color(self.wishes.color, &self.streams.err);
        // Through the same writer as all else, so that nothing is written over a screen.
        let writer = self.streams.err.writer.clone();
        log::start(wanted, color, move || writer.clone()).map_err(|error| {
            Failure::config(format!("cannot read the log filter `{wanted}`: {error}"))
                .hint("CRUDDUR_TRACE_LOG is written as `debug` or `cruddur_trace=debug,hyper=info`")
        })
    }

    fn say(&mut self, label: &str, style: Style, message: &str) {
        if !self.wishes.quiet {
            let text = self.labelled(label, style, message);
            self.err(&text);
        }
    }

    fn labelled(&self, label: &str, style: Style, message: &str) -> String {
        self.voice().labelled(label, style, message)
    }

    fn err(&mut self, text: &str) {
        suspended(self.bars.as_ref(), || self.streams.err.writer.write_if_possible(text));
    }
}

/// The style of the word before what is good to know.
const NOTE: Style = Style::new().cyan().bold();
const WARNING: Style = Style::new().yellow().bold();

/// How messages on stderr look.
#[derive(Debug, Clone, Copy)]
struct Voice {
    ascii: bool,
    color: bool,
}

impl Voice {
    /// `label: message`, and a line end. Further lines of the message stay as they are, since they may be a drawing, unless one
    /// could pass for a message of its own.
    fn labelled(self, label: &str, style: Style, message: &str) -> String {
        let message = sanitise(message.trim_end(), self.ascii);
        let mut lines = message.split('\n');
        let first = lines.next().unwrap_or_default().to_owned();
        let message = lines.fold(first, |text, line| text + if is_labelled(line) { "\n  | " } else { "\n" } + line);
        if self.color { format!("{}: {message}\n", style.style(label)) } else { format!("{label}: {message}\n") }
    }
}

/// Takes a note, and says it at once.
pub type Announcer = Arc<dyn Fn(&str) + Send + Sync>;

/// Takes what is being done, and `None` when that is over.
pub type Reporter = Arc<dyn Fn(Option<&str>) + Send + Sync>;

/// Something that takes a while; over when it is dropped.
#[derive(Debug)]
pub struct Progress {
    bar: ProgressBar,
    ascii: bool,
}

impl Progress {
    fn begin(bars: &MultiProgress, message: &str, ascii: bool) -> Self {
        let style = ProgressStyle::with_template("{spinner} {msg}").unwrap_or_else(|_| ProgressStyle::default_spinner());
        let frames = if ascii { r"-\|/ " } else { "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏ " };
        let bar = bars.add(ProgressBar::no_length().with_style(style.tick_chars(frames)));
        bar.set_message(sanitise(message, ascii).into_owned());
        // What is answered at once leaves no flicker: the first picture comes with the first tick.
        bar.enable_steady_tick(Duration::from_millis(120));
        Self { bar, ascii }
    }

    /// Says how far it is.
    pub fn set(&self, message: &str) {
        self.bar.set_message(sanitise(message, self.ascii).into_owned());
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

/// Whether a line looks like the beginning of a message.
fn is_labelled(line: &str) -> bool {
    ["error:", "caused by:", "hint:", "warning:", "note:"].iter().any(|label| line.trim_start().starts_with(label))
}

fn wants_color(wish: Color, stream: &Stream) -> bool {
    match wish {
        Color::Auto => stream.color,
        Color::Always => true,
        Color::Never => false,
    }
}

/// Takes progress off the screen while something else is written there.
fn suspended<T>(bars: Option<&MultiProgress>, write: impl FnOnce() -> T) -> T {
    match bars {
        Some(bars) => bars.suspend(write),
        None => write(),
    }
}

fn failed_to_write(error: io::Error) -> Failure {
    let kind = if error.kind() == io::ErrorKind::BrokenPipe { Kind::Closed } else { Kind::Internal };
    Failure::from_error(kind, error).context("cannot write the answer to stdout")
}

#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
