//! The whole terminal for a while: raw mode, the alternate screen, keys and signals in, frames out. However it ends, by a key, an error,
//! a signal or a panic, the terminal is given back as it was, and only then is anything said.

use std::fmt;
use std::io::{self, Write};
use std::panic::{self, PanicHookInfo};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use indicatif::{MultiProgress, ProgressDrawTarget};
use ratatui::backend::CrosstermBackend;
use ratatui::crossterm::cursor::{Hide, Show};
use ratatui::crossterm::event::{self, Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use ratatui::crossterm::terminal::{EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode};
use ratatui::crossterm::{execute, style};
use ratatui::layout::Rect;
use ratatui::{Frame, Terminal};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use super::{Wishes, Writer};
use crate::interactive::Key;

/// How long nothing may happen until a turning sign is turned.
const TURN: Duration = Duration::from_millis(120);

/// What reaches a screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Input {
    /// A key.
    Key(Key),
    /// The terminal has another size, or was elsewhere meanwhile: all has to be drawn again.
    Redraw,
    /// Time went by.
    Tick,
    /// We are asked to end, or the terminal has gone.
    Stop,
}

/// How the terminal shall be used.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Setup {
    color: bool,
    tmux: bool,
    #[cfg(debug_assertions)]
    panic_key: Option<char>,
}

impl Setup {
    pub(super) fn new(color: bool, wishes: &Wishes) -> Self {
        Self {
            color,
            tmux: wishes.tmux,
            #[cfg(debug_assertions)]
            panic_key: wishes.panic_key,
        }
    }
}

/// The terminal, for as long as it is ours.
pub struct Screen {
    terminal: Terminal<CrosstermBackend<Frames>>,
    inputs: UnboundedReceiver<Input>,
    signals: Signals,
    setup: Setup,
    taken: Taken,
    hook: Hook,
    held: Held,
}

impl fmt::Debug for Screen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Screen").field("setup", &self.setup).finish_non_exhaustive()
    }
}

impl Screen {
    pub(super) fn open(held: Held, setup: Setup) -> io::Result<Self> {
        // The look has decided already, from more than the one variable that the library knows.
        style::force_color_output(setup.color);
        let signals = Signals::listen()?;
        let taken = Taken::default();
        let hook = Hook::set(taken.clone());
        // Whatever fails from here on, what was done is undone when these are dropped.
        taken.take()?;
        let terminal = Terminal::new(CrosstermBackend::new(Frames { bytes: Vec::new(), taken: taken.clone() }))?;
        // From here on a change of size is noticed; the thread may be late for one that comes with the first frame.
        event::poll(Duration::ZERO)?;
        let (sender, inputs) = unbounded_channel();
        thread::Builder::new().name("keys".to_owned()).spawn(move || read(&sender))?;
        Ok(Self { terminal, inputs, signals, setup, taken, hook, held })
    }

