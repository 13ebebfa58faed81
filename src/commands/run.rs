//! `run -- CMD`: a command with a private receiver around it.

use std::collections::HashSet;
use std::process::Stdio;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::process::{Child, Command};

use super::receive::{Door, Noting};
use super::signals::{PassOn, Stop};
use super::verdict::{self, Case, Reports, Saying, Times};
use super::{Context, ask, receive};
use crate::backend::{Backend, File, Local, Source, Sources};
use crate::cli::RunArgs;
use crate::collect;
use crate::config::Env;
use crate::error::{Failure, Kind, OrFail};
use crate::exit::Exit;
use crate::model::{Resource, Span, SpanId, SpanKind, Status, StatusCode, Time, Trace, TraceId};
use crate::render::{table, units, waterfall};
use crate::ui::Ui;
use crate::wire::Batch;

/// How long nothing may arrive after the command has ended, until nothing more is expected.
const QUIET: Duration = Duration::from_millis(250);
/// How long to wait at most for what the assertions want, unless --wait says otherwise.
const PATIENCE: Duration = Duration::from_secs(2);
/// How often to look.
const LOOK: Duration = Duration::from_millis(25);

/// How the command's exporters speak, unless a signal has a variable of its own for it.
const PROTOCOL: &str = "OTEL_EXPORTER_OTLP_PROTOCOL";

/// Variables that would lead the command's traces past the receiver.
const ASTRAY: [&str; 6] = [
    "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
    "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT",
    "OTEL_EXPORTER_OTLP_LOGS_ENDPOINT",
    "OTEL_EXPORTER_OTLP_CERTIFICATE",
    "OTEL_EXPORTER_OTLP_TRACES_CERTIFICATE",
    "TRACESTATE",
];

/// Runs the command to its end, waits for what it sent late, and answers with its exit code.
pub(crate) async fn run(args: &RunArgs, env: &Env, context: &Context, ui: &mut Ui) -> Result<Exit, Failure> {
    let cases = cases(args, ui)?;
    if cases.is_empty() && args.reports.any() {
        return Err(Failure::usage("there is nothing to report on: nothing is asserted").hint("see --assert and --file"));
    }
    let reports = Reports::of_args(&args.reports, env)?;
    let settings = &context.settings;
    let seen = Arc::new(Mutex::new(HashSet::new()));
    let anywhere = Some(std::net::SocketAddr::from(([127, 0, 0, 1], 0)));
    let config = collect::Config { otlp_http: anywhere, zipkin: anywhere, xray: anywhere, ..collect::Config::default() };
    let noting = Arc::clone(&seen);
    let door = receive::open(&settings.store, config, context, |writer| Noting::new(writer, noting))?;

    let mut root = root_span(args, context);
    let signals = PassOn::listen()?;
    let child = spawn(args, env, &door, &root)?;
    let status = signals.until_end(child).await?;
    // From here on there is no command that a signal could be meant for.
    let mut stop = Stop::listen()?;
    finish(&mut root.1, status, context);

    let waits = cases.iter().filter_map(|case| case.wait).max();
    let patience = if cases.is_empty() { Duration::ZERO } else { waits.unwrap_or(PATIENCE) };
    let wait = args.wait.unwrap_or(patience);
    let ended = Instant::now();
    let ids = || -> Vec<TraceId> {
        let mut ids: Vec<_> = seen.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect();
        ids.sort();
        ids
    };
    let late = wait_for_late_spans(&door, wait, || async {
        // Without an assertion nothing says that what has come is all.
        if cases.is_empty() {
            return false;
        }
        let Ok(traces) = traces(&ids(), context).await else { return false };
        let sources = of_this_command(traces.into_iter().map(|trace| with_root(trace, &root)).collect());
        let judged = verdict::of_traces(&cases, &sources, ended, false, context).await;
        judged.is_ok_and(|judged| judged.is_some())
    });
    let interrupted = tokio::select! {
        () = late => false,
        () = stop.next() => true,
    };
    // Where nothing joined it, the span around the command would be a trace of its own that says nothing.
    let joined = || ids().contains(&root.0).then(|| Batch::from_spans(std::slice::from_ref(&root)).0);
    let counted = door.close(joined).await?;
    if interrupted {
        return Err(Failure::interrupted());
    }
    let mut traces = traces(&ids(), context).await?;
    traces.sort_by_key(|trace| std::cmp::Reverse(trace.summary().start));
    ui.note(&format!("{} in {} received", receive::kept(&counted), units::plural(traces.len(), "trace", "traces")));
    if let Some(refused) = receive::refused(&counted) {
        ui.warn(&refused);
    }
    show(args, &traces, context, ui)?;
    let exit = Exit::of_child(status);
    let sources = of_this_command(traces);
    if exit.code() != 0 && args.suites.update {
        ui.warn("the command failed, so nothing is written");
        return Ok(exit);
    }
    let of_files = !args.suites.files.is_empty();
    let judged = verdict::of_traces(&cases, &sources, ended, true, context).await?;
    let judged = judged.ok_or_else(|| Failure::unanswerable("it cannot be told: not all that is asserted was decided"))?;
    let saying = Saying { json: false, of_files, open: false, coverage: None, reports: &reports, begun: ended };
    let asserted =
        if cases.is_empty() { Exit::Yes } else { verdict::tell(&cases, judged, &sources, &saying, context, ui).await? };
    Ok(if exit.code() == 0 { asserted } else { exit })
}