    /// Draws a frame; only what is another than before is written.
    pub fn draw(&mut self, draw: impl FnOnce(&mut Frame<'_>)) -> io::Result<()> {
        self.terminal.draw(draw).map(drop)
    }

    /// What comes next. With `ticking`, time going by counts as well.
    pub async fn next(&mut self, ticking: bool) -> Input {
        let turn = async { if ticking { tokio::time::sleep(TURN).await } else { std::future::pending().await } };
        let input = tokio::select! {
            biased;
            input = self.signals.next() => self.signalled(input),
            input = self.inputs.recv() => input.unwrap_or(Input::Stop),
            () = turn => Input::Tick,
        };
        self.received(input)
    }

    /// What has come already, if anything has. Lets others have a turn.
    pub async fn ready(&mut self) -> Option<Input> {
        tokio::task::yield_now().await;
        let input = tokio::select! {
            biased;
            input = self.signals.next() => Some(self.signalled(input)),
            () = std::future::ready(()) => self.inputs.try_recv().ok(),
        };
        input.map(|input| self.received(input))
    }

    fn received(&mut self, input: Input) -> Input {
        #[cfg(debug_assertions)]
        if let (Input::Key(Key::Char(key)), Some(wanted)) = (input, self.setup.panic_key) {
            assert_ne!(key, wanted, "CRUDDUR_TRACE_PANIC_KEY was pressed");
        }
        input
    }

    /// Whoever stopped us from outside, the shell has had the terminal meanwhile, and set it up for itself.
    fn signalled(&mut self, input: Input) -> Input {
        if input != Input::Redraw {
            return input;
        }
        self.taken.give_back();
        match self.take_again() {
            Ok(()) => input,
            Err(_) => Input::Stop,
        }
    }

    /// Puts text on the clipboard, as far as the terminal lets us (OSC 52, also from another machine). tmux passes it on with
    /// `set-clipboard on`, or with `allow-passthrough on` in a wrapping of its own.
    pub fn copy(&mut self, text: &str) -> io::Result<()> {
        let sequence = format!("\x1b]52;c;{}\x07", BASE64_STANDARD.encode(text));
        let out = self.terminal.backend_mut();
        out.write_all(sequence.as_bytes())?;
        if self.setup.tmux {
            out.write_all(format!("\x1bPtmux;{}\x1b\\", sequence.replace('\x1b', "\x1b\x1b")).as_bytes())?;
        }
        Write::flush(out)
    }

    /// Gives the terminal back, stops, and takes it over again when the shell brings us to the front.
    pub fn suspend(&mut self) -> io::Result<()> {
        self.taken.give_back();
        stop_ourselves();
        self.take_again()
    }

    /// Takes the terminal over, and draws all of the next frame. Not by [`Terminal::clear`], which asks the terminal where its cursor is,
    /// and waits for an answer that the thread for the keys has taken.
    fn take_again(&mut self) -> io::Result<()> {
        self.taken.take()?;
        let size = self.terminal.size()?;
        self.terminal.resize(Rect::new(0, 0, size.width, size.height))
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        self.taken.give_back();
        self.hook.put_back();
        self.held.say();
    }
}

/// As the terminal itself does it at Ctrl-Z, which reaches us as a key.
#[cfg(unix)]
fn stop_ourselves() {
    use rustix::process::{Signal, kill_current_process_group};
    // Where there is no shell that could bring us back, the system does not stop us.
    kill_current_process_group(Signal::TSTP).ok();
}

#[cfg(not(unix))]
fn stop_ourselves() {}

/// Whether the terminal is ours. Shared with the panic hook.
#[derive(Debug, Clone, Default)]
struct Taken(Arc<AtomicBool>);

impl Taken {
    fn take(&self) -> io::Result<()> {
        enable_raw_mode()?;
        self.0.store(true, Ordering::SeqCst);
        execute!(io::stdout(), EnterAlternateScreen, Hide)
    }

    /// Once, whoever comes first. There is nobody to tell where it fails.
    fn give_back(&self) {
        if self.0.swap(false, Ordering::SeqCst) {
            execute!(io::stdout(), LeaveAlternateScreen, Show).ok();
            disable_raw_mode().ok();
        }
    }
}

/// Frames on their way to the terminal, each written at once when it is whole; nothing any more when the terminal is not ours.
#[derive(Debug)]
struct Frames {
    bytes: Vec<u8>,
    taken: Taken,
}

impl Write for Frames {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        let bytes = std::mem::take(&mut self.bytes);
        if !self.taken.0.load(Ordering::SeqCst) {
            return Ok(());
        }
        let mut stdout = io::stdout().lock();
        stdout.write_all(&bytes)?;
        stdout.flush()
    }
}

type PanicHook = dyn Fn(&PanicHookInfo<'_>) + Send + Sync;

/// Gives the terminal back before a panic is reported, whose message would be lost with the alternate screen.
struct Hook {
    before: Arc<PanicHook>,
}

impl Hook {
    fn set(taken: Taken) -> Self {
        let before: Arc<PanicHook> = panic::take_hook().into();
        let report = before.clone();
        panic::set_hook(Box::new(move |info| {
            taken.give_back();
            report(info);
        }));
        Self { before }
    }

    fn put_back(&self) {
        // The hook may not be changed by a thread that panics, which ends soon anyway.
        if !thread::panicking() {
            let before = self.before.clone();
            panic::set_hook(Box::new(move |info| before(info)));
        }
    }
}

/// stderr for as long as the screen is ours: what is said is kept, and said afterwards.
#[derive(Debug)]
pub(super) struct Held {
    writer: HeldWriter,
    said: Arc<Mutex<Vec<u8>>>,
    bars: Option<MultiProgress>,
}

struct HeldWriter(Writer, Option<Box<dyn Write + Send>>);

impl fmt::Debug for HeldWriter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HeldWriter")
    }
}

struct Keep(Arc<Mutex<Vec<u8>>>);

impl Write for Keep {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Held {
    pub(super) fn new(writer: Writer, bars: Option<MultiProgress>) -> Self {
        if let Some(bars) = &bars {
            bars.set_draw_target(ProgressDrawTarget::hidden());
        }
        let said = Arc::default();
        let real = writer.exchange(Box::new(Keep(Arc::clone(&said))));
        Self { writer: HeldWriter(writer, Some(real)), said, bars }
    }