/// What is asserted of the command, in the order of the options, and then of the files.
fn cases(args: &RunArgs, ui: &mut Ui) -> Result<Vec<Case>, Failure> {
    let mut cases = Vec::new();
    for typed in &args.asserts {
        cases.extend(ask::expression(Some(typed), ui)?.map(|filter| Case::of_filter(filter, Times::default())));
    }
    if args.suites.files.is_empty() && args.suites.update {
        return Err(Failure::usage("there is no snapshot or baseline to update").hint("an assertion in a --file may have one"));
    }
    if !args.suites.files.is_empty() {
        cases.extend(verdict::read_suites(&args.suites, Times::default(), ui)?);
    }
    Ok(cases)
}

/// The traces of the command, and no others.
fn of_this_command(traces: Vec<Trace>) -> Sources {
    Sources { opened: vec![Source::File(File::holding("this command", traces))], unopened: Vec::new() }
}

/// The trace as it will be when the span around the command is kept too.
fn with_root(trace: Trace, (id, root): &(TraceId, Span)) -> Trace {
    if trace.id() != id {
        return trace;
    }
    let mut spans = trace.clone().into_spans();
    spans.push(root.clone());
    Trace::assemble(id.clone(), spans).unwrap_or(trace)
}

/// The span around everything, to which the command can attach its own by `TRACEPARENT`.
fn root_span(args: &RunArgs, context: &Context) -> (TraceId, Span) {
    let mut attributes = crate::model::Attributes::new();
    let words: Vec<_> = args.command.iter().map(|word| word.to_string_lossy().into_owned().into()).collect();
    let program = args.command.first().map_or_else(String::new, |word| word.to_string_lossy().into_owned());
    let name = std::path::Path::new(&program).file_name().map_or(program.clone(), |name| name.to_string_lossy().into_owned());
    attributes.push("process.command_args", crate::model::Value::Array(words));
    let span = Span {
        id: SpanId::from_bytes(super::random::<8>()),
        name: format!("run {name}"),
        kind: SpanKind::Internal,
        start: (context.clock)(),
        resource: Arc::new(Resource::of_service("cruddur-trace")),
        attributes,
        flags: 1,
        ..Span::default()
    };
    (TraceId::from_bytes(super::random::<16>()), span)
}