    /// Says it all, once.
    fn say(&mut self) {
        let HeldWriter(writer, real) = &mut self.writer;
        if let Some(real) = real.take() {
            drop(writer.exchange(real));
            let said = std::mem::take(&mut *self.said.lock().unwrap_or_else(PoisonError::into_inner));
            writer.write_if_possible(&String::from_utf8_lossy(&said));
            if let Some(bars) = &self.bars {
                bars.set_draw_target(ProgressDrawTarget::stderr());
            }
        }
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.say();
    }
}

/// Reads keys until there is no terminal or no screen any more. It has a thread of its own, which ends with the process: the system
/// offers no way to wait for a terminal and for something else that works everywhere.
fn read(sender: &UnboundedSender<Input>) {
    loop {
        let input = match event::read() {
            Ok(Event::Key(key)) => key_of(key).map(Input::Key),
            Ok(Event::Resize(..)) => Some(Input::Redraw),
            Ok(_) => None,
            Err(_) => Some(Input::Stop),
        };
        let Some(input) = input else { continue };
        if sender.send(input).is_err() || input == Input::Stop {
            return;
        }
    }
}

/// The key that an event is about; `None` for those that mean nothing here.
fn key_of(key: KeyEvent) -> Option<Key> {
    if key.kind == KeyEventKind::Release || key.modifiers.contains(KeyModifiers::ALT) {
        return None;
    }
    let control = key.modifiers.contains(KeyModifiers::CONTROL);
    Some(match key.code {
        KeyCode::Char(letter) if control => Key::Ctrl(letter.to_ascii_lowercase()),
        KeyCode::Char(letter) => Key::Char(letter),
        KeyCode::Up => Key::Up,
        KeyCode::Down => Key::Down,
        KeyCode::Left => Key::Left,
        KeyCode::Right => Key::Right,
        KeyCode::Home => Key::Home,
        KeyCode::End => Key::End,
        KeyCode::PageUp => Key::PageUp,
        KeyCode::PageDown => Key::PageDown,
        KeyCode::Enter => Key::Enter,
        KeyCode::Esc => Key::Escape,
        KeyCode::Backspace => Key::Backspace,
        _ => return None,
    })
}

/// The signals that ask us to end, and the one that says that we go on.
#[cfg(unix)]
struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
    hangup: tokio::signal::unix::Signal,
    resume: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn listen() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            hangup: signal(SignalKind::hangup())?,
            resume: signal(SignalKind::from_raw(rustix::process::Signal::CONT.as_raw()))?,
        })
    }

    async fn next(&mut self) -> Input {
        tokio::select! {
            _ = self.interrupt.recv() => Input::Stop,
            _ = self.terminate.recv() => Input::Stop,
            _ = self.hangup.recv() => Input::Stop,
            _ = self.resume.recv() => Input::Redraw,
        }
    }
}

/// Where there are no signals, the console sends Ctrl-C as a key.
#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    fn listen() -> io::Result<Self> {
        Ok(Self)
    }

    async fn next(&mut self) -> Input {
        std::future::pending().await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::testing::captured;

    #[test]
    fn keys_are_what_was_pressed_and_nothing_else() {
        let pressed = |code, modifiers| key_of(KeyEvent::new(code, modifiers));
        assert_eq!(pressed(KeyCode::Char('G'), KeyModifiers::SHIFT), Some(Key::Char('G')));
        assert_eq!(pressed(KeyCode::Char('C'), KeyModifiers::CONTROL), Some(Key::Ctrl('c')));
        assert_eq!(pressed(KeyCode::Char('j'), KeyModifiers::ALT), None);
        assert_eq!(pressed(KeyCode::F(1), KeyModifiers::NONE), None);
        let released = KeyEvent::new_with_kind(KeyCode::Enter, KeyModifiers::NONE, KeyEventKind::Release);
        assert_eq!(key_of(released), None);
    }

    #[test]
    fn what_is_said_meanwhile_is_said_afterwards_once() {
        let (mut ui, _, err) = captured(Wishes::default());
        ui.note("before");
        let held = Held::new(ui.streams.err.writer.clone(), None);
        ui.warn("meanwhile");
        assert_eq!(err.text(), "note: before\n");
        drop(held);
        ui.note("after");
        assert_eq!(err.text(), "note: before\nwarning: meanwhile\nnote: after\n");
    }

    #[test]
    fn there_is_no_screen_without_a_terminal() {
        let (mut ui, out, _) = captured(Wishes::default());
        let failure = ui.screen().map(drop).unwrap_err();
        assert_eq!(failure.message(), "--interactive needs a terminal, and stdout is not one");
        assert_eq!(failure.exit(), crate::exit::Exit::Usage);
        assert_eq!(out.text(), "");
    }

    #[test]
    fn frames_are_dropped_when_the_terminal_is_not_ours() {
        let mut frames = Frames { bytes: Vec::new(), taken: Taken::default() };
        frames.write_all(b"half a frame").unwrap();
        frames.flush().unwrap();
        assert!(frames.bytes.is_empty());
    }
}