fn finish(root: &mut Span, status: std::process::ExitStatus, context: &Context) {
    let code = Exit::of_child(status).code();
    root.end = Some((context.clock)().max(Time(root.start.0)));
    root.attributes.push("process.exit.code", i64::from(code));
    if code != 0 {
        root.status = Status { code: StatusCode::Error, message: format!("exit code {code}") };
    }
}

fn spawn(args: &RunArgs, env: &Env, door: &Door, (trace, root): &(TraceId, Span)) -> Result<Child, Failure> {
    let (program, words) = args.command.split_first().ok_or_else(|| Failure::usage("there is no command to run"))?;
    let mut command = Command::new(program);
    command.args(words).stdin(Stdio::inherit()).stdout(Stdio::inherit()).stderr(Stdio::inherit());
    for name in ASTRAY {
        command.env_remove(name);
    }
    for name in ["NO_PROXY", "no_proxy"] {
        // Otherwise a proxy in the environment is asked for 127.0.0.1, and everything is lost.
        let before = env.text(name).unwrap_or_default();
        let between = if before.is_empty() { "" } else { "," };
        command.env(name, format!("{before}{between}127.0.0.1,localhost"));
    }
    if let Some(address) = door.running.otlp_http {
        // It takes OTLP over gRPC as well: no variable reaches an application that chooses its exporter in its code, and one that was
        // set up for a protocol may have the exporter for that one only.
        command.env("OTEL_EXPORTER_OTLP_ENDPOINT", format!("http://{address}"));
        if env.text(PROTOCOL).is_none_or(|protocol| protocol.is_empty()) {
            command.env(PROTOCOL, "http/protobuf");
        }
    }
    if let Some(address) = door.running.zipkin {
        command.env("OTEL_EXPORTER_ZIPKIN_ENDPOINT", format!("http://{address}/api/v2/spans"));
    }
    if let Some(address) = door.running.xray {
        command.env("AWS_XRAY_DAEMON_ADDRESS", address.to_string());
    }
    command.env("TRACEPARENT", format!("00-{}-{}-01", trace.canonical(), root.id));
    command.spawn().or_fail(Kind::Usage, || format!("cannot run `{}`", program.to_string_lossy()))
}

/// Until nothing has arrived for a while; longer, up to `wait`, while `done` says that something is still wanted.
async fn wait_for_late_spans<F: Future<Output = bool>>(door: &Door, wait: Duration, done: impl Fn() -> F) {
    let begun = Instant::now();
    let mut last = (door.running.counters(), Instant::now());
    loop {
        tokio::time::sleep(LOOK).await;
        let now = door.running.counters();
        if now != last.0 {
            last = (now, Instant::now());
        }
        let quiet = last.1.elapsed() >= QUIET;
        if quiet && (begun.elapsed() >= wait || (wait > Duration::ZERO && done().await)) {
            return;
        }
    }
}

/// What the store has of these traces.
async fn traces(ids: &[TraceId], context: &Context) -> Result<Vec<Trace>, Failure> {
    let store = Local::open(&context.settings.store, context.settings.timeout).map_err(|error| ask::failure(error.into()))?;
    let mut traces = Vec::new();
    for id in ids {
        traces.extend(store.fetch(id).await.map_err(ask::failure)?);
    }
    Ok(traces)
}

fn show(args: &RunArgs, traces: &[Trace], context: &Context, ui: &mut Ui) -> Result<(), Failure> {
    let look = context.look(ui);
    if args.list && !traces.is_empty() {
        let summaries: Vec<_> = traces.iter().map(Trace::summary).collect();
        ui.out(&table::render(&summaries, &look))?;
    }
    if args.show {
        let options = waterfall::Options::default();
        let screens: Vec<_> = traces.iter().map(|trace| waterfall::draw(trace, &options, &look)).collect();
        ui.out(&screens.join("\n"))?;
    }
    Ok(())
}
